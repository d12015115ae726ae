// A page that is read in the dark look is printed in the light one, with the colours of code and all.
const print = window.matchMedia("print");
const root = document.documentElement;
let before;

function toLight() {
  before ??= root.dataset.theme;
  root.dataset.theme = "light";
}

function back() {
  if (before) root.dataset.theme = before;
  before = undefined;
}

print.addEventListener("change", (event) => (event.matches ? toLight() : back()));
window.addEventListener("beforeprint", toLight);
window.addEventListener("afterprint", back);
