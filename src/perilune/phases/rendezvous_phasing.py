"""Phasing: four burns, solved together in the full model, into an orbit below the target's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.dynamics.events import apoapsis
from perilune.dynamics.propagate import propagate
from perilune.phases.base import Context, Engine
from perilune.phases.burn import burn_time_s
from perilune.phases.relative import coelliptic, curvilinear, lvlh, mean_motion
from perilune.phases.rendezvous_approach import Approach
from perilune.phases.rendezvous_flight import Course, Pulse, fly_pulses
from perilune.phases.rendezvous_plan import (
    Phasing,
    burn_times,
    least_total,
    phasings,
    tangential,
)
from perilune.phases.rendezvous_target import Motion

Array = NDArray[np.float64]

_STEP_KM_S = 1e-6  # of differences
_NEAR = np.array([1e-3, 1e-3, 1e-3, 1e-6, 1e-6, 1e-6])  # km, km/s: a meter, a millimeter a second
_ROUNDS = 14
_SPREAD = 2  # rounds that choose anew which burns do the work
_LIGHT_TURNS = (_SPREAD - 2, _SPREAD)
_NEEDLESS_KM_S = 5e-6  # a phasing burn smaller than this is not flown


@dataclass(frozen=True, eq=False)
class PhasingProblem:
    """A chaser, a target, and the instant at which phasing ends.

    Attributes
    ----------
    start : State
    mass_kg : float or None
    motion : callable
        The target's.
    last : Epoch
        Of the last phasing burn.
    approach : Approach
    engine : Engine or None
    context : Context
    impulsive : bool
    lowest_km : float
        Least distance from the center an intermediate orbit is planned with.
    last_burn_km_s : float
        The last burn is waited for as long as one of this size takes.
    quick : bool
        Take differences between impulses in the sensitivity model: the state wanted is met in the
        full one all the same.
    """

    start: State
    mass_kg: float | None
    motion: Motion
    last: Epoch
    approach: Approach
    engine: Engine | None
    context: Context
    impulsive: bool
    lowest_km: float
    last_burn_km_s: float = 0.03
    quick: bool = False

    @property
    def gm(self) -> float:
        """Of the body they move about."""
        return self.context.env.constants.gm(self.start.center)

    @property
    def settled(self) -> Epoch:
        """When the last burn is over, whose end is aimed at."""
        if self.impulsive or self.engine is None or self.mass_kg is None:
            return self.last
        lasts = burn_time_s(self.last_burn_km_s, self.engine, self.mass_kg)
        return self.last + (0.5 * lasts + 30.0)

    def wanted(self) -> State:
        """Return the state phasing ends in: below the target, behind, and coelliptic.

        The place is the target's own some time before, so that its ellipse is met too.
        """
        there = self.motion(self.settled)
        late = self.approach.behind_km / float(np.linalg.norm(there.v_km_s))
        before = replace(self.motion(self.settled - late), epoch=self.settled)
        return coelliptic(before, self.approach.below_km)

    def first_apoapsis(self) -> State | None:
        """Return the chaser at its first apoapsis that leaves time to prepare, or None.

        Above the surface or not: a burn there comes before the next periapsis.
        """
        period = 2.0 * np.pi / mean_motion(self.start, self.gm)
        coast = propagate(
            self.start,
            until=self.start.epoch + 1.3 * period,
            forces=self.context.model.about(self.start.center),
            env=self.context.env,
            events=(apoapsis(self.start.center),),
        )
        early = 0.05 * period
        apsides = [e.state for e in coast.events if e.epoch - self.start.epoch > early]
        return apsides[0] if apsides else None

    def candidates(self, at: State) -> list[Phasing]:
        """Return the intermediate orbits that close the phase angle, cheapest first."""
        return phasings(
            at,
            self.motion(at.epoch),
            span_s=float(self.last - at.epoch),
            behind_km=self.approach.behind_km,
            final_km=float(np.linalg.norm(self.wanted().r_km)),
            lowest_km=self.lowest_km,
            gm=self.gm,
        )

    def solve(self, at: State, phasing: Phasing) -> list[Pulse] | None:
        """Return the four burns by way of an intermediate orbit, or None where they fail."""
        return _Solver(self).solve(at, phasing)


class _Solver:
    def __init__(self, problem: PhasingProblem) -> None:
        self.problem, self.wanted, self.settled = problem, problem.wanted(), problem.settled
        self.rate = mean_motion(self.wanted, problem.gm)
        self.context, self.impulsive = problem.context, problem.impulsive

    def rough(self) -> _Solver:
        """Return the same task with impulses in the sensitivity model."""
        other = _Solver(self.problem)
        light = self.context.model.sensitivity
        model = replace(self.context.model, earth=light, moon=light)
        other.context, other.impulsive = replace(self.context, model=model), True
        return other

    def fly(
        self, start: State, mass: float | None, pulses: Sequence[Pulse], until: Epoch
    ) -> Course:
        return fly_pulses(
            start, mass, pulses, until, self.context, impulsive=self.impulsive, kept=False
        )

    def solve(self, at: State, phasing: Phasing) -> list[Pulse] | None:
        seed = self._seed(at, phasing)
        if seed is None:
            return None
        first, miss = seed
        start = self.problem.start.epoch
        plan = burn_times(
            miss,
            lvlh(at) @ first,
            float(at.epoch - start),
            float(self.problem.last - start),
            2.0 * np.pi / self.rate,
            self.rate,
        )
        changes = np.zeros((4, 3))
        changes[0] = first
        return self._correct([start + t for t in plan.burns_s], changes)

    def _seed(self, at: State, phasing: Phasing) -> tuple[Array, Array] | None:
        """Return the first burn (`icrf`) refined in the full model, and what it then misses by.

        The mean semi-major axis differs from the osculating one by what the field does in a turn;
        over a day that is a quarter of a turn, which three flights take out.
        """
        sma, span = phasing.sma_km, float(self.problem.last - at.epoch)
        for _ in range(4):
            dv = tangential(at, sma, self.problem.gm)
            after = replace(at, v_km_s=at.v_km_s + dv)
            end = self.fly(after, None, [], self.settled)
            if end.status != "completed":
                return None
            miss = curvilinear(end.final, self.wanted)
            seed = dv, miss
            # an orbit longer by d(a) falls behind by 3/2 n t d(a)
            sma += float(miss[1]) / (1.5 * self.rate * span)
        return seed

    def _pulses(self, epochs: Sequence[Epoch], changes: Array) -> list[Pulse]:
        engine = self.problem.engine
        return [Pulse(t, dv, engine) for t, dv in zip(epochs, changes, strict=True)]

    def _correct(self, epochs: list[Epoch], changes: Array) -> list[Pulse] | None:
        """Move the changes until the state wanted is met, at the least total.

        Differences in the light model lead there; what the burns are in the end, differences in the
        full one choose, once, and lead on where the light ones fail.
        """
        matrix, weight, best = np.zeros((6, 12)), np.ones(12), np.inf
        light = self.rough()
        for turn in range(_ROUNDS):
            miss = self._miss(epochs, changes, self.problem.start, self.problem.mass_kg)
            size = float(np.abs(miss / _NEAR).max())
            if size <= 1.0 and turn > 0:
                return self._pulses(epochs, changes)
            if not np.isfinite(size):
                return None
            if turn <= _SPREAD or size > 0.1 * best:
                rough = self.problem.quick or turn in _LIGHT_TURNS
                matrix = (light if rough else self)._effect(epochs, changes)
            best = min(best, size)
            if not np.isfinite(matrix).all():
                return None
            if turn < _SPREAD:
                # the sum of lengths leaves burns that have nothing to do at next to nothing
                changes = least_total(matrix, matrix @ changes.ravel() - miss)
                changes, weight = _sparse(changes)
            else:  # what is left to do goes where the burns are
                step = np.linalg.lstsq(matrix * weight / _NEAR[:, None], miss / _NEAR, rcond=None)
                changes = changes - (weight * step[0]).reshape(4, 3)
        return None

    def _miss(
        self, epochs: Sequence[Epoch], changes: Array, start: State, mass: float | None
    ) -> Array:
        course = self.fly(start, mass, self._pulses(epochs, changes), self.settled)
        if course.status != "completed":
            return np.full(6, np.nan)
        return curvilinear(course.final, self.wanted)

    def _effect(self, epochs: list[Epoch], changes: Array) -> Array:
        """Return the derivative of the miss to the changes, by differences, shape (6, 12)."""
        out = np.empty((6, 12))
        state, mass = self.problem.start, self.problem.mass_kg
        miss = self._miss(epochs, changes, state, mass)
        for i in range(4):
            for axis in range(3):
                moved = changes[i:].copy()
                moved[0, axis] += _STEP_KM_S
                there = self._miss(epochs[i:], moved, state, mass)
                out[:, 3 * i + axis] = (there - miss) / _STEP_KM_S
            if i < 3:  # on to half way between this burn and the next
                middle = epochs[i] + 0.5 * float(epochs[i + 1] - epochs[i])
                course = self.fly(
                    state, mass, self._pulses(epochs[i : i + 1], changes[i : i + 1]), middle
                )
                state, mass = course.final, course.mass_kg
        return out


def _sparse(changes: Array) -> tuple[Array, Array]:
    """Return the changes without the needless ones, and how far each component may still move."""
    size = np.linalg.norm(changes, axis=1)
    kept = size >= min(_NEEDLESS_KM_S, np.sort(size)[-2])
    return changes * kept[:, None], np.repeat(size * kept, 3)
