"""The fit of a launch vehicle's two parameters to the payloads quoted of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LOSSES_M_S = (1000.0, 3200.0)
"""Bounds of the ascent's losses: vacuum exhaust speeds are counted from the ground on."""
MASS_FACTOR = (0.7, 1.6)
"""Bounds of the factor on the last stage's dry mass."""


@dataclass(frozen=True, eq=False)
class Figures:
    """Quoted payloads ready to fit.

    Attributes
    ----------
    surplus_km_s, slope_km_s : ndarray, shape (factors, figures)
        Velocity each payload leaves over, losses not yet taken off, and what it changes by for a
        unit change of the payload's logarithm.
    factors : ndarray, shape (factors,)
        Trial mass factors.
    """

    surplus_km_s: Array
    slope_km_s: Array
    factors: Array

    def fit(self, use: Array, *, both: bool) -> tuple[float, float]:
        """Return losses, km/s, and mass factor: least squares of the relative payload errors.

        `use` is each figure's weight, shape (figures,).

        An error of velocity over the slope is one of the payload's logarithm; the losses then
        follow by weighted mean for every trial factor, and the best factor is taken.
        """
        weight = use * self.slope_km_s**-2.0
        mean = (weight * self.surplus_km_s).sum(axis=-1) / weight.sum(axis=-1)
        losses = np.clip(mean, LOSSES_M_S[0] / 1000.0, LOSSES_M_S[1] / 1000.0)
        misfit = (weight * (self.surplus_km_s - losses[:, None]) ** 2).sum(axis=-1)
        best = int(np.argmin(misfit if both else np.abs(self.factors - 1.0)))
        return float(losses[best]), float(self.factors[best])
