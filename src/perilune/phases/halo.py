"""A relay's way into a halo orbit: braking at a lunar swing-by, insertion, revolutions there."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.environment import Environment
from perilune.astro.epoch import DAY
from perilune.astro.state import State
from perilune.dynamics.events import impact
from perilune.dynamics.propagate import propagate
from perilune.dynamics.trajectory import Trajectory
from perilune.phases.base import Check, Condition, Context, Engine, Happening, Leg, Stack
from perilune.phases.halo_insertion import Insertion, Search, exact
from perilune.phases.halo_targets import reference
from perilune.phases.swing_by_scan import LONGEST_S, Option, scan
from perilune.targeting.periodic import Halo, halo
from perilune.targeting.periodic_ephemeris import SENSITIVITY, Reference
from perilune.targeting.periodic_problem import Circular

Array = NDArray[np.float64]

_TRIED = 3
_LEAST_REVOLUTIONS = 1.2
_CLOSE_M, _CLOSE_MM_S = 1.0, 1.0


@dataclass(frozen=True)
class HaloOrbit:
    """The Earth-Moon halo orbit wanted: of the L2 southern family unless told otherwise.

    Attributes
    ----------
    height_km : float, optional
        Greatest distance from the plane of the Moon's orbit.
    period_d : float, optional
        In its place.
    point : int
        1 or 2.
    north : bool
    """

    height_km: float | None = None
    period_d: float | None = None
    point: int = 2
    north: bool = False

    def solve(self, env: Environment) -> Halo:
        """Return the orbit in the circular problem (see `perilune.targeting.periodic.halo`)."""
        return halo(
            Circular.earth_moon(env),
            self.point,
            north=self.north,
            height_km=self.height_km,
            period_d=self.period_d,
        )


@dataclass(frozen=True)
class HaloTransfer:
    """From an unbraked perilune into a halo orbit by two impulses, and revolutions there.

    Attributes
    ----------
    orbit : HaloOrbit
    spacecraft : str, optional
        Whose propellant is used.
    engine : Engine, optional
        Without, no mass is used.
    revolutions : float
        Flown in the halo, at least 1.2.
    longest_s : float
        Longest flight from perilune to insertion.

    Model limits: impulses; the halo is flown without the errors that station-keeping mends (see
    `perilune.phases.halo_upkeep`).
    """

    orbit: HaloOrbit
    spacecraft: str | None = None
    engine: Engine | None = None
    revolutions: float = 4.0
    longest_s: float = LONGEST_S

    def fly(self, start: Condition, context: Context) -> list[Leg]:
        """Return the leg from the unbraked perilune in `start.state` to the end of the stay."""
        assert start.state is not None
        around = self.orbit.solve(context.env)
        if not around.converged:
            return [_unsolved(start, around.remedy)]
        context.report("halo insertion")
        for candidate in self._candidates(start.state, start.departure, around, context):
            solved = self._solved(start.state, candidate, around, context)
            if solved is not None:
                return [self._leg(start, *solved, context)]
        return [_unsolved(start, _OUT_OF_REACH)]

    def _solved(
        self, perilune: State, candidate: Insertion, around: Halo, context: Context
    ) -> tuple[Insertion, Reference] | None:
        """Return a candidate solved in the full force model, and the halo orbit it meets."""
        forces, env = context.model.moon, context.env
        stay = max(self.revolutions, _LEAST_REVOLUTIONS)
        search = Search(lambda _: perilune, candidate, around, forces, env, min(stay, 4.0))
        found = search.run(free_side=False) or candidate
        about = perilune.epoch + found.flight_time_s
        path = reference(around, about, found.phase, stay, forces, env)
        if not path.converged:
            return None
        found = exact(perilune, found, path, forces, env)
        return (found, path) if found.miss_km < 1e-3 * _CLOSE_M else None

    def _candidates(
        self, perilune: State, known: object, around: Halo, context: Context
    ) -> list[Insertion]:
        """Return insertions among points of mass, cheapest first.

        `known` is the one a `SwingByTransfer` found, if that came before.
        """
        env = context.env
        options: list[Option | Insertion] = [
            *scan(perilune, around, env, longest_s=self.longest_s, fixed=True, count=_TRIED)
        ]
        if isinstance(known, Insertion):
            options = [known, *options]
        tried = [
            Search(lambda _: perilune, replace(o, side_rad=0.0), around, SENSITIVITY, env).run(
                free_side=False
            )
            for o in options
        ]
        return sorted((f for f in tried if f is not None), key=lambda f: f.total_km_s)

    def _leg(self, start: Condition, found: Insertion, path: Reference, context: Context) -> Leg:
        """Fly what was solved, and account for it."""
        assert start.state is not None
        assert path.trajectory is not None
        at, env, forces = start.state, context.env, context.model.moon
        braked = State(at.epoch, "moon", "icrf", at.r_km, at.v_km_s + found.braking_km_s)
        inserts = at.epoch + found.flight_time_s
        coast = propagate(braked, until=inserts, forces=forces, env=env, events=(impact("moon"),))
        if coast.status != "completed":
            return _unsolved(start, "the braked path falls onto the Moon: raise the perilune")
        there = path.trajectory.at(inserts)
        arrived = coast.final
        stay = _from(path.trajectory, there, context)
        flown = coast + stay
        first, braked_stack = self._impulse("lunar_swing_by", at, found.braking_km_s, start.stack)
        second, end_stack = self._impulse(
            "halo_insertion", arrived, there.v_km_s - arrived.v_km_s, braked_stack
        )
        happenings = (first, second)
        figures = _figures(found, path, at, happenings)
        short = _shortage(end_stack, self.spacecraft)
        return Leg(
            "halo",
            Condition(end_stack, flown.final),
            flown,
            happenings,
            _checks(arrived, there, flown),
            begins=at.epoch,
            status="propellant_short" if short else "converged",
            remedy=short,
            solution=figures,
        )

    def _impulse(
        self, name: str, before: State, dv: Array, stack: Stack
    ) -> tuple[Happening, Stack]:
        size = float(np.linalg.norm(dv))
        after, mass = stack, stack.mass_kg
        if self.engine is not None and self.spacecraft is not None and mass is not None:
            used = mass * (1.0 - np.exp(-size / self.engine.exhaust_km_s))
            after = stack.burnt(self.spacecraft, float(used))
        happening = Happening(
            name, before, stack.name, before.epoch, 1e3 * size, mass, after.mass_kg
        )
        return happening, after


_OUT_OF_REACH = (
    "no braking at this perilune leads near the halo orbit: pass the Moon on another side (the "
    "perilune's inclination; `SwingByTransfer` finds it), or at another height"
)


def _unsolved(start: Condition, remedy: str) -> Leg:
    return Leg("halo", start, status="no_solution", remedy=remedy)


def _from(path: Trajectory, there: State, context: Context) -> Trajectory:
    """Return the reference orbit from an instant on: arcs from joint to joint."""
    ends = [arc.origin + arc.span_s[1] for arc in path.arcs]
    number = next(i for i, end in enumerate(ends) if float(end - there.epoch) > 1.0)
    first = propagate(there, until=ends[number], forces=context.model.moon, env=context.env)
    rest = path.arcs[number + 1 :]
    return first + Trajectory(rest, path.env) if rest else first


def _checks(arrived: State, there: State, flown: Trajectory) -> tuple[Check, ...]:
    jumps = []
    for before, after in zip(flown.arcs[1:-1], flown.arcs[2:], strict=True):
        jumps.append(after.vectors(np.array([0.0]))[0, :6] - before.run.vector[:6])
    joints = np.array(jumps) if jumps else np.zeros((1, 6))
    gap = 1e3 * float(np.linalg.norm(joints[:, :3], axis=1).max())
    kink = 1e6 * float(np.linalg.norm(joints[:, 3:], axis=1).max())
    miss = 1e3 * float(np.linalg.norm(arrived.r_km - there.r_km))
    return (
        Check("halo insertion position error", miss, "m", _CLOSE_M),
        Check("halo joints, position", gap, "m", _CLOSE_M),
        Check("halo joints, velocity", kink, "mm/s", _CLOSE_MM_S),
    )


def _shortage(stack: Stack, name: str | None) -> str:
    if name is None:
        return ""
    left = stack.member(name).propellant_kg
    return "" if left >= 0.0 else f"{name} lacks {-left:.1f} kg of propellant for the halo orbit"


def _figures(
    found: Insertion, path: Reference, at: State, happenings: tuple[Happening, ...]
) -> dict[str, object]:
    around = path.halo
    sizes = [h.dv_m_s or 0.0 for h in happenings]
    return {
        "swing_by_altitude_km": float(np.linalg.norm(at.r_km)) - MOON_RADIUS_KM,
        "swing_by_dv_m_s": sizes[0],
        "halo_insertion_dv_m_s": sizes[1],
        "halo_total_dv_m_s": sum(sizes),
        "swing_by_to_insertion_d": float(found.flight_time_s) / DAY,
        "halo_insertion_utc": happenings[1].epoch.utc_iso(1),
        "halo_insertion_phase": float(found.phase),
        "halo_height_km": around.height_km,
        "halo_period_d": around.period_d,
        "halo_jacobi": around.jacobi,
        "halo_stability_index": around.stability_index,
        "halo_joint_m": 1e3 * path.gap_km,
        "halo_joint_mm_s": 1e6 * path.gap_km_s,
    }
