// <form data-draft-url data-draft-version data-draft-key>: what is written is on the server two seconds after the last key, and on this
// device until the server has it. [data-draft-state] in the form says so, in its own words:
//   data-saved="Draft saved {time}", data-saving, data-local (not on the server yet), data-conflict (changed elsewhere).
// The server gets the form's fields and `version`; it answers JSON {version, saved_at}, or 409 with the newer {version, body}.
(() => {
  const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";
  const clock = (moment) => new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }).format(moment);
  const keep = {
    get: (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
    set: (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* full or switched off: the server has it */ } },
    drop: (key) => { try { localStorage.removeItem(key); } catch { /* as above */ } },
  };

  const watch = (form) => {
    if (form.dataset.draftReady) return;
    form.dataset.draftReady = "yes";
    const key = `draft:${form.dataset.draftKey || form.dataset.draftUrl}`;
    const area = form.querySelector("[data-draft-field], textarea");
    let timer = 0, running = false, again = false, stopped = false;
    if (!area) return;

    const say = (name, moment) => {
      const place = form.querySelector("[data-draft-state]");
      if (!place) return;
      place.textContent = (place.dataset[name] ?? "").replace("{time}", moment ? clock(moment) : "");
      place.classList.toggle("is-notice", name === "conflict" || name === "local");
    };
    const write = (text) => {
      if (area.dataset.editorReady) area.dispatchEvent(new CustomEvent("editor:set", { detail: { html: text } }));
      else area.value = text;
    };

    const left = keep.get(key);
    if (left?.text && !left.sent && left.text !== area.value && !area.value.trim()) {
      write(left.text);
      say("local");
      later(500);
    } else if (left) keep.drop(key);

    function later(wait) {
      clearTimeout(timer);
      if (!stopped) timer = setTimeout(save, wait);
    }
    async function save() {
      if (running) {
        again = true;
        return;
      }
      running = true;
      if (!form.isConnected && !area.value.trim()) { // an emptied form that is gone must not save over what came back
        running = false;
        return;
      }
      const sent = area.value, body = new FormData();
      for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
      body.set("version", form.dataset.draftVersion || "0");
      say("saving");
      try {
        const answer = await fetch(form.dataset.draftUrl, { method: "POST", body: new URLSearchParams(body), headers: { "X-CSRFToken": token(), Accept: "application/json" } });
        if (answer.redirected || (!answer.ok && answer.status !== 409)) throw new Error(String(answer.status));
        const told = await answer.json();
        form.dataset.draftVersion = told.version;
        if (answer.status === 409) {
          say("conflict"); // what is written here stays; the next save carries the new version
          form.dispatchEvent(new CustomEvent("draft:conflict", { bubbles: true, detail: told }));
        } else {
          if (area.value === sent) keep.drop(key);
          say("saved", told.saved_at ? new Date(told.saved_at) : new Date());
        }
      } catch {
        say("local");
        later(10000);
      } finally {
        running = false;
        if (again) {
          again = false;
          later(500);
        }
      }
    }

    form.addEventListener("input", (event) => {
      if (event.target.type === "file") return;
      stopped = false;
      keep.set(key, { text: area.value, at: Date.now() });
      later(2000);
    });
    form.addEventListener("submit", () => { // sending takes over: what is sent must not come back as a draft
      stopped = true;
      clearTimeout(timer);
      if (keep.get(key)) keep.set(key, { text: area.value, at: Date.now(), sent: true });
    });
    form.addEventListener("htmx:afterRequest", (event) => {
      if (event.detail.elt !== form) return;
      if (event.detail.successful && event.detail.xhr.status < 400) keep.drop(key); // what is refused is shown, too
      else if (area.value.trim()) {
        stopped = false;
        keep.set(key, { text: area.value, at: Date.now() });
        later(500);
      }
    });
    addEventListener("pagehide", () => {
      if (!stopped && keep.get(key)) keep.set(key, { text: area.value, at: Date.now() });
    });
  };
  const ready = (root) => {
    if (root.matches?.("form[data-draft-url]")) watch(root);
    root.querySelectorAll?.("form[data-draft-url]").forEach(watch);
  };
  ready(document);
  document.addEventListener("htmx:load", (event) => ready(event.detail.elt));
})();
