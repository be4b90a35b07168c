"""The launch windows of one mission, as a scan of its launch dates gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro.epoch import DAY, Epoch
from perilune.errors import InputError

Array = NDArray[np.float64]

NEVER_D = 1e9
"""A day that no window reaches, in days past J2000."""


@dataclass(frozen=True, eq=False)
class LaunchWindows:
    """Windows in order, apart from one another.

    Attributes
    ----------
    opens, closes : Epoch, shape (n,)
        The same where an opportunity is one instant.
    repeats_d : float, optional
        After the last window the windows of the last `repeats_d` days come again, for ever. Without
        it nothing flies after the last.

    Model limits: that windows come again is an assumption: 29.53 d (a month of lunar light) misses
    how the year and the Moon's declination move them.
    """

    opens: Epoch
    closes: Epoch
    repeats_d: float | None = None
    opens_d: Array = field(init=False, repr=False)
    closes_d: Array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        opens, closes = (np.atleast_1d(each.j2000_s) / DAY for each in (self.opens, self.closes))
        if len(opens) == 0 or len(opens) != len(closes):
            found = f"found {len(opens)} openings and {len(closes)} closings"
            raise InputError(f"{found}, expected as many, one at least", key="windows")
        if np.any(closes < opens) or np.any(opens[1:] < closes[:-1]):
            raise InputError(
                "found windows out of order or over one another, expected each to open after the "
                "one before has closed",
                key="windows",
            )
        if self.repeats_d is not None and not 1.0 <= self.repeats_d < np.inf:
            found = f"found {self.repeats_d:g}, expected days, 1 or more"
            raise InputError(found, key="repeats_d")
        object.__setattr__(self, "opens_d", opens)
        object.__setattr__(self, "closes_d", closes)

    @classmethod
    def at(cls, opportunities: Epoch, *, repeats_d: float | None = None) -> LaunchWindows:
        """Return windows of one instant each, from epochs in order."""
        return cls(opportunities, opportunities, repeats_d)

    @classmethod
    def of_opportunities(
        cls, rows: Sequence[Mapping[str, Any]], *, repeats_d: float | None = None
    ) -> LaunchWindows:
        """Return the windows of a scan's feasible opportunities (the rows of its JSON), joined."""
        spans = []
        for row in rows:
            if row["feasible"]:
                ends = (row.get("window_open_utc"), row.get("window_close_utc"))
                start, stop = (Epoch.utc(end or row["launch_utc"]) for end in ends)
                spans.append((float(start.j2000_s), float(stop.j2000_s)))
        joined: list[tuple[float, float]] = []
        for first, last in sorted(spans):
            if joined and first <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
            else:
                joined.append((first, last))
        if not joined:
            found = f"found no feasible launch opportunity among {len(rows)}, expected one or more"
            raise InputError(found, key="windows")
        opens, closes = zip(*joined, strict=True)
        return cls(Epoch(list(opens)), Epoch(list(closes)), repeats_d)

    def first(self, ready_d: Array) -> Array:
        """Return when what is ready on a day flies (days past J2000; `NEVER_D` where it cannot)."""
        index, shift = self._place(ready_d)
        opens = np.append(self.opens_d, NEVER_D)[index] + shift
        found: Array = np.minimum(np.maximum(ready_d, opens), NEVER_D)
        return found

    def close(self, day_d: Array) -> Array:
        """Return when the window closes that is open on a day, or the next one."""
        index, shift = self._place(day_d)
        found: Array = np.minimum(np.append(self.closes_d, NEVER_D)[index] + shift, NEVER_D)
        return found

    def days(self, apart_d: float = 3.0) -> list[list[str]]:
        """Return the days (UTC) on which windows open first and close last.

        Windows nearer than `apart_d` days to one another are told as one.
        """
        gaps = np.flatnonzero(self.opens_d[1:] - self.closes_d[:-1] > apart_d)
        first, last = np.append(0, gaps + 1), np.append(gaps, len(self.closes_d) - 1)
        return [
            [Epoch(float(day) * DAY).utc_iso(0)[:10] for day in pair]
            for pair in zip(self.opens_d[first], self.closes_d[last], strict=True)
        ]

    def _place(self, day_d: Array) -> tuple[NDArray[np.int64], Array]:
        """Return the first window not yet closed, and by how many days it comes again."""
        day = np.asarray(day_d, dtype=np.float64)
        shift = np.zeros_like(day)
        if self.repeats_d is not None:
            late = np.minimum(day, NEVER_D) - self.closes_d[-1]
            shift = self.repeats_d * np.maximum(np.ceil(late / self.repeats_d), 0.0)
        return np.searchsorted(self.closes_d, day - shift, side="left"), shift
