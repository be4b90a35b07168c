"""What a transfer aims at: a perilune's height and inclination, by either of two branches.

For an incoming asymptote S and an inclination to the lunar equator there are two orbit planes, one
whose aim point passes north of the Moon's center and one south. Both are solved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro import bplane, frames
from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.state import State

Array = NDArray[np.float64]

BRANCHES = ("north", "south")


@dataclass(frozen=True)
class Perilune:
    """The perilune wanted: altitude over 1737.4 km, inclination to the `moon_me` pole at arrival.

    Model limits: osculating at the instant of arrival.
    """

    altitude_km: float
    inclination_deg: float

    @property
    def radius_km(self) -> float:
        """Distance from the Moon's center, km."""
        return MOON_RADIUS_KM + self.altitude_km


def lunar_pole(epoch: Epoch, env: Environment) -> Array:
    """Return the `moon_me` z axis in `icrf`, shape (3,)."""
    return np.asarray(frames.from_icrf("moon_me", epoch, env)[0][..., 2, :])


def lowest_inclination_deg(s: Array, pole: Array) -> float:
    """Return the smallest inclination an asymptote allows (its latitude), deg."""
    return float(np.degrees(np.arcsin(min(abs(float(np.dot(s, pole))), 1.0))))


def aim_point(
    s: Array, v_inf_km_s: Any, wanted: Perilune, pole: Array, branch: str, gm: float
) -> Array:
    """Return the B vector (km, shape (..., 3)) that leads to the perilune wanted.

    Where the inclination is below what the asymptote allows, the B vector of the lowest one.
    """
    v_inf = np.asarray(v_inf_km_s)
    across = pole - s * np.sum(s * pole, axis=-1, keepdims=True)
    length = np.linalg.norm(across, axis=-1)
    cosine = np.clip(np.cos(np.radians(wanted.inclination_deg)) / length, -1.0, 1.0)
    sine = np.sqrt(1.0 - cosine**2) * (-1.0 if branch == "north" else 1.0)
    e1 = across / length[..., None]
    normal = cosine[..., None] * e1 + sine[..., None] * np.cross(s, e1)
    radius = wanted.radius_km
    size = radius * np.sqrt(1.0 + 2.0 * gm / (radius * v_inf**2))  # the impact parameter
    return np.asarray(size[..., None] * np.cross(s, normal))


def derivative(function: Callable[[Array], Array], y: Array) -> Array:
    """Return the Jacobian of a function of Moon-centered components, by central differences.

    `function` takes (n, 6) and gives (n, k).
    """
    step = np.array([1e-2, 1e-2, 1e-2, 1e-6, 1e-6, 1e-6])
    both = np.concatenate([y + np.diag(step), y - np.diag(step)])
    values = function(both)
    return np.asarray(((values[:6] - values[6:]) / (2.0 * step[:, None])).T)


def position_residual(aim_km: Array) -> Callable[[Array], Array]:
    """Return the miss of a point fixed relative to the Moon, km (for a massless Moon)."""
    return lambda y: y[..., :3] - aim_km


def bplane_residual(
    wanted: Perilune, pole: Array, branch: str, gm: float
) -> Callable[[Array], Array]:
    """Return B-plane misses (T and R, km) and the time since perilune (s), osculating."""

    def residual(y: Array) -> Array:
        here = bplane.from_vectors(y[..., :3], y[..., 3:], gm, pole)
        t, r = bplane.axes(here.s, pole)
        aim = aim_point(here.s, here.v_inf_km_s, wanted, pole, branch, gm)
        return np.stack(
            [
                here.b_t_km - np.sum(aim * t, axis=-1),
                here.b_r_km - np.sum(aim * r, axis=-1),
                here.time_since_periapsis_s,
            ],
            axis=-1,
        )

    return residual


def perilune_residual(wanted: Perilune, pole: Array) -> Callable[[Array], Array]:
    """Return the goals themselves: radius (km), inclination (rad), radial distance rate (km/s)."""
    inclination = np.radians(wanted.inclination_deg)

    def residual(y: Array) -> Array:
        r, v = y[..., :3], y[..., 3:]
        distance = np.linalg.norm(r, axis=-1)
        h = np.cross(r, v)
        achieved = np.arctan2(np.linalg.norm(np.cross(h, pole), axis=-1), h @ pole)
        return np.stack(
            [
                distance - wanted.radius_km,
                achieved - inclination,
                np.sum(r * v, axis=-1) / distance,
            ],
            axis=-1,
        )

    return residual


def branch_of(arrival: State, env: Environment) -> str:
    """Return the branch a Moon-centered hyperbolic state is on."""
    pole = lunar_pole(arrival.epoch, env)
    here = bplane.from_vectors(arrival.r_km, arrival.v_km_s, env.constants.gm("moon"), pole)
    return "north" if here.b_r_km < 0.0 else "south"
