"""What a station comes to under a variant: its flights, who is gone, and which modules reach it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from perilune.cooperation.arrangement import Arrangement
from perilune.cooperation.changes import literal
from perilune.cooperation.module_reach import module_reach
from perilune.cooperation.study_file import StationCaseFile

CLOSES, DOES_NOT = "closes", "does_not_close"

_FLIGHT = ("name", "vehicle", "site", "partner", "mass_kg", "payload_kg", "ok", "why_not")


def station_row(
    found: Arrangement, case: StationCaseFile, document: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a station's row: it closes where all its flights go and its stack holds.

    What a partner brings whom the variant leaves out does not come, unless it had come by the day
    of the study.
    """
    row = {"name": case.name, "title": case.title or case.name, "station": case.station}
    if "refused" in document:
        return row | {
            "physics": DOES_NOT, "flights_n": 0, "closing_n": 0, "mass_kg": None, "flights": [],
            "reach": [], "why_not": [document["refused"]],
        }  # fmt: skip
    flights = [_flight(found, each) for each in document["flights"]]
    failing = [each for each in flights if not each["ok"]]
    steps = [f"{each['after']}: {why}" for each in document["stack"] for why in each["why_not"]]
    steps = [*_gone(found, document, [each["name"] for each in flights]), *steps]
    overrides = [f"{path}={literal(value)}" for path, value in case.set.items()]
    return row | {
        "physics": DOES_NOT if failing or steps else CLOSES,
        "flights_n": len(flights),
        "closing_n": len(flights) - len(failing),
        "mass_kg": document["stack"][-1]["mass_kg"],
        "flights": flights,
        "reach": [
            each
            for each in module_reach(case, overrides)
            if each["partner"] not in found.variant.drop
        ],
        "why_not": [f"{each['name']}: {each['why_not']}" for each in failing] + steps,
    }


def _gone(found: Arrangement, document: Mapping[str, Any], flights: list[str]) -> list[str]:
    """Return what nobody brings any more of what comes without a flight of the plan's own."""
    owner = {each["name"]: each["partner"] for each in document.get("modules") or []}
    day = found.study.as_of.isoformat()
    return [
        f"{name}: {owner[name]} is not taking part"
        for name, when in ((each["after"], each.get("date_utc")) for each in document["stack"])
        if name not in flights
        and owner.get(name) in found.variant.drop
        and str(when or "9999") > day
    ]


def _flight(found: Arrangement, flown: Mapping[str, Any]) -> dict[str, Any]:
    row = {key: flown.get(key) for key in _FLIGHT}
    left = str(flown.get("launch_utc") or "9999") > found.study.as_of.isoformat()
    if row["partner"] in found.variant.drop and left:
        return row | {"ok": False, "why_not": f"{row['partner']} is not taking part"}
    return row
