"""Who flies when: windows, launches that wait for others, and pads that serve one at a time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.cooperation.launch_windows import NEVER_D
from perilune.cooperation.schedule import Schedule

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Flown:
    """Launches of every draw, in the order of the schedule; TDB days past J2000.

    Attributes
    ----------
    day_d : ndarray, shape (launches, draws)
        `NEVER_D` where no window is left.
    pad_free_d : ndarray, shape (launches, draws)
        When the pad was free for it; minus infinity where it never waits for one.
    """

    day_d: Array
    pad_free_d: Array


def flown(schedule: Schedule, ready_d: Array) -> Flown:
    """Fly each launch in its first window once it is ready, its turn has come and its pad is free.

    Parameters
    ----------
    schedule : Schedule
    ready_d : ndarray, shape (launches, draws)
        When its contributions are there.

    Model limits: pads go to whoever can fly first, whatever was planned; nothing is held back for a
    more important launch.
    """
    pads = Counter(launch.pad for launch in schedule.launches if launch.pad is not None)
    if any(n > 1 for n in pads.values()):
        return _Turns(schedule, ready_d).fly()
    day = np.array(ready_d)
    places = {launch.name: place for place, launch in enumerate(schedule.launches)}
    for place in schedule.order:
        launch = schedule.launches[place]
        for each in launch.after:
            np.maximum(day[place], day[places[each.mission]] + each.lag_d, out=day[place])
        day[place] = launch.windows.first(day[place])
    return Flown(day, np.full_like(day, -np.inf))


class _Turns:
    """Launches of all draws, taken one after the other as they come."""

    def __init__(self, schedule: Schedule, ready_d: Array) -> None:
        self.schedule = schedule
        self.launches = schedule.launches
        self.ready = np.array(ready_d)
        self.pad_free = np.full_like(self.ready, -np.inf)
        self.next = np.empty_like(self.ready)
        self.waits_n = np.zeros(self.ready.shape, dtype=np.int16)
        self.day = np.full_like(self.ready, NEVER_D)
        names = [launch.name for launch in self.launches]
        self.waiting: list[list[tuple[int, float]]] = [[] for _ in names]
        for place, launch in enumerate(self.launches):
            self.waits_n[place] = len(launch.after)
            self.next[place] = launch.windows.first(self.ready[place])
            for each in launch.after:
                self.waiting[names.index(each.mission)].append((place, each.lag_d))

    def fly(self) -> Flown:
        """Return the launches: each round, whoever can fly first does."""
        gone = np.zeros(self.ready.shape, dtype=bool)
        for _ in self.launches:
            could = np.where(gone | (self.waits_n > 0), np.inf, self.next)
            first = could.argmin(axis=0)
            for place in range(len(self.launches)):
                draws = np.flatnonzero(first == place)
                if len(draws):
                    gone[place, draws] = True
                    self._launch(place, draws, gone)
        return Flown(self.day, self.pad_free)

    def _launch(self, place: int, draws: NDArray[np.int64], gone: NDArray[np.bool_]) -> None:
        day = self.next[place, draws]
        self.day[place, draws] = day
        for other, lag in self.waiting[place]:
            self.waits_n[other, draws] -= 1
            self.ready[other, draws] = np.maximum(self.ready[other, draws], day + lag)
            self._plan(other, draws)
        pad = self.launches[place].pad
        if pad is None:
            return
        free = np.where(day < NEVER_D, day + self.schedule.pad_turnaround_d[pad], -np.inf)
        for other, launch in enumerate(self.launches):
            if launch.pad == pad and other != place:
                open_draws = ~gone[other, draws]
                its = draws[open_draws]
                self.pad_free[other, its] = np.maximum(self.pad_free[other, its], free[open_draws])
                self._plan(other, its)

    def _plan(self, place: int, draws: NDArray[np.int64]) -> None:
        """Look up the first window again of what waits for others."""
        bound = np.maximum(self.ready[place, draws], self.pad_free[place, draws])
        self.next[place, draws] = self.launches[place].windows.first(bound)
