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
  // What was unfolded stays so when its section is drawn anew; the focus stays near the button pressed.
  let open = [];
  let pressed = "";
  document.addEventListener("submit", (event) => {
    pressed = event.submitter?.name === "do" ? event.submitter.value : "";
  }, true);
  document.addEventListener("htmx:beforeSwap", () => {
    open = [...document.querySelectorAll("details[open][id]")].map((one) => one.id);
  });
  document.addEventListener("htmx:afterSwap", () => {
    open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (!pressed || document.activeElement !== document.body) return;
    const button = (value) => document.querySelector(`button[name="do"][value="${CSS.escape(value)}"]`);
    const before = pressed.slice(0, pressed.lastIndexOf(":") + 1);
    const at = pressed.match(/(up|down)-(\d+)$/);
    const moved = at && `${before}${at[1] === "up" ? "down" : "up"}-${+at[2] + (at[1] === "up" ? -1 : 1)}`;
    ((moved && button(moved)) || button(pressed) || button(`${before}add`))?.focus();
    pressed = "";
  });
})();
