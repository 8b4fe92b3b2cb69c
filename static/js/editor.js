/* The editor of an agreement. What is typed is sent by htmx; here is only what it can't know: which button was
   pressed, what was typed meanwhile, mistakes beside their fields, and the way from a clause to its section. */
(() => {
  "use strict";
  const one = (selector, within = document) => within.querySelector(selector);
  const every = (selector, within = document) => [...within.querySelectorAll(selector)];
  const formOf = (element) => element?.closest?.("form[data-section]");
  const typed = new WeakMap(); // how often something was typed in a form,
  const sent = new WeakMap(); // as of its last request,
  const kept = new WeakMap(); // and as of what is stored
  const count = (map, form) => map.get(form) || 0;
  const unsaved = () => every("form[data-section]").filter((form) => count(typed, form) > count(kept, form));
  const redraw = new WeakSet();
  let asked = 0; // requests on their way
  let proposal = null; // waits for them

  const say = (text) => {
    const saved = one("#saved");
    if (!saved) return;
    const words = Object.assign(document.createElement("span"), { className: "state state-breach", textContent: text });
    saved.replaceChildren(words);
  };

  // --- Typing, and what is sent ---------------------------------------------------------------

  const note = (event) => {
    const form = formOf(event.target);
    if (form) typed.set(form, count(typed, form) + 1);
  };
  document.addEventListener("input", note);
  document.addEventListener("change", (event) => {
    const form = formOf(event.target);
    if (form && count(typed, form) === count(kept, form)) note(event);
    if (form && event.target.matches("[data-redraw]")) redraw.add(form); // what it asks for changes the fields
  });

  const pressed = (event, form) => {
    if (event?.type === "submit") return event.detail?.do || event.submitter?.value || "";
    return redraw.delete(form) ? "draw" : "";
  };
  document.addEventListener("htmx:configRequest", (event) => {
    const form = event.detail.elt;
    if (!form.matches?.("form[data-section]")) return;
    const what = pressed(event.detail.triggeringEvent, form);
    if (what) event.detail.parameters.do = what;
    else delete event.detail.parameters.do;
    sent.set(form, count(typed, form));
  });
  const send = (form, what) => form.dispatchEvent(new CustomEvent("submit", { bubbles: true, cancelable: true, detail: { do: what } }));

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.matches?.("form[data-section]")) asked += 1;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, elt, target } = event.detail;
    if (!xhr.getResponseHeader("X-Draft")) return;
    if (xhr.status === 422 || xhr.status === 409) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
    // drawn again while somebody typed on: theirs goes first, and is sent once more
    if (elt.matches?.("form[data-section]") && elt.contains(document.activeElement) && target?.contains(elt) && count(typed, elt) > count(sent, elt)) {
      const answer = new DOMParser().parseFromString(xhr.responseText, "text/html");
      const seen = one(`#seen-${elt.dataset.section}`, answer);
      if (seen) one(`#seen-${elt.dataset.section}`).replaceWith(document.importNode(seen, true));
      event.detail.shouldSwap = false;
      const what = event.detail.requestConfig.parameters.do;
      setTimeout(() => send(elt, what), 0);
    }
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { requestConfig, xhr } = event.detail;
    const elt = requestConfig?.elt; // the event is its neighbour's where it was drawn again
    if (!elt?.matches?.("form[data-section]")) return;
    asked -= 1;
    const own = xhr.getResponseHeader("X-Draft");
    if (own && xhr.status === 200) kept.set(elt, count(sent, elt));
    else if (!own && xhr.status && xhr.status < 400) say("Not saved: you are logged out. Log in in another window, then save again.");
    if (!asked && proposal) {
      const [form] = [proposal, (proposal = null)];
      if (!unsaved().length) form.submit();
      else one("[data-mistakes] a, [role=alert] .notice")?.scrollIntoView({ block: "center" });
    }
  });
  document.addEventListener("htmx:sendError", (event) => {
    if (formOf(event.detail.elt)) say("Not saved: the server can’t be reached. What you typed is still here.");
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (formOf(event.detail.elt)) say("Not saved: the server could not do that. What you typed is still here.");
  });

  // A proposal waits until everything typed is stored.
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "propose" || (!unsaved().length && !asked)) return;
    event.preventDefault();
    proposal = event.target;
    unsaved().forEach((form) => send(form, ""));
  });
  addEventListener("pagehide", () => {
    for (const form of unsaved()) {
      const data = new FormData(form);
      data.delete("do");
      navigator.sendBeacon(form.action, data);
    }
  });

  // --- Mistakes beside their fields -----------------------------------------------------------

  const place = (form) => {
    every(".field-error", form).forEach((error) => error.remove());
    every(".is-invalid", form).forEach((field) => {
      field.classList.remove("is-invalid");
      field.removeAttribute("aria-invalid");
    });
    for (const link of every("[data-mistakes] a", form)) {
      const field = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (!field || !form.contains(field)) continue;
      field.closest("details")?.setAttribute("open", "");
      const control = field.matches("input, select, textarea") ? field : null;
      control?.classList.add("is-invalid");
      control?.setAttribute("aria-invalid", "true");
      const error = Object.assign(document.createElement("p"), { className: "field-error", textContent: link.textContent });
      (control?.closest(".input-group") || control || field).insertAdjacentElement(control ? "afterend" : "beforeend", error);
    }
  };
  document.addEventListener("htmx:oobAfterSwap", (event) => {
    const mistakes = event.detail.target;
    if (mistakes?.id?.startsWith("mistakes-")) {
      const form = formOf(document.getElementById(mistakes.id));
      if (form) place(form);
    }
  });

  // --- From a clause, or the list, to its section ----------------------------------------------

  const show = (part) => {
    part.scrollIntoView({ block: "start" });
    one("h2", part)?.focus({ preventScroll: true });
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-goto]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const part = document.getElementById(`s-${link.dataset.goto}`);
    const edit = one("[data-edit]", part);
    if (!part || (!edit && !one("form[data-section]", part))) return;
    event.preventDefault();
    if (edit) htmx.ajax("GET", edit.getAttribute("href"), { target: `#${part.id}`, swap: "outerHTML" }).then(() => show(document.getElementById(part.id)));
    else show(part);
  });

  // --- Where one is ----------------------------------------------------------------------------

  document.addEventListener("focusin", (event) => {
    const section = formOf(event.target)?.dataset.section;
    const here = one("#editions [name=here]");
    if (!section || !here || (here.value === section && one(".here"))) return;
    here.value = section;
    every("[data-said]").forEach((said) => said.classList.toggle("here", said.dataset.said === section));
    every(".steps [data-goto]").forEach((step) => {
      if (step.dataset.goto === section) step.setAttribute("aria-current", "step");
      else step.removeAttribute("aria-current");
    });
    const said = one(".live .here");
    const box = one(".live");
    if (said && box && box.scrollHeight > box.clientHeight) box.scrollTop = said.offsetTop - box.offsetTop - 48;
  });
  addEventListener("DOMContentLoaded", () => {
    if (one("#company")) htmx.trigger("#company", "look");
    // typed before this script was there, or put back by the browser
    const differs = (field) =>
      field.type === "hidden" || field.type === "submit" ? false
      : "defaultChecked" in field && /checkbox|radio/.test(field.type) ? field.checked !== field.defaultChecked
      : field.options ? [...field.options].some((option) => option.defaultSelected && !option.selected)
      : "defaultValue" in field && field.value !== field.defaultValue;
    for (const form of every("form[data-section]").filter((one) => [...one.elements].some(differs))) {
      typed.set(form, 1);
      send(form, "");
    }
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && one("#company") && window.htmx) htmx.trigger("#company", "look");
  });
})();
