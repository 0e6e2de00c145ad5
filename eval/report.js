"use strict";
const kind = document.getElementById("kind"), failure = document.getElementById("failure");
const shown = document.getElementById("shown"), cards = document.querySelectorAll("article[data-kind]");
function filter() {
  let count = 0;
  for (const card of cards) {
    const fits = (kind.value === "*" || card.dataset.kind === kind.value.slice(1))
      && (failure.value === "*" || card.dataset.failures.split(" ").includes(failure.value));
    card.hidden = !fits;
    count += fits;
  }
  shown.textContent = `${count} of ${cards.length} shown`;
}
if (kind) {
  document.getElementById("filters").hidden = false;
  kind.addEventListener("change", filter);
  failure.addEventListener("change", filter);
  filter();
}
