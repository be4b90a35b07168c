(function () {
  "use strict";
  const data = perilune.json("figures");
  const boxes = Array.from(document.querySelectorAll("[data-figure]"));
  const branchColors = ["#2486cf", "#d9730d"];  // told apart by color-blind eyes
  const minute = 60e3, hour = 3600e3, day = 86400e3;
  const start = Date.parse(data.start), stop = Date.parse(data.stop);
  let view = stop - start > 45 * day ? "flight" : "arrival";  // over a long span the arrivals make a thin line

  // ---- dates and columns

  const at = (min) => (min === null ? null : new Date(start + min * minute).toISOString().slice(0, 19).replace("T", " "));
  const short = (min) => (min === null ? "–" : at(min).slice(0, 16));
  const number = (value, digits) => (value === null ? "–" : value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }));
  const coast = (isShort) => (isShort ? "short" : "long");

  function rows(columns) {
    const names = Object.keys(columns);
    return columns[names[0]].map((_, i) => Object.fromEntries(names.map((name) => [name, columns[name][i]])));
  }
  const bins = rows(data.bins), marks = rows(data.marks);
  const feasible = marks.filter((mark) => mark.ok);
  const best = feasible.reduce((least, mark) => (least === null || mark.dv_m_s < least.dv_m_s ? mark : least), null);

  function tell(mark) {
    const lines = [
      `lift-off ${short(mark.launch_min)}`,
      mark.open_min === null ? "" : `window ${short(mark.open_min).slice(11)} to ${short(mark.close_min).slice(11)}`,
      `arrival ${short(mark.arrival_min)}`,
      mark.landing_min === null ? "" : `landing ${short(mark.landing_min)}`,
      `${data.branches[mark.branch]} branch, ${coast(mark.short)} coast, parking ${mark.parking_deg}°`,
      `${number(mark.flight_h, 1)} h, total ${number(mark.dv_m_s, 1)} m/s`,
      mark.sun_deg === null ? "" : `sun ${number(mark.sun_deg, 1)}°`,
      mark.ok ? "feasible" : "not feasible",
    ];
    return lines.filter((line) => line).join("<br>");
  }

  function tellBin(bin) {
    return `lift-off ${short(bin.launch_min)}<br>arrival ${short(bin.arrival_min)}, ${bin.flight_h} h<br>${coast(bin.short)} coast<br>`
      + `TLI ${number(bin.tli_m_s, 0)} + LOI ${number(bin.loi_m_s, 0)} = ${number(bin.dv_m_s, 0)} m/s<br>${bin.ok ? "feasible" : "not feasible"}`;
  }

  // ---- total delta-v over lift-off and arrival, or flight time

  // Heights of the rows, the row of a bin, and the range they fill.
  function vertical() {
    if (view === "flight") {
      const hours = [...new Set(bins.map((bin) => bin.flight_h))].sort((a, b) => a - b);
      const half = 0.5 * data.flight_step_h;
      return { y: hours, row: (bin) => hours.indexOf(bin.flight_h), range: [hours[0] - half, hours[hours.length - 1] + half] };
    }
    const times = bins.map((bin) => bin.arrival_min);
    const low = times.reduce((a, b) => Math.min(a, b), Infinity), high = times.reduce((a, b) => Math.max(a, b), -Infinity);
    const step = Math.max(Math.min(120 * data.flight_step_h, 1440), (high - low) / 240);
    const count = Math.floor((high - low) / step) + 1;
    const y = Array.from({ length: count }, (_, i) => at(low + (i + 0.5) * step));
    return { y: y, row: (bin) => Math.floor((bin.arrival_min - low) / step), range: [at(low), at(low + count * step)] };
  }

  function panel(branch, axis, rises) {
    const own = bins.filter((bin) => bin.branch === branch);
    const count = Math.ceil((stop - start) / (data.bin_d * day));
    const x = Array.from({ length: count }, (_, i) => at((i + 0.5) * data.bin_d * 1440));
    const chosen = new Map();
    for (const bin of own) {
      const key = rises.row(bin) * count + bin.column, other = chosen.get(key);
      if (!other || bin.ok > other.ok || (bin.ok === other.ok && bin.dv_m_s < other.dv_m_s)) chosen.set(key, bin);
    }
    return [0, 1].map((ok) => {
      const grid = () => rises.y.map(() => new Array(count).fill(null));
      const z = grid(), text = grid();
      for (const [key, bin] of chosen) {
        if (bin.ok !== ok) continue;
        z[Math.floor(key / count)][key % count] = bin.dv_m_s;
        text[Math.floor(key / count)][key % count] = tellBin(bin);
      }
      return { type: "heatmap", x: x, y: rises.y, z: z, text: text, hovertemplate: "%{text}<extra></extra>", hoverongaps: false,
        coloraxis: "coloraxis", opacity: ok ? 1 : 0.28, xaxis: "x" + axis, yaxis: "y" + axis };
    });
  }

  function dots(branch, axis) {
    const y = (mark) => (view === "flight" ? mark.flight_h : at(mark.arrival_min));
    const trace = (chosen, marker) => ({ type: "scatter", mode: "markers", x: chosen.map((mark) => at(mark.launch_min)), y: chosen.map(y),
      text: chosen.map(tell), hovertemplate: "%{text}<extra></extra>", showlegend: false, marker: marker, xaxis: "x" + axis, yaxis: "y" + axis });
    const own = feasible.filter((mark) => mark.branch === branch);
    const size = own.length > 150 ? 3 : 6;
    const out = [trace(own, { size: size, color: "#ffffff", line: { color: "#1b1f24", width: size > 3 ? 1 : 0.5 } })];
    if (best && best.branch === branch) out.push(trace([best], { size: 17, symbol: "star", color: "#ffffff", line: { color: "#cf3f3a", width: 2 } }));
    return out;
  }

  function mapFigure() {
    const rises = vertical(), traces = [], layout = { annotations: [], shapes: [] };
    const count = data.branches.length, gap = 0.08, height = (1 - gap * (count - 1)) / count;
    data.branches.forEach((name, branch) => {
      const axis = branch ? String(branch + 1) : "";
      const top = 1 - branch * (height + gap);
      traces.push(...panel(branch, axis, rises), ...dots(branch, axis));
      layout["xaxis" + axis] = { type: "date", range: [at(0), at((stop - start) / minute)], domain: [0, 1], anchor: "y" + axis,
        showticklabels: branch === count - 1, title: { text: branch === count - 1 ? "lift-off, UTC" : "" } };
      if (branch) layout["xaxis" + axis].matches = "x";
      layout["yaxis" + axis] = { domain: [top - height, top], anchor: "x" + axis, type: view === "flight" ? "linear" : "date",
        title: { text: view === "flight" ? "flight time, h" : "arrival, UTC" }, range: rises.range };
      layout.annotations.push({ text: `<b>${name} branch</b>`, x: 0, y: top, xref: "paper", yref: "paper", xanchor: "left", yanchor: "bottom", showarrow: false });
    });
    const sorted = bins.map((bin) => bin.dv_m_s).sort((a, b) => a - b);
    layout.coloraxis = { colorscale: "Viridis", reversescale: true, cmin: sorted[0], cmax: sorted[Math.floor(0.98 * (sorted.length - 1))],
      colorbar: { orientation: "h", x: 1, xanchor: "right", y: 1.02, yanchor: "bottom", len: 0.55, thickness: 10, nticks: 5, tickformat: ",d",
        title: { text: "total Δv, m/s", side: "top" } } };
    layout.margin = { l: 70, r: 20, t: 75, b: 50 };
    return { data: traces, layout: layout };
  }

  // ---- the others

  // Opportunities as points: color for the branch, shape for the coast, filled where feasible.
  function points(chosen, x, y) {
    const traces = [];
    data.branches.forEach((name, branch) => [1, 0].forEach((isShort) => [1, 0].forEach((ok) => {
      const own = chosen.filter((mark) => mark.branch === branch && mark.short === isShort && mark.ok === ok);
      if (!own.length) return;
      const group = `${name}, ${coast(isShort)} coast`;
      traces.push({ type: "scatter", mode: "markers", name: group, legendgroup: group, x: own.map(x), y: own.map(y),
        showlegend: !traces.some((trace) => trace.legendgroup === group), text: own.map(tell), hovertemplate: "%{text}<extra></extra>",
        opacity: ok ? 1 : 0.6, marker: { color: branchColors[branch], size: 8, symbol: (isShort ? "circle" : "diamond") + (ok ? "" : "-open") } });
    })));
    return traces;
  }

  const legend = { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" };

  function costFigure(colors) {
    const layout = { xaxis: { type: "date", title: { text: "lift-off, UTC" }, range: [at(0), at((stop - start) / minute)] },
      yaxis: { title: { text: "total Δv, m/s" }, tickformat: ",d" }, margin: { l: 70, r: 20, t: 50, b: 50 }, legend: legend, annotations: [], shapes: [] };
    if (data.as_flown) {
      const x = data.as_flown.replace("T", " ").replace("Z", "");
      layout.shapes.push({ type: "line", x0: x, x1: x, y0: 0, y1: 1, yref: "paper", line: { dash: "dash", width: 1.5, color: colors.ink } });
      layout.annotations.push({ text: "as flown", x: x, y: 1, yref: "paper", yanchor: "top", xanchor: "left", xshift: 3, showarrow: false });
    }
    return { data: points(marks, (mark) => at(mark.launch_min), (mark) => mark.dv_m_s), layout: layout };
  }

  // A window's pieces, one a day: [day, from, to] in ms and hours.
  function pieces(mark) {
    const out = [], open = start + mark.open_min * minute, close = start + mark.close_min * minute;
    for (let from = open; from < close;) {
      const today = Math.floor(from / day) * day, to = Math.min(close, today + day);
      out.push([today, (from - today) / hour, (to - today) / hour]);
      from = to;
    }
    return out;
  }

  const lane = (mark) => (mark.short ? 0.27 : 0.73) * day;  // short coasts in the upper half of a day

  function dailyFigure(colors, box) {
    const open = feasible.filter((mark) => mark.open_min !== null);
    if (!open.length) return null;
    const days = open.flatMap((mark) => pieces(mark).map((piece) => piece[0]));
    const first = Math.min(...days), last = Math.max(...days) + day;
    const when = (ms) => new Date(ms).toISOString().slice(0, 19).replace("T", " ");
    const traces = [];
    data.branches.forEach((name, branch) => {
      const own = open.filter((mark) => mark.branch === branch);
      if (!own.length) return;
      const parts = own.flatMap((mark) => pieces(mark).map((piece) => ({ mark: mark, day: piece[0], from: piece[1], to: piece[2] })));
      traces.push({ type: "bar", orientation: "h", name: `${name} branch`, y: parts.map((part) => when(part.day + lane(part.mark))),
        base: parts.map((part) => part.from), x: parts.map((part) => part.to - part.from), width: 0.42 * day,
        marker: { color: branchColors[branch] }, opacity: 0.55, text: parts.map((part) => tell(part.mark)), textposition: "none",
        hovertemplate: "%{text}<extra></extra>" });
    });
    const hourOf = (mark) => ((start + mark.launch_min * minute) % day) / hour;
    traces.push({ type: "scatter", mode: "markers", name: "lift-off", x: open.map(hourOf),
      y: open.map((mark) => when(Math.floor((start + mark.launch_min * minute) / day) * day + lane(mark))),
      text: open.map(tell), hovertemplate: "%{text}<extra></extra>",
      marker: { symbol: "line-ns", size: Math.max(3, Math.min(10, 500 / ((last - first) / day))), color: colors.ink, line: { width: 1.5, color: colors.ink } } });
    const count = (last - first) / day;
    box.style.height = `${Math.max(260, Math.min(1100, 130 + 24 * count))}px`;
    return { data: traces, layout: { barmode: "overlay", bargap: 0, legend: legend, margin: { l: 70, r: 20, t: 50, b: 50 },
      xaxis: { title: { text: "time of day, UTC" }, range: [0, 24], tickvals: [0, 3, 6, 9, 12, 15, 18, 21, 24],
        ticktext: ["00", "03", "06", "09", "12", "15", "18", "21", "24"], zeroline: false },
      yaxis: { type: "date", range: [when(last), when(first)], tickformat: "%d %b", dtick: day * Math.ceil(count / 32), tick0: when(first) },
      annotations: [], shapes: [] } };
  }

  function lightFigure(colors) {
    const lit = marks.filter((mark) => mark.landing_min !== null && mark.sun_deg !== null);
    if (!lit.length) return null;
    const layout = { xaxis: { type: "date", title: { text: "landing, UTC" } }, yaxis: { title: { text: "sun elevation, °" }, zeroline: false },
      margin: { l: 70, r: 20, t: 50, b: 50 }, legend: legend, annotations: [], shapes: [] };
    for (const limit of data.sun_deg || []) {
      if (Math.abs(limit) >= 90) continue;
      layout.shapes.push({ type: "line", xref: "paper", x0: 0, x1: 1, y0: limit, y1: limit, line: { dash: "dash", width: 1.5, color: colors.ink } });
      layout.annotations.push({ text: `limit ${limit}°`, xref: "paper", x: 1, xanchor: "right", y: limit, yanchor: "bottom", showarrow: false });
    }
    return { data: points(lit, (mark) => at(mark.landing_min), (mark) => mark.sun_deg), layout: layout };
  }

  // ---- drawing

  const makers = { map: mapFigure, cost: costFigure, daily: dailyFigure, light: lightFigure };
  const nothing = { map: "No cell has a solution.", cost: "No lift-off has a solution.", daily: "No lift-off of this span is feasible, so no window opens.",
    light: "No orbit passes over the landing site in time." };

  function dressed(box, colors, width) {
    const name = box.dataset.figure, isMap = name === "map";
    const figure = (isMap ? bins : marks).length ? makers[name](colors, box) : null;
    if (!figure) return null;
    const layout = perilune.dress(figure.layout, colors, width);
    for (const key of Object.keys(layout).filter((key) => width < 480 && /^[xy]axis/.test(key))) layout[key].nticks = layout[key].nticks || 6;
    if (width < 480) Object.assign(layout.margin, { l: 50, r: 10, t: 85 });
    return figure;
  }

  async function draw(box, plotly) {
    const figure = dressed(box, perilune.screen(), box.clientWidth);
    if (!figure) {
      const told = document.createElement("p");
      told.textContent = nothing[box.dataset.figure];
      box.style.height = "auto";
      box.replaceChildren(told);
      return;
    }
    await plotly.react(box, figure.data, figure.layout, perilune.config);
    const size = { width: 1000, height: Math.min(box.clientHeight || 600, 1100) };
    await perilune.still(box, dressed(box, perilune.paper, size.width), size, 1.6);
  }

  perilune.start(boxes, draw);
  const buttons = Array.from(document.querySelectorAll("[data-view]"));
  const press = () => buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.view === view)));
  press();
  for (const button of buttons) {
    button.addEventListener("click", async function () {
      view = button.dataset.view;
      press();
      const plotly = await perilune.plotly;
      if (plotly) draw(boxes.find((box) => box.dataset.figure === "map"), plotly);
    });
  }
})();
