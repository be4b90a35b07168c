"""The line that slips are fitted with: time taken over time planned, by horizon, country and kind.

The ratio is 3/4 plus a log-normal variable, so that a plan can be beaten by a little and missed by
a lot. The logarithm of its median is a level, an exponent times the logarithm of the horizon, and a
departure for the country and for the kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.cooperation.slip_history import Seen

Array = NDArray[np.float64]

EARLIEST_RATIO = 0.75
"""No plan is beaten by more than a quarter of its horizon (assumed; the best did by 6 %)."""

HORIZONS_D = (90.0, 3650.0)
"""Horizons the history covers; outside them the ratio is that of the nearer end."""

KINDS_OF_ROLES = {
    "relay": "orbiter",
    "rover": "lander",
    "ascender": "lander",
    "return_capsule": "sample-return",
    "module": "station-module",
    "launcher": "launch-vehicle",
    "upper_stage": "launch-vehicle",
    "crew_vehicle": "ship",
    "cargo_vehicle": "ship",
}
"""What a role's slips are read from, where the history has no kind of that name."""

_YARDSTICK_D = 1096.0  # three years: where the level of the line is read


@dataclass(frozen=True)
class Groups:
    """The countries and the kinds a history has, sorted."""

    countries: tuple[str, ...]
    kinds: tuple[str, ...]

    @classmethod
    def of(cls, rows: Sequence[Seen]) -> Groups:
        """Return the groups of rows."""
        countries, kinds = ({row.country for row in rows}, {row.kind for row in rows})
        return cls(tuple(sorted(countries)), tuple(sorted(kinds)))

    def has(self, country: str, kind: str) -> tuple[bool, bool]:
        """Tell whether the history has anything of a country, and of a kind."""
        return country in self.countries, kind_of(kind) in self.kinds

    def place(self, country: str, kind: str, horizon_d: float) -> Array:
        """Return what multiplies level, exponent, countries and kinds for one plan."""
        reach = float(np.log(np.clip(horizon_d, *HORIZONS_D) / _YARDSTICK_D))
        own = kind_of(kind)
        groups = [country == name for name in self.countries] + [own == name for name in self.kinds]
        return np.array([1.0, reach, *groups])


def kind_of(role: str) -> str:
    """Return the kind whose slips a role or kind is read from."""
    return KINDS_OF_ROLES.get(role, role)


def ratios(medians: Array, log_scatter: Array, uniform: Array) -> Array:
    """Return time taken over time planned at given probabilities.

    Parameters
    ----------
    medians : ndarray
        The line: logarithm of the median of the ratio beyond `EARLIEST_RATIO`.
    log_scatter : ndarray
        Logarithm of the standard deviation about it.
    uniform : ndarray
        Probabilities.
    """
    from scipy.special import ndtri

    found: Array = EARLIEST_RATIO + np.exp(medians + np.exp(log_scatter) * ndtri(uniform))
    return found


def chances(medians: Array, log_scatter: Array, ratio: float | Array) -> Array:
    """Return the probability of time taken over time planned being at most `ratio`."""
    from scipy.special import ndtr

    beyond = np.log(np.maximum(np.asarray(ratio) - EARLIEST_RATIO, 1e-12))
    found: Array = ndtr((beyond - medians) / np.exp(log_scatter))
    return found
