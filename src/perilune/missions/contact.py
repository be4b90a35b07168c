"""When links are there: intervals of contact over a span of time.

A link is a set of margins that must all be positive (elevation over a mask, a line of sight clear
of the Moon; see `perilune.missions.contact_links`). Margins are sampled on a grid, extremes between
the samples are looked at, and every rise and set is then found exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro.epoch import Epoch
from perilune.errors import InputError

Array = NDArray[np.float64]
Margin = Callable[[Epoch], Array]
"""Positive while in sight; of an array of instants."""

STEP_S = 600.0
EXACT_S = 1e-3
"""To which rise and set are found."""
_GOLDEN = 0.5 * (np.sqrt(5.0) - 1.0)


@dataclass(frozen=True, eq=False)
class Contact:
    """When a link is there.

    Attributes
    ----------
    name : str
    start : Epoch
        Of the span looked at.
    span_s : float
    intervals_s : ndarray, shape (n, 2)
        Rise and set, seconds from the start, in order and apart.
    """

    name: str
    start: Epoch
    span_s: float
    intervals_s: Array

    @property
    def availability(self) -> float:
        """Share of the span in contact, 0 to 1."""
        return float(np.sum(np.diff(self.intervals_s, axis=1))) / self.span_s

    @property
    def longest_gap_s(self) -> float:
        """Longest time without contact, the ends of the span included."""
        edges = np.concatenate([[0.0], self.intervals_s.ravel(), [self.span_s]])
        return float(np.max(edges[1::2] - edges[::2]))

    def rows(self) -> list[dict[str, Any]]:
        """Return a table: a row a contact, with UTC dates and duration."""
        return [
            {
                "link": self.name,
                "start_utc": (self.start + float(a)).utc_iso(1),
                "stop_utc": (self.start + float(b)).utc_iso(1),
                "duration_h": float(b - a) / 3600.0,
            }
            for a, b in self.intervals_s
        ]

    def summary(self) -> dict[str, Any]:
        """Return the figures of the link."""
        return {
            "link": self.name,
            "contacts_n": len(self.intervals_s),
            "availability_percent": 100.0 * self.availability,
            "longest_gap_h": self.longest_gap_s / 3600.0,
        }


def contact(
    name: str,
    margins: Iterable[Margin],
    start: Epoch,
    stop: Epoch,
    *,
    step_s: float = STEP_S,
    exact_s: float = EXACT_S,
) -> Contact:
    """Return when every margin is positive.

    Parameters
    ----------
    name : str
    margins : iterable of callable
    start, stop : Epoch
    step_s : float
        Grid. A contact, or a gap, shorter than this is found if the margin bends once in it.
    exact_s : float
        To which rise and set are found: a picture needs less than a plan.

    Raises
    ------
    InputError
        Where the span is empty or the step not positive.
    """
    span = float(stop - start)
    if not (span > 0.0 and step_s > 0.0):
        raise InputError(f"contact '{name}': span of {span:g} s, step {step_s:g} s: expected > 0")
    found: Array | None = None
    for margin in margins:
        mine = _positive(margin, start, span, step_s, exact_s)
        found = mine if found is None else _overlap(found, mine)
    if found is None:
        raise InputError(f"contact '{name}' has no margin to look at")
    return Contact(name, start, span, found)


def both(name: str, first: Contact, second: Contact) -> Contact:
    """Return when two links of the same span are there together."""
    _same_span(first, second)
    return replace(first, name=name, intervals_s=_overlap(first.intervals_s, second.intervals_s))


def either(name: str, links: Sequence[Contact]) -> Contact:
    """Return when at least one of several links of the same span is there."""
    if not links:
        raise InputError(f"contact '{name}': no links to choose among")
    for link in links[1:]:
        _same_span(links[0], link)
    pieces = np.concatenate([link.intervals_s for link in links])
    merged: list[list[float]] = []
    for begin, end in pieces[np.argsort(pieces[:, 0])].tolist():
        if merged and begin <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([begin, end])
    return replace(links[0], name=name, intervals_s=np.array(merged).reshape(-1, 2))


def _positive(margin: Margin, start: Epoch, span_s: float, step_s: float, exact_s: float) -> Array:
    """Return where a margin is positive, shape (n, 2)."""
    count = max(3, int(np.ceil(span_s / step_s)) + 1)
    times = np.linspace(0.0, span_s, count)
    values = margin(start + times)
    times, values = _with_extremes(margin, start, times, values)
    up = values > 0.0
    turns = np.flatnonzero(up[1:] != up[:-1])
    roots = _roots(margin, start, times[turns], times[turns + 1], up[turns], exact_s)
    edges = np.concatenate([[0.0] if up[0] else [], roots, [span_s] if up[-1] else []])
    return edges.reshape(-1, 2)


def _with_extremes(
    margin: Margin, start: Epoch, times: Array, values: Array
) -> tuple[Array, Array]:
    """Add the extremes between samples that may hide a short contact, or a short gap.

    Where three samples of one sign come nearest to zero in the middle: golden sections.
    """
    size = np.abs(values)
    same = np.sign(values[1:-1])
    inner = (size[1:-1] <= size[:-2]) & (size[1:-1] <= size[2:])
    inner &= (np.sign(values[:-2]) == same) & (np.sign(values[2:]) == same)
    # a parabola through the three says whether zero is within reach
    bend = size[:-2] - 2.0 * size[1:-1] + size[2:]
    reach = (size[2:] - size[:-2]) ** 2 / (8.0 * np.maximum(bend, 1e-300))
    middle = np.flatnonzero(inner & (size[1:-1] < 4.0 * reach + bend)) + 1
    if not len(middle):
        return times, values
    low, high, sign = times[middle - 1], times[middle + 1], np.sign(values[middle])
    while float(np.max(high - low)) > 0.1:
        a, b = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        left = sign * margin(start + a) < sign * margin(start + b)
        low, high = np.where(left, low, a), np.where(left, b, high)
    extra = 0.5 * (low + high)
    crossed = margin(start + extra)
    keep = np.sign(crossed) != sign
    times = np.concatenate([times, extra[keep]])
    values = np.concatenate([values, crossed[keep]])
    order = np.argsort(times)
    return times[order], values[order]


def _roots(
    margin: Margin,
    start: Epoch,
    low: Array,
    high: Array,
    was_up: NDArray[np.bool_],
    exact_s: float,
) -> Array:
    """Return the instants where the margin changes sign, one a bracket: bisection, all at once."""
    while len(low) and float(np.max(high - low)) > exact_s:
        middle = 0.5 * (low + high)
        still = (margin(start + middle) > 0.0) == was_up
        low, high = np.where(still, middle, low), np.where(still, high, middle)
    return np.asarray(0.5 * (low + high))


def _overlap(first: Array, second: Array) -> Array:
    """Return where two sets of intervals are both there."""
    out, i, j = [], 0, 0
    while i < len(first) and j < len(second):
        begin, end = max(first[i, 0], second[j, 0]), min(first[i, 1], second[j, 1])
        if begin < end:
            out.append([begin, end])
        if first[i, 1] < second[j, 1]:
            i += 1
        else:
            j += 1
    return np.array(out).reshape(-1, 2)


def _same_span(first: Contact, second: Contact) -> None:
    if float(second.start - first.start) != 0.0 or first.span_s != second.span_s:
        raise InputError(
            f"contacts '{first.name}' and '{second.name}' were looked at over different spans"
        )
