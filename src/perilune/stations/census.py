"""Who is on board when: the crew, the seats home, and where either is short."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from perilune.astro.epoch import DAY, Epoch
from perilune.errors import InputError
from perilune.stations.visit import TOGETHER_S, Visit


@dataclass(frozen=True)
class Span:
    """A span without coming and going.

    Attributes
    ----------
    start, stop : Epoch
    aboard_n : int
    seats_n : int
        In ships that are docked and fit to fly.
    ships : tuple of str
        The visits that are there, crewed or not.
    """

    start: Epoch
    stop: Epoch
    aboard_n: int
    seats_n: int
    ships: tuple[str, ...]

    @property
    def days(self) -> float:
        """How long it lasts."""
        return float(self.stop - self.start) / DAY


@dataclass(frozen=True)
class Gap:
    """A span in which something is short: `found_n` where `wanted_n` were wanted."""

    start: Epoch
    stop: Epoch
    found_n: int
    wanted_n: int

    @property
    def days(self) -> float:
        """How long it lasts."""
        return float(self.stop - self.start) / DAY

    def to_json(self) -> dict[str, Any]:
        """Return the row of `gaps` in the JSON of `station crew`."""
        return {
            "from_utc": self.start.utc_iso(0),
            "to_utc": self.stop.utc_iso(0),
            "length_d": self.days,
            "found_n": self.found_n,
            "wanted_n": self.wanted_n,
        }


@dataclass(frozen=True)
class Census:
    """Who is on board over a time, span by span."""

    spans: tuple[Span, ...]

    def mean_n(self) -> float:
        """Return the mean crew."""
        total = sum(span.days for span in self.spans)
        return sum(span.aboard_n * span.days for span in self.spans) / total

    def largest_n(self) -> int:
        """Return the largest crew."""
        return max(span.aboard_n for span in self.spans)

    def days_with(self, aboard_n: int) -> float:
        """Return the days on which exactly so many are on board."""
        return sum(span.days for span in self.spans if span.aboard_n == aboard_n)

    def gaps(self, wanted_n: int) -> tuple[Gap, ...]:
        """Return where fewer than wanted are on board; nobody is 0 of them."""
        return self._short(lambda span: (span.aboard_n, wanted_n))

    def without_seat(self) -> tuple[Gap, ...]:
        """Return where not everybody on board has a seat home."""
        return self._short(lambda span: (span.seats_n, span.aboard_n))

    def _short(self, counted: Callable[[Span], tuple[int, int]]) -> tuple[Gap, ...]:
        gaps = []
        for (found, wanted), group in itertools.groupby(self.spans, counted):
            spans = list(group)
            if found < wanted:
                gaps.append(Gap(spans[0].start, spans[-1].stop, found, wanted))
        return tuple(gaps)


def census(visits: Sequence[Visit], start: Epoch, stop: Epoch, *, aboard_n: int = 0) -> Census:
    """Return who is on board between two instants.

    Crew count from docking to undocking.

    Parameters
    ----------
    visits : sequence of Visit
        In any order; those before `start` count with what they leave on board.
    start, stop : Epoch
    aboard_n : int
        Who is there before the first visit.

    Raises
    ------
    InputError
        Where more leave than are there, or `stop` is not after `start`.
    """
    if stop - start <= 0.0:
        raise InputError(f"found {stop.utc_iso(0)}, expected it after {start.utc_iso(0)}")
    instants = {
        at
        for found in visits
        for at in (found.docking, found.undocking, found.unfit_from)
        if at is not None and at - start > 0.0 and stop - at > 0.0
    }
    edges = [start, *sorted(instants, key=lambda at: float(at - start)), stop]
    spans = [(a, b) for a, b in itertools.pairwise(edges) if b - a > TOGETHER_S]
    return Census(tuple(_span(visits, a, b, aboard_n) for a, b in spans))


def _span(visits: Sequence[Visit], start: Epoch, stop: Epoch, aboard_n: int) -> Span:
    come = [found for found in visits if found.docking - start <= TOGETHER_S]
    gone = [v for v in come if v.undocking is not None and v.undocking - start <= TOGETHER_S]
    there = [found for found in come if found not in gone]
    aboard = aboard_n + sum(v.crew_up_n for v in come) - sum(v.crew_down_n for v in gone)
    if aboard < 0:
        last = max(gone, key=lambda v: float(v.undocking - start)).name  # type: ignore[operator]
        raise InputError(
            f"after '{last}' has left, {aboard} are on board: more leave than came",
            key="crew_down_n",
        )
    fit = [v for v in there if v.unfit_from is None or v.unfit_from - start > TOGETHER_S]
    seats = sum(found.ship.seats_n for found in fit)
    return Span(start, stop, aboard, seats, tuple(found.name for found in there))
