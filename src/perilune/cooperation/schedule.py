"""A schedule as it was agreed: who delivers what by when, for which mission, from which pad."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

import numpy as np
from numpy.typing import NDArray

from perilune.catalog.entry import Mark
from perilune.cooperation.announced import AnnouncedDate
from perilune.cooperation.launch_windows import LaunchWindows
from perilune.errors import InputError, UnknownName

Array = NDArray[np.float64]

GIVEN = Mark("assumed", "as given")


@dataclass(frozen=True)
class Spread:
    """Days drawn from a triangle.

    Attributes
    ----------
    low_d, likely_d, high_d : float
    mark : Mark
        Where the figures stand.
    """

    low_d: float
    likely_d: float
    high_d: float
    mark: Mark = GIVEN

    def __post_init__(self) -> None:
        values = (self.low_d, self.likely_d, self.high_d)
        if not (np.isfinite(values).all() and self.low_d <= self.likely_d <= self.high_d):
            found = ", ".join(f"{value:g}" for value in values)
            raise InputError(f"found {found}, expected low <= likely <= high, in days")

    @classmethod
    def exactly(cls, days: float, mark: Mark = GIVEN) -> Spread:
        """Return a spread that is always the same number of days."""
        return cls(days, days, days, mark)

    def at(self, uniform: Array) -> Array:
        """Return the days at given probabilities."""
        low, width = self.low_d, self.high_d - self.low_d
        if width == 0.0:
            return np.full_like(uniform, low)
        below = (self.likely_d - low) / width
        rising = np.sqrt(uniform * below)
        falling = 1.0 - np.sqrt((1.0 - uniform) * (1.0 - below))
        found: Array = low + width * np.where(uniform < below, rising, falling)
        return found


PAYLOAD_INTEGRATION = Spread(
    90.0, 180.0, 540.0, Mark(
        "assumed",
        "six months from delivery until it is built in, within three and eighteen; beside it: LND "
        "on Chang'e-4 was to be mounted a year after it was agreed and 20 months before lift-off "
        "(Kiel University, 2016-04-14)",
    ),
)  # fmt: skip
"""How long an added payload takes from delivery until it is built in and tested there."""

PAYLOAD_TESTS = Spread(
    30.0, 60.0, 180.0,
    Mark("assumed", "one more round of tests of the whole, from one month to six"),
)  # fmt: skip
"""How long the whole is tested again because of an added payload, once all of it is there."""


@dataclass(frozen=True)
class Contribution:
    """What one partner delivers.

    Attributes
    ----------
    name, partner : str
        A name stands for one delivery: several missions may wait for the same.
    country, kind : str
        Whose slips, and of what, the readiness is read from.
    planned : AnnouncedDate
        When it is to be ready; a year or a month is any day of it.
    announced : AnnouncedDate, optional
        When that was said, if before the schedule's own date.
    slip : Spread, optional
        Days past the plan, instead of what history says.
    integration : Spread, optional
        From delivery until it is built in, beside what the others do.
    joint_tests : Spread, optional
        Of the whole mission, after the last contribution is built in.
    slips_with : str, optional
        Contributions that name the same draw one slip together, each for its own plan and kind:
        the share of history that was earlier is the same for all of them. Default: its own.
    waited_d : float, optional
        Longest wait for it once all others are built in: what is later is left behind. Default: it
        is waited for however late.
    """

    name: str
    partner: str
    country: str
    kind: str
    planned: AnnouncedDate
    announced: AnnouncedDate | None = None
    slip: Spread | None = None
    integration: Spread | None = None
    joint_tests: Spread | None = None
    slips_with: str | None = None
    waited_d: float | None = None


@dataclass(frozen=True)
class After:
    """A mission waits for another's launch, and `lag_d` more days."""

    mission: str
    lag_d: float = 0.0


@dataclass(frozen=True)
class Launch:
    """One launch of a schedule.

    Attributes
    ----------
    name : str
    contributions : tuple of Contribution
    windows : LaunchWindows
    after : tuple of After
    pad : str, optional
    """

    name: str
    contributions: tuple[Contribution, ...]
    windows: LaunchWindows
    after: tuple[After, ...] = ()
    pad: str | None = None


@dataclass(frozen=True)
class Schedule:
    """Launches that belong together, as they stood on a day.

    Attributes
    ----------
    as_of : AnnouncedDate
        Plans were said by its last day, and history is known up to then.
    launches : tuple of Launch
    pad_turnaround_d : mapping
        Least days between two launches from one pad, by pad.

    Raises
    ------
    InputError
        Where launches wait for one another in a circle (names it), a launch waits for nothing at
        all, one name stands for two contributions, or a plan lies before the schedule's date.
    UnknownName
        Where a launch waits for one that is not there, or a pad has no turnaround.
    """

    as_of: AnnouncedDate
    launches: tuple[Launch, ...]
    pad_turnaround_d: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = [launch.name for launch in self.launches]
        for name in names:
            if names.count(name) > 1:
                raise InputError(f"found '{name}' twice, expected one", key="launches")
        for launch in self.launches:
            self._require(launch, names)
        for pad, days in self.pad_turnaround_d.items():
            if not 0.0 <= days < np.inf:
                found = f"found {days:g}, expected days, 0 or more"
                raise InputError(found, key=f"pad_turnaround_d.{pad}")
        _ = self.order, self.contributions

    def _require(self, launch: Launch, names: list[str]) -> None:
        key = f"launches.{launch.name}"
        if not launch.contributions:
            raise InputError("found no contributions, expected one or more", key=key)
        if all(each.waited_d is not None for each in launch.contributions):
            found = "found no contribution that is waited for"
            raise InputError(f"{found}, expected one or more", key=key)
        for each in launch.after:
            if each.mission not in names:
                raise UnknownName("launch", each.mission, names, key=f"{key}.after")
            if not 0.0 <= each.lag_d < np.inf:
                found = f"found {each.lag_d:g}, expected days, 0 or more"
                raise InputError(found, key=f"{key}.after.{each.mission}")
        if launch.pad is not None and launch.pad not in self.pad_turnaround_d:
            raise UnknownName("pad", launch.pad, self.pad_turnaround_d, key=f"{key}.pad")

    @property
    def order(self) -> tuple[int, ...]:
        """Places of the launches such that each comes after those it waits for."""
        places = {launch.name: place for place, launch in enumerate(self.launches)}
        graph = {launch.name: [each.mission for each in launch.after] for launch in self.launches}
        try:
            return tuple(places[name] for name in TopologicalSorter(graph).static_order())
        except CycleError as error:
            circle = " -> ".join(reversed(error.args[1]))
            raise InputError(
                f"found launches that wait for one another: {circle}; expected no circle",
                key=f"launches.{error.args[1][0]}.after",
            ) from None

    @property
    def contributions(self) -> dict[str, Contribution]:
        """Every contribution by name."""
        found: dict[str, Contribution] = {}
        for launch in self.launches:
            for each in launch.contributions:
                key = f"launches.{launch.name}.{each.name}"
                if found.setdefault(each.name, each) != each:
                    raise InputError("found two contributions of this name", key=key)
                said = each.announced or self.as_of
                if each.slip is None and each.planned.last <= said.last:
                    raise InputError(
                        f"found {each.planned.text}, expected a date after {said.text}, or a "
                        "`slip` of its own for what is there already",
                        key=f"{key}.planned",
                    )
        return found
