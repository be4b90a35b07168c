"""A schedule drawn many times: when each launch flies, how late, and what that is due to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.epoch import DAY, Epoch
from perilune.cooperation.delay_causes import Cause, days_of, split
from perilune.cooperation.launch_order import Flown, flown
from perilune.cooperation.launch_windows import NEVER_D
from perilune.cooperation.readiness import (
    Days,
    drawn,
    left_behind,
    on_plan,
    tests_d,
    waits,
)
from perilune.cooperation.schedule import Launch, Schedule
from perilune.cooperation.slips import SlipFit, fit_slips
from perilune.errors import InputError, UnknownName

Array = NDArray[np.float64]

DRAWS_N = 100_000
CAUSES_N = 5_000
"""Draws of which causes are told: the shares are good to one or two in a hundred."""

LEVELS = (0.1, 0.5, 0.9)
"""The percentiles shown."""


@dataclass(frozen=True, eq=False)
class LaunchDelay:
    """When one launch of a schedule flies.

    Attributes
    ----------
    name : str
    planned : Epoch or None
        With everything on plan; None where no window is left then.
    p10, p50, p90 : Epoch or None
        None: after the last window.
    mean_delay_d : float
        Past `planned`, of the draws that fly; NaN where there are none, or nothing planned.
    missed_share : float
        Draws that do not fly in the window planned; all where none is left for the plan.
    never_share : float
        Draws that have no window left; they count as missed, and as later than any date.
    window_wait_d : float
        Mean of what everything being ready waits for its window.
    last : tuple of (str, float)
        What the launch waited for last (a contribution, a launch or its pad), and in what share of
        the draws; the shares add up to one.
    left_behind : tuple of (str, float)
        Contributions that may be left behind, and in what share of the draws they are.
    causes : tuple of Cause
        Of the mean delay.
    remedy : str
        What to do about draws that never fly; empty where all do.
    day_d : ndarray, shape (draws,)
        TDB days past J2000 of every draw; `inf` where it never flies.
    """

    name: str
    planned: Epoch | None
    p10: Epoch | None
    p50: Epoch | None
    p90: Epoch | None
    mean_delay_d: float
    missed_share: float
    never_share: float
    window_wait_d: float
    last: tuple[tuple[str, float], ...]
    left_behind: tuple[tuple[str, float], ...]
    causes: tuple[Cause, ...]
    remedy: str
    day_d: Array


@dataclass(frozen=True, eq=False)
class Delays:
    """A schedule, drawn.

    Attributes
    ----------
    launches : tuple of LaunchDelay
        In the order of the schedule.
    fit : SlipFit
    draws_n, seed : int
    """

    launches: tuple[LaunchDelay, ...]
    fit: SlipFit
    draws_n: int
    seed: int

    def __getitem__(self, name: str) -> LaunchDelay:
        known = {launch.name: launch for launch in self.launches}
        if name not in known:
            raise UnknownName("launch", name, known)
        return known[name]


def delays(
    schedule: Schedule, fit: SlipFit | None = None, *, draws_n: int = DRAWS_N, seed: int = 0
) -> Delays:
    """Draw a schedule many times over.

    Parameters
    ----------
    schedule : Schedule
    fit : SlipFit, optional
        Default: what was known on the last day of `schedule.as_of`.
    draws_n, seed : int
        The same seed gives the same result.

    Raises
    ------
    InputError
        Where the draws are fewer than 100, or the history is too short on that day.

    Model limits: contributions slip independently of one another but for what the history leaves
    open of their country and kind; no launch fails; nobody drops out; nothing is speeded up when
    something else is late.
    """
    require_draws(draws_n)
    fit = fit or fit_slips(schedule.as_of.last)
    days = drawn(schedule, fit, draws_n=draws_n, seed=seed)
    found = flown(schedule, days_of(schedule, days))
    plan = on_plan(schedule)
    one: Days = {part: np.array([value]) for part, value in plan.items()}
    planned = flown(schedule, days_of(schedule, one)).day_d[:, 0]
    few = {part: values[:CAUSES_N] for part, values in days.items()}
    causes = split(schedule, few, plan, seed)
    launches = tuple(
        _delay(schedule, place, found, days, float(planned[place]), causes[place])
        for place in range(len(schedule.launches))
    )
    return Delays(launches, fit, draws_n, seed)


def require_draws(draws_n: int) -> None:
    """Refuse too few draws."""
    if draws_n < 100:
        raise InputError(f"found {draws_n}, expected 100 draws or more", key="draws_n")


def _delay(
    schedule: Schedule,
    place: int,
    found: Flown,
    days: Days,
    planned: float,
    causes: tuple[Cause, ...],
) -> LaunchDelay:
    launch, day = schedule.launches[place], found.day_d[place]
    flies = day < NEVER_D
    never = float(np.mean(~flies))
    names, bounds = _bounds(schedule, place, found, days)
    last = np.bincount(bounds.argmax(axis=0), minlength=len(names)) / len(day)
    wait = day - bounds.max(axis=0)
    could = planned < NEVER_D
    close = float(launch.windows.close(np.array([planned]))[0]) if could else -np.inf
    p10, p50, p90 = (_epoch(at) for at in np.quantile(day, LEVELS, method="inverted_cdf"))
    return LaunchDelay(
        name=launch.name,
        planned=_epoch(planned),
        p10=p10,
        p50=p50,
        p90=p90,
        mean_delay_d=mean(day[flies & could] - planned),
        missed_share=float(np.mean(day > close)),
        never_share=never,
        window_wait_d=mean(wait[flies]),
        last=tuple(sorted(zip(names, last.tolist(), strict=True), key=lambda pair: -pair[1])),
        left_behind=tuple(left_behind(launch, days).items()),
        causes=causes,
        remedy=_remedy(launch, never),
        day_d=np.where(flies, day, np.inf),
    )


def _bounds(schedule: Schedule, place: int, found: Flown, days: Days) -> tuple[list[str], Array]:
    """Return what a launch waits for, and until when, shape (things, draws)."""
    launch = schedule.launches[place]
    places = {other.name: number for number, other in enumerate(schedule.launches)}
    tests = tests_d(launch, days)
    bounds = {name: until + tests for name, until in waits(launch, days).items()}
    for each in launch.after:
        bounds[f"launch of {each.mission}"] = found.day_d[places[each.mission]] + each.lag_d
    if launch.pad is not None:
        bounds[f"pad {launch.pad}"] = found.pad_free_d[place]
    return list(bounds), np.array(np.broadcast_arrays(*bounds.values()))


def _remedy(launch: Launch, never: float) -> str:
    if never == 0.0:
        return ""
    last = launch.windows.closes[-1].utc_iso(0)[:10]
    return (
        f"{100.0 * never:.1f} % of the draws are not ready by the last launch window given, which "
        f"closes on {last}: scan later dates, or let the windows come again (`repeats_d`)"
    )


def mean(values: Array) -> float:
    """Return the mean; NaN where there is nothing."""
    return float(values.mean()) if len(values) else float("nan")


def _epoch(day_d: float) -> Epoch | None:
    return Epoch(float(day_d) * DAY) if day_d < NEVER_D else None
