// Runs once, when the banner is on the page: the two tabs, by mouse and by keyboard.
const tabs = [...element.querySelectorAll('[role=tab]')];

function choose(tab, focus) {
  tabs.forEach((other) => {
    other.setAttribute('aria-selected', other === tab);
    other.tabIndex = other === tab ? 0 : -1;
  });
  document.documentElement.dataset.mode = tab.id.replace('tab-', '');
  history.replaceState(null, '', tab === tabs[0] ? location.pathname : `#${document.documentElement.dataset.mode}`);
  if (focus) tab.focus();
}

element.addEventListener('click', (click) => {
  const tab = click.target.closest('[role=tab]');
  if (tab) choose(tab);
});
element.addEventListener('keydown', (key) => {
  if (!key.target.matches('[role=tab]') || !['ArrowLeft', 'ArrowRight'].includes(key.key)) return;
  choose(tabs[(tabs.indexOf(key.target) + 1) % tabs.length], true);
});
choose(tabs.find((tab) => location.hash === `#${tab.id.replace('tab-', '')}`) || tabs[0]);
