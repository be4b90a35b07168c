"""The perilunes that many shots are wanted at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro import frames
from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.phases.sight import sight

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Targets:
    """The perilunes wanted, a row each.

    Attributes
    ----------
    radius_km : ndarray, shape (n,)
    inclination_rad : ndarray, shape (n,)
        To the `moon_me` pole at arrival; NaN for the lowest that the approach allows. One below
        that (or above its supplement) is taken as the nearest allowed: see `Aimed.lowered`.
    north : ndarray of bool, shape (n,)
        Which branch.
    """

    radius_km: Array
    inclination_rad: Array
    north: NDArray[np.bool_]

    def of(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Targets:
        """Return some of the rows."""
        return Targets(self.radius_km[rows], self.inclination_rad[rows], self.north[rows])

    def sight(self, approach_km_s: Array, poles: Array, env: Environment) -> Array:
        """Return where to aim without the Moon's pull: see `perilune.phases.sight`."""
        gm = env.constants.gm("moon")
        return sight(approach_km_s, self.radius_km, self.inclination_rad, self.north, poles, gm)


def lunar_poles(epoch: Epoch, env: Environment) -> Array:
    """Return the `moon_me` z axis in `icrf` at many instants, shape (n, 3)."""
    return np.asarray(frames.from_icrf("moon_me", epoch, env)[0][..., 2, :])
