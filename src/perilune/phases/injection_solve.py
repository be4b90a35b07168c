"""Solving an injection by engines: from the impulsive transfer to the same perilune by real burns.

The unknowns are the transfer's own (azimuth or lift-off, coast, size of the last burn), the goals
too. In stages: the place where the Moon becomes the center, the B-plane parameters, the goals
themselves. Derivatives are differences: a trial flies every burn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from perilune.astro.state import State
from perilune.dynamics.trajectory import Trajectory
from perilune.phases.aim import target
from perilune.phases.arrival import bplane_residual, lunar_pole, perilune_residual
from perilune.phases.base import Context, Stack
from perilune.phases.injection import Injection
from perilune.phases.injection_burn import Attitude, Trouble
from perilune.phases.injection_flight import Departed, Pilot, Plan
from perilune.phases.injection_mass import guessed_kg, loaded
from perilune.phases.request import Request, Transfer
from perilune.phases.shot import IMPULSE, Controls, Shot
from perilune.phases.transfer import controlled
from perilune.phases.translunar import Shooter
from perilune.targeting.problem import Goal, Solution, Unknown, differences, solve

Array = NDArray[np.float64]

_SCALES = {"azimuth_rad": 1e-2, "coast_s": 10.0, "dv_km_s": 1e-2, "lift_off_s": 60.0}
_SCALES |= dict.fromkeys(IMPULSE, 1e-2)
_STEPS = {"azimuth_rad": 1e-6, "coast_s": 1e-2, "dv_km_s": 1e-6, "lift_off_s": 1e-1}
_STEPS |= dict.fromkeys(IMPULSE, 1e-6)
_LOAD_SCALE_KG, _LOAD_STEP_KG, _LOAD_TOLERANCE_KG = 10.0, 0.1, 1e-6
_NEAR_KM, _PLANE_KM = 100.0, 1.0
_GOALS = {"perilune_radius_km": 1e-5, "inclination_rad": 1e-9, "radial_rate_km_s": 1e-8}
_HOLD_S = 300.0  # a phasing time further off than this is worth a better impulsive transfer
_MARGIN_S = 10.0  # between reaching the parking orbit and ignition


@dataclass(frozen=True, eq=False)
class Injected:
    """A transfer flown with its engines: from the parking orbit to the unbraked perilune."""

    controls: Controls
    departed: Departed
    cruise: Trajectory
    approach: Trajectory
    arrival: State
    impulsive: Shot


def inject(
    request: Request, transfer: Transfer, injection: Injection, stack: Stack, context: Context
) -> tuple[Solution, Injected | None]:
    """Return how the solve of a converged impulsive transfer's burns ended, and the flight.

    `request.launch.hold_s` is the guess of the phasing time the transfer was solved with.
    """
    assert transfer.shot is not None
    launch = replace(request.launch, hold_s=0.0)
    pilot = Pilot(launch, injection, stack, context)
    begun = _begin(request, transfer, transfer.shot, pilot)
    if isinstance(begun, Trouble):
        return _failed(begun), None
    shot, departed = begun
    search = _Search(request, transfer.branch, shot, departed, pilot)
    solution = search.run()
    if not solution.converged:
        return solution, None
    return solution, search.flown()


def _begin(
    request: Request, transfer: Transfer, shot: Shot, pilot: Pilot
) -> tuple[Shot, Departed] | Trouble:
    """Return the impulsive transfer to start from, and its burns as first sized.

    Where the phasing turns out otherwise than guessed, or half the first burn does not fit in
    before the impulse, the impulsive transfer is solved again: held as long, or a revolution later.
    """
    names = _names(request)
    for _ in range(4):
        departed = _first(shot, pilot)
        if isinstance(departed, Trouble):
            return departed
        hold_s = float(departed.middle - departed.first_middle)
        early = float(departed.burns[0].ignition.epoch - departed.insertion.state.epoch)
        held = float(shot.insertion.state.epoch - departed.insertion.state.epoch)
        if abs(hold_s - held) < _HOLD_S and early > _MARGIN_S:
            return shot, departed
        controls = shot.controls
        if early <= _MARGIN_S:
            launch = pilot.launch
            period = 2.0 * np.pi * float(np.sqrt(launch.radius_km**3 / pilot.gm))
            controls = controls.moved({"coast_s": controls.coast_s + period})
        later = Shooter(
            replace(pilot.launch, hold_s=hold_s), pilot.context.model, pilot.context.env
        )
        solution, found = target(later, controls, names, request.wanted, transfer.branch)
        if found is None:
            return Trouble(solution.status, solution.remedy)
        shot = found
    return Trouble("no_solution", "the phasing orbits do not settle: ask for smaller ones")


def _first(shot: Shot, pilot: Pilot) -> Departed | Trouble:
    """Fly the burns as sized by themselves, to the energy of the impulsive transfer."""
    r, v = shot.after.r_km, shot.after.v_km_s
    energy = float(0.5 * (v @ v) - pilot.gm / np.linalg.norm(r))
    injection, count = pilot.injection, len(pilot.injection.burns)
    dvs = _impulses(shot, pilot)
    plan = Plan((Attitude(),) * count, guessed_kg(injection, pilot.stack, dvs))
    departed = pilot.depart(shot.controls, plan, energy=energy)
    if isinstance(departed, Trouble) or not loaded(injection):
        return departed
    # finite burns need more than impulses did: load for those
    sizes = [b.dv_km_s for b in departed.burns]
    plan = replace(departed.plan, loads_kg=guessed_kg(injection, pilot.stack, sizes))
    return pilot.depart(shot.controls, plan, energy=energy)


def _impulses(shot: Shot, pilot: Pilot) -> list[float]:
    """Return the sizes of impulses at one perigee that add up to the impulsive injection."""
    r = float(np.linalg.norm(shot.before.r_km))
    speeds = [float(np.linalg.norm(shot.before.v_km_s))]
    for burn in pilot.injection.burns[:-1]:
        sma = burn.sma_km(r, pilot.gm)
        speeds.append(float(np.sqrt(pilot.gm * max(2.0 / r - 1.0 / sma, 0.0))))
    speeds.append(speeds[0] + shot.injection_dv_km_s)
    return [float(step) for step in np.maximum(np.diff(speeds), 0.0)]


class _Search:
    """The three stages, each from where the last one ended."""

    def __init__(
        self, request: Request, branch: str, shot: Shot, departed: Departed, pilot: Pilot
    ) -> None:
        self.request, self.branch, self.shot, self.pilot = request, branch, shot, pilot
        self.plan, self.context = departed.plan, pilot.context
        self.names = _names(request)
        self.loads = [stage.name for stage in loaded(pilot.injection)]
        self.controls = shot.controls.moved(_last_burn(shot.controls, departed))
        self.trouble: Trouble | None = None
        self.evaluations = 0

    def run(self) -> Solution:
        """Return how the last stage reached ended."""
        env, wanted = self.context.env, self.request.wanted
        gm = env.constants.gm("moon")
        hand = self.shot.arrival.epoch + (-self.pilot.handover_s(self.shot.controls))
        assert self.shot.approach is not None
        there = self.shot.approach.at(hand).r_km

        def plane(arrival: State) -> Array:
            pole = lunar_pole(arrival.epoch, env)
            return bplane_residual(wanted, pole, self.branch, gm)(arrival.vector)

        def goals(arrival: State) -> Array:
            return perilune_residual(wanted, lunar_pole(arrival.epoch, env), gm)(arrival.vector)

        solution = self._stage(lambda near: near.r_km - there, _misses(_NEAR_KM), arrive=False)
        if solution.converged:
            solution = self._stage(plane, _misses(_PLANE_KM), arrive=True)
        if solution.converged:
            solution = self._stage(goals, _GOALS, arrive=True)
        return solution

    def flown(self) -> Injected | None:
        """Return the flight of the controls reached, with its arcs."""
        departed = self.pilot.depart(self.controls, self.plan)
        if isinstance(departed, Trouble):
            return None
        cruise = self.pilot.cruise(departed, self.controls, dense=True)
        arrive = departed.middle + self.controls.flight_time_s
        approach = self.pilot.approach(cruise, arrive, dense=True)
        return Injected(self.controls, departed, cruise, approach, approach.final, self.shot)

    def _stage(
        self, residual: Callable[[State], Array], goals: dict[str, float], *, arrive: bool
    ) -> Solution:
        base = self.controls

        def function(values: Array) -> Array:
            controls, plan = self._moved(base, values)
            departed = self.pilot.depart(controls, plan)
            if isinstance(departed, Trouble):
                self.trouble = departed
                return np.full(3 + len(self.loads), np.inf)
            left = [departed.left_kg[name] for name in self.loads]
            end = self._end(departed, controls, arrive=arrive)
            if end is None:
                return np.full(3 + len(self.loads), np.inf)
            return np.append(residual(end), left)

        unknowns = [Unknown(n, _value(base, n), _SCALES[n]) for n in self.names]
        steps = [_STEPS[n] for n in self.names] + [_LOAD_STEP_KG] * len(self.loads)
        wanted = [Goal(name, tolerance) for name, tolerance in goals.items()]
        for name in self.loads:
            unknowns.append(Unknown(name, self.plan.loads_kg[name], _LOAD_SCALE_KG))
            wanted.append(Goal(f"left in {name}", _LOAD_TOLERANCE_KG))
        solution = solve(unknowns, wanted, differences(function, steps))
        values = np.array(list(solution.values.values()))
        self.controls, self.plan = self._moved(base, values)
        self.evaluations += solution.evaluations
        remedy = solution.remedy
        if not solution.converged and self.trouble is not None:
            remedy = self.trouble.remedy
        return replace(solution, evaluations=self.evaluations, remedy=remedy)

    def _moved(self, base: Controls, values: Array) -> tuple[Controls, Plan]:
        count = len(self.names)
        controls = base.moved(dict(zip(self.names, values[:count].tolist(), strict=True)))
        loads = dict(zip(self.loads, values[count:].tolist(), strict=True))
        return controls, replace(self.plan, loads_kg={**self.plan.loads_kg, **loads})

    def _end(self, departed: Departed, controls: Controls, *, arrive: bool) -> State | None:
        """Return the Moon-centered state where the stage looks; None where there is none."""
        cruise = self.pilot.cruise(departed, controls)
        if cruise.status == "failed":
            return None
        if not arrive:
            return cruise.final.to(center="moon", env=self.context.env)
        approach = self.pilot.approach(cruise, departed.middle + controls.flight_time_s)
        return None if approach.status == "failed" else approach.final


def _names(request: Request) -> tuple[str, ...]:
    return IMPULSE if request.turns_plane else controlled(request)


def _misses(tolerance_km: float) -> dict[str, float]:
    return {f"miss_{axis}": tolerance_km for axis in "xyz"}


def _last_burn(controls: Controls, departed: Departed) -> dict[str, float]:
    """Return the size of the last burn as the controls name it."""
    size = departed.burns[-1].dv_km_s
    if isinstance(controls.dv_km_s, tuple):
        dv = np.array(controls.dv_km_s)
        return dict(zip(IMPULSE, (dv * (size / np.linalg.norm(dv))).tolist(), strict=True))
    return {"dv_km_s": size}


def _value(controls: Controls, name: str) -> float:
    if name == "lift_off_s":
        return 0.0
    if isinstance(controls.dv_km_s, tuple) and name in IMPULSE:
        return controls.dv_km_s[IMPULSE.index(name)]
    return float(getattr(controls, name))


def _failed(trouble: Trouble) -> Solution:
    return Solution(trouble.status, {}, {}, 0, 0, remedy=trouble.remedy)
