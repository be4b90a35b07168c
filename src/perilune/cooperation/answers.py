"""How the tasks of a study are answered: a flight and its contact, launch days, an assembly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from perilune.cooperation.tasks import MISSION, STATION, WINDOWS, Task
from perilune.errors import PeriluneError
from perilune.scenarios.load import load

if TYPE_CHECKING:
    from perilune.missions.flight import Flight

_LUNATION_D = 29.530589
_HALF_A_DAY_S = 12.6 * 3600.0


def answers(tasks: Sequence[Task]) -> list[dict[str, Any]]:
    """Return what each of some tasks of one work came to; a refusal is an answer too."""
    try:
        return _ANSWERS[tasks[0].kind](tasks)
    except PeriluneError as problem:
        return [{"refused": str(problem)} for _ in tasks]


def _flights(tasks: Sequence[Task]) -> list[dict[str, Any]]:
    """Fly once; each task asks for contact of its own."""
    from perilune.missions.fly import fly

    flight = fly(load(tasks[0].name, overrides=tasks[0].overrides))
    document = flight.to_json()
    return [{**document, "coverage": _coverage(task, flight)} for task in tasks]


def _coverage(task: Task, flight: Flight) -> dict[str, Any] | None:
    """Return a flight's hours of contact; None where none is asked for or it has none to give."""
    from perilune.cooperation.coverage import coverage
    from perilune.cooperation.links import flight_links, touchdown
    from perilune.cooperation.relays import flown_relay

    if not task.stations:
        return None
    landed, relay = touchdown(flight), None
    try:
        if task.relay and landed is not None:
            carrier, partner = _carrier(task.relay), task.relay_partner or None
            relay = flown_relay(carrier, landed[1], _LUNATION_D, partner=partner)
        found = coverage(flight_links(flight, task.stations, relay=relay))
    except PeriluneError as problem:
        return {"refused": str(problem)}
    return {**found.to_json(), "text": found.text()}


@cache
def _carrier(scenario: str) -> Flight:
    """Return the flight of a relay, which many missions ask for."""
    from perilune.missions.fly import fly

    return fly(load(scenario))


def _windows(tasks: Sequence[Task]) -> list[dict[str, Any]]:
    """Return a year of launch days: days in a row are one window, each lift-off holds its day."""
    from perilune.astro.epoch import DAY, Epoch
    from perilune.missions.launch_days import launch_days

    (task,) = tasks
    start, mission = Epoch.utc(task.start), load(task.name, overrides=task.overrides)
    found = launch_days(mission, start, start + 365.0 * DAY)
    rows = [
        {
            "launch_utc": lift_off.utc_iso(0),
            "window_open_utc": (lift_off + (-_HALF_A_DAY_S)).utc_iso(0),
            "window_close_utc": (lift_off + _HALF_A_DAY_S).utc_iso(0),
            "feasible": True,
        }
        for lift_off in found.lift_offs
    ]
    return [{"opportunities": rows, "days_n": found.days_n, "cells_n": found.solved_n}]


def _assembly(tasks: Sequence[Task]) -> list[dict[str, Any]]:
    from perilune.scenarios.station_ask import ask

    (task,) = tasks
    return [dict(ask("assemble", task.name, task.overrides, lambda _: None).document)]


_ANSWERS: dict[str, Callable[[Sequence[Task]], list[dict[str, Any]]]] = {
    MISSION: _flights,
    WINDOWS: _windows,
    STATION: _assembly,
}
