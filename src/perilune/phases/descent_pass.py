"""When an orbit passes a site, and how far beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.geometry import SurfacePoint
from perilune.dynamics.trajectory import Trajectory

Array = NDArray[np.float64]

_GRID_S = 20.0


@dataclass(frozen=True)
class SitePass:
    """A passage of an orbit by a site.

    Attributes
    ----------
    epoch : Epoch
        Closest approach of the ground track.
    beside_km : float
        Distance of the track from the site along the ground.
    """

    epoch: Epoch
    beside_km: float


class Track:
    """The ground track of a coast about the Moon, seen from a site."""

    def __init__(self, coast: Trajectory, site: SurfacePoint, env: Environment) -> None:
        self.coast, self.site, self.env = coast, site, env
        count = max(int(coast.duration_s / _GRID_S), 8) + 1
        self.seconds = np.linspace(0.0, coast.duration_s, count)
        self.angles = self._angles(self.seconds)

    def _angles(self, seconds: Array) -> Array:
        states = self.coast.at(self.coast.start + np.clip(seconds, 0.0, self.coast.duration_s))
        r = states.to(axes="moon_me", env=self.env).r_km
        up = self.site.vertical()
        r = r / np.linalg.norm(r, axis=-1, keepdims=True)
        # the arc cosine loses half its digits near zero
        return np.asarray(2.0 * np.arcsin(np.clip(0.5 * np.linalg.norm(r - up, axis=-1), 0, 1)))

    def passes(self) -> list[SitePass]:
        """Return the closest approaches that lie within the coast and within 90 deg of the site."""
        a, radius = self.angles, float(np.linalg.norm(self.site.fixed_km()))
        inner = np.flatnonzero((a[1:-1] <= a[:-2]) & (a[1:-1] < a[2:])) + 1
        found = []
        for k in inner[a[inner] < 0.5 * np.pi]:
            fine = np.linspace(self.seconds[k - 1], self.seconds[k + 1], 81)
            angles = self._angles(fine)
            best = int(np.argmin(angles))
            found.append(
                SitePass(self.coast.start + float(fine[best]), radius * float(angles[best]))
            )
        return found

    def before(self, at: SitePass, downrange_km: float) -> Epoch | None:
        """Return when the track is so far from the site before a passage, or None."""
        radius = float(np.linalg.norm(self.site.fixed_km()))
        angle = float(np.hypot(downrange_km, at.beside_km)) / radius
        k = int(np.searchsorted(self.seconds, float(at.epoch - self.coast.start)))
        while k > 0 and self.angles[k - 1] < angle:
            k -= 1
        if k == 0 or angle > 2.5:
            return None
        share = (self.angles[k - 1] - angle) / (self.angles[k - 1] - self.angles[k])
        return self.coast.start + float(
            self.seconds[k - 1] + share * (self.seconds[k] - self.seconds[k - 1])
        )
