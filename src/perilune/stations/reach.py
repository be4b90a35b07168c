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
    ascent_km_s,
    dogleg_deg,
    turn_km_s,
)
from perilune.phases.corridor import Corridor, Permitted
from perilune.phases.launch import LaunchSite
from perilune.stations.dogleg import LastStage

Array = NDArray[np.float64]

WAYS = ("direct", "dogleg", "plane_change", "none")
"""How an inclination is reached; `none` where a site permits nothing at all."""
DIRECT, DOGLEG, PLANE_CHANGE, NONE = range(4)

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
