"""Timing of two programs on the same work, in turn, and the rows of the table."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Action = Callable[[], object]


class Disagreement(Exception):
    """Two programs did not answer the same: no ratio may be printed."""


@dataclass(frozen=True)
class Times:
    """What calls took, ms each.

    Parameters
    ----------
    each_ms : ndarray
    factor : float
        What to multiply with, where a part of the work stands for the whole.
    """

    each_ms: Array
    factor: float = 1.0

    @property
    def least(self) -> float:
        """The shortest call, ms."""
        return float(self.each_ms.min()) * self.factor

    @property
    def median(self) -> float:
        """The median call, ms."""
        return float(np.median(self.each_ms)) * self.factor


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes
    ----------
    case : str
    ours : Times
    peer : Times or None
        None where the peer has no such thing.
    agreement : str
        How far the answers are apart, in physical units.
    target : str
        In words.
    at_most_ms, at_least_ratio : float, optional
        The target as a number: on our median, or on the ratio of medians.
    notes : tuple of str
        Lines to print under the table.
    """

    case: str
    ours: Times
    peer: Times | None = None
    agreement: str = ""
    target: str = ""
    at_most_ms: float | None = None
    at_least_ratio: float | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def ratios(self) -> tuple[float, float] | None:
        """Peer over ours: of the medians and of the minima."""
        if self.peer is None:
            return None
        return self.peer.median / self.ours.median, self.peer.least / self.ours.least

    @property
    def met(self) -> str:
        """Whether the target is met, by the medians or at least by the minima."""
        if self.at_most_ms is not None:
            by = self.ours.median <= self.at_most_ms, self.ours.least <= self.at_most_ms
        elif self.at_least_ratio is not None and self.ratios is not None:
            by = self.ratios[0] >= self.at_least_ratio, self.ratios[1] >= self.at_least_ratio
        else:
            return ""
        return "yes" if by[0] else "by minima only" if by[1] else "NO"


def require(what: str, apart: float, limit: float, unit: str) -> str:
    """Return how far two answers are apart, in words.

    Raises
    ------
    Disagreement
        Where that is above the limit, or not a number.
    """
    if not apart <= limit:
        raise Disagreement(f"{what}: {apart:.3g} {unit} apart, allowed {limit:g} {unit}")
    return f"{what} {apart:.2g} {unit}"


def timed_ms(action: Action) -> float:
    """Return the wall time of one call, ms."""
    begin = time.perf_counter()
    action()
    return 1e3 * (time.perf_counter() - begin)


def warm_up(action: Action, *, calls: int, least_s: float = 0.0) -> None:
    """Call until nothing is compiled any more: so often, and for so long."""
    begin = time.perf_counter()
    for _ in range(calls):
        action()
    while time.perf_counter() - begin < least_s:
        action()


def in_turn(actions: Sequence[Action], *, calls: Sequence[int], rounds: int) -> list[Times]:
    """Time several actions in turn, so that a busy moment of the machine meets all of them.

    In each round each action is called `calls` times in a row; every call is timed by itself.
    """
    found: list[list[float]] = [[] for _ in actions]
    for _ in range(rounds):
        for action, count, times in zip(actions, calls, found, strict=True):
            times += [timed_ms(action) for _ in range(count)]
    return [Times(np.array(times)) for times in found]
