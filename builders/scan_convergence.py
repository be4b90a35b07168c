"""Write docs/convergence.md: how many of the transfers that geometry allows a scan finds.

Run: `uv run python builders/scan_convergence.py [FOLDER]` (some ten minutes on two processors;
finished parts are kept in FOLDER, by default `perilune-out/convergence`).
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import solvable  # type: ignore[import-not-found]  # noqa: E402 (the independent test)

from perilune.astro.environment import Environment, environment  # noqa: E402
from perilune.astro.epoch import Epoch  # noqa: E402
from perilune.catalog.entry import entry  # noqa: E402
from perilune.missions import cells, march  # noqa: E402
from perilune.missions.judge import Craft, Reasons, judge  # noqa: E402
from perilune.missions.parking import directions  # noqa: E402
from perilune.missions.scan import Limits, Scan  # noqa: E402
from perilune.phases.arrival import BRANCHES, Perilune  # noqa: E402
from perilune.phases.corridor import Corridor  # noqa: E402
from perilune.phases.launch import Ascent, Launch, LaunchSite  # noqa: E402
from perilune.runs.job import run  # noqa: E402
from perilune.runs.store import Arrays, Store  # noqa: E402

Array = NDArray[np.float64]

PAGE = ROOT / "docs" / "convergence.md"
SITES = ("wenchang-lc101", "xichang-lc2", "baikonur-1-5", "vostochny-1s", "kourou-ela4",
         "cape-canaveral-39a", "sriharikota-slp")  # fmt: skip
LUNATIONS = (("2015-07-10", "2015-08-08T12:00:00"), ("2025-01-05", "2025-02-03T12:00:00"))
"""29.5 days each: in July near the minor standstill, in January near the major one."""
INCLINATIONS = (90.0, 45.0, 137.0, None)
FLIGHT_TIMES_H = (72.0, 84.0, 96.0, 108.0, 120.0, 132.0, 144.0)
PARKING_KM, PERILUNE_KM, ASCENT = 200.0, 100.0, Ascent(775.0, 25.0)


def launch_from(site: str) -> Launch:
    """Return a launch from a site of the catalogue."""
    place = entry("launch_sites", site).point("earth")
    return Launch(LaunchSite(site, place), ASCENT, PARKING_KM)


def scan_of(
    site: str,
    span: tuple[str, str],
    inclination_deg: float | None,
    env: Environment,
    flight_times_h: Sequence[float] = FLIGHT_TIMES_H,
) -> Scan:
    """Return the scan of a site over a span: parking orbits as a scan chooses them."""
    launch = launch_from(site)
    start, stop = Epoch.utc(span[0]), Epoch.utc(span[1])
    mission = SimpleNamespace(corridor=Corridor.of(entry("launch_sites", site)))
    phase = SimpleNamespace(launch=launch, inclination_deg=None, heading=None)
    tried = directions(cast(Any, mission), cast(Any, phase), start, stop, env)
    return Scan(
        launch,
        Perilune(PERILUNE_KM, inclination_deg),
        start,
        stop,
        tried,
        tuple(3600.0 * h for h in flight_times_h),
        ("north",) if inclination_deg is None else BRANCHES,
    )


def solved(
    scans: Sequence[Scan], env: Environment, *, workers: int = 1, store: Store | None = None,
    report: Any = lambda _: None,
) -> list[dict[str, NDArray[Any]]]:  # fmt: skip
    """Return the cells of every scan: all in one job, so that engines are made ready once."""
    blocks = [
        cells.Block(scan, part) for scan in scans for part in cells.chains(scan, env).blocks()
    ]
    parts = run(march.solve_block, blocks, workers=workers, store=store, report=report)
    return [
        _joined([part for block, part in zip(blocks, parts, strict=True) if block.scan is scan])
        for scan in scans
    ]


def _joined(parts: list[Arrays]) -> dict[str, NDArray[Any]]:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


# ---- the comparison

COLUMNS = ("cells", "solvable", "found", "marginal", "marginal_found", "unsolvable",
           "unsolvable_found", "twice", "silent")  # fmt: skip
_SAME_S, _LONGEST_S = 1.5 * 3600.0, 6.0 * 3600.0


@dataclass(frozen=True, eq=False)
class Task:
    """The cells of one scan, to be held against geometry."""

    scan: Scan
    cells: Arrays


def pad_of(scan: Scan, direction: int) -> Any:
    """Return a launch as the independent test knows it."""
    launch, wanted = scan.launch, scan.directions[direction]
    place = launch.site.point
    return solvable.Pad(
        place.latitude_deg,
        place.longitude_deg,
        place.altitude_km,
        wanted.inclination_deg,
        wanted.heading == "northbound",
        launch.radius_km,
        launch.ascent.duration_s,
        launch.ascent.range_angle_deg,
    )


def compared(task: Task) -> Arrays:
    """Return the counts of a scan, a row for each parking orbit: see `COLUMNS`.

    And `missed`: rows of direction, flight time, branch, lift-off (TDB past J2000) and how far
    inside the limit (deg), of solvable cells that did not converge.
    """
    scan, found = task.scan, task.cells
    counts = np.zeros((len(scan.directions), len(COLUMNS)), dtype=np.int64)
    missed: list[Array] = []
    silent = _silent(scan, found)
    for direction in range(len(scan.directions)):
        for flight_time in scan.flight_times_s:
            for branch in range(len(scan.branches)):
                rows = np.flatnonzero(
                    (found["direction"] == direction)
                    & (found["branch"] == branch)
                    & (np.asarray(found["flight_time_s"]) == flight_time)
                )
                row, lost = _group(scan, found, rows, (direction, flight_time, branch))
                counts[direction, :-1] += row
                counts[direction, -1] += np.sum(silent[rows])
                missed += lost
    return {"counts": counts, "missed": np.array(missed).reshape(-1, 5)}


def _silent(scan: Scan, found: Arrays) -> NDArray[np.bool_]:
    """Say which cells neither converged nor say why."""
    env = environment()
    judged = judge(found, scan, Limits(), Craft(), env)
    reasons = Reasons(found, judged, scan, Limits(), Craft())
    unsolved = np.asarray(found["status"]) != cells.CONVERGED
    out = np.zeros(len(unsolved), dtype=bool)
    for row in np.flatnonzero(unsolved):
        out[row] = not any(len(text) > 20 for text in reasons.of(int(row)))
    return out


def _group(
    scan: Scan, found: Arrays, rows: NDArray[np.int64], key: tuple[int, float, int]
) -> tuple[NDArray[np.int64], list[Array]]:
    """Return the counts of the cells of one parking orbit, flight time and branch."""
    direction, flight_time, branch = key
    pad = pad_of(scan, direction)
    wanted = scan.perilune
    north = scan.branches[branch] == "north"
    goal = solvable.Goal(flight_time, wanted.inclination_deg, north, wanted.radius_km)
    chance = solvable.chances(pad, goal, float(scan.start.j2000_s), float(scan.stop.j2000_s))
    slack = pad.limit_deg - np.abs(chance.declination_deg)
    inside = (slack > solvable.MARGIN_DEG) & solvable.permits(chance, goal)
    lift_off, coast = (np.asarray(found[n])[rows] for n in ("lift_off_s", "coast_s"))
    converged = np.asarray(found["status"])[rows] == cells.CONVERGED
    cell_of = _paired(chance.lift_off_s, lift_off, converged, _SAME_S)
    solved = cell_of >= 0
    # the cell of a chance that was not found, so that it is not counted again
    left = np.setdiff1d(np.flatnonzero(~converged), cell_of[solved])
    spare = np.zeros(len(rows), dtype=bool)
    spare[left] = True
    cell_of[~solved] = _paired(chance.lift_off_s[~solved], lift_off, spare, _LONGEST_S)
    in_span = (lift_off >= scan.start.j2000_s) & (lift_off < scan.stop.j2000_s)
    rest = np.setdiff1d(np.flatnonzero(in_span), cell_of)
    seen = solvable.sight(pad, goal, lift_off[rest], coast[rest]) if len(rest) else None
    room = pad.limit_deg - np.abs(seen.declination_deg) if seen else np.zeros(0)
    outside = room < -solvable.MARGIN_DEG
    counts = [
        len(chance.lift_off_s) + len(rest),
        inside.sum(),
        (inside & solved).sum(),
        (~inside).sum() + (~outside).sum(),
        (~inside & solved).sum(),
        outside.sum(),
        (outside & converged[rest]).sum(),
        (~outside & converged[rest]).sum(),
    ]
    lost = [
        np.array([*key, chance.lift_off_s[i], slack[i]]) for i in np.flatnonzero(inside & ~solved)
    ]
    return np.array(counts, dtype=np.int64), lost


def _paired(
    wanted: Array, offered: Array, allowed: NDArray[np.bool_], most: float
) -> NDArray[np.int64]:
    """Return for each instant wanted the row offered, one to one and near; -1 where none is."""
    rows = np.flatnonzero(allowed)
    out = np.full(len(wanted), -1)
    cost = np.minimum(np.abs(wanted[:, None] - offered[rows][None, :]), most)
    mine, theirs = linear_sum_assignment(cost)
    near = cost[mine, theirs] < most
    out[mine[near]] = rows[theirs[near]]
    return out


# ---- the page

HEAD = """# Convergence of a scan

Generated by `builders/scan_convergence.py`.

How many of the transfers that exist does a scan find? For seven launch sites, every day of two
lunations (from {first}, near the minor lunar standstill, and from {second}, near the major one),
both coasts, both branches, flight times of {times} h, perilunes at {perilune:g} km with lunar
inclinations of 90, 45 and 137 deg and the lowest the approach allows (one branch). The parking
orbits (200 km) are those a scan chooses by itself: the lowest inclination that the site permits
and, where the Moon goes higher, the lowest that holds it every day.

What exists is decided by `tests/solvable.py`, which shares no code with the solver: the turning
pad (ERFA), the Moon (DE440 by jplephem), a conic from perigee and the Moon's sphere of influence
say where the arrival is aimed and which lift-offs hold that point in their plane. A cell is

- **solvable** where the aimed point's declination stays {margin:g} deg inside the parking
  inclination, the flight takes 3 to 6 days, and the lunar inclination lies between the
  asymptote's latitude and its supplement;
- **marginal** within {margin:g} deg of that limit, on either side: the patched conics leave out
  what Moon and Sun do outside the sphere of influence (some tenths of a degree of declination), and
  at the limit both lift-offs of a day run together;
- **unsolvable** beyond.

A solvable cell counts as found where a converged transfer of the same flight time and branch lifts
off near the instant that geometry gives, one transfer for each. Every cell that did not converge
says why in words: {silent} were silent.

**{found:,} of {solvable:,} solvable cells converged: {share:.2f} %.** {cells:,} cells in all;
{marginal:,} marginal, of which {marginal_found:,} converged; {unsolvable:,} unsolvable, of which
{unsolvable_found:,} converged all the same (none further than 0.5 deg beyond the limit); {twice:,}
converged cells, near the limit, are the second of a pair of lift-offs.

The cells missed lie near the limit: a plane that barely holds the aimed point sweeps over it so
slowly that the two lift-offs of a day are almost one, and a solve by slopes finds neither. Where
the parking inclination is the pad's own latitude (Kourou at 5.22 deg) that lasts for hours.

| site | parking inclination, deg | cells | solvable | converged of them | share, % | \
marginal (converged) | unsolvable (converged) |
|---|---|---|---|---|---|---|---|
"""


@dataclass
class Tally:
    """Counts by site and parking inclination."""

    rows: dict[tuple[str, str], NDArray[np.int64]] = field(default_factory=dict)

    def add(self, scan: Scan, counts: NDArray[np.int64]) -> None:
        """Add the counts of a scan."""
        for direction, row in zip(scan.directions, counts, strict=True):
            key = (scan.launch.site.name, f"{direction.inclination_deg:.2f} {direction.heading}")
            self.rows[key] = self.rows.get(key, np.zeros(len(COLUMNS), dtype=np.int64)) + row

    @property
    def total(self) -> dict[str, int]:
        """Counts of everything, by name."""
        whole = np.sum(list(self.rows.values()), axis=0)
        return dict(zip(COLUMNS, (int(n) for n in whole), strict=True))

    def lines(self) -> list[str]:
        """Return the rows of the table."""
        out = []
        for (site, orbit), row in self.rows.items():
            n = dict(zip(COLUMNS, row.tolist(), strict=True))
            share = f"{100.0 * n['found'] / n['solvable']:.2f}" if n["solvable"] else "-"
            out.append(
                f"| {site} | {orbit} | {n['cells']:,} | {n['solvable']:,} | {n['found']:,} "
                f"| {share} "
                f"| {n['marginal']:,} ({n['marginal_found']:,}) "
                f"| {n['unsolvable']:,} ({n['unsolvable_found']:,}) |"
            )
        return out


def page(tally: Tally, missed: list[str]) -> str:
    """Return the page."""
    total = tally.total
    head = HEAD.format(
        first=LUNATIONS[0][0],
        second=LUNATIONS[1][0],
        times=", ".join(f"{h:g}" for h in FLIGHT_TIMES_H),
        perilune=PERILUNE_KM,
        margin=solvable.MARGIN_DEG,
        share=100.0 * total["found"] / total["solvable"],
        **total,
    )
    out = head.replace("\\\n", "") + "\n".join(tally.lines()) + "\n"
    if missed:
        out += "\nSolvable cells that did not converge, by their distance inside the limit:\n\n"
        out += "\n".join(missed) + "\n"
    return out


def _missed(scans: Sequence[Scan], results: Sequence[Arrays]) -> list[str]:
    """Return how many cells were missed, by parking orbit and distance inside the limit."""
    counted: Counter[tuple[str, str]] = Counter()
    for scan, result in zip(scans, results, strict=True):
        for direction, _, _, _, slack in np.asarray(result["missed"]):
            name = (
                f"{scan.launch.site.name}, {scan.directions[int(direction)].inclination_deg:g} deg"
            )
            span = "0.3 to 1 deg" if slack < 1.0 else "1 to 3 deg" if slack < 3.0 else "over 3 deg"
            counted[name, span] += 1
    return [f"- {name}: {span} inside: {n}" for (name, span), n in sorted(counted.items())]


def main() -> None:
    """Solve, compare, write."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "perilune-out" / "convergence"
    env = environment(tuned=True)
    scans = [
        scan_of(site, span, inclination, env)
        for site in SITES
        for span in LUNATIONS
        for inclination in INCLINATIONS
    ]
    found = solved(scans, env, workers=2, store=Store(folder, scans), report=print)
    tasks = [Task(scan, part) for scan, part in zip(scans, found, strict=True)]
    results = run(compared, tasks, workers=2, report=print)
    tally = Tally()
    for scan, result in zip(scans, results, strict=True):
        tally.add(scan, np.asarray(result["counts"]))
    PAGE.write_text(page(tally, _missed(scans, results)), encoding="utf-8")
    print(tally.total)


if __name__ == "__main__":
    main()
