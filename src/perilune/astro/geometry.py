"""Where a spacecraft is seen from the ground, and what the Sun does: points, altitude, shadow.

Earth positions are geodetic over the WGS84 ellipsoid; lunar ones are in `moon_me` axes over the
sphere of 1737.4 km.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import erfa
import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import EARTH_FLATTENING, EARTH_RADIUS_KM, MOON_RADIUS_KM, RADIUS_KM
from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.errors import ModelError, UnknownName

Array = NDArray[np.float64]

SURFACE_AXES = {"earth": "itrf", "moon": "moon_me"}
"""The body-fixed axes that latitudes and longitudes refer to."""


@dataclass(frozen=True, eq=False)
class Subpoint:
    """The point below a spacecraft: degrees and km; arrays broadcast."""

    latitude_deg: Any
    longitude_deg: Any
    altitude_km: Any


@dataclass(frozen=True)
class SurfacePoint:
    """A place on the Earth (geodetic, WGS84) or the Moon (`moon_me`, 1737.4 km sphere)."""

    body: str
    latitude_deg: float
    longitude_deg: float
    altitude_km: float = 0.0

    def __post_init__(self) -> None:
        if self.body not in SURFACE_AXES:
            raise UnknownName("body with places on it", self.body, SURFACE_AXES)
        if not (abs(self.latitude_deg) <= 90.0 and abs(self.longitude_deg) <= 360.0):
            raise ModelError(
                f"latitude_deg {self.latitude_deg}, longitude_deg {self.longitude_deg}: expected "
                "-90 to 90 and -360 to 360"
            )
        if not np.isfinite(self.altitude_km):
            raise ModelError(f"altitude_km is {self.altitude_km}: expected a number")

    def fixed_km(self) -> Array:
        """Return the position in the body's surface axes, km, shape (3,)."""
        lat, lon = np.radians(self.latitude_deg), np.radians(self.longitude_deg)
        if self.body == "earth":
            return np.asarray(
                erfa.gd2gce(EARTH_RADIUS_KM, EARTH_FLATTENING, lon, lat, self.altitude_km)
            )
        return (MOON_RADIUS_KM + self.altitude_km) * self.vertical()

    def vertical(self) -> Array:
        """Return the local vertical (ellipsoid normal) in the body's surface axes, shape (3,)."""
        lat, lon = np.radians(self.latitude_deg), np.radians(self.longitude_deg)
        return np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])

    @property
    def geocentric_latitude_deg(self) -> float:
        """Angle of the position above the equator as seen from the body's center, deg."""
        x, y, z = self.fixed_km()
        return float(np.degrees(np.arctan2(z, np.hypot(x, y))))

    def state(self, epoch: Epoch, env: Environment) -> State:
        """Return the point's own motion, body-centered `icrf`."""
        r = np.broadcast_to(self.fixed_km(), (*epoch.shape, 3))
        fixed = State(epoch, self.body, SURFACE_AXES[self.body], r, np.zeros_like(r))
        return fixed.to(axes="icrf", env=env)


def subpoint(state: State, env: Environment) -> Subpoint:
    """Return latitude, longitude and altitude over the state's center (earth or moon).

    Raises
    ------
    ModelError
        Where the center has no surface here.
    """
    if state.center not in SURFACE_AXES:
        raise ModelError(f"no surface is known for '{state.center}': use earth or moon")
    if state.center == "earth" and state.axes == "icrf":  # the turn alone, without its rate
        r = np.einsum("...ij,...j->...i", env.earth.itrf_matrix(state.epoch), state.r_km)
    else:
        r = state.to(axes=SURFACE_AXES[state.center], env=env).r_km
    if state.center == "earth":
        lon, lat, height = erfa.gc2gde(EARTH_RADIUS_KM, EARTH_FLATTENING, r)
    else:
        distance = np.linalg.norm(r, axis=-1)
        lon, lat = np.arctan2(r[..., 1], r[..., 0]), np.arcsin(r[..., 2] / distance)
        height = distance - MOON_RADIUS_KM
    return Subpoint(np.degrees(lat)[()], np.degrees(lon)[()], np.asarray(height)[()])


def altitude_km(state: State, env: Environment) -> Any:
    """Return the height over the ellipsoid (earth) or the 1737.4 km sphere (moon), km."""
    if state.center == "moon":
        return (np.linalg.norm(state.r_km, axis=-1) - MOON_RADIUS_KM)[()]
    return subpoint(state, env).altitude_km


def elevation_deg(point: SurfacePoint, target: State, env: Environment) -> Any:
    """Return the geometric elevation of `target` over the horizon of a surface point, deg.

    No refraction, no light time, no terrain.
    """
    axes = SURFACE_AXES[point.body]
    line = target.to(center=point.body, axes=axes, env=env).r_km - point.fixed_km()
    sine = line @ point.vertical() / np.linalg.norm(line, axis=-1)
    return np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0)))[()]


def body_elevation_deg(point: SurfacePoint, body: str, epoch: Epoch, env: Environment) -> Any:
    """Return the geometric elevation of a body's center over a surface point's horizon, deg."""
    zeros = np.zeros((*epoch.shape, 3))
    return elevation_deg(point, State(epoch, body, "icrf", zeros, zeros), env)


def sunlit_fraction(
    state: State, env: Environment, *, shadows: tuple[str, ...] = ("earth", "moon")
) -> Any:
    """Return the visible fraction of the Sun's disc, 1 in full light and 0 in umbra.

    Overlap of two discs (Montenbruck & Gill 2000, section 3.4.2). Model limits: spherical bodies,
    no atmosphere, uniform solar disc, geometric positions.
    """
    sun = _seen_from(state, "sun", env)
    fraction = np.ones(np.shape(sun)[:-1])
    for body in shadows:
        fraction = np.minimum(fraction, _uncovered(sun, _seen_from(state, body, env), body))
    return fraction[()]


def _seen_from(state: State, body: str, env: Environment) -> Array:
    """Return the vector from the spacecraft to a body, `icrf`, km."""
    here = state.to(axes="icrf", env=env)
    if body == state.center:
        return -here.r_km
    return env.ephemeris.state(body, state.center, state.epoch)[0] - here.r_km


def _uncovered(sun: Array, other: Array, body: str) -> Array:
    d_sun, d_other = np.linalg.norm(sun, axis=-1), np.linalg.norm(other, axis=-1)
    a = np.arcsin(np.minimum(RADIUS_KM["sun"] / d_sun, 1.0))
    b = np.arcsin(np.minimum(RADIUS_KM[body] / d_other, 1.0))
    cosine = np.sum(sun * other, axis=-1) / (d_sun * d_other)
    c = np.arccos(np.clip(cosine, -1.0, 1.0))
    with np.errstate(invalid="ignore", divide="ignore"):
        x = (c * c + a * a - b * b) / (2.0 * c)
        y = np.sqrt(np.maximum(a * a - x * x, 0.0))
        overlap = (
            a * a * np.arccos(np.clip(x / a, -1, 1))
            + b * b * np.arccos(np.clip((c - x) / b, -1, 1))
            - c * y
        )
        partial = 1.0 - overlap / (np.pi * a * a)
    annular = 1.0 - np.minimum(b / a, 1.0) ** 2
    return np.asarray(np.where(c >= a + b, 1.0, np.where(c <= np.abs(b - a), annular, partial)))
