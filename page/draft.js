// Runs once, when the checked draft is on the page. A click on evidence shows it in the article.
element.addEventListener('click', (click) => {
  const button = click.target.closest('button[data-event]');
  if (!button) return;
  document.querySelectorAll('.talk .active').forEach((other) => other.classList.remove('active'));
  button.classList.add('active');
  document.documentElement.dataset.asked = 'citation'; // the article is to come into view, even below
  const { event, ...details } = button.dataset;
  trigger(event, details);
});
