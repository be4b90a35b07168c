"""The way home by two-body formulas: from a place far out to a landing zone on the turning Earth.

A return conic is decided by its plane, its perigee and its flight time. The perigee follows from
the flight-path angle at the interface; the plane from the inclination, the azimuth or the downrange
asked for; the flight time from the hour at which the Earth has turned the zone under the track.
`home` gives the velocity that such a conic needs at any place: at the Moon it seeds a trans-Earth
injection, on the way it says what is still missing. Arrays broadcast over places and instants.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import EARTH_FLATTENING, EARTH_RADIUS_KM
from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.phases.earth_return_target import EARTH_TURN_RAD_S, ReturnTarget, Way
from perilune.targeting.conic import time_from_periapsis, transfer_from_periapsis

Array = NDArray[np.float64]

_TURNS = 12
_PATCHES = 2
_NEWTON, _STEP = 5, 1e-6
_SETTLED_S = 0.02
INFLUENCE_KM = 66_200.0
"""Where seeds pass from the Moon to the Earth: the Moon's sphere of influence (Laplace)."""


@dataclass(frozen=True, eq=False)
class Home:
    """Return conics from given places: arrays of one length.

    Attributes
    ----------
    v_km_s : ndarray, shape (n, 3)
        Earth-centered `icrf` velocity needed at the place.
    flight_s : ndarray
        To the interface.
    downrange : ndarray
        Arc from interface to zone in the orbit plane, rad.
    inclination : ndarray
        To the Earth's true equator, rad.
    possible : ndarray of bool
        Whether a plane as asked for holds the place and reaches the zone's latitude.
    """

    v_km_s: Array
    flight_s: Array
    downrange: Array
    inclination: Array
    possible: NDArray[np.bool_]


def home(
    r_km: Array,
    epoch: Epoch,
    flight_s: Any,
    target: ReturnTarget,
    way: Way,
    env: Environment,
) -> Home:
    """Return the conics home whose flight times lie nearest to the ones given.

    Parameters
    ----------
    r_km : ndarray, shape (n, 3)
        Earth-centered `icrf` places.
    epoch : Epoch
        One instant, or n.
    flight_s : float or ndarray
        Rough time to the interface, s: the nearest passage of the zone is taken.

    Model limits: two-body; the Earth's pole stands still during the flight.
    """
    r_km = np.atleast_2d(r_km)
    gm = env.constants.gm("earth")
    matrix = np.broadcast_to(env.earth.itrf_matrix(epoch), (len(r_km), 3, 3))
    distance = np.linalg.norm(r_km, axis=-1)
    x, y, z = np.moveaxis(np.einsum("nij,nj->ni", matrix, r_km / distance[:, None]), -1, 0)
    latitude, longitude = np.arcsin(np.clip(z, -1.0, 1.0)), np.arctan2(y, x)
    time = np.broadcast_to(np.asarray(flight_s, dtype=float), distance.shape).copy()
    entry_km = np.full_like(distance, EARTH_RADIUS_KM + target.altitude_km)
    inverse = np.full_like(distance, 2.0 / distance)
    arc: _Arc | None = None
    for _ in range(_TURNS):
        periapsis = _periapsis(entry_km, inverse, target)
        before = _to_periapsis(periapsis, inverse, entry_km, gm)
        arc = _Arc.near(arc, periapsis, distance, time + before, entry_km, gm)
        inverse = arc.inverse
        plane = _plane(latitude, arc.to_entry, target, way)
        entry_km = _entry_radius(plane, latitude, arc.to_entry, target)
        east = plane.longitude_at(latitude, plane.to_zone) + longitude
        landing_s = time + target.glide_s(plane.to_zone - arc.to_entry)
        zone = np.radians(target.zone.longitude_deg) + EARTH_TURN_RAD_S * landing_s
        late = (east - zone + np.pi) % (2.0 * np.pi) - np.pi
        time = time + late / EARTH_TURN_RAD_S
        if np.abs(late).max() < _SETTLED_S * EARTH_TURN_RAD_S:
            break
    assert arc is not None
    v = _velocity(plane.heading, latitude, longitude, arc, distance, gm)
    return Home(
        np.einsum("nji,nj->ni", matrix, v),
        time,
        plane.to_zone - arc.to_entry,
        np.arccos(np.clip(np.cos(latitude) * np.sin(plane.heading), -1.0, 1.0)),
        plane.possible,
    )


@dataclass(frozen=True, eq=False)
class _Arc:
    """The conic in its plane: from the place to the interface."""

    periapsis: Array
    inverse: Array  # 1/a
    angle: Array  # from the place to the perigee
    to_entry: Array  # from the place to the interface

    @classmethod
    def solve(
        cls, periapsis: Array, distance: Array, time: Array, entry_km: Array, gm: float
    ) -> _Arc:
        time = np.maximum(time, 60.0)
        speed, angle = transfer_from_periapsis(periapsis, distance, time, gm)  # type: ignore[arg-type]
        inverse = 2.0 / periapsis - speed**2 / gm
        return cls(periapsis, inverse, angle, angle - _anomaly(periapsis, inverse, entry_km))

    @classmethod
    def near(
        cls,
        last: _Arc | None,
        periapsis: Array,
        distance: Array,
        time: Array,
        entry_km: Array,
        gm: float,
    ) -> _Arc:
        """Return the arc by Newton's method from a neighbor; where that fails, from scratch."""
        if last is None or (last.angle > np.pi).any():
            return cls.solve(periapsis, distance, time, entry_km, gm)
        inverse = last.inverse
        for _ in range(_NEWTON):
            step = _STEP * 2.0 / distance
            low, high = (
                np.asarray(time_from_periapsis(periapsis, x, distance, gm))  # type: ignore[arg-type]
                for x in (inverse - step, inverse)
            )
            with np.errstate(divide="ignore", invalid="ignore"):
                inverse = inverse - (high - time) * step / (high - low)
            if not (np.isfinite(inverse) & (inverse < 2.0 / (periapsis + distance))).all():
                break
            if np.abs(high - time).max() < 1e-3:
                angle = _anomaly(periapsis, inverse, distance)
                return cls(
                    periapsis, inverse, angle, angle - _anomaly(periapsis, inverse, entry_km)
                )
        return cls.solve(periapsis, distance, time, entry_km, gm)


def _anomaly(periapsis: Array, inverse: Array, distance: Array) -> Array:
    """Return the true anomaly of a distance, outwards."""
    e = 1.0 - periapsis * inverse
    cosine = (periapsis * (1.0 + e) / distance - 1.0) / e
    return np.asarray(np.arccos(np.clip(cosine, -1.0, 1.0)))


def _periapsis(entry_km: Array, inverse: Array, target: ReturnTarget) -> Array:
    """Return the perigee of the conic with this 1/a and the flight-path angle at the interface."""
    cosine = np.cos(np.radians(target.flight_path_angle_deg))
    c = entry_km * (2.0 - entry_km * inverse) * cosine**2
    return np.asarray(c / (1.0 + np.sqrt(np.maximum(1.0 - inverse * c, 0.0))))


def _to_periapsis(periapsis: Array, inverse: Array, entry_km: Array, gm: float) -> Array:
    return np.asarray(time_from_periapsis(periapsis, inverse, entry_km, gm))  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class _Plane:
    """The plane of a way home: its heading at the place, and where it passes the zone."""

    heading: Array  # clockwise from north
    to_zone: Array  # arc from the place
    possible: NDArray[np.bool_]

    def longitude_at(self, latitude: Array, arc: Array) -> Array:
        """Return how far east of the place the track is after an arc."""
        a = self.heading
        across = np.sin(arc) * np.sin(a)
        along = np.cos(latitude) * np.cos(arc) - np.sin(latitude) * np.sin(arc) * np.cos(a)
        return np.asarray(np.arctan2(across, along))


def _plane(latitude: Array, to_entry: Array, target: ReturnTarget, way: Way) -> _Plane:
    zone = np.radians(target.zone.geocentric_latitude_deg)
    sin_d, cos_d = np.sin(latitude), np.cos(latitude)
    if target.downrange_km is not None:
        to_zone = to_entry + target.downrange_rad
        cosine = (np.sin(zone) - sin_d * np.cos(to_zone)) / (cos_d * np.sin(to_zone))
        heading = np.arccos(np.clip(cosine, -1.0, 1.0))
        return _Plane(heading, to_zone, np.abs(cosine) <= 1.0)
    if target.inclination_deg is not None:
        sine = np.cos(np.radians(target.inclination_deg)) / cos_d
        possible = np.abs(sine) <= 1.0
        heading = np.arcsin(np.clip(sine, -1.0, 1.0))
        heading = heading if way.north else np.pi - heading
    else:
        heading, possible = _heading_for_azimuth(sin_d, cos_d, to_entry, target, way)
    top = np.hypot(sin_d, cos_d * np.cos(heading))  # sine of the highest latitude
    where = np.arctan2(cos_d * np.cos(heading), sin_d)
    reached = np.abs(np.sin(zone)) <= top
    off = np.arccos(np.clip(np.sin(zone) / np.maximum(top, 1e-12), -1.0, 1.0))
    to_zone = where + (-off if way.ascending else off)
    to_zone = to_entry + (to_zone - to_entry) % (2.0 * np.pi)
    return _Plane(heading, to_zone, possible & reached)


def _heading_for_azimuth(
    sin_d: Array, cos_d: Array, to_entry: Array, target: ReturnTarget, way: Way
) -> tuple[Array, NDArray[np.bool_]]:
    """Return the heading that has become the azimuth wanted at the interface.

    On a great circle tan(az) = cos d sin A / (cos d cos A cos t - sin d sin t): linear in the sine
    and cosine of the heading A.
    """
    azimuth = np.radians(target.azimuth_deg or 0.0)
    a = cos_d * np.cos(azimuth)
    b = -np.sin(azimuth) * cos_d * np.cos(to_entry)
    c = -np.sin(azimuth) * sin_d * np.sin(to_entry)
    size = np.hypot(a, b)
    off = np.arccos(np.clip(c / size, -1.0, 1.0))
    heading = np.arctan2(a, b) + (off if way.north else -off)
    # both signs of the tangent's fraction satisfy the equation: keep the one that heads this way
    right = np.sin(heading) * np.sin(azimuth) >= 0.0
    return heading, (np.abs(c) <= size) & right


def _entry_radius(plane: _Plane, latitude: Array, to_entry: Array, target: ReturnTarget) -> Array:
    sine = np.sin(latitude) * np.cos(to_entry)
    sine = sine + np.cos(latitude) * np.cos(plane.heading) * np.sin(to_entry)
    return np.asarray(EARTH_RADIUS_KM * (1.0 - EARTH_FLATTENING * sine**2) + target.altitude_km)


def _velocity(
    heading: Array, latitude: Array, longitude: Array, arc: _Arc, distance: Array, gm: float
) -> Array:
    """Return the velocity at the place in the Earth's axes of the instant (not turning)."""
    e = 1.0 - arc.periapsis * arc.inverse
    h = np.sqrt(gm * arc.periapsis * (1.0 + e))
    out = -(gm / h) * e * np.sin(arc.angle)
    c, s = np.cos(longitude), np.sin(longitude)
    cl, sl = np.cos(latitude), np.sin(latitude)
    up = np.stack([cl * c, cl * s, sl], axis=-1)
    north = np.stack([-sl * c, -sl * s, cl], axis=-1)
    east = np.stack([-s, c, np.zeros_like(s)], axis=-1)
    ahead = np.cos(heading)[:, None] * north + np.sin(heading)[:, None] * east
    return np.asarray(out[:, None] * up + (h / distance)[:, None] * ahead)


def leaving(
    epoch: Epoch, flight_s: Any, target: ReturnTarget, way: Way, env: Environment
) -> tuple[Array, Home]:
    """Return the excess velocity at the Moon (km/s, `icrf`, shape (n, 3)) that starts a way home.

    Patched at the sphere of influence, where the spacecraft is when it leaves the Moon's pull.
    `epoch` is an array of n instants of injection, `flight_s` counts from them.
    """
    gm = env.constants.gm("moon")
    flight = np.broadcast_to(np.asarray(flight_s, dtype=float), epoch.shape)
    moon, moon_v = env.ephemeris.state("moon", "earth", epoch)
    found = home(moon, epoch, flight, target, way, env)
    excess = found.v_km_s - moon_v
    for _ in range(_PATCHES):
        size = np.linalg.norm(excess, axis=-1)
        ahead = excess / size[:, None]
        inverse = -(size**2) / gm
        on_way = time_from_periapsis(1900.0, inverse, INFLUENCE_KM, gm)
        then = epoch + on_way
        moon, moon_v = env.ephemeris.state("moon", "earth", then)
        place = moon + INFLUENCE_KM * ahead
        found = home(place, then, flight - on_way, target, way, env)
        there = found.v_km_s - moon_v
        speed = np.linalg.norm(there, axis=-1)
        kept = np.sqrt(np.maximum(speed**2 - 2.0 * gm / INFLUENCE_KM, 0.09))
        excess = there * (kept / speed)[:, None]
        flight = found.flight_s + on_way
    return excess, Home(found.v_km_s, flight, found.downrange, found.inclination, found.possible)


def escape_velocity(r_km: Array, excess: Array, gm: float) -> Array:
    """Return the velocity (km/s) at places that ends in an excess velocity; shape (n, 3).

    Source: Battin 1999, An Introduction to the Mathematics and Methods of Astrodynamics (the
    hyperbola through a place with a given asymptote).
    """
    r = np.linalg.norm(r_km, axis=-1, keepdims=True)
    size = np.linalg.norm(excess, axis=-1, keepdims=True)
    up, ahead = r_km / r, excess / size
    cosine = np.sum(up * ahead, axis=-1, keepdims=True)
    d = np.sqrt(1.0 + 4.0 * gm / (r * size**2 * np.maximum(1.0 + cosine, 1e-9)))
    return np.asarray(0.5 * size * ((d + 1.0) * ahead + (d - 1.0) * up))
