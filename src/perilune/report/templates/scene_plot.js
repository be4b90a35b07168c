// The scene in three dimensions: what plotly draws of a frame, and what moves in it.
const scenePlot = (function () {
  "use strict";
  const names = { earth: "Earth", moon: "Moon" };
  const shades = { earth: "#3d78b4", moon: "#a19e97" };
  const burnColor = "#cf3f3a", siteColor = "#cf3f3a", linkColor = "#12946c";
  const fineRad = 0.12, longest_s = 10800, coilsKept = 5, coilsAll = 14;

  return function (data, motion) {
    const radius = data.sky.radius_km, hasEarth = data.has_earth;

    const columns = (points) => ({ x: points.map((p) => (p ? p[0] : null)), y: points.map((p) => (p ? p[1] : null)), z: points.map((p) => (p ? p[2] : null)) });

    // ---- what stands still in a frame

    // The instants a track is drawn at; of many revolutions the first and the last, a null between.
    function instants(track) {
      if (track.drawn) return track.drawn;
      const turns = [0];
      for (let i = 0; i + 1 < track.t.length; i++) {
        const a = motion.along(track, track.t[i]).v, b = motion.along(track, track.t[i + 1]).v;
        const cosine = (a[0] * b[0] + a[1] * b[1] + a[2] * b[2]) / (motion.length(a) * motion.length(b) || 1);
        turns.push(turns[i] + Math.acos(Math.min(Math.max(cosine, -1), 1)));
      }
      const whole = turns[turns.length - 1], out = [], kept = 2 * Math.PI * coilsKept;
      const coils = whole > 2 * Math.PI * coilsAll;
      for (let i = 0; i + 1 < track.t.length; i++) {
        if (coils && turns[i] > kept && turns[i + 1] < whole - kept) {
          if (out[out.length - 1] !== null) out.push(null);
          continue;
        }
        const span = track.t[i + 1] - track.t[i];
        const count = Math.min(Math.max(Math.ceil((turns[i + 1] - turns[i]) / fineRad), Math.ceil(span / longest_s), 1), 60);
        for (let k = 0; k < count; k++) out.push(track.t[i] + (span * k) / count);
      }
      out.push(track.t[track.t.length - 1]);
      track.drawn = out;
      return out;
    }

    function path(track, frame) {
      return instants(track).map((when) => (when === null ? null : motion.frameAt(frame, when)(track.center, motion.along(track, when).r)));
    }

    function joined(list, frame) {
      const out = [];
      for (const track of list) {
        if (out.length) out.push(null);
        out.push(...path(track, frame));
      }
      return out;
    }

    function lines(frame) {
      const shown = motion.tracks.filter((track) => frame !== "moon" || track.center === "moon" || !hasMoonTracks);
      const traces = data.groups.map((group, number) => ({ type: "scatter3d", mode: "lines", name: group.title, hoverinfo: "name",
        line: { color: group.color, width: 3 }, ...columns(joined(shown.filter((t) => t.group === number && t.kind !== "burn"), frame)) }));
      traces.push({ type: "scatter3d", mode: "lines", name: "burn", hoverinfo: "name", line: { color: burnColor, width: 8 },
        ...columns(joined(shown.filter((t) => t.kind === "burn"), frame)) });
      return traces.filter((trace) => trace.x.length);
    }
    const hasMoonTracks = motion.tracks.some((track) => track.center === "moon");

    function moonPath(frame) {
      if (frame !== "earth") return [];
      const points = Array.from({ length: 121 }, (_, i) => motion.moonAt((data.span_s * i) / 120).r);
      return [{ type: "scatter3d", mode: "lines", name: "the Moon's path", hoverinfo: "name", line: { color: shades.moon, width: 2, dash: "dot" }, ...columns(points) }];
    }

    // Events where they happened; those on a surface are told by the mark that turns with it.
    function marks(frame) {
      const rows = data.events.filter((event) => event.altitude_km > 3 && (frame !== "moon" || event.body === "moon"));
      const points = rows.map((event) => motion.frameAt(frame, event.t)(event.body, motion.fixedAt(event.body, event.fixed, event.t)));
      const hover = rows.map((event) => `${event.title}<br>${event.utc.replace("T", " ").slice(0, 19)} UTC` + (event.dv_m_s ? `<br>${event.dv_m_s.toFixed(1)} m/s` : ""));
      return { type: "scatter3d", mode: "markers", name: "events", ...columns(points), titles: rows.map((event) => event.title), hovertext: hover, hovertemplate: "%{hovertext}<extra></extra>",
        marker: { size: 3.5, color: burnColor }, showlegend: points.length > 0 };
    }

    // Labels of the events inside the box; those that would overlap share one.
    function labels(marked, box, half, colors, width) {
      const notes = [];
      marked.x.forEach(function (x, i) {
        const p = [x, marked.y[i], marked.z[i]];
        if (p.some((value, k) => value < box[k][0] || value > box[k][1])) return;
        const near = notes.find((note) => motion.length(motion.subtract([note.x, note.y, note.z], p)) < 0.3 * half);
        if (near) near.more += 1;
        else notes.push({ x: p[0], y: p[1], z: p[2], title: marked.titles[i], more: 0 });
      });
      return notes.map((note) => ({ x: note.x, y: note.y, z: note.z, text: note.title + (note.more ? ` + ${note.more}` : ""), showarrow: false, yshift: 14,
        font: { color: colors.ink, size: width < 480 ? 10 : 12 }, bgcolor: colors.veil }));
    }

    // The box a frame's lines fill, and boxes about its body, each half as wide as the one before.
    function levels(frame) {
      const low = [Infinity, Infinity, Infinity], high = [-Infinity, -Infinity, -Infinity], body = frame === "earth" ? "earth" : "moon";
      const grow = (p) => p && p.forEach((x, k) => { low[k] = Math.min(low[k], x); high[k] = Math.max(high[k], x); });
      for (const trace of lines(frame)) trace.x.forEach((x, i) => grow(x === null ? null : [x, trace.y[i], trace.z[i]]));
      grow([radius[body], radius[body], radius[body]]);
      grow([-radius[body], -radius[body], -radius[body]]);
      if (frame === "rotating" && hasEarth) grow(motion.frameAt(frame, 0)("earth", [0, 0, 0]));
      const longest = Math.max(...low.map((a, k) => high[k] - a));
      const box = low.map(function (a, k) {
        const half = 0.5 * Math.max(1.06 * (high[k] - a), 0.4 * longest), middle = 0.5 * (a + high[k]);
        return [middle - half, middle + half];
      });
      const out = [box], halves = [];
      for (let half = data.view_km; half < 0.45 * longest; half *= 2) halves.unshift(half);
      for (let half = data.view_km / 2; half > 1.25 * radius[body]; half /= 2) halves.push(half);
      for (const half of halves) out.push([0, 1, 2].map(() => [-half, half]));
      return out;
    }

    // About the Moon where the time is spent; else everything.
    function firstLevel(frame, all) {
      return frame === "moon" ? Math.max(all.findIndex((box) => box[0][1] === data.view_km), 0) : 0;
    }

    // ---- what moves

    function sphere(body, center, axes, rings) {
      const x = [], y = [], z = [];
      for (let i = 0; i <= rings; i++) {
        const polar = (Math.PI * i) / rings, rx = [], ry = [], rz = [];
        for (let j = 0; j <= 2 * rings; j++) {
          const a = (Math.PI * j) / rings, u = [Math.sin(polar) * Math.cos(a), Math.sin(polar) * Math.sin(a), Math.cos(polar)];
          rx.push(center[0] + radius[body] * u[0]);
          ry.push(center[1] + radius[body] * u[1]);
          rz.push(center[2] + radius[body] * u[2]);
        }
        x.push(rx); y.push(ry); z.push(rz);
      }
      return { x, y, z };
    }

    // Meridians and parallels every 30 degrees, a little above the ground; the prime meridian stands out by its crossing.
    function graticule(body, when, place) {
      const out = [], rad = Math.PI / 180, r = 1.004 * radius[body];
      const put = (lat, lon) => out.push(place(body, motion.fixedAt(body, [r * Math.cos(lat * rad) * Math.cos(lon * rad), r * Math.cos(lat * rad) * Math.sin(lon * rad), r * Math.sin(lat * rad)], when)));
      for (let lon = 0; lon < 360; lon += 30) {
        for (let lat = -90; lat <= 90; lat += 7.5) put(lat, lon);
        out.push(null);
      }
      for (let lat = -60; lat <= 60; lat += 30) {
        for (let lon = 0; lon <= 360; lon += 7.5) put(lat, lon);
        out.push(null);
      }
      return out;
    }

    const bodiesIn = (frame) => (frame === "moon" || !hasEarth ? ["moon"] : ["earth", "moon"]);

    // Columns of everything that moves, in the order of `moving`.
    function at(frame, when, half) {
      const place = motion.frameAt(frame, when), out = [];
      for (const body of bodiesIn(frame)) {
        const center = place(body, [0, 0, 0]);
        out.push(sphere(body, center, null, 18), columns(graticule(body, when, place)));
      }
      out.push(columns(bodiesIn(frame).map((body) => place(body, [0, 0, 0]))));
      out.push({ ...columns(data.sites.map((site) => place(site.body, motion.fixedAt(site.body, site.fixed.map((x) => 1.006 * x), when)))),
        text: data.sites.map((site) => (half < 12 * radius[site.body] ? site.title : "")) });
      const craft = data.craft.map((_, number) => motion.craftAt(number, when));
      const points = craft.map((state) => (state ? place(state.body, state.r) : null)), named = new Set();
      const text = craft.map(function (state) {
        if (!state || named.has(state.group)) return "";
        named.add(state.group);
        return data.groups[state.group].title;
      });
      out.push(columns(trail(frame, when, half)), columns(lineOfSight(frame, when, place, points)), { ...columns(points), text: text });
      return out;
    }

    // The way just behind each spacecraft: half a revolution, or an eighth of the view.
    function trail(frame, when, half) {
      const out = [];
      data.craft.forEach(function (_, number) {
        let last = null, far = 0, t = when;
        for (let k = 0; k < 60; k++) {
          const state = motion.craftAt(number, t);
          if (!state || state.kind === "ground") break;
          const p = motion.frameAt(frame, t)(state.body, state.r);
          if (last) far += motion.length(motion.subtract(p, last));
          out.push(p);
          last = p;
          if (far > 0.9 * half) break;
          t -= Math.max(Math.min((0.06 * motion.length(state.r)) / motion.length(state.v), (0.03 * half) / motion.length(state.v)), 1);
        }
        out.push(null);
      });
      return out;
    }

    function lineOfSight(frame, when, place, points) {
      const out = [];
      points.forEach(function (p, number) {
        for (const station of p ? motion.contacts(number, when) : []) {
          out.push(p, place("earth", motion.fixedAt("earth", data.stations[station].fixed, when)), null);
        }
      });
      return out;
    }

    function moving(frame) {
      const traces = [];
      for (const body of bodiesIn(frame)) {
        traces.push({ type: "surface", name: names[body], showlegend: false, showscale: false, hoverinfo: "name", colorscale: [[0, shades[body]], [1, shades[body]]],
          lighting: { ambient: 0.8, diffuse: 0.4, specular: 0, fresnel: 0 } });
        traces.push({ type: "scatter3d", mode: "lines", name: "graticule", showlegend: false, hoverinfo: "skip", line: { color: "rgba(255,255,255,.55)", width: 1 } });
      }
      traces.push({ type: "scatter3d", mode: "markers+text", name: "bodies", showlegend: false, hoverinfo: "text", text: bodiesIn(frame).map((body) => names[body]),
        textposition: "bottom center", marker: { size: 4, color: bodiesIn(frame).map((body) => shades[body]) } });
      traces.push({ type: "scatter3d", mode: "markers+text", name: "landing site", hoverinfo: "text", showlegend: data.sites.length > 0,
        textposition: "bottom center", marker: { size: 4, color: siteColor, symbol: "diamond" } });
      traces.push({ type: "scatter3d", mode: "lines", name: "just flown", showlegend: false, hoverinfo: "skip", line: { color: "#8a78d8", width: 5 } });
      traces.push({ type: "scatter3d", mode: "lines", name: "line of sight", hoverinfo: "skip", showlegend: data.links.length > 0, line: { color: linkColor, width: 2, dash: "dash" } });
      traces.push({ type: "scatter3d", mode: "markers+text", name: "spacecraft", showlegend: false, hoverinfo: "text",
        textposition: "middle right", marker: { size: 6, color: "#8a78d8", symbol: "circle", line: { width: 1, color: "#ffffff" } } });
      return traces;
    }

    function figure(frame, when, box, level, colors, width) {
      const half = 0.5 * Math.max(...box.map((side) => side[1] - side[0]));
      const marked = marks(frame), fixed = [...lines(frame), ...moonPath(frame), marked], states = at(frame, when, half);
      const traces = moving(frame).map((trace, i) => Object.assign(trace, states[i]));
      for (const trace of [...fixed, ...traces]) {
        if (!trace.mode || !trace.mode.includes("text")) continue;
        trace.textfont = { color: colors.ink, size: width < 480 ? 9 : 11 };
      }
      const dressed = layout(frame, box, level, colors, width);
      dressed.scene.annotations = labels(marked, box, half, colors, width);
      return { data: [...fixed, ...traces], layout: dressed, first: fixed.length, half: half };
    }

    function layout(frame, box, level, colors, width) {
      const longest = Math.max(...box.map((side) => side[1] - side[0])), scene = { aspectmode: "manual", aspectratio: {}, dragmode: "orbit", uirevision: frame };
      const far = width < 480 ? 1.25 : 0.95, center = { x: 0, y: 0, z: -0.1 };
      scene.camera = { center: center, eye: frame === "rotating" && level === 0 ? { x: 0.1 * far, y: -1.5 * far, z: 0.9 * far } : { x: 0.6 * far, y: -1.5 * far, z: 0.9 * far } };
      ["x", "y", "z"].forEach(function (axis, k) {
        scene.aspectratio[axis] = (1.4 * (box[k][1] - box[k][0])) / longest;
        scene[axis + "axis"] = { title: { text: `${axis}, km` }, range: box[k], nticks: 5, tickformat: "~s", showspikes: false, showbackground: false, autorange: false,
          gridcolor: colors.rule, zerolinecolor: colors.rule, linecolor: colors.rule };
      });
      return perilune.dress({ scene: scene, margin: { l: 0, r: 0, t: 0, b: 0 }, uirevision: frame, legend: { orientation: "h", x: 0, y: 0, yanchor: "top" } }, colors, width);
    }

    return { levels, firstLevel, at, figure };
  };
})();
