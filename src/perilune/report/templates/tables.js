// Every table of a page: sorted by its headers, and filtered where it is long.
(function () {
  "use strict";
  const long = 15;
  const compare = new Intl.Collator("en", { numeric: true, sensitivity: "base" }).compare;

  // A cell as what it sorts by: a date, a number, a text; null where nothing is known.
  function worth(cell) {
    if (!cell) return null;
    const time = cell.querySelector("time"), rank = cell.querySelector("data"), text = cell.textContent.trim();
    if (time) return time.dateTime;
    if (rank) return Number(rank.value);
    if (!text || text === "–") return null;
    const plain = text.replace(/[\u202f\u00a0 ]/g, "").replace(/\u2212/g, "-").replace(/^(<=|>=|\+)/, "");
    return /^-?\d/.test(plain) && isFinite(Number(plain)) ? Number(plain) : text;
  }

  function order(a, b) {
    if (typeof a === "number" && typeof b === "number") return a - b;
    if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
    return compare(a, b);
  }

  function sortable(table) {
    const body = table.tBodies[0], heads = Array.from(table.tHead.rows[0].cells), first = Array.from(body.rows);
    if (first.length < 2) return;
    function sort(column, way) {
      const keys = new Map(first.map((row) => [row, worth(row.cells[column])]));
      const known = first.filter((row) => keys.get(row) !== null), unknown = first.filter((row) => keys.get(row) === null);
      known.sort((a, b) => way * order(keys.get(a), keys.get(b)));
      body.append(...(way === 0 ? first : known.concat(unknown)));
      heads.forEach((head, i) => {
        if (i === column && way !== 0) head.setAttribute("aria-sort", way > 0 ? "ascending" : "descending");
        else head.removeAttribute("aria-sort");
      });
    }
    heads.forEach(function (head, column) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", function () {
        const now = head.getAttribute("aria-sort");
        sort(column, now === "ascending" ? -1 : now === "descending" ? 0 : 1);
      });
    });
  }

  // What a cell says; several things have commas between them.
  const parts = (cell) => cell.textContent.split(",").map((part) => part.trim()).filter((part) => part && part !== "–");

  // A list of what the cells of a column say, for the reader to choose one.
  function chooser(head, rows) {
    const column = head.cellIndex, label = document.createElement("label"), list = document.createElement("select");
    const said = new Set(rows.flatMap((row) => parts(row.cells[column])));
    list.append(new Option("all", ""), ...Array.from(said).sort(compare).map((each) => new Option(each)));
    label.append(head.textContent.trim() + ": ", list);
    return { label: label, list: list, keeps: (row) => !list.value || parts(row.cells[column]).includes(list.value) };
  }

  function filtered(box, table) {
    const rows = Array.from(table.tBodies[0].rows);
    const choosers = Array.from(table.querySelectorAll("th[data-choices]"), (head) => chooser(head, rows)).filter((each) => each.list.length > 2);
    if (rows.length <= long && !choosers.length) return;
    const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
    const bar = document.createElement("p"), label = document.createElement("label");
    const field = document.createElement("input"), told = document.createElement("span");
    bar.className = "filter";
    field.type = "search";
    field.placeholder = "words in a row";
    told.setAttribute("role", "status");
    label.append("Filter: ", field);
    bar.append(...choosers.map((each) => each.label), label, told);
    box.before(bar);
    field.setAttribute("aria-label", "Filter the table: " + box.getAttribute("aria-label"));
    bar.addEventListener("input", function () {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      let left = 0;
      for (const row of rows) {
        row.hidden = !(words.every((word) => texts.get(row).includes(word)) && choosers.every((each) => each.keeps(row)));
        left += row.hidden ? 0 : 1;
      }
      told.textContent = left < rows.length ? left + " of " + rows.length + " rows" : "";
    });
  }

  // Paper cannot be unfolded.
  let unfolded = [];
  window.addEventListener("beforeprint", function () {
    unfolded = Array.from(document.querySelectorAll("details:not([open]):not([data-as-is])"));
    for (const part of unfolded) part.open = true;
  });
  window.addEventListener("afterprint", function () {
    for (const part of unfolded) part.open = false;
  });

  for (const box of document.querySelectorAll(".scroll")) {
    const table = box.querySelector("table");
    if (!table || !table.tHead || !table.tBodies.length) continue;
    sortable(table);
    filtered(box, table);
  }
})();
