"""The velocity an orbit asks of a launch vehicle, from a site that rides the turning Earth.

Every orbit is reached by way of a circular parking orbit 200 km up: the ascent's velocity is the
vector difference of the parking orbit's and the site's, and from there the cheaper of two ways.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from perilune.astro.bodies import EARTH_RADIUS_KM, constants
from perilune.astro.orientation import ERA_RATE
from perilune.phases.launch import LaunchSite

Array = NDArray[np.float64]

PARKING_ALTITUDE_KM = 200.0
PARKING_RADIUS_KM = EARTH_RADIUS_KM + PARKING_ALTITUDE_KM
GM_KM3_S2 = constants("de440").gm("earth")
PARKING_SPEED_KM_S = float(np.sqrt(GM_KM3_S2 / PARKING_RADIUS_KM))


@dataclass(frozen=True, eq=False)
class AscentCost:
    """What an orbit asks, km/s; arrays of one shape.

    Attributes
    ----------
    ascent_km_s : ndarray
        To the parking orbit, the Earth's rotation counted, without losses.
    injection_km_s, beyond_km_s : ndarray
        The first burn out of the parking orbit, and all that comes after.
    """

    ascent_km_s: Array
    injection_km_s: Array
    beyond_km_s: Array

    @property
    def total_km_s(self) -> Array:
        """Everything together, km/s."""
        return self.ascent_km_s + self.injection_km_s + self.beyond_km_s


def rotation_km_s(site: LaunchSite) -> float:
    """Return how fast the turning Earth carries a site eastward, km/s."""
    x, y, _ = site.point.fixed_km()
    return float(ERA_RATE * np.hypot(x, y))


def ascent_km_s(site: LaunchSite, inclination_deg: ArrayLike) -> Array:
    """Return the velocity to gain from standing on the site to the parking orbit, km/s.

    Both headings that lead to an inclination cost the same. Below the site's geocentric latitude
    the launch goes due east (or west above its supplement): see `dogleg_deg`.
    """
    cosine = np.cos(np.radians(site.point.geocentric_latitude_deg))
    east = PARKING_SPEED_KM_S * np.clip(np.cos(np.radians(inclination_deg)) / cosine, -1.0, 1.0)
    north2 = PARKING_SPEED_KM_S**2 - east**2
    return np.asarray(np.sqrt(north2 + (east - rotation_km_s(site)) ** 2))


def dogleg_deg(site: LaunchSite, inclination_deg: ArrayLike) -> Array:
    """Return how far an inclination lies outside what the site reaches in plane, deg."""
    low = site.lowest_inclination_deg
    inclination = np.asarray(inclination_deg, dtype=float)
    return np.asarray(np.maximum(np.maximum(low - inclination, inclination - (180.0 - low)), 0.0))


def _speed(radius_km: ArrayLike, c3_km2_s2: ArrayLike) -> Array:
    return np.asarray(np.sqrt(np.asarray(c3_km2_s2) + 2.0 * GM_KM3_S2 / np.asarray(radius_km)))


def turn_km_s(before: ArrayLike, after: ArrayLike, angle_rad: ArrayLike) -> Array:
    """Return the burn that changes speed and direction together, km/s."""
    v1, v2 = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    across = 4.0 * v1 * v2 * np.sin(0.5 * np.asarray(angle_rad)) ** 2
    return np.asarray(np.sqrt((v2 - v1) ** 2 + across))


def _apsides(one_km: Array, other_km: Array) -> Array:
    """Return C3 of an ellipse by its apsides, km^2/s^2."""
    return np.asarray(-2.0 * GM_KM3_S2 / (one_km + other_km))


def by_perigee(perigee_km: Array, c3_km2_s2: Array, turn_rad: Array) -> tuple[Array, Array]:
    """Return both burns of the way that rises to the perigee first and turns there, km/s.

    Where the perigee is the parking orbit's there is one burn, and it is the injection.
    """
    rise = _apsides(np.asarray(PARKING_RADIUS_KM), perigee_km)
    first = _speed(PARKING_RADIUS_KM, rise) - PARKING_SPEED_KM_S
    second = turn_km_s(_speed(perigee_km, rise), _speed(perigee_km, c3_km2_s2), turn_rad)
    return np.maximum(first, second), np.minimum(first, second)


def by_apogee(perigee_km: Array, apogee_km: Array, turn_rad: Array) -> tuple[Array, Array]:
    """Return both burns of the way that rises to the apogee and turns there, km/s."""
    rise = _apsides(np.asarray(PARKING_RADIUS_KM), apogee_km)
    first = _speed(PARKING_RADIUS_KM, rise) - PARKING_SPEED_KM_S
    end = _apsides(perigee_km, apogee_km)
    return first, turn_km_s(_speed(apogee_km, rise), _speed(apogee_km, end), turn_rad)


def ascent_cost(
    site: LaunchSite,
    inclination_deg: ArrayLike,
    *,
    perigee_altitude_km: ArrayLike = PARKING_ALTITUDE_KM,
    apogee_altitude_km: ArrayLike | None = None,
    c3_km2_s2: ArrayLike | None = None,
    plane_change_deg: ArrayLike = 0.0,
) -> AscentCost:
    """Return what an orbit asks of a vehicle; arguments broadcast.

    Give either `apogee_altitude_km` or `c3_km2_s2`. An orbit by its apogee is reached the cheaper
    way, plane change at perigee or apogee; one by C3 (to the Moon, or away) turns at perigee,
    because its plane is fixed when it leaves.

    Parameters
    ----------
    inclination_deg : array_like
        Of the orbit launched into; outside what the site reaches in plane, the vehicle goes due
        east and turns.
    plane_change_deg : array_like
        A further turn, wherever a site's corridors ask for it.

    Notes
    -----
    Model limits: impulses; altitudes over the equatorial radius; perigees and apogees under
    200 km count as 200 km; the turn is not split between burns; the heading is the site's.
    """
    inclination, perigee, turn = np.broadcast_arrays(
        np.asarray(inclination_deg, dtype=float),
        EARTH_RADIUS_KM + np.maximum(perigee_altitude_km, PARKING_ALTITUDE_KM),
        np.asarray(plane_change_deg, dtype=float),
    )
    turn = np.radians(np.minimum(turn + dogleg_deg(site, inclination), 180.0))
    if apogee_altitude_km is None:
        c3 = np.asarray(c3_km2_s2, dtype=float)
        # The least energy an orbit of this perigee has is that of the circle.
        injection, beyond = by_perigee(perigee, np.maximum(c3, -GM_KM3_S2 / perigee), turn)
    else:
        apogee = np.maximum(EARTH_RADIUS_KM + np.asarray(apogee_altitude_km), perigee)
        low = by_perigee(perigee, _apsides(perigee, apogee), turn)
        high = by_apogee(perigee, apogee, turn)
        cheaper = sum(low) <= sum(high)
        injection, beyond = (np.where(cheaper, a, b) for a, b in zip(low, high, strict=True))
    ascent, injection, beyond = np.broadcast_arrays(
        ascent_km_s(site, inclination), injection, beyond
    )
    return AscentCost(ascent, injection, beyond)
