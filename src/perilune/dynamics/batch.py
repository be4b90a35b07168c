"""End states of many trajectories at once: vector instructions across lanes, threads across groups.

One compiled batch integrator advances a group of trajectories together, each with its own start,
span and ephemeris block. For Monte Carlo, scans and dispersion analysis.
"""

from __future__ import annotations

import copy
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import heyoka as hy
import numpy as np
from numpy.typing import NDArray

from perilune.astro import blocks
from perilune.astro.blocks import HALF_S
from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.dynamics.forces import Forces
from perilune.dynamics.system import System, build, static_values
from perilune.dynamics.taylor import TOLERANCE
from perilune.errors import InputError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class _Windows:
    """Where trajectories go, block by block: a row a turn, a column each.

    Attributes
    ----------
    blocks : ndarray of int
    mids_s, stops_s : ndarray
        The block's middle, and where to stop in it, seconds from each trajectory's start.
    last : ndarray of int
        The turn each is done after.
    """

    blocks: NDArray[np.int64]
    mids_s: Array
    stops_s: Array
    last: NDArray[np.int64]

    @classmethod
    def between(cls, epoch: Epoch, span_s: Array) -> _Windows:
        sign = 1 if (span_s >= 0.0).all() else -1
        first = blocks.block_index(epoch)
        mid = np.asarray(blocks.block_mid(first) - epoch)
        at_start = (mid - HALF_S >= 0.0) & (sign < 0)  # backward from a block's very start
        first, mid = first - at_start, mid - 2.0 * HALF_S * at_start
        beyond = (sign * (span_s - mid) - HALF_S) / (2.0 * HALF_S)
        last = np.maximum(np.ceil(beyond), 0.0).astype(np.int64)
        turns = np.arange(int(last.max()) + 1)[:, None]
        steps = sign * np.minimum(turns, last)
        mids = mid + 2.0 * HALF_S * steps
        stops = np.where(turns >= last, span_s, mids + sign * HALF_S)
        return cls(first + steps, mids, stops, last)

    def of(self, columns: NDArray[np.int64]) -> _Windows:
        return _Windows(
            self.blocks[:, columns],
            self.mids_s[:, columns],
            self.stops_s[:, columns],
            self.last[columns],
        )


_LANES = 4  # wider registers lose more to the slowest lane than they gain (measured)


class _Batch:
    """A compiled batch integrator and its parameter layout.

    Tuned code, but for tesseral fields: their expressions take a minute to tune.
    """

    def __init__(self, center: str, forces: Forces, tolerance: float) -> None:
        self.system: System = build(center, forces, thrust=False, events=())
        self.lanes = min(_LANES, int(hy.recommended_simd_size()))
        self.integrator = hy.taylor_adaptive_batch(
            self.system.equations,
            np.zeros((6, self.lanes)),
            tol=tolerance,
            compact_mode=any(order for _, order in forces.harmonics.values()),
        )

    def clone(self) -> _Batch:
        other = copy.copy(self)
        other.integrator = copy.deepcopy(self.integrator)
        return other

    def run(self, vectors: Array, windows: _Windows, static: Array, env: Environment) -> Array:
        """Return end states, shape (lanes, 6), NaN in the lanes that failed.

        One lane that fails stops all: it is marked, made a copy of a sound one, and the rest go on.
        """
        ta, start = self.integrator, self.system.block_start
        ta.set_time(0.0)
        ta.state[:] = vectors.T
        ta.pars[:start] = static[:start, None]
        failed = np.zeros(self.lanes, dtype=bool)
        for turn in range(int(windows.last.max()) + 1):
            while True:
                stops = self._load(windows, turn, env)
                ta.propagate_until(stops)
                lost = ~(np.isfinite(ta.state).all(axis=0) & np.isfinite(ta.time))
                if not lost.any():
                    break
                failed |= lost
                if failed.all():
                    return np.full((self.lanes, 6), np.nan)
                windows = self._replace(lost, int(np.argmin(failed)), windows)
        out: Array = ta.state.T.copy()
        out[failed] = np.nan
        return out

    def _replace(self, lost: NDArray[np.bool_], sound: int, windows: _Windows) -> _Windows:
        """Make lost lanes copies of a sound one; return where each lane has to go now."""
        ta = self.integrator
        times = np.array(ta.time)
        ta.state[:, lost] = ta.state[:, sound, None]
        times[lost] = times[sound]
        ta.set_time(times)
        return windows.of(np.where(lost, sound, np.arange(self.lanes)))

    def _load(self, windows: _Windows, turn: int, env: Environment) -> list[float]:
        """Set the blocks in force; return where each lane has to stop."""
        pars, start = self.integrator.pars, self.system.block_start
        used = len(pars) - start
        numbers = windows.blocks[turn].tolist()
        pars[0] = windows.mids_s[turn]
        if numbers.count(numbers[0]) == len(numbers):
            pars[start:] = self.system.block(numbers[0], env)[:used, None]
        else:
            for lane, index in enumerate(numbers):
                pars[start:, lane] = self.system.block(index, env)[:used]
        return list(windows.stops_s[turn].tolist())


def propagate_many(
    vectors: Array,
    *,
    epoch: Epoch,
    span_s: Any,
    center: str,
    forces: Forces,
    env: Environment,
    workers: int | None = None,
    tolerance: float = TOLERANCE,
) -> Array:
    """Return the end states of many coasting trajectories.

    Parameters
    ----------
    vectors : ndarray, shape (n, 6)
        Initial states, `icrf` axes about `center`, km and km/s.
    epoch : Epoch
        One start for all, or an array of n.
    span_s : float or ndarray of shape (n,)
        Elapsed seconds to integrate (all of one sign).
    workers : int, optional
        Threads; default: the processors available.
    tolerance : float
        Relative error allowed per step.

    Returns
    -------
    ndarray, shape (n, 6)
        NaN in the rows that could not be integrated (one bad sample never ends a batch).
    """
    vectors = np.asarray(vectors, dtype=np.float64)
    if vectors.ndim != 2 or vectors.shape[1] != 6:
        raise InputError(f"vectors has shape {vectors.shape}, expected (n, 6)")
    count = len(vectors)
    if count == 0:
        return np.empty((0, 6))
    spans = _spans(span_s, epoch, count)
    sound = np.isfinite(vectors).all(axis=1) & (np.abs(vectors[:, :3]).max(axis=1) > 0.0)
    if not sound.any():
        return np.full((count, 6), np.nan)
    vectors = np.where(sound[:, None], vectors, vectors[int(np.argmax(sound))])
    windows = _Windows.between(epoch, spans)
    workers = workers or _processors()
    pool = env.cache.setdefault(("batch", center, forces.key, tolerance), [])
    if not pool:
        pool.append(_Batch(center, forces, tolerance))
    while len(pool) < workers:
        pool.append(pool[0].clone())
    lanes = pool[0].lanes
    static = pool[0].system.static(static_values(center, forces, env))
    groups = [np.arange(i, i + lanes) % count for i in range(0, count, lanes)]
    out = np.empty((count, 6))

    def work(worker: int) -> None:
        for group in groups[worker::workers]:
            out[group] = pool[worker].run(vectors[group], windows.of(group), static, env)

    if workers == 1 or len(groups) == 1:
        for worker in range(workers):
            work(worker)
    else:
        with ThreadPoolExecutor(workers) as executor:
            list(executor.map(work, range(workers)))
    out[~sound] = np.nan
    return out


def _spans(span_s: Any, epoch: Epoch, count: int) -> Array:
    """Return the spans, one a trajectory; refuse other counts, and what is not a number."""
    spans = np.asarray(span_s, dtype=np.float64)
    for name, shape in (("epoch", epoch.shape), ("span_s", spans.shape)):
        if shape not in ((), (count,)):
            raise InputError(f"{name} has shape {shape}, expected () or ({count},)")
    if not np.isfinite(spans).all():
        raise InputError("span_s holds NaN or infinity")
    return np.broadcast_to(spans, (count,))


def _processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every platform
        return os.cpu_count() or 1
