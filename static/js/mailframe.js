// [data-mail-frame] links to a mail as it was sent; a click shows it in the message, in a sandboxed frame as high as it is.
(() => {
  const open = new Set();
  const fit = (frame) => {
    const page = frame.contentDocument?.documentElement;
    if (page) frame.style.height = `${Math.min(Math.max(page.scrollHeight, 60), 6000)}px`;
  };
  const show = (link) => {
    const frame = document.createElement("iframe");
    const dark = document.documentElement.dataset.bsTheme === "dark";
    frame.setAttribute("sandbox", "allow-same-origin allow-popups allow-popups-to-escape-sandbox"); // scripts never
    frame.title = link.textContent.trim();
    frame.src = `${link.getAttribute("href")}${dark ? "?theme=dark" : ""}`;
    frame.addEventListener("load", () => {
      fit(frame);
      new ResizeObserver(() => fit(frame)).observe(frame.contentDocument.body);
    });
    link.closest(".box").querySelector(".body").hidden = true;
    link.parentElement.before(frame);
    const words = link.querySelector("span");
    link.dataset.show = words.textContent;
    words.textContent = link.dataset.hide;
  };
  const hide = (link) => {
    link.parentElement.previousElementSibling.remove();
    link.closest(".box").querySelector(".body").hidden = false;
    link.querySelector("span").textContent = link.dataset.show;
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-mail-frame]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const { mailFrame } = link.dataset;
    if (open.delete(mailFrame)) hide(link);
    else {
      open.add(mailFrame);
      show(link);
    }
  });
  // What was open stays open when the conversation is fetched anew.
  document.addEventListener("htmx:load", (event) => {
    for (const link of event.detail.elt.querySelectorAll?.("[data-mail-frame]") ?? []) {
      if (open.has(link.dataset.mailFrame) && !link.dataset.show) show(link);
    }
  });
})();
