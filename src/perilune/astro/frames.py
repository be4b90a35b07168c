"""Axes by name, and the turn of positions and velocities between them.

| axes | x, y, z |
|---|---|
| `icrf` | the ICRF; `eme2000` (SPICE's J2000) is the same by convention of those tools |
| `itrf` | Earth-fixed |
| `moon_pa` | lunar principal axes of DE421 |
| `moon_me` | lunar mean-Earth axes: the axes of maps and landing sites |
| `earth_moon_rotating` | x from Earth to Moon, z along the Moon's orbital angular momentum |

Velocities in turning axes are relative to those axes.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.orientation import cross_matrix
from perilune.errors import UnknownName

Array = NDArray[np.float64]
Rotation = tuple[Array, Array]

_ALIASES = {"eme2000": "icrf"}


def _itrf(epoch: Epoch, env: Environment) -> Rotation:
    return env.earth.itrf_from_icrf(epoch)


def _moon_pa(epoch: Epoch, env: Environment) -> Rotation:
    return env.moon.pa_from_icrf(epoch)


def _moon_me(epoch: Epoch, env: Environment) -> Rotation:
    return env.moon.me_from_icrf(epoch)


def _earth_moon_rotating(epoch: Epoch, env: Environment) -> Rotation:
    r, v = env.ephemeris.state("moon", "earth", epoch)
    a = env.ephemeris.acceleration("moon", "earth", epoch)
    h = np.cross(r, v)
    h_norm = np.linalg.norm(h, axis=-1, keepdims=True)
    r_norm = np.linalg.norm(r, axis=-1, keepdims=True)
    x, z = r / r_norm, h / h_norm
    matrix = np.stack([x, np.cross(z, x), z], axis=-2)
    out_of_plane = np.sum(a * z, axis=-1, keepdims=True)
    spin = z * h_norm / r_norm**2 + x * out_of_plane * r_norm / h_norm
    return matrix, -matrix @ cross_matrix(spin)


_TURNING: dict[str, Callable[[Epoch, Environment], Rotation]] = {
    "itrf": _itrf,
    "moon_pa": _moon_pa,
    "moon_me": _moon_me,
    "earth_moon_rotating": _earth_moon_rotating,
}

AXES = ("icrf", "eme2000", *_TURNING)
"""Every name an `axes` argument may have."""


def canonical(axes: str) -> str:
    """Return the canonical name of `axes` (`eme2000` is `icrf`).

    Raises
    ------
    UnknownName
        Where there are no such axes.
    """
    if axes not in AXES:
        raise UnknownName("axes", axes, AXES)
    return _ALIASES.get(axes, axes)


def is_inertial(axes: str) -> bool:
    """Say whether the axes do not turn."""
    return canonical(axes) == "icrf"


def from_icrf(axes: str, epoch: Epoch, env: Environment) -> Rotation:
    """Return the matrix from `icrf` to `axes` and its rate (1/s), each of shape (..., 3, 3)."""
    axes = canonical(axes)
    if axes == "icrf":
        return np.broadcast_to(np.eye(3), (*epoch.shape, 3, 3)), np.zeros((*epoch.shape, 3, 3))
    return _TURNING[axes](epoch, env)


def to_axes(r: Array, v: Array, axes: str, epoch: Epoch, env: Environment) -> Rotation:
    """Turn `icrf` position (km) and velocity (km/s), shape (..., 3), into `axes`."""
    if is_inertial(axes):
        return r, v
    matrix, rate = from_icrf(axes, epoch, env)
    return _apply(matrix, r), _apply(matrix, v) + _apply(rate, r)


def to_icrf(r: Array, v: Array, axes: str, epoch: Epoch, env: Environment) -> Rotation:
    """Turn position (km) and velocity (km/s) in `axes`, shape (..., 3), into `icrf`."""
    if is_inertial(axes):
        return r, v
    matrix, rate = from_icrf(axes, epoch, env)
    back = np.swapaxes(matrix, -1, -2)
    r_icrf = _apply(back, r)
    return r_icrf, _apply(back, v - _apply(rate, r_icrf))


def _apply(matrix: Array, vector: Array) -> Array:
    return np.asarray(np.einsum("...ij,...j->...i", matrix, vector))
