"""A trans-Earth injection by engines: burns of finite length to the same interface.

The first of two burns is solved as burns about a perilune are (period met, perilune kept); the last
one is centered on its place, as long as the rocket equation says for the size of its impulse, and
thrusts along that impulse, turning with the velocity. The impulse's three components are solved
again by differences, so that the flight with the engine meets the interface.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.dynamics.propagate import propagate
from perilune.dynamics.trajectory import Trajectory
from perilune.errors import InputError
from perilune.phases.base import Context, Engine
from perilune.phases.burn import Burn, Steering, burn_time_s, fly_burn
from perilune.phases.capture_burn import LONGEST_BURN_S, FiniteBurn, perilune_after
from perilune.phases.shot import COAST_EVENTS
from perilune.phases.tei import Parking, TransEarthInjection
from perilune.phases.tei_flight import Arrival
from perilune.phases.tei_solve import Found, finish, pushed
from perilune.targeting.problem import Solution

Array = NDArray[np.float64]

_TURN = 1.0
"""Turn of the attitude over the velocity's: within 1 m/s of the best for 600 N on 2.1 t."""


@dataclass(frozen=True, eq=False)
class Fired:
    """One burn as flown: an impulse (no trajectory, no time) or a burn of an engine."""

    before: State
    after: State
    dv_m_s: float
    burn: Burn | None = None


@dataclass(frozen=True, eq=False)
class Returned:
    """A flown return: every burn, the coast between them, the coast home."""

    burns: tuple[Fired, ...]
    between: Trajectory | None
    arrival: Arrival
    dv: Array


@dataclass(frozen=True)
class Trouble:
    """Why the burns cannot be flown."""

    status: str
    remedy: str


def fly_return(
    found: Found, parking: Parking, mass_kg: float | None, context: Context
) -> tuple[Solution | None, Returned | Trouble]:
    """Fly a converged impulsive return again with the burns it was asked for."""
    injection = parking.injection
    first: Fired | None = None
    pre: Trajectory = parking.orbit
    before, mass = found.before, mass_kg
    if len(injection.burns) == 2:
        raised = _raise(found, parking, mass, context)
        if isinstance(raised, Trouble):
            return None, raised
        first, pre, before = raised
        if mass is not None and injection.burns[0].engine is not None:
            mass = _left(mass, first, injection)
    last = injection.burns[-1]
    if not last.finite:
        return _impulsive(found, first, pre, before)
    if mass is None or last.engine is None:
        raise InputError("a finite trans-Earth injection needs the spacecraft's mass")
    flight = _LastBurn(found, before, pre, last.engine, mass, context)
    trouble = flight.obstacle()
    if trouble is not None:
        return None, trouble
    solution, dv = finish(found.homing, flight.cut_off, found.dv, staged=True)
    if not solution.converged:
        remedy = f"{solution.remedy}: more thrust, less mass, or two burns would help"
        return solution, Trouble(solution.status, remedy)
    burn = flight.fly(dv)
    arrival = found.homing.to_interface(burn.cut_off)
    if arrival is None:
        return solution, Trouble("no_solution", "the way home leads into the Moon")
    fired = Fired(burn.ignition, burn.cut_off, burn.dv_m_s, burn)
    return solution, Returned(_both(first, fired), _coast(first, pre, burn.ignition), arrival, dv)


def _raise(
    found: Found, parking: Parking, mass: float | None, context: Context
) -> tuple[Fired, Trajectory, State] | Trouble:
    """Return the burn into the ellipse, the coast after it, and the perilune it comes back to."""
    injection = parking.injection
    one = injection.burns[0]
    before = parking.first(found.place_s)
    if one.finite:
        if mass is None or one.engine is None:
            raise InputError("a finite trans-Earth injection needs the spacecraft's mass")
        solution, burn = FiniteBurn(
            before, injection.ellipse(), one.engine, mass, (), context
        ).solve()
        if not solution.converged:
            return Trouble(solution.status, f"trans_earth_injection_1: {solution.remedy}")
        if float(burn.ignition.epoch - parking.start.epoch) < 0.0:
            return Trouble("no_solution", "the first burn would begin before this phase: set a "
                           "later date")  # fmt: skip
        fired = Fired(burn.ignition, burn.cut_off, burn.dv_m_s, burn)
    else:
        after = parking.raised(before)
        size = float(np.linalg.norm(after.v_km_s - before.v_km_s))
        fired = Fired(before, after, 1e3 * size)
    perilune = perilune_after(fired.after, injection.revolutions, context)
    if perilune is None:
        return Trouble("impact", "the ellipse between the burns falls onto the Moon: raise it")
    pre = propagate(
        fired.after,
        until=perilune.epoch + LONGEST_BURN_S,
        forces=context.model.moon,
        env=context.env,
        events=COAST_EVENTS,
    )
    return fired, pre, pre.at(perilune.epoch + found.shift_s)


def _impulsive(
    found: Found, first: Fired | None, pre: Trajectory, before: State
) -> tuple[Solution | None, Returned | Trouble]:
    solution, dv, arrival = found.solution, found.dv, found.arrival
    if first is not None and first.burn is not None:  # the perilune has moved
        solution, dv = finish(found.homing, lambda dv: pushed(before, dv), dv, staged=True)
        arrival = found.homing.to_interface(pushed(before, dv)) if solution.converged else None
    if arrival is None:
        return solution, Trouble(solution.status, solution.remedy)
    fired = Fired(before, pushed(before, dv), 1e3 * float(np.linalg.norm(dv)))
    return solution, Returned(_both(first, fired), _coast(first, pre, before), arrival, dv)


class _LastBurn:
    """The last burn by an engine, for the three components of its impulse."""

    def __init__(
        self,
        found: Found,
        before: State,
        pre: Trajectory,
        engine: Engine,
        mass_kg: float,
        context: Context,
    ) -> None:
        self.found, self.before, self.pre = found, before, pre
        self.engine, self.mass_kg, self.context = engine, mass_kg, context
        after = pushed(before, found.dv)
        gm = context.env.constants.gm("moon")
        distance = float(np.linalg.norm(before.r_km))
        speed = 0.5 * float(np.linalg.norm(before.v_km_s) + np.linalg.norm(after.v_km_s))
        self.rate = _TURN * gm / (distance**2 * speed)

    def fly(self, dv: Array) -> Burn:
        """Fly the burn."""
        duration = burn_time_s(float(np.linalg.norm(dv)), self.engine, self.mass_kg)
        duration = min(duration, self._longest_s())
        ignition = self.pre.at(self.before.epoch + (-0.5 * duration))
        return fly_burn(
            ignition,
            duration,
            self.engine,
            self.mass_kg,
            Steering.along(dv, self.before),
            self.rate,
            self.context,
        )

    def cut_off(self, dv: Array) -> State | None:
        """Return the state after the burn."""
        burn = self.fly(dv)
        return None if burn.trajectory.status == "failed" else burn.cut_off

    def obstacle(self) -> Trouble | None:
        """Return why the burn is not one about its place."""
        lasts = burn_time_s(self.found.dv_km_s, self.engine, self.mass_kg)
        if lasts > self._longest_s():
            return Trouble(
                "no_solution",
                f"{self.engine.thrust_n:g} N on {self.mass_kg:,.0f} kg would burn for "
                f"{lasts / 60.0:.0f} min, longer than an injection about one place can last: more "
                "thrust, less mass, or two burns",
            )
        return None

    def _longest_s(self) -> float:
        """Return how long the burn may last: the coast before it bounds its first half."""
        before = float(self.before.epoch - self._begin())
        return min(LONGEST_BURN_S, 2.0 * before)

    def _begin(self) -> Epoch:
        return self.pre.start


def _left(mass: float, first: Fired, injection: TransEarthInjection) -> float:
    """Return the mass after the first burn."""
    if first.burn is not None:
        return first.burn.mass_after_kg
    engine = injection.burns[0].engine
    assert engine is not None
    return mass * float(np.exp(-1e-3 * first.dv_m_s / engine.exhaust_km_s))


def _both(first: Fired | None, last: Fired) -> tuple[Fired, ...]:
    return (last,) if first is None else (first, last)


def _coast(first: Fired | None, pre: Trajectory, until: State) -> Trajectory | None:
    """Return the coast between the burns."""
    return None if first is None else pre.until(until.epoch)
