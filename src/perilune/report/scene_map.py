"""Maps of where a flight passes over the ground: the last revolutions, descent, ascent, entry.

Drawn as SVG, so that they stand on paper and without a script; the page's script moves a mark a
spacecraft over them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from perilune.astro import geometry
from perilune.astro.bodies import RADIUS_KM
from perilune.astro.state import State
from perilune.formats.geojson import cut_at_date_line
from perilune.report import words
from perilune.report.scene import Sampled, Scene
from perilune.report.scene_map_paper import labels, paper, x_of, y_of
from perilune.report.scene_samples import quintic

Array = NDArray[np.float64]

REVOLUTIONS = 3
"""Shown before a landing on the Moon, or of the end of a flight about it."""
_AFTER_LIFT_OFF = 1
_LOW_KM = {"earth": 3000.0, "moon": 70_000.0}
_BETWEEN = 12  # points from one sample to the next
_TITLES = {"earth": "Ground track on the Earth", "moon": "Ground track on the Moon"}
_NEAR_S = 120.0


@dataclass(frozen=True, eq=False)
class GroundLine:
    """A stretch of ground track: who flies it, how, and longitude and latitude (deg)."""

    of: tuple[int, ...]
    kind: str
    degrees: Array


def ground_lines(scene: Scene, body: str) -> list[GroundLine]:
    """Return the ground tracks about a body worth a map."""
    found = []
    for part in scene.tracks:
        if part.piece.center == body:
            for start, stop in _shown(scene, body, part.piece.of):
                line = _line(part, start, stop, scene)
                if line is not None:
                    found.append(line)
    return found


def ground_map(scene: Scene, body: str) -> str:
    """Return the map of a body (HTML); nothing where no track is low enough."""
    lines = ground_lines(scene, body)
    if not lines:
        return ""
    inside = [
        paper(body),
        *(_path(line, scene) for line in lines),
        *_marks(scene, body),
        *(_mover(number, name) for number, name in enumerate(scene.flight.spacecraft)),
    ]
    title = _TITLES[body]
    return (
        f'<figure class="map" data-map="{body}">\n<figcaption><strong>{title}</strong> '
        f"{_note(scene, body)}</figcaption>\n"
        f'<svg viewBox="-2 -2 724 364" role="img" aria-label="{title}; the places of its events '
        'are in the timeline">\n' + "\n".join(inside) + "\n</svg>\n</figure>"
    )


def _note(scene: Scene, body: str) -> str:
    if body == "earth":
        return f"Where it flies below {words.number(_LOW_KM['earth'], 0)} km."
    lands = any(stay.point.body == "moon" for stay in scene.stays)
    until = "before it comes down" if lands else "about it"
    shaded = "the far side and the maria (discs) are shaded"
    return f"The last {REVOLUTIONS} revolutions {until}; {shaded}."


def _shown(scene: Scene, body: str, of: Sequence[int]) -> list[tuple[float, float]]:
    """Return the spans that a map shows of any of some spacecraft."""
    if body == "earth":
        return [(-1.0, scene.span_s + 1.0)]
    return _merged([(start, stop) for number, start, stop in _spans(scene) if number in of])


def _spans(scene: Scene) -> Iterator[tuple[int, float, float]]:
    """Yield what a map of the Moon shows of whom: until each landing, after each lift-off.

    Of a flight that does not land: until its end.
    """
    around = [part for part in scene.tracks if part.piece.center == "moon"]
    stays = [stay for stay in scene.stays if stay.point.body == "moon"]
    for stay in stays:
        own = [part for part in around if stay.of in part.piece.of]
        before = [part for part in own if part.t_s[-1] <= stay.span_s[0] + 1.0]
        after = [part for part in own if part.t_s[0] >= stay.span_s[1] - 1.0]
        if before:
            last = max(float(part.t_s[-1]) for part in before)
            yield stay.of, _back(before, REVOLUTIONS), last
        if after:
            yield stay.of, stay.span_s[1], _onward(after, _AFTER_LIFT_OFF)
    if not stays and around:
        end = max(around, key=lambda part: float(part.t_s[-1]))
        own = [part for part in around if part.piece.of == end.piece.of]
        yield end.piece.of[0], _back(own, REVOLUTIONS), float(end.t_s[-1])


def _back(parts: Sequence[Sampled], revolutions: float) -> float:
    """Return the instant so many revolutions before the end of some stretches."""
    left = 2.0 * np.pi * revolutions
    for part in sorted(parts, key=lambda part: -part.t_s[0]):
        turned = _angle(part)
        if turned[-1] > left:
            return float(np.interp(turned[-1] - left, turned, part.t_s))
        left -= turned[-1]
    return float(min(part.t_s[0] for part in parts))


def _onward(parts: Sequence[Sampled], revolutions: float) -> float:
    left = 2.0 * np.pi * revolutions
    for part in sorted(parts, key=lambda part: part.t_s[0]):
        turned = _angle(part)
        if turned[-1] > left:
            return float(np.interp(left, turned, part.t_s))
        left -= turned[-1]
    return float(max(part.t_s[-1] for part in parts))


def _angle(part: Sampled) -> Array:
    """Return the angle about the body swept until each sample, rad."""
    unit = part.rows[:, :3] / np.linalg.norm(part.rows[:, :3], axis=1, keepdims=True)
    cosine = np.clip(np.sum(unit[1:] * unit[:-1], axis=1), -1.0, 1.0)
    return np.append(0.0, np.cumsum(np.arccos(cosine)))


def _merged(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    out: list[tuple[float, float]] = []
    for start, stop in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = out[-1][0], max(out[-1][1], stop)
        else:
            out.append((start, stop))
    return out


def _line(part: Sampled, start: float, stop: float, scene: Scene) -> GroundLine | None:
    inside = part.t_s[(part.t_s > start) & (part.t_s < stop)]
    low, high = max(start, part.t_s[0]), min(stop, part.t_s[-1])
    if low >= high:
        return None
    edges = np.unique(np.concatenate([[low], inside, [high]]))
    count = _BETWEEN if len(edges) > 3 else 3 * _BETWEEN
    t = np.linspace(edges[:-1], edges[1:], count, endpoint=False).T.ravel()
    t = np.append(t, high)
    r = quintic(t, part.t_s, part.rows)
    body = part.piece.center
    shown = np.linalg.norm(r, axis=1) < RADIUS_KM[body] + _LOW_KM[body]
    if np.count_nonzero(shown) < 2:
        return None
    t, r = t[shown], r[shown]
    when = scene.start + t
    below = geometry.subpoint(State(when, body, "icrf", r, np.zeros_like(r)), scene.flight.env)
    return GroundLine(
        part.piece.of,
        part.piece.kind,
        np.column_stack([below.longitude_deg, below.latitude_deg]),
    )


def _path(line: GroundLine, scene: Scene) -> str:
    drawn = "".join(
        "M" + "L".join(f"{x_of(lon):.1f} {y_of(lat):.1f}" for lon, lat in part)
        for part in cut_at_date_line(line.degrees)
    )
    return f'<path class="track {line.kind}" stroke="{scene.color(line.of)}" d="{drawn}"/>'


def _marks(scene: Scene, body: str) -> Iterator[str]:
    """Yield a mark an event on the tracks shown, labels only where they have room."""
    spans = _shown(scene, body, range(len(scene.flight.spacecraft)))
    rows = [
        row
        for row in scene.events
        if row["body"] == body
        and row["altitude_km"] < _LOW_KM[body]
        and any(start - _NEAR_S <= row["t"] <= stop + _NEAR_S for start, stop in spans)
    ]
    for row in rows:
        yield (
            f'<circle class="event" cx="{x_of(row["longitude_deg"]):.1f}" '
            f'cy="{y_of(row["latitude_deg"]):.1f}" r="3.5">'
            f"<title>{escape(row['title'])}</title></circle>"
        )
    yield from labels(rows)


def _mover(number: int, name: str) -> str:
    title = escape(words.sentence(name))
    return (
        f'<circle class="mover" data-craft="{number}" r="6" hidden><title>{title}</title></circle>'
    )
