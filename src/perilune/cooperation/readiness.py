"""Draws of when contributions are ready, from the fit of slips or from spreads given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from perilune.cooperation.announced import AnnouncedDate
from perilune.cooperation.schedule import Contribution, Launch, Schedule
from perilune.cooperation.slip_line import chances, kind_of, ratios
from perilune.cooperation.slips import SlipFit

Array = NDArray[np.float64]

READINESS, INTEGRATION, JOINT_TESTS = PARTS = ("readiness", "integration", "joint tests")
"""What of a contribution takes time."""

Part = tuple[str, str]
"""A contribution's name, and one of `PARTS`."""

Days = Mapping[Part, Array]
"""Readiness as TDB days past J2000, the others as days; what a contribution has not is left out."""

_SURE = 1.0 - 1e-12


def drawn(schedule: Schedule, fit: SlipFit, *, draws_n: int, seed: int) -> dict[Part, Array]:
    """Return draws of every part of every contribution.

    The numbers behind a contribution follow from seed and name, or from the name it slips with, so
    that they are the same in a schedule with others added or a date changed. Contributions of one
    country or kind share how the history leaves that group open.
    """
    parameters = fit.drawn(draws_n, seed)
    found: dict[Part, Array] = {}
    for name, each in schedule.contributions.items():
        if each.slip is None:
            found[name, READINESS] = _fitted(schedule, each, fit, parameters, seed)
        else:
            planned = _planned(schedule, each, draws_n, seed)
            found[name, READINESS] = planned + each.slip.at(_uniform(seed, _group(each), draws_n))
        for what, spread in ((INTEGRATION, each.integration), (JOINT_TESTS, each.joint_tests)):
            if spread is not None:
                found[name, what] = spread.at(_uniform(seed, f"{what}: {name}", draws_n))
    return found


def _fitted(
    schedule: Schedule, each: Contribution, fit: SlipFit, parameters: Array, seed: int
) -> Array:
    """Return readiness as history has it, given that it is not there on the schedule's day."""
    count, scatter = len(parameters), parameters[:, -1]
    said, now = _last_d(each.announced or schedule.as_of), _last_d(schedule.as_of)
    groups = (each.country, kind_of(each.kind))
    strange = np.array([_normal(seed, group, count) for group in groups])
    middle = _effective(schedule, each).tdb_d() - said
    medians = fit.medians(parameters, each.country, each.kind, middle, strange)
    horizon = np.maximum(_planned(schedule, each, count, seed) - said, 1.0)
    uniform = _uniform(seed, _group(each), count)
    if now > said:
        passed = chances(medians, scatter, (now - said) / horizon)
        uniform = np.minimum(passed + uniform * (1.0 - passed), _SURE)
    return np.maximum(said + horizon * ratios(medians, scatter, uniform), now)


def _planned(schedule: Schedule, each: Contribution, count: int, seed: int) -> Array:
    """Return days drawn from those a plan may mean."""
    plan = _effective(schedule, each)
    if plan.days_n == 1:
        return np.full(count, plan.tdb_d())
    return plan.tdb_d() + plan.days_n * (_uniform(seed, f"plan: {each.name}", count) - 0.5)


def on_plan(schedule: Schedule) -> dict[Part, float]:
    """Return the same where everything comes on the day planned, and nothing takes longer."""
    found: dict[Part, float] = {}
    for name, each in schedule.contributions.items():
        found[name, READINESS] = _effective(schedule, each).tdb_d()
        found |= {(name, INTEGRATION): 0.0, (name, JOINT_TESTS): 0.0}
    return found


def built_in(name: str, days: Days) -> Array:
    """Return when a contribution is delivered and built in."""
    return days[name, READINESS] + days.get((name, INTEGRATION), np.zeros(1))


def tests_d(launch: Launch, days: Days) -> Array:
    """Return how long a mission is tested as a whole: as its most demanding contribution wants."""
    found = np.zeros(1)
    for each in launch.contributions:
        found = np.maximum(found, days.get((each.name, JOINT_TESTS), found))
    return found


def ready(launch: Launch, days: Days) -> Array:
    """Return when everything a mission waits for is there, built in and tested."""
    latest = np.full(1, -np.inf)
    for waited in waits(launch, days).values():
        latest = np.maximum(latest, waited)
    return latest + tests_d(launch, days)


def waits(launch: Launch, days: Days) -> dict[str, Array]:
    """Return until when a mission waits for each contribution, before its tests.

    For what may be left behind no longer than it says after all that may not.
    """
    until = {each.name: built_in(each.name, days) for each in launch.contributions}
    needed = np.full(1, -np.inf)
    for each in launch.contributions:
        if each.waited_d is None:
            needed = np.maximum(needed, until[each.name])
    for each in launch.contributions:
        if each.waited_d is not None:
            until[each.name] = np.minimum(until[each.name], needed + each.waited_d)
    return until


def left_behind(launch: Launch, days: Days) -> dict[str, float]:
    """Return in what share of the draws each contribution that may be left behind is."""
    until = waits(launch, days)
    return {
        each.name: float(np.mean(built_in(each.name, days) > until[each.name]))
        for each in launch.contributions
        if each.waited_d is not None
    }


def _effective(schedule: Schedule, each: Contribution) -> AnnouncedDate:
    """Return the days a plan may mean that were still to come when it was said."""
    if each.slip is not None:
        return each.planned
    said = (each.announced or schedule.as_of).last
    return AnnouncedDate(max(each.planned.first, said + timedelta(days=1)), each.planned.last)


def _last_d(said: AnnouncedDate) -> float:
    """Return the last day of a date, TDB days past J2000."""
    return AnnouncedDate(said.last, said.last).tdb_d()


def _group(each: Contribution) -> str:
    return each.slips_with or each.name


def _uniform(seed: int, name: str, count: int) -> Array:
    return np.random.default_rng([seed, crc32(name.encode())]).uniform(size=count)


def _normal(seed: int, group: str, count: int) -> Array:
    return np.random.default_rng([seed, crc32(f"group: {group}".encode())]).standard_normal(count)
