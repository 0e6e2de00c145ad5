// Runs once: the conversations that this browser keeps, on the page. store.js keeps them; the server only looks at them.
const $ = (selector) => document.querySelector(selector);
const { footnote } = window;

function make(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children); // text stays text
  return made;
}

function notice(words, undo) {
  const close = make('button', { type: 'button', className: 'quiet', textContent: 'Close', onclick: () => $('#notice').replaceChildren() });
  const back = undo && make('button', { type: 'button', className: 'quiet', textContent: 'Undo', onclick: () => { undo(); close.click(); } });
  $('#notice').replaceChildren(...(words ? [make('p', { textContent: words }), ...(back ? [back] : []), close] : []));
}

function when(used) {
  const date = new Date(used);
  const today = date.toDateString() === new Date().toDateString();
  return today ? date.toLocaleTimeString([], { timeStyle: 'short' }) : date.toLocaleDateString([], { dateStyle: 'medium' });
}

function row({ id, name, used }) {
  const open = make('button', { type: 'button', className: 'pick' }, make('bdi', { textContent: name }), make('time', { textContent: when(used) }));
  open.ariaCurrent = id === footnote.current();
  open.onclick = () => { $('#conversations').hidePopover(); show(id); };
  const remove = make('button', { type: 'button', className: 'remove', textContent: '×', title: 'Delete', ariaLabel: `Delete “${name}”` });
  remove.onclick = () => removed([id], `Deleted “${name}”.`);
  return make('li', {}, open, remove);
}

function draw() {
  const kept = footnote.list();
  const open = kept.some(({ id }) => id === footnote.current());
  $('#kept .count').textContent = kept.length || '';
  $('#conversations ul').replaceChildren(...(kept.length ? kept.map(row) : [make('li', { className: 'note', textContent: 'None yet. A question begins one.' })]));
  $('#conversations .saving').hidden = !open;
  $('#remove-all').hidden = !kept.length;
}

function show(id) {
  trigger('select', footnote.open(id));
}

function begin() {
  notice('');
  trigger('clear', footnote.begin());
  $('#question textarea').focus();
}

function removed(ids, words) {
  const open = footnote.current();
  const undo = footnote.remove(ids);
  const wasOpen = ids.includes(open);
  if (wasOpen) trigger('clear', footnote.begin());
  draw();
  notice(words, () => {
    undo();
    if (wasOpen) show(open);
    draw();
  });
}

function keep(told) {
  const left = footnote.keep(told);
  if (left === null) notice('This browser keeps nothing for this page: the conversation is gone when the page is closed.');
  else if (left.length) notice(`The browser's storage is full. To make room, these left: ${left.map((name) => `“${name}”`).join(', ')}.`);
}

function save({ file, content }) {
  const address = URL.createObjectURL(new Blob([content], { type: 'application/octet-stream' }));
  make('a', { href: address, download: file }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

watch('value', () => {
  const told = element.querySelector('span')?.dataset;
  if (!told) return;
  if (told.file) save(told);
  else if (told.record) keep(told);
  else footnote.current(told.conversation);
  draw();
});

$('#new').onclick = begin;
$('#remove-all').onclick = () => removed(footnote.list().map(({ id }) => id), 'Deleted all conversations.');
$('#conversations').addEventListener('beforetoggle', draw);
$('#conversations .saving').addEventListener('click', (click) => {
  const { form } = click.target.dataset;
  if (form) trigger('download', { form });
});
addEventListener('storage', draw); // another tab of this browser asked something
draw();
