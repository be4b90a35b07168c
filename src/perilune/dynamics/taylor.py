"""The Taylor engine: adaptive high-order integration of a system with heyoka, block by block.

Systems are compiled once per machine (heyoka keeps its own cache on disk) and integrators are kept
in the environment's cache. `propagate` and `propagate_many` are the way in; this module knows no
frames and no dates beyond the local origin.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import heyoka as hy
import numpy as np
from numpy.typing import NDArray

from perilune.astro import blocks
from perilune.astro.blocks import HALF_S
from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.dynamics.events import Event
from perilune.dynamics.forces import Forces
from perilune.dynamics.system import System, build

Array = NDArray[np.float64]

TOLERANCE = 1e-15
"""Relative error allowed per step: 0.4 micrometers at the Moon's distance."""

_LIMIT = hy.taylor_outcome.time_limit
_SUCCESS = hy.taylor_outcome.success


@dataclass
class Run:
    """What one integration leaves behind.

    Attributes
    ----------
    vector : ndarray
        The final state (and mass).
    stop_s : float
        Where it ended, seconds from the local origin.
    stm : ndarray or None, shape (n, n)
        Derivative of the final state to the initial one.
    ends_s : list of float
        End of each step, which is the expansion point of the next.
    coefficients : list of ndarray
        Taylor coefficients of each step, shape (n, order + 1).
    hits : list of (event number, seconds)
    stopped_by : int or None
        Number of the terminal event that ended it.
    failed : bool
        The state became non-finite; `vector` and `stop_s` are then the last that were known.
    """

    vector: Array
    stop_s: float
    stm: Array | None = None
    ends_s: list[float] = field(default_factory=list)
    coefficients: list[Array] = field(default_factory=list)
    hits: list[tuple[int, float]] = field(default_factory=list)
    stopped_by: int | None = None
    failed: bool = False


class TaylorEngine:
    """A compiled system, ready to integrate any number of arcs one after another."""

    def __init__(
        self,
        center: str,
        forces: Forces,
        *,
        thrust: bool = False,
        variational: bool = False,
        events: tuple[Event, ...] = (),
        tolerance: float = TOLERANCE,
        compact: bool = True,
    ) -> None:
        self.system: System = build(center, forces, thrust=thrust, events=events)
        self.dimension = len(self.system.variables)
        self.variational = variational
        self._hits: list[tuple[int, float]] = []
        equations = self.system.equations
        plain, terminal = self._heyoka_events(events)
        self._terminal = [i for i, event in enumerate(events) if event.terminal]
        self._integrator = hy.taylor_adaptive(
            hy.var_ode_sys(equations, hy.var_args.vars, 1) if variational else equations,
            tol=tolerance,
            compact_mode=compact,
            nt_events=plain,
            t_events=terminal,
        )
        self._identity = np.eye(self.dimension).ravel()
        self._steps = self._integrator.tc  # a view of the integrator's own buffer, made once

    def _heyoka_events(self, events: tuple[Event, ...]) -> tuple[list[Any], list[Any]]:
        directions = {
            -1: hy.event_direction.negative,
            0: hy.event_direction.any,
            1: hy.event_direction.positive,
        }
        plain, terminal = [], []
        for i, event in enumerate(events):
            function = self.system.event_functions[i]
            direction = directions[event.direction]
            if event.terminal:
                terminal.append(hy.t_event(function, direction=direction))
            else:
                plain.append(hy.nt_event(function, self._recorder(i), direction=direction))
        return plain, terminal

    def _advance(self, stop_s: float, collect: Any) -> Any:
        """Integrate to an instant; a terminal event at the very start is left behind."""
        ta = self._integrator
        for _ in range(1 + len(self._terminal)):
            if collect is None:
                outcome = ta.propagate_until(stop_s)[0]
            else:
                outcome = ta.propagate_until(stop_s, write_tc=True, callback=collect)[0]
            if outcome == _LIMIT or abs(ta.time) > 1e-9 or not np.isfinite(ta.state).all():
                break
        return outcome

    def _collector(self, run: Run) -> Any:
        ends, kept, n = run.ends_s, run.coefficients, self.dimension
        steps = self._steps[:n]

        def collect(ta: Any) -> bool:
            ends.append(ta.time)
            kept.append(steps.copy())
            return True

        return collect

    def _recorder(self, number: int) -> Any:
        hits = self._hits

        def record(_integrator: Any, time: float, _direction: int) -> None:
            hits.append((number, time))

        return record

    def run(
        self,
        vector: Array,
        origin: Epoch,
        span_s: float,
        static: Array,
        env: Environment,
        *,
        dense: bool = True,
    ) -> Run:
        """Integrate from `origin` over `span_s` seconds (either sign).

        Parameters
        ----------
        vector : ndarray
            Initial state, km and km/s (and kg).
        static : ndarray
            Parameter vector with the static values filled in.
        dense : bool
            Keep the Taylor coefficients of every step.
        """
        ta, n = self._integrator, self.dimension
        ta.time = 0.0
        ta.state[:n] = vector
        if self.variational:
            ta.state[n:] = self._identity
        self._hits.clear()
        if self._terminal:
            ta.reset_cooldowns()
        run = Run(vector, 0.0)
        collect = self._collector(run) if dense else None
        start = self.system.block_start
        ta.pars[:start] = static[:start]
        for index, mid_s, stop_s in block_windows(origin, span_s):
            ta.pars[0] = mid_s
            ta.pars[start:] = self.system.block(index, env)[: len(ta.pars) - start]
            outcome = self._advance(stop_s, collect)
            if outcome != _LIMIT:
                run.failed = not np.isfinite(ta.state).all()
                if not run.failed:
                    run.stopped_by = self._terminal[-1 - int(outcome.value)]
                break
        run.vector, run.stop_s = ta.state[:n].copy(), float(ta.time)
        if run.failed:
            _keep_sound(run, vector)
        run.hits = list(self._hits)
        if self.variational:
            run.stm = ta.state[n:].reshape(n, n).copy()
        return run


def _keep_sound(run: Run, start: Array) -> None:
    """Leave a failed run at the end of its last finite step (its start where none is known)."""
    while run.coefficients:
        span = run.ends_s[-1] - (run.ends_s[-2] if len(run.ends_s) > 1 else 0.0)
        with np.errstate(all="ignore"):
            run.vector = run.coefficients[-1] @ span ** np.arange(run.coefficients[-1].shape[1])
        if np.isfinite(run.vector).all():
            run.stop_s = run.ends_s[-1]
            return
        run.ends_s.pop()
        run.coefficients.pop()
    run.vector, run.stop_s = start, 0.0


def block_windows(origin: Epoch, span_s: float) -> Iterator[tuple[int, float, float]]:
    """Yield (block number, its middle, where to stop in it), in seconds from the origin."""
    forward = span_s >= 0.0
    index = blocks.block_index(origin)
    mid_s = float(blocks.block_mid(index) - origin)
    if not forward and mid_s - HALF_S >= 0.0:
        index, mid_s = index - 1, mid_s - 2.0 * HALF_S
    step = 1 if forward else -1
    while True:
        edge = mid_s + step * HALF_S
        last = edge >= span_s if forward else edge <= span_s
        yield index, mid_s, span_s if last else edge
        if last:
            return
        index, mid_s = index + step, mid_s + step * 2.0 * HALF_S
