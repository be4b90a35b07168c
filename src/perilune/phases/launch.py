"""Launch: from a site that rides the turning Earth to a circular parking orbit.

The ascent is a stated duration and range angle: the orbit's plane contains the site at lift-off,
and insertion lies the range angle along it. Azimuth and inclination are to the equator of date,
as launch sites count them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import EARTH_RADIUS_KM
from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.geometry import SurfacePoint
from perilune.astro.orientation import ERA_RATE
from perilune.astro.state import State
from perilune.errors import InputError

Array = NDArray[np.float64]
LocalAxes = tuple[Array, Array, Array, Array]
"""Up, east, north and the Earth's pole, unit vectors in `icrf`."""

_ROUNDING = 1e-12  # a site's own latitude and its supplement are reached


@dataclass(frozen=True)
class Ascent:
    """A powered ascent as its end: how long it takes and how far round it goes."""

    duration_s: float
    range_angle_deg: float


@dataclass(frozen=True)
class LaunchSite:
    """A pad: name and place (geodetic, WGS84)."""

    name: str
    point: SurfacePoint

    @property
    def lowest_inclination_deg(self) -> float:
        """The smallest inclination reachable without a plane change: the geocentric latitude."""
        return abs(self.point.geocentric_latitude_deg)

    def azimuth_deg(self, inclination_deg: float, *, northbound: bool) -> float:
        """Return the inertial azimuth that leads to an inclination.

        Raises
        ------
        InputError
            Where the inclination is below the site's geocentric latitude (or its supplement
            above).
        """
        latitude = np.radians(self.point.geocentric_latitude_deg)
        sine = np.cos(np.radians(inclination_deg)) / np.cos(latitude)
        if abs(sine) > 1.0 + _ROUNDING:
            low = self.lowest_inclination_deg
            raise InputError(
                f"inclination {inclination_deg:g} deg cannot be reached from {self.name}: "
                f"expected {low:.3f} to {180.0 - low:.3f} deg (the site's geocentric latitude "
                "is the smallest)"
            )
        azimuth = float(np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0))))
        return azimuth % 360.0 if northbound else 180.0 - azimuth


@dataclass(frozen=True, eq=False)
class Insertion:
    """A parking orbit's first state, and how it changes with azimuth and lift-off.

    Attributes
    ----------
    state : State
    by_azimuth : ndarray, shape (6,)
        Derivative to the azimuth, per rad.
    by_lift_off : ndarray, shape (6,)
        Derivative to the lift-off instant at fixed azimuth, per second: the site rides along.
    """

    state: State
    by_azimuth: Array
    by_lift_off: Array


@dataclass(frozen=True)
class Launch:
    """A launch from a site, by an ascent, into a circular orbit at an altitude.

    `hold_s` has the parking orbit reached that much later where it lay: what phasing orbits come
    to, for first guesses.

    Model limits: the ascent is not flown; parking orbits are circular at the altitude over the
    equatorial radius.
    """

    site: LaunchSite
    ascent: Ascent
    parking_altitude_km: float
    hold_s: float = 0.0

    @property
    def radius_km(self) -> float:
        """Radius of the parking orbit, km."""
        return EARTH_RADIUS_KM + self.parking_altitude_km

    def local_axes(self, lift_off: Epoch, env: Environment) -> LocalAxes:
        """Return up, east, north (geocentric) and the Earth's pole at lift-off."""
        matrix = env.earth.itrf_matrix(lift_off)
        fixed = self.site.point.fixed_km()
        up = (fixed / np.linalg.norm(fixed)) @ matrix
        pole = matrix[2]
        east = np.cross(pole, up)
        east = east / np.linalg.norm(east)
        return up, east, np.cross(up, east), pole

    def insertion(
        self, lift_off: Epoch, azimuth_rad: float, axes: LocalAxes, env: Environment
    ) -> Insertion:
        """Return the state on reaching the parking orbit, with its derivatives.

        `axes` are `local_axes(lift_off, env)`: they cost more than the rest, and keep.
        """
        up, east, north, pole = axes
        ahead = np.cos(azimuth_rad) * north + np.sin(azimuth_rad) * east
        angle = np.radians(self.ascent.range_angle_deg)
        speed = np.sqrt(env.constants.gm("earth") / self.radius_km)
        r = self.radius_km * (np.cos(angle) * up + np.sin(angle) * ahead)
        v = speed * (np.cos(angle) * ahead - np.sin(angle) * up)
        state = State(lift_off + (self.ascent.duration_s + self.hold_s), "earth", "icrf", r, v)
        spin = ERA_RATE * pole
        return Insertion(
            state,
            np.concatenate([np.cross(-up, r), np.cross(-up, v)]),
            np.concatenate([np.cross(spin, r), np.cross(spin, v)]),
        )
