"""The flight of a mission under a variant, with the contact its ground stations and relay give."""

from __future__ import annotations

from perilune.cooperation.arrangement import Part
from perilune.cooperation.tasks import Task


def mission_task(part: Part) -> Task:
    """Return the flight of a mission, with its contact where ground stations are named."""
    stations = [name for seat in part.seats for name in seat.candidate.ground_stations]
    relays = [each for each in part.of("relay") if each.scenario]
    return Task(
        part.mission.scenario,
        tuple(part.overrides),
        stations=tuple(dict.fromkeys(stations)),
        relay=(relays[0].scenario or "") if relays and stations else "",
        relay_partner=relays[0].provider if relays and stations else "",
    )
