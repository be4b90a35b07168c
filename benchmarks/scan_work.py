"""What the scan benchmark has solved: its cells, and blocks of them that say when they ran."""

from __future__ import annotations

import os
import time

import numpy as np
from numpy.typing import NDArray

from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.geometry import SurfacePoint
from perilune.missions import cells, march
from perilune.missions.scan import Direction, Scan
from perilune.phases.arrival import Perilune
from perilune.phases.launch import Ascent, Launch, LaunchSite
from perilune.phases.lift_offs import LUNAR_DAY_S
from perilune.runs.store import Arrays

FLIGHT_TIMES_S = tuple(3600.0 * h for h in range(72, 145, 4))
"""As a scan has them where nothing else is asked for."""

_START = "2015-01-10T00:00:00"
_SITE = LaunchSite("wenchang", SurfacePoint("earth", 19.6145, 110.951, 0.01))


def scan(chains_n: int) -> Scan:
    """Return a scan long enough for so many lift-off opportunities.

    From Wenchang at 26 deg, above the Moon's declination all through 2015 to 2018, to 100 km over
    the Moon's poles: every cell has a solution.
    """
    start = Epoch.tdb(_START)
    return Scan(
        Launch(_SITE, Ascent(775.0, 25.0), 200.0),
        Perilune(100.0, 90.0),
        start,
        start + (0.5 * chains_n + 4.0) * LUNAR_DAY_S,
        (Direction(26.0, "southbound"),),
        FLIGHT_TIMES_S,
    )


def blocks(wanted: Scan, chains_n: int, env: Environment) -> list[cells.Block]:
    """Return the first chains of a scan as tasks."""
    found = cells.chains(wanted, env)
    if len(found) < chains_n:
        raise RuntimeError(f"{len(found)} lift-off opportunities found, {chains_n} needed")
    chosen: NDArray[np.int64] = np.arange(chains_n)
    return [cells.Block(wanted, part) for part in found.of(chosen).blocks()]


def timed_block(block: cells.Block) -> Arrays:
    """Solve a block; `clock_s` adds when it began and ended, and the processor time it took.

    The clock is one that all processes share; `process` says where the block was solved.
    """
    began, used = time.monotonic(), time.process_time()
    out = march.solve_block(block)
    clock = np.array([began, time.monotonic(), time.process_time() - used])
    return {**out, "clock_s": clock, "process": np.array([os.getpid()])}
