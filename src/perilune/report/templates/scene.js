// The scene's controls: time, frame, scale; the table and the maps beside it.
(function () {
  "use strict";
  const data = perilune.json("scene-data"), root = document.getElementById("scene");
  if (!data || !root) return;
  const motion = sceneMotion(data), plot = scenePlot(data, motion);
  const find = (selector) => root.querySelector(selector);
  const box = find(".plot"), slider = find("[type=range]"), clock = find("output"), told = find(".told"), playButton = find("[data-play]");
  const frames = Array.from(root.querySelectorAll("[data-frame]")), rows = Array.from(root.querySelectorAll("tbody tr"));
  const maps = Array.from(document.querySelectorAll("[data-map]")), started = Date.parse(data.start_utc);
  const state = { frame: frames[0].dataset.frame, t: 0, playing: 0, level: {}, drawn: null, busy: false, stale: false };
  const allLevels = {};
  const fullPlay_ms = 60000, away = "not in flight", unkept = "waits in orbit: not kept here";

  // ---- slider and time: between two events there is always some room on the slider

  const knots = [...new Set([0, ...data.events.map((event) => Math.min(Math.max(event.t, 0), data.span_s)), data.span_s])].sort((a, b) => a - b);
  const places = [0];
  for (let i = 1; i < knots.length; i++) places.push(places[i - 1] + (0.5 * (knots[i] - knots[i - 1])) / (data.span_s || 1) + 0.5 / (knots.length - 1));
  const whole = places[places.length - 1] || 1, top = Number(slider.max);
  const blend = (from, to, x) => {
    const i = motion.before(from, x), share = from[i + 1] > from[i] ? (x - from[i]) / (from[i + 1] - from[i]) : 0;
    return to[i] + share * (to[i + 1] - to[i]);
  };
  const timeOf = (value) => blend(places, knots, (value / top) * whole);
  const valueOf = (t) => (blend(knots, places, t) / whole) * top;

  const utc = (t) => new Date(started + Math.round(t) * 1000).toISOString().slice(0, 19).replace("T", " ") + " UTC";
  const shown = (value, digits = Math.abs(value) < 1000 ? 1 : 0) => value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });

  // ---- what stands beside the plot

  function where(number) {
    const craft = motion.craftAt(number, state.t);
    if (!craft) return null;
    const point = motion.below(craft.body, craft.r, state.t);
    return Object.assign({ craft: craft, speed: craft.v ? motion.length(craft.v) : null }, point);
  }

  function inView() {
    const place = motion.frameAt(state.frame, state.t), view = levelsOf(state.frame)[levelOf(state.frame)];
    return data.craft.some(function (_, number) {
      const craft = motion.craftAt(number, state.t), p = craft && place(craft.body, craft.r);
      return p && p.every((x, k) => view[k][0] <= x && x <= view[k][1]);
    });
  }

  function tell() {
    clock.textContent = utc(state.t);
    slider.setAttribute("aria-valuetext", utc(state.t));
    const past = data.events.filter((event) => event.t <= state.t + 0.5), next = data.events.find((event) => event.t > state.t + 0.5);
    const outside = state.drawn && !inView() ? "No spacecraft in this view now: farther, or another time" : "";
    told.textContent = [past.length ? `After: ${past[past.length - 1].title}` : "", next ? `Next: ${next.title}` : "", outside].filter((text) => text).join(" · ");
    rows.forEach(function (row, number) {
      const found = where(number), cells = row.querySelectorAll("td");
      const seen = found ? motion.contacts(number, state.t).map((station) => data.stations[station].title) : [];
      for (const pair of found ? motion.relays(state.t) : []) {
        if (pair.standing.includes(number)) seen.push(...pair.overhead.map((other) => data.craft[other].title));
        if (pair.overhead.includes(number)) seen.push(...pair.standing.map((other) => data.craft[other].title));
      }
      const texts = found
        ? [`${found.craft.kind === "ground" ? "on" : "about"} the ${found.craft.body === "moon" ? "Moon" : "Earth"}`, found.craft.kind === "ground" ? "–" : shown(found.altitude_km),
          found.speed === null ? "–" : shown(found.speed, 3), `${shown(found.latitude_deg, 1)}, ${shown(found.longitude_deg, 1)}`, seen.join(", ") || "–"]
        : [motion.waits(number, state.t) ? unkept : away, "–", "–", "–", "–"];
      texts.forEach((text, i) => { cells[i].textContent = text; });
      moveMarks(number, found);
    });
  }

  function moveMarks(number, found) {
    for (const map of maps) {
      const mark = map.querySelector(`[data-craft="${number}"]`), here = found && found.craft.body === map.dataset.map;
      mark.toggleAttribute("hidden", !here);
      if (!here) continue;
      mark.setAttribute("cx", 2 * (found.longitude_deg + 180));
      mark.setAttribute("cy", 2 * (90 - found.latitude_deg));
    }
  }

  // ---- the plot

  const levelsOf = (frame) => (allLevels[frame] = allLevels[frame] || plot.levels(frame));
  const levelOf = (frame) => (state.level[frame] === undefined ? (state.level[frame] = plot.firstLevel(frame, levelsOf(frame))) : state.level[frame]);
  const figure = (colors, width) => plot.figure(state.frame, state.t, levelsOf(state.frame)[levelOf(state.frame)], levelOf(state.frame), colors, width);

  function hasWebgl() {
    const canvas = document.createElement("canvas");
    return Boolean(canvas.getContext("webgl") || canvas.getContext("webgl2"));
  }

  async function draw(_, plotly) {
    if (!hasWebgl()) {
      box.textContent = "This plot needs WebGL. The table and the maps below still follow the time; the timeline has the events.";
      box.classList.add("none");
      return;
    }
    state.drawn = figure(perilune.screen(), box.clientWidth);
    await plotly.react(box, state.drawn.data, state.drawn.layout, perilune.config);
    if (!state.drawnOnce) box.on("plotly_relayout", (change) => { if (change["scene.camera"]) relabel(plotly); });
    await relabel(plotly);
    tell();
    window.clearTimeout(state.still);
    state.still = window.setTimeout(() => still().catch(() => {}), state.drawnOnce ? 800 : 0);
    state.drawnOnce = true;
  }

  // The reader has turned the picture: what was behind a ball may be before it now.
  async function relabel(plotly) {
    const now = plot.at(state.frame, state.t, state.drawn.half);
    await plotly.relayout(box, { "scene.annotations": state.drawn.label(now, box.layout.scene.camera.eye) });
  }

  async function still() {
    const size = { width: 900, height: 640 }, picture = figure(perilune.paper, size.width);
    if (box.layout) picture.layout.scene.camera = box.layout.scene.camera;
    await perilune.still(box, picture, size, 2);
  }

  async function redraw() {
    const plotly = await perilune.plotly;
    if (plotly && state.drawnOnce) await draw(box, plotly);
    else tell();
  }

  // Move what moves: one drawing at a time, the newest instant last.
  async function move(t) {
    state.t = Math.min(Math.max(t, 0), data.span_s);
    tell();
    if (!state.drawn) return;
    if (state.busy) {
      state.stale = true;
      return;
    }
    state.busy = true;
    const plotly = await perilune.plotly;
    do {
      state.stale = false;
      const now = plot.at(state.frame, state.t, state.drawn.half), update = {};
      for (const key of ["x", "y", "z", "surfacecolor"]) update[key] = now.columns.map((c) => c[key]);
      await plotly.update(box, update, { "scene.annotations": state.drawn.label(now, box.layout.scene.camera.eye) }, now.columns.map((_, i) => state.drawn.first + i));
      await new Promise((resolve) => requestAnimationFrame(resolve));
    } while (state.stale);
    state.busy = false;
  }

  function setTime(t) {
    slider.value = String(Math.round(valueOf(Math.min(Math.max(t, 0), data.span_s))));
    return move(t);
  }

  // ---- controls

  slider.addEventListener("input", function () {
    stop();
    move(timeOf(Number(slider.value)));
  });

  function stop() {
    window.cancelAnimationFrame(state.playing);
    state.playing = 0;
    playButton.textContent = "Play";
    playButton.setAttribute("aria-pressed", "false");
  }

  function play() {
    if (state.t >= data.span_s - 1) setTime(0);
    let last = null, place = valueOf(state.t);
    playButton.textContent = "Pause";
    playButton.setAttribute("aria-pressed", "true");
    const tick = function (now) {
      place = Math.min(place + (last === null ? 0 : (now - last) * top / fullPlay_ms), top);
      last = now;
      slider.value = String(Math.round(place));
      move(timeOf(place));
      if (place >= top) stop();
      else if (state.playing) state.playing = window.requestAnimationFrame(tick);
    };
    state.playing = window.requestAnimationFrame(tick);
  }
  playButton.addEventListener("click", () => (state.playing ? stop() : play()));

  for (const button of root.querySelectorAll("[data-step]")) {
    button.addEventListener("click", function () {
      stop();
      const instants = data.events.map((event) => Math.min(Math.max(event.t, 0), data.span_s)), ahead = Number(button.dataset.step) > 0;
      const found = ahead ? instants.find((t) => t > state.t + 0.5) : instants.reverse().find((t) => t < state.t - 0.5);
      setTime(found === undefined ? (ahead ? data.span_s : 0) : found);
    });
  }

  const press = () => frames.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.frame === state.frame)));
  for (const button of frames) {
    button.addEventListener("click", function () {
      state.frame = button.dataset.frame;
      press();
      redraw();
    });
  }
  for (const button of root.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", function () {
      const wanted = levelOf(state.frame) + Number(button.dataset.zoom);
      state.level[state.frame] = Math.min(Math.max(wanted, 0), levelsOf(state.frame).length - 1);
      redraw();
    });
  }

  for (const hidden of root.querySelectorAll(".needs-script")) hidden.hidden = false;
  press();
  state.t = data.first_s;
  slider.value = String(Math.round(valueOf(state.t)));
  tell();
  perilune.start([box], draw);
})();
