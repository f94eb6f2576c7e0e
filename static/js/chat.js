// A live chat, on both sides. What is said lies on the server: events only wake this page, which then fetches what it
// lacks. A line that could not be sent is kept, also over a reload, and sent again under the same number.
(() => {
  const root = document.querySelector("[data-chat]");
  if (!root) return;
  const address = root.dataset.chat;
  const log = root.querySelector("[data-chat-log]");
  const form = root.querySelector("[data-chat-form]");
  const over = root.querySelector("[data-chat-over]");
  const sample = root.querySelector("[data-chat-pending]");
  const status = document.querySelector("[data-chat-status]");
  const text = form?.elements.text;
  const kept = `chat ${address}`;
  const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";
  const wait = (time) => new Promise((done) => setTimeout(done, time));
  const newest = () => Math.max(0, ...[...log.querySelectorAll("[data-line]")].map((line) => Number(line.dataset.line)));

  // --- showing ----------------------------------------------------------------------------------------------------
  const toEnd = () => { log.scrollTop = log.scrollHeight; };
  const take = (answer) => {
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
    let count = 0;
    for (const line of answer.lines) {
      log.querySelector(`[data-client="${CSS.escape(line.client || "-")}"]`)?.remove();
      if (log.querySelector(`[data-line="${Number(line.id)}"]`)) continue;
      log.insertAdjacentHTML("beforeend", line.html); // made and escaped by the server
      count += 1;
    }
    for (const line of log.querySelectorAll("[data-client]")) log.append(line);
    if (status && status.textContent !== answer.status) status.textContent = answer.status;
    root.dataset.state = answer.state;
    if (status) status.dataset.state = answer.state;
    for (const button of document.querySelectorAll("[data-chat-end]")) button.hidden = answer.state === "ended";
    const ended = answer.state === "ended";
    if (form) form.hidden = ended;
    if (over) over.hidden = !ended;
    if (count && atEnd) toEnd();
    return count;
  };

  // --- fetching ---------------------------------------------------------------------------------------------------
  let running = false, again = false;
  const sync = async () => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      let count;
      do {
        again = false;
        const answer = await fetch(`${address}?after=${newest()}`, { headers: { Accept: "application/json" } });
        count = answer.ok ? take(await answer.json()) : 0;
      } while (count || again); // the request after the last line says that it was seen
    } catch { /* the next event or the next tick asks again */ }
    running = false;
  };
  if (root.dataset.stream && "EventSource" in window) {
    let source;
    const listen = () => {
      source = new EventSource(root.dataset.stream);
      source.addEventListener("hello", sync);
      source.addEventListener("line", sync);
      source.onerror = () => source.readyState === EventSource.CLOSED && setTimeout(listen, 3000);
    };
    listen();
    addEventListener("pagehide", () => source.close());
    addEventListener("pageshow", (event) => event.persisted && listen());
  }
  document.body.addEventListener("live:chat", (event) => {
    if (String(event.detail.id) === root.dataset.ticket) sync();
  });
  setInterval(sync, 20000);
  addEventListener("online", sync);
  document.addEventListener("visibilitychange", () => document.hidden || sync());
  toEnd();
  sync();

  // --- sending ----------------------------------------------------------------------------------------------------
  if (!form) return;
  let queue = [];
  const keep = () => {
    try {
      if (queue.length) sessionStorage.setItem(kept, JSON.stringify(queue));
      else sessionStorage.removeItem(kept);
    } catch { /* a browser that keeps nothing still sends */ }
  };
  const show = (line) => {
    const node = sample.content.firstElementChild.cloneNode(true);
    node.dataset.client = line.client_id;
    node.querySelector("p").textContent = line.text;
    node.querySelector("time").textContent = root.dataset.sending;
    log.append(node);
    toEnd();
  };
  const say = (line, words) => {
    const place = log.querySelector(`[data-client="${CSS.escape(line.client_id)}"] time`);
    if (place) place.textContent = words;
  };
  let sending = false;
  const send = async () => {
    if (sending) return;
    sending = true;
    while (queue.length) {
      const line = queue[0];
      let answer;
      try {
        answer = await fetch(address, {
          method: "POST",
          body: new URLSearchParams({ ...line, after: newest() }),
          headers: { Accept: "application/json", "X-CSRFToken": token() },
        });
      } catch { /* no connection */ }
      if (answer?.ok) {
        queue.shift();
        take(await answer.json());
        toEnd();
      } else if (answer && answer.status < 500 && answer.status !== 429) {
        queue.shift();
        const said = await answer.json().catch(() => ({}));
        say(line, said.error ?? root.dataset.again);
        log.querySelector(`[data-client="${CSS.escape(line.client_id)}"]`)?.classList.add("is-failed");
        sync();
      } else {
        say(line, root.dataset.again);
        await wait(3000);
      }
      keep();
    }
    sending = false;
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (!text.value.trim()) return;
    const line = { text: text.value, client_id: crypto.randomUUID?.() ?? number() };
    for (const name of ["articles", "is_note"]) {
      const field = form.elements[name];
      if (field?.type === "checkbox" ? field.checked : field?.value) line[name] = field.value;
      if (field?.type === "checkbox") field.checked = false;
      else if (field) field.value = "";
    }
    text.value = "";
    text.focus();
    queue.push(line);
    keep();
    show(line);
    send();
  }, true);
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-chat-insert]");
    if (!button) return;
    text.value = `${text.value}${text.value ? "\n" : ""}${button.dataset.chatInsert}`;
    const field = form.elements.articles;
    field.value = [...new Set([...field.value.split(",").filter(Boolean), button.dataset.article])].join(",");
    text.focus();
  });
  // Outside of HTTPS browsers offer no randomUUID.
  const number = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  };
  try {
    queue = JSON.parse(sessionStorage.getItem(kept) ?? "[]");
  } catch { /* nothing was kept */ }
  queue.forEach(show);
  send();
})();
