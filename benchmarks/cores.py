"""Keep this process on two cores of a machine it shares with others: the two least busy ones."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

_TASKS = Path("/proc/self/task")
_STAT = Path("/proc/stat")
_CORES = 2
_ALLOWED = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set[int]()
"""The cores this process may use, before anything was moved."""
_WATCH_S = 1.0


def keep_on_two() -> int:
    """Move every thread, and what is started from now on, to two cores; returns how many.

    Call it again before the next case: others move too. Where the platform cannot do it, nothing
    is moved.
    """
    if not _ALLOWED or not _TASKS.exists():
        return os.cpu_count() or 1
    chosen = _least_busy()
    for task in _TASKS.iterdir():
        with suppress(ProcessLookupError):  # a thread that has ended meanwhile
            os.sched_setaffinity(int(task.name), chosen)
    return len(chosen)


def _least_busy() -> list[int]:
    before = _idle_ticks()
    time.sleep(_WATCH_S)
    idle = {core: ticks - before[core] for core, ticks in _idle_ticks().items()}
    return sorted(idle, key=lambda core: idle[core], reverse=True)[:_CORES]


def _idle_ticks() -> dict[int, int]:
    """Return how long each core had nothing to do."""
    out = {}
    for line in _STAT.read_text().splitlines():
        name, *ticks = line.split()
        number = name.removeprefix("cpu")
        if number != name and number.isdigit() and int(number) in _ALLOWED:
            out[int(number)] = int(ticks[3])
    return out
