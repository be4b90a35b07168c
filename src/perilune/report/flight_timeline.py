"""The chart of a flight's timeline: who is where when, with the events on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from perilune.dynamics.trajectory import Arc
from perilune.missions.flight import Flight
from perilune.report import words
from perilune.report.charts import Chart, Series

Row = Mapping[str, Any]
Span = tuple[float, float]
"""Begin and end, ms since 1970."""

AROUND_PX = 130
"""Height of axis, legend and margins of a chart of bars."""

_KINDS = {
    "coast about the Earth": 0,
    "coast about the Moon": 7,
    "on the Moon": 5,
    "burn": 1,
    "through the air": 3,
}
_EVENT = 6  # place in COLORS
_BAR_PX = 40


def timeline(flight: Flight) -> Chart | None:
    """Return the chart of what each spacecraft does when, with the events on it."""
    crafts = _crafts(flight)
    if not crafts:
        return None
    spans: dict[str, list[tuple[str, Span]]] = {}
    for craft in crafts:
        for kind, span in _phases(flight, craft):
            spans.setdefault(kind, []).append((craft, span))
    kinds = [kind for kind in _KINDS if kind in spans]
    begins = min(begin for found in spans.values() for _, (begin, _) in found)
    series = in_order([_bars(kind, spans[kind]) for kind in kinds],
                      [words.sentence(craft) for craft in crafts], begins)  # fmt: skip
    series.append(_dots(flight))
    height = _BAR_PX * len(crafts) + AROUND_PX
    return Chart("timeline-chart", "Who is where when", "UTC", "", series,
                 "Burns are short: their dots show them.", x_type="date", y_type="category",
                 height_px=height)  # fmt: skip


def _bars(kind: str, found: Sequence[tuple[str, Span]]) -> Series:
    """Return all that spacecraft do of one kind, a bar each."""
    names = [words.sentence(craft) for craft, _ in found]
    begins, ends = zip(*(span for _, span in found), strict=True)
    text = [
        f"{name}: {kind}, {(end - begin) / 3.6e6:,.1f} h"
        for name, begin, end in zip(names, begins, ends, strict=True)
    ]
    return Series(kind, ends, names, "spans", low=begins, color=_KINDS[kind], text=text)


def _dots(flight: Flight) -> Series:
    """Return the events, at each spacecraft they happen to."""
    marked = [(row, words.sentence(c)) for row in flight.events for c in _whose(flight, row)]
    dates, names = [ms(row["utc"]) for row, _ in marked], [name for _, name in marked]
    text = [f"{name}: {words.sentence(row['name'])}, {_minute(row)}" for row, name in marked]
    return Series("event", dates, names, "dots", color=_EVENT, text=text)


def _crafts(flight: Flight) -> list[str]:
    """Return the spacecraft that have a trajectory, in the order of the ledger."""
    names = [row["spacecraft"] for row in flight.ledger]
    return sorted(flight.spacecraft, key=lambda n: names.index(n) if n in names else len(names))


def _minute(row: Row) -> str:
    return str(row["utc"])[:16].replace("T", " ")


def _whose(flight: Flight, row: Row) -> list[str]:
    """Return the spacecraft an event is marked at: whose burn it is, or all it happens to."""
    names = [row["propellant_of"]] if row.get("propellant_of") else row.get("members") or []
    return [name for name in names if name in flight.spacecraft] or flight.spacecraft[:1]


def _phases(flight: Flight, craft: str) -> Iterator[tuple[str, Span]]:
    """Yield what a spacecraft does, arcs of one kind joined, with the span of each."""
    arcs = flight.trajectory(craft).arcs
    edges = edges_ms(flight, craft)
    begin, kind = edges[0], _kind(arcs[0])
    for arc, edge in zip(arcs[1:], edges[1:-1], strict=True):
        if _kind(arc) != kind:
            yield kind, (begin, edge)
            begin, kind = edge, _kind(arc)
    yield kind, (begin, edges[-1])


def _kind(arc: Arc) -> str:
    if arc.has_mass:
        return "burn"
    if arc.coast:
        return f"coast about the {arc.center.capitalize()}"
    return "on the Moon" if arc.center == "moon" else "through the air"


def edges_ms(flight: Flight, craft: str) -> list[float]:
    """Return where the arcs of a motion begin, and its end, ms since 1970."""
    motion = flight.trajectory(craft)
    starts = [float((arc.origin + arc.span_s[0]) - motion.start) for arc in motion.arcs]
    texts = (motion.start + np.array([*starts, motion.duration_s])).utc_iso(3)
    return [ms(text) for text in texts]


def ms(utc: str) -> float:
    """Return a displayed date as ms since 1970; a leap second reads as the second before it."""
    text = utc.removesuffix("Z").replace(":60", ":59")
    return 1e3 * datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def in_order(series: list[Series], names: Sequence[str], at: float = 0.0) -> list[Series]:
    """Return the series after an empty one that fixes the order of the names on their axis."""
    first = series[0]
    places = [at] * len(names)
    empty = Series(first.name, places, names, "spans", low=places, color=first.color)
    return [empty, *series]
