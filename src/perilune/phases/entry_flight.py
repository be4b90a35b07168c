"""One flight through the atmosphere: from a state near the interface down, or out again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro import gravity
from perilune.astro.atmosphere import Atmosphere, Table, tabulate
from perilune.astro.bodies import EARTH_FLATTENING, EARTH_RADIUS_KM
from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.dynamics.taylor import Run
from perilune.dynamics.trajectory import Arc, Trajectory
from perilune.errors import InputError
from perilune.phases.capsule import Capsule
from perilune.phases.entry_bank import Roll
from perilune.phases.entry_engine import SPIN_RAD_S, Steps

Array = NDArray[np.float64]

INTERFACE_KM = 120.0
"""Geodetic height of the entry interface."""


@dataclass(frozen=True, eq=False)
class Scene:
    """Where an entry happens: the start, the air on its way, gravity.

    Attributes
    ----------
    epoch : Epoch
    matrix : ndarray, shape (3, 3)
        From `icrf` to the Earth's axes at `epoch`, held still: all vectors here are in these.
    vector : ndarray, shape (6,)
        Inertial position and velocity, km and km/s.
    table : Table
    axis : ndarray, shape (3,)
        Direction 90 degrees ahead: its component of the unit position is the table's coordinate.
    gm_km3_s2, j2_km5_s2 : float
    env : Environment
    begins_s : float
        When the flight starts at `vector`, after `epoch`: the Earth has turned meanwhile.
    """

    epoch: Epoch
    matrix: Array
    vector: Array
    table: Table
    axis: Array
    gm_km3_s2: float
    j2_km5_s2: float
    env: Environment
    begins_s: float = 0.0

    @classmethod
    def of(cls, state: State, atmosphere: Atmosphere, env: Environment) -> Scene:
        """Tabulate the air along the ground track ahead of an Earth-centered state.

        Model limits: stations along 80 degrees of the great circle, at the date of the start;
        farther ahead the air of the last ones.
        """
        here = state.require(center="earth").to(axes="icrf", env=env)
        matrix = env.earth.itrf_matrix(here.epoch)
        vector = np.concatenate([matrix @ here.r_km, matrix @ here.v_km_s])
        out = vector[:3] / np.linalg.norm(vector[:3])
        ahead = vector[3:] - out * (out @ vector[3:])
        ahead /= max(float(np.linalg.norm(ahead)), 1e-12)
        angles = np.radians(np.linspace(-4.0, 80.0, 9))
        track = np.cos(angles)[:, None] * out + np.sin(angles)[:, None] * ahead
        late = angles * EARTH_RADIUS_KM / max(float(np.linalg.norm(vector[3:])), 1.0)
        longitude = np.arctan2(track[:, 1], track[:, 0]) - SPIN_RAD_S * late
        latitude = np.degrees(np.arcsin(np.clip(track[:, 2], -1.0, 1.0)))
        places = np.stack([np.sin(angles), latitude, np.degrees(longitude)], axis=-1)
        table = tabulate(atmosphere, here.epoch, places)
        gm, zonal = env.constants.gm("earth"), gravity.field("earth")
        j2 = gm * zonal.zonal(2)[0] * zonal.radius_km**2
        return cls(here.epoch, matrix, vector, table, ahead, gm, j2, env)

    def disturbed(self, vector: Array, density_factor: float = 1.0) -> Scene:
        """Return the scene with another start and denser or thinner air."""
        thicker = self.table.coefficients.copy()
        thicker[:, 0, 0] += np.log(density_factor)
        return replace(self, vector=vector, table=replace(self.table, coefficients=thicker))


@dataclass(frozen=True, eq=False)
class EntryFlight:
    """A flown entry.

    Attributes
    ----------
    scene : Scene
    capsule : Capsule
    status : str
        `parachute` (reached its height), `landed`, `skipped_out` (rose above the limit after
        entering), `passed` (rose above it without having lost a tenth of a km/s), `timeout`, or
        `failed`.
    stop_s : float
    vector : ndarray, shape (6,)
        Where it ended.
    rolls : tuple of Roll
        The bank as flown.
    apex_km : float
        Highest apex after the first descent, NaN where it never rose; of a skip beyond the limit,
        that of the osculating ellipse, infinite for a hyperbola.
    apex_s : float
    steps : Steps or None
    opened_s : float
        When the parachute opened; NaN where it did not.
    """

    scene: Scene
    capsule: Capsule
    status: str
    stop_s: float
    vector: Array
    rolls: tuple[Roll, ...]
    apex_km: float = np.nan
    apex_s: float = np.nan
    steps: Steps | None = None
    opened_s: float = np.nan

    @cached_property
    def arc(self) -> Arc:
        """The motion in the scene's axes."""
        return self._arc(np.eye(3))

    def _arc(self, turn: Array) -> Arc:
        if self.steps is None:
            raise InputError("this entry was flown without keeping its steps")
        both = np.kron(np.eye(2), turn)
        pieces = [both @ c for c in self.steps.coefficients]
        run = Run(both @ self.vector, self.stop_s, ends_s=self.steps.ends_s, coefficients=pieces)
        return Arc("earth", self.scene.epoch, run)

    @cached_property
    def trajectory(self) -> Trajectory:
        """The motion about the Earth in `icrf`."""
        return Trajectory((self._arc(self.scene.matrix.T),), self.scene.env)

    @property
    def end_place(self) -> tuple[float, float, float]:
        """Geodetic latitude and longitude (deg) and height (km) of the end."""
        lat, lon, height = geodetic(self.vector[:3], self.stop_s)
        return float(lat), float(lon), float(height)


def height_km(r: Array) -> Array:
    """Return the height over the ellipsoid along the radius, as the equations have it, km."""
    square = np.sum(r * r, axis=-1)
    polar = EARTH_RADIUS_KM * (1.0 - EARTH_FLATTENING)
    e2 = EARTH_FLATTENING * (2.0 - EARTH_FLATTENING)
    level = np.sum(r[..., :2] ** 2, axis=-1)
    return np.asarray(np.sqrt(square) - polar / np.sqrt(1.0 - e2 * level / square))


def geodetic(r: Array, seconds: Any) -> tuple[Any, Any, Any]:
    """Return geodetic latitude, longitude (deg) and height (km) in the scene's axes."""
    import erfa

    lon, lat, height = erfa.gc2gde(EARTH_RADIUS_KM, EARTH_FLATTENING, r)
    lon = lon - SPIN_RAD_S * np.asarray(seconds)
    return np.degrees(lat), (np.degrees(lon) + 180.0) % 360.0 - 180.0, height
