"""Every launch opportunity of a mission in a span of dates: solved, judged, with daily windows."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro.environment import Environment, environment
from perilune.astro.epoch import Epoch
from perilune.errors import InputError
from perilune.missions import cells as cell
from perilune.missions.flight import provenance
from perilune.missions.free_time import refined
from perilune.missions.judge import Craft, Judged, Reasons, judge
from perilune.missions.march import solve_block
from perilune.missions.mission import Mission
from perilune.missions.opening import COLUMNS, ROWS, Opening, open_block
from perilune.missions.opportunities import as_row, best_cells
from perilune.missions.parking import directions
from perilune.missions.scan import CELL_S, Scan
from perilune.missions.scan_result import Windows
from perilune.phases.capture import Capture
from perilune.phases.corridor import Corridor
from perilune.phases.departure import LaunchPhase, TransferPhase
from perilune.phases.lift_offs import LUNAR_DAY_S
from perilune.runs.job import Report, run
from perilune.runs.store import Arrays, Store

Array = NDArray[np.float64]
Rows = NDArray[np.int64]

_WORTH_A_POOL = 3 * ROWS


def scan_of(mission: Mission, start: Epoch, stop: Epoch, env: Environment) -> Scan:
    """Return the scan of a mission over a span of lift-offs.

    Raises
    ------
    InputError
        Where the span is empty, or the mission's launch site does not permit its inclination.
    """
    if not stop > start:
        raise InputError(
            f"the span ends before it starts: found {start.utc_iso(0)} to {stop.utc_iso(0)}"
        )
    launch, transfer = departure_of(mission)
    request = mission.windows
    return Scan(
        launch.launch,
        transfer.wanted,
        start,
        stop,
        request.directions or directions(mission, launch, start, stop, env),
        request.flight_times_s,
        ("north",) if transfer.wanted.inclination_deg is None else ("north", "south"),
        mission.model,
        mission.constants,
    )


def departure_of(mission: Mission) -> tuple[LaunchPhase, TransferPhase]:
    """Return the launch and transfer of a mission."""
    launch = next((p for p in mission.phases if isinstance(p, LaunchPhase)), None)
    transfer = next((p for p in mission.phases if isinstance(p, TransferPhase)), None)
    if launch is None:
        raise InputError("a mission that begins in lunar orbit has no launch, and no windows")
    if transfer is None:
        raise InputError(
            "a mission without a transfer to a perilune of stated inclination has no windows here"
        )
    return launch, transfer


def craft_of(mission: Mission) -> Craft:
    """Return what is injected, and what brakes it at the Moon."""
    mass = mission.stack.mass_kg
    capture = next((p for p in mission.phases if isinstance(p, Capture)), None)
    engine = capture.burns[0].engine if capture else None
    if mass is None or capture is None or capture.spacecraft is None or engine is None:
        return Craft(mass, lift=mission.lift)
    brakes = mission.stack.member(capture.spacecraft)
    return Craft(mass, brakes.propellant_kg, engine.exhaust_km_s, mission.lift)


def cells_n(scan: Scan) -> int:
    """Return how many cells a scan has."""
    lunar_days = float(scan.stop - scan.start) / LUNAR_DAY_S
    per_day = 2 * len(scan.directions) * len(scan.flight_times_s) * len(scan.branches)
    return round(lunar_days * per_day)


def estimate_s(count: int, workers: int) -> float:
    """Return about how long a scan of so many cells takes, s."""
    return count * CELL_S / workers


def windows(
    mission: Mission,
    start: Epoch,
    stop: Epoch,
    *,
    env: Environment | None = None,
    workers: int = 1,
    store: Callable[[Scan], Store] | None = None,
    report: Report = lambda _: None,
) -> Windows:
    """Scan a span of dates for launch opportunities.

    Parameters
    ----------
    mission : Mission
    start, stop : Epoch
        Span of the lift-offs.
    workers : int
        Processes: see `perilune.runs.job.run`.
    store : callable, optional
        Gives the store of a scan, where finished blocks are kept.
    report : callable
        Called with a short text as work goes on.

    Raises
    ------
    InputError
        Where the scan makes no sense (an empty span, an inclination the site does not permit). A
        cell without a solution is a row with its reasons.
    """
    began = time.perf_counter()
    env = env or environment(constants=mission.constants, tuned=True)
    scan = scan_of(mission, start, stop, env)
    report("finding the lift-offs")
    found = cell.chains(scan, env)
    kept = store(scan) if store else None
    cells = _solved(scan, found, workers, kept, report)
    request, craft = mission.windows, craft_of(mission)

    def judged(cells: Arrays) -> Judged:
        return judge(
            cells, scan, request.limits, craft, env, orbit_altitude_km=request.orbit_altitude_km
        )

    report("judging")
    verdict = judged(cells)
    chosen = best_cells(cells, verdict)
    if request.free_flight_time:
        report("flight times of the least delta-v")
        cells = refined(cells, verdict, chosen, scan, found, workers)
        verdict = judged(cells)
        chosen = best_cells(cells, verdict)
    report("opening and closing of the daily windows")
    feasible = chosen[verdict.feasible[chosen]]
    spans = _spans(mission, cells, feasible, scan, workers, report)
    reasons = Reasons(cells, verdict, scan, request.limits, craft)
    rows = [
        as_row(int(i), cells, verdict, scan, request.limits, spans.get(int(i)), reasons)
        for i in chosen
    ]
    return Windows(
        mission.name,
        mission.title,
        rows,
        {**cells, **_public(verdict)},
        scan,
        request.limits,
        int(np.sum(np.asarray(cells["status"]) != cell.PLANE)),
        int(np.sum(np.asarray(cells["status"]) == cell.CONVERGED)),
        time.perf_counter() - began,
        [*mission.assumed, *mission.scan_assumed],
        {**provenance(mission, env), "perilune": version("perilune")},
    )


def _solved(
    scan: Scan, found: cell.Chains, workers: int, kept: Store | None, report: Report
) -> dict[str, NDArray[Any]]:
    """Return the cells of all chains, solved block by block."""
    blocks = [cell.Block(scan, part) for part in found.blocks()]
    parts = run(solve_block, blocks, workers=workers, store=kept, report=report)
    cells = _merged(parts, blocks, scan)
    if not len(cells.get("status", ())):
        if kept:
            kept.clear()
        raise InputError(
            f"no lift-off from {scan.start.utc_iso(0)} to {scan.stop.utc_iso(0)}: the site's plane "
            "meets the Moon at most twice in 24.8 h, expected a longer span"
        )
    return cells


def _merged(parts: list[Arrays], blocks: list[cell.Block], scan: Scan) -> dict[str, NDArray[Any]]:
    """Return the cells of all blocks whose lift-off lies in the span."""
    if not parts:
        return {}
    first = np.cumsum([0, *(len(block.chains) for block in blocks)])
    numbered = [
        {**part, "chain": np.asarray(part["chain"]) + first[i]} for i, part in enumerate(parts)
    ]
    whole = {name: np.concatenate([part[name] for part in numbered]) for name in numbered[0]}
    lift_off = np.asarray(whole["lift_off_s"])
    inside = (lift_off >= scan.start.j2000_s) & (lift_off < scan.stop.j2000_s)
    order = np.lexsort((whole["flight_time_s"], whole["branch"], whole["chain"]))
    order = order[inside[order]]
    return {name: column[order] for name, column in whole.items()}


def _spans(
    mission: Mission, cells: Arrays, rows: Rows, scan: Scan, workers: int, report: Report
) -> dict[int, tuple[float, float]]:
    """Return how long before and after its lift-off each feasible opportunity stays open, s."""
    parts = np.array_split(rows, max(1, round(len(rows) / ROWS))) if len(rows) else []
    tasks = [
        Opening(
            scan,
            mission.corridor or Corridor(),
            1e-3 * mission.windows.limits.dv_allowance_m_s,
            mission.windows.steered,
            {name: np.asarray(cells[name])[part] for name in COLUMNS},
        )
        for part in parts
    ]
    hands = workers if len(rows) > _WORTH_A_POOL else 1
    found = run(open_block, tasks, workers=hands, report=report)
    return {
        int(row): (float(before), float(after))
        for part, spans in zip(parts, found, strict=True)
        for row, before, after in zip(part, spans["before_s"], spans["after_s"], strict=True)
    }


def _public(judged: Judged) -> dict[str, NDArray[Any]]:
    names = ("loi_dv_m_s", "total_dv_m_s", "injected_mass_kg", "margin_kg", "feasible")
    return {name: getattr(judged, name) for name in names}
