// Every request carries the CSRF token, shows on the pressed button that it runs, and says on failure what to do.
(() => {
  const words = () => document.getElementById("words")?.dataset ?? {};
  const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

  // --- requests ---------------------------------------------------------------------------------------------------
  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = token();
  });
  // A refused form (422) and a changed ticket (409) come back as parts to show, not as errors.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (new URL(xhr.responseURL || location.href, location.href).pathname.startsWith("/account/login/")) {
      event.detail.shouldSwap = false;
      location.reload();
    } else if ([409, 422].includes(xhr.status) && xhr.responseText.trim()) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });

  // Under hx-push-url="false" the address stays what it is; htmx 2.0.10 pushes that of boosted forms all the same.
  document.addEventListener("htmx:beforeHistoryUpdate", ({ detail }) => {
    if (detail.requestConfig?.elt?.closest("[hx-push-url]")?.getAttribute("hx-push-url") !== "false") return;
    detail.history.type = "replace";
    detail.history.path = location.href;
  });

  // --- busy -------------------------------------------------------------------------------------------------------
  const setBusy = (button, busy) => {
    if (!button) return;
    button.classList.toggle("is-busy", busy);
    if (busy) button.setAttribute("aria-busy", "true");
    else button.removeAttribute("aria-busy");
  };
  const pressed = new WeakMap();
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, requestConfig } = event.detail;
    const cause = requestConfig.triggeringEvent;
    const button = cause?.submitter ?? (elt.matches("button, a.btn") ? elt : null);
    if (!button) return;
    pressed.set(event.detail.xhr, button);
    setBusy(button, true);
  });
  document.addEventListener("htmx:afterRequest", (event) => setBusy(pressed.get(event.detail.xhr), false));
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (event.defaultPrevented || !button || button.form?.method === "dialog" || button.form?.target) return;
    if (button.classList.contains("is-busy")) event.preventDefault(); // the second click of a double click
    else setBusy(button, true);
  });
  addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll(".is-busy")) setBusy(button, false);
  });

  // --- toasts -----------------------------------------------------------------------------------------------------
  const shapes = { ok: "circle-check", info: "info-circle", warn: "alert-triangle", bad: "alert-triangle" };
  const svg = (name) => {
    const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    const sample = document.querySelector("svg use")?.getAttribute("href") ?? "/static/vendor/icons.svg#x";
    icon.setAttribute("class", "i");
    icon.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `${sample.split("#")[0]}#${name}`);
    icon.append(use);
    return icon;
  };
  const toast = ({ text, tag = "info", href = "", link = "" }) => {
    const place = document.getElementById("toasts");
    if (!place || !text) return;
    const flash = document.createElement("div");
    const sentence = document.createElement("p");
    const close = document.createElement("button");
    const name = document.createElement("span");
    flash.className = `flash f-${tag in shapes ? tag : "info"}`;
    sentence.textContent = text;
    if (href && new URL(href, location.href).origin === location.origin) {
      const way = document.createElement("a");
      way.href = href;
      way.textContent = link || href;
      sentence.append(" ", way);
    }
    close.className = "btn btn-quiet btn-icon";
    close.type = "button";
    close.dataset.dismiss = ".flash";
    name.className = "sr";
    name.textContent = words().close ?? "";
    close.append(svg("x"), name);
    flash.append(svg(shapes[tag] ?? shapes.info), sentence, close);
    place.replaceChildren(flash); // at most one
    fade(flash);
  };
  const fade = (flash) => {
    if (flash.matches(".f-bad, .f-warn")) return; // stays until it is closed
    const leave = () => (flash.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : flash.remove());
    setTimeout(leave, 6000);
  };
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("#toasts .flash").forEach(fade));
  document.addEventListener("htmx:oobAfterSwap", () => document.querySelectorAll("#toasts .flash").forEach(fade));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-dismiss]");
    if (button) button.closest(button.dataset.dismiss)?.remove();
  });
  // The server may send HX-Trigger: {"toast": {"text": …, "tag": "ok", "href": …, "link": …}}.
  document.addEventListener("toast", (event) => toast(event.detail));

  // --- failures ---------------------------------------------------------------------------------------------------
  // Nobody waits for what a page fetches by itself: it tries again, or the place is gone.
  const wasAsked = ({ requestConfig }) => {
    const cause = requestConfig?.triggeringEvent?.type;
    return Boolean(cause) && !cause.startsWith("live") && cause !== "load";
  };
  document.addEventListener("htmx:responseError", (event) => {
    if (!wasAsked(event.detail)) return;
    const said = { 403: "forbidden", 404: "gone", 410: "gone", 413: "large", 429: "busy" };
    toast({ text: words()[said[event.detail.xhr.status] ?? "broken"], tag: "bad" });
  });
  for (const failure of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, (event) => {
      if (wasAsked(event.detail)) toast({ text: words().offline, tag: "bad" });
    });
  }
})();
