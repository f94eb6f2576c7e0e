// form[data-kinds="id of the select"]: a field with data-labels (JSON: kind -> label) is shown only for its kinds, under
// the name they give it; a field that says something stays.
(() => {
  const arrange = (form) => {
    const kind = document.getElementById(form.dataset.kinds)?.value;
    for (const field of form.querySelectorAll("[data-labels]")) {
      const labels = JSON.parse(field.dataset.labels);
      const label = form.querySelector(`label[for="${field.id}"]`);
      const box = label?.parentElement;
      if (!box) continue;
      box.hidden = !(kind in labels) && !field.value.trim();
      if (!label.dataset.own) label.dataset.own = label.firstChild.textContent;
      label.firstChild.textContent = labels[kind] ?? label.dataset.own;
    }
  };
  addEventListener("DOMContentLoaded", () => {
    for (const form of document.querySelectorAll("form[data-kinds]")) {
      arrange(form);
      document.getElementById(form.dataset.kinds)?.addEventListener("change", () => arrange(form));
    }
  });
})();
