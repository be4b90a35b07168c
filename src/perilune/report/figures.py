"""The three-dimensional plots of a page, as the JSON that plotly.js draws.

The library's script is read from the plotly package without importing it (which takes long).
"""

from __future__ import annotations

import importlib.resources
import importlib.util
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from perilune.errors import InputError
from perilune.report.words import sentence

Track = Mapping[str, Any]
Point = tuple[float, float, float]

# Each stands out 3:1 from white and from the page's dark ground; told apart by color-blind eyes
# (after Okabe & Ito 2008), and by their names in the legend.
_LINES = ("#2486cf", "#d9730d", "#12946c", "#bf5a97", "#8a78d8", "#8a8a2e")
_BODIES = {"earth": "#3d78b4", "moon": "#8d8b85"}
_MARKER = "#cf3f3a"
_RINGS, _SPOKES = 30, 60  # of a sphere
_FLATTEST = 0.35  # shortest side of the box drawn, against its longest
_CLOSE = 0.06  # of the longest side: labels nearer than this share one


def figure(body: str, track: Track) -> dict[str, Any]:
    """Return one plot: the body, the lines about it, and the events marked.

    Parameters
    ----------
    body : str
        What the plot is centered on.
    track : mapping
        `body_radius_km`, `lines` (`name`, `x`, `y`, `z` in km), `points` (`name`, `x`, `y`, `z`).
        Lines of one name share a color and a place in the legend. Optional `view_km`: nothing
        farther than this from the center, along any axis, is drawn.
    """
    radius = float(track.get("body_radius_km") or 0.0)
    view = float(track.get("view_km") or math.inf)
    lines = [_within(line, view) for line in track.get("lines") or []]
    points = [point for point in track.get("points") or [] if _seen(point, view)]
    low, high = _box(lines, points, radius)
    longest = max(b - a for a, b in zip(low, high, strict=True))
    data = list(_lines(lines))
    if radius > 0.0:
        data.insert(0, _sphere(body, radius))
    if points:
        data.append(_points(points))
    layout = _layout(low, high, longest)
    layout["scene"]["annotations"] = list(_labels(points, _CLOSE * longest))
    return {"data": data, "layout": layout}


def script_json(value: Any) -> str:
    """Return JSON that is safe inside a `<script>` element."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def plotly_script() -> str:
    """Return the source of plotly.js, safe inside a `<script>` element.

    Raises
    ------
    InputError
        Where the plotly package is not installed whole.
    """
    spec = importlib.util.find_spec("plotly")
    if spec is None:
        raise InputError("the package 'plotly' is not installed: a report needs its script")
    package = importlib.resources.files(importlib.util.module_from_spec(spec))
    try:
        text = (package / "package_data" / "plotly.min.js").read_text(encoding="utf-8")
    except OSError as error:
        raise InputError("the package 'plotly' lacks package_data/plotly.min.js") from error
    return text.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _numbers(values: Iterable[Any]) -> list[float | None]:
    """Return coordinates to 10 m, gaps as null."""
    return [None if v is None or not math.isfinite(v) else round(float(v), 2) for v in values]


def _xyz(rows: Sequence[Track]) -> dict[str, list[float | None]]:
    return {axis: _numbers(row.get(axis) for row in rows) for axis in "xyz"}


def _within(line: Track, view_km: float) -> dict[str, Any]:
    """Return a line with gaps where it leaves the view."""
    rows = zip(*(_numbers(line.get(axis) or []) for axis in "xyz"), strict=True)
    shown = [row if _inside(row, view_km) else (None, None, None) for row in rows]
    columns = zip(*shown, strict=True) if shown else ((), (), ())
    return {"name": str(line.get("name", "")), **dict(zip("xyz", map(list, columns), strict=True))}


def _inside(row: Iterable[float | None], view_km: float) -> bool:
    return all(v is not None and abs(v) <= view_km for v in row)


def _seen(point: Track, view_km: float) -> bool:
    return _inside(_numbers(point.get(axis) for axis in "xyz"), view_km)


def _lines(lines: Sequence[Track]) -> Iterator[dict[str, Any]]:
    """Yield one trace a name: hundreds of traces are slow to draw."""
    names = list(dict.fromkeys(line["name"] for line in lines))
    for number, name in enumerate(names):
        yield {
            "type": "scatter3d",
            "mode": "lines",
            "name": name,
            **_joined([line for line in lines if line["name"] == name]),
            "legendgroup": name,
            "line": {"color": _LINES[number % len(_LINES)], "width": 4},
            "hovertemplate": "%{x:,.0f}, %{y:,.0f}, %{z:,.0f} km",
        }


def _joined(lines: Sequence[Track]) -> dict[str, list[float | None]]:
    """Return lines as one, with a gap between two that do not meet."""
    out: dict[str, list[float | None]] = {axis: [] for axis in "xyz"}
    for line in lines:
        meets = all(line[axis] and out[axis] and line[axis][0] == out[axis][-1] for axis in "xyz")
        for axis in "xyz":
            gap = [None] if out[axis] and not meets else []
            out[axis] += [*gap, *line[axis]]
    return out


def _points(points: Sequence[Track]) -> dict[str, Any]:
    return {
        "type": "scatter3d",
        "mode": "markers",
        "name": "events",
        **_xyz(points),
        "hovertext": [sentence(str(point.get("name", ""))) for point in points],
        "hovertemplate": "%{hovertext}<br>%{x:,.0f}, %{y:,.0f}, %{z:,.0f} km<extra></extra>",
        "marker": {"color": _MARKER, "size": 4, "symbol": "diamond"},
    }


def _labels(points: Sequence[Track], close_km: float) -> Iterator[dict[str, Any]]:
    """Yield the labels drawn, above to the right and below to the left in turn.

    Points close together share the label of the first, which says how many more there are.
    """
    shown: list[tuple[Point, str]] = []
    more: dict[int, int] = {}
    for point in points:
        place = (float(point["x"]), float(point["y"]), float(point["z"]))
        near = [i for i, (other, _) in enumerate(shown) if math.dist(place, other) < close_km]
        if near:
            more[near[0]] = more.get(near[0], 0) + 1
        else:
            shown.append((place, sentence(str(point.get("name", "")))))
    for i, (place, name) in enumerate(shown):
        yield {
            **dict(zip("xyz", place, strict=True)),
            "text": escape(name) + (f" + {more[i]}" if i in more else ""),
            "showarrow": False,
            "yshift": -18 if i % 2 else 18,
            "xanchor": "right" if i % 2 else "left",
        }


def _sphere(body: str, radius: float) -> dict[str, Any]:
    turns = [2.0 * math.pi * i / _SPOKES for i in range(_SPOKES + 1)]
    heights = [math.pi * (j / _RINGS - 0.5) for j in range(_RINGS + 1)]
    color = _BODIES.get(body, "#888888")

    def grid(east: Any, north: Any) -> list[list[float]]:
        return [[round(radius * east(u) * north(h), 1) for u in turns] for h in heights]

    return {
        "type": "surface",
        "name": sentence(body),
        "x": grid(math.cos, math.cos),
        "y": grid(math.sin, math.cos),
        "z": grid(lambda _: 1.0, math.sin),
        "colorscale": [[0, color], [1, color]],
        "showscale": False,
        "hoverinfo": "name",
        "lighting": {"ambient": 0.7, "diffuse": 0.4, "specular": 0.0, "fresnel": 0.0},
    }


def _box(
    lines: Sequence[Track], points: Sequence[Track], radius: float
) -> tuple[list[float], list[float]]:
    """Return the corners of the box to draw, no side much shorter than the others."""
    sides = []
    for axis in "xyz":
        values = [v for line in lines for v in line[axis]] + _xyz(points)[axis]
        known = [v for v in values if v is not None] + [-radius, radius]
        sides.append((min(known), max(known)))
    longest = max(high - low for low, high in sides) or 1.0
    low, high = [], []
    for a, b in sides:
        half = 0.5 * max(1.06 * (b - a), _FLATTEST * longest)
        low.append(0.5 * (a + b) - half)
        high.append(0.5 * (a + b) + half)
    return low, high


def _layout(low: Sequence[float], high: Sequence[float], longest: float) -> dict[str, Any]:
    scene: dict[str, Any] = {
        "aspectmode": "manual",
        "aspectratio": {
            axis: round(1.4 * (b - a) / longest, 4)
            for axis, a, b in zip("xyz", low, high, strict=True)
        },
        "camera": {
            "eye": {"x": 0.6, "y": -1.75, "z": 1.05},
            "center": {"x": 0.0, "y": 0.0, "z": -0.18},
        },
        "dragmode": "orbit",
    }
    for axis, a, b in zip("xyz", low, high, strict=True):
        scene[f"{axis}axis"] = {
            "title": {"text": f"{axis}, km"},
            "range": [a, b],
            "nticks": 5,
            "tickformat": "~s",
            "showspikes": False,
        }
    return {
        "scene": scene,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "legend": {"orientation": "h", "x": 0, "y": 0, "yanchor": "top"},
    }
