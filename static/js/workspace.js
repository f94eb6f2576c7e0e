// The workspace: the list stays while tickets open beside it; rows change in place; reply and note share one place.
(() => {
  const shell = document.querySelector(".ws");
  const scripts = (document.currentScript?.dataset.editorScripts ?? "").split(" ").filter(Boolean);
  if (!shell) return;

  // The editor is fetched with the first ticket, not with the list.
  let editor = false;
  const needEditor = () => {
    if (editor || !document.querySelector("textarea[data-editor]")) return;
    editor = true;
    for (const address of scripts) {
      const script = document.createElement("script");
      script.src = address;
      script.async = false; // in this order
      document.head.append(script);
    }
  };
  needEditor();

  // --- list and ticket --------------------------------------------------------------------------------------------
  const mark = () => {
    const open = document.getElementById("talk")?.dataset.ticket;
    for (const row of document.querySelectorAll(".list a.t[aria-current]")) row.removeAttribute("aria-current");
    if (open) document.querySelector(`#row-${open} a.t`)?.setAttribute("aria-current", "true");
    const title = document.querySelector(".list h1"); // beside a ticket, its subject is the page's heading
    if (open && title) {
      title.setAttribute("role", "heading");
      title.setAttribute("aria-level", "2");
    }
  };
  document.addEventListener("htmx:afterSwap", (event) => {
    const { id } = event.detail.target;
    if (id === "talk") {
      const talk = document.getElementById("talk");
      shell.dataset.pane = "talk";
      if (talk?.dataset.title) document.title = `${talk.dataset.title} – ${document.title.split(" – ").pop()}`;
      talk?.querySelector("h1")?.focus({ preventScroll: true });
      mark();
    } else if (id === "list") {
      shell.dataset.pane = shell.dataset.pane === "talk" && innerWidth >= 768 ? "talk" : "list";
      mark();
    } else if (id === "inserted") insert();
  });
  document.addEventListener("htmx:afterSettle", needEditor);
  document.addEventListener("click", (event) => {
    const back = event.target.closest("[data-to-list]");
    if (!back) return;
    event.preventDefault();
    shell.dataset.pane = "list";
    const row = document.querySelector(".list a.t[aria-current]");
    const address = new URL(location.href);
    address.pathname = "/tickets/";
    history.pushState({}, "", address);
    (row ?? document.getElementById("list"))?.focus();
  });
  addEventListener("popstate", (event) => {
    if (!event.state?.htmx) location.reload();
  });

  // A ticket that changed elsewhere: its row is replaced where it stands.
  document.body.addEventListener("live:ticket", ({ detail }) => {
    const row = document.getElementById(`row-${Number(detail.id)}`);
    if (!row || Number(row.dataset.version) >= detail.version) return;
    const query = row.querySelector("a.t")?.search ?? "";
    htmx.ajax("GET", `/tickets/${Number(detail.id)}/row/${query}`, { source: row, target: row, swap: "outerHTML" }).then(mark);
  });

  // The answer to one's own action brings what changed; a live refresh of the same ticket waits for it.
  const versions = new Map();
  let running = 0;
  const isAction = ({ requestConfig: { verb, path } }) => verb === "post" && /^\/tickets\/\d+\//.test(path);
  document.body.addEventListener("live:ticket", ({ detail }) => versions.set(String(detail.id), detail.version));
  document.addEventListener("live", (event) => {
    if (event.target.id === "thread" && running) event.stopImmediatePropagation();
  }, true);
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (!isAction(detail)) return;
    running += 1;
    detail.xhr.addEventListener("loadend", () => {
      running -= 1;
      setTimeout(() => {
        const thread = document.getElementById("thread");
        if (thread && Number(thread.dataset.version) < versions.get(thread.dataset.liveTicket)) htmx.trigger(thread, "live");
      }, 200);
    });
  });

  // A dialog that was closed is gone; the next one comes from the server.
  document.addEventListener("close", (event) => {
    if (["dialogs", "why"].includes(event.target.parentElement?.id)) event.target.remove();
  }, true);

  // --- writing ----------------------------------------------------------------------------------------------------
  const focusOn = (form) => (form.querySelector(".editor.rich") ?? form.querySelector("textarea"))?.focus();
  document.addEventListener("click", (event) => {
    const tab = event.target.closest("[data-write]");
    if (!tab) return;
    event.preventDefault();
    for (const form of document.querySelectorAll("form[data-writes]")) {
      form.hidden = form.dataset.writes !== tab.dataset.write;
      if (!form.hidden) focusOn(form);
    }
  });
  document.addEventListener("keydown", (event) => { // Enter behind an address is no wish to send
    if (event.key === "Enter" && event.target.matches(".copies input")) event.preventDefault();
  });
  document.addEventListener("change", (event) => {
    if (!event.target.matches('.pick-files input[type="file"]')) return;
    const chosen = event.target.form?.querySelector("[data-chosen]");
    if (chosen) chosen.textContent = [...event.target.files].map((file) => file.name).join(", ");
  });
  const insert = () => {
    const place = document.getElementById("inserted"), area = document.getElementById("reply-body");
    const text = place?.querySelector("[data-text]")?.innerHTML;
    if (!text || !area) return;
    const greeting = area.value.trim() ? "" : place.querySelector("[data-greeting]")?.innerHTML ?? "";
    const plain = [...place.querySelectorAll(greeting ? "[data-greeting], [data-text]" : "[data-text]")].map((part) => part.innerText.trim());
    place.replaceChildren();
    document.querySelector('[data-write="reply"]')?.click();
    const unheard = area.dispatchEvent(new CustomEvent("editor:insert", { detail: { html: greeting + text }, cancelable: true }));
    // Where the editor could not be loaded, the plain field takes the words.
    if (unheard) area.value = [area.value.trim(), ...plain].filter(Boolean).join("\n\n");
  };
})();
