"""The modules of a station as charts: seen from above and from the side, a color a partner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from perilune.report.charts import COLORS, Chart, Series

Row = Mapping[str, Any]

_VIEW_PX = (430.0, 260.0)  # what a view has on a desktop
_LETTER_PX, _LINE_PX, _LEAST_PX = 6.5, 14.0, 18.0

_VIEWS = (
    ("above", "Seen from above", "forward, m", "to port, m", 0, 1, -1.0),
    ("side", "Seen from starboard", "forward, m", "up, m", 0, 2, -1.0),
)


def drawings(modules: Sequence[Row], prefix: str = "", title: str = "") -> list[Chart]:
    """Return the views of a station, from the rows of `outlines`."""
    return [
        Chart(
            f"{prefix}{name}",
            f"{title}{heading}",
            x_title,
            y_title,
            [*(_outline(row, x, y, sign) for row in modules), _labels(modules, x, y, sign)],
            note="Bodies as boxes, arrays left out; a color a partner.",
            is_to_scale=True,
        )
        for name, heading, x_title, y_title, x, y, sign in _VIEWS
    ]


def _outline(row: Row, x: int, y: int, sign: float) -> Series:
    x0, x1 = row["low_m"][x], row["high_m"][x]
    y0, y1 = sign * row["low_m"][y], sign * row["high_m"][y]
    return Series(
        str(row["partner"] or "no partner"),
        [x0, x1, x1, x0, x0],
        [y0, y0, y1, y1, y0],
        "outline",
        text=[f"{row['name']}, {row['mass_kg'] / 1000.0:,.1f} t"],
        color=color_of(str(row["partner"])),
    )


def _labels(modules: Sequence[Row], x: int, y: int, sign: float) -> Series:
    """Return the names of bodies in their middles, the larger first, none over another."""
    scale = min(px / _span(modules, n) for px, n in zip(_VIEW_PX, (x, y), strict=True))
    kept: list[tuple[float, float, str]] = []
    for row in sorted(modules, key=lambda row: -_seen(row, x, y)):
        at, up, name = _middle(row, x), sign * _middle(row, y), str(row["name"])
        size = scale * max(row["high_m"][n] - row["low_m"][n] for n in (x, y))
        if size > _LEAST_PX and all(_apart(at, up, name, other, scale) for other in kept):
            kept.append((at, up, name))
    return Series(
        "names",
        [at for at, _, _ in kept],
        [up for _, up, _ in kept],
        "labels",
        text=[name for _, _, name in kept],
    )


def _apart(at: float, up: float, name: str, other: tuple[float, float, str], scale: float) -> bool:
    """Tell whether two names do not touch."""
    wide_px = 0.5 * _LETTER_PX * (len(name) + len(other[2]) + 2)
    return scale * abs(at - other[0]) > wide_px or scale * abs(up - other[1]) > _LINE_PX


def _middle(row: Row, n: int) -> float:
    return float(0.5 * (row["low_m"][n] + row["high_m"][n]))


def _span(modules: Sequence[Row], n: int) -> float:
    return float(max(row["high_m"][n] for row in modules) - min(row["low_m"][n] for row in modules))


def _seen(row: Row, x: int, y: int) -> float:
    """Return how large a body looks."""
    return float((row["high_m"][x] - row["low_m"][x]) * (row["high_m"][y] - row["low_m"][y]))


_KNOWN = ("roscosmos", "cnsa", "nasa", "esa", "jaxa", "csa")
"""The same color on every page: their places among the colors."""


def color_of(partner: str) -> int:
    """Return a partner's place among the colors: the same on every page."""
    name = partner.lower()
    return _KNOWN.index(name) if name in _KNOWN else len(_KNOWN)


def colors_of(partners: Iterable[str]) -> dict[str, int]:
    """Return a place among the colors for each partner; two share one only where all are taken."""
    found = list(dict.fromkeys(partners))
    known = {who: color_of(who) for who in found if who.lower() in _KNOWN}
    free = [n for n in range(len(COLORS)) if n not in known.values()] or list(range(len(COLORS)))
    others = [who for who in found if who not in known]
    return known | {who: free[n % len(free)] for n, who in enumerate(others)}
