// Light or dark before the first paint. The account's setting counts until the person switches on this device;
// a later change of the account's setting wins again.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const account = root.dataset.theme || "auto";

  const stored = () => {
    try {
      const choice = JSON.parse(localStorage.getItem("theme"));
      return choice && choice.account === account ? choice.theme : account;
    } catch {
      return account;
    }
  };
  const apply = () => {
    const theme = stored();
    root.dataset.theme = theme;
    root.dataset.bsTheme = theme === "auto" ? (dark.matches ? "dark" : "light") : theme;
    for (const button of document.querySelectorAll("[data-theme-switch] button")) {
      button.setAttribute("aria-pressed", String(button.value === theme));
    }
  };

  apply();
  dark.addEventListener("change", apply);
  addEventListener("storage", apply);
  document.addEventListener("DOMContentLoaded", () => {
    for (const group of document.querySelectorAll("[data-theme-switch]")) group.hidden = false;
    apply();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-switch] button");
    if (!button) return;
    try {
      localStorage.setItem("theme", JSON.stringify({ theme: button.value, account }));
    } catch { /* storage is switched off: the choice holds for this page */ }
    root.dataset.theme = button.value;
    apply();
  });
})();
