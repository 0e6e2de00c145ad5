// What the browser keeps: each conversation under a key of its own, in this browser alone. Nothing here touches the page.
// A conversation is {name, used, turns}, `used` in milliseconds; a turn is {id, record, seal} as the server gave it.
window.footnote = (() => {
  const PREFIX = 'footnote.conversation.';
  const TURNS = 40; // as many as the page shows
  const SENT = 200_000; // bytes of turns that go back to the server at once, which refuses a body much larger
  const fallback = new Map(); // where the browser keeps nothing: as long as the page stands

  const random = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

  // A value of this tab alone, made when there is none.
  function ofTab(key, make, value) {
    try {
      if (value !== undefined) sessionStorage[key] = value;
      return (sessionStorage[key] ??= make());
    } catch {
      if (value !== undefined || !fallback.has(key)) fallback.set(key, value ?? make());
      return fallback.get(key);
    }
  }

  const current = (id) => ofTab('footnote.current', random, id);

  function keys() {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
    } catch {
      return [];
    }
  }

  // A kept conversation, or null where there is none, or something else stands in its place.
  function read(id) {
    try {
      const kept = JSON.parse(localStorage[PREFIX + id]);
      return Array.isArray(kept.turns) && typeof kept.name === 'string' ? kept : null;
    } catch {
      return null;
    }
  }

  function list() {
    return keys()
      .map((key) => ({ id: key.slice(PREFIX.length), ...read(key.slice(PREFIX.length)) }))
      .filter((kept) => kept.turns)
      .sort((one, other) => other.used - one.used);
  }

  // The latest turns that fit into a request.
  function fitting(turns) {
    let size = 0;
    let first = turns.length;
    while (first > 0 && (size += new Blob([JSON.stringify(turns[first - 1])]).size) <= SENT) first -= 1;
    return turns.slice(first);
  }

  function open(id = current()) {
    current(id);
    return { conversation: id, turns: fitting(read(id)?.turns ?? []) };
  }

  // Store it; where the browser is full the conversation unused for longest leaves, then the first turns of this one.
  // Returns the names of those that left, or null where it could not be stored at all.
  function write(id, kept) {
    const left = [];
    for (;;) {
      try {
        localStorage[PREFIX + id] = JSON.stringify(kept);
        return left;
      } catch {
        const oldest = list().filter((other) => other.id !== id).at(-1);
        if (oldest) {
          left.push(oldest.name);
          delete localStorage[PREFIX + oldest.id];
        } else if (kept.turns.length > 1) {
          kept.turns.shift();
        } else {
          return null;
        }
      }
    }
  }

  // Keep a turn: in the place of the same one read otherwise before, or as the last.
  function keep({ conversation, turn, record, seal }) {
    const kept = read(conversation) ?? { name: JSON.parse(record).question.slice(0, 120), turns: [] };
    const place = kept.turns.findIndex((other) => other.id === turn);
    kept.turns.splice(place < 0 ? kept.turns.length : place, place < 0 ? 0 : 1, { id: turn, record, seal });
    kept.turns = kept.turns.slice(-TURNS);
    kept.used = Date.now();
    return write(conversation, kept);
  }

  // Take conversations out; returns what brings them back.
  function remove(ids) {
    const removed = ids.map((id) => [id, localStorage[PREFIX + id]]);
    ids.forEach((id) => delete localStorage[PREFIX + id]);
    return () => removed.forEach(([id, text]) => (localStorage[PREFIX + id] = text));
  }

  const tab = () => ofTab('footnote.tab', random);
  const begin = () => ({ conversation: current(random()), turns: [] });
  return { tab, current, list, open, begin, keep, remove };
})();
