// An answer that is held back: [data-held][data-left="9.4"] counts its seconds down in [data-held-words], is said once to
// screen readers ([data-held-said]), and asks for its sending when its time has come. What is taken back gets the cursor.
(() => {
  const dueAt = new WeakMap(), said = new Set();
  const RETRY = 5000; // the worker sends it anyway; asking again only shows it sooner

  const count = (box) => {
    const words = box.querySelector("[data-held-words]"), form = box.querySelector("[data-send-held]");
    if (!words || !form) return;
    notice(box);
    const left = dueAt.get(box) - performance.now();
    const text = left > 0 ? words.dataset.words.replace("{count}", Math.ceil(left / 1000)) : words.dataset.sending;
    if (words.textContent !== text) words.textContent = text;
    if (left > 0) return;
    dueAt.set(box, performance.now() + RETRY);
    words.dataset.words = words.dataset.sending;
    htmx.trigger(form, "held:due");
  };
  const notice = (box) => {
    if (dueAt.has(box)) return;
    dueAt.set(box, performance.now() + Number(box.dataset.left) * 1000);
    const place = document.querySelector("[data-held-said]");
    if (said.has(box.id) || !place) return;
    said.add(box.id);
    place.textContent = box.querySelector("[data-held-words]")?.dataset.said ?? "";
    // What loads below and around it must not push "Undo" out of sight.
    for (const wait of [0, 300, 900]) setTimeout(() => box.isConnected && box.scrollIntoView({ block: "end" }), wait);
  };
  const all = () => document.querySelectorAll("[data-held][data-own]").forEach(count);
  all();
  document.addEventListener("htmx:load", all);
  setInterval(all, 250);

  // --- the editor -------------------------------------------------------------------------------------------------
  const forms = () => [...document.querySelectorAll("#answer form[data-writes]")];
  const focusOn = (form) => (form?.querySelector(".editor.rich") ?? form?.querySelector("textarea"))?.focus();
  const show = (kind) => {
    if (forms().some((form) => form.dataset.writes === kind)) forms().forEach((form) => { form.hidden = form.dataset.writes !== kind; });
    return forms().find((form) => !form.hidden);
  };
  // What the server sends beside another part must not take the form away in which somebody is about to write.
  let before = null;
  document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
    if (detail.target?.id !== "answer") return;
    before = { kind: forms().find((form) => !form.hidden)?.dataset.writes, focused: detail.target.contains(document.activeElement) };
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    const cause = detail.requestConfig?.elt;
    if (cause?.matches?.("[data-to-editor]") && detail.xhr?.status === 200) {
      before = null;
      if (detail.target?.id === "answer" || detail.elt?.id === "answer") setTimeout(() => focusOn(show("reply")));
    } else if (before) {
      const { kind, focused } = before;
      before = null;
      const form = kind ? show(kind) : null;
      if (focused) setTimeout(() => focusOn(form));
    }
  });
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("[data-copies]") && event.target.open && event.target.contains(document.activeElement)) event.target.querySelector("input")?.focus();
  }, true);
})();
