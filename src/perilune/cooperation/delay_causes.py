"""What a delay is due to: its mean split over the contributions, so that the parts add up to it.

Each cause gets what it adds to the delay, averaged over all orders in which the causes may be
counted (Shapley 1953). A window lost is part of what lost it, and two that are late together share
the delay, whichever of them came last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.cooperation.launch_order import flown
from perilune.cooperation.launch_windows import NEVER_D
from perilune.cooperation.readiness import Days, Part, ready
from perilune.cooperation.schedule import Schedule

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Cause:
    """What one part of one contribution adds to the mean delay of a launch.

    Attributes
    ----------
    contribution, partner : str
    part : str
        `readiness`, `integration` or `joint tests`.
    delay_d : float
        Below zero where it comes before its plan and brings the launch forward.
    share : float
        Of the mean delay; the shares of a launch add up to one, or are all zero where it has none.
    """

    contribution: str
    partner: str
    part: str
    delay_d: float
    share: float


def days_of(schedule: Schedule, days: Days) -> Array:
    """Return when each launch is ready, shape (launches, draws)."""
    return np.array(np.broadcast_arrays(*(ready(launch, days) for launch in schedule.launches)))


def split(
    schedule: Schedule, days: Days, without: Mapping[Part, float], seed: int
) -> tuple[tuple[Cause, ...], ...]:
    """Return the causes of each launch's mean delay, largest first.

    Parameters
    ----------
    schedule : Schedule
    days : mapping
        Draws of every part.
    without : mapping
        The parts that are to be causes, and their value where they cause nothing: the delay is that
        between these and the draws.
    seed : int
        Of the orders: each draw counts the causes in an order of its own.

    Notes
    -----
    Draws that never fly, with the causes or without, are left out.
    """
    parts = [part for part in without if part in days]
    count = len(days[parts[0]])
    rank = np.random.default_rng(seed).permuted(np.tile(np.arange(len(parts)), (count, 1)), axis=1)
    now = dict(days) | {part: np.full(count, without[part]) for part in parts}
    end, before = (flown(schedule, days_of(schedule, each)).day_d for each in (days, now))
    flies = (end < NEVER_D) & (before < NEVER_D)
    # in between it may not fly: count that as the latest launch of any draw
    latest = np.where(flies, np.maximum(end, before), 0.0).max(axis=1, keepdims=True)
    added = np.zeros((len(schedule.launches), len(parts)))
    for step in range(len(parts)):
        for place, part in enumerate(parts):
            now[part] = np.where(rank[:, place] <= step, days[part], without[part])
        after = np.minimum(flown(schedule, days_of(schedule, now)).day_d, latest)
        due = np.argmax(rank == step, axis=1)
        for launch, gain in enumerate(np.where(flies, after - before, 0.0)):
            added[launch] += np.bincount(due, weights=gain, minlength=len(parts))
        before = after
    means = added / np.maximum(flies.sum(axis=1, keepdims=True), 1)
    return tuple(_causes(schedule, parts, mean) for mean in means)


def _causes(schedule: Schedule, parts: Sequence[Part], mean_d: Array) -> tuple[Cause, ...]:
    partners = {name: each.partner for name, each in schedule.contributions.items()}
    whole = float(mean_d.sum())
    shares = mean_d / whole if abs(whole) > 1e-9 else np.zeros_like(mean_d)
    causes = [
        Cause(name, partners[name], what, float(days), float(share))
        for (name, what), days, share in zip(parts, mean_d, shares, strict=True)
        if days != 0.0
    ]
    return tuple(sorted(causes, key=lambda cause: -cause.delay_d))
