// Runs once: documents of the reader's own, added, listed and removed. The server says what it takes; see page/uploads.py.
const section = element.querySelector('.own');
const input = section.querySelector('input');
const spoken = section.querySelector('[role=status]');
const adding = new Map(); // files on their way, or refused: by name, what is said of them
let known = { scope: 'off', uploads: [] };

function make(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children); // text stays text
  return made;
}

async function request(method, name = '', body = undefined) {
  const headers = { 'x-footnote-tab': window.footnote.tab(), 'content-type': 'application/octet-stream' };
  const response = await fetch(`/uploads?name=${encodeURIComponent(name)}`, { method, headers, body });
  const said = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(said.detail || 'The server did not answer. Try again.');
  return said;
}

function row(title, words, name, remove) {
  const gone = make('button', { type: 'button', className: 'remove', textContent: '×', title: 'Remove', ariaLabel: `Remove “${name}”`, onclick: remove });
  return make('li', {}, title, ...(words ? [make('span', { className: 'note', textContent: words })] : []), ...(remove ? [gone] : []));
}

function listed({ name, document: id, title }) {
  const open = make('button', { type: 'button', className: 'title', textContent: title, onclick: () => trigger('click', { document: id }) });
  return row(open, title === name ? '' : name, name, async () => {
    known = await request('DELETE', name).catch(() => known);
    changed(`Removed ${name}.`);
  });
}

function waiting([name, { words, refused }]) {
  return row(make('bdi', { textContent: name }), words, name, refused && (() => { adding.delete(name); draw(); }));
}

function draw() {
  section.hidden = known.scope === 'off';
  section.querySelector('.note').textContent =
    known.scope === 'all' ? 'Everybody who uses this page sees them.' : 'Only this tab sees them, until it is closed.';
  input.accept = (known.types || []).join();
  section.querySelector('ul').replaceChildren(...known.uploads.map(listed), ...[...adding].map(waiting));
}

// The list has changed, so the answers and the articles may.
function changed(words) {
  spoken.textContent = words;
  draw();
  trigger('change', { contents: 'all' });
}

async function watchProgress(name) {
  while (adding.has(name) && !adding.get(name).refused) {
    const { done, total } = await request('GET').catch(() => ({}));
    if (total && adding.get(name) && !adding.get(name).refused) adding.set(name, { words: `Reading it: ${done} of ${total} passages` });
    draw();
    await new Promise((again) => setTimeout(again, 700));
  }
}

async function add(files) {
  for (const file of files) adding.set(file.name, { words: 'Waiting' });
  for (const file of files) {
    adding.set(file.name, { words: 'Reading it' });
    draw();
    watchProgress(file.name);
    try {
      if (file.size > known.file_limit) throw new Error(`It is larger than ${known.file_limit / 1e6} MB. Split it.`);
      const { name } = await request('POST', file.name, file);
      adding.delete(file.name);
      known = await request('GET');
      changed(`Added ${name}.`);
    } catch (error) {
      adding.set(file.name, { words: `Skipped: ${error.message}`, refused: true });
      spoken.textContent = `${file.name}: ${error.message}`;
      draw();
    }
  }
}

section.querySelector('.add').onclick = () => input.click();
input.onchange = () => { add([...input.files]); input.value = ''; };
const desk = element.closest('#right');
desk.addEventListener('dragover', (drag) => {
  if (known.scope !== 'off' && drag.dataTransfer.types.includes('Files')) drag.preventDefault();
});
desk.addEventListener('drop', (drop) => {
  if (known.scope === 'off' || !drop.dataTransfer.files.length) return;
  drop.preventDefault();
  add([...drop.dataTransfer.files]);
});
request('GET').then((said) => { known = said; draw(); }, () => {});
