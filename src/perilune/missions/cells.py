"""The cells of a scan: every lift-off, flight time and branch, solved in full ephemeris.

A *chain* is one lift-off opportunity (a crossing of the Moon's place by the launch plane, on one
lunar day) followed over all flight times: the solution at one flight time corrects the guess at
the next. Chains are solved side by side, in blocks that a job can keep.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from perilune.astro.environment import Environment, environment
from perilune.astro.epoch import DAY, Epoch
from perilune.missions.scan import Scan
from perilune.phases.lift_offs import LUNAR_DAY_S, every
from perilune.phases.volley import Volley

Array = NDArray[np.float64]
Rows = NDArray[np.int64]

CHAINS = 24  # in a block: seconds of work, and enough for the lanes
LUNAR_MONTH_S = 27.321661 * DAY

PLANE, NO_SOLUTION, CONVERGED = 0, 1, 2
"""Status of a cell: the launch plane cannot hold the Moon; not converged; converged."""


@dataclass(frozen=True, eq=False)
class Chains:
    """Lift-off opportunities, a row each.

    Attributes
    ----------
    near : Epoch
        Lift-off guessed at the middle flight time.
    direction : ndarray of int
        Index into the scan's directions.
    crossing : ndarray of int
    short : ndarray of bool
        Whether the coast is the shorter of its lunar day.
    """

    near: Epoch
    direction: Rows
    crossing: Rows
    short: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.direction)

    def of(self, rows: Rows) -> Chains:
        """Return some of the rows."""
        return Chains(self.near[rows], self.direction[rows], self.crossing[rows], self.short[rows])

    def blocks(self) -> list[Chains]:
        """Return the chains in blocks of similar size."""
        if not len(self):
            return []
        count = max(1, round(len(self) / CHAINS))
        return [self.of(rows) for rows in np.array_split(np.arange(len(self)), count)]


def chains(scan: Scan, env: Environment) -> Chains:
    """Return every chain of a scan, in order of lift-off."""
    found: list[tuple[Epoch, Rows, Rows, NDArray[np.bool_]]] = []
    middle = scan.flight_times_s[len(scan.flight_times_s) // 2]
    # at another flight time the Moon, and with it the lift-off, is elsewhere: up to thrice as much
    # where the plane crosses its path flat
    longest = max(abs(time - middle) for time in scan.flight_times_s)
    margin_s = 3600.0 + 3.0 * longest * LUNAR_DAY_S / LUNAR_MONTH_S
    for number, _ in enumerate(scan.directions):
        seeds = every(
            scan.launch,
            scan.start + (-margin_s),
            scan.stop + margin_s,
            azimuth_rad(scan, number),
            middle,
            env,
        )
        count = len(seeds.volley)
        short = _shorter(seeds.volley, seeds.crossing)
        found.append((seeds.volley.lift_off, np.full(count, number), seeds.crossing, short))
    near = Epoch(
        np.concatenate([e.parts_s[0] for e, *_ in found]),
        np.concatenate([e.parts_s[1] for e, *_ in found]),
    )
    direction, crossing, short = (np.concatenate([f[i] for f in found]) for i in (1, 2, 3))
    order = np.argsort(near - scan.start)
    return Chains(near[order], direction[order], crossing[order], short[order])


def azimuth_rad(scan: Scan, direction: int) -> float:
    """Return the inertial azimuth of one of a scan's directions."""
    wanted = scan.directions[direction]
    northbound = wanted.heading == "northbound"
    site = scan.launch.site
    return float(np.radians(site.azimuth_deg(wanted.inclination_deg, northbound=northbound)))


def _shorter(volley: Volley, crossing: Rows) -> NDArray[np.bool_]:
    """Say of each lift-off whether its coast is shorter than that of the other crossing."""
    out = np.ones(len(volley), dtype=bool)
    after = volley.lift_off - volley.lift_off[0] if len(volley) else np.empty(0)
    for row in range(len(volley)):
        others = np.flatnonzero(crossing != crossing[row])
        if len(others):
            beside = others[np.argmin(np.abs(after[others] - after[row]))]
            out[row] = volley.coast_s[row] <= volley.coast_s[beside]
    return out


@dataclass(frozen=True)
class Block:
    """A task: some chains of a scan."""

    scan: Scan
    chains: Chains


@cache
def sky(constants: str) -> Environment:
    """Return this process's sky: engines compiled for one block serve the next."""
    return environment(constants=constants, tuned=True)
