// What the scripts of every page share: plotly, colors of screen and paper, pictures for printing.
const perilune = (function () {
  "use strict";
  const paper = { ink: "#1b1f24", quiet: "#59626d", rule: "#d5d9df", ground: "#ffffff", veil: "rgba(255,255,255,.55)", link: "#0b5cad" };
  const clear = "rgba(0,0,0,0)";
  const config = {
    displaylogo: false,
    responsive: true,
    showSendToCloud: false,  // nothing leaves this page
    plotlyServerURL: "",
    modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d", "tableRotation", "resetCameraLastSave3d"],
  };

  function json(id) {
    const element = document.getElementById(id);
    return element && element.textContent.trim() ? JSON.parse(element.textContent) : null;
  }

  function painted() {
    return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  }

  // The library takes long to compile: it waits for the page to be painted. Null where it is not there.
  const plotly = painted().then(function () {
    const stored = document.getElementById("plotly");
    if (stored && stored.textContent) {
      const script = document.createElement("script");
      script.textContent = stored.textContent;
      performance.mark("plotly-starts");
      document.head.append(script);
      stored.remove();
    }
    return window.Plotly || null;
  });

  function screen() {
    const style = getComputedStyle(document.documentElement), colors = {};
    for (const name of Object.keys(paper)) colors[name] = style.getPropertyValue("--" + name).trim() || paper[name];
    return colors;
  }

  // Give a layout the colors and the letters of the page, for a box so many pixels wide.
  function dress(layout, colors, width) {
    Object.assign(layout, {
      font: { color: colors.ink, family: "system-ui, sans-serif", size: width < 480 ? 10 : 12 },
      paper_bgcolor: clear, plot_bgcolor: clear, hovermode: "closest",
      modebar: { bgcolor: clear, color: colors.quiet, activecolor: colors.ink },
      hoverlabel: { bgcolor: colors.ground, bordercolor: colors.rule, font: { color: colors.ink }, align: "left", namelength: -1 },
    });
    if (layout.legend) layout.legend.bgcolor = clear;
    for (const key of Object.keys(layout).filter((key) => /^[xy]axis/.test(key))) {
      Object.assign(layout[key], { gridcolor: colors.rule, linecolor: colors.rule, automargin: true });
    }
    return layout;
  }

  // A plot prints badly at the width of a screen, a canvas not at all: a picture stands in for it.
  async function still(box, figure, size, scale) {
    const layout = Object.assign(figure.layout, size);
    const url = await (await plotly).toImage({ data: figure.data, layout: layout }, Object.assign({ format: "png", scale: scale }, size));
    const old = box.nextElementSibling;
    const picture = old && old.className === "still" ? old : document.createElement("img");
    picture.className = "still";
    picture.alt = box.getAttribute("aria-label");
    picture.src = url;
    if (picture !== old) box.after(picture);
  }

  // Draw every box once the page is painted, and again whenever it turns light or dark.
  async function start(boxes, draw) {
    const library = await plotly;
    for (const box of boxes) {
      if (!library) {
        box.textContent = "This plot needs JavaScript.";
        continue;
      }
      try {
        await draw(box, library);
      } catch (problem) {
        if (!box.querySelector(".plotly")) box.textContent = "This plot could not be drawn.";
      }
    }
    if (!library) return;
    document.addEventListener("perilune:theme", () => boxes.forEach((box) => draw(box, library)));
    boxes.forEach((box) => box.addEventListener("perilune:redraw", () => draw(box, library)));
  }

  return { paper, clear, config, json, plotly, painted, screen, dress, still, start };
})();
