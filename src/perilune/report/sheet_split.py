"""The page of `station split`."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from perilune.report import tables, words
from perilune.report.charts import Chart, Series
from perilune.report.sheet import Section, Sheet
from perilune.report.station_drawing import drawings
from perilune.report.tables import Column, fixed

Row = Mapping[str, Any]


def sheet(document: Row) -> Sheet:
    """Return the page's content."""
    charts = [
        chart
        for number, half in enumerate(document["halves"])
        for chart in drawings(half["outlines"], f"half{number}-", f"{half['name']}: ")[:1]
    ]
    return Sheet(
        document["station"],
        f"{document['title']}: {document['split']['title']}",
        headline(document),
        all(half["stands_alone"] for half in document["halves"]),
        summary=f"On {document['date_utc'][:10]} these joints open: "
        f"{'; '.join(document['parted']) or 'none'}.",
        messages=[half["verdict"] for half in document["halves"]] + [document["parting"]["words"]],
        charts=[*charts, _drift(document), *_decay(document)],
        sections=list(_sections(document)),
    )


def headline(document: Row) -> str:
    """Return the answer in a line."""
    alone = [half["name"] for half in document["halves"] if half["stands_alone"]]
    count = len(document["halves"])
    if len(alone) == count:
        return f"All {count} parts can stand alone"
    which = f"only {' and '.join(alone)}" if alone else "none"
    return f"Of {count} parts, {which} can stand alone"


def _drift(document: Row) -> Chart:
    drift = document["parting"]
    return Chart(
        "drift",
        "Drift after the push",
        "ahead of the part that stays, km",
        "above it, km",
        [Series("the part that leaves", drift["ahead_km"], drift["up_km"])],
        note="Linear relative motion with the difference in drag.",
    )


def _decay(document: Row) -> list[Chart]:
    halves = [half for half in document["halves"] if half.get("altitude_km")]
    if not halves:
        return []
    series = [Series(half["name"], half["altitude_utc"], half["altitude_km"]) for half in halves]
    note = "Nobody raises the orbit; median solar activity."
    title = "Altitude of each part left to itself"
    return [Chart("decay", title, "UTC", "mean altitude, km", series, note=note, x_type="date")]


def _sections(document: Row) -> list[Section]:
    halves = document["halves"]
    made = [
        Section("needs", "What each part lacks", tables.table(_NEEDS, halves, "Needs")),
        Section("halves", "What each part has", tables.table(_HALVES, halves, "Parts")),
    ]
    ships = [{"half": half["name"], **row} for half in halves for row in half["ships"]]
    if ships:
        table = tables.table(_SHIPS, ships, "Ships that can dock")
        made.append(Section("ships", "Who can dock", table))
    table = tables.table(_REACH, document["reach"], "Who can fly there")
    return [*made, Section("reach", "Who can fly there, with most", table)]


def _able(key: str) -> Any:
    def show(row: Row) -> str:
        by = row[f"{key}_by"]
        if not row[key]:
            return '<span class="mark bad">✗ none</span>'
        return f'<span class="mark good">✓</span> {escape(", ".join(by))}'

    return show


def _list(key: str) -> Any:
    return lambda row: escape("; ".join(row[key])) or words.NOTHING


def _mended(row: Row) -> str:
    told = (
        f"{m['module']} ({m['mass_kg'] / 1000.0:.1f} t) at {m['port']}" for m in row["mended_by"]
    )
    return escape("; ".join(told)) or words.NOTHING


_HALVES = [
    Column("Part", lambda row: escape(row["name"]), is_number=False),
    Column(
        "Modules", lambda row: escape(", ".join(row["modules"])), is_number=False, is_prose=True
    ),
    fixed("Mass, kg", "mass_kg", 0),
    fixed("Length, m", "length_m", 1),
    Column("Propulsion", _able("propulsion"), is_number=False),
    Column("Attitude control", _able("control"), is_number=False),
    fixed("Power given, kW", "power_kw", 1),
    fixed("Power taken, kW", "power_use_kw", 1),
    fixed("Propellant, kg", "propellant_kg", 0),
    fixed("Δv on board, m/s", "dv_m_s", 0),
    fixed("Drag area, m²", "drag_area_m2", 0),
    fixed("Propellant a year, kg", "propellant_kg_y", 0),
    fixed("Lasts, y", "propellant_life_y", 1),
    Column("Left to itself down by (P10)", lambda r: _day(r, "p10"), is_number=False),
    Column("P50", lambda r: _day(r, "p50"), is_number=False),
    Column("P90", lambda r: _day(r, "p90"), is_number=False),
]
_NEEDS = [
    Column("Part", lambda row: escape(row["name"]), is_number=False),
    Column("To fly by itself", _list("needs"), is_number=False, is_prose=True),
    Column("To keep a crew", _list("crew_needs"), is_number=False, is_prose=True),
    Column("Modules that would mend it", _mended, is_number=False, is_prose=True),
]
_SHIPS = [
    Column("Part", lambda row: escape(row["half"]), is_number=False),
    Column("Ship", lambda row: escape(row["ship"]), is_number=False),
    Column("Partner", lambda row: escape(row["partner"]), is_number=False),
    Column("Free ports", lambda row: escape(", ".join(row["ports"])), is_number=False),
]
_REACH = [
    Column("Partner", lambda row: escape(row["partner"]), is_number=False),
    Column("Vehicle", lambda row: escape(row["vehicle"]), is_number=False),
    Column("Site", lambda row: escape(row["site"]), is_number=False),
    Column("Way", lambda row: escape(row["way"].replace("_", " ")), is_number=False),
    fixed("Payload, kg", "payload_kg", 0),
]


def _day(row: Row, key: str) -> str:
    found = (row.get("reentry") or {}).get(key)
    return escape(found[:10]) if found else words.NOTHING
