"""What became of a volley that was aimed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro.epoch import Epoch
from perilune.phases.volley import Flown, Volley

Array = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Aimed:
    """What became of every row.

    Attributes
    ----------
    volley : Volley
        The controls reached.
    flown : Flown
        With the full model; NaN in the rows that did not converge.
    converged : ndarray of bool, shape (n,)
    stage : ndarray of int, shape (n,)
        How far it came: 0 aim point, 1 B-plane, 2 goals, 3 converged.
    inclination_rad : ndarray, shape (n,)
        Reached.
    lowered : ndarray of bool, shape (n,)
        Whether the inclination wanted lies outside what the approach allows.
    bias : ndarray, shape (n, 3)
        What the sensitivity model misses the B-plane parameters by, where the full one meets the
        goals; NaN where it was not asked for.
    """

    volley: Volley
    flown: Flown
    converged: NDArray[np.bool_]
    stage: NDArray[np.int64]
    inclination_rad: Array
    lowered: NDArray[np.bool_]
    bias: Array

    def replaced(self, rows: Rows, other: Aimed) -> Aimed:
        """Return the result with some rows taken from another solve of them, where it is better."""
        better = rows[other.converged]
        part = np.flatnonzero(other.converged)

        def mixed(mine: NDArray[Any], theirs: NDArray[Any]) -> NDArray[Any]:
            out = mine.copy()
            out[better] = theirs[part]
            return out

        def epochs(mine: Epoch, theirs: Epoch) -> Epoch:
            pairs = zip(mine.parts_s, theirs.parts_s, strict=True)
            return Epoch(*(mixed(np.asarray(a), np.asarray(b)) for a, b in pairs))

        return Aimed(
            Volley(
                epochs(self.volley.lift_off, other.volley.lift_off),
                *(
                    mixed(getattr(self.volley, name), getattr(other.volley, name))
                    for name in ("azimuth_rad", "coast_s", "dv_km_s", "flight_time_s")
                ),
            ),
            Flown(
                mixed(self.flown.before, other.flown.before),
                mixed(self.flown.after, other.flown.after),
                mixed(self.flown.arrival, other.flown.arrival),
                epochs(self.flown.arrives, other.flown.arrives),
            ),
            mixed(self.converged, other.converged),
            mixed(self.stage, other.stage),
            mixed(self.inclination_rad, other.inclination_rad),
            mixed(self.lowered, other.lowered),
            mixed(self.bias, other.bias),
        )

    def without(self, rows: NDArray[np.bool_]) -> Aimed:
        """Return the result with some rows no longer taken as converged."""
        return replace(self, converged=self.converged & ~rows)
