"""Which modules reach which inclination of a study's stations, on which vehicle, from where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from perilune.report import words
from perilune.report.study_marks import sign
from perilune.report.tables import Column

Row = Mapping[str, Any]


def reach_rows(variants: Sequence[Row]) -> list[dict[str, Any]]:
    """Return a row for every ride, with what is lifted to each inclination of any variant."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for station in (each for row in variants for each in row["stations"]):
        for ride in station.get("reach") or []:
            key = (ride["module"], ride["vehicle"], ride["site"])
            row = found.setdefault(key, {**ride, "at": {}})
            row["at"][ride["inclination_deg"]] = ride
    return list(found.values())


def reach_columns(rows: Sequence[Row]) -> list[Column]:
    """Return the columns: the ride, and for each inclination what is lifted and whether enough."""
    tilts = sorted({tilt for row in rows for tilt in row["at"]})
    return [
        Column("Module", lambda r: escape(r["module"]), is_number=False),
        Column("Vehicle", lambda r: escape(r["vehicle"]), is_number=False, choices=True),
        Column("Site", lambda r: escape(r["site"]), is_number=False, choices=True),
        Column("Lifted, kg", lambda r: words.number(r["mass_kg"], 0)),
        *(Column(f"To {tilt:g}°, kg", _at(tilt)) for tilt in tilts),
    ]


def _at(tilt: float) -> Any:
    def show(row: Row) -> str:
        ride = row["at"].get(tilt)
        if ride is None:
            return words.NOTHING
        note = f' <small class="source">{escape(ride["note"])}</small>' if ride["note"] else ""
        lifted = words.number(ride["payload_kg"], 0)
        return f"{lifted} {sign('closes' if ride['ok'] else 'does_not_close')}{note}"

    return show
