// Keys, selection and the undo toast of the queue and the lead's page. Everything here has a link or a
// button that does the same without it.
(() => {
  "use strict";
  const one = (selector, from) => (from || document).querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const wide = () => matchMedia("(min-width: 60.01rem)").matches;
  const rows = () => all("a.q-row[data-lead]");
  const panelLead = () => one("#panel")?.dataset.lead || "";
  let selected = "";
  let loading = Promise.resolve();
  let timer = 0;

  const mark = (lead) => {
    selected = lead;
    rows().forEach((row) => {
      if (row.dataset.lead === lead) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    });
  };

  const load = (row) => {
    clearTimeout(timer);
    if (panelLead() === row.dataset.lead) return Promise.resolve();
    loading = htmx.ajax("GET", row.getAttribute("href"), { target: "#panel", swap: "outerHTML", source: row });
    return loading;
  };

  const step = (by) => {
    const found = rows();
    if (!found.length) return;
    const at = found.findIndex((row) => row.dataset.lead === selected);
    const row = found[Math.max(0, Math.min(found.length - 1, at < 0 ? 0 : at + by))];
    mark(row.dataset.lead);
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    clearTimeout(timer);
    if (wide()) timer = setTimeout(() => load(row), 90); // j held down asks once, not for every row
  };

  // What a key does is done to the selected lead, never to the one whose panel is still shown.
  const withPanel = (then) => {
    const row = one(`#q-${selected}`);
    if (!row || panelLead() === selected) return then();
    return load(row).then(() => {
      if (panelLead() !== row.dataset.lead) return;
      htmx.process(one("#panel")); // else a key that is quicker than htmx sends the form the plain way
      then();
    });
  };

  const visible = (element) => element.offsetParent !== null || element.type === "radio";
  const press = (key) => {
    const found = all(`[data-key="${key}"]`).find((each) => !each.disabled && visible(each));
    if (!found) return false;
    const details = found.closest("details");
    if (details && !found.matches("summary")) details.open = true;
    found.click();
    const field = details && found.matches("summary") && details.open && one("select, input:not([type=hidden])", details);
    if (!found.dataset.opens) (field || found).focus();
    return true;
  };

  const noAnswer = () => {
    const call = one('input[name="kind"][value="call"]');
    const button = one('.for-call [value="no_answer"]');
    if (!call || !button) return;
    call.checked = true;
    button.click();
  };

  const typing = (element) =>
    element.isContentEditable ||
    element.matches("textarea, select, input:not([type=radio], [type=checkbox], [type=button], [type=submit])");

  const help = () => {
    const dialog = one("#keys");
    if (dialog && !dialog.open) dialog.showModal();
  };

  const close = () => {
    const link = one("#panel [data-close]:not(.p-close)") || (wide() ? null : one("#panel:not(.is-default) .p-close"));
    if (link) link.click();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || one("dialog[open]")) return;
    if (event.key === "Escape") {
      if (typing(event.target)) event.target.blur();
      else close();
      return;
    }
    if (typing(event.target)) return;
    const queue = one("#queue-list");
    const acts = {
      j: () => (queue ? step(1) : press("j")),
      k: () => (queue ? step(-1) : press("k")),
      "?": help,
      n: () => !event.repeat && withPanel(noAnswer),
      u: () => !event.repeat && press("u"),
      "/": () => (one("#find") ? one("#find").focus() : location.assign("/leads/#find")),
      Enter: null,
    };
    if (event.key === "Enter") {
      const row = event.target.closest?.("a.q-row") || (event.target === document.body && one(`#q-${selected}`));
      if (queue && row && row.dataset.lead === selected) {
        event.preventDefault();
        location.assign(row.dataset.open);
      }
      return;
    }
    const act = acts[event.key];
    if (act) {
      event.preventDefault();
      act();
    } else if (/^[cemtarps1-9\[\]]$/.test(event.key) && !event.repeat) {
      event.preventDefault();
      withPanel(() => press(event.key));
    }
  });

  document.addEventListener("click", (event) => {
    const keys = event.target.closest("[data-keys]");
    if (keys) {
      event.preventDefault();
      help();
    }
    const opens = event.target.closest("[data-opens]");
    if (opens) {
      const details = one(`#${opens.dataset.opens}`);
      event.preventDefault();
      details.open = true;
      details.scrollIntoView({ block: "center" });
      (one("select, input:not([type=hidden])", details) || one("summary", details)).focus();
    }
    const row = event.target.closest("a.q-row[data-lead]");
    if (row && !event.defaultPrevented) mark(row.dataset.lead);
    const closing = event.target.closest(".p-close");
    if (closing) {
      event.preventDefault();
      one("#panel").classList.add("is-default");
      one(`#q-${selected}`)?.focus();
      history.replaceState(null, "", closing.getAttribute("href"));
    }
  });

  // A form sent twice by a double click counts once; its key says so, and the second press finds it closed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 4000);
  });

  let until = 0;
  const startToast = () => {
    const toast = one(".toast-undo[data-left]");
    until = toast ? Date.now() + Number(toast.dataset.left) * 1000 : 0;
  };
  setInterval(() => {
    const toast = one(".toast-undo[data-left]");
    if (!toast || !until) return;
    const left = Math.ceil((until - Date.now()) / 1000);
    if (left <= 0) toast.remove();
    else one(".toast-left", toast).textContent = `, ${left} s`;
  }, 1000);

  const say = (text) => {
    let note = one("#trouble");
    if (!note) {
      note = document.createElement("p");
      note.id = "trouble";
      note.className = "notice notice-breach mb-3";
      note.setAttribute("role", "alert");
      one("#desk")?.before(note);
    }
    note.textContent = text;
  };

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (new URL(xhr.responseURL, location.href).pathname.startsWith("/login/")) {
      event.detail.shouldSwap = false;
      location.assign("/login/?next=" + encodeURIComponent(location.pathname + location.search));
      return;
    }
    if (xhr.status === 422) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (event.detail.elt.id === "queue-poll") return; // it asks again in 20 seconds
    const why = { 403: "Only whoever holds the lead and sales managers may do that.", 404: "This lead is gone." };
    say(`${why[status] || "The server could not do that."} Nothing was changed. Load the page again to see how it stands.`);
  });
  document.addEventListener("htmx:sendError", (event) => {
    if (event.detail.elt.id !== "queue-poll") say("The server can’t be reached. Nothing was changed; what you typed is still here.");
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const target = event.detail.target?.id;
    if (target === "desk" || target === "panel") {
      one("#trouble")?.remove();
      mark(panelLead());
    } else if (target === "queue-list") mark(selected);
    if (target === "desk") {
      startToast();
      const row = one(`#q-${selected}`);
      if (row) row.focus({ preventScroll: true });
    }
    if (target === "panel") {
      const field = one("#panel [data-focus] select, #panel [data-focus] input:not([type=hidden])");
      if (field) field.focus();
      else if (!wide()) one("#panel .p-close")?.focus({ preventScroll: true });
    }
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && one("#queue-poll") && window.htmx) htmx.trigger("#queue-poll", "look");
  });
  addEventListener("popstate", () => one("#desk") && location.reload());

  // A choice that filters shows at once; without a script its button does.
  document.addEventListener("change", (event) => {
    if (event.target.matches(".q-holder select")) event.target.form.requestSubmit();
  });

  mark(panelLead());
  startToast();
  if (location.hash === "#find") one("#find")?.focus();
})();
