"""Solving an impulsive return: three components of the last burn, and its place in the orbit.

In stages, each from where the one before ended: the velocity needed halfway home, the velocity
needed some hours before the interface (both by two-body formulas from where the spacecraft then
is, so they are always defined), and the goals at the interface themselves in the full model. The
place of the burn is moved, between the second and the third, until the impulse is smallest; the
slope comes from the state-transition matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.phases.base import Context
from perilune.phases.earth_return_target import ReturnTarget
from perilune.phases.tei import Parking, delayed, lowest_km
from perilune.phases.tei_flight import Arrival, Homing
from perilune.phases.tei_guess import LOWEST_KM, Seed
from perilune.targeting.problem import Evaluation, Goal, Solution, Unknown, differences, solve

Array = NDArray[np.float64]

HALFWAY = 0.55
BEFORE_S = 6.0 * 3600.0
STEP_KM_S = 1e-6
INTERFACE_GOALS = [Goal("flight_path_angle", 1e-7), Goal("across", 1e-7), Goal("track", 1e-7)]
"""rad: 6e-6 deg, 0.6 m across; the third is inclination, azimuth or downrange."""

_SLOPE_KM_S2 = 2e-7
_LONGEST_STEP_S = 300.0
_TURNS = 14
_ROUNDS, _WORTH_KM_S = 3, 5e-4
_LONGEST_SHIFT_S = 7200.0


@dataclass(frozen=True, eq=False)
class Found:
    """A return by impulses: how its solve ended, and its flight where it converged."""

    seed: Seed
    solution: Solution
    homing: Homing
    place_s: float
    shift_s: float
    before: State
    dv: Array
    arrival: Arrival | None = None

    @property
    def dv_km_s(self) -> float:
        """Size of the last burn."""
        return float(np.linalg.norm(self.dv))

    @property
    def after(self) -> State:
        """The state after the last burn."""
        return pushed(self.before, self.dv)


def pushed(before: State, dv: Array) -> State:
    """Return a state after an impulse."""
    return State(before.epoch, "moon", "icrf", before.r_km, before.v_km_s + dv)


def solve_return(seed: Seed, parking: Parking, target: ReturnTarget, context: Context) -> Found:
    """Return the return grown from one seed: least impulse, then flown in the full model."""
    search = _Search(seed, parking, target, context)
    return search.run()


class _Search:
    def __init__(
        self, seed: Seed, parking: Parking, target: ReturnTarget, context: Context
    ) -> None:
        self.seed, self.parking, self.context = seed, parking, context
        self.homing = Homing(target, seed.way, seed.leave, seed.arrive, context)
        self.place, self.shift = seed.place_s, seed.shift_s
        self.dv = np.array(seed.dv_km_s)
        self.before: State | None = None
        self.evaluations = 0

    def run(self) -> Found:
        halfway = HALFWAY
        solution = self._stage(halfway, 1e-4)
        if solution.converged:
            solution = self._stage(None, 1e-5)
        if solution.converged:
            self._cheapest()
            solution = self._finish()
        before = self.before
        if before is None:  # for the record
            before = self.parking.first(self.place)
        arrival = None
        if solution.converged:
            arrival = self.homing.to_interface(pushed(before, self.dv))
        return Found(
            self.seed,
            solution,
            self.homing,
            self.place,
            self.shift,
            before,
            self.dv,
            arrival,
        )

    def _stage(self, part: float | None, tolerance: float) -> Solution:
        """Solve the impulse at the place reached in the sensitivity model."""
        before = self.parking.last(self.place, self.shift)
        if before is None:
            return _lost()
        self.before = before
        return self._meet(before, self._until(part), tolerance)

    def _until(self, part: float | None) -> Epoch:
        left = float(self.seed.arrive - self.seed.leave)
        if part is None:
            return self.seed.arrive + (-BEFORE_S)
        return self.seed.leave + part * left

    def _meet(self, before: State, until: Epoch, tolerance: float) -> Solution:
        def evaluate(dv: Array) -> Evaluation:
            there = self.homing.sensitive(pushed(before, dv), until)
            if there is None:
                return np.full(3, np.inf), lambda: np.full((3, 3), np.nan)
            state, matrix = there
            miss, turn = self.homing.missing(state[:3], state[3:], until)
            self._matrix = matrix[3:] - turn @ matrix[:3]
            kept = self._matrix[:, 3:]
            return miss, lambda: kept

        solution = solve(_unknowns(self.dv), _misses(tolerance), evaluate, broyden=False)
        self.evaluations += solution.evaluations
        self.dv = np.array(list(solution.values.values()))
        return solution

    def _slope(self, variable: str) -> tuple[float, Array]:
        """Return how the impulse, and its components, change with place or shift (km/s per s)."""
        moved = delayed(self.dv)
        if variable == "place":
            moved = self.parking.drift(self.place, self.shift, self.dv)
        drift = -np.linalg.solve(self._matrix[:, 3:], self._matrix @ moved)
        return float(self.dv @ drift / np.linalg.norm(self.dv)), np.asarray(drift)

    def _cheapest(self) -> None:
        """Move the place until the impulse is smallest; of two burns the second's shift as well."""
        self._descend("place")
        if self.parking.injection.period_h is None:
            return
        for _ in range(_ROUNDS):
            size = float(np.linalg.norm(self.dv))
            self._descend("shift")
            self._descend("place")
            if float(np.linalg.norm(self.dv)) > size - _WORTH_KM_S:
                return

    def _descend(self, variable: str) -> None:
        """Minimize the impulse over the place or the shift, by secants on its slope."""
        until = self._until(None)
        slope, drift = self._slope(variable)
        step = -60.0 * float(np.sign(slope))
        for _ in range(_TURNS):
            if abs(slope) < _SLOPE_KM_S2 or abs(step) < 0.5:
                return
            kept = self.place, self.shift, self.dv, self.before, self._matrix
            size = float(np.linalg.norm(self.dv))
            if not self._step(variable, step, drift, until, size):
                self.place, self.shift, self.dv, self.before, self._matrix = kept
                step *= 0.3
                continue
            new_slope, drift = self._slope(variable)
            curve = (new_slope - slope) / step
            slope = new_slope
            step = -slope / curve if curve > 0.0 else 2.0 * step
            step = float(np.clip(step, -_LONGEST_STEP_S, _LONGEST_STEP_S))

    def _step(self, variable: str, step: float, drift: Array, until: Epoch, size: float) -> bool:
        """Go on by a step; say whether the impulse there is met, smaller and safe."""
        if variable == "place":
            self.place += step
        else:
            self.shift += step
        reachable = self.parking.earliest_s <= self.place <= self.parking.latest_s
        if not reachable or abs(self.shift) > _LONGEST_SHIFT_S:
            return False
        self.dv = self.dv + drift * step
        before = self.before = self.parking.last(self.place, self.shift)
        if before is None or not self._meet(before, until, 1e-5).converged:
            return False
        low = lowest_km(pushed(before, self.dv), self.parking.gm)
        return float(np.linalg.norm(self.dv)) < size and low > LOWEST_KM

    def _finish(self) -> Solution:
        before = self.before
        assert before is not None
        solution, self.dv = finish(self.homing, lambda dv: pushed(before, dv), self.dv, staged=True)
        return replace(solution, evaluations=solution.evaluations + self.evaluations)


def finish(
    homing: Homing, fly: Callable[[Array], State | None], dv: Array, *, staged: bool
) -> tuple[Solution, Array]:
    """Meet the interface in the full model by the three components of a burn.

    Parameters
    ----------
    fly : callable
        The state after the burn for its components (None where it cannot be flown).
    staged : bool
        First the velocity needed hours before the interface; for a guess that is far off.

    Returns
    -------
    Solution, ndarray
        How the last stage reached ended, and the components.
    """
    left = float(homing.arrive - homing.leave)
    stages: list[tuple[Epoch | None, float]] = [(None, 0.0)]
    if staged:
        stages = [
            (homing.leave + HALFWAY * left, 1e-4),
            (homing.arrive + (-BEFORE_S), 1e-5),
            *stages,
        ]
    evaluations, solution = 0, _lost()
    for until, tolerance in stages:
        function = _residual(homing, fly, until)
        goals = INTERFACE_GOALS if until is None else _misses(tolerance)
        solution = solve(_unknowns(dv), goals, differences(function, [STEP_KM_S] * 3))
        evaluations += solution.evaluations
        dv = np.array(list(solution.values.values()))
        if not solution.converged:
            break
    return replace(solution, evaluations=evaluations), dv


def _residual(
    homing: Homing, fly: Callable[[Array], State | None], until: Epoch | None
) -> Callable[[Array], Array]:
    def function(dv: Array) -> Array:
        after = fly(dv)
        if after is None:
            return np.full(3, np.inf)
        if until is None:
            arrival = homing.to_interface(after, dense=False)
            if arrival is None:
                return np.full(3, np.inf)
            return homing.interface(arrival.state).misses(homing.target)
        there = homing.on_way(after, until)
        if there is None:
            return np.full(3, np.inf)
        return homing.missing(there.r_km, there.v_km_s, until)[0]

    return function


def _unknowns(dv: Array) -> list[Unknown]:
    return [Unknown(f"dv_{axis}", x, 1e-2) for axis, x in zip("xyz", dv.tolist(), strict=True)]


def _misses(tolerance_km_s: float) -> list[Goal]:
    return [Goal(f"velocity_{axis}", tolerance_km_s) for axis in "xyz"]


def _lost() -> Solution:
    remedy = "the ellipse between the burns falls onto the Moon: raise it, or wait less in it"
    return Solution("impact", {}, {}, 0, 0, remedy=remedy)
