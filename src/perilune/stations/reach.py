"""How an inclination is reached from a launch site: straight, by a turn on the way, or in orbit.

Geometry and permission are two answers. By geometry a site reaches every inclination from its
geocentric latitude up, and what lies below is a plane change in orbit. By permission it launches
into its corridors only, and straight where it can; else the last stage turns on the way up (a
dogleg), or the plane is changed in orbit, whichever asks less velocity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from perilune.astro.bodies import EARTH_RADIUS_KM
from perilune.phases.ascent_cost import (
    GM_KM3_S2,
    PARKING_SPEED_KM_S,
    ascent_km_s,
    dogleg_deg,
    rotation_km_s,
    turn_km_s,
)
from perilune.phases.corridor import Corridor, Permitted
from perilune.phases.launch import LaunchSite

Array = NDArray[np.float64]

WAYS = ("direct", "dogleg", "plane_change", "none")
"""How an inclination is reached; `none` where a site permits nothing at all."""
DIRECT, DOGLEG, PLANE_CHANGE, NONE = range(4)

TURN_SHARE = 1.0 / 3.0
"""Share of the ascent's range flown when the last stage lights: a quarter to a third of those of
Soyuz, Proton and Long March 3B (assumed)."""
WIDEST_DEG = 60.0
"""Widest turn on the way up (assumed); of those that fly, PSLV's round Sri Lanka is about 50."""
_EDGE_DEG = 1e-9


@dataclass(frozen=True, eq=False)
class Reach:
    """How inclinations are reached from a site; arrays of one shape.

    Attributes
    ----------
    way : ndarray of int
        Index into `WAYS`.
    launch_deg : ndarray
        The inclination launched into.
    heading : ndarray of str
        `northbound` or `southbound`; `either` where both lead there.
    turn_deg : ndarray
        The angle between the plane launched into and the one wanted where it turns; 0 if direct.
    turn_km_s : ndarray
        What the turn costs.
    rotation_km_s : ndarray
        What the launch costs more than the site's cheapest, due east or the lowest permitted.
    """

    way: NDArray[np.int64]
    launch_deg: Array
    heading: NDArray[np.str_]
    turn_deg: Array
    turn_km_s: Array
    rotation_km_s: Array

    @property
    def penalty_m_s(self) -> Array:
        """Turn and lost rotation together, m/s."""
        return 1000.0 * (self.turn_km_s + self.rotation_km_s)


@dataclass(frozen=True)
class LastStage:
    """Where a vehicle's last stage lights, and what velocity it gives.

    Attributes
    ----------
    range_deg : float
        From the site.
    gives_km_s : array_like
        In its burn, with the payload it carries.
    """

    range_deg: float
    gives_km_s: ArrayLike

    def turn(
        self, site: LaunchSite, launch_deg: ArrayLike, sign: float, wanted_deg: ArrayLike
    ) -> tuple[Array, Array]:
        """Return the angle (deg) and velocity (km/s) of a turn into another plane; infinite: none.

        The place lies on the great circle launched into, and both planes contain it. Velocity was
        gained in a straight line from the site's own toward the orbit's; from the last stage's
        ignition on the line bends to the velocity wanted. What that makes it longer is the cost,
        which is below zero where the turn leads eastward.

        Parameters
        ----------
        launch_deg, wanted_deg : array_like
            Inclinations.
        sign : float
            1 for a launch northbound, -1 southbound.
        """
        right, possible = self._bend_rad(site, launch_deg, sign, wanted_deg)
        ascent = ascent_km_s(site, launch_deg)
        east = np.cos(np.radians(launch_deg)) / np.cos(_latitude_rad(site))
        north = sign * np.sqrt(np.maximum(1.0 - east**2, 0.0))
        gained = 1.0 - np.minimum(self.gives_km_s, ascent) / ascent
        speed, spin = PARKING_SPEED_KM_S, rotation_km_s(site)
        along = spin * east + gained * (speed - spin * east)  # velocity at ignition
        across = spin * north * (1.0 - gained)
        bent = np.hypot(speed * np.cos(right) - along, speed * np.sin(right) - across)
        extra = bent - (1.0 - gained) * ascent
        return np.degrees(np.abs(right)), np.where(possible, extra, np.inf)

    def _bend_rad(
        self, site: LaunchSite, launch_deg: ArrayLike, sign: float, wanted_deg: ArrayLike
    ) -> tuple[Array, NDArray[np.bool_]]:
        """Return the smaller turn to the right into the plane wanted, and whether it can be."""
        lat, way = _latitude_rad(site), np.radians(self.range_deg)
        east = np.cos(np.radians(launch_deg))  # times the cosine of latitude, all along the way
        north = sign * np.sqrt(np.maximum(1.0 - (east / np.cos(lat)) ** 2, 0.0))
        sine = np.sin(lat) * np.cos(way) + np.cos(lat) * np.sin(way) * north
        before = np.arctan2(east, np.cos(lat) * np.cos(way) * north - np.sin(lat) * np.sin(way))
        wanted = np.cos(np.radians(wanted_deg)) / np.sqrt(1.0 - sine**2)
        after = np.arcsin(np.clip(wanted, -1.0, 1.0))
        both = np.stack([after - before, np.pi - after - before])
        both = (both + np.pi) % (2.0 * np.pi) - np.pi
        right = np.where(np.abs(both[0]) <= np.abs(both[1]), both[0], both[1])
        return right, (np.abs(wanted) <= 1.0) & (np.abs(right) <= np.radians(WIDEST_DEG))


def _latitude_rad(site: LaunchSite) -> float:
    return float(np.radians(site.point.geocentric_latitude_deg))


def plane_change_km_s(angle_deg: ArrayLike, altitude_km: ArrayLike) -> Array:
    """Return the burn that turns a circular orbit, 2 v sin(angle / 2), km/s; arguments broadcast.

    Vallado, Fundamentals of Astrodynamics, 4th ed., eq. 6-19.
    """
    speed = np.sqrt(GM_KM3_S2 / (EARTH_RADIUS_KM + np.asarray(altitude_km, dtype=float)))
    return turn_km_s(speed, speed, np.radians(angle_deg))


def by_geometry(site: LaunchSite, inclination_deg: ArrayLike, altitude_km: float) -> Reach:
    """Return how a site reaches inclinations if nothing but geometry limits it.

    Model limits: below the site's geocentric latitude the plane is changed in orbit; a vehicle
    that flies toward the equator before it turns is not counted.
    """
    wanted = np.asarray(inclination_deg, dtype=float)
    lowest = site.lowest_inclination_deg
    turn = dogleg_deg(site, wanted)
    launch = np.clip(wanted, lowest, 180.0 - lowest)
    return Reach(
        np.where(turn > 0.0, PLANE_CHANGE, DIRECT),
        launch,
        np.full(wanted.shape, "either"),
        turn,
        plane_change_km_s(turn, altitude_km),
        ascent_km_s(site, launch) - ascent_km_s(site, lowest),
    )


def by_permission(
    site: LaunchSite,
    corridor: Corridor,
    inclination_deg: ArrayLike,
    altitude_km: float,
    last: LastStage | None = None,
) -> Reach:
    """Return how a site reaches inclinations through its corridors, the cheapest way in velocity.

    Every corridor is entered at its edge nearest to the inclination wanted.

    Parameters
    ----------
    last : LastStage, optional
        Of the vehicle; without it only plane changes in orbit are weighed.

    Model limits: what would fall, or fly, over whom after a dogleg is not looked at; a dogleg is
    one turn at one place.
    """
    wanted = np.asarray(inclination_deg, dtype=float)
    spans = corridor.permitted_inclinations(site)
    if not spans:
        return _nothing(wanted)
    cheapest = min(float(ascent_km_s(site, low)) for low, _, _ in spans)
    tries = [
        found
        for span in spans
        for found in _through(site, span, wanted, altitude_km, last, cheapest)
    ]
    straight = corridor.permits(wanted, None, site)
    cost = np.stack(
        [
            np.where(
                straight & (found.way != DIRECT), np.inf, found.turn_km_s + found.rotation_km_s
            )
            for found in tries
        ]
    )
    best = np.argmin(cost, axis=0)

    picked = {
        name: np.take_along_axis(
            np.stack([getattr(found, name) for found in tries]), best[None, ...], axis=0
        )[0]
        for name in Reach.__dataclass_fields__
    }
    return Reach(**picked)


def _through(
    site: LaunchSite,
    span: Permitted,
    wanted: Array,
    altitude_km: float,
    last: LastStage | None,
    cheapest_km_s: float,
) -> list[Reach]:
    """Return the ways through one corridor: a turn in orbit, and one on the way up."""
    low, high, heading = span
    launch = np.clip(wanted, low, high)
    turn = np.abs(wanted - launch)
    direct = turn <= _EDGE_DEG
    rotation = ascent_km_s(site, launch) - cheapest_km_s
    along = np.full(wanted.shape, heading)
    in_orbit = Reach(
        np.where(direct, DIRECT, PLANE_CHANGE),
        launch,
        along,
        np.where(direct, 0.0, turn),
        np.where(direct, 0.0, plane_change_km_s(turn, altitude_km)),
        rotation,
    )
    if last is None:
        return [in_orbit]
    sign = 1.0 if heading == "northbound" else -1.0
    angle, extra = last.turn(site, launch, sign, wanted)
    way = np.full(wanted.shape, DOGLEG)
    return [in_orbit, Reach(way, launch, along, angle, extra, rotation)]


def _nothing(wanted: Array) -> Reach:
    """Return the answer of a site that permits no launch to orbit."""
    never = np.full(wanted.shape, np.inf)
    return Reach(
        np.full(wanted.shape, NONE),
        np.full(wanted.shape, np.nan),
        np.full(wanted.shape, ""),
        np.full(wanted.shape, np.nan),
        never,
        never,
    )
