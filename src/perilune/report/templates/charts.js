(function () {
  "use strict";
  const plotly = window.Plotly;
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const boxes = Array.from(document.querySelectorAll("[data-figure]"));
  const paper = { ink: "#1b1f24", quiet: "#59626d", rule: "#d5d9df", ground: "#ffffff" };
  const config = { displaylogo: false, responsive: true, showSendToCloud: false, plotlyServerURL: "",
    modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d"] };

  function screen() {
    const style = getComputedStyle(document.documentElement), colors = {};
    for (const name of Object.keys(paper)) colors[name] = style.getPropertyValue("--" + name).trim();
    return colors;
  }

  function guides(layout, colors) {
    layout.shapes = [];
    layout.annotations = [];
    for (const limit of layout.limits) {
      layout.shapes.push({ type: "line", xref: "paper", x0: 0, x1: 1, y0: limit.y, y1: limit.y, line: { dash: "dash", width: 1.5, color: colors.ink } });
      layout.annotations.push({ text: limit.label, xref: "paper", x: 1, xanchor: "right", y: limit.y, yanchor: "bottom", showarrow: false });
    }
    for (const [place, mark] of layout.marks.entries()) {
      layout.shapes.push({ type: "line", yref: "paper", y0: 0, y1: 1, x0: mark.x, x1: mark.x, line: { dash: "dot", width: 1.5, color: colors.ink } });
      layout.annotations.push({ text: mark.label, yref: "paper", y: 1 - 0.08 * place, yanchor: "top", x: mark.x, xanchor: "left", showarrow: false, bgcolor: colors.ground, opacity: 0.85, borderpad: 1 });
    }
  }

  function dressed(box, colors, width) {
    const figure = structuredClone(figures[box.dataset.figure]), layout = figure.layout, clear = "rgba(0,0,0,0)";
    guides(layout, colors);
    Object.assign(layout, {
      font: { color: colors.ink, family: "system-ui, sans-serif", size: width < 480 ? 10 : 12 },
      paper_bgcolor: clear, plot_bgcolor: clear, hovermode: "closest",
      margin: width < 480 ? { l: 50, r: 10, t: 60, b: 45 } : { l: 70, r: 20, t: 62, b: 50 },
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", bgcolor: clear },
      modebar: { bgcolor: clear, color: colors.quiet, activecolor: colors.ink },
      hoverlabel: { bgcolor: colors.ground, bordercolor: colors.rule, font: { color: colors.ink }, align: "left", namelength: -1 },
    });
    for (const key of ["xaxis", "yaxis"]) {
      Object.assign(layout[key], { gridcolor: colors.rule, linecolor: colors.rule, zerolinecolor: colors.rule, automargin: true });
    }
    return figure;
  }

  // Plots print badly at the width of a screen: a picture stands in for each.
  function still(box) {
    const size = { width: 1000, height: Math.min(box.clientHeight || 420, 1100) };
    const figure = dressed(box, paper, size.width);
    return plotly.toImage({ data: figure.data, layout: Object.assign(figure.layout, size) }, Object.assign({ format: "png", scale: 1.6 }, size))
      .then(function (url) {
        const old = box.nextElementSibling;
        const picture = old && old.className === "still" ? old : document.createElement("img");
        picture.className = "still";
        picture.alt = box.getAttribute("aria-label");
        picture.src = url;
        if (picture !== old) box.after(picture);
      });
  }

  function draw(box) {
    const figure = dressed(box, screen(), box.clientWidth);
    return plotly.react(box, figure.data, figure.layout, config).then(() => still(box));
  }

  for (const box of boxes) {
    if (plotly) draw(box).catch(function () { if (!box.querySelector(".plotly")) box.textContent = "This plot could not be drawn."; });
    else box.textContent = "This plot needs JavaScript.";
  }
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", function () { boxes.forEach(draw); });
})();
