"""The instants at which the arcs of trajectories are tabulated, for every file alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.epoch import Epoch
from perilune.dynamics.trajectory import Arc, Trajectory
from perilune.errors import InputError
from perilune.formats.nodes import choose_nodes

Array = NDArray[np.float64]

SMALLEST_ERROR_M = 1e-3
"""Interpolation error below which the digits of a file are not worth asking for."""

_MARGIN = 10.0  # nodes are laid out for an error this many times smaller than promised
_SHORTEST_S = 1e-3  # an arc shorter than this is left out: its neighbor reaches over it


@dataclass(frozen=True, eq=False)
class Table:
    """An arc and the instants of its states, seconds from the arc's origin."""

    arc: Arc
    nodes_s: Array


class ArcTables:
    """Tables of trajectories; an arc that several spacecraft or files share is laid out once.

    Parameters
    ----------
    max_error_m : float
        Position error that degree-7 Hermite interpolation may add, whichever four neighboring
        states around the instant a reader uses.

    Raises
    ------
    InputError
        Where the error is below `SMALLEST_ERROR_M`.
    """

    def __init__(self, max_error_m: float = 1.0) -> None:
        if not max_error_m >= SMALLEST_ERROR_M:
            raise InputError(
                f"max_error_m is {max_error_m}: expected at least {SMALLEST_ERROR_M} m, what the "
                "digits of the file are good for"
            )
        self.max_error_m = max_error_m
        self._known: dict[tuple[int, float, float], Table] = {}

    def of(self, trajectory: Trajectory) -> list[Table]:
        """Return a table for each arc worth one; those that meet share their joint.

        Raises
        ------
        InputError
            Where the trajectory failed or has no duration.
        ModelError
            Where the motion is not smooth enough to be interpolated that well.
        """
        if trajectory.status == "failed":
            raise InputError(
                "the trajectory failed (its state became non-finite): nothing is written"
            )
        return [self._table(arc, first, last) for arc, first, last in _pieces(trajectory)]

    def _table(self, arc: Arc, start_s: float, stop_s: float) -> Table:
        key = id(arc), start_s, stop_s
        if key not in self._known:
            nodes = choose_nodes(
                lambda seconds: arc.vectors(seconds)[:, :6],
                start_s,
                stop_s,
                self.max_error_m * 1e-3 / _MARGIN,
            )
            self._known[key] = Table(arc, nodes)  # which keeps the arc, and so its id, alive
        return self._known[key]


def _pieces(trajectory: Trajectory) -> list[tuple[Arc, float, float]]:
    """Return the arcs worth a table, each with the seconds it starts and stops at."""
    kept: list[tuple[Arc, Epoch, Epoch]] = []
    for arc in trajectory.arcs:
        first, last = arc.span_s
        if last - first >= _SHORTEST_S:
            kept.append((arc, arc.origin + first, arc.origin + last))
    if not kept:
        raise InputError("the trajectory has no duration: there is nothing to write")
    pieces: list[tuple[Arc, float, float]] = []
    for i, (arc, start, stop) in enumerate(kept):
        following = kept[i + 1][1] if i + 1 < len(kept) else stop
        joined = abs(following - stop) < 2.0 * _SHORTEST_S
        end = following if joined else stop
        pieces.append((arc, float(start - arc.origin), float(end - arc.origin)))
    return pieces
