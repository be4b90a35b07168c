"""Readiness of a contribution as a distribution, fitted on historic slips.

Groups (countries, kinds of what is built) are pulled toward the mean of all as far as the rows
leave them open. Milestones that have not come count with the time they took so far.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

import numpy as np
from numpy.typing import NDArray

from perilune.cooperation.slip_history import KNOWN_UNTIL, Seen, seen
from perilune.cooperation.slip_likelihood import Likelihood
from perilune.cooperation.slip_line import EARLIEST_RATIO, Groups, chances, kind_of, ratios
from perilune.errors import InputError

Array = NDArray[np.float64]

_LEVEL = (0.0, 1.5)
_EXPONENT = (0.0, 0.5)
_LOG_SCATTER = (float(np.log(np.log(2.0))), 0.25)
"""Priors, mean and standard deviation: the level may be anything, ratios beyond the earliest may go
with the root of the horizon or against it, the scatter is about a factor of two."""
_GROUP_SIZES = (0.2, 0.35, 0.5)
_FEWEST = 5
_DRAWS_N, _SEED = 2000, 20170606
_LEAST = 1e-3


@dataclass(frozen=True)
class Quantiles:
    """What a fit says of one contribution.

    Attributes
    ----------
    p10_d, p50_d, p90_d : float
        Days past the plan.
    basis : str
        What the history has of it, in words.
    """

    p10_d: float
    p50_d: float
    p90_d: float
    basis: str


@dataclass(frozen=True)
class Parameter:
    """One parameter of a fit: its value, how uncertain it is, and how many rows bear on it."""

    name: str
    value: float
    spread: float
    rows_n: int


@dataclass(frozen=True, eq=False)
class SlipFit:
    """The distribution of slips as known on a day.

    Attributes
    ----------
    as_of : date
    rows : tuple of Seen
        What it was fitted on.
    groups : Groups
    group_sizes : tuple of float
        Standard deviations of countries and of kinds about the mean of all.
    best : ndarray, shape (p,)
        Level, exponent of the horizon, countries, kinds, logarithm of the scatter.
    covariance : ndarray, shape (p, p)
    evidence : float
        Logarithm, after Laplace.
    """

    as_of: date
    rows: tuple[Seen, ...]
    groups: Groups
    group_sizes: tuple[float, float]
    best: Array
    covariance: Array
    evidence: float

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters, in the order of `best`."""
        countries, kinds = self.groups.countries, self.groups.kinds
        names = ("level", "horizon_exponent", *countries, *kinds, "log_scatter")
        spreads = np.sqrt(np.diag(self.covariance))
        own = [name for row in self.rows for name in (row.country, row.kind)]
        return tuple(
            Parameter(name, float(value), float(spread), own.count(name) or len(self.rows))
            for name, value, spread in zip(names, self.best, spreads, strict=True)
        )

    @property
    def censored_n(self) -> int:
        """Rows whose milestone had not come."""
        return sum(not row.came for row in self.rows)

    @property
    def milestones_n(self) -> int:
        """Milestones behind the rows."""
        return len({row.milestone for row in self.rows})

    def basis(self, country: str, kind: str) -> str:
        """Say what the history has of a country and of a kind."""
        own = kind_of(kind)
        of_country = {row.milestone for row in self.rows if row.country == country}
        of_kind = {row.milestone for row in self.rows if row.kind == own}
        return f"country {country}: {_counted(of_country)}; kind {own}: {_counted(of_kind)}"

    def drawn(self, count: int, seed: int) -> Array:
        """Return draws of the parameters, shape (count, p), as far as the history leaves them."""
        rng = np.random.default_rng([seed, _SEED])
        root = np.linalg.cholesky(self.covariance)
        found: Array = self.best + rng.standard_normal((count, len(self.best))) @ root.T
        return found

    def medians(
        self, drawn: Array, country: str, kind: str, horizon_d: float, strange: Array
    ) -> Array:
        """Return the line for drawn parameters: see `ratios`.

        `strange`, shape (2, count), holds standard normal numbers: where the history has nothing of
        a country or a kind, it stands anywhere among the others.
        """
        found: Array = drawn[:, :-1] @ self.groups.place(country, kind, horizon_d)
        known = self.groups.has(country, kind)
        for is_known, size, numbers in zip(known, self.group_sizes, strange, strict=True):
            if not is_known:
                found = found + size * numbers
        return found

    def quantiles(self, country: str, kind: str, horizon_d: float) -> Quantiles:
        """Return how far past its plan something comes that is due in `horizon_d` days."""
        drawn, rng = self.drawn(10 * _DRAWS_N, 0), np.random.default_rng(_SEED)
        strange = rng.standard_normal((2, len(drawn)))
        medians = self.medians(drawn, country, kind, horizon_d, strange)
        ratio = ratios(medians, drawn[:, -1], rng.uniform(size=len(drawn)))
        p10, p50, p90 = np.quantile((ratio - 1.0) * horizon_d, (0.1, 0.5, 0.9))
        return Quantiles(float(p10), float(p50), float(p90), self.basis(country, kind))

    def chance_by(self, row: Seen, ratio: float | Array) -> Array:
        """Return the probability that a row's milestone has come by ratios of its horizon."""
        drawn = self.drawn(_DRAWS_N, 0)
        strange = np.random.default_rng(_SEED).standard_normal((2, len(drawn)))
        medians = self.medians(drawn, row.country, row.kind, row.horizon_d, strange)
        found: Array = chances(medians, drawn[:, -1], np.atleast_1d(ratio)[:, None]).mean(axis=1)
        return found


def fit_slips(as_of: date | None = None, rows: Sequence[Seen] | None = None) -> SlipFit:
    """Fit the distribution of slips.

    Parameters
    ----------
    as_of : date, optional
        Nothing announced or come after it is used; default all that is bundled.
    rows : sequence of Seen, optional
        Other rows than those the bundled history has on that day.

    Raises
    ------
    InputError
        Where fewer than five milestones are known, or none has come.

    Notes
    -----
    Maximum of the posterior with Laplace's covariance; the sizes of the groups are those with the
    largest evidence among a few. Rows weigh one over the rows of their milestone. Dates announced
    as years or months stand in their middle, and their rounding adds to the scatter of the row.

    Model limits: milestones are taken as independent (one launcher's failure delayed several);
    launch dates stand for readiness, so waits for windows are in the slips; the history favors
    delays that were noted. One scatter holds for all groups.
    """
    rows = seen(as_of) if rows is None else rows
    milestones = {row.milestone for row in rows}
    if len(milestones) < _FEWEST or not any(row.came for row in rows):
        raise InputError(
            f"found {len(milestones)} milestones with slips known on {as_of or KNOWN_UNTIL}, "
            f"expected {_FEWEST} or more of which some have come",
            key="as_of",
        )
    sizes = product(_GROUP_SIZES, repeat=2)
    fits = [_fitted(as_of or KNOWN_UNTIL, tuple(rows), (own, other)) for own, other in sizes]
    return max(fits, key=lambda fit: fit.evidence)


def _fitted(as_of: date, rows: tuple[Seen, ...], sizes: tuple[float, float]) -> SlipFit:
    """Fit with group sizes given."""
    groups = Groups.of(rows)
    counts = (len(groups.countries), len(groups.kinds))
    spreads = [_LEVEL[1], _EXPONENT[1], *np.repeat(sizes, counts), _LOG_SCATTER[1]]
    horizon = np.array([row.horizon_d for row in rows])
    ratio = np.array([row.ratio for row in rows])
    beyond = np.maximum(ratio - EARLIEST_RATIO, _LEAST)
    of_elapsed = np.array([row.elapsed_spread_d for row in rows])
    of_horizon = ratio * np.array([row.horizon_spread_d for row in rows])
    found = Likelihood(
        np.array([groups.place(row.country, row.kind, row.horizon_d) for row in rows]),
        np.log(beyond),
        np.array([row.came for row in rows]),
        np.array([row.weight for row in rows]),
        np.hypot(of_elapsed, of_horizon) / horizon / beyond,
        np.array([_LEVEL[0], _EXPONENT[0], *np.zeros(sum(counts)), _LOG_SCATTER[0]]),
        np.array(spreads) ** -2.0,
    ).maximum()
    return SlipFit(as_of, rows, groups, sizes, *found)


def _counted(milestones: set[str]) -> str:
    n = len(milestones)
    return f"{n} milestone{'s' if n != 1 else ''}" if n else "no milestones, so the mean of all"
