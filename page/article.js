// Runs once, when the article pane is on the page. `element`, `trigger` and `watch` come from Gradio's HTML component.
element.addEventListener('click', (click) => {
  const button = click.target.closest('button');
  if (!button) return;
  if (button.dataset.event) {
    const { event, ...details } = button.dataset;
    document.documentElement.dataset.asked = details.number ? 'citation' : 'top';
    trigger(event, details);
  } else if ('return' in button.dataset) {
    const from = document.querySelector('.talk .active') || document.querySelector('.talk');
    from.scrollIntoView({ block: 'center' });
    from.focus({ preventScroll: true });
  }
});

watch('value', () => {
  const sheet = element.querySelector('.sheet');
  const mark = element.querySelector('mark.current') || element.querySelector('mark');
  const asked = document.documentElement.dataset.asked;
  delete document.documentElement.dataset.asked;
  if (!sheet) return;
  const behavior = matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth';
  if (getComputedStyle(sheet).overflowY === 'visible') { // a narrow page: the article stands below and scrolls with it
    if (asked) (mark || sheet).scrollIntoView({ block: mark ? 'center' : 'start', behavior });
    return;
  }
  const offset = mark ? mark.getBoundingClientRect().top - sheet.getBoundingClientRect().top - sheet.clientHeight / 3 : -sheet.scrollTop;
  sheet.scrollTo({ top: sheet.scrollTop + offset, behavior });
});
