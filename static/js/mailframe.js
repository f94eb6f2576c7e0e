// [data-mail-frame] links to a mail as it was sent: shown in the message, in a sandboxed frame as high as it is.
// With data-opens this happens by itself when the message comes near the view; a click changes between mail and text.
(() => {
  const chosen = new Map(); // message -> whether somebody wanted the mail or the text
  const heights = new Map();
  const thread = () => document.getElementById("thread");

  // What is read stays where it is: the end at the end, else whatever stands at the top of the view.
  const still = (change) => {
    const view = thread();
    if (!view) return change();
    const atEnd = view.dataset.at === "end", top = view.getBoundingClientRect().top;
    const first = [...view.children].find((part) => part.getBoundingClientRect().bottom > top);
    const before = first?.getBoundingClientRect().top;
    view.style.overflowAnchor = "none";
    change();
    if (atEnd) view.scrollTop = view.scrollHeight;
    else if (first) view.scrollTop += first.getBoundingClientRect().top - before;
    view.style.overflowAnchor = "";
  };
  const fit = (frame, message) => {
    const page = frame.contentDocument?.documentElement;
    if (!page) return;
    const bar = page.scrollWidth > page.clientWidth ? 18 : 0;
    const height = Math.min(Math.max(Math.ceil(page.getBoundingClientRect().height) + bar, 24), 6000);
    if (heights.get(message) === height && frame.style.height) return;
    heights.set(message, height);
    still(() => { frame.style.height = `${height}px`; });
  };
  const parts = (link) => link.closest(".box").querySelectorAll(":scope > .body, :scope > .quoted");
  const reveal = (link, frame) => {
    frame.classList.remove("is-loading");
    for (const part of parts(link)) part.hidden = true;
    const words = link.querySelector("span");
    link.dataset.show ??= words.textContent;
    words.textContent = link.dataset.hide;
  };
  const frameOf = (link) => link.closest(".box").querySelector(":scope > iframe");
  const show = (link) => {
    if (frameOf(link)) return;
    const { mailFrame: message, title } = link.dataset;
    const frame = document.createElement("iframe");
    const dark = document.documentElement.dataset.bsTheme === "dark";
    frame.setAttribute("sandbox", "allow-same-origin allow-popups allow-popups-to-escape-sandbox"); // scripts never
    frame.title = title;
    frame.className = "is-loading"; // the text stays until the mail is there
    frame.src = `${link.getAttribute("href")}${dark ? "?theme=dark" : ""}`;
    frame.addEventListener("load", () => {
      if (!frame.contentDocument?.body || frame.contentDocument.URL === "about:blank") return;
      fit(frame, message);
      still(() => reveal(link, frame));
      new ResizeObserver(() => fit(frame, message)).observe(frame.contentDocument.documentElement);
    });
    link.closest(".box").querySelector(".body").before(frame);
    if (heights.has(message)) {
      frame.style.height = `${heights.get(message)}px`;
      reveal(link, frame);
    }
  };
  const hide = (link) => still(() => {
    frameOf(link)?.remove();
    for (const part of parts(link)) part.hidden = false;
    link.querySelector("span").textContent = link.dataset.show;
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-mail-frame]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const wanted = !frameOf(link);
    chosen.set(link.dataset.mailFrame, wanted);
    if (wanted) show(link);
    else hide(link);
  });

  const near = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      show(target.querySelector("[data-mail-frame]"));
    }
  }, { rootMargin: "400px" });
  const ready = (root) => {
    for (const link of root.querySelectorAll?.("[data-mail-frame]") ?? []) {
      const wanted = chosen.get(link.dataset.mailFrame) ?? link.hasAttribute("data-opens");
      if (!wanted || frameOf(link)) continue;
      // What was there before the conversation was fetched anew is there at once, as high as it was.
      if (heights.has(link.dataset.mailFrame)) show(link);
      else near.observe(link.closest(".msg"));
    }
  };
  ready(document);
  document.addEventListener("htmx:load", (event) => ready(event.detail.elt));
  // Mails are painted for one theme: another one asks for them anew.
  new MutationObserver(() => {
    for (const link of document.querySelectorAll("[data-mail-frame]")) {
      if (!frameOf(link)) continue;
      frameOf(link).remove();
      show(link);
    }
  }).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
})();
