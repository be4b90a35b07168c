"""Interpolation of tabulated states: Hermite on positions and velocities, and Lagrange.

Written on the Lagrange basis l_i, scaled to the span of each window, so that long steps lose no
digits: H = sum (1 - 2 (t - t_i) l_i'(t_i)) l_i^2 r_i + (t - t_i) l_i^2 v_i
(Burden & Faires, Numerical Analysis, 9th ed., theorem 3.9).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def windows(nodes_s: Array, t_s: Array, width: int) -> NDArray[np.int64]:
    """Return the node numbers, shape (m, width), of the window centered on each instant.

    At the ends of the table the window is the first or last `width` nodes.
    """
    interval = np.searchsorted(nodes_s, t_s, side="right") - 1
    first = np.clip(interval - (width - 1) // 2, 0, len(nodes_s) - width)
    return np.asarray(first[:, None] + np.arange(width))


def hermite(nodes_s: Array, states: Array, t_s: Array) -> Array:
    """Interpolate positions and velocities in windows of n nodes, degree 2 n - 1.

    Parameters
    ----------
    nodes_s : ndarray, shape (w, n)
        Instants of the nodes of each window, s.
    states : ndarray, shape (w, n, 6)
        Positions (km) and velocities (km/s) there.
    t_s : ndarray, shape (w, m)
        Where to evaluate each window.

    Returns
    -------
    ndarray, shape (w, m, 6)
        The position, and its derivative as the velocity.
    """
    unit = nodes_s[:, -1] - nodes_s[:, 0]
    unit = np.where(unit > 0.0, unit, 1.0)[:, None]
    x, t = (nodes_s - nodes_s[:, :1]) / unit, (t_s - nodes_s[:, :1]) / unit
    r, v = states[..., :3], states[..., 3:] * unit[..., None]
    basis, slope = _basis(x, t)
    at_node = _slope_at_node(x)[:, None, :]
    since = t[..., None] - x[:, None, :]
    square, square_rate = basis**2, 2.0 * basis * slope
    tilt = 1.0 - 2.0 * since * at_node
    position = (tilt * square) @ r + (since * square) @ v
    on_r = tilt * square_rate - 2.0 * at_node * square
    velocity = on_r @ r + (square + since * square_rate) @ v
    return np.concatenate([position, velocity / unit[..., None]], axis=-1)


def lagrange(nodes_s: Array, states: Array, t_s: Array) -> Array:
    """Interpolate each component by itself, degree n - 1 (shapes as for `hermite`)."""
    unit = nodes_s[:, -1] - nodes_s[:, 0]
    unit = np.where(unit > 0.0, unit, 1.0)[:, None]
    basis, _ = _basis((nodes_s - nodes_s[:, :1]) / unit, (t_s - nodes_s[:, :1]) / unit)
    return np.asarray(basis @ states)


def _basis(x: Array, t: Array) -> tuple[Array, Array]:
    """Return the Lagrange basis and its derivative, shape (w, m, n)."""
    n = x.shape[1]
    basis = np.ones((*t.shape, n))
    slope = np.zeros((*t.shape, n))
    for i in range(n):
        for j in range(n):
            if j != i:
                gap = (x[:, i] - x[:, j])[:, None]
                factor = (t - x[:, j, None]) / gap
                slope[..., i] = slope[..., i] * factor + basis[..., i] / gap
                basis[..., i] = basis[..., i] * factor
    return basis, slope


def _slope_at_node(x: Array) -> Array:
    """Return the derivative of each basis polynomial at its own node, shape (w, n)."""
    gaps = x[:, :, None] - x[:, None, :]
    itself = np.eye(x.shape[1], dtype=bool)
    return np.asarray(np.where(itself, 0.0, 1.0 / np.where(itself, 1.0, gaps)).sum(axis=-1))
