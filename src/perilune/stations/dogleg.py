"""A turn on the way up: a vehicle's last stage leaves the plane it was launched into."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from perilune.phases.ascent_cost import PARKING_SPEED_KM_S, ascent_km_s, rotation_km_s
from perilune.phases.launch import LaunchSite

Array = NDArray[np.float64]

TURN_SHARE = 0.25
"""Share of the ascent's range flown when the last stage lights: assumed, as with Soyuz, Proton and
Long March 3B, some 500 to 800 km of their 2,400 to 5,400 km."""
WIDEST_DEG = 60.0
"""Widest turn on the way up (assumed); of those that fly, PSLV's round Sri Lanka is about 50."""


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
