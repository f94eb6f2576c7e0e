// [data-markdown="id of a textarea"]: buttons that format what is marked; pictures are pasted, dropped or chosen, sent to
// data-pictures, and stand in the text as the Markdown that comes back.
(() => {
  const say = (text) => document.dispatchEvent(new CustomEvent("toast", { detail: { text, tag: "warning" } }));

  const put = (area, text, from = area.selectionStart, to = area.selectionEnd) => {
    area.focus();
    area.setRangeText(text, from, to, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const lines = (area, mark) => {
    const from = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
    const marked = area.value.slice(from, area.selectionEnd);
    let number = 0;
    const sign = () => (mark === "1. " ? `${(number += 1)}. ` : mark);
    put(area, marked.split("\n").map((line) => sign() + line).join("\n"), from, area.selectionEnd);
  };

  const send = async (area, bar, file) => {
    const data = new FormData();
    data.append("picture", file, file.name || "picture.png");
    const token = area.form.querySelector("[name=csrfmiddlewaretoken]").value;
    try {
      const answer = await fetch(bar.dataset.pictures, { method: "POST", body: data, headers: { "X-CSRFToken": token } });
      const said = await answer.json();
      if (said.markdown) put(area, `\n\n${said.markdown}\n\n`);
      else say(said.error);
    } catch {
      say(bar.dataset.failed);
    }
  };

  const pictures = (transfer) => [...(transfer?.files ?? [])].filter((file) => file.type.startsWith("image/"));

  const arm = (bar) => {
    const area = document.getElementById(bar.dataset.markdown);
    if (!area) return;
    area.before(bar);
    bar.hidden = false;
    area.form.classList.add("has-tools");
    bar.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      const marked = area.value.slice(area.selectionStart, area.selectionEnd);
      if (button.dataset.wrap) put(area, button.dataset.wrap + marked + button.dataset.wrap);
      if (button.dataset.lines) lines(area, button.dataset.lines);
      if ("link" in button.dataset) put(area, `[${marked}](https://)`);
      if ("photo" in button.dataset) choose();
    });
    const choose = () => {
      const input = Object.assign(document.createElement("input"), { type: "file", accept: "image/*" });
      input.addEventListener("change", () => pictures(input).forEach((file) => send(area, bar, file)));
      input.click();
    };
    for (const [name, source] of [["paste", "clipboardData"], ["drop", "dataTransfer"]]) {
      area.addEventListener(name, (event) => {
        const found = pictures(event[source]);
        if (!found.length) return;
        event.preventDefault();
        found.forEach((file) => send(area, bar, file));
      });
    }
  };

  addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-markdown]").forEach(arm));
})();
