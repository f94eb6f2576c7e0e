// data-copy="text" puts the text on the clipboard and says so with data-copied; hidden where there is no clipboard.
(() => {
  if (!navigator.clipboard) return;
  const show = () => document.querySelectorAll("[data-copy][hidden]").forEach((button) => button.removeAttribute("hidden"));
  addEventListener("DOMContentLoaded", show);
  document.addEventListener("htmx:load", show);
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    document.dispatchEvent(new CustomEvent("toast", { detail: { text: button.dataset.copied, tag: "ok" } }));
  });
})();
