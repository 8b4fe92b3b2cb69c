// A choice marked data-press presses the “Change” button beside it, so that what it asks for is drawn anew.
// Without a script the button is there to be pressed.
(() => {
  "use strict";
  document.addEventListener("change", (event) => {
    const choice = event.target.closest?.("select[data-press]");
    const button = choice?.closest(".cond, .rule-head")?.querySelector(".rule-change");
    if (!button) return;
    event.stopPropagation(); // the button sends the form: not twice
    button.click();
  }, true);
  // What was unfolded stays so when its section is drawn anew.
  let open = [];
  document.addEventListener("htmx:beforeSwap", () => {
    open = [...document.querySelectorAll("details[open][id]")].map((one) => one.id);
  });
  document.addEventListener("htmx:afterSwap", () => {
    open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  });
})();
