"""Flights, scans and reconstructions told: their tables, and their cards in a notebook."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from perilune.formats.tables import EVENT_COLUMNS
from perilune.views import html
from perilune.views.table import Table

if TYPE_CHECKING:
    from perilune.missions.flight import Flight
    from perilune.missions.mission import Mission
    from perilune.missions.reconstruct import Reconstruction
    from perilune.missions.scan_result import Windows

Row = Mapping[str, Any]

_LEDGER = ("spacecraft", "dry_mass_kg", "propellant_loaded_kg", "propellant_used_kg", "margin_kg")
_CHECKS = ("name", "value", "unit", "limit", "ok")
_TIMELINE = ("name", "spacecraft", "utc", "body", "altitude_km", "inclination_deg", "dv_m_s",
             "mass_after_kg")  # fmt: skip
_OPPORTUNITIES = ("launch_utc", "window_open_utc", "window_close_utc", "branch", "coast")
_COSTS = ("total_dv_m_s", "flight_time_h", "margin_kg", "azimuth_deg", "sun_elevation_deg")
_BEST_N = 8
_TURNING_KM_S = 0.6  # faster than the ground of Earth or Moon, slower than any orbit above them


def tables(flight: Flight) -> dict[str, Table]:
    """Return the tables of a flight."""
    made = {"scenario": flight.name, "constants": flight.provenance["constants"]}
    return {
        "events": Table.of("events", flight.events, EVENT_COLUMNS, made),
        "ledger": Table.of("ledger", flight.ledger, _LEDGER, made),
        "checks": Table.of("checks", flight.checks, _CHECKS, made),
    }


def orbit_inclination_deg(event: Row) -> float | None:
    """Return the inclination at an event as people read it: of an orbit, of nothing that stands.

    On the ground the osculating one is the latitude, since the place turns with its body.
    """
    speed = event.get("speed_km_s")
    stands = speed is not None and speed < _TURNING_KM_S
    return None if stands else event.get("inclination_deg")


def verdict(flight: Flight) -> str:
    """Return in a line whether a flight closes, or why not."""
    if flight.closes:
        return f"Closes: all {len(flight.checks)} checks hold"
    if flight.status != "converged":
        return f"Does not close: {flight.status.replace('_', ' ')}. {flight.remedy}".rstrip()
    failed_n = sum(not row["ok"] for row in flight.checks)
    return f"Does not close: {failed_n} of {len(flight.checks)} checks fail"


def card(flight: Flight) -> str:
    """Return a flight as a notebook shows it."""
    failed = [row for row in flight.checks if not row["ok"]]
    shown = [
        ("Timeline", html.picked(flight.events, _TIMELINE)),
        ("Checks that fail", html.picked(failed, _CHECKS)),
        ("Propellant", html.picked(flight.ledger, _LEDGER)),
    ]
    return html.card(
        flight.title or flight.name,
        verdict(flight),
        is_good=flight.closes,
        facts={"scenario": flight.name, "constants": flight.provenance["constants"]},
        tables=shown,
        note=_doubts(flight.assumed),
    )


def in_order(mission: Mission) -> str:
    """Return the phases of a mission in words."""
    kinds = [type(phase).__name__.removesuffix("Phase") for phase in mission.phases]
    return " > ".join(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower() for kind in kinds)


def mission_card(mission: Mission) -> str:
    """Return a mission as a notebook shows it, before anything is flown."""
    craft = mission.stack.members
    masses = {
        "spacecraft": [each.name for each in craft],
        "dry_mass_kg": [each.dry_mass_kg for each in craft],
        "propellant_kg": [each.propellant_kg for each in craft],
    }
    return html.card(
        mission.title or mission.name,
        facts={
            "scenario": mission.name,
            "phases": in_order(mission),
            "constants": mission.constants,
        },
        tables=[("Spacecraft", masses)],
        note=_doubts(mission.assumed),
    )


def scan_tables(found: Windows) -> dict[str, Table]:
    """Return the tables of a scan."""
    made = {"scenario": found.name, "constants": found.scan.constants}
    return {"opportunities": Table.of("opportunities", found.opportunities, metadata=made)}


def scan_verdict(found: Windows) -> str:
    """Return in a line how many opportunities there are."""
    return f"{found.feasible_n} of {len(found.opportunities)} launch opportunities are feasible"


def scan_card(found: Windows) -> str:
    """Return a scan as a notebook shows it: the cheapest opportunities that are feasible."""
    rows = found.opportunities
    good = sorted((r for r in rows if r["feasible"]), key=lambda row: float(row["total_dv_m_s"]))
    best = html.picked(good, (*_OPPORTUNITIES, *_COSTS), most=_BEST_N)
    why = [] if good else [row for row in rows if row["why_not"]]
    return html.card(
        found.title or found.name,
        scan_verdict(found),
        is_good=bool(good),
        facts={
            "from": found.scan.start.utc_iso(0),
            "to": found.scan.stop.utc_iso(0),
            "cells": found.cells_n,
            "solved": found.converged_n,
        },
        tables=[
            ("Least delta-v", best),
            ("Why not", html.picked(why, ("launch_utc", "branch", "why_not"), most=_BEST_N)),
        ],
        note=_doubts(found.assumed),
    )


def flown_tables(found: Reconstruction) -> dict[str, Table]:
    """Return the tables of a reconstruction."""
    document = found.to_json()
    made = {"object": found.name, "constants": document["constants"]}
    maneuvers = [_along_axes(row) for row in document["maneuvers"]]
    columns = ("utc", "end_utc", "dv_m_s", "body", "in_gap")
    span = ("start_utc", "end_utc")
    return {
        "maneuvers": Table.of("maneuvers", maneuvers, columns, made),
        "coasts": Table.of("coasts", document["coasts"], (*span, "fit_m", "worst_m"), made),
        "others": Table.of("others", document["others"], (*span, "what"), made),
    }


def _along_axes(row: Row) -> dict[str, Any]:
    parts = zip("xyz", row["direction_icrf"], strict=True)
    rest = {key: value for key, value in row.items() if key != "direction_icrf"}
    return rest | {f"direction_icrf_{axis}": value for axis, value in parts}


def flown_verdict(found: Reconstruction) -> str:
    """Return in a line what burned."""
    count = len(found.maneuvers)
    many = "1 maneuver" if count == 1 else f"{count} maneuvers"
    return f"{many}, {found.dv_m_s:,.2f} m/s"


def flown_card(found: Reconstruction) -> str:
    """Return a reconstruction as a notebook shows it."""
    return html.card(
        found.name,
        flown_verdict(found),
        facts={
            "from": found.start.utc_iso(0),
            "to": found.end.utc_iso(0),
            "states": found.states_n,
            "constants": found.env.constants.name,
        },
        tables=[(name.capitalize(), table.columns) for name, table in flown_tables(found).items()],
        note=f"Pushes below {found.smallest_m_s:g} m/s are left in the coasts.",
    )


def _doubts(assumed: Sequence[Row]) -> str:
    """Return which inputs no source confirms."""
    names = [str(row["what"]).replace(":", "") for row in assumed]
    more = f" and {len(names) - _BEST_N} more" if len(names) > _BEST_N else ""
    return f"Not confirmed by a source: {', '.join(names[:_BEST_N])}{more}." if names else ""
