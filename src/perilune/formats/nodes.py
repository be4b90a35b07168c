"""Where to put the nodes of an ephemeris so that any reader interpolates it well enough.

Readers differ in the four nodes they take about an instant, most of all where the step changes:
every window of four neighbors that contains the instant must do. The spacing is even in the error
(de Boor's equidistribution), so a perilune passage is dense and a cruise sparse.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from perilune.errors import ModelError
from perilune.formats.hermite import hermite

Array = NDArray[np.float64]
Sample = Callable[[Array], Array]
"""Seconds, shape (n,), to positions (km) and velocities (km/s), shape (n, 6)."""

WIDTH = 4
"""Nodes in a window: Hermite of degree 7."""

_CHECKS = np.array(
    [0.38, 0.5, 0.62]
)  # where the error of an outer and of the middle interval peaks
_FIRST_STEP_S = 1800.0
_PASSES = 12
_STEP_RATIO = 1.6  # of neighboring steps, at most, when the spacing is laid out


def choose_nodes(sample: Sample, start_s: float, stop_s: float, max_error_km: float) -> Array:
    """Return node instants over a span, both ends included.

    Parameters
    ----------
    sample : callable
        The motion: smooth over the whole span.
    start_s, stop_s : float
    max_error_km : float
        Position error allowed to degree-7 Hermite interpolation, in any window of four
        neighboring nodes that contains the instant.

    Returns
    -------
    ndarray, shape (n,), n >= 4

    Raises
    ------
    ModelError
        Where no spacing meets the error (it is below what the motion is computed to).
    """
    goal = 0.5 * max_error_km
    count = max(8, int(np.ceil((stop_s - start_s) / _FIRST_STEP_S)))
    nodes = np.linspace(start_s, stop_s, count + 1)
    for _ in range(_PASSES):
        errors = interval_errors(sample, nodes)
        if not np.isfinite(errors).all():
            break
        crowded = len(nodes) > WIDTH and np.median(errors) < 0.02 * max_error_km
        if errors.max() <= max_error_km and not crowded:
            return nodes
        spaced = _respaced(nodes, errors, goal)
        if crowded and len(spaced) == len(nodes):
            break
        nodes = spaced
    return _halved(sample, nodes, max_error_km)


def interval_errors(sample: Sample, nodes: Array) -> Array:
    """Return the largest interpolation error of each interval over the windows that contain it, km.

    Checked at three instants of each interval.
    """
    times = nodes[:-1, None] + np.diff(nodes)[:, None] * _CHECKS
    truth = sample(times.ravel())[:, :3].reshape(*times.shape, 3)
    member = np.arange(len(nodes) - WIDTH + 1)[:, None] + np.arange(WIDTH)
    window_s, states = nodes[member], sample(nodes)[member]
    errors = np.zeros(len(nodes) - 1)
    for place in range(WIDTH - 1):
        mine = slice(place, place + len(member))
        found = hermite(window_s, states, times[mine])[..., :3]
        worst = np.linalg.norm(found - truth[mine], axis=-1).max(axis=-1)
        errors[mine] = np.maximum(errors[mine], worst)
    return errors


def _respaced(nodes: Array, errors: Array, goal: float) -> Array:
    """Return nodes whose local step is the one expected to give the error `goal`."""
    factor = np.clip((errors / goal) ** (1.0 / (2 * WIDTH)), 0.5, 3.0)
    density = factor / np.diff(nodes)
    for _ in range(3):
        beside = np.maximum(np.append(density[1:], 0.0), np.append(0.0, density[:-1]))
        density = np.maximum(density, beside / _STEP_RATIO)
    total = np.append(0.0, np.cumsum(density * np.diff(nodes)))
    count = max(WIDTH - 1, int(np.ceil(total[-1])))
    spaced = np.interp(np.linspace(0.0, total[-1], count + 1), total, nodes)
    spaced[0], spaced[-1] = nodes[0], nodes[-1]
    return spaced


def _halved(sample: Sample, nodes: Array, max_error_km: float) -> Array:
    """Return the nodes with every interval halved that fails, until none does."""
    for _ in range(_PASSES):
        bad = ~(interval_errors(sample, nodes) <= max_error_km)
        if not bad.any():
            return nodes
        bad = bad | np.append(bad[1:], False) | np.append(False, bad[:-1])
        middles = 0.5 * (nodes[:-1] + nodes[1:])[bad]
        nodes = np.sort(np.concatenate([nodes, middles]))
    raise ModelError(
        f"no node spacing interpolates this motion to {max_error_km * 1e3:g} m: "
        "it is not smooth, or not known that well"
    )
