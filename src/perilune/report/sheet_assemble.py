"""The page of `station assemble`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    last = document["stack"][-1]
    return Sheet(
        document["station"],
        f"{document['title']}: assembly",
        headline(document),
        document["ok"],
        messages=[*(_words(row) for row in document["compared"]), *_troubles(document)[:8]],
        facts=_facts(last),
        charts=[*drawings(document["modules"]), _growth(document["stack"])],
        sections=list(_sections(document)),
    )


def headline(document: Row) -> str:
    """Return the answer in a line."""
    last, flights = document["stack"][-1], document["flights"]
    size = f"{last['mass_kg'] / 1000.0:,.1f} t, {last['length_m']:.1f} m from end to end"
    flown = sum(row["ok"] for row in flights)
    bad = sum(not row["ok"] for row in document["stack"])
    parts = [f"{flown} of {len(flights)} flights close"] if flights else []
    parts += [f"{bad} of {len(document['stack'])} steps cannot be done"] if bad else []
    return "; ".join([*parts, f"as planned {size}"]) if parts else size


def _words(row: Row) -> str:
    return (
        f"Beside {row['title']} ({row['mass_kg'] / 1000.0:,.0f} t, {row['length_m']:.0f} m): "
        f"{100.0 * row['mass_ratio']:.0f} % of the mass, {100.0 * row['length_ratio']:.0f} % of "
        "the length."
    )


def _troubles(document: Row) -> list[str]:
    steps = [f"{row['after']}: {why}." for row in document["stack"] for why in row["why_not"]]
    flights = [f"{row['name']}: {row['why_not']}." for row in document["flights"] if row["why_not"]]
    notes = [f"{row['name']}: {note}." for row in document["flights"] for note in row["notes"]]
    return steps + flights + notes


def _facts(last: Row) -> list[tuple[str, str]]:
    x, y, z = last["extent_m"]
    held = ", ".join(last["control_by"]) or "nothing"
    return [
        ("Mass", f"{words.number(last['mass_kg'], 0)} kg"),
        ("Forward, across, down", f"{x:.1f} by {y:.1f} by {z:.1f} m"),
        ("Power given / taken", f"{last['power_kw']:.0f} / {last['power_use_kw']:.0f} kW"),
        ("Sleeping places", words.number(last["crew_n"], 0)),
        ("Attitude held by", escape(held)),
        ("Free ports", words.number(len(last["free_ports"]), 0)),
    ]


def _growth(stack: Sequence[Row]) -> Chart:
    rows = [row for row in stack if row["date_utc"]]
    return Chart(
        "growth",
        "Mass of the station",
        "UTC",
        "mass, t",
        [
            Series(
                "mass",
                [row["date_utc"] for row in rows],
                [row["mass_kg"] / 1000.0 for row in rows],
                "steps",
                text=[f"{row['after']}<br>{row['mass_kg'] / 1000.0:,.1f} t" for row in rows],
            )
        ],
        x_type="date",
    )


def _sections(document: Row) -> list[Section]:
    made = []
    if document["flights"]:
        table = tables.table(_FLIGHTS, _remarked(document["flights"]), "Flights")
        made.append(Section("flights", "Flights", table))
    table = tables.table(_STACK, _remarked(document["stack"]), "The station after each step")
    return [*made, Section("stack", "The station after each step", table)]


def _ok(row: Row) -> str:
    return tables.holds(row["ok"])


def _moments(row: Row) -> str:
    parts = (f"{value / 1e6:,.2f}" for value in row["principal_moments_kg_m2"])
    return escape(", ".join(parts))


def _cg(row: Row) -> str:
    return escape(", ".join(f"{value:.1f}" for value in row["cg_m"]))


def _remarked(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the rows with what speaks against each and what it leaves wanting as one text."""
    found = []
    for row in rows:
        why = row["why_not"] or ""
        said = [*([why] if isinstance(why, str) else why), *row["notes"]]
        found.append({**row, "remarks": "; ".join(part for part in said if part) or None})
    return found


_REMARKS = Column(
    "Remarks",
    lambda row: escape(row["remarks"] or ""),
    "remarks",
    is_number=False,
    optional=True,
    is_prose=True,
)
_FLIGHTS = [
    Column("Flight", lambda row: escape(row["name"]), is_number=False),
    Column("Closes", _ok, is_number=False),
    _REMARKS,
    Column("Lift-off, UTC", lambda row: words.date(row["launch_utc"]), is_number=False),
    fixed("After the passage of the plane, min", "plane_offset_min", 1),
    Column("Docking, UTC", lambda row: words.date(row["docking_utc"]), is_number=False),
    Column("At", lambda row: escape(row["port"] or ""), "port", is_number=False, optional=True),
    fixed("Lift-off to docking, h", "rendezvous_h", 2),
    fixed("As flown, h", "flown_rendezvous_h", 2),
    fixed("Δv of the ship, m/s", "dv_m_s", 0),
    fixed("Mass, kg", "mass_kg", 0),
    fixed("Vehicle lifts, kg", "payload_kg", 0),
    Column("Vehicle", lambda row: escape(row["vehicle"]), is_number=False),
    Column("Site", lambda row: escape(row["site"]), is_number=False),
]
_STACK = [
    Column("After", lambda row: escape(row["after"]), is_number=False),
    Column("Can be done", _ok, is_number=False),
    _REMARKS,
    Column("UTC", lambda row: words.date(row["date_utc"]), is_number=False),
    fixed("Mass, kg", "mass_kg", 0),
    fixed("Length, m", "length_m", 1),
    Column("Center of mass, m", _cg),
    Column("Principal moments, 10⁶ kg m²", _moments),
    fixed("Torque of gravity, N m", "gravity_torque_n_m", 2),
    fixed("Gyrodynes saturate in, h", "hours_to_saturate_h", 1),
    fixed("Power given, kW", "power_kw", 1),
    fixed("Power taken, kW", "power_use_kw", 1),
    fixed("Sleeping places", "crew_n", 0),
]
