"""One burn in lunar orbit: the coast to it, the solve of its vector, and the leg it makes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro import elements
from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.dynamics.events import Event
from perilune.dynamics.propagate import propagate
from perilune.phases.base import Check, Condition, Context, Engine, Happening, Leg, Stack
from perilune.phases.burn import burn_time_s
from perilune.phases.relative import lvlh
from perilune.phases.rendezvous_flight import Course, FlownPulse, Pulse, fly_pulses
from perilune.targeting.problem import Goal, Solution, Unknown, differences, solve

Array = NDArray[np.float64]

LEAD_S = 60.0
"""A burn's middle comes at least this long after the start, and after half the burn."""


@dataclass(frozen=True)
class Burner:
    """Whose propellant a burn in orbit uses, and by which engine.

    Attributes
    ----------
    spacecraft : str or None
    engine : Engine or None
        None: an impulse, without mass.
    impulsive : bool
        Burn in an instant (mass by the rocket equation).
    """

    spacecraft: str | None = None
    engine: Engine | None = None
    impulsive: bool = False

    def pulse(self, epoch: Epoch, dv_km_s: Array) -> Pulse:
        """Return a burn of this engine."""
        return Pulse(epoch, dv_km_s, self.engine)

    def fly(
        self,
        start: Condition,
        pulses: Sequence[Pulse],
        until: Epoch,
        context: Context,
        *,
        kept: bool = True,
    ) -> Course:
        """Fly pulses from a condition on to an epoch."""
        assert start.state is not None
        mass = start.stack.mass_kg if self.engine is not None else None
        state = moon_state(start.state, context)
        return fly_pulses(state, mass, pulses, until, context, impulsive=self.impulsive, kept=kept)

    def half_s(self, dv_km_s: float, stack: Stack) -> float:
        """Return half the length of a burn."""
        mass = stack.mass_kg
        if self.impulsive or self.engine is None or mass is None:
            return 0.0
        return 0.5 * burn_time_s(dv_km_s, self.engine, mass)


def moon_state(state: State, context: Context) -> State:
    """Return a state about the Moon, in `icrf` axes."""
    return state.to(center="moon", axes="icrf", env=context.env)


def osculating(state: State, context: Context) -> elements.Elements:
    """Return the osculating elements about the Moon (angles of no use: `icrf`)."""
    return elements.from_vectors(state.r_km, state.v_km_s, context.env.constants.gm("moon"))


def next_event(
    start: State, event: Event, number: int, context: Context, *, after_s: float = LEAD_S
) -> State | None:
    """Return the n-th place (from 1) of an event on the coast ahead, or None where there is none.

    The coast looks over a turn more than `number`.
    """
    period = float(osculating(start, context).period_s)
    if not np.isfinite(period):
        return None
    coast = propagate(
        start,
        until=start.epoch + (after_s + (number + 1.2) * period),
        forces=context.model.moon,
        env=context.env,
        events=(event,),
    )
    found = [e.state for e in coast.events if float(e.epoch - start.epoch) >= after_s]
    return found[number - 1] if len(found) >= number else None


@dataclass(frozen=True, eq=False)
class Aim:
    """What one burn is to reach.

    Attributes
    ----------
    at : State
        Where its middle is, on the coast without it.
    seed : ndarray, shape (3,)
        In the axes of the orbit there (`lvlh`), km/s.
    free : tuple of int
        Which of the three the solve moves.
    goals : tuple of Goal
    residual : callable
        From the state after the burn to what each goal is missed by.
    """

    at: State
    seed: Array
    free: tuple[int, ...]
    goals: tuple[Goal, ...]
    residual: Callable[[State], Array]


def solve_burn(
    start: Condition, aim: Aim, burner: Burner, context: Context
) -> tuple[Solution, Pulse]:
    """Return how the solve in the full model ended, and the burn."""
    axes, free = lvlh(aim.at), list(aim.free)
    half = burner.half_s(float(np.linalg.norm(aim.seed)) * 1.3 + 1e-3, start.stack)

    def pulse(values: Array) -> Pulse:
        parts = aim.seed.copy()
        parts[free] = values
        return burner.pulse(aim.at.epoch, parts @ axes)

    def residual(values: Array) -> Array:
        course = burner.fly(start, [pulse(values)], aim.at.epoch + half, context, kept=False)
        if course.status != "completed":
            return np.full(len(aim.goals), np.nan)
        return aim.residual(course.final)

    unknowns = [Unknown(f"dv_{'xyz'[i]}_km_s", float(aim.seed[i]), 1e-3) for i in free]
    lasts, period = 2.0 * half / 1.3, float(osculating(aim.at, context).period_s)
    if lasts > period:  # no burn at a place any more: it would only be solved for in vain
        remedy = (
            f"the burn would last {lasts / 3600.0:,.1f} h, longer than the turn of "
            f"{period / 3600.0:.1f} h it is in: more thrust"
        )
        values = {u.name: float(aim.seed[i]) for u, i in zip(unknowns, free, strict=True)}
        return Solution("no_solution", values, {}, 0, 0, remedy=remedy), pulse(aim.seed[free])
    evaluate = differences(residual, [1e-6] * len(free))
    solution = solve(unknowns, aim.goals, evaluate, max_iterations=20)
    return solution, pulse(np.array(list(solution.values.values())))


def burn_leg(
    kind: str,
    start: Condition,
    pulses: Sequence[Pulse],
    burner: Burner,
    context: Context,
    names: Sequence[str],
    checks: Callable[[State], tuple[Check, ...]],
    solution: dict[str, object],
) -> Leg:
    """Return the leg that flies solved burns, to the end of the last one."""
    last = pulses[-1]
    half = burner.half_s(last.size_km_s, start.stack)
    course = burner.fly(start, pulses, last.epoch + half + 1e-3, context)
    if course.status != "completed":
        return failed(kind, start, "the orbit falls onto the Moon: raise it", course.status)
    stack, happenings = booked(start.stack, course.burns, burner, names)
    return Leg(
        kind,
        Condition(stack, course.final),
        course.trajectory,
        tuple(happenings),
        checks(course.final),
        solution={**solution, f"{kind}_dv_m_s": course.total_m_s},
    )


def booked(
    stack: Stack, burns: Sequence[FlownPulse], burner: Burner, names: Sequence[str]
) -> tuple[Stack, list[Happening]]:
    """Return the stack after burns, and their line each in the ledger."""
    happenings = []
    for burn, name in zip(burns, names, strict=False):
        before = stack.mass_kg
        if burn.mass_before_kg is not None and burner.spacecraft is not None:
            used = burn.mass_before_kg - (burn.mass_after_kg or 0.0)
            stack = stack.burnt(burner.spacecraft, used)
        happenings.append(
            Happening(
                name,
                burn.ignition,
                stack.name,
                burn.cut_off.epoch,
                burn.dv_m_s,
                before,
                stack.mass_kg,
            )
        )
    return stack, happenings


def failed(kind: str, start: Condition, remedy: str, status: str = "no_solution") -> Leg:
    """Return the leg of a phase that came to nothing."""
    return Leg(kind, start, status=status, remedy=remedy)
