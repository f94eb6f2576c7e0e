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
      if (part.isConnected) htmx.trigger(part, "live");
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
