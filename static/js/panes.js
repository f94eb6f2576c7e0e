// On phones one pane at a time: data-show-pane="panel" switches without a new page, its link works without scripts.
// The newest message of a thread is in view when it opens, and stays there while new ones come in.
(() => {
  const heights = new WeakMap(); // of threads, when they were last scrolled to their end
  const toEnd = (thread) => { thread.scrollTop = thread.scrollHeight; heights.set(thread, thread.scrollHeight); };
  // What loads late (pictures, frames, how far a mail got) makes a thread grow: who was at its end stays there.
  const grown = new ResizeObserver((entries) => {
    for (const thread of new Set(entries.map(({ target }) => target.closest(".thread")))) {
      if (thread?.dataset.at === "end") toEnd(thread);
    }
  });
  let left = null; // where somebody was who reads further up, while the same thread comes anew
  const ready = (root = document) => {
    for (const thread of root.querySelectorAll?.(".thread:not([data-at])") ?? []) {
      const above = left?.ticket === thread.dataset.liveTicket ? left : null;
      left = null;
      thread.dataset.at = above ? "above" : "end";
      if (above) thread.scrollTop = above.top;
      else {
        toEnd(thread);
        addEventListener("load", () => toEnd(thread), { once: true });
      }
      for (const part of thread.children) grown.observe(part);
      thread.addEventListener("scroll", () => {
        if (thread.dataset.at === "end" && thread.scrollHeight !== heights.get(thread)) return; // it grew, nobody scrolled
        thread.dataset.at = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 60 ? "end" : "above";
      }, { passive: true });
      // What somebody unfolds is what they read now.
      thread.addEventListener("click", ({ target }) => {
        if (target.closest("summary, [data-mail-frame]")) thread.dataset.at = "above";
      });
    }
  };
  document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
    const thread = target?.matches?.(".thread") ? target : null;
    if (thread?.dataset.at === "above") left = { ticket: thread.dataset.liveTicket, top: thread.scrollTop };
  });
  ready();
  document.addEventListener("htmx:load", (event) => ready(event.detail.elt.parentNode ?? document));
  document.addEventListener("htmx:afterSettle", () => {
    for (const thread of document.querySelectorAll('.thread[data-at="end"]')) toEnd(thread);
  });
  document.addEventListener("click", (event) => {
    const way = event.target.closest("[data-show-pane]");
    const shell = document.querySelector(".ws");
    if (!way || !shell) return;
    event.preventDefault();
    if (shell.dataset.pane !== way.dataset.showPane) shell.dataset.back = shell.dataset.pane;
    shell.dataset.pane = way.dataset.showPane;
    const pane = document.querySelector(`.${way.dataset.showPane}`);
    if (pane && !pane.hasAttribute("tabindex")) pane.tabIndex = -1;
    pane?.focus({ preventScroll: true });
    document.querySelectorAll(".thread").forEach(toEnd);
  });
  // A drawer closes by a click beside it or by Escape.
  const closeDrawer = () => {
    const shell = document.querySelector(".ws[data-back]");
    if (!shell) return false;
    shell.dataset.pane = shell.dataset.back;
    delete shell.dataset.back;
    return true;
  };
  document.addEventListener("click", (event) => {
    const shell = document.querySelector(".ws[data-back]");
    if (shell && !event.target.closest(`.${shell.dataset.pane}, [data-show-pane], dialog`)) closeDrawer();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]") && closeDrawer()) event.stopPropagation();
  }, true);
})();
