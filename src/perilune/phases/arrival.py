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

    An inclination of None is the lowest that the approach allows.

    Model limits: osculating at the instant of arrival.
    """

    altitude_km: float
    inclination_deg: float | None

    @property
    def radius_km(self) -> float:
        """Distance from the Moon's center, km."""
        return MOON_RADIUS_KM + self.altitude_km

    @property
    def inclination_rad(self) -> float:
        """The inclination, NaN for the lowest."""
        return np.nan if self.inclination_deg is None else float(np.radians(self.inclination_deg))


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
    north = branch == "north"
    return aim_offset(s, v_inf_km_s, wanted.radius_km, wanted.inclination_rad, north, pole, gm)


def aim_offset(
    s: Array,
    v_inf_km_s: Any,
    radius_km: Any,
    inclination_rad: Any,
    north: Any,
    pole: Array,
    gm: float,
) -> Array:
    """Return the B vectors (km, shape (..., 3)) of perilunes given as arrays; NaN is the lowest."""
    v_inf = np.asarray(v_inf_km_s)
    across = pole - s * np.sum(s * pole, axis=-1, keepdims=True)
    length = np.linalg.norm(across, axis=-1)
    wanted = np.where(np.isnan(inclination_rad), 1.0, np.cos(inclination_rad))
    cosine = np.clip(wanted / length, -1.0, 1.0)
    sine = np.sqrt(1.0 - cosine**2) * np.where(north, -1.0, 1.0)
    e1 = across / length[..., None]
    normal = cosine[..., None] * e1 + sine[..., None] * np.cross(s, e1)
    size = radius_km * np.sqrt(1.0 + 2.0 * gm / (radius_km * v_inf**2))  # the impact parameter
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


def perilune_residual(wanted: Perilune, pole: Array, gm: float) -> Callable[[Array], Array]:
    """Return the goals themselves: see `perilune_misses`."""
    return lambda y: perilune_misses(y, wanted.radius_km, wanted.inclination_rad, pole, gm)


def perilune_misses(
    y: Array, radius_km: Any, inclination_rad: Any, pole: Array, gm: float, lowest: Any = False
) -> Array:
    """Return the misses in radius (km), inclination (rad) and radial distance rate (km/s).

    At the lowest inclination (NaN, or where `lowest` says so) the tilt no longer changes with the
    aim: there the second one is how far the orbit's normal is from the plane of asymptote and
    pole.

    Parameters
    ----------
    y : ndarray, shape (..., 6)
        Moon-centered states.
    pole : ndarray, shape (3,) or (..., 3)
    """
    r, v = y[..., :3], y[..., 3:]
    distance = np.linalg.norm(r, axis=-1)
    h = np.cross(r, v)
    h = h / np.linalg.norm(h, axis=-1, keepdims=True)
    tilt = np.arctan2(np.linalg.norm(np.cross(h, pole), axis=-1), np.sum(h * pole, axis=-1))
    second = tilt - inclination_rad
    lowest = lowest | np.isnan(inclination_rad)
    if np.any(lowest):
        t, _ = bplane.axes(bplane.from_vectors(r, v, gm, pole).s, pole)
        turned = np.arcsin(np.clip(np.sum(h * t, axis=-1), -1.0, 1.0))
        second = np.where(lowest, turned, second)
    return np.stack([distance - radius_km, second, np.sum(r * v, axis=-1) / distance], axis=-1)


def branch_of(arrival: State, env: Environment) -> str:
    """Return the branch a Moon-centered hyperbolic state is on."""
    pole = lunar_pole(arrival.epoch, env)
    here = bplane.from_vectors(arrival.r_km, arrival.v_km_s, env.constants.gm("moon"), pole)
    return "north" if here.b_r_km < 0.0 else "south"
