// The scene in three dimensions: what plotly draws of a frame, and what moves in it.
const scenePlot = (function () {
  "use strict";
  const names = { earth: "Earth", moon: "Moon" };
  const shades = { earth: "#3d78b4", moon: "#a19e97" }, nights = { earth: "#22466a", moon: "#5f5d58" };
  const burnColor = "#cf3f3a", siteColor = "#cf3f3a", craftColor = "#8a78d8", linkColor = "#12946c";
  const fineRad = 0.12, longest_s = 10800, coilsKept = 5, coilsAll = 14, coastStep = 25; // tenths of a degree

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
        marker: { size: 3.5, color: burnColor } };
    }

    // Labels of the events in sight: of those that would overlap one stands for all, none over a name.
    function labels(marked, seen, overlap, taken) {
      const found = [];
      marked.x.forEach(function (x, i) {
        const p = [x, marked.y[i], marked.z[i]];
        if (!seen(p) || taken.some((name) => overlap(p, name.p, { left: 0.5, right: -0.5, center: 0 }[name.anchor]))) return;
        const near = found.find((note) => overlap(p, [note.x, note.y, note.z], 0));
        if (near) near.more += 1;
        else found.push({ x: p[0], y: p[1], z: p[2], title: marked.titles[i], more: 0 });
      });
      return found.map((note) => ({ x: note.x, y: note.y, z: note.z, text: note.title + (note.more ? ` and ${note.more} more` : ""), showarrow: false, yshift: 14 }));
    }

    // The box a frame's lines fill, and boxes about its body, each half as wide as the one before.
    function levels(frame) {
      const low = [Infinity, Infinity, Infinity], high = [-Infinity, -Infinity, -Infinity], body = frame === "earth" ? "earth" : "moon";
      const grow = (p) => p && p.forEach((x, k) => { low[k] = Math.min(low[k], x); high[k] = Math.max(high[k], x); });
      for (const trace of lines(frame)) trace.x.forEach((x, i) => grow(x === null ? null : [x, trace.y[i], trace.z[i]]));
      for (const side of [-1.35, 1.35]) grow([0, 1, 2].map(() => side * radius[body]));
      for (const trace of moonPath(frame)) trace.x.forEach((x, i) => grow([x, trace.y[i], trace.z[i]]));
      if (frame === "rotating" && hasEarth) grow(motion.frameAt(frame, 0)("earth", [0, 0, 0]));
      const longest = Math.max(...low.map((a, k) => high[k] - a));
      const box = low.map(function (a, k) {
        const half = 0.5 * Math.max(1.06 * (high[k] - a), 0.4 * longest), middle = 0.5 * (a + high[k]);
        return [middle - half, middle + half];
      });
      const out = [box], halves = [];
      for (let half = data.view_km; half < 0.45 * longest; half *= 2) if (half > 1.25 * radius[body]) halves.unshift(half);
      for (let half = data.view_km / 2; half > 1.25 * radius[body]; half /= 2) halves.push(half);
      for (const half of halves) out.push([0, 1, 2].map(() => [-half, half]));
      return out;
    }

    // About the Moon where the time is spent; else everything.
    function firstLevel(frame, all) {
      return frame === "moon" ? Math.max(all.findIndex((box) => box[0][1] === data.view_km), 0) : 0;
    }

    // ---- what moves

    // A ball with day and night as the Sun makes them.
    function sphere(body, when, place, rings) {
      const x = [], y = [], z = [], light = [], sun = motion.sunAt(when);
      for (let i = 0; i <= rings; i++) {
        const polar = (Math.PI * i) / rings, rows = [[], [], [], []];
        for (let j = 0; j <= 2 * rings; j++) {
          const a = (Math.PI * j) / rings, u = [Math.sin(polar) * Math.cos(a), Math.sin(polar) * Math.sin(a), Math.cos(polar)];
          place(body, u.map((value) => radius[body] * value)).forEach((value, k) => rows[k].push(value));
          rows[3].push(u[0] * sun[0] + u[1] * sun[1] + u[2] * sun[2]);
        }
        [x, y, z, light].forEach((table, k) => table.push(rows[k]));
      }
      return { x, y, z, surfacecolor: light };
    }

    // Meridians and parallels every 30 degrees, a little above the ground; the prime meridian stands out by its crossing.
    function graticule(body, when, place) {
      const out = [], rad = Math.PI / 180, r = 1.008 * radius[body];
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

    // The Earth's coasts as its map has them, unit vectors fixed to it: thinned, not along the edges of the map; a null after each.
    function readCoasts() {
      const drawn = document.querySelector("[data-map=earth] .land"), out = [], rad = Math.PI / 1800;
      const onEdge = (p) => Math.abs(p[0]) === 1800 || p[1] === -900;
      for (const ring of drawn ? drawn.getAttribute("d").split("M").slice(1) : []) {
        const steps = ring.match(/-?\d+/g).map(Number), line = [];
        let here = [0, 0], kept = null, before = null;
        for (let i = 0; i <= steps.length; i += 2) {
          here = i < steps.length ? [here[0] + steps[i], here[1] + steps[i + 1]] : [steps[0], steps[1]];
          const cut = before && onEdge(here) && onEdge(before), far = !kept || Math.hypot((here[0] - kept[0]) * Math.cos(here[1] * rad), here[1] - kept[1]) > coastStep;
          before = here;
          if (cut) line.push(null);
          if (!cut && !far && i < steps.length) continue;
          kept = here;
          line.push([Math.cos(here[1] * rad) * Math.cos(here[0] * rad), Math.cos(here[1] * rad) * Math.sin(here[0] * rad), Math.sin(here[1] * rad)]);
        }
        if (line.length > 5) out.push(...line, null);
      }
      return out;
    }
    let coasts = null;

    function coastsAt(when, place) {
      const r = 1.008 * radius.earth;
      coasts = coasts || readCoasts();
      return coasts.map((u) => u && place("earth", motion.fixedAt("earth", u.map((x) => r * x), when)));
    }

    const bodiesIn = (frame) => (frame === "moon" || !hasEarth ? ["moon"] : ["earth", "moon"]);

    // Where the Earth is more than a dot.
    const showsCoasts = (frame, half) => half < 12 * radius.earth && bodiesIn(frame).includes("earth");

    // Everything that moves: columns in the order of `moving`, and names.
    function at(frame, when, half) {
      const place = motion.frameAt(frame, when), out = [];
      for (const body of bodiesIn(frame)) out.push(sphere(body, when, place, 24), columns(graticule(body, when, place)));
      if (showsCoasts(frame, half)) out.push(columns(coastsAt(when, place)));
      const bodies = bodiesIn(frame), centers = bodies.map((body) => place(body, [0, 0, 0]));
      const sites = data.sites.map((site) => place(site.body, motion.fixedAt(site.body, site.fixed.map((x) => 1.01 * x), when)));
      const craft = data.craft.map((_, number) => motion.craftAt(number, when));
      const points = craft.map((state) => (state ? place(state.body, state.r) : null));
      out.push(columns(centers), columns(sites), columns(trail(frame, when, half)), columns(lineOfSight(frame, when, place, points)), columns(points));
      const written = [], name = (text, p, anchor, xshift, yshift) => written.push({ text, p, anchor, xshift, yshift });
      for (const group of new Set(craft.filter((state) => state).map((state) => state.group))) {
        const p = points[craft.findIndex((state) => state && state.group === group)];
        const near = written.find((other) => motion.length(motion.subtract(other.p, p)) < 0.05 * half);
        if (near) near.text += `<br>${data.groups[group].title}`;
        else name(data.groups[group].title, p, "left", 9, 0);
      }
      data.sites.forEach(function (site, i) {
        const taken = written.some((other) => motion.length(motion.subtract(other.p, sites[i])) < 0.05 * half);
        if (half < 12 * radius[site.body] && !taken) name(site.title, sites[i], "center", 0, -14);
      });
      bodies.forEach((body, i) => { if (half > 12 * radius[body]) name(names[body], centers[i], "right", -9, 0); });
      return { columns: out, names: written, centers: bodies.map((body, i) => ({ p: centers[i], radius: radius[body] })) };
    }

    // What is written in the picture and not behind a ball: events where they were, what moves where it is.
    function notes(marked, now, box, half, colors, width, eye) {
      const inside = (p) => p.every((x, k) => box[k][0] <= x && x <= box[k][1]), size = width < 480 ? 10 : 12;
      const toward = [0, 1, 2].map((k) => eye["xyz"[k]]), d = toward.map((x) => x / motion.length(toward));
      const behind = (p) => now.centers.some(function (ball) {
        const q = motion.subtract(p, ball.p), depth = q[0] * d[0] + q[1] * d[1] + q[2] * d[2];
        return depth < -0.05 * ball.radius && motion.length(motion.subtract(q, d.map((x) => x * depth))) < 0.98 * ball.radius;
      });
      const seen = (p) => inside(p) && !behind(p), moved = now.names.filter((row) => seen(row.p));
      // labels as boxes on the screen, of which half the view fills so many pixels
      const right = [-d[1], d[0], 0].map((x) => x / (Math.hypot(d[0], d[1]) || 1)), up = [-d[2] * right[1], d[2] * right[0], d[0] * right[1] - d[1] * right[0]];
      const along = (axis, q) => q[0] * axis[0] + q[1] * axis[1] + q[2] * axis[2], unit = half / (0.19 * Math.min(width, 1100) + 10);
      const overlap = function (p, q, aside) {
        const off = motion.subtract(p, q);
        return Math.abs(along(right, off) - aside * 10 * size * unit) < 10 * size * unit && Math.abs(along(up, off)) < 1.6 * size * unit;
      };
      const rows = moved.map((row) => ({ x: row.p[0], y: row.p[1], z: row.p[2], text: `<b>${row.text}</b>`, showarrow: false, align: "left",
        xanchor: row.anchor, xshift: row.xshift, yshift: row.yshift }));
      return [...labels(marked, seen, overlap, moved), ...rows].map((note) => Object.assign(note, { bgcolor: colors.veil, font: { color: colors.ink, size: size } }));
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
      for (const pair of motion.relays(when)) out.push(points[pair.standing[0]], points[pair.overhead[0]], null);
      return out;
    }

    function moving(frame, half) {
      const traces = [];
      for (const body of bodiesIn(frame)) {
        const scale = [[0, nights[body]], [0.48, nights[body]], [0.54, shades[body]], [1, shades[body]]];
        traces.push({ type: "surface", name: names[body], showscale: false, hoverinfo: "name", colorscale: scale, cmin: -1, cmax: 1,
          lighting: { ambient: 1, diffuse: 0, specular: 0, fresnel: 0 }, contours: { x: { highlight: false }, y: { highlight: false }, z: { highlight: false } } });
        traces.push({ type: "scatter3d", mode: "lines", name: "graticule", hoverinfo: "skip", line: { color: "rgba(255,255,255,.4)", width: 1 } });
      }
      if (showsCoasts(frame, half)) traces.push({ type: "scatter3d", mode: "lines", name: "coasts", hoverinfo: "skip", line: { color: "rgba(255,255,255,.8)", width: 2 } });
      const markers = (name, marker, more) => traces.push({ type: "scatter3d", mode: "markers", name: name, hoverinfo: "name", marker: marker, ...more });
      markers("bodies", { size: 4, color: bodiesIn(frame).map((body) => shades[body]) });
      markers(data.sites.length ? data.sites[0].title : "landing site", { size: 4, color: siteColor, symbol: "diamond" });
      traces.push({ type: "scatter3d", mode: "lines", name: "just flown", hoverinfo: "skip", line: { color: craftColor, width: 5 } });
      traces.push({ type: "scatter3d", mode: "lines", name: "line of sight", hoverinfo: "skip", line: { color: linkColor, width: 2, dash: "dash" } });
      markers("spacecraft", { size: 6, color: craftColor, line: { width: 1, color: "#ffffff" } }, { hoverinfo: "text", hovertext: data.craft.map((craft) => craft.title) });
      return traces;
    }

    function figure(frame, when, box, level, colors, width) {
      const half = 0.5 * Math.max(...box.map((side) => side[1] - side[0])), marked = marks(frame);
      const fixed = [...lines(frame), ...moonPath(frame), marked], now = at(frame, when, half);
      const traces = moving(frame, half).map((trace, i) => Object.assign(trace, now.columns[i])), dressed = layout(frame, box, level, colors, width);
      const label = (moved, eye) => notes(marked, moved, box, half, colors, width, eye);
      dressed.scene.annotations = label(now, dressed.scene.camera.eye);
      return { data: [...fixed, ...traces], layout: dressed, first: fixed.length, half: half, label: label };
    }

    function layout(frame, box, level, colors, width) {
      const longest = Math.max(...box.map((side) => side[1] - side[0])), scene = { aspectmode: "manual", aspectratio: {}, dragmode: "orbit", uirevision: frame };
      const far = width < 480 ? 1.25 : 0.95, center = { x: 0, y: 0, z: -0.1 };
      scene.camera = { center: center, eye: frame === "rotating" && level === 0 ? { x: 0.05 * far, y: -1.3 * far, z: 0.75 * far } : { x: 0.6 * far, y: -1.5 * far, z: 0.9 * far } };
      ["x", "y", "z"].forEach(function (axis, k) {
        scene.aspectratio[axis] = (1.4 * (box[k][1] - box[k][0])) / longest;
        scene[axis + "axis"] = { title: { text: `${axis}, km` }, range: box[k], nticks: 5, tickformat: "~s", showspikes: false, showbackground: false, autorange: false,
          gridcolor: colors.rule, zerolinecolor: colors.rule, linecolor: colors.rule };
      });
      return perilune.dress({ scene: scene, margin: { l: 0, r: 0, t: 0, b: 0 }, uirevision: frame, showlegend: false }, colors, width);
    }

    return { levels, firstLevel, at, figure };
  };
})();
