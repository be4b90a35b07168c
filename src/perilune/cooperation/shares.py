"""Who brings how much under a variant: mass, launches, roles, velocity, cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from perilune.cooperation.arrangement import Arrangement, Part
from perilune.cooperation.flown import Flown
from perilune.cooperation.shown import shown

_INJECTION = ("translunar_injection", "phasing_burn")


def shares(found: Arrangement, flown: Mapping[str, Flown]) -> list[dict[str, Any]]:
    """Return a row for every partner.

    The mass of a mission that no candidate states is its lead's; the injection's velocity is the
    launcher's, the rest the lead's.
    """
    rows: dict[str, dict[str, Any]] = {
        who: {
            "partner": who,
            "mass_kg": 0.0,
            "launches_n": 0,
            "roles_n": 0,
            "dv_m_s": 0.0,
            "cost_musd": None,
        }
        for who in found.partners
    }
    for part in found.parts:
        _count(part, flown.get(part.name), rows)
    for station in found.stations:
        rows[station.lead]["roles_n"] += 1
        for who in station.partners:
            rows[who]["roles_n"] += 1
    return list(rows.values())


def _count(part: Part, flight: Flown | None, rows: Mapping[str, dict[str, Any]]) -> None:
    lead = part.mission.lead
    stated = 0.0
    for seat in part.seats:
        row, candidate = rows[seat.candidate.provider], shown(seat.candidate)
        row["roles_n"] += 1
        if candidate.mass_kg is not None and seat.role not in ("launcher", "upper_stage"):
            row["mass_kg"] += candidate.mass_kg
            stated += candidate.mass_kg
        if candidate.cost_musd is not None:
            row["cost_musd"] = (row["cost_musd"] or 0.0) + candidate.cost_musd
    launchers = part.of("launcher")
    pilot = launchers[0].provider if launchers else lead
    rows[pilot]["launches_n"] += 1
    if flight is None:
        return
    events = flight.document.get("events") or []
    masses = [e["mass_before_kg"] for e in events if e.get("mass_before_kg")]
    rows[lead]["mass_kg"] += max(max(masses, default=0.0) - stated, 0.0)
    for event in events:
        if event.get("dv_m_s") is not None:
            injects = event["name"].startswith(_INJECTION)
            rows[pilot if injects else lead]["dv_m_s"] += event["dv_m_s"]
