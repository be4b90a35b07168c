"""When a launch site passes through a station's plane: the windows of a launch to it.

The plane keeps its inclination and its node drifts; the site rides the turning Earth through it
once northbound and once southbound a day, each some 23.6 h after the last. All in the axes of
two-line elements (true equator, mean equinox of date), where the site's right ascension is the
sidereal time and its longitude.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import erfa
import numpy as np
from numpy.typing import NDArray

from perilune.astro.environment import Environment
from perilune.astro.epoch import DAY, Epoch
from perilune.astro.gravity import node_rate
from perilune.astro.state import State
from perilune.dynamics.forces import Forces
from perilune.dynamics.propagate import propagate
from perilune.errors import InputError
from perilune.phases.launch import LaunchSite
from perilune.phases.relative import lvlh, mean_motion
from perilune.stations.elements import icrf_from_teme

Array = NDArray[np.float64]

_AVERAGED_N = 48  # states over a turn, to average the short-period swing of 0.03 deg away
_MOST_DAYS = 4000.0


class Drifting(Protocol):
    """Anything with a mean plane: two-line elements, a mean orbit."""

    @property
    def epoch(self) -> Epoch:
        """When the node is where it is."""

    @property
    def inclination_deg(self) -> float:
        """To the equator of date."""

    @property
    def node_deg(self) -> float:
        """Right ascension from the mean equinox of date."""

    @property
    def node_rate_rad_s(self) -> float:
        """Drift of the node."""


@dataclass(frozen=True)
class Plane:
    """A station's mean plane.

    Attributes
    ----------
    epoch : Epoch
    inclination_deg : float
        To the true equator of date.
    node_deg : float
        Right ascension of the ascending node at epoch, from the mean equinox of date.
    node_rate_rad_s : float

    Model limits: the node drifts uniformly; a station reboosted by 5 km turns 0.02 deg a day
    differently, which is 7 s of lift-off for each day since the elements.
    """

    epoch: Epoch
    inclination_deg: float
    node_deg: float
    node_rate_rad_s: float

    @classmethod
    def of(cls, track: Drifting) -> Plane:
        """Return the plane of two-line elements, or of a mean orbit."""
        return cls(track.epoch, track.inclination_deg, track.node_deg, track.node_rate_rad_s)

    @classmethod
    def of_state(cls, state: State, forces: Forces, env: Environment) -> Plane:
        """Return the mean plane of an orbit flown: a turn about the state, averaged.

        The node's drift is that of J2 (Vallado, 4th ed., eq. 9-37) at the averaged distance.
        """
        there, gm = state.to(center="earth", axes="icrf", env=env), env.constants.gm("earth")
        turn = 2.0 * np.pi / mean_motion(there, gm)
        back = propagate(there, until=there.epoch - 0.5 * turn, forces=forces, env=env).final
        flown = propagate(back, until=back.epoch + turn, forces=forces, env=env)
        if flown.status != "completed":
            raise InputError(f"the station's orbit meets the ground: {flown.status}")
        times = turn * (np.arange(_AVERAGED_N) + 0.5) / _AVERAGED_N
        states = [flown.at(back.epoch + float(t)) for t in times]
        normal = np.mean([lvlh(s)[2] for s in states], axis=0)
        x, y, z = icrf_from_teme(there.epoch, env).T @ (normal / np.linalg.norm(normal))
        tilt, distance = (
            float(np.arccos(z)),
            float(np.mean([np.linalg.norm(s.r_km) for s in states])),
        )
        rate = float(node_rate("earth", tilt, distance, gm))
        return cls(
            there.epoch, float(np.degrees(tilt)), float(np.degrees(np.arctan2(x, -y))) % 360.0, rate
        )

    def node_at_rad(self, epoch: Epoch) -> Array:
        """Return the right ascension of the node at an instant, or at many."""
        return np.asarray(np.radians(self.node_deg) + self.node_rate_rad_s * (epoch - self.epoch))

    def normal(self, epoch: Epoch, env: Environment) -> Array:
        """Return the plane's normal, `icrf`, shape (..., 3)."""
        node, tilt = self.node_at_rad(epoch), np.radians(self.inclination_deg)
        parts = [
            np.sin(tilt) * np.sin(node),
            -np.sin(tilt) * np.cos(node),
            np.cos(tilt) + 0.0 * node,
        ]
        turned = icrf_from_teme(epoch, env) @ np.stack(parts, axis=-1)[..., None]
        return np.asarray(turned[..., 0])

    def hour_rad(self, site: LaunchSite, epoch: Epoch, env: Environment) -> Array:
        """Return the site's right ascension from the node, rad."""
        x, y, _ = site.point.fixed_km()
        tai1, tai2 = epoch.jd_tai
        ut1 = env.earth.parameters(epoch)[0][..., 2]
        turned = erfa.gmst82(tai1, tai2 + ut1 / DAY) + np.arctan2(y, x) - self.node_at_rad(epoch)
        return np.asarray(turned)

    def beside_deg(self, site: LaunchSite, epoch: Epoch, env: Environment) -> Array:
        """Return how far the site stands from the plane, positive on the side of its normal."""
        tilt, latitude = (
            np.radians(x) for x in (self.inclination_deg, site.point.geocentric_latitude_deg)
        )
        hour = self.hour_rad(site, epoch, env)
        sine = np.cos(tilt) * np.sin(latitude) - np.sin(tilt) * np.cos(latitude) * np.sin(hour)
        return np.asarray(np.degrees(np.arcsin(sine)))

    def hours_rad(self, site: LaunchSite, beside_deg: float = 0.0) -> tuple[float, float] | None:
        """Return the hours at which a site is so far beside the plane: north- and southbound.

        None where it never is.
        """
        tilt, latitude = (
            np.radians(x) for x in (self.inclination_deg, site.point.geocentric_latitude_deg)
        )
        below = np.sin(tilt) * np.cos(latitude)
        sine = (np.cos(tilt) * np.sin(latitude) - np.sin(np.radians(beside_deg))) / below
        if not abs(sine) <= 1.0:
            return None
        return float(np.arcsin(sine)), float(np.pi - np.arcsin(sine))
