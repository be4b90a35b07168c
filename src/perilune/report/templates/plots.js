(function () {
  "use strict";
  const figures = perilune.json("figures") || {};
  const boxes = Array.from(document.querySelectorAll("[data-figure]:not(.chart)"));
  const clear = perilune.clear;

  // The layout of a figure in the colors given, for a box so many pixels wide.
  function dressed(figure, colors, width) {
    const layout = structuredClone(figure.layout);
    Object.assign(layout, {
      font: { color: colors.ink, family: "system-ui, sans-serif", size: 12 },
      paper_bgcolor: clear,
      modebar: { bgcolor: clear, color: colors.quiet, activecolor: colors.ink },
      hoverlabel: { bgcolor: colors.ground, font: { color: colors.ink }, namelength: -1 },
    });
    layout.legend.bgcolor = clear;
    for (const axis of ["xaxis", "yaxis", "zaxis"]) {
      Object.assign(layout.scene[axis], {
        gridcolor: colors.rule, zerolinecolor: colors.rule, linecolor: colors.rule, showbackground: false,
      });
    }
    for (const note of layout.scene.annotations) {
      note.font = { color: colors.ink, size: width < 480 ? 10 : 12 };
      note.bgcolor = colors.veil;
    }
    if (width < 480) {
      for (const axis of ["x", "y", "z"]) layout.scene.camera.eye[axis] *= 1.35;
    }
    return layout;
  }

  async function draw(box, plotly) {
    const figure = figures[box.dataset.figure], layout = dressed(figure, perilune.screen(), box.clientWidth);
    if (box.layout) layout.scene.camera = box.layout.scene.camera;  // as the reader has turned it
    await plotly.react(box, figure.data, layout, perilune.config);
    const size = { width: 900, height: 640 };
    await perilune.still(box, { data: figure.data, layout: dressed(figure, perilune.paper, size.width) }, size, 2);
  }

  perilune.start(boxes, draw);
})();
