"""Where a path that the Moon did not pull would have to go, to meet the perilune wanted.

A patched conic: beyond its sphere of influence the Moon does not count, inside it nothing else
does. Its pull draws the path in from the aim point of the asymptote, and hastens the arrival; so
without it the path has to lead beside the Moon and come a little late.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.phases.arrival import aim_offset

Array = NDArray[np.float64]

SPHERE_KM = 66200.0
"""Radius of the Moon's sphere of influence (Bate, Mueller & White 1971, section 7.4)."""
_SLOWEST_KM_S = 0.3


def sight(
    approach_km_s: Array,
    radius_km: Any,
    inclination_rad: Any,
    north: Any,
    pole: Array,
    gm: float,
) -> Array:
    """Return the points to aim at, relative to the Moon's center, km, shape (n, 3).

    Parameters
    ----------
    approach_km_s : ndarray, shape (n, 3)
        Velocity relative to the Moon on arrival, its pull left out.
    radius_km, inclination_rad, north : float or ndarray
        The perilunes: see `aim_offset`.
    pole : ndarray, shape (3,) or (n, 3)

    Model limits: two-body inside the sphere of influence, a straight line without the Moon.
    """
    speed = np.linalg.norm(approach_km_s, axis=-1)
    s = approach_km_s / speed[..., None]
    v_inf = np.sqrt(np.maximum(speed**2 - 2.0 * gm / SPHERE_KM, _SLOWEST_KM_S**2))
    aim = aim_offset(s, v_inf, radius_km, inclination_rad, north, pole, gm)
    straight = np.sqrt(np.maximum(SPHERE_KM**2 - np.sum(aim * aim, axis=-1), 0.0))
    lag_s = straight / speed - _fall_s(v_inf, radius_km, gm)
    return np.asarray(aim - (lag_s * speed)[..., None] * s)


def _fall_s(v_inf: Array, radius_km: Any, gm: float) -> Array:
    """Return the time from the sphere of influence to periapsis on a hyperbola, s."""
    a = gm / v_inf**2
    e = 1.0 + radius_km / a
    anomaly = np.arccosh((1.0 + SPHERE_KM / a) / e)
    return np.asarray((e * np.sinh(anomaly) - anomaly) * np.sqrt(a**3 / gm))
