"""The B-plane: where a hyperbola's incoming asymptote pierces the plane through the center.

Definitions: Kizner 1961, A method of describing miss distances for lunar and interplanetary
trajectories; as used in Vallado 4th ed., section 12.9.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BPlane:
    """Aim point of a hyperbolic approach; arrays broadcast.

    Attributes
    ----------
    b_t_km, b_r_km : float or ndarray
        Components of the B vector along T and R.
    v_inf_km_s : float or ndarray
        Hyperbolic excess speed.
    s : ndarray, shape (..., 3)
        Unit vector of the incoming asymptote.
    time_since_periapsis_s : float or ndarray
        Along the hyperbola, negative on approach.
    """

    b_t_km: Any
    b_r_km: Any
    v_inf_km_s: Any
    s: Array
    time_since_periapsis_s: Any


def axes(s: Array, pole: Array) -> tuple[Array, Array]:
    """Return T and R for an asymptote `s`: T = s x pole, R = s x T (unit, shape (..., 3))."""
    t = np.cross(s, pole)
    t = t / np.linalg.norm(t, axis=-1, keepdims=True)
    return t, np.cross(s, t)


def from_vectors(r_km: Any, v_km_s: Any, gm_km3_s2: float, pole: Array) -> BPlane:
    """Return the B-plane parameters of a hyperbolic state; NaN where the orbit is bound.

    Parameters
    ----------
    r_km, v_km_s : array_like, shape (..., 3)
        Relative to the body approached, inertial axes.
    pole : ndarray, shape (3,)
        Reference direction for T, in the same axes.
    """
    r, v = np.asarray(r_km, dtype=float), np.asarray(v_km_s, dtype=float)
    r_norm = np.linalg.norm(r, axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        v_inf = np.sqrt(np.sum(v * v, axis=-1) - 2.0 * gm_km3_s2 / r_norm)
        h = np.cross(r, v)
        h_norm = np.linalg.norm(h, axis=-1, keepdims=True)
        e_vec = np.cross(v, h) / gm_km3_s2 - r / r_norm[..., None]
        e = np.linalg.norm(e_vec, axis=-1, keepdims=True)
        p_hat, w_hat = e_vec / e, h / h_norm
        q_hat = np.cross(w_hat, p_hat)
        s = (p_hat + np.sqrt(e * e - 1.0) * q_hat) / e
        b = np.cross(s, w_hat) * h_norm / v_inf[..., None]
        t_hat, r_hat = axes(s, pole)
        a = gm_km3_s2 / v_inf**2
        sinh_f = np.sum(r * v, axis=-1) / (e[..., 0] * np.sqrt(gm_km3_s2 * a))
        time = (e[..., 0] * sinh_f - np.arcsinh(sinh_f)) * np.sqrt(a**3 / gm_km3_s2)
    return BPlane(
        np.sum(b * t_hat, axis=-1)[()],
        np.sum(b * r_hat, axis=-1)[()],
        v_inf[()],
        s,
        time[()],
    )
