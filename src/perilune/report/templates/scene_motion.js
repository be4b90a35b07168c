// Where everything is at an instant of a scene: interpolation and frames, no drawing.
const sceneMotion = (function () {
  "use strict";
  const numbers = (text) => (text ? Float64Array.from(text.split(" "), Number) : new Float64Array(0));
  const add = (a, b) => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
  const subtract = (a, b) => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
  const times = (a, k) => [a[0] * k, a[1] * k, a[2] * k];
  const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
  const length = (a) => Math.sqrt(dot(a, a));
  const unit = (a) => times(a, 1 / length(a));
  const row = (table, i, width, from) => [table[i * width + from], table[i * width + from + 1], table[i * width + from + 2]];

  // The last i with t[i] <= when, so that i + 1 is there too.
  function before(t, when) {
    let low = 0, high = t.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (t[middle] <= when) low = middle;
      else high = middle;
    }
    return low;
  }

  return function (data) {
    const tracks = data.tracks.map((track) => Object.assign({}, track, { t: numbers(track.t), r: numbers(track.r), v: numbers(track.v), a: numbers(track.a) }));
    const links = data.links.map((link) => Object.assign({}, link, { t: numbers(link.t) }));
    data.relays.forEach((relay) => { if (typeof relay.t === "string") relay.t = numbers(relay.t); });
    const sky = { t: numbers(data.sky.t), moon: numbers(data.sky.moon), turn: numbers(data.sky.turn), sun: numbers(data.sky.sun), earth: numbers(data.sky.earth) };
    const earthRows = [0, 1, 2].map((i) => row(sky.earth, i, 3, 0));
    const radius = data.sky.radius_km, flattening = data.sky.flattening;

    // The quintic with position, velocity and acceleration of both samples about an instant.
    function along(track, when) {
      const i = before(track.t, when), h = track.t[i + 1] - track.t[i], s = h > 0 ? Math.min(Math.max((when - track.t[i]) / h, 0), 1) : 0;
      const r = [0, 0, 0], v = [0, 0, 0];
      for (let k = 0; k < 3; k++) {
        const j = 3 * i + k, r0 = track.r[j], v0 = track.v[j] * h, a0 = track.a[j] * h * h;
        const d = track.r[j + 3] - r0 - v0 - 0.5 * a0, e = track.v[j + 3] * h - v0 - a0, f = track.a[j + 3] * h * h - a0;
        const c3 = 10 * d - 4 * e + 0.5 * f, c4 = -15 * d + 7 * e - f, c5 = 6 * d - 3 * e + 0.5 * f;
        r[k] = r0 + s * (v0 + s * (0.5 * a0 + s * (c3 + s * (c4 + s * c5))));
        v[k] = h > 0 ? (v0 + s * (a0 + s * (3 * c3 + s * (4 * c4 + s * 5 * c5)))) / h : track.v[j];
      }
      return { r, v };
    }

    // The Moon about the Earth (a cubic), and the axes that turn with it.
    function moonAt(when) {
      const i = before(sky.t, when), h = sky.t[i + 1] - sky.t[i], s = (when - sky.t[i]) / h;
      const r0 = row(sky.moon, i, 6, 0), v0 = row(sky.moon, i, 6, 3), r1 = row(sky.moon, i + 1, 6, 0), v1 = row(sky.moon, i + 1, 6, 3);
      const r = [0, 0, 0], v = [0, 0, 0];
      for (let k = 0; k < 3; k++) {
        const d = r1[k] - r0[k], p = v0[k] * h, q = v1[k] * h, c2 = 3 * d - 2 * p - q, c3 = p + q - 2 * d;
        r[k] = r0[k] + s * (p + s * (c2 + s * c3));
        v[k] = (p + s * (2 * c2 + 3 * s * c3)) / h;
      }
      return { r, v };
    }

    function rotatingAxes(moon) {
      const x = unit(moon.r), z = unit(cross(moon.r, moon.v));
      return [x, cross(z, x), z];
    }

    // Axes fixed to a body, as rows along the ICRF.
    function bodyAxes(body, when) {
      if (body === "earth") {
        const angle = data.sky.earth_rad_s * when, c = Math.cos(angle), s = Math.sin(angle);
        return [add(times(earthRows[0], c), times(earthRows[1], s)), subtract(times(earthRows[1], c), times(earthRows[0], s)), earthRows[2]];
      }
      const i = before(sky.t, when), s = (when - sky.t[i]) / (sky.t[i + 1] - sky.t[i]);
      const between = (from) => unit(add(times(row(sky.turn, i, 6, from), 1 - s), times(row(sky.turn, i + 1, 6, from), s)));
      const x = between(0), z = between(3);
      return [x, cross(z, x), z];
    }

    // The direction of the Sun, unit, along the ICRF.
    function sunAt(when) {
      const i = before(sky.t, when), s = (when - sky.t[i]) / (sky.t[i + 1] - sky.t[i]);
      return unit(add(times(row(sky.sun, i, 3, 0), 1 - s), times(row(sky.sun, i + 1, 3, 0), s)));
    }

    const turned = (rows, p) => rows.map((axis) => dot(axis, p));
    const back = (rows, p) => add(add(times(rows[0], p[0]), times(rows[1], p[1])), times(rows[2], p[2]));

    // What is fixed to a body, along the ICRF about it.
    const fixedAt = (body, fixed, when) => back(bodyAxes(body, when), fixed);

    // A frame at an instant: takes a place about a body along the ICRF to the frame's own.
    function frameAt(frame, when) {
      const moon = moonAt(when), axes = frame === "rotating" ? rotatingAxes(moon) : null;
      const home = frame === "earth" ? "earth" : "moon";
      return function (body, r) {
        const p = body === home ? r : home === "earth" ? add(r, moon.r) : subtract(r, moon.r);
        return axes ? turned(axes, p) : p;
      };
    }

    // Where a spacecraft is: about which body (km, km/s along the ICRF), or standing on it; null where nothing is known.
    function craftAt(number, when) {
      const stay = data.stays.find((s) => s.of === number && when >= s.span[0] && when <= s.span[1]);
      if (stay) return { body: stay.body, r: fixedAt(stay.body, stay.fixed, when), v: null, group: stay.group, kind: "ground" };
      let found = null;
      for (const track of tracks) {
        if (track.of.includes(number) && track.t[0] <= when + 0.02 && track.t[track.t.length - 1] >= when - 0.02 && (!found || track.t[0] > found.t[0])) found = track;
      }
      return found ? Object.assign({ body: found.center, group: found.group, kind: found.kind }, along(found, when)) : null;
    }

    // Whether nothing is known because a long wait was shortened.
    function waits(number, when) {
      const own = tracks.filter((track) => track.of.includes(number));
      return own.some((track) => track.t[track.t.length - 1] < when) && own.some((track) => track.t[0] > when);
    }

    // Latitude and longitude (deg) and height (km): over the ellipsoid of the Earth, the sphere of the Moon.
    function below(body, r, when) {
      const p = turned(bodyAxes(body, when), r), distance = length(p), longitude = Math.atan2(p[1], p[0]) * 180 / Math.PI;
      let latitude = Math.asin(p[2] / distance), height = distance - radius[body];
      if (body === "earth") {
        const across = Math.hypot(p[0], p[1]), e2 = flattening * (2 - flattening);
        for (let pass = 0; pass < 4; pass++) {
          const n = radius.earth / Math.sqrt(1 - e2 * Math.sin(latitude) ** 2);
          latitude = Math.atan2(p[2] + e2 * n * Math.sin(latitude), across);
          height = Math.abs(latitude) < 1.4 ? across / Math.cos(latitude) - n : distance - radius.earth * (1 - flattening);
        }
      }
      return { latitude_deg: latitude * 180 / Math.PI, longitude_deg: longitude, altitude_km: height };
    }

    // What stands on the Moon and what it has in view overhead: numbers of both.
    function relays(when) {
      const pairs = [];
      for (const relay of data.relays) {
        for (let i = 0; i + 1 < relay.t.length; i += 2) {
          if (relay.t[i] > when || when > relay.t[i + 1]) continue;
          const standing = relay.stays.map((k) => data.stays[k]).filter((stay) => stay.span[0] <= when && when <= stay.span[1]);
          if (standing.length) pairs.push({ standing: standing.map((stay) => stay.of), overhead: relay.of });
        }
      }
      return pairs;
    }

    // The stations in contact with a spacecraft.
    function contacts(number, when) {
      const seen = [];
      for (const link of links) {
        if (!link.of.includes(number) || seen.includes(link.station)) continue;
        for (let i = 0; i + 1 < link.t.length; i += 2) if (link.t[i] <= when && when <= link.t[i + 1]) seen.push(link.station);
      }
      return seen.sort((a, b) => a - b);
    }

    return { tracks, along, moonAt, sunAt, frameAt, fixedAt, bodyAxes, craftAt, waits, below, contacts, relays, length, subtract, before };
  };
})();
