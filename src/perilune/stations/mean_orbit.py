"""A circular orbit whose plane drifts: where a station is, years from its elements."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import EARTH_RADIUS_KM, constants
from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.gravity import field
from perilune.astro.orientation import rotation_about
from perilune.astro.state import State
from perilune.stations.elements import TwoLine, icrf_from_teme

Array = NDArray[np.float64]


class Track(Protocol):
    """Anything that says where a station is: elements, a mean orbit."""

    def at(self, epoch: Epoch, env: Environment) -> State:
        """Return the state about the Earth in `icrf`; arrays of epochs broadcast."""


@dataclass(frozen=True)
class MeanOrbit:
    """A circular orbit about the oblate Earth, by its mean elements.

    Attributes
    ----------
    epoch : Epoch
    altitude_km : float
        Mean semi-major axis less the equatorial radius.
    inclination_deg : float
    node_deg : float
        Right ascension of the ascending node at epoch, from the mean equinox of date.
    latitude_argument_deg : float
        Angle from the node at epoch.

    Secular rates to second order in J2 and first in J4 (Brouwer 1959; as in Hoots & Roehrich 1980,
    Spacetrack Report 3, section 6), at zero eccentricity.

    Model limits: circular, no other forces, the altitude kept for ever. A station kept 5 km off
    turns its node 0.01 deg a day differently; where along its orbit it will be is lost in days.
    """

    epoch: Epoch
    altitude_km: float
    inclination_deg: float
    node_deg: float
    latitude_argument_deg: float = 0.0

    @classmethod
    def of(cls, lines: TwoLine) -> MeanOrbit:
        """Return the mean orbit of two-line elements, their eccentricity left out."""
        along = float(lines.line_2[34:42]) + float(lines.line_2[43:51])  # of perigee, mean anomaly
        return cls(
            lines.epoch,
            lines.mean_altitude_km,
            lines.inclination_deg,
            lines.node_deg,
            along % 360.0,
        )

    @property
    def sma_km(self) -> float:
        """Mean semi-major axis."""
        return EARTH_RADIUS_KM + self.altitude_km

    @cached_property
    def _rates_rad_s(self) -> tuple[float, float]:
        """Rates of node and argument of latitude."""
        earth = field("earth")
        gm = constants("de440").gm("earth")
        motion = float(np.sqrt(gm / self.sma_km**3))
        j2, _, j4 = earth.zonal(4)
        ratio2 = (earth.radius_km / self.sma_km) ** 2
        cosine = float(np.cos(np.radians(self.inclination_deg)))
        c2, c4 = cosine**2, cosine**4
        first = 1.5 * j2 * ratio2 * motion
        second, fourth = 0.5 * first * j2 * ratio2, -15.0 / 32.0 * j4 * ratio2**2 * motion
        anomaly = first / 2 * (3 * c2 - 1) + second / 16 * (13 - 78 * c2 + 137 * c4)
        perigee = first / 2 * (5 * c2 - 1) + second / 16 * (7 - 114 * c2 + 395 * c4)
        perigee += fourth * (3 - 36 * c2 + 49 * c4)
        node = -first + second / 2 * (4 - 19 * c2) + 2 * fourth * (3 - 7 * c2)
        return node * cosine, motion + anomaly + perigee

    @property
    def node_rate_rad_s(self) -> float:
        """Rate of the node."""
        return self._rates_rad_s[0]

    @property
    def period_s(self) -> float:
        """From node to node."""
        return float(2.0 * np.pi / self._rates_rad_s[1])

    def at(self, epoch: Epoch, env: Environment) -> State:
        """Return the state about the Earth in `icrf`; arrays of epochs broadcast."""
        since = epoch - self.epoch
        node_rate, rate = self._rates_rad_s
        node = np.radians(self.node_deg) + node_rate * since
        angle = np.radians(self.latitude_argument_deg) + rate * since
        tilt = rotation_about(1, -np.radians(self.inclination_deg))
        matrix = icrf_from_teme(epoch, env) @ rotation_about(3, -node) @ tilt
        cosine, sine, zero = np.cos(angle), np.sin(angle), np.zeros(np.shape(angle))
        r = self.sma_km * np.stack([cosine, sine, zero], axis=-1)
        v = self.sma_km * rate * np.stack([-sine, cosine, zero], axis=-1)
        r, v = (np.einsum("...ij,...j->...i", matrix, part) for part in (r, v))
        return State(epoch, "earth", "icrf", r, v)


def normals(track: Track, epoch: Epoch, env: Environment) -> Array:
    """Return the normal of a track's plane, `icrf`, shape (..., 3)."""
    state = track.at(epoch, env)
    across = np.cross(state.r_km, state.v_km_s)
    return np.asarray(across / np.linalg.norm(across, axis=-1, keepdims=True))
