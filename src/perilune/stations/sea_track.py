"""The ground track of a circular orbit, and its passes over an area of sea."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import EARTH_RADIUS_KM
from perilune.stations.decay import DecayOrbit
from perilune.stations.descent import below
from perilune.stations.orbit_average import GM_KM3_S2, Orbits, turning
from perilune.stations.space_weather import mjd_utc

Array = NDArray[np.float64]

STEP_S = 20.0
"""Between points of a track."""
_TURN = 2.0 * np.pi


@dataclass(frozen=True)
class OceanArea:
    """An area of sea between parallels and meridians.

    Attributes
    ----------
    name : str
    south_deg, north_deg, west_deg, east_deg : float
        Longitudes from west to east, across the date line where west is greater.
    source, confidence : str
    """

    name: str
    south_deg: float
    north_deg: float
    west_deg: float
    east_deg: float
    source: str = ""
    confidence: str = "assumed"

    def contains(self, latitude_deg: Any, longitude_deg: Any) -> Any:
        """Return whether places lie in it."""
        width = (self.east_deg - self.west_deg) % 360.0
        inside = (np.asarray(longitude_deg) - self.west_deg) % 360.0 <= width
        return inside & (self.south_deg <= latitude_deg) & (latitude_deg <= self.north_deg)


SOUTH_PACIFIC = OceanArea(
    "South Pacific Ocean Uninhabited Area", -60.0, -25.0, -175.0, -85.0,
    source="the waters around Point Nemo used since 1971; edges taken to clear land by 500 km",
)  # fmt: skip
"""Where Mir, Salyut and supply ships were brought down."""


@dataclass(frozen=True)
class Circle:
    """A circular orbit whose node J2 turns.

    Attributes
    ----------
    mjd : float
        Of its epoch (UTC).
    sma_km : float
    inclination, node, argument : float
        rad; node and argument of latitude at the epoch.
    node_rate, argument_rate : float
        rad/s.
    """

    mjd: float
    sma_km: float
    inclination: float
    node: float
    node_rate: float
    argument: float
    argument_rate: float

    @classmethod
    def of(cls, orbit: DecayOrbit, argument_deg: float) -> Circle:
        """Return the circle of an orbit's altitude; `argument_deg` is that of latitude."""
        inclination, node, argument = np.radians(
            [orbit.inclination_deg, orbit.node_deg, argument_deg]
        )
        sma = orbit.altitude_km + EARTH_RADIUS_KM
        one = Orbits(np.array([sma]), np.zeros(1), np.zeros(1))
        node_rate, perigee_rate = (float(rate[0]) for rate in turning(one, float(inclination)))
        drift = perigee_rate + _mean_rate(one, float(inclination))
        return cls(mjd_utc(orbit.epoch), sma, float(inclination), float(node), node_rate,
                   float(argument), float(np.sqrt(GM_KM3_S2 / sma**3)) + drift)  # fmt: skip

    @property
    def turn_s(self) -> float:
        """Time from node to node."""
        return _TURN / self.argument_rate

    def axes(self, seconds: Any) -> tuple[Array, Array]:
        """Return unit vectors out and ahead, equator of date, after a time."""
        u = self.argument + self.argument_rate * np.asarray(seconds)
        node = self.node + self.node_rate * np.asarray(seconds)
        return _unit(u, node, self.inclination), _unit(u + 0.25 * _TURN, node, self.inclination)

    def track(self, seconds: Array) -> tuple[Array, Array]:
        """Return geodetic latitude and longitude (deg) below it after times."""
        return below(self.axes(seconds)[0], self.mjd + seconds / 86400.0)


def _mean_rate(one: Orbits, inclination: float) -> float:
    """Return what J2 adds to the mean motion, rad/s (Vallado 4th ed., 9-41)."""
    node_rate = float(turning(one, inclination)[0][0])
    cos_i = np.cos(inclination)
    return float(-node_rate / cos_i * (1.0 - 1.5 * np.sin(inclination) ** 2)) if cos_i else 0.0


def _unit(u: Any, node: Any, inclination: float) -> Array:
    c, s = np.cos(u), np.sin(u)
    cos_i, sin_i = np.cos(inclination), np.sin(inclination)
    x = np.cos(node) * c - np.sin(node) * s * cos_i
    y = np.sin(node) * c + np.cos(node) * s * cos_i
    return np.stack([x, y, s * sin_i], axis=-1)


def passes(circle: Circle, area: OceanArea, within_days: float) -> list[tuple[float, float]]:
    """Return when the track enters and leaves the area, s."""
    seconds = np.arange(0.0, 86400.0 * within_days, STEP_S)
    inside = np.concatenate([[False], area.contains(*circle.track(seconds)), [False]])
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    return [(a * STEP_S, b * STEP_S) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def apart_km(a: tuple[Any, Any], b: tuple[Any, Any]) -> Any:
    """Return great-circle distances on a sphere of the equatorial radius."""
    lat_a, lon_a, lat_b, lon_b = (np.radians(x) for x in (*a, *b))
    chord = (
        np.sin(0.5 * (lat_b - lat_a)) ** 2
        + np.cos(lat_a) * np.cos(lat_b) * np.sin(0.5 * (lon_b - lon_a)) ** 2
    )
    return (2.0 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(chord)))[()]
