// Chips with data-due (seconds since 1970) count down each minute, without a word to screen readers.
(() => {
  const words = document.getElementById("words")?.dataset ?? {};
  const kinds = ["is-calm", "is-warn", "is-bad"];

  const duration = (seconds) => {
    const minutes = Math.floor(seconds / 60), days = Math.floor(minutes / 1440);
    if (days === 1) return (words.day ?? "{count} d").replace("{count}", days);
    if (days > 1) return (words.days ?? "{count} d").replace("{count}", days);
    return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
  };
  const seconds = (due) => (/^\d+$/.test(due) ? Number(due) : Date.parse(due) / 1000);
  const update = (chip) => {
    if ((chip.dataset.state ?? "running") !== "running") return;
    const left = seconds(chip.dataset.due) - Date.now() / 1000;
    if (Number.isNaN(left)) return;
    const late = left <= 0;
    const kind = late ? "is-bad" : left * 2 > Number(chip.dataset.total || 86400) ? "is-calm" : "is-warn";
    const text = late ? (words.overdue ?? "{time}").replace("{time}", duration(-left)) : duration(left);
    const place = chip.querySelector("span") ?? chip;
    if (place.textContent !== text) place.textContent = text;
    if (!chip.classList.contains("sla") || chip.classList.contains(kind)) return;
    chip.classList.remove(...kinds);
    chip.classList.add(kind);
    const use = chip.querySelector("use");
    use?.setAttribute("href", `${use.getAttribute("href").split("#")[0]}#${late ? "alert-triangle" : "clock"}`);
  };
  const all = (root = document) => root.querySelectorAll?.("[data-due]").forEach(update);

  all();
  setInterval(all, 20000);
  document.addEventListener("visibilitychange", () => document.hidden || all());
  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt.matches?.("[data-due]")) update(event.detail.elt);
    all(event.detail.elt);
  });
})();
