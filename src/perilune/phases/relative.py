"""Motion of one spacecraft as another sees it: axes of the orbit, arcs along it, linear motion.

Axes of an orbit (`lvlh`): x away from the center, y along the motion, z along the orbit's normal.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from perilune.astro.state import State
from perilune.errors import InputError

Array = NDArray[np.float64]


def lvlh(state: State) -> Array:
    """Return the axes of an orbit as rows in the state's own axes: radial, along, normal."""
    radial = state.r_km / np.linalg.norm(state.r_km)
    normal = np.cross(state.r_km, state.v_km_s)
    normal = normal / np.linalg.norm(normal)
    return np.array([radial, np.cross(normal, radial), normal])


def relative(chaser: State, target: State) -> Array:
    """Return position (km) and velocity (km/s) in the target's turning axes, shape (6,).

    Raises
    ------
    FrameMismatch
        Where the states have other centers or axes.
    InputError
        Where their instants differ.

    Model limits: the axes turn in the orbit plane alone, at the rate of the target's motion; the
    plane's own turning (2e-7 rad/s in a low lunar orbit) is left out.
    """
    axes = lvlh(target)
    chaser.require(center=target.center, axes=target.axes)
    apart_s = float(chaser.epoch - target.epoch)
    if not abs(apart_s) < 1e-8:  # what adding up the seconds of arcs may round to
        raise InputError(f"relative motion needs one instant: the states are {apart_s:g} s apart")
    r, v = chaser.r_km - target.r_km, chaser.v_km_s - target.v_km_s
    spin = np.linalg.norm(np.cross(target.r_km, target.v_km_s)) / (target.r_km @ target.r_km)
    place = axes @ r
    return np.concatenate([place, axes @ v - np.cross([0.0, 0.0, spin], place)])


def curvilinear(chaser: State, target: State) -> Array:
    """Return height, arc ahead, and arc to the side (km) with their rates (km/s), shape (6,).

    Arcs are of the target's distance; the one ahead lies within half a turn. Close by the numbers
    are those of `relative`; far apart they keep the linear equations' form (Alfriend et al. 2010,
    Spacecraft Formation Flying, section 4.1).
    """
    axes, distance = lvlh(target), float(np.linalg.norm(target.r_km))
    r, v = axes @ chaser.r_km, axes @ chaser.v_km_s
    size, flat = float(np.linalg.norm(r)), float(np.hypot(r[0], r[1]))
    climb = float(r @ v) / size
    turn = (r[0] * v[1] - r[1] * v[0]) / flat**2
    own = float(axes[1] @ target.v_km_s) / distance
    tilt = (v[2] - climb * r[2] / size) / flat
    return np.array(
        [
            size - distance,
            distance * np.arctan2(r[1], r[0]),
            distance * np.arcsin(r[2] / size),
            climb - float(axes[0] @ target.v_km_s),
            distance * (turn - own),
            distance * tilt,
        ]
    )


def plane_error_rad(a: State, b: State) -> float:
    """Return the angle between two orbit planes."""
    normals = [lvlh(state)[2] for state in (a, b)]
    cross = float(np.linalg.norm(np.cross(*normals)))
    return float(np.arctan2(cross, normals[0] @ normals[1]))


def mean_motion(state: State, gm: float) -> float:
    """Return the mean motion of the osculating ellipse, rad/s."""
    inverse = 2.0 / np.linalg.norm(state.r_km) - float(state.v_km_s @ state.v_km_s) / gm
    return float(np.sqrt(gm * inverse**3))


def cw_matrix(rate_rad_s: float, time_s: Array | float) -> Array:
    """Return the transition matrix of motion near a circular orbit, shape (..., 6, 6).

    Clohessy & Wiltshire 1960, J. Aerospace Sci. 27:653; in the axes of `lvlh`.
    Model limits: two bodies, a circular target, distances small against the orbit's.
    """
    n, t = rate_rad_s, np.asarray(time_s, dtype=float)
    s, c = np.sin(n * t), np.cos(n * t)
    out = np.zeros((*t.shape, 6, 6))
    out[..., 0, 0], out[..., 0, 3], out[..., 0, 4] = 4.0 - 3.0 * c, s / n, 2.0 * (1.0 - c) / n
    out[..., 1, 0], out[..., 1, 1] = 6.0 * (s - n * t), 1.0
    out[..., 1, 3], out[..., 1, 4] = -2.0 * (1.0 - c) / n, 4.0 * s / n - 3.0 * t
    out[..., 2, 2], out[..., 2, 5] = c, s / n
    out[..., 3, 0], out[..., 3, 3], out[..., 3, 4] = 3.0 * n * s, c, 2.0 * s
    out[..., 4, 0], out[..., 4, 3] = -6.0 * n * (1.0 - c), -2.0 * s
    out[..., 4, 4] = 4.0 * c - 3.0
    out[..., 5, 2], out[..., 5, 5] = -n * s, c
    return out


def cw_departure(now: Array, there_km: Array, rate_rad_s: float, time_s: float) -> Array:
    """Return the relative velocity (km/s) that leads from `now` to a place after a time.

    Parameters
    ----------
    now : ndarray, shape (6,)
        Position and velocity in turning axes (only the position counts).
    there_km : ndarray, shape (3,)
    """
    matrix = cw_matrix(rate_rad_s, time_s)
    return np.asarray(np.linalg.solve(matrix[:3, 3:], there_km - matrix[:3, :3] @ now[:3]))


def coelliptic(target: State, below_km: float) -> State:
    """Return the state whose orbit is the target's made smaller all around, at the same angle.

    Positions scale, velocities by the inverse root (similar Kepler ellipses).
    """
    share = 1.0 - below_km / float(np.linalg.norm(target.r_km))
    return State(
        target.epoch,
        target.center,
        target.axes,
        target.r_km * share,
        target.v_km_s / np.sqrt(share),
    )
