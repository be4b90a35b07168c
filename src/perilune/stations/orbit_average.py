"""Drag averaged around an orbit, for many satellites in one plane at once.

Mean elements are those of SGP4 (Brouwer's): the radius along the orbit adds the short-period terms
of J2 and the eccentricity that J3 forces (Hoots & Roehrich, Spacetrack Report No. 3, 1980). Gauss's
equations for the semi-major axis and the vector of eccentricity are averaged over the mean anomaly
by the trapezoidal rule in argument of latitude, which converges fast on a smooth loop.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import EARTH_FLATTENING, EARTH_RADIUS_KM, constants
from perilune.astro.gravity import field
from perilune.stations.thermosphere import Ring, ring

Array = NDArray[np.float64]

GM_KM3_S2 = constants("de440").gm("earth")
J2, J3 = field("earth").zonal(3)
EARTH_SPIN_RAD_S = 7.292115e-5
"""Of the atmosphere too, which is taken to turn with the Earth (WGS84)."""
_J2000_MJD = 51544.5
_POINTS = ((0.02, 24), (0.1, 36), (1.0, 72))
"""Points around an orbit by eccentricity: two to a scale height's width at perigee."""


@dataclass(frozen=True, eq=False)
class Orbits:
    """Mean elements of many orbits of one inclination, drag apart.

    Attributes
    ----------
    sma_km, k, h : ndarray, shape (n,)
        Semi-major axis; eccentricity times cosine and sine of the argument of perigee.
    """

    sma_km: Array
    k: Array
    h: Array

    @property
    def altitude_km(self) -> Array:
        """Mean semi-major axis less the equatorial radius."""
        return self.sma_km - EARTH_RADIUS_KM

    def pick(self, which: NDArray[np.bool_]) -> Orbits:
        """Return some of them."""
        return Orbits(self.sma_km[which], self.k[which], self.h[which])

    def moved(self, rate: Orbits, seconds: Array) -> Orbits:
        """Return them a step further."""
        return Orbits(
            self.sma_km + rate.sma_km * seconds,
            self.k + rate.k * seconds,
            self.h + rate.h * seconds,
        )


@dataclass(frozen=True, eq=False)
class Loop:
    """One turn through the atmosphere in one plane on one day.

    Attributes
    ----------
    sin_i, cos_i : float
        Of the inclination.
    sin_u, cos_u : ndarray, shape (points,)
        Of the argument of latitude.
    surface_km : ndarray, shape (points,)
        Distance of the ellipsoid from the center below each point.
    air : Ring
        The density along it.
    """

    sin_i: float
    cos_i: float
    sin_u: Array
    cos_u: Array
    surface_km: Array
    air: Ring


def points_n(eccentricity: float) -> int:
    """Return how many points around the orbit an eccentricity asks for."""
    return next(count for limit, count in _POINTS if eccentricity <= limit)


def loop(
    inclination: float,
    node: float,
    mjd: float,
    weights: Array,
    count: int,
    heights_km: tuple[float, float] = (0.0, 1e4),
) -> Loop:
    """Return the turn of an orbit with this node (rad) through the air of a day."""
    u = 2.0 * np.pi * np.arange(count) / count
    sin_u, cos_u = np.sin(u), np.cos(u)
    sin_i, cos_i = float(np.sin(inclination)), float(np.cos(inclination))
    sin_lat = sin_i * sin_u
    geocentric = np.arcsin(sin_lat)
    squash = (1.0 - EARTH_FLATTENING) ** 2
    latitude = np.arctan(np.tan(geocentric) / squash)
    surface = EARTH_RADIUS_KM / np.sqrt(1.0 + (1.0 / squash - 1.0) * sin_lat**2)
    right_ascension = node + np.arctan2(cos_i * sin_u, cos_u)
    hour = 12.0 + 12.0 / np.pi * (right_ascension - mean_sun(mjd))
    year = (mjd - _J2000_MJD + 0.5) % 365.25
    air = ring(latitude, hour % 24.0, year, weights, heights_km)
    return Loop(sin_i, cos_i, sin_u, cos_u, surface, air)


def mean_sun(mjd: float) -> float:
    """Return the right ascension of the mean Sun, rad, of date (Astronomical Almanac, C)."""
    return float(np.radians(280.460 + 0.9856474 * (mjd - _J2000_MJD)) % (2.0 * np.pi))


def drag_rates(
    orbits: Orbits, cd_area_per_mass: Array, path: NDArray[np.intp], way: Loop
) -> Orbits:
    """Return the mean rates of the elements by drag, per second.

    Parameters
    ----------
    orbits : Orbits
    cd_area_per_mass : ndarray, shape (n,)
        m2/kg.
    path : ndarray of int, shape (n,)
        Which of the loop's ways of space weather each flies through.
    way : Loop

    Model limits: no lift, no wind but the Earth's rotation; the inclination is not changed.
    """
    a = orbits.sma_km[:, None]
    k, h = orbits.k[:, None], orbits.h[:, None] + _forced(orbits.sma_km, way.sin_i)[:, None]
    e2 = k * k + h * h
    p = a * (1.0 - e2)
    opening = 1.0 + k * way.cos_u + h * way.sin_u
    r = p / opening
    height = r + _short_period(p, way) - way.surface_km
    density = way.air.density_kg_m3(path, height)
    speed = np.sqrt(GM_KM3_S2 / p)
    v_r, v_t = speed * (k * way.sin_u - h * way.cos_u), speed * opening
    wind_t, wind_n = EARTH_SPIN_RAD_S * way.cos_i * r, EARTH_SPIN_RAD_S * way.sin_i * way.cos_u * r
    rel_t = v_t - wind_t
    rel = np.sqrt(v_r * v_r + rel_t * rel_t + wind_n * wind_n)
    share = (1.0 - e2) ** 1.5 / (opening * opening) / way.sin_u.size
    # m2/kg times kg/m3 is 1/m, so 1e3/km
    brake = -500.0 * cd_area_per_mass[:, None] * density * rel * share
    f_r, f_t = brake * v_r, brake * rel_t
    along = 2.0 * v_t * f_t * r
    across = -(v_t * f_r + v_r * f_t) * r
    return Orbits(
        (2.0 * a * a * (v_r * f_r + v_t * f_t)).sum(axis=1) / GM_KM3_S2,
        (along * way.cos_u - across * way.sin_u).sum(axis=1) / GM_KM3_S2,
        (along * way.sin_u + across * way.cos_u).sum(axis=1) / GM_KM3_S2,
    )


def _forced(sma_km: Array, sin_i: float) -> Array:
    """Return the eccentricity J3 forces, along the direction of the northernmost point."""
    return np.asarray(-0.5 * J3 / J2 * EARTH_RADIUS_KM * sin_i / sma_km)


def _short_period(p: Array, way: Loop) -> Array:
    """Return what J2 adds to the radius of a near-circular mean orbit, km."""
    size = J2 * EARTH_RADIUS_KM**2 / p
    cos_2u = way.cos_u**2 - way.sin_u**2
    return np.asarray(size * (0.25 * way.sin_i**2 * cos_2u - 0.75 * (3.0 * way.cos_i**2 - 1.0)))


def turning(orbits: Orbits, inclination: float) -> tuple[Array, Array]:
    """Return the mean rates of node and perigee by J2, rad/s (Vallado 4th ed., 9-37, 9-39)."""
    e2 = orbits.k**2 + orbits.h**2
    rate = 1.5 * J2 * np.sqrt(GM_KM3_S2 / orbits.sma_km**3)
    rate = rate * (EARTH_RADIUS_KM / (orbits.sma_km * (1.0 - e2))) ** 2
    return -rate * np.cos(inclination), rate * (2.0 - 2.5 * np.sin(inclination) ** 2)
