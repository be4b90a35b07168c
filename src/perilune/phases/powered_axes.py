"""Moon-centered axes fixed to the Moon: x along a heading at a site, z up there, y to the left."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.geometry import SurfacePoint
from perilune.astro.state import State

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SiteAxes:
    """The turning axes powered flight to or from a site is solved in.

    Attributes
    ----------
    site : SurfacePoint
        On the Moon.
    heading : ndarray, shape (3,)
        Any `moon_me` vector whose horizontal part at the site is the x axis.
    """

    site: SurfacePoint
    heading: Array

    @cached_property
    def from_me(self) -> Array:
        """The constant rotation from `moon_me`, shape (3, 3)."""
        up = self.site.vertical()
        x = self.heading - up * float(self.heading @ up)
        x = x / np.linalg.norm(x)
        return np.stack([x, np.cross(up, x), up])

    @property
    def radius_km(self) -> float:
        """Distance of the site from the Moon's center."""
        return float(np.linalg.norm(self.site.fixed_km()))

    @property
    def azimuth_deg(self) -> float:
        """Direction of the x axis, from north over east."""
        up = self.site.vertical()
        lon = np.radians(self.site.longitude_deg)
        east = np.array([-np.sin(lon), np.cos(lon), 0.0])
        x = self.from_me[0]
        return float(np.degrees(np.arctan2(x @ east, x @ np.cross(up, east))) % 360.0)

    def spin(self, epoch: Epoch, env: Environment) -> Array:
        """Return the rate of these axes in themselves, rad/s, shape (3,)."""
        matrix, rate = env.moon.me_from_icrf(epoch)
        w = -rate @ matrix.T  # [w]x in moon_me
        return np.asarray(self.from_me @ np.array([w[2, 1], w[0, 2], w[1, 0]]))

    def vectors(self, state: State, env: Environment) -> Array:
        """Return position and velocity in these axes, shape (..., 6)."""
        fixed = state.to(center="moon", axes="moon_me", env=env)
        return np.concatenate([fixed.r_km @ self.from_me.T, fixed.v_km_s @ self.from_me.T], axis=-1)

    def state(self, vectors: Array, epoch: Epoch, env: Environment) -> State:
        """Return the `icrf` state of positions and velocities in these axes."""
        r, v = vectors[..., :3] @ self.from_me, vectors[..., 3:6] @ self.from_me
        return State(epoch, "moon", "moon_me", r, v).to(axes="icrf", env=env)

    def inertial(self, directions: Array, epoch: Epoch, env: Environment) -> Array:
        """Return unit vectors in `icrf`, one an epoch, shape (n, 3)."""
        matrix, _ = env.moon.me_from_icrf(epoch)
        return np.asarray(np.einsum("nji,nj->ni", matrix, directions @ self.from_me))
