// Before anything is drawn: light or dark, as the reader chose last, else as the system has it.
(function () {
  "use strict";
  const root = document.documentElement, system = window.matchMedia("(prefers-color-scheme: dark)"), key = "perilune-theme";

  function remembered() {
    try { return window.localStorage.getItem(key); } catch (refused) { return null; }  // a page opened from a file may not
  }

  function remember(theme) {
    try { window.localStorage.setItem(key, theme); } catch (refused) { /* it holds while the page is open */ }
  }

  const shown = () => root.dataset.theme || (system.matches ? "dark" : "light");
  const tell = () => document.dispatchEvent(new CustomEvent("perilune:theme", { detail: shown() }));

  const chosen = remembered();
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  system.addEventListener("change", function () { if (!root.dataset.theme) tell(); });

  document.addEventListener("DOMContentLoaded", function () {
    const button = document.getElementById("theme");
    const label = () => { button.textContent = shown() === "dark" ? "Light colors" : "Dark colors"; };
    button.hidden = false;
    label();
    button.addEventListener("click", function () {
      root.dataset.theme = shown() === "dark" ? "light" : "dark";
      remember(root.dataset.theme);
      tell();
    });
    document.addEventListener("perilune:theme", label);
  });
})();
