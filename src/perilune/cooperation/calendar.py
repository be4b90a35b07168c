"""The schedule of a variant: contributions, dependencies, pads, and computed launch windows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from perilune.astro.epoch import DAY, Epoch
from perilune.cooperation.added_delays import added_delay
from perilune.cooperation.announced import AnnouncedDate
from perilune.cooperation.arrangement import Arrangement, Part, Seat
from perilune.cooperation.changes import literal
from perilune.cooperation.delays import Delays, delays
from perilune.cooperation.launch_windows import LaunchWindows
from perilune.cooperation.schedule import (
    PAYLOAD_INTEGRATION,
    PAYLOAD_TESTS,
    Contribution,
    Launch,
    Schedule,
    Spread,
)
from perilune.cooperation.shown import refusal
from perilune.cooperation.tasks import WINDOWS, Task
from perilune.cooperation.waits import awaited, delivered, waits_of
from perilune.errors import InputError

PAYLOADS = ("instrument", "rover")
"""Roles that are built into what another partner builds."""

_LUNAR_YEAR_D = 12.0 * 29.530589
_LAST_D = 14000.0
_PAD_D = 30.0
_USUAL_H = 112.0
_SHAPING = ("phase.launch", "phase.0", "phase.transfer", "windows")
_OF_A_DATE = ("lift_off_date", "lift_off_utc")
"""What moves launch windows; masses do not, and a year's windows are those of every date."""


def windows_task(part: Part) -> Task:
    """Return the scan of a year of launch windows from a mission's planned date on.

    One flight time, the scenario's own where it states one, so that a year costs seconds.
    """
    hours = float(part.phase("transfer").get("flight_time_h") or _USUAL_H)
    shaping = {
        path: value
        for path, value in part.changes.items()
        if path.startswith(_SHAPING) and not path.endswith(_OF_A_DATE)
    }
    changes = [f"{path}={literal(value)}" for path, value in shaping.items()]
    overrides = (*changes, f"windows.flight_time_h=[{hours}, {hours}]")
    return Task(part.mission.scenario, overrides, WINDOWS, f"{part.planned.year}-01-01T00:00:00Z")


def schedule_of(
    found: Arrangement, scans: Mapping[str, tuple[LaunchWindows, str]], base: Arrangement
) -> tuple[Schedule, list[str], list[str]]:
    """Return the schedule, the contributions that the baseline has not, and notes.

    A mission whose windows could not be scanned may fly on any day; the notes say so.
    """
    notes: list[str] = []
    known = {(part.name, seat.candidate.name) for part in base.parts for seat in part.seats}
    launches, added = [], []
    for part in found.parts:
        contributions = []
        for seat in _ready(part):
            is_new = (part.name, seat.candidate.name) not in known and seat.role in PAYLOADS
            each = _contribution(found, part, seat, is_added=is_new)
            if is_new:
                added.append(each.name)
            contributions.append(each)
        if not contributions:
            contributions = [_lead(found, part)]
        contributions += awaited(found, part)
        windows, why = scans[part.name]
        if why:
            notes.append(f"{part.name}: launch windows not computed ({why}); any day counts")
        waits = waits_of(found, part)
        launches.append(Launch(part.name, tuple(contributions), windows, waits, part.mission.pad))
    pads = {part.mission.pad: _PAD_D for part in found.parts if part.mission.pad}
    on = AnnouncedDate.of(found.study.as_of)
    return Schedule(on, tuple(launches), pads), added, notes


def drawn(
    schedule: Schedule, added: list[str], *, draws_n: int, seed: int
) -> tuple[Delays, dict[str, dict[str, Any]]]:
    """Return the draws, and by launch what the added contributions cost."""
    found = delays(schedule, draws_n=draws_n, seed=seed)
    if not added:
        return found, {}
    extra = {}
    for each in added_delay(schedule, added, draws_n=draws_n, seed=seed):
        extra[each.name] = {
            "p10_d": each.p10_d,
            "p50_d": each.p50_d,
            "p90_d": each.p90_d,
            "delayed_share": each.delayed_share,
            "lost_window_share": each.lost_window_share,
            "causes": [
                {"contribution": c.contribution, "part": c.part, "share": c.share}
                for c in each.causes
            ],
        }
    return found, extra


def what_counts(found: Arrangement, base: Arrangement) -> str:
    """Return all that a schedule is drawn from but its windows, as a text to compare.

    Variants that are alike in it have one schedule.
    """
    rows = [
        (
            part.name, part.planned, part.mission.lead, part.mission.kind, part.mission.pad,
            waits_of(found, part), awaited(found, part),
            [(s.role, c.name, c.provider, c.kind, c.ready, c.integration_d, c.waited_d)
             for s in _ready(part) for c in (s.candidate,)],
        )
        for part in found.parts
    ]  # fmt: skip
    there = {part.name for part in found.parts}
    known = [
        (part.name, [s.candidate.name for s in _ready(part)])
        for part in base.parts
        if part.name in there
    ]
    return repr((found.study.as_of, found.study.file.schedule.model_dump(), rows, known))


def _ready(part: Part) -> list[Seat]:
    """Return the seats whose readiness counts: those that are built for the mission."""
    still = ("ground_network", "landing_zone", "funding", "relay")
    return [seat for seat in part.seats if seat.role not in still]


def _contribution(found: Arrangement, part: Part, seat: Seat, *, is_added: bool) -> Contribution:
    """Return what a seat brings; of one partner's for one mission all slip together.

    Data and the like, with nothing to build in, is not tested with the whole either.
    """
    candidate = seat.candidate
    is_built_in = is_added and candidate.integration_d != 0.0
    return delivered(
        f"{part.name}: {candidate.name}",
        candidate.provider,
        candidate.kind or seat.role,
        candidate.ready or part.planned,
        found.study.as_of,
        found.study.book,
        integration=_integration(candidate.integration_d) if is_built_in else None,
        joint_tests=PAYLOAD_TESTS if is_built_in else None,
        slips_with=f"{part.name}: {candidate.provider}",
        waited_d=candidate.waited_d,
    )


def _lead(found: Arrangement, part: Part) -> Contribution:
    mission = part.mission
    kind, on, book = mission.kind or "lander", found.study.as_of, found.study.book
    group = f"{part.name}: {mission.lead}"
    return delivered(
        f"{part.name}: spacecraft", mission.lead, kind, part.planned, on, book, slips_with=group
    )


def _integration(days: float | None) -> Spread:
    return PAYLOAD_INTEGRATION if days is None else Spread(0.5 * days, days, 2.0 * days)


def windows_of(part: Part, scan: Mapping[str, Any] | None) -> tuple[LaunchWindows, str]:
    """Return the launch windows of a scan, or that any day counts and why."""
    start = Epoch.utc(f"{part.planned.year}-01-01")
    rows = (scan or {}).get("opportunities") or []
    try:
        return LaunchWindows.of_opportunities(rows, repeats_d=_LUNAR_YEAR_D), ""
    except InputError:
        why = "no day of a year is feasible for its geometry"
        if refused := (scan or {}).get("refused"):
            why = refusal([seat.candidate for seat in part.seats], refused)
        always = LaunchWindows(
            Epoch([float(start.j2000_s)]), Epoch([float((start + _LAST_D * DAY).j2000_s)])
        )
        return always, why
