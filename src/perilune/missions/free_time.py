"""Flight time free: between the ones scanned, where each opportunity costs least."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.missions.cells import CONVERGED, Chains
from perilune.missions.judge import Judged
from perilune.missions.march import Refinement, refine_block
from perilune.missions.scan import Scan
from perilune.runs.job import run
from perilune.runs.store import Arrays

Array = NDArray[np.float64]
Rows = NDArray[np.int64]


def refined(
    cells: Arrays, judged: Judged, chosen: Rows, scan: Scan, chains: Chains, workers: int
) -> dict[str, NDArray[Any]]:
    """Return the cells with one more for each opportunity that a shorter or longer flight helps.

    The flight time is where a parabola through the best cell and its neighbors is least; the cell
    there is solved like any other.
    """
    rows, times = _least(cells, judged, chosen)
    found = []
    for number, branch in enumerate(scan.branches):
        mine = np.asarray(cells["branch"])[rows] == number
        if not mine.any():
            continue
        names = np.asarray(cells["chain"])[rows[mine]]
        task = Refinement(replace(scan, branches=(branch,)), chains.of(names), times[mine])
        parts = run(refine_block, task.split(workers), workers=workers)
        columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        found.append({**columns, "chain": names, "branch": np.full(len(names), number)})
    if not found:
        return dict(cells)
    lift_off = np.concatenate([part["lift_off_s"] for part in found])
    inside = (lift_off >= scan.start.j2000_s) & (lift_off < scan.stop.j2000_s)
    return {
        name: np.concatenate([column, np.concatenate([part[name] for part in found])[inside]])
        for name, column in cells.items()
    }


def _least(cells: Arrays, judged: Judged, chosen: Rows) -> tuple[Rows, Array]:
    """Return the rows whose neighbors in flight time cost more on both sides, and where least."""
    status, total = np.asarray(cells["status"]), judged.total_dv_m_s
    times = np.asarray(cells["flight_time_s"])
    inner = chosen[(chosen > 0) & (chosen < len(status) - 1)]
    left, right = inner - 1, inner + 1
    sound = np.ones(len(inner), dtype=bool)
    for name in ("chain", "branch"):
        column = np.asarray(cells[name])
        sound &= (column[left] == column[inner]) & (column[right] == column[inner])
    for near in (left, inner, right):
        sound &= status[near] == CONVERGED
    inner, left, right = inner[sound], left[sound], right[sound]
    bend = total[left] - 2.0 * total[inner] + total[right]
    lower = (bend > 0.0) & (total[inner] < total[left]) & (total[inner] < total[right])
    inner, left, right, bend = inner[lower], left[lower], right[lower], bend[lower]
    step = times[right] - times[inner]
    return inner, times[inner] + 0.5 * (total[left] - total[right]) / bend * step
