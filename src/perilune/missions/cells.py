"""The cells of a scan: every lift-off, flight time and branch, solved in full ephemeris.

A *chain* is one lift-off opportunity (a crossing of the Moon's place by the launch plane, on one
lunar day) followed over all flight times: the solution at one flight time corrects the guess at
the next. Chains are solved side by side, in blocks that a job can keep.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro.environment import Environment, environment
from perilune.astro.epoch import Epoch
from perilune.missions.scan import Scan
from perilune.phases.lift_offs import LUNAR_DAY_S, LiftOffs, every, lift_offs
from perilune.phases.targets import Targets
from perilune.phases.volley import Volley, VolleyShooter
from perilune.phases.volley_aim import Aimed, aim_many
from perilune.runs.store import Arrays

Array = NDArray[np.float64]
Rows = NDArray[np.int64]

CHAINS = 24  # in a block: seconds of work, and enough for the lanes
_CONTROLS = ("lift_off_s", "coast_s", "dv_km_s")
_BEYOND_DEG = 1.5  # how far the aim's declination may exceed the inclination before it is hopeless
_APART_S = 600.0  # crossings closer than this are taken as one
_MARGIN_S = 2.0 * 3600.0

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
        count = max(1, round(len(self) / CHAINS))
        return [self.of(rows) for rows in np.array_split(np.arange(len(self)), count)]


def chains(scan: Scan, env: Environment) -> Chains:
    """Return every chain of a scan, in order of lift-off."""
    found: list[tuple[Epoch, Rows, Rows, NDArray[np.bool_]]] = []
    middle = scan.flight_times_s[len(scan.flight_times_s) // 2]
    for number, _ in enumerate(scan.directions):
        seeds = every(
            scan.launch,
            scan.start + (-_MARGIN_S),
            scan.stop + _MARGIN_S,
            _azimuth_rad(scan, number),
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


def _azimuth_rad(scan: Scan, direction: int) -> float:
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


def solve_block(block: Block) -> Arrays:
    """Return the cells of a block's chains: columns, of chains x flight times x branches rows.

    Columns: `chain` (row in the block), `branch`, `direction` (indices), `short`, `flight_time_s`,
    `status`, `lift_off_s` and `arrival_s` (TDB past J2000), `azimuth_rad`, `coast_s`,
    `declination_deg` (of the Moon), `aim_declination_deg`, and of converged cells `tli_dv_km_s`,
    `c3_km2_s2`, `perilune_speed_km_s`, `v_inf_km_s`, `inclination_rad`, `lowered`,
    `normal_x, _y, _z` (of the orbit) and `arrival_x_km...` (Moon-centered), both `icrf`.
    """
    marcher = _March(block, sky(block.scan.constants))
    count = len(block.scan.flight_times_s)
    middle = count // 2
    columns: list[dict[str, NDArray[Any]]] = [{} for _ in range(count)]
    for order in (range(middle, count), range(middle - 1, -1, -1)):
        for number in order:
            columns[number] = marcher.step(number)
        marcher.back_to_the_middle()
    names = columns[0]
    return {name: np.concatenate([part[name] for part in columns]) for name in names}


@cache
def sky(constants: str) -> Environment:
    """Return this process's sky: engines compiled for one block serve the next."""
    return environment(constants=constants, tuned=True)


class _March:
    """Chains of one block on their way over the flight times."""

    def __init__(self, block: Block, env: Environment) -> None:
        scan, found = block.scan, block.chains
        self.scan, self.env = scan, env
        self.shooter = VolleyShooter(scan.launch, scan.model, env, workers=1)
        branches = len(scan.branches)
        self.chain = np.repeat(np.arange(len(found)), branches)
        self.branch = np.tile(np.arange(branches), len(found))
        self.of = found.of(self.chain)
        azimuths = np.array([_azimuth_rad(scan, i) for i in range(len(scan.directions))])
        self.azimuth = azimuths[self.of.direction]
        self.inclination = np.array([d.inclination_deg for d in scan.directions])[self.of.direction]
        rows = len(self.chain)
        wanted = scan.perilune.inclination_deg
        self.wanted = Targets(
            np.full(rows, scan.perilune.radius_km),
            np.full(rows, np.nan if wanted is None else np.radians(wanted)),
            np.array([scan.branches[i] == "north" for i in self.branch], dtype=bool),
        )
        self.correction = np.zeros((rows, 3))
        self.known = np.zeros(rows, dtype=bool)
        self._middle: tuple[Array, NDArray[np.bool_]] = (self.correction, self.known)

    def back_to_the_middle(self) -> None:
        """Start again from what the middle flight time taught."""
        self.correction, self.known = self._middle[0].copy(), self._middle[1].copy()

    def step(self, number: int) -> dict[str, NDArray[Any]]:
        """Solve one flight time; returns its columns."""
        rows = len(self.chain)
        flight = np.full(rows, self.scan.flight_times_s[number])
        seeds, other = (
            self._seeds(crossing, flight) for crossing in (self.of.crossing, 1 - self.of.crossing)
        )
        level = np.minimum(self.inclination, 180.0 - self.inclination)
        tried = np.flatnonzero(np.abs(seeds.aim_declination_deg) - _BEYOND_DEG <= level)
        aimed = self._solve(seeds.volley, other.volley, tried)
        status = np.where(seeds.reaches, NO_SOLUTION, PLANE)
        status[tried[aimed.converged]] = CONVERGED
        self._learn(seeds.volley, aimed, tried)
        if number == len(self.scan.flight_times_s) // 2:
            self._middle = (self.correction.copy(), self.known.copy())
        return self._columns(seeds, flight, status, tried, aimed)

    def _seeds(self, crossing: Rows, flight: Array) -> LiftOffs:
        launch = self.scan.launch
        return lift_offs(
            launch, self.of.near, crossing, self.azimuth, flight, self.env, wanted=self.wanted
        )

    def _solve(self, seeds: Volley, other: Volley, tried: Rows) -> Aimed:
        """Solve the rows tried; what fell onto the other crossing is done again, from its seed."""
        near = self.known[tried]
        shift = np.where(near[:, None], self.correction[tried], 0.0)
        guess = seeds.of(tried).moved({n: shift[:, i] for i, n in enumerate(_CONTROLS)})
        aimed = aim_many(self.shooter, guess, _CONTROLS, self.wanted.of(tried), near=near)
        astray = _astray(aimed, seeds.of(tried), other.of(tried))
        again = np.flatnonzero((~aimed.converged & near) | astray)
        if len(again):
            fresh = seeds.of(tried[again])
            period = (
                2.0
                * np.pi
                * np.sqrt(self.scan.launch.radius_km**3 / self.env.constants.gm("earth"))
            )
            behind = np.where(aimed.volley.coast_s[again] < 0.0, period, 0.0)
            fresh = fresh.moved({"coast_s": behind})
            second = aim_many(self.shooter, fresh, _CONTROLS, self.wanted.of(tried[again]))
            aimed = aimed.replaced(again, second)
        return aimed.without(_astray(aimed, seeds.of(tried), other.of(tried)))

    def _learn(self, seeds: Volley, aimed: Aimed, tried: Rows) -> None:
        good = aimed.converged
        rows = tried[good]
        mine, theirs = aimed.volley.of(good), seeds.of(rows)
        self.known[:] = False
        self.known[rows] = True
        self.correction[rows] = np.stack(
            [
                mine.lift_off - theirs.lift_off,
                mine.coast_s - theirs.coast_s,
                mine.dv_km_s - theirs.dv_km_s,
            ],
            axis=1,
        )

    def _columns(
        self,
        guessed: LiftOffs,
        flight: Array,
        status: Rows,
        tried: Rows,
        aimed: Aimed,
    ) -> dict[str, NDArray[Any]]:
        good, seeds = aimed.converged, guessed.volley
        rows, flown = tried[good], aimed.flown
        lift_off, coast = np.array(seeds.lift_off.j2000_s), seeds.coast_s.copy()
        lift_off[rows], coast[rows] = (
            np.asarray(aimed.volley.lift_off.j2000_s)[good],
            aimed.volley.coast_s[good],
        )
        ascent_s = self.scan.launch.ascent.duration_s

        def whole(values: Array) -> Array:
            out = np.full(len(self.chain), np.nan)
            out[rows] = values[good]
            return out

        mu_earth, mu_moon = (self.env.constants.gm(body) for body in ("earth", "moon"))
        r, v = flown.after[:, :3], flown.after[:, 3:]
        radius = np.linalg.norm(flown.arrival[:, :3], axis=1)
        speed = np.linalg.norm(flown.arrival[:, 3:], axis=1)
        normal = np.cross(flown.arrival[:, :3], flown.arrival[:, 3:])
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
        lowered = np.zeros(len(self.chain), dtype=bool)
        lowered[rows] = aimed.lowered[good]
        return {
            "chain": self.chain,
            "branch": self.branch,
            "direction": self.of.direction,
            "short": self.of.short,
            "flight_time_s": flight,
            "status": status,
            "lift_off_s": lift_off,
            "arrival_s": lift_off + ascent_s + coast + flight,
            "azimuth_rad": self.azimuth,
            "coast_s": coast,
            "declination_deg": guessed.declination_deg,
            "aim_declination_deg": guessed.aim_declination_deg,
            "lowered": lowered,
            "tli_dv_km_s": whole(flown.injection_dv_km_s),
            "c3_km2_s2": whole(np.sum(v * v, axis=1) - 2.0 * mu_earth / np.linalg.norm(r, axis=1)),
            "perilune_speed_km_s": whole(speed),
            "v_inf_km_s": whole(np.sqrt(np.maximum(speed**2 - 2.0 * mu_moon / radius, 0.0))),
            "inclination_rad": whole(aimed.inclination_rad),
            **{f"normal_{axis}": whole(normal[:, i]) for i, axis in enumerate("xyz")},
            **{f"arrival_{axis}_km": whole(flown.arrival[:, i]) for i, axis in enumerate("xyz")},
        }


def _astray(aimed: Aimed, seeds: Volley, other: Volley) -> NDArray[np.bool_]:
    """Say which rows converged to a coast before insertion, or to another crossing's lift-off."""
    lift_off = aimed.volley.lift_off
    moved, beyond = np.abs(lift_off - seeds.lift_off), np.abs(lift_off - other.lift_off)
    apart = np.abs(seeds.lift_off - other.lift_off) > _APART_S
    strayed = (moved > 0.25 * LUNAR_DAY_S) | (apart & (beyond < moved))
    return np.asarray(aimed.converged & ((aimed.volley.coast_s < 0.0) | strayed))
