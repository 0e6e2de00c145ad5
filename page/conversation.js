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
  trigger(event, details);
});

// Keep the latest question at the top of what is seen, and never pull a reader down who has scrolled up meanwhile.
let seen = 0;
watch('value', () => {
  const turns = element.querySelectorAll('.turn');
  const latest = turns[turns.length - 1];
  if (latest && turns.length !== seen) latest.scrollIntoView({ block: 'start' });
  seen = turns.length;
});
