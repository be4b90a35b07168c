"""End states of many trajectories at once: vector instructions across lanes, threads across groups.

One compiled batch integrator advances a group of trajectories together, each with its own start,
span and ephemeris block. For Monte Carlo, scans and dispersion analysis.
"""

from __future__ import annotations

import copy
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import heyoka as hy
import numpy as np
from numpy.typing import NDArray

from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.dynamics.forces import Forces
from perilune.dynamics.system import System, build, static_values
from perilune.dynamics.taylor import TOLERANCE, block_windows
from perilune.errors import InputError

Array = NDArray[np.float64]
_Windows = list[tuple[int, float, float]]


_LANES = 4  # wider registers lose more to the slowest lane than they gain (measured)


class _Batch:
    """A compiled batch integrator and its parameter layout."""

    def __init__(self, center: str, forces: Forces) -> None:
        self.system: System = build(center, forces, thrust=False, events=())
        self.lanes = min(_LANES, int(hy.recommended_simd_size()))
        self.integrator = hy.taylor_adaptive_batch(
            self.system.equations,
            np.zeros((6, self.lanes)),
            tol=TOLERANCE,
            compact_mode=False,
        )

    def clone(self) -> _Batch:
        other = copy.copy(self)
        other.integrator = copy.deepcopy(self.integrator)
        return other

    def run(
        self, vectors: Array, windows: list[_Windows], static: Array, env: Environment
    ) -> Array:
        """Return end states, shape (lanes, 6), NaN in the lanes that failed.

        One lane that fails stops all: it is marked, made a copy of a sound one, and the rest go on.
        """
        ta, start = self.integrator, self.system.block_start
        ta.set_time(0.0)
        ta.state[:] = vectors.T
        ta.pars[:start] = static[:start, None]
        windows, failed = list(windows), np.zeros(self.lanes, dtype=bool)
        for turn in range(max(len(w) for w in windows)):
            while True:
                current = [w[min(turn, len(w) - 1)] for w in windows]
                self._load(current, env)
                ta.propagate_until([stop_s for _, _, stop_s in current])
                lost = ~(np.isfinite(ta.state).all(axis=0) & np.isfinite(ta.time))
                if not lost.any():
                    break
                failed |= lost
                if failed.all():
                    return np.full((self.lanes, 6), np.nan)
                self._replace(np.flatnonzero(lost), int(np.argmin(failed)), windows)
        out: Array = ta.state.T.copy()
        out[failed] = np.nan
        return out

    def _replace(self, lost: NDArray[np.int64], sound: int, windows: list[_Windows]) -> None:
        """Make lost lanes copies of a sound one."""
        ta = self.integrator
        times = np.array(ta.time)
        for lane in lost:
            ta.state[:, lane] = ta.state[:, sound]
            times[lane] = times[sound]
            windows[lane] = windows[sound]
        ta.set_time(times)

    def _load(self, current: _Windows, env: Environment) -> None:
        pars, start = self.integrator.pars, self.system.block_start
        used = len(pars) - start
        if current.count(current[0]) == len(current):
            index, mid_s, _ = current[0]
            pars[0] = mid_s
            pars[start:] = self.system.block(index, env)[:used, None]
            return
        for lane, (index, mid_s, _) in enumerate(current):
            pars[0, lane] = mid_s
            pars[start:, lane] = self.system.block(index, env)[:used]


def propagate_many(
    vectors: Array,
    *,
    epoch: Epoch,
    span_s: Any,
    center: str,
    forces: Forces,
    env: Environment,
    workers: int | None = None,
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
    windows = _windows(epoch, spans)
    workers = workers or _processors()
    pool = env.cache.setdefault(("batch", center, forces.key), [])
    if not pool:
        pool.append(_Batch(center, forces))
    while len(pool) < workers:
        pool.append(pool[0].clone())
    lanes = pool[0].lanes
    static = pool[0].system.static(static_values(center, forces, env))
    groups = [np.arange(i, i + lanes) % count for i in range(0, count, lanes)]
    out = np.empty((count, 6))

    def work(worker: int) -> None:
        for group in groups[worker::workers]:
            out[group] = pool[worker].run(vectors[group], [windows[i] for i in group], static, env)

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


def _windows(epoch: Epoch, spans: Array) -> list[_Windows]:
    """Return the block windows of every trajectory; one shared list where all are the same."""
    if epoch.shape == () and (spans == spans[0]).all():
        return [list(block_windows(epoch, float(spans[0])))] * len(spans)
    epochs = [epoch] * len(spans) if epoch.shape == () else list(epoch)
    return [list(block_windows(e, float(s))) for e, s in zip(epochs, spans, strict=True)]


def _processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every platform
        return os.cpu_count() or 1
