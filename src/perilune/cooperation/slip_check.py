"""How far the fit of slips can be trusted: beside its rows, on rows held out, and looking ahead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from perilune.cooperation.slip_history import Seen, seen
from perilune.cooperation.slips import SlipFit, fit_slips
from perilune.errors import InputError

Array = NDArray[np.float64]

_LOW, _HIGH = 0.1, 0.9


@dataclass(frozen=True, eq=False)
class Curve:
    """Share of milestones that had not come by a ratio of time taken over time planned.

    Attributes
    ----------
    group : str
        A country, a kind, or `all`.
    ratio, observed, fitted : ndarray, shape (k,)
        `observed` after Kaplan and Meier (1958); `fitted` is the mean over the group's rows.
    rows_n, censored_n, milestones_n : int
    """

    group: str
    ratio: Array
    observed: Array
    fitted: Array
    rows_n: int
    censored_n: int
    milestones_n: int

    @property
    def largest_gap(self) -> float:
        """Largest difference between the two, where the rows say anything."""
        return float(np.abs(self.observed - self.fitted).max())


@dataclass(frozen=True)
class Held:
    """One row that the fit had not seen.

    Attributes
    ----------
    row : Seen
        As it is known today.
    probability : float
        That it had come by then, as predicted; for a row that has not come, by its bound.
    """

    row: Seen
    probability: float


@dataclass(frozen=True)
class HoldOut:
    """Rows predicted by fits that had not seen them.

    Attributes
    ----------
    held : tuple of Held
    """

    held: tuple[Held, ...]

    @property
    def coverage(self) -> float:
        """Share of what came that came between P10 and P90, a milestone counting once; 0.8 ideal.

        What is late may not have come yet: see `coverage_censored`.
        """
        inside = came = 0.0
        for each in self.held:
            if each.row.came:
                came += each.row.weight
                inside += each.row.weight * (_LOW <= each.probability <= _HIGH)
        return inside / came if came else float("nan")

    @property
    def coverage_censored(self) -> float:
        """The same with the rows that have not come, after Kaplan and Meier; 0.8 is ideal."""
        low, high = self.shares_beyond((_LOW, _HIGH))
        return low - high

    def shares_beyond(self, probabilities: Sequence[float]) -> tuple[float, ...]:
        """Return the shares that came after predicted probabilities; ideal is one less each."""
        at = np.array([each.probability for each in self.held])
        rows = [each.row for each in self.held]
        return tuple(float(share) for share in surviving(at, rows, np.asarray(probabilities)))

    @property
    def coverage_rows(self) -> float:
        """Share of the rows that came between P10 and P90, each counting once."""
        at = [each.probability for each in self.held if each.row.came]
        return float(np.mean([_LOW <= each <= _HIGH for each in at])) if at else float("nan")


def surviving(values: Array, rows: Sequence[Seen], at: Array) -> Array:
    """Return the share of rows whose value is above each of `at`, by Kaplan and Meier's product.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Of a row that has not come, what its value is above.
    rows : sequence of Seen
        Says which have come, and their weights.
    at : ndarray, shape (k,)
    """
    came = np.array([row.came for row in rows])
    order = np.lexsort((~came, values))
    weight = np.array([row.weight for row in rows])[order]
    at_risk = weight[::-1].cumsum()[::-1]
    left = np.cumprod(np.where(came[order], 1.0 - weight / at_risk, 1.0))
    steps = np.searchsorted(values[order], at, side="right")
    found: Array = np.concatenate([[1.0], np.maximum(left, 0.0)])[steps]
    return found


def curve(fit: SlipFit, group: str = "all", points_n: int = 60) -> Curve:
    """Return observed and fitted slips of a country, a kind, or `all`, to be drawn.

    Raises
    ------
    InputError
        Where the history has no such group.
    """
    rows = [row for row in fit.rows if group in ("all", row.country, row.kind)]
    if not rows:
        known = ", ".join(("all", *fit.groups.countries, *fit.groups.kinds))
        raise InputError(f"found '{group}', expected one of: {known}", key="group")
    values = np.array([row.ratio for row in rows])
    at = np.geomspace(0.8, values.max(), points_n)
    weight = np.array([row.weight for row in rows])
    come = np.array([fit.chance_by(row, at) for row in rows])
    return Curve(
        group,
        at,
        surviving(values, rows, at),
        1.0 - weight @ come / weight.sum(),
        len(rows),
        sum(not row.came for row in rows),
        len({row.milestone for row in rows}),
    )


def hold_out(
    rows: Sequence[Seen] | None = None, fitted: Callable[..., SlipFit] = fit_slips
) -> HoldOut:
    """Predict every milestone by a fit on all the others.

    Parameters
    ----------
    rows : sequence of Seen, optional
        Default all that is bundled.
    fitted : callable
        What fits: takes `rows`.
    """
    rows = seen() if rows is None else rows
    held: list[Held] = []
    for name in sorted({row.milestone for row in rows}):
        fit = fitted(rows=[row for row in rows if row.milestone != name])
        held += [
            Held(row, float(fit.chance_by(row, row.ratio)[0]))
            for row in rows
            if row.milestone == name
        ]
    return HoldOut(tuple(held))


def look_ahead(as_of: date) -> HoldOut:
    """Predict what came after a day by what was known on it.

    Plans that were open on that day are predicted given that they had not come; plans announced
    later as they stand.
    """
    fit = fit_slips(as_of)
    day = as_of.toordinal() + 1.0
    held = []
    for row in seen():
        if row.came and row.announced_d + row.elapsed_d <= day:
            continue
        ratios = np.array([max(day - row.announced_d, 0.0) / row.horizon_d, row.ratio])
        before, after = fit.chance_by(row, ratios)
        held.append(Held(row, float((after - before) / max(1.0 - before, 1e-12))))
    return HoldOut(tuple(held))
