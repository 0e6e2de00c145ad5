// Runs once, when the conversation is on the page. `element`, `trigger` and `watch` come from Gradio's HTML component.
element.addEventListener('click', (click) => {
  const button = click.target.closest('button[data-event]');
  if (!button) return;
  if (button.dataset.event === 'click') {
    document.querySelectorAll('.talk .active').forEach((other) => other.classList.remove('active'));
    button.classList.add('active');
    document.documentElement.dataset.asked = 'citation'; // the article is to come into view, even below
  }
  const { event, ...details } = button.dataset;
  if (event === 'edit') edit(button, details);
  else trigger(event, details);
});

// A line in which the question can be said in full. Enter asks it, Escape leaves it as it was.
function edit(button, { turn, question }) {
  const place = button.closest('p');
  const line = document.createElement('form');
  line.className = 'rereading';
  line.innerHTML = '<textarea rows="2" aria-label="The question, said in full"></textarea><p><button>Ask this</button> <button type="button" class="quiet">Cancel</button></p>';
  const [text, , cancel] = line.querySelectorAll('textarea, button');
  const leave = () => { line.remove(); place.hidden = false; button.focus(); };
  const ask = () => {
    if (!text.value.trim()) return text.focus();
    leave();
    if (text.value.trim() !== question.trim()) trigger('submit', { turn, question: text.value });
  };
  line.addEventListener('submit', (submit) => { submit.preventDefault(); ask(); });
  line.addEventListener('keydown', (key) => {
    if (key.key === 'Escape') leave();
    else if (key.key === 'Enter' && !key.shiftKey && key.target === text) { key.preventDefault(); ask(); }
  });
  cancel.addEventListener('click', leave);
  text.value = question;
  place.hidden = true;
  place.after(line);
  text.focus();
  text.setSelectionRange(question.length, question.length);
}

// Keep the latest question at the top of what is seen, and never pull a reader down who has scrolled up meanwhile.
let seen = 0;
watch('value', () => {
  const turns = element.querySelectorAll('.turn');
  const latest = turns[turns.length - 1];
  if (latest && turns.length !== seen) latest.scrollIntoView({ block: 'start' });
  seen = turns.length;
});
