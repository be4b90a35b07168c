// A list that says which of several charts is shown, and folds that open when they are pointed at.
(function () {
  "use strict";

  for (const list of document.querySelectorAll("select[data-pick]")) {
    const box = document.getElementById("pick-" + list.dataset.pick);
    const title = list.closest("figure").querySelector("strong").textContent;
    list.addEventListener("change", function () {
      const chosen = list.selectedOptions[0];
      box.dataset.figure = chosen.value;
      box.style.height = chosen.dataset.px + "px";
      box.setAttribute("aria-label", `${title}, ${chosen.textContent}: its figures are in the tables`);
      if (window.Plotly) window.Plotly.purge(box);  // else it keeps the height it had
      box.dispatchEvent(new CustomEvent("perilune:redraw"));
    });
  }

  // A link to a fold, or to what is in one, opens it.
  function open() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    const within = target.querySelector(":scope > details");
    if (within) within.open = true;
    (target.closest("details") || target).scrollIntoView();
  }
  window.addEventListener("hashchange", open);
  open();

  for (const button of document.querySelectorAll("button[data-folds]")) {
    button.hidden = false;
    button.addEventListener("click", function () {
      for (const fold of button.closest("section").querySelectorAll("details.variant")) fold.open = button.dataset.folds === "open";
    });
  }
})();
