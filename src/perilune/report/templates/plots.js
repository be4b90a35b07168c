(function () {
  "use strict";
  const plotly = window.Plotly;
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const boxes = Array.from(document.querySelectorAll("[data-figure]"));
  const fallback = "This plot needs JavaScript and WebGL; the timeline has its events.";
  const paper = { ink: "#1b1f24", quiet: "#59626d", rule: "#d5d9df", ground: "#ffffff", veil: "rgba(255,255,255,.55)" };
  const config = {
    displaylogo: false,
    responsive: true,
    showSendToCloud: false,  // nothing leaves this page
    plotlyServerURL: "",
    modeBarButtonsToRemove: ["tableRotation", "resetCameraLastSave3d"],
  };

  function screen() {
    const style = getComputedStyle(document.documentElement), colors = {};
    for (const name of Object.keys(paper)) colors[name] = style.getPropertyValue("--" + name).trim();
    return colors;
  }

  // The layout of a figure in the colors given, for a box so many pixels wide.
  function dressed(figure, colors, width) {
    const layout = structuredClone(figure.layout);
    const clear = "rgba(0,0,0,0)";
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

  // A canvas does not print: a picture stands in for it.
  function still(box, figure) {
    const size = { width: 900, height: 640 };
    const layout = Object.assign(dressed(figure, paper, size.width), size);
    return plotly.toImage({ data: figure.data, layout: layout }, Object.assign({ format: "png", scale: 2 }, size))
      .then(function (url) {
        const picture = document.createElement("img");
        picture.className = "still";
        picture.alt = box.getAttribute("aria-label");
        picture.src = url;
        box.after(picture);
      });
  }

  function draw(box) {
    const figure = figures[box.dataset.figure];
    return plotly.newPlot(box, figure.data, dressed(figure, screen(), box.clientWidth), config);
  }

  function recolor(box) {
    const layout = dressed(figures[box.dataset.figure], screen(), box.clientWidth);
    layout.scene.camera = box.layout.scene.camera;  // as the reader has turned it
    return plotly.react(box, figures[box.dataset.figure].data, layout, config);
  }

  for (const box of boxes) {
    if (!plotly) {
      box.textContent = fallback;
      continue;
    }
    draw(box)
      .then(function () { return still(box, figures[box.dataset.figure]); })
      .catch(function () { if (!box.querySelector(".plotly")) box.textContent = fallback; });
  }
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", function () {
    boxes.forEach(recolor);
  });
})();
