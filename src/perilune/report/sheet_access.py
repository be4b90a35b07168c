"""The page of `station access`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from perilune.report import access_tables as of
from perilune.report import tables, words
from perilune.report.charts import Chart, Series
from perilune.report.sheet import Section, Sheet
from perilune.report.station_drawing import colors_of

Row = Mapping[str, Any]


def sheet(document: Row) -> Sheet:
    """Return the page's content."""
    return Sheet(
        document["station"],
        f"{document['title']}: who can reach it",
        headline(document),
        None,
        summary=f"An orbit of {document['inclination_deg']:g}° at {document['altitude_km']:g} km. "
        "By geometry: the site's geocentric latitude alone. By permission: the directions the "
        "site launches into.",
        messages=[*_best(document), *map(_move_words, document["moves"])],
        facts=_facts(document),
        charts=[*_trades(document), *_moves(document["moves"]), _payloads(document["sites"])],
        sections=list(_sections(document)),
    )


def headline(document: Row) -> str:
    """Return the answer in a line."""
    sites = {row["site"]: row for row in document["sites"]}
    geometric = sum(row["direct_geometric"] for row in sites.values())
    permitted = sum(row["direct_permitted"] for row in sites.values())
    return (
        f"{geometric} of {len(sites)} sites reach {document['inclination_deg']:g}° directly by "
        f"geometry, {permitted} by permission"
    )


def _best(document: Row) -> list[str]:
    best = document["best_inclination_deg"]
    partners = [f"{name} {value:.2f}°" for name, value in best.items() if name not in _JOINT]
    if len(partners) < 2:
        return [f"Most is delivered at {best['total']:.2f}° ({', '.join(partners)})."]
    return [
        f"All fleets together deliver most at {best['total']:.2f}°; the fairest is "
        f"{best['fairest']:.2f}°, where the partner worst off keeps most of its own best; best for "
        f"each: {', '.join(partners)}."
    ]


_JOINT = {"total": "most in all", "fairest": "fairest"}


def _move_words(row: Row) -> str:
    every = f", which is so every {row['every_d']:.0f} d" if row["every_d"] else ""
    return (
        f"A move to {row['title']}: {row['aligned_deg']:.2f}° of plane, "
        f"{row['aligned_m_s'] / 1000.0:.2f} km/s with the nodes aligned{every}."
    )


def _facts(document: Row) -> list[tuple[str, str]]:
    heaviest: dict[str, Row] = {}
    for row in document["sites"]:
        mass = row["payload_kg"] or 0.0
        if mass > (heaviest.get(row["partner"], {}).get("payload_kg") or 0.0):
            heaviest[row["partner"]] = row
    return [
        (f"Heaviest by {who}", f"{words.number(r['payload_kg'], 0)} kg ({escape(r['vehicle'])})")
        for who, r in sorted(heaviest.items())
    ]


def _trades(document: Row) -> list[Chart]:
    charts = []
    for name, key, what in (
        ("trade", "inclination_trade", "permission" if document["permitted"] else "geometry"),
        ("geometric", "geometric_trade", "geometry"),
    ):
        altitude = document[key][0]["altitude_km"]
        rows = [row for row in document[key] if row["altitude_km"] == altitude]
        tilt = [row["inclination_deg"] for row in rows]
        series = [
            Series(who, tilt, [row["delivered_kg"][who] / 1000.0 for row in rows], color=color)
            for who, color in colors_of(rows[0]["delivered_kg"]).items()
        ]
        if len(series) > 1:
            total = [row["total_kg"] / 1000.0 for row in rows]
            series.append(Series("all", tilt, total, color=_ALL, width=3.0))
        marks = {document["station"]: document["inclination_deg"]}
        if name == "trade":
            best = document["best_inclination_deg"]
            marks |= {said: best[key] for key, said in _JOINT.items() if len(series) > 1}
        charts.append(
            Chart(
                name,
                f"Delivered by {what}",
                "inclination, °",
                "delivered, t",
                series,
                note=f"Each partner's flights of the manifest, at {altitude:g} km.",
                marks=marks,
            )
        )
    return charts if document["permitted"] else charts[:1]


_ALL = 7  # gray: no partner's


def _moves(moves: Sequence[Row]) -> list[Chart]:
    if not moves:
        return []
    series = [
        Series(row["title"], row["curve_d"], [value / 1000.0 for value in row["curve_m_s"]])
        for row in moves
    ]
    return [
        Chart(
            "moves",
            "Cost of a move over time",
            "days since the nodes agreed",
            "Δv, km/s",
            series,
            note="The orbits' nodes drift apart and together again.",
        )
    ]


def _payloads(rows: Sequence[Row]) -> Chart:
    best: dict[tuple[str, str], Row] = {}
    for row in rows:
        key = (row["vehicle"], row["site"])
        if (row["payload_kg"] or 0.0) > (best.get(key, {}).get("payload_kg") or 0.0):
            best[key] = row
    kept = sorted(best.values(), key=lambda row: -float(row["payload_kg"]))[:40]
    partners = list(dict.fromkeys(row["partner"] for row in kept))
    colors = colors_of(partners)
    series = []
    for who in partners:
        own = [row for row in kept if row["partner"] == who]
        series.append(
            Series(
                who,
                [row["payload_kg"] / 1000.0 for row in own],
                [f"{row['vehicle']}, {row['site']}" for row in own],
                "spans",
                low=[0.0] * len(own),
                color=colors[who],
                text=[
                    f"{row['vehicle']} from {row['site']}: {words.plain(row['payload_kg'], 0)} kg"
                    for row in own
                ],
            )
        )
    return Chart(
        "payloads",
        "What arrives in the station's orbit, by permission",
        "payload, t",
        "",
        series,
        y_type="category",
        height_px=150 + 20 * len(kept),
    )


def _sections(document: Row) -> list[Section]:
    rows = sorted(
        document["sites"], key=lambda r: (r["partner"], r["site"], -(r["payload_kg"] or 0))
    )
    optima = tables.table(of.OPTIMA, document["optima"], "Best inclinations")
    pads = list({row["site"]: row for row in rows}.values())
    below = {row["site"]: row["below"] for row in document["ascents"]}
    pads = [{**row, "below": below.get(row["site"])} for row in pads]
    made = [
        Section("optima", "Which inclination suits whom", optima),
        Section("vehicles", "What each vehicle delivers", tables.table(of.SITES, rows, "Vehicles")),
        Section("sites", "Launch sites", tables.table(of.PADS, pads, "Launch sites")),
    ]
    if document["moves"]:
        table = tables.table(of.MOVES, document["moves"], "Moves between stations")
        made.insert(1, Section("moves", "Moves between stations", table))
    zones = tables.table(of.ZONES, document["landing_zones"], "Landing zones")
    return [*made, Section("zones", "Where crews come down", zones)]
