(function () {
  "use strict";
  const figures = perilune.json("figures") || {};
  const boxes = Array.from(document.querySelectorAll(".chart[data-figure]"));

  function guides(layout, colors) {
    layout.shapes = [];
    layout.annotations = [];
    for (const limit of layout.limits) {
      layout.shapes.push({ type: "line", xref: "paper", x0: 0, x1: 1, yref: limit.axis || "y", y0: limit.y, y1: limit.y, line: { dash: "dash", width: 1.5, color: colors.ink } });
      layout.annotations.push({ text: limit.label, xref: "paper", x: limit.isLeft ? 0 : 1, xanchor: limit.isLeft ? "left" : "right", yref: limit.axis || "y", y: limit.y, yanchor: "bottom", showarrow: false });
    }
    for (const [place, mark] of layout.marks.entries()) {
      layout.shapes.push({ type: "line", yref: "paper", y0: 0, y1: 1, x0: mark.x, x1: mark.x, line: { dash: "dot", width: 1.5, color: colors.ink } });
      layout.annotations.push({ text: mark.label, yref: "paper", y: 1 - 0.08 * place, yanchor: "top", x: mark.x, xanchor: "left", showarrow: false, bgcolor: colors.ground, opacity: 0.85, borderpad: 1 });
    }
  }

  function dressed(box, colors, width) {
    const figure = structuredClone(figures[box.dataset.figure]), layout = figure.layout;
    guides(layout, colors);
    const top = layout.showlegend ? 62 : 34;
    layout.margin = width < 480 ? { l: 50, r: 10, t: top, b: 45 } : { l: 70, r: 20, t: top, b: 50 };
    layout.legend = { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" };
    perilune.dress(layout, colors, width);
    for (const key of Object.keys(layout).filter((key) => /^[xy]axis/.test(key))) layout[key].zerolinecolor = colors.rule;
    return figure;
  }

  async function draw(box, plotly) {
    const isSmall = box.clientWidth < 480, figure = dressed(box, perilune.screen(), box.clientWidth);
    if (isSmall) figure.layout.dragmode = false;  // a finger on a chart scrolls the page
    await plotly.react(box, figure.data, figure.layout, Object.assign({}, perilune.config, { displayModeBar: isSmall ? false : "hover" }));
  }

  // Pictures for paper: after everything is drawn, and once, since paper is always light.
  async function stills() {
    for (const box of boxes.filter((each) => each.querySelector(".main-svg"))) {
      const width = Math.min(Math.max(box.clientWidth, 560), 1000);
      const size = { width: width, height: Math.min(box.clientHeight || 420, 1100) };
      await perilune.still(box, dressed(box, perilune.paper, size.width), size, 1.6);
      await new Promise((resolve) => setTimeout(resolve));  // the reader comes first
    }
  }

  perilune.start(boxes, draw).then(stills);
})();
