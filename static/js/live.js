// One event stream for the page. Events only say what changed; the parts fetch themselves through the ordinary views.
//   [data-live-ticket="42"] and [data-live-list] get the event "live" (hx-trigger="live"),
//   document.body gets "live:ticket", "live:list" … with the event's data as detail.
(() => {
  const address = document.body?.dataset.liveUrl;
  if (!address || !("EventSource" in window)) return;
  let source = null, wasOpen = false, wait = 2000;

  const show = (state) => {
    for (const dot of document.querySelectorAll("[data-live-dot]")) {
      dot.hidden = false;
      dot.dataset.state = state;
    }
  };
  const due = new Map();
  const wake = (part) => {
    if (due.has(part)) return;
    due.set(part, setTimeout(() => {
      due.delete(part);
      const now = part.isConnected ? part : document.getElementById(part.id); // it came anew meanwhile
      if (now) htmx.trigger(now, "live");
    }, part.hasAttribute("data-live-list") ? 400 : 60));
  };
  const wakeAll = (selector) => document.querySelectorAll(selector).forEach(wake);

  const hear = (name) => (event) => {
    let detail = {};
    try {
      detail = JSON.parse(event.data);
    } catch { /* an event without data still wakes the lists */ }
    document.body.dispatchEvent(new CustomEvent(`live:${name}`, { detail }));
    if (name === "ticket") {
      for (const part of document.querySelectorAll(`[data-live-ticket="${Number(detail.id)}"]`)) {
        if (!(Number(part.dataset.version) >= detail.version)) wake(part);
      }
    }
    if (name === "ticket" || name === "list") wakeAll("[data-live-list]");
    if (name === "chat") wakeAll(`[data-live-chat="${Number(detail.id)}"], [data-live-chats]`);
  };

  // A part that comes anew would take away the place to which the answer of an action goes: it waits until that is there.
  const acts = new Set(), waiting = new Set();
  const isLive = ({ requestConfig }) => requestConfig?.triggeringEvent?.type === "live";
  const isAct = ({ requestConfig }) => (requestConfig?.verb ?? "get") !== "get";
  const goOn = () => {
    const parts = [...waiting].map((id) => document.getElementById(id));
    waiting.clear();
    parts.forEach((part) => part && htmx.trigger(part, "live"));
  };
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { detail } = event;
    if (isAct(detail)) {
      acts.add(detail.xhr);
      // Not htmx:afterRequest: nobody hears that when the element that sent it is gone by then.
      detail.xhr.addEventListener("loadend", () => acts.delete(detail.xhr) && !acts.size && setTimeout(goOn));
    } else if (acts.size && isLive(detail)) {
      event.preventDefault();
      waiting.add(detail.elt.id);
    }
  });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (!isLive(detail) || (!acts.size && detail.target.isConnected)) return;
    detail.shouldSwap = false;
    waiting.add(detail.target.id);
    if (!acts.size) setTimeout(goOn);
  });

  const open = () => {
    source = new EventSource(address);
    source.onopen = () => {
      show("on");
      wait = 2000;
      if (wasOpen) wakeAll("[data-live-ticket], [data-live-list], [data-live-chat], [data-live-chats]"); // fetch what was missed
      wasOpen = true;
    };
    source.onerror = () => {
      show("off");
      if (source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
      setTimeout(open, wait);
      wait = Math.min(wait * 2, 30000);
    };
    for (const name of ["ticket", "list", "chat", "person", "notification"]) source.addEventListener(name, hear(name));
  };
  open();
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && open());
})();
