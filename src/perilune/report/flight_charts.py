"""Charts of what a flight takes: delta-v, masses, propellant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from perilune.dynamics.trajectory import Arc
from perilune.missions.flight import Flight
from perilune.report import words
from perilune.report.charts import COLORS, HEIGHT_PX, Chart, Series
from perilune.report.flight_timeline import AROUND_PX, Span, edges_ms, in_order, ms

Row = Mapping[str, Any]
_NOBODY, _SHORT = 7, 6  # places in COLORS
_BAR_PX = 27


def flight_charts(flight: Flight) -> list[Chart]:
    """Return the charts of the ledger: delta-v, masses, propellant; none of what is not known.

    The tallest comes first: the others stand beside it.
    """
    found = [delta_v(flight), *masses(flight), propellant(flight)]
    known = [chart for chart in found if chart is not None]
    return sorted(known, key=lambda chart: -(chart.height_px or HEIGHT_PX))


def _place(flight: Flight, craft: str | None) -> int:
    """Return the color of a spacecraft, the same in every chart."""
    names = [row["spacecraft"] for row in flight.ledger]
    return names.index(craft) % (len(COLORS) - 2) if craft in names else _NOBODY


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
        text = [
            f"{names[i]}, {words.sentence(burner)}: {burns[i]['dv_m_s']:,.1f} m/s" for i in mine
        ]
        series.append(
            Series(words.sentence(burner), dv, [names[i] for i in mine], "spans",
                   low=[0.0] * len(mine), text=text, color=_place(flight, burner))
        )  # fmt: skip
    series = in_order(series, names)
    longest = max(row["dv_m_s"] for row in burns)
    labels = [f" {words.plain(row['dv_m_s'], 1)}" for row in burns]
    series.append(_labels([row["dv_m_s"] for row in burns], names, labels))
    return Chart("dv", "Δv by maneuver", "Δv, m/s", "", series,
                 "Colored by whose propellant it takes.", y_type="category",
                 height_px=_BAR_PX * len(burns) + AROUND_PX,
                 x_range=(0.0, 1.22 * longest))  # fmt: skip


def _unique(names: Sequence[str]) -> list[str]:
    """Return names with the later ones of one name numbered."""
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return out


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
        text = [f"{words.sentence(craft)}: {kg:,.0f} kg" for kg in y]
        series.append(Series(words.sentence(craft), x, [round(kg, 2) for kg in y], text=text,
                             color=_place(flight, craft)))  # fmt: skip
    for names, (begin, end) in _together(flight, own):
        inside = sorted({t for n in names for t, _ in own[n] if begin <= t <= end} | {begin, end})
        kg = sum(np.interp(inside, *np.array(own[name]).T) for name in names)
        text = [f"{' + '.join(words.sentence(n) for n in names)}: {m:,.0f} kg" for m in kg]
        series.append(Series("flying together", inside, [round(float(m), 2) for m in kg],
                             text=text, dash="dot", width=1.5, color=_NOBODY))  # fmt: skip
    note = "Its own: dry mass and propellant left."
    if len(own) > 1:
        note += " Dotted: all that flies together."
    return [Chart("mass", "Mass of each spacecraft", "UTC", "mass, kg", series, note,
                  x_type="date", from_zero=True)]  # fmt: skip


def _own_mass(flight: Flight, row: Row) -> list[tuple[float, float]]:
    """Return dates (ms) and masses of a spacecraft: before and after each of its burns."""
    edges = edges_ms(flight, row["spacecraft"])
    kg = row["dry_mass_kg"] + row["propellant_loaded_kg"]
    points = [(edges[0], kg)]
    for event in flight.events:
        if event["propellant_of"] == row["spacecraft"] and event["propellant_kg"]:
            points.append((ms(event["utc"]), kg))
            kg -= event["propellant_kg"]
            points.append((ms(event["end_utc"]), kg))
    return [*points, (max(edges[-1], points[-1][0]), kg)]


def _together(flight: Flight, own: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Span]]:
    """Yield the spacecraft that share arcs, and from when to when they do."""
    sharing: dict[tuple[int, float], list[str]] = {}
    for craft in own:
        for arc in flight.trajectory(craft).arcs:
            sharing.setdefault(_key(arc), []).append(craft)
    for craft in own:
        arcs, edges = flight.trajectory(craft).arcs, edges_ms(flight, craft)
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
    names = [words.sentence(row["spacecraft"]) for row in rows]
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
                 y_type="category", height_px=40 * len(rows) + AROUND_PX,
                 x_range=(0.0, 1.25 * max(ends)))  # fmt: skip
