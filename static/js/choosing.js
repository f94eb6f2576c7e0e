// input[data-choose-all="name"]: chooses every box of that name in its form, or none; it shows whether all are chosen.
(() => {
  const boxes = (all) => [...all.form.querySelectorAll(`input[type=checkbox][name="${all.dataset.chooseAll}"]`)];
  const show = (all) => {
    const chosen = boxes(all).filter((box) => box.checked).length;
    all.checked = chosen > 0 && chosen === boxes(all).length;
    all.indeterminate = chosen > 0 && !all.checked;
  };
  addEventListener("DOMContentLoaded", () => {
    for (const all of document.querySelectorAll("[data-choose-all]")) {
      all.hidden = boxes(all).length < 2;
      show(all); // the browser keeps what was chosen when one comes back
      all.form.addEventListener("change", ({ target }) => {
        if (target === all) boxes(all).forEach((box) => { box.checked = all.checked; });
        show(all);
      });
    }
  });
})();
