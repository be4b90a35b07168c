"""On which days a mission could leave, for its geometry: a scan that stops at a day's first yes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.geometry import body_elevation_deg
from perilune.missions import cells as cell
from perilune.missions.judge import Craft, judge
from perilune.missions.march import solve_block
from perilune.missions.mission import Mission
from perilune.missions.scan import Landing, Scan
from perilune.missions.windows import scan_of
from perilune.phases.lift_offs import LUNAR_DAY_S

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]

_BLOCK = 2 * cell.CHAINS  # of one branch each: as many rows as a block of two branches
_LIGHT_STEP_S = 3600.0


@dataclass(frozen=True, eq=False)
class LaunchDays:
    """The days of a span on which a mission could leave.

    Attributes
    ----------
    lift_offs : Epoch, shape (n,)
        One for each lunar day (24.8 h) with a way to the Moon that its limits permit, in order.
    days_n : int
        Lunar days looked at.
    solved_n : int
        Transfers solved to know.
    """

    lift_offs: Epoch
    days_n: int
    solved_n: int


def launch_days(mission: Mission, start: Epoch, stop: Epoch) -> LaunchDays:
    """Find on which days of a span a mission could leave; its masses are not asked.

    The transfers are those of `windows`, and so are the limits: landing site, light, stations,
    total delta-v. A day needs one lift-off, one coast and one branch that they permit: once one is
    found the day's others are not solved, and none is on a day without light for a landing.

    Raises
    ------
    InputError
        As `windows` does.
    """
    env = cell.sky(mission.constants)
    scan = scan_of(mission, start, stop, env)
    chains = cell.chains(scan, env)
    day = np.round((chains.near - start) / LUNAR_DAY_S).astype(np.int64)
    day -= day.min() if len(day) else 0
    days_n = int(day.max()) + 1 if len(day) else 0
    still = _hopeful(mission.windows.limits.landing, chains, day, days_n, scan, env)
    lift_off, solved_n = np.full(days_n, np.nan), 0
    for branch, rows in _in_turn(scan, chains):
        rows = rows[still[day[rows]]]
        for part in np.array_split(rows, max(1, round(len(rows) / _BLOCK))) if len(rows) else ():
            found, when = _permitted(mission, replace(scan, branches=(branch,)), chains.of(part))
            at = day[part][found]
            lift_off[at], still[at] = when, False
            solved_n += len(part)
    known = lift_off[np.isfinite(lift_off)]
    return LaunchDays(Epoch(np.sort(known)), days_n, solved_n)


def _in_turn(scan: Scan, chains: cell.Chains) -> Iterator[tuple[str, Rows]]:
    """Yield the ways to leave, one lift-off a day each: branch, and rows of the chains."""
    ways = product(range(len(scan.directions)), (True, False), scan.branches)
    for direction, short, branch in ways:
        mine = (chains.direction == direction) & (chains.short == short)
        yield branch, np.flatnonzero(mine)


def _permitted(
    mission: Mission, scan: Scan, chains: cell.Chains
) -> tuple[NDArray[np.int64], Array]:
    """Return which chains have a cell the limits permit, and its lift-off (TDB past J2000, s)."""
    cells = solve_block(cell.Block(scan, chains))
    request, env = mission.windows, cell.sky(mission.constants)
    judged = judge(
        cells, scan, request.limits, Craft(), env, orbit_altitude_km=request.orbit_altitude_km
    )
    when = np.asarray(cells["lift_off_s"])
    inside = (when >= scan.start.j2000_s) & (when < scan.stop.j2000_s)
    good = np.flatnonzero(judged.feasible & inside)
    chain, first = np.unique(np.asarray(cells["chain"])[good], return_index=True)
    return chain, when[good][first]


def _hopeful(
    landing: Landing | None,
    chains: cell.Chains,
    day: Rows,
    days_n: int,
    scan: Scan,
    env: Environment,
) -> Flags:
    """Say on which days the site could have its light within the wait, whatever the way there."""
    if landing is None or not days_n:
        return np.ones(days_n, dtype=bool)
    low, high = landing.wait_s
    flight = scan.flight_times_s
    span_s = float(scan.stop - scan.start) + max(flight) + high + 4.0 * LUNAR_DAY_S
    times = np.arange(-2.0 * LUNAR_DAY_S, span_s, _LIGHT_STEP_S)
    lit = np.concatenate([[0], np.cumsum(_light(landing, scan.start + times, env))])
    # a coast is hours, and a day's lift-offs are half a day about its middle: a day more each way
    earliest = (chains.near - scan.start) + min(flight) + low - LUNAR_DAY_S
    latest = (chains.near - scan.start) + max(flight) + high + LUNAR_DAY_S
    first, last = np.searchsorted(times, earliest), np.searchsorted(times, latest)
    hopeful = np.zeros(days_n, dtype=bool)
    hopeful[day[lit[last] > lit[first]]] = True
    return hopeful


def _light(landing: Landing, epoch: Epoch, env: Environment) -> Flags:
    """Say when Sun and Earth stand over a site as a landing asks, a degree to spare."""
    low, high = landing.sun_elevation_deg
    sun = np.asarray(body_elevation_deg(landing.site, "sun", epoch, env))
    fine = (sun >= low - 1.0) & (sun <= high + 1.0)
    if landing.earth_elevation_deg is not None:
        earth = np.asarray(body_elevation_deg(landing.site, "earth", epoch, env))
        fine &= earth >= landing.earth_elevation_deg - 1.0
    return fine
