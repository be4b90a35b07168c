"""Where on an orbit a burn along its motion leads to another orbit: the closed form, two bodies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_STEPS = 181  # a degree, over half a turn


@dataclass(frozen=True)
class Ellipse:
    """Size and shape of an orbit: distances of its apsides from the center, km."""

    periapsis_km: float
    apoapsis_km: float

    @property
    def a_km(self) -> float:
        """Half the long axis."""
        return 0.5 * (self.periapsis_km + self.apoapsis_km)

    @property
    def eccentricity(self) -> float:
        """From 0 (a circle)."""
        return (self.apoapsis_km - self.periapsis_km) / (self.apoapsis_km + self.periapsis_km)

    @property
    def parameter_km(self) -> float:
        """The semilatus rectum: the square of the angular momentum over GM."""
        return self.a_km * (1.0 - self.eccentricity**2)


def burn_place(before: Ellipse, after: Ellipse, gm: float) -> tuple[float, float]:
    """Return the true anomaly (rad, 0 to pi) and the change of speed (km/s) of an impulse.

    The impulse is along or against the motion, and its place is the one past the periapsis; that
    before it (the negative anomaly) is as good. Where no place serves, it is the one that comes
    nearest in angular momentum.

    Model limits: two bodies, an impulse. Derived from the energy and the angular momentum of the
    second ellipse, with the flight-path angle of the first.
    """
    from scipy.optimize import brentq

    e = before.eccentricity

    def speeds(anomaly: Array) -> tuple[Array, Array, Array]:
        r = before.parameter_km / (1.0 + e * np.cos(anomaly))
        now, then = (
            np.sqrt(np.maximum(gm * (2.0 / r - 1.0 / o.a_km), 0.0)) for o in (before, after)
        )
        flat = (1.0 + e * np.cos(anomaly)) / np.sqrt(1.0 + 2.0 * e * np.cos(anomaly) + e * e)
        return now, then, r * then * flat

    wanted = float(np.sqrt(gm * after.parameter_km))

    def off(anomaly: Array | float) -> Array:
        return np.asarray(speeds(np.asarray(anomaly))[2] - wanted)

    anomalies = np.linspace(0.0, np.pi, _STEPS)
    sampled = off(anomalies)
    turns = np.flatnonzero(sampled[:-1] * sampled[1:] < 0.0)
    best = float(anomalies[int(np.argmin(np.abs(sampled)))])
    if len(turns):
        low, high = anomalies[turns[0]], anomalies[turns[0] + 1]
        best = float(brentq(lambda x: float(off(x)), low, high))
    now, then, _ = speeds(np.asarray(best))
    return best, float(then - now)
