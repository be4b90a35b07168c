"""Solving cells: chains of a block on their way over the flight times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro.environment import Environment
from perilune.missions.cells import (
    CHAINS,
    CONVERGED,
    NO_SOLUTION,
    PLANE,
    Block,
    Chains,
    azimuth_rad,
    sky,
)
from perilune.missions.scan import Scan
from perilune.phases.aimed import Aimed
from perilune.phases.lift_offs import LUNAR_DAY_S, LiftOffs, lift_offs
from perilune.phases.targets import Targets
from perilune.phases.volley import Volley, VolleyShooter
from perilune.phases.volley_aim import aim_many
from perilune.runs.store import Arrays

Array = NDArray[np.float64]
Rows = NDArray[np.int64]

_Lessons = tuple[Array, Array, NDArray[np.bool_]]
"""What a flight time taught the next: corrections of seeds, bias of the model, which are known."""

_CONTROLS = ("lift_off_s", "coast_s", "dv_km_s")
_BEYOND_DEG = 1.5  # how far the aim's declination may exceed the inclination before it is hopeless
_APART_S = 600.0  # crossings closer than this are taken as one


def solve_block(block: Block) -> Arrays:
    """Return the cells of a block's chains: columns, of chains x flight times x branches rows.

    Columns: `chain` (row in the block), `branch`, `direction` (indices), `short`, `flight_time_s`,
    `status`, `lift_off_s` and `arrival_s` (TDB past J2000), `azimuth_rad`, `coast_s`,
    `declination_deg` (of the Moon), `aim_declination_deg`, and of converged cells `tli_dv_km_s`,
    `c3_km2_s2`, `perilune_speed_km_s`, `v_inf_km_s`, `inclination_rad`, `lowered`,
    `normal_x, _y, _z` (of the orbit) and `arrival_x_km...` (Moon-centered), both `icrf`.
    """
    scan = block.scan
    marcher = _March(scan, block.chains, sky(scan.constants))
    times, rows = scan.flight_times_s, np.ones(len(marcher.chain))
    middle = len(times) // 2
    columns = {middle: marcher.step(times[middle] * rows)}
    marcher.keep_the_middle()
    for order in (range(middle + 1, len(times)), range(middle - 1, -1, -1)):
        for number in order:
            columns[number] = marcher.step(times[number] * rows)
        marcher.back_to_the_middle()
    names = columns[middle]
    parts = [columns[number] for number in range(len(times))]
    return {name: np.concatenate([part[name] for part in parts]) for name in names}


@dataclass(frozen=True)
class Refinement:
    """A task: chains each at a flight time of its own, on one branch."""

    scan: Scan
    chains: Chains
    flight_time_s: Array

    def split(self, parts: int) -> list[Refinement]:
        """Return the task in parts of similar size."""
        count = max(1, min(parts, len(self.chains) // CHAINS))
        return [
            Refinement(self.scan, self.chains.of(rows), self.flight_time_s[rows])
            for rows in np.array_split(np.arange(len(self.chains)), count)
        ]


def refine_block(task: Refinement) -> Arrays:
    """Return the cells of a refinement: the columns of `solve_block`, a row a chain and branch."""
    marcher = _March(task.scan, task.chains, sky(task.scan.constants))
    return marcher.step(np.repeat(task.flight_time_s, len(task.scan.branches)))


class _March:
    """Chains of one block on their way over the flight times."""

    def __init__(self, scan: Scan, found: Chains, env: Environment) -> None:
        self.scan, self.env = scan, env
        self.shooter = VolleyShooter(scan.launch, scan.model, env, workers=1)
        branches = len(scan.branches)
        self.chain = np.repeat(np.arange(len(found)), branches)
        self.branch = np.tile(np.arange(branches), len(found))
        self.of = found.of(self.chain)
        azimuths = np.array([azimuth_rad(scan, i) for i in range(len(scan.directions))])
        self.azimuth = azimuths[self.of.direction]
        self.inclination = np.array([d.inclination_deg for d in scan.directions])[self.of.direction]
        rows = len(self.chain)
        wanted = scan.perilune.inclination_deg
        self.wanted = Targets(
            np.full(rows, scan.perilune.radius_km),
            np.full(rows, np.nan if wanted is None else np.radians(wanted)),
            np.array([scan.branches[i] == "north" for i in self.branch], dtype=bool),
        )
        self.correction, self.bias = np.zeros((rows, 3)), np.zeros((rows, 3))
        self.known = np.zeros(rows, dtype=bool)
        self._middle = (self.correction, self.bias, self.known)

    def back_to_the_middle(self) -> None:
        """Start again from what the middle flight time taught."""
        self.correction, self.bias, self.known = self._copied(self._middle)

    def keep_the_middle(self) -> None:
        """Remember what this flight time taught."""
        self._middle = self._copied((self.correction, self.bias, self.known))

    @staticmethod
    def _copied(lessons: _Lessons) -> _Lessons:
        return lessons[0].copy(), lessons[1].copy(), lessons[2].copy()

    def step(self, flight: Array) -> dict[str, NDArray[Any]]:
        """Solve each row at a flight time (s); returns its columns."""
        seeds, other = (
            self._seeds(crossing, flight) for crossing in (self.of.crossing, 1 - self.of.crossing)
        )
        level = np.minimum(self.inclination, 180.0 - self.inclination)
        tried = np.flatnonzero(np.abs(seeds.aim_declination_deg) - _BEYOND_DEG <= level)
        aimed = self._solve(seeds.volley, other.volley, tried)
        status = np.where(seeds.reaches, NO_SOLUTION, PLANE)
        status[tried[aimed.converged]] = CONVERGED
        self._learn(seeds.volley, aimed, tried)
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
        bias = np.where(near[:, None], self.bias[tried], 0.0)
        wanted = self.wanted.of(tried)
        aimed = aim_many(self.shooter, guess, _CONTROLS, wanted, near=near, bias=bias)
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
            none = np.zeros((len(again), 3))
            second = aim_many(self.shooter, fresh, _CONTROLS, wanted.of(again), bias=none)
            aimed = aimed.replaced(again, second)
        return aimed.without(_astray(aimed, seeds.of(tried), other.of(tried)))

    def _learn(self, seeds: Volley, aimed: Aimed, tried: Rows) -> None:
        good = aimed.converged
        rows = tried[good]
        mine, theirs = aimed.volley.of(good), seeds.of(rows)
        self.known[:] = False
        self.known[rows] = True
        self.bias[rows] = aimed.bias[good]
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
