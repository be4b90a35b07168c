"""How much later launches fly for what was added to a schedule, such as a partner's payload."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.cooperation.delay_causes import Cause, days_of, split
from perilune.cooperation.delays import CAUSES_N, DRAWS_N, LEVELS, mean, require_draws
from perilune.cooperation.launch_order import flown
from perilune.cooperation.launch_windows import NEVER_D
from perilune.cooperation.readiness import INTEGRATION, JOINT_TESTS, READINESS, Part, drawn
from perilune.cooperation.schedule import Launch, Schedule
from perilune.cooperation.slips import SlipFit, fit_slips
from perilune.errors import InputError, UnknownName

Array = NDArray[np.float64]


@dataclass(frozen=True)
class AddedDelay:
    """How much later a launch flies for what was added.

    Attributes
    ----------
    name : str
    p10_d, p50_d, p90_d, mean_d : float
        Of the draws that fly in both cases; the two are drawn with the same numbers.
    delayed_share : float
        Draws in which it flies later.
    lost_window_share : float
        Draws in which it misses the window it would have flown in.
    never_share : float
        Draws that fly without it and have no window left with it.
    causes : tuple of Cause
        Of the mean.
    """

    name: str
    p10_d: float
    p50_d: float
    p90_d: float
    mean_d: float
    delayed_share: float
    lost_window_share: float
    never_share: float
    causes: tuple[Cause, ...]


def added_delay(
    schedule: Schedule,
    added: Sequence[str],
    fit: SlipFit | None = None,
    *,
    draws_n: int = DRAWS_N,
    seed: int = 0,
) -> tuple[AddedDelay, ...]:
    """Return how much later each launch flies for the contributions named, beside none of them.

    Parameters
    ----------
    schedule : Schedule
        With what is added.
    added : sequence of str
        Names of contributions.
    fit, draws_n, seed
        As in `delays`.

    Raises
    ------
    UnknownName
        Where the schedule has no such contribution.
    InputError
        Where a launch is left with none.
    """
    require_draws(draws_n)
    _require(schedule, added)
    fit = fit or fit_slips(schedule.as_of.last)
    days = drawn(schedule, fit, draws_n=draws_n, seed=seed)
    absent: dict[Part, float] = {}
    for name in added:
        absent |= {(name, READINESS): -np.inf, (name, INTEGRATION): 0.0, (name, JOINT_TESTS): 0.0}
    base = dict(days) | {p: np.full(draws_n, absent[p]) for p in absent if p in days}
    without = flown(schedule, days_of(schedule, base)).day_d
    with_it = flown(schedule, days_of(schedule, days)).day_d
    few = {part: values[:CAUSES_N] for part, values in days.items()}
    causes = split(schedule, few, absent, seed)
    return tuple(
        _added(launch, without[place], with_it[place], causes[place])
        for place, launch in enumerate(schedule.launches)
    )


def _require(schedule: Schedule, added: Sequence[str]) -> None:
    for name in added:
        if name not in schedule.contributions:
            raise UnknownName("contribution", name, schedule.contributions, key="added")
    for launch in schedule.launches:
        if all(each.name in added for each in launch.contributions):
            found = f"found nothing left of launch '{launch.name}' without {', '.join(added)}"
            raise InputError(f"{found}, expected a contribution it would fly with", key="added")


def _added(launch: Launch, without: Array, with_it: Array, causes: tuple[Cause, ...]) -> AddedDelay:
    both = (without < NEVER_D) & (with_it < NEVER_D)
    more = (with_it - without)[both]
    p10, p50, p90 = np.quantile(more, LEVELS) if both.any() else np.full(3, np.nan)
    flew = without < NEVER_D
    lost = with_it > launch.windows.close(without)
    return AddedDelay(
        launch.name, float(p10), float(p50), float(p90), mean(more),
        float(np.mean(with_it > without)), float(np.mean(lost & flew)),
        float(np.mean(flew & ~(with_it < NEVER_D))), causes,
    )  # fmt: skip
