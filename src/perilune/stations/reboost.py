"""A reboost: what it takes, and what it does to an orbit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import EARTH_RADIUS_KM, STANDARD_GRAVITY_M_S2
from perilune.stations.lifetimes import PERCENTILES
from perilune.stations.orbit_average import GM_KM3_S2, Orbits

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Reboost:
    """A raise of the orbit in the middle way.

    Attributes
    ----------
    utc : str
    from_km, to_km : float
        Mean altitudes.
    dv_m_s, propellant_kg : float
    """

    utc: str
    from_km: float
    to_km: float
    dv_m_s: float
    propellant_kg: float


def propellant_kg(mass_kg: float, dv_m_s: float, isp_s: float) -> float:
    """Return the propellant a delta-v takes (Tsiolkovsky) of a mass that is filled up again."""
    return float(mass_kg * -np.expm1(-dv_m_s / (isp_s * STANDARD_GRAVITY_M_S2)))


def raise_m_s(from_km: Array, to_km: float) -> Array:
    """Return the delta-v of a Hohmann transfer between circles at mean altitudes, m/s."""
    a, b = EARTH_RADIUS_KM + from_km, EARTH_RADIUS_KM + to_km
    between = 2.0 / (a + b)
    first = np.sqrt(GM_KM3_S2 * (2.0 / a - between)) - np.sqrt(GM_KM3_S2 / a)
    second = np.sqrt(GM_KM3_S2 / b) - np.sqrt(GM_KM3_S2 * (2.0 / b - between))
    return np.asarray(1e3 * np.abs(first + second))


def debt_m_s(altitude_km: Array, start_km: float) -> Array:
    """Return what brings the orbits back to where they began; negative where they are higher."""
    return np.sign(start_km - altitude_km) * raise_m_s(altitude_km, start_km)


def raised(orbits: Orbits, which: NDArray[np.bool_], to_km: float) -> Orbits:
    """Return the orbits, some of them made circles at a mean altitude."""
    return Orbits(
        np.where(which, EARTH_RADIUS_KM + to_km, orbits.sma_km),
        np.where(which, 0.0, orbits.k),
        np.where(which, 0.0, orbits.h),
    )


def by_percentile(values: Array) -> dict[str, float]:
    """Return p10, p50 and p90."""
    found = np.percentile(values, list(PERCENTILES.values()))
    return dict(zip(PERCENTILES, map(float, found), strict=True))
