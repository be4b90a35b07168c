"""What a return from the Moon aims at: the entry interface before a landing zone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro import frames
from perilune.astro.bodies import EARTH_RADIUS_KM
from perilune.astro.environment import Environment
from perilune.astro.geometry import SurfacePoint, subpoint
from perilune.astro.state import State
from perilune.errors import InputError

Array = NDArray[np.float64]

EARTH_TURN_RAD_S = 7.292115e-5
"""Rate of the Earth's turn (IERS Conventions 2010, table 1.2)."""

_ENTRY_SPEED_KM_S = 7.0
_PARACHUTE_S = 480.0
_SETTLED = 1e-11


@dataclass(frozen=True)
class Way:
    """One of the ways to a zone: how the plane leaves the Moon, how the track meets the zone."""

    north: bool
    ascending: bool

    @property
    def name(self) -> str:
        """`ascending` or `descending`: whether the track goes north or south at the zone."""
        return "ascending" if self.ascending else "descending"


@dataclass(frozen=True)
class ReturnTarget:
    """The entry interface wanted, and the landing zone its track leads to.

    Exactly one of `inclination_deg`, `azimuth_deg` and `downrange_km` is given; the two others
    follow from the Moon's place.

    Attributes
    ----------
    zone : SurfacePoint
        Middle of the landing zone, on the Earth.
    radius_km : float
        Of the zone: how far the track may pass beside its middle.
    altitude_km : float
        Geodetic (WGS84).
    flight_path_angle_deg : float
        Of the inertial velocity to the geocentric horizontal; negative.
    inclination_deg : float, optional
        Of the approach to the Earth's true equator.
    azimuth_deg : float, optional
        Of the inertial velocity at the interface, clockwise from north.
    downrange_km : float, optional
        From interface to zone: arc in the orbit plane times 6378.137 km.
    downrange_limits_km : tuple of float
        What the capsule can fly, where the downrange is not itself given.
    entry_duration_s : float, optional
        From interface to landing. Default: downrange at 7 km/s and 480 s under the parachute, an
        estimate (the Earth turns the zone by 0.25 deg a minute).

    Model limits: the entry flies in the plane of the approach, as a lifting capsule without bank
    and without winds would.
    """

    zone: SurfacePoint
    flight_path_angle_deg: float
    radius_km: float = 50.0
    altitude_km: float = 120.0
    inclination_deg: float | None = None
    azimuth_deg: float | None = None
    downrange_km: float | None = None
    downrange_limits_km: tuple[float, float] = (1000.0, 9500.0)
    entry_duration_s: float | None = None

    def __post_init__(self) -> None:
        given = [self.inclination_deg, self.azimuth_deg, self.downrange_km]
        if sum(x is not None for x in given) != 1:
            raise InputError(
                "an Earth return needs exactly one of inclination_deg, azimuth_deg and "
                "downrange_km: the others follow from where the Moon is"
            )
        if self.zone.body != "earth":
            raise InputError(f"the landing zone is on the {self.zone.body}: expected the earth")
        if not -89.0 <= self.flight_path_angle_deg < 0.0:
            raise InputError(
                f"flight_path_angle_deg is {self.flight_path_angle_deg}: expected -89 to below 0"
            )

    @property
    def downrange_rad(self) -> float:
        """The downrange given, as an arc."""
        return (self.downrange_km or 0.0) / EARTH_RADIUS_KM

    def glide_s(self, downrange: Any) -> Any:
        """Return the time from interface to landing for an arc (rad), s."""
        if self.entry_duration_s is not None:
            return self.entry_duration_s + 0.0 * downrange
        return downrange * EARTH_RADIUS_KM / _ENTRY_SPEED_KM_S + _PARACHUTE_S

    def ways(self, track: str | None = None) -> tuple[Way, ...]:
        """Return every way to try, or those whose name is `track`.

        Where the downrange is given there is one (eastward), ascending by name.
        """
        ways = [Way(n, a) for n in (True, False) for a in (True, False)]
        if self.downrange_km is not None:
            ways = ways[:1]
        return tuple(way for way in ways if track in (None, way.name))

    def within_reach(self, downrange: Any) -> Any:
        """Say whether the capsule can fly a downrange (rad)."""
        if self.downrange_km is not None:
            return np.ones_like(downrange, dtype=bool)
        low, high = self.downrange_limits_km
        arc_km = np.asarray(downrange) * EARTH_RADIUS_KM
        return (arc_km >= low) & (arc_km <= high)


@dataclass(frozen=True)
class Interface:
    """What an entry-interface state is, and how its track passes the zone.

    Attributes
    ----------
    speed_km_s : float
        Inertial.
    ground_speed_km_s : float
        Relative to the turning Earth.
    across : float
        How far the zone lies left of the track at landing, rad.
    downrange : float
        rad.
    """

    altitude_km: float
    latitude_deg: float
    longitude_deg: float
    speed_km_s: float
    ground_speed_km_s: float
    flight_path_angle: float
    azimuth: float
    inclination: float
    across: float
    downrange: float
    ascending: bool

    @classmethod
    def of(cls, state: State, target: ReturnTarget, env: Environment) -> Interface:
        """Return the interface figures of an Earth-centered state."""
        r, v = state.r_km, state.v_km_s
        distance, speed = float(np.linalg.norm(r)), float(np.linalg.norm(v))
        normal = np.cross(r, v)
        normal = normal / np.linalg.norm(normal)
        pole = frames.from_icrf("itrf", state.epoch, env)[0][2]
        up = r / distance
        east = np.cross(pole, up)
        east = east / np.linalg.norm(east)
        below, fixed = subpoint(state, env), state.to(axes="itrf", env=env)
        across, downrange = _zone(up, normal, state, target, env)
        return cls(
            float(below.altitude_km),
            float(below.latitude_deg),
            float(below.longitude_deg),
            speed,
            float(np.linalg.norm(fixed.v_km_s)),
            float(np.arcsin((r @ v) / (distance * speed))),
            float(np.arctan2(v @ east, v @ np.cross(up, east)) % (2.0 * np.pi)),
            float(np.arctan2(np.linalg.norm(np.cross(normal, pole)), normal @ pole)),
            across,
            downrange,
            _climbs_to(normal, pole, up, downrange),
        )

    def misses(self, target: ReturnTarget) -> Array:
        """Return how far off the goals are, rad: flight-path angle, across, and the third one."""
        if target.inclination_deg is not None:
            third = self.inclination - np.radians(target.inclination_deg)
        elif target.azimuth_deg is not None:
            third = self.azimuth - np.radians(target.azimuth_deg)
            third = (third + np.pi) % (2.0 * np.pi) - np.pi
        else:
            third = self.downrange - target.downrange_rad
        angle = self.flight_path_angle - np.radians(target.flight_path_angle_deg)
        return np.array([angle, self.across, third])


def _zone(
    up: Array, normal: Array, state: State, target: ReturnTarget, env: Environment
) -> tuple[float, float]:
    """Return how far the zone is left of the track and down it at landing, rad.

    The landing comes the later the longer the way, and takes the zone along: solved by secants.
    """
    ahead = np.cross(normal, up)

    def look(downrange: float) -> tuple[float, float]:
        landing = state.epoch + float(target.glide_s(downrange))
        place = target.zone.state(landing, env).r_km
        place = place / np.linalg.norm(place)
        return float(np.arcsin(place @ normal)), float(np.arctan2(place @ ahead, place @ up))

    here = target.downrange_rad or 1.0
    across, there = look(here)
    gap = _forward(there, here) - here
    step = gap
    for _ in range(20):
        if abs(step) < _SETTLED or target.entry_duration_s is not None:
            break
        here += step
        before, (across, there) = gap, look(here)
        gap = _forward(there, here) - here
        step = gap * step / (before - gap) if abs(before - gap) > 0.5 * abs(step) else gap
    return across, (here + gap) % (2.0 * np.pi)


def _forward(angle: float, near: float) -> float:
    """Return an angle, moved by whole turns to the nearest one."""
    return near + (angle - near + np.pi) % (2.0 * np.pi) - np.pi


def _climbs_to(normal: Array, pole: Array, up: Array, downrange: float) -> bool:
    """Say whether the track goes north where it passes the zone."""
    ahead = np.cross(normal, up)
    there = np.cos(downrange) * ahead - np.sin(downrange) * up
    return bool(there @ pole > 0.0)
