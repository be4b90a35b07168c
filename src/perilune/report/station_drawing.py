"""The modules of a station as charts: seen from above and from the side, a color a partner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from perilune.report.charts import Chart, Series

Row = Mapping[str, Any]

_WIDE = 0.18  # of the whole: a body narrower than this has no room for its name

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
    """Return the names of the larger bodies, each in the middle of its own."""
    whole = max(row["high_m"][x] for row in modules) - min(row["low_m"][x] for row in modules)
    wide = [row for row in modules if row["high_m"][x] - row["low_m"][x] > _WIDE * whole]
    return Series(
        "names",
        [0.5 * (row["low_m"][x] + row["high_m"][x]) for row in wide],
        [sign * 0.5 * (row["low_m"][y] + row["high_m"][y]) for row in wide],
        "labels",
        text=[str(row["name"]) for row in wide],
    )


def color_of(partner: str) -> int:
    """Return a partner's place among the colors: the same on every page."""
    known = ("roscosmos", "cnsa", "nasa", "esa", "jaxa", "csa")
    name = partner.lower()
    return known.index(name) if name in known else len(known)
