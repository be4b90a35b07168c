"""Samples of a motion that a page can interpolate: few far out, many low over a body.

Each sample has position, velocity and acceleration; between two, the quintic that has them all at
both ends (Hermite) follows an orbit with six samples a revolution to some ten meters.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from perilune.dynamics.trajectory import Arc
from perilune.report.scene_pieces import Piece

Array = NDArray[np.float64]

STEP_RAD = 1.0
"""Turn of the velocity between two samples, at most, of a coast."""
LARGEST_STEP_RAD = 2.0
"""With this an orbit is still followed to a thousandth of its radius."""
MOST = 9000
"""Samples of a scene, at most."""
_FASTEST_RAD_S = 0.05  # of a lander that all but stands still
_MOST_OFF_KM, _MOST_OFF_SHARE = 0.02, 2e-5
_PASSES = 8


def turns_rad(piece: Piece) -> float:
    """Return by how much the motion turns along a piece."""
    return sum(float(_turning(arc)[1][-1]) for arc in piece.arcs)


def step_rad(turns: float) -> float:
    """Return the turn between samples that keeps a scene of so many turns (rad) within `MOST`."""
    return float(np.clip(turns / (0.8 * MOST), STEP_RAD, LARGEST_STEP_RAD))


def samples(piece: Piece, step: float, most: int) -> list[tuple[Array, Array]]:
    """Return instants (s from the piece's start) and rows of position, velocity, acceleration.

    Parameters
    ----------
    piece : Piece
    step : float
        Turn between samples, rad.
    most : int
        Samples kept: of a longer piece the beginning and the end, as two tables.

    Returns
    -------
    list of (ndarray, shape (n,); ndarray, shape (n, 9))
        km, km/s, km/s2; `icrf` about the piece's center.
    """
    start = piece.arcs[0].origin + piece.arcs[0].span_s[0]
    tables = [(float(arc.origin - start), arc, _nodes(arc, step)) for arc in piece.arcs]
    times = np.concatenate([offset + nodes for offset, _, nodes in tables])
    rows = np.concatenate([_rows(arc, nodes) for _, arc, nodes in tables])
    keep = np.append(True, np.diff(times) >= 0.0)
    times, rows = times[keep], rows[keep]
    if len(times) <= most:
        return [(times, rows)]
    half = max(2, most // 2)
    return [(times[:half], rows[:half]), (times[-half:], rows[-half:])]


def quintic(t: Array, times: Array, rows: Array) -> Array:
    """Return positions at instants between samples, shape (n, 3): what the page's script does."""
    i = np.clip(np.searchsorted(times, t, side="right") - 1, 0, len(times) - 2)
    h = (times[i + 1] - times[i])[:, None]
    s = (t - times[i])[:, None] / h
    first, last = rows[i], rows[i + 1]
    r0, v0, a0 = first[:, :3], first[:, 3:6] * h, first[:, 6:] * h * h
    r1, v1, a1 = last[:, :3], last[:, 3:6] * h, last[:, 6:] * h * h
    d, e, f = r1 - r0 - v0 - 0.5 * a0, v1 - v0 - a0, a1 - a0
    c3, c4, c5 = 10 * d - 4 * e + 0.5 * f, -15 * d + 7 * e - f, 6 * d - 3 * e + 0.5 * f
    return np.asarray(r0 + s * (v0 + s * (0.5 * a0 + s * (c3 + s * (c4 + s * c5)))))


def _rows(arc: Arc, nodes: Array) -> Array:
    return np.hstack([arc.vectors(nodes)[:, :6], arc.rates(nodes)[:, 3:6]])


def _turning(arc: Arc) -> tuple[Array, Array]:
    """Return instants along an arc, and by how much the motion has turned until each."""
    edges = arc.edges_s
    times = np.linspace(edges[:-1], edges[1:], 3, endpoint=False).T.ravel()
    times = np.append(times, edges[-1])
    rows = _rows(arc, times)
    speed = np.maximum(np.linalg.norm(rows[:, 3:6], axis=1), 1e-9)
    rate = np.minimum(np.linalg.norm(rows[:, 6:], axis=1) / speed, _FASTEST_RAD_S)
    turned = np.cumsum(0.5 * (rate[1:] + rate[:-1]) * np.diff(times))
    return times, np.append(0.0, turned)


def _nodes(arc: Arc, step: float) -> Array:
    """Return instants evenly spaced in the turn, and between them where that does not do."""
    times, turned = _turning(arc)
    count = max(2, int(np.ceil(turned[-1] / step)) + 1)
    nodes = np.interp(np.linspace(0.0, turned[-1], count), turned, times)
    nodes[0], nodes[-1] = times[0], times[-1]
    nodes = np.unique(nodes)
    for _ in range(_PASSES):
        middle = 0.5 * (nodes[:-1] + nodes[1:])
        truth = arc.vectors(middle)[:, :3]
        off = np.linalg.norm(quintic(middle, nodes, _rows(arc, nodes)) - truth, axis=1)
        allowed = np.maximum(_MOST_OFF_KM, _MOST_OFF_SHARE * np.linalg.norm(truth, axis=1))
        bad = off > allowed * (step / STEP_RAD) ** 6
        if not bad.any():
            break
        nodes = np.sort(np.concatenate([nodes, middle[bad]]))
    return np.asarray(nodes)
