"""Charts of a whole flight: who is where when, delta-v, masses, propellant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from perilune.dynamics.trajectory import Arc
from perilune.missions.flight import Flight
from perilune.report import words
from perilune.report.charts import COLORS, HEIGHT_PX, Chart, Series

Row = Mapping[str, Any]
Span = tuple[float, float]
"""Begin and end, ms since 1970."""

_KINDS = {
    "coast about the Earth": 0,
    "coast about the Moon": 7,
    "on the Moon": 5,
    "burn": 1,
    "through the air": 3,
}
_EVENT, _NOBODY, _SHORT = 6, 7, 6  # places in COLORS
_BAR_PX, _AROUND_PX = 27, 130


def flight_charts(flight: Flight) -> list[Chart]:
    """Return the charts of the ledger: delta-v, masses, propellant; none of what is not known.

    The tallest comes first: the others stand beside it.
    """
    found = [delta_v(flight), *masses(flight), propellant(flight)]
    known = [chart for chart in found if chart is not None]
    return sorted(known, key=lambda chart: -(chart.height_px or HEIGHT_PX))


def _name(craft: str) -> str:
    return words.sentence(craft)


def _crafts(flight: Flight) -> list[str]:
    """Return the spacecraft that have a trajectory, in the order of the ledger."""
    names = [row["spacecraft"] for row in flight.ledger]
    return sorted(flight.spacecraft, key=lambda n: names.index(n) if n in names else len(names))


def _place(flight: Flight, craft: str | None) -> int:
    """Return the color of a spacecraft, the same in every chart."""
    names = [row["spacecraft"] for row in flight.ledger]
    return names.index(craft) % (len(COLORS) - 2) if craft in names else _NOBODY


# ---- who is where when


def timeline(flight: Flight) -> Chart | None:
    """Return the chart of what each spacecraft does when, with the events on it."""
    crafts = _crafts(flight)
    if not crafts:
        return None
    spans: dict[str, list[tuple[str, Span]]] = {}
    for craft in crafts:
        for kind, span in _phases(flight, craft):
            spans.setdefault(kind, []).append((craft, span))
    series = [
        Series(kind, [end for _, (_, end) in found], [_name(name) for name, _ in found], "spans",
               low=[begin for _, (begin, _) in found], color=_KINDS[kind],
               text=[f"{_name(name)}: {kind}, {(b - a) / 3.6e6:,.1f} h" for name, (a, b) in found])
        for kind, found in sorted(spans.items(), key=lambda item: list(_KINDS).index(item[0]))
    ]  # fmt: skip
    begins = min(begin for found in spans.values() for _, (begin, _) in found)
    series = _in_order(series, [_name(craft) for craft in crafts], begins)
    marked = [(row, craft) for row in flight.events for craft in _whose(flight, row)]
    series.append(
        Series("event", [_ms(row["utc"]) for row, _ in marked], [_name(c) for _, c in marked],
               "dots", color=_EVENT,
               text=[f"{_name(c)}: {words.sentence(row['name'])}, {_minute(row)}"
                     for row, c in marked])
    )  # fmt: skip
    height = 40 * len(crafts) + _AROUND_PX
    return Chart("timeline-chart", "Who is where when", "UTC", "", series,
                 "Burns are short: their dots show them.", x_type="date", y_type="category",
                 height_px=height)  # fmt: skip


def _minute(row: Row) -> str:
    return str(row["utc"])[:16].replace("T", " ")


def _whose(flight: Flight, row: Row) -> list[str]:
    """Return the spacecraft an event is marked at: whose burn it is, or all it happens to."""
    names = [row["propellant_of"]] if row.get("propellant_of") else row.get("members") or []
    return [name for name in names if name in flight.spacecraft] or flight.spacecraft[:1]


def _phases(flight: Flight, craft: str) -> Iterator[tuple[str, Span]]:
    """Yield what a spacecraft does, arcs of one kind joined, with the span of each."""
    arcs = flight.trajectory(craft).arcs
    edges = _edges_ms(flight, craft)
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


def _edges_ms(flight: Flight, craft: str) -> list[float]:
    """Return where the arcs of a motion begin, and its end, ms since 1970."""
    motion = flight.trajectory(craft)
    starts = [float((arc.origin + arc.span_s[0]) - motion.start) for arc in motion.arcs]
    texts = (motion.start + np.array([*starts, motion.duration_s])).utc_iso(3)
    return [_ms(text) for text in texts]


def _ms(utc: str) -> float:
    """Return a displayed date as ms since 1970; a leap second reads as the second before it."""
    text = utc.removesuffix("Z").replace(":60", ":59")
    return 1e3 * datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


# ---- delta-v


def delta_v(flight: Flight) -> Chart | None:
    """Return the chart of every maneuver's delta-v, colored by whose propellant it takes."""
    burns = [row for row in flight.events if row["dv_m_s"]]
    if not burns:
        return None
    names = _unique([words.sentence(row["name"]) for row in burns])
    burners = [row["stage"] or row["propellant_of"] or "launch vehicle" for row in burns]
    series = []
    for burner in dict.fromkeys(burners):
        mine = [i for i, name in enumerate(burners) if name == burner]
        dv = [round(burns[i]["dv_m_s"], 3) for i in mine]
        text = [f"{names[i]}, {_name(burner)}: {burns[i]['dv_m_s']:,.1f} m/s" for i in mine]
        series.append(
            Series(_name(burner), dv, [names[i] for i in mine], "spans", low=[0.0] * len(mine),
                   text=text, color=_place(flight, burner))
        )  # fmt: skip
    series = _in_order(series, names)
    longest = max(row["dv_m_s"] for row in burns)
    labels = [f" {words.plain(row['dv_m_s'], 1)}" for row in burns]
    series.append(_labels([row["dv_m_s"] for row in burns], names, labels))
    return Chart("dv", "Δv by maneuver", "Δv, m/s", "", series,
                 "Colored by whose propellant it takes.", y_type="category",
                 height_px=_BAR_PX * len(burns) + _AROUND_PX,
                 x_range=(0.0, 1.22 * longest))  # fmt: skip


def _unique(names: Sequence[str]) -> list[str]:
    """Return names with the later ones of one name numbered."""
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return out


def _in_order(series: list[Series], names: Sequence[str], at: float = 0.0) -> list[Series]:
    """Return the series after an empty one that fixes the order of the names on their axis."""
    first = series[0]
    places = [at] * len(names)
    empty = Series(first.name, places, names, "spans", low=places, color=first.color)
    return [empty, *series]


def _labels(x: Sequence[float], y: Sequence[str], text: Sequence[str]) -> Series:
    return Series("figures", x, y, "labels", text=text, place="middle right")


# ---- masses


def masses(flight: Flight) -> list[Chart]:
    """Return the chart of each spacecraft's mass against time, and of what flies together."""
    own = {row["spacecraft"]: _own_mass(flight, row) for row in flight.ledger
           if row["spacecraft"] in flight.spacecraft}  # fmt: skip
    if not own:
        return []
    series = []
    for craft, points in own.items():
        x, y = zip(*points, strict=True)
        text = [f"{_name(craft)}: {kg:,.0f} kg" for kg in y]
        series.append(Series(_name(craft), x, [round(kg, 2) for kg in y], text=text,
                             color=_place(flight, craft)))  # fmt: skip
    for names, (begin, end) in _together(flight, own):
        inside = sorted({t for n in names for t, _ in own[n] if begin <= t <= end} | {begin, end})
        kg = sum(np.interp(inside, *np.array(own[name]).T) for name in names)
        text = [f"{' + '.join(_name(n) for n in names)}: {m:,.0f} kg" for m in kg]
        series.append(Series("flying together", inside, [round(float(m), 2) for m in kg],
                             text=text, dash="dot", width=1.5, color=_NOBODY))  # fmt: skip
    note = "Its own: dry mass and propellant left."
    if len(own) > 1:
        note += " Dotted: all that flies together."
    return [Chart("mass", "Mass of each spacecraft", "UTC", "mass, kg", series, note,
                  x_type="date", from_zero=True)]  # fmt: skip


def _own_mass(flight: Flight, row: Row) -> list[tuple[float, float]]:
    """Return dates (ms) and masses of a spacecraft: before and after each of its burns."""
    edges = _edges_ms(flight, row["spacecraft"])
    kg = row["dry_mass_kg"] + row["propellant_loaded_kg"]
    points = [(edges[0], kg)]
    for event in flight.events:
        if event["propellant_of"] == row["spacecraft"] and event["propellant_kg"]:
            points.append((_ms(event["utc"]), kg))
            kg -= event["propellant_kg"]
            points.append((_ms(event["end_utc"]), kg))
    return [*points, (max(edges[-1], points[-1][0]), kg)]


def _together(flight: Flight, own: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Span]]:
    """Yield the spacecraft that share arcs, and from when to when they do."""
    sharing: dict[tuple[int, float], list[str]] = {}
    for craft in own:
        for arc in flight.trajectory(craft).arcs:
            sharing.setdefault(_key(arc), []).append(craft)
    for craft in own:
        arcs, edges = flight.trajectory(craft).arcs, _edges_ms(flight, craft)
        groups = [tuple(sharing[_key(arc)]) for arc in arcs]
        begin = 0
        for i in range(1, len(groups) + 1):
            if i == len(groups) or groups[i] != groups[begin]:
                if len(groups[begin]) > 1 and groups[begin][0] == craft:
                    yield groups[begin], (edges[begin], edges[i])
                begin = i


def _key(arc: Arc) -> tuple[int, float]:
    return id(arc.run.coefficients), arc.run.stop_s


# ---- propellant


def propellant(flight: Flight) -> Chart | None:
    """Return the chart of propellant used and left, each spacecraft a bar."""
    rows = [row for row in flight.ledger if row["propellant_loaded_kg"] or row["margin_kg"]]
    if not rows:
        return None
    names = [_name(row["spacecraft"]) for row in rows]
    loaded = [row["propellant_loaded_kg"] for row in rows]
    used = [min(row["propellant_used_kg"], row["propellant_loaded_kg"]) for row in rows]
    text = [
        f"{name}: {row['propellant_used_kg']:,.0f} of {row['propellant_loaded_kg']:,.0f} kg used"
        for name, row in zip(names, rows, strict=True)
    ]
    series = [
        Series("used", used, names, "spans", low=[0.0] * len(rows), text=text, color=0),
        Series("left", loaded, names, "spans", low=used, text=text, color=2),
    ]
    short = [(n, row) for n, row in zip(names, rows, strict=True) if row["margin_kg"] < 0.0]
    if short:
        low = [row["propellant_loaded_kg"] for _, row in short]
        needs = [row["propellant_used_kg"] for _, row in short]
        series.append(
            Series("short", needs, [name for name, _ in short], "spans", low=low,
                   text=[text[names.index(name)] for name, _ in short], color=_SHORT)
        )  # fmt: skip
    ends = [max(row["propellant_used_kg"], row["propellant_loaded_kg"]) for row in rows]
    labels = [f" {words.plain(row['margin_kg'], 0)} left" if row["margin_kg"] >= 0.0
              else f" {words.plain(-row['margin_kg'], 0)} short" for row in rows]  # fmt: skip
    series.append(_labels(ends, names, labels))
    return Chart("propellant", "Propellant loaded, used and left", "kg", "", series,
                 y_type="category", height_px=40 * len(rows) + _AROUND_PX,
                 x_range=(0.0, 1.25 * max(ends)))  # fmt: skip
