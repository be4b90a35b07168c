"""A scan of launch opportunities: ten thousand cells in full ephemeris, and the same by Orekit.

A cell is a lift-off opportunity, a flight time and a branch; lift-off, coast and impulse are solved
for a perilune of given radius and inclination. The scan runs as the command runs it: blocks of
cells in two processes of their own.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import peer_orekit as orekit
import scan_work
from commands import fresh_caches
from compare import Array, Disagreement, Row, Times, in_turn, require, warm_up
from numpy.typing import NDArray
from peer_shots import Field, Pad, Shots, Solved

from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.gravity import field
from perilune.missions import cells, march
from perilune.phases.launch import Launch
from perilune.phases.lift_offs import lift_offs
from perilune.phases.targets import Targets, lunar_poles
from perilune.phases.volley import Volley
from perilune.runs.job import run
from perilune.runs.store import Arrays

_PROCESSES = 2
_WHOLE = 264  # chains: 10,032 cells
_SMALLER, _LARGER = (3, 27), 2632
_CONVERGE = 0.99
_SAMPLE = 12
_MET = np.array([1e-3, 1e-7, 1e-6])
"""When a cell is solved, for both: radius (km), inclination (rad), radial rate (km/s)."""
_LOOSER = 100.0
_PERILUNE_LIMIT_M, _DV_LIMIT_MM_S, _LIFT_OFF_LIMIT_S = 5.0, 0.01, 0.01


# ---- the whole scan


@dataclass(frozen=True, eq=False)
class Job:
    """A scan that was run: seconds on the wall from call to result, and its blocks."""

    began_s: float
    wall_s: float
    blocks: list[Arrays]

    @cached_property
    def cells_n(self) -> int:
        """How many cells it had."""
        return sum(len(block["status"]) for block in self.blocks)

    @property
    def converged_n(self) -> int:
        """How many of them converged."""
        return sum(int(np.sum(block["status"] == cells.CONVERGED)) for block in self.blocks)

    @property
    def start_s(self) -> float:
        """Until the first block began: interpreters and imports."""
        return min(float(block["clock_s"][0]) for block in self.blocks) - self.began_s

    @property
    def later(self) -> list[Arrays]:
        """The blocks that found their process with its engines loaded."""
        first: dict[int, float] = {}
        for block in self.blocks:
            process, began = int(block["process"][0]), float(block["clock_s"][0])
            first[process] = min(began, first.get(process, began))
        return [b for b in self.blocks if b["clock_s"][0] > first[int(b["process"][0])]]

    @property
    def without_engines_s(self) -> float:
        """What the wall clock would show had both processes their engines from the start."""
        taken = [_span_s(block) / len(block["status"]) for block in self.later]
        return float(np.mean(taken)) * self.cells_n / _PROCESSES

    @property
    def processor_ms(self) -> float:
        """Processor time of a cell, engines and start of processes included where they are new."""
        return 1e3 * sum(float(b["clock_s"][2]) for b in self.blocks) / self.cells_n


def _span_s(block: Arrays) -> float:
    began, ended, _ = block["clock_s"].tolist()
    return float(ended - began)


def _job(chains_n: int, env: Environment) -> Job:
    wanted = scan_work.scan(chains_n)
    began, began_s = time.perf_counter(), time.monotonic()
    blocks = scan_work.blocks(wanted, chains_n, env)
    found = run(scan_work.timed_block, blocks, workers=_PROCESSES)
    job = Job(began_s, time.perf_counter() - began, found)
    if job.converged_n < _CONVERGE * job.cells_n:
        raise Disagreement(f"scan: {job.converged_n} of {job.cells_n} cells converged")
    return job


@contextmanager
def _empty_caches() -> Iterator[None]:
    """Have the processes started meanwhile find nothing compiled."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(fresh_caches(Path(home)))
        try:
            yield
            if not any(Path(home).rglob("*")):
                raise RuntimeError("nothing was compiled: were the caches empty?")
        finally:
            os.environ.clear()
            os.environ.update(before)


def scaling(env: Environment, rounds: int, *, large: bool) -> list[Row]:
    """Run scans of growing size; the one of ten thousand cells also with nothing compiled."""
    with _empty_caches():
        first = _job(_WHOLE, env)
    sizes = [*_SMALLER, _WHOLE]
    jobs: dict[int, list[Job]] = {n: [] for n in sizes}
    for _ in range(rounds):
        for n in sizes:
            jobs[n].append(_job(n, env))
    if large:
        jobs[_LARGER] = [_job(_LARGER, env)]
    whole = jobs[_WHOLE]
    return [
        _limited("two processes", [job.wall_s for job in whole], whole[0]),
        _limited("engines excluded", [job.without_engines_s for job in whole], whole[0]),
        _limited("engines compiled anew", [first.wall_s], first),
        *(_a_cell(some, whole) for some in jobs.values()),
    ]


def _limited(what: str, wall_s: list[float], job: Job) -> Row:
    times = Times(1e3 * np.array(wall_s))
    case = f"scan of {job.cells_n} cells, {what}"
    counts = f"{job.converged_n} of them converged"
    return Row(case, times, None, counts, "under 60 s", at_most_ms=60_000.0)


def _a_cell(jobs: list[Job], whole: list[Job]) -> Row:
    """Return the row of a size: what one cell takes of the wall clock."""
    count, blocks = jobs[0].cells_n, len(jobs[0].blocks)
    ours = Times(np.array([1e3 * job.wall_s / count for job in jobs]))
    usual = Times(np.array([1e3 * job.wall_s / job.cells_n for job in whole]))
    start = np.median([job.start_s for job in jobs])
    processor = np.median([job.processor_ms for job in jobs])
    where = "in the calling process" if blocks == 1 else f"the first begun after {start:.1f} s"
    note = (
        f"Scan of {count} cells ({jobs[0].converged_n} converged) in {blocks} block"
        f"{'' if blocks == 1 else 's'}, {where}: {1e3 / ours.median:.0f} cells/s, "
        f"{ours.median / usual.median:.2f} times the cost of a cell in {whole[0].cells_n}; "
        f"{processor:.1f} ms of a processor a cell."
    )
    return Row(f"scan of {count} cells, a cell", ours, notes=(note,))


# ---- the same cells by Orekit


@dataclass(frozen=True, eq=False)
class Cell:
    """A cell of our scan as Orekit is asked for it.

    Attributes
    ----------
    ours, guess : ndarray, shape (3,)
        Lift-off after the epoch of the goals (s), coast (s), impulse (km/s): our solution, and
        the closed-form guess corrected as at the neighboring flight time, where ours starts too.
    arrival_km : ndarray, shape (3,)
    """

    pad: Pad
    goals: orekit.PeriluneGoals
    ours: Array
    guess: Array
    arrival_km: Array

    def theirs(self, shots: Shots) -> Solved:
        """Solve with Orekit."""
        return shots.solve(self.pad, self.goals, self.guess, _MET)

    def apart(self, other: Solved) -> tuple[float, float, float, float]:
        """Return how far answers are apart: perilune (m), impulse (mm/s), lift-off, coast (s)."""
        lift_off, coast, dv = np.abs(other.unknowns - self.ours).tolist()
        arrival = 1e3 * float(np.linalg.norm(other.arrival[:3] - self.arrival_km))
        return arrival, 1e6 * dv, lift_off, coast


def _sample(block: cells.Block, found: Arrays, env: Environment) -> list[Cell]:
    """Return cells drawn at random, but not of the middle flight time: it has no neighbor."""
    random = np.random.default_rng(20150110)
    flights = len(block.scan.flight_times_s)
    away = np.flatnonzero(np.arange(flights) != flights // 2)
    rows = len(found["status"]) // flights
    numbers, of = random.choice(away, _SAMPLE), random.choice(rows, _SAMPLE, replace=False)
    return [
        _cell(block, found, (int(number), int(row)), env)
        for number, row in zip(numbers, of, strict=True)
    ]


def _cell(block: cells.Block, found: Arrays, where: tuple[int, int], env: Environment) -> Cell:
    (number, row), scan = where, block.scan
    flights = len(scan.flight_times_s)
    beside = number + (1 if number < flights // 2 else -1)
    rows = row + np.array([number, beside]) * (len(found["status"]) // flights)
    seeds = _seeds(block, found, rows, env)
    epoch = seeds.lift_off[0].tdb_iso(6)
    origin = Epoch.tdb(epoch)
    controls = np.stack([seeds.lift_off - origin, seeds.coast_s, seeds.dv_km_s], axis=1)
    names = ("lift_off_s", "coast_s", "tli_dv_km_s")
    solved = np.stack([found[name][rows] for name in names], axis=1)
    solved[:, 0] -= float(origin.j2000_s)
    arrives = origin + (found["arrival_s"][rows[:1]] - float(origin.j2000_s))
    x, y, z = lunar_poles(arrives, env)[0].tolist()
    flight_s, wanted = scan.flight_times_s[number], scan.perilune
    return Cell(
        _pad(scan.launch, float(seeds.azimuth_rad[0])),
        orekit.PeriluneGoals(epoch, flight_s, wanted.radius_km, wanted.inclination_rad, (x, y, z)),
        solved[0],
        controls[0] + solved[1] - controls[1],
        np.array([found[f"arrival_{axis}_km"][rows[0]] for axis in "xyz"]),
    )


def _seeds(block: cells.Block, found: Arrays, rows: NDArray[np.int64], env: Environment) -> Volley:
    """Return the closed-form guesses of some cells."""
    scan, chains = block.scan, block.chains.of(found["chain"][rows])
    full = np.ones(len(rows))
    wanted = Targets(
        scan.perilune.radius_km * full,
        scan.perilune.inclination_rad * full,
        np.array([scan.branches[i] == "north" for i in found["branch"][rows]]),
    )
    return lift_offs(
        scan.launch,
        chains.near,
        chains.crossing,
        found["azimuth_rad"][rows],
        found["flight_time_s"][rows],
        env,
        wanted=wanted,
    ).volley


def _pad(launch: Launch, azimuth_rad: float) -> Pad:
    x, y, z = launch.site.point.fixed_km().tolist()
    ascent = launch.ascent
    angle = float(np.radians(ascent.range_angle_deg))
    return Pad((x, y, z), azimuth_rad, ascent.duration_s, angle, launch.radius_km)


def _field(body: str) -> Field:
    known = field(body)
    return Field(known.radius_km, known.c, known.s)


def beside_orekit(env: Environment, rounds: int) -> Row:
    """Solve a block of cells, and a sample of them with Orekit, each on one core."""
    block = scan_work.blocks(scan_work.scan(cells.CHAINS), cells.CHAINS, env)[0]
    found = march.solve_block(block)
    shots = Shots(_field("earth"), _field("moon"), block.scan.model.handover_s, _LOOSER)
    sample = _sample(block, found, env)
    solved = [cell.theirs(shots) for cell in sample]
    perilune, dv, lift_off, coast = np.max(
        [cell.apart(other) for cell, other in zip(sample, solved, strict=True)], axis=0
    ).tolist()
    agreement = [
        require("perilune", perilune, _PERILUNE_LIMIT_M, "m"),
        require("impulse", dv, _DV_LIMIT_MM_S, "mm/s"),
        require("lift-off", lift_off, _LIFT_OFF_LIMIT_S, "s"),
        require("coast", coast, _LIFT_OFF_LIMIT_S, "s"),
    ]
    warm_up(lambda: [cell.theirs(shots) for cell in sample], calls=1)
    mine, peer = in_turn(
        [lambda: march.solve_block(block), lambda: [cell.theirs(shots) for cell in sample]],
        calls=(1, 1),
        rounds=rounds,
    )
    flights = [other.evaluations for other in solved]
    count = len(found["status"])
    return Row(
        "a cell of a scan, one core",
        Times(mine.each_ms, 1.0 / count),
        Times(peer.each_ms, 1.0 / len(sample)),
        "; ".join(agreement),
        "20 times faster",
        at_least_ratio=20.0,
        notes=(
            f"A cell of a scan: ours a block of {count}, Orekit {len(sample)} of them "
            f"({min(flights)} to {max(flights)} flights each).",
        ),
    )
