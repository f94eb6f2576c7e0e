// Keys. An element with data-hotkey="r" (or "g i", "Mod+k", "Mod+Enter", "Escape") is clicked, or focused if it is an
// input; data-hotkey-name says in the "?" dialog what it does. Single keys obey data-single-keys="off" on the body.
(() => {
  const panes = "#main, .views, .list, .talk, .panel";
  const rows = ".list a.t, [data-row]";
  const single = () => document.body.dataset.singleKeys !== "off";
  const visible = (element) => element.getClientRects().length > 0;
  const writing = (element) => element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
  let first = "", since = 0;

  const find = (key, root = document) =>
    [...root.querySelectorAll("[data-hotkey]")].find((element) => element.dataset.hotkey === key && (visible(element) || element.matches("a")));
  const use = (element) => {
    if (writing(element)) {
      element.focus();
      element.select?.();
    } else element.click();
  };
  const press = (event, key, root) => {
    const element = find(key, root);
    if (!element) return false;
    event.preventDefault();
    use(element);
    return true;
  };

  const step = (by) => {
    const all = [...document.querySelectorAll(rows)].filter(visible);
    if (!all.length) return false;
    const focused = all.indexOf(document.activeElement.closest(rows));
    const at = focused >= 0 ? focused : all.findIndex((row) => row.hasAttribute("aria-current"));
    const next = all[Math.max(0, Math.min(all.length - 1, at + by))];
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
    return true;
  };
  const nextPane = (by) => {
    const all = [...document.querySelectorAll(panes)].filter(visible);
    if (!all.length) return;
    const at = all.findIndex((pane) => pane.contains(document.activeElement));
    const pane = all[at < 0 ? 0 : (at + by + all.length) % all.length];
    if (!pane.hasAttribute("tabindex")) pane.tabIndex = -1;
    pane.focus();
  };
  const help = () => {
    const dialog = document.getElementById("keys"), list = dialog?.querySelector("[data-keys-list]");
    if (!list || dialog.open) return;
    list.querySelectorAll("[data-own]").forEach((entry) => entry.remove());
    const seen = new Set();
    for (const element of document.querySelectorAll("[data-hotkey]")) {
      const keys = element.dataset.hotkey;
      if (seen.has(keys) || /^(Mod|Escape)/.test(keys)) continue;
      seen.add(keys);
      const entry = document.createElement("div"), term = document.createElement("dt"), sense = document.createElement("dd");
      entry.dataset.own = "";
      for (const key of keys.split(" ")) {
        const cap = document.createElement("kbd");
        cap.textContent = key;
        term.append(cap, " ");
      }
      const label = element.querySelector(".txt, .lbl, .sr") ?? element;
      sense.textContent = element.dataset.hotkeyName || element.getAttribute("aria-label") || label.textContent.trim();
      entry.append(term, sense);
      list.append(entry);
    }
    dialog.showModal();
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey) return;
    const { key, target } = event;
    const mod = event.ctrlKey || event.metaKey;
    const dialog = document.querySelector("dialog[open]");
    if (key === "F6" && !mod && !dialog) {
      event.preventDefault();
      nextPane(event.shiftKey ? -1 : 1);
    } else if (mod && key === "Enter") {
      press(event, "Mod+Enter", target.closest("form") ?? dialog ?? document);
    } else if (mod && key.toLowerCase() === "k" && !event.shiftKey && !target.isContentEditable) {
      press(event, "Mod+k");
    } else if (key === "Escape" && !dialog) {
      if (writing(target)) target.blur();
      else if (!press(event, "Escape")) document.querySelector(".list [aria-current]")?.focus();
    } else if (!mod && !dialog && single() && !writing(target)) {
      letter(event, key);
    }
  });
  const letter = (event, key) => {
    const chain = first && event.timeStamp - since < 1200 ? `${first} ${key}` : "";
    first = "";
    if (chain && press(event, chain)) return;
    if (key === "?") help();
    else if (key === "j" || key === "k") {
      if (step(key === "j" ? 1 : -1)) event.preventDefault();
    } else if (key.length === 1 && !press(event, key)) {
      first = key;
      since = event.timeStamp;
    }
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest('[data-dialog="keys"]')) {
      event.preventDefault();
      help();
    }
  }, true);
})();
