"""Translunar transfer: from a launch to a perilune, seeded and solved in full ephemeris.

The four cases, each square or minimized:

| given | unknowns |
|---|---|
| (a) lift-off, flight time | azimuth, coast, impulse along the velocity |
| (b) inclination, flight time, a day | lift-off, coast, impulse along the velocity |
| (c) (a) or (b) without the flight time | the same at each flight time tried |
| (d) lift-off, inclination, flight time | three impulse components at each coast tried |

The goals are always three: perilune radius, inclination, and no radial rate on arrival. (a) and
(b) are square; (c) also minimizes total delta-v, (d) the impulse.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from perilune.astro import bplane
from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.errors import InputError
from perilune.phases import seeds
from perilune.phases.arrival import (
    BRANCHES,
    Perilune,
    aim_point,
    bplane_residual,
    derivative,
    lowest_inclination_deg,
    lunar_pole,
    perilune_residual,
    position_residual,
)
from perilune.phases.launch import Launch
from perilune.phases.seeds import Seed
from perilune.phases.translunar import Controls, Model, Shooter, Shot
from perilune.targeting.problem import Evaluation, Goal, Solution, Unknown, minimize, solve

Array = NDArray[np.float64]

_SCALES = {"azimuth_rad": 1e-2, "coast_s": 10.0, "dv_km_s": 1e-2, "lift_off_s": 60.0}
_SCALES |= {f"dv_{axis}": 1e-2 for axis in "xyz"}
_IMPULSE = ("dv_x", "dv_y", "dv_z")

FLIGHT_TIMES_H = (72.0, 144.0)
"""The interval searched where the flight time is free."""


@dataclass(frozen=True)
class Request:
    """What a transfer is asked for.

    Attributes
    ----------
    launch : Launch
    wanted : Perilune
    lift_off : Epoch
        The instant of lift-off, or the start of the day to search where `inclination_deg` is
        given and `fixed_lift_off` is not set.
    fixed_lift_off : bool
    inclination_deg : float, optional
        Of the parking orbit, to the equator of date.
    flight_time_s : float, optional
        None: least total delta-v over `FLIGHT_TIMES_H`.
    coast, heading : str, optional
        Keep only the short or long coast, the northbound or southbound lift-off.
    model : Model
    """

    launch: Launch
    wanted: Perilune
    lift_off: Epoch
    fixed_lift_off: bool = True
    inclination_deg: float | None = None
    flight_time_s: float | None = None
    coast: str | None = None
    heading: str | None = None
    model: Model = field(default_factory=Model)


@dataclass(frozen=True, eq=False)
class Transfer:
    """A solved (or failed) transfer on one branch.

    Attributes
    ----------
    name : str
        Branch, with heading and coast where several lift-offs were tried.
    branch : str
        `north` or `south`: where the aim point passes the Moon.
    solution : Solution
        Of the last stage reached.
    shot : Shot or None
    plane_change_dv_km_s : float or None
        What the impulse costs over the coplanar one, where lift-off and inclination were given.
    curve : tuple of (flight time h, total delta-v km/s)
        Where the flight time was free: the values tried.
    """

    name: str
    branch: str
    solution: Solution
    shot: Shot | None
    seed: Seed
    plane_change_dv_km_s: float | None = None
    curve: tuple[tuple[float, float], ...] = ()

    @property
    def converged(self) -> bool:
        """Whether the perilune wanted was reached."""
        return self.shot is not None and self.solution.converged

    def total_dv_km_s(self, env: Environment) -> float:
        """Return injection plus an impulsive capture into a circle at perilune, km/s."""
        if not self.converged or self.shot is None:
            return float("inf")
        r = float(np.linalg.norm(self.shot.arrival.r_km))
        v = float(np.linalg.norm(self.shot.arrival.v_km_s))
        return self.shot.injection_dv_km_s + v - float(np.sqrt(env.constants.gm("moon") / r))


def solve_transfers(
    request: Request, env: Environment, report: Callable[[str], None] = lambda _: None
) -> list[Transfer]:
    """Return every transfer that answers a request: both branches of each lift-off.

    A branch that fails is returned with its status and remedy.

    Raises
    ------
    InputError
        Where the request cannot be met by any launch (inclination below the site's latitude).
    """
    shooter = Shooter(request.launch, request.model, env)
    if request.flight_time_s is None:
        return _FreeTime(request, shooter, report).solve()
    out = []
    for seed in _seeds(request, request.flight_time_s, env):
        for branch in BRANCHES:
            report(f"transfer {_name(branch, seed)}")
            out.append(solve_branch(request, shooter, seed, branch))
    return out


def _name(branch: str, seed: Seed) -> str:
    return " ".join(word for word in (branch, seed.heading, seed.coast) if word)


def _seeds(request: Request, flight_time_s: float, env: Environment) -> list[Seed]:
    launch, start = request.launch, request.lift_off
    if request.fixed_lift_off and request.inclination_deg is None:
        return [replace(seeds.at_lift_off(launch, start, flight_time_s, env), heading="")]
    if request.inclination_deg is None:
        raise InputError("a transfer needs the lift-off instant or the inclination (or both)")
    find = seeds.out_of_plane if request.fixed_lift_off else seeds.in_a_day
    found = [
        seed
        for seed in find(launch, start, request.inclination_deg, flight_time_s, env)
        if request.coast in (None, seed.coast) and request.heading in (None, seed.heading)
    ]
    if not found:
        raise InputError(
            f"no lift-off is {request.heading or 'either heading'} with a "
            f"{request.coast or 'short or long'} coast"
        )
    return found


def solve_branch(request: Request, shooter: Shooter, seed: Seed, branch: str) -> Transfer:
    """Return the transfer grown from one seed on one branch."""
    both = request.fixed_lift_off and request.inclination_deg is not None
    if both:
        return _three_component(request, shooter, seed, branch)
    first = "azimuth_rad" if request.fixed_lift_off else "lift_off_s"
    names = (first, "coast_s", "dv_km_s")
    solution, shot = target(shooter, seed.controls, names, request.wanted, branch)
    return Transfer(_name(branch, seed), branch, solution, shot, seed)


def target(
    shooter: Shooter,
    controls: Controls,
    names: tuple[str, ...],
    wanted: Perilune,
    branch: str,
    *,
    near: bool = False,
) -> tuple[Solution, Shot | None]:
    """Move the controls named until the shot arrives at the perilune wanted.

    In stages: at the Moon's center with a massless Moon, at the aim point, at the B-plane
    parameters with the Moon's pull, at the goals themselves. `near` skips the first two, for
    controls that already lead close by.
    """
    env = shooter.env
    gm = env.constants.gm("moon")
    stage = _Stage(shooter, controls, names)
    if not near:
        solution = stage.run(lambda _: position_residual(np.zeros(3)), 50.0, massless=True)
        if not solution.converged or stage.last is None:
            return solution, None
        arrival = stage.last.arrival
        v_inf = float(np.linalg.norm(arrival.v_km_s))
        s, pole = arrival.v_km_s / v_inf, lunar_pole(arrival.epoch, env)
        aim = aim_point(s, v_inf, wanted, pole, branch, gm)
        solution = stage.run(lambda _: position_residual(aim), 20.0, massless=True)
        if not solution.converged:
            return solution, None
    solution = stage.run(lambda pole: bplane_residual(wanted, pole, branch, gm), 1.0)
    if solution.converged:
        solution = stage.run(lambda pole: perilune_residual(wanted, pole), None)
    if not solution.converged:
        solution = replace(solution, remedy=_remedy(stage, wanted, solution))
    return solution, stage.last


class _Stage:
    """A solve by stages: each starts where the last one ended."""

    def __init__(self, shooter: Shooter, controls: Controls, names: tuple[str, ...]) -> None:
        self.shooter, self.controls, self.names = shooter, controls, names
        self.last: Shot | None = None
        self.evaluations = 0

    def run(
        self,
        residual_at: Callable[[Array], Callable[[Array], Array]],
        tolerance: float | None,
        *,
        massless: bool = False,
    ) -> Solution:
        base = self.controls
        goals = (
            [Goal(f"goal_{i}", tolerance) for i in range(3)]
            if tolerance is not None
            else [
                Goal("perilune_radius_km", 1e-5),
                Goal("inclination_rad", 1e-9),
                Goal("radial_rate_km_s", 1e-8),
            ]
        )
        shots: dict[bytes, Shot | None] = {}

        def evaluate(values: Array) -> Evaluation:
            shot = self.shooter.shoot(
                base.moved(dict(zip(self.names, values, strict=True))),
                self.names,
                massless=massless,
            )
            shots[values.tobytes()] = shot
            if shot is None:
                return np.full(3, np.inf), lambda: np.full((3, len(self.names)), np.nan)
            y = shot.arrival.vector
            residual = residual_at(lunar_pole(shot.arrival.epoch, self.shooter.env))
            columns = np.array([shot.columns[name] for name in self.names]).T
            return residual(y), lambda: derivative(residual, y) @ columns

        unknowns = [Unknown(n, _value(base, n), _SCALES[n]) for n in self.names]
        solution = solve(unknowns, goals, evaluate)
        self.evaluations += solution.evaluations
        values = np.array([solution.values[n] for n in self.names])
        self.last = shots.get(values.tobytes())
        self.controls = base.moved(solution.values)
        return replace(solution, evaluations=self.evaluations)


def _value(controls: Controls, name: str) -> float:
    if name == "lift_off_s":
        return 0.0
    if name in _IMPULSE:
        if not isinstance(controls.dv_km_s, tuple):
            raise InputError("impulse components need a three-component impulse")
        return controls.dv_km_s[_IMPULSE.index(name)]
    return float(getattr(controls, name))


def _remedy(stage: _Stage, wanted: Perilune, solution: Solution) -> str:
    """Say in words what stood in the way."""
    if stage.last is None:
        return "the trajectory runs into the Moon or the Earth: try another flight time"
    arrival = stage.last.arrival
    env = stage.shooter.env
    pole = lunar_pole(arrival.epoch, env)
    here = bplane.from_vectors(arrival.r_km, arrival.v_km_s, env.constants.gm("moon"), pole)
    if not np.isfinite(here.v_inf_km_s):
        return "the approach is not hyperbolic about the Moon: try a shorter flight time"
    low = lowest_inclination_deg(here.s, pole)
    if not low <= wanted.inclination_deg <= 180.0 - low:
        return (
            f"inclination {wanted.inclination_deg:g} deg is below what this approach allows: "
            f"{low:.3f} to {180.0 - low:.3f} deg at this flight time"
        )
    return solution.remedy


def _three_component(request: Request, shooter: Shooter, seed: Seed, branch: str) -> Transfer:
    """Minimize the impulse over the coast, with its three components solved at each."""
    state: dict[str, tuple[Solution, Shot | None]] = {}
    current = [seed.controls]
    done: list[bool] = []

    def size(coast_s: float) -> float:
        controls = current[0].moved({"coast_s": coast_s})
        solution, shot = target(
            shooter, controls, _IMPULSE, request.wanted, branch, near=bool(done)
        )
        if shot is None or not solution.converged:
            state.setdefault("failed", (solution, shot))
            return 1e3
        done.append(True)
        current[0] = shot.controls
        best = state.get("best")
        if best is None or best[1] is None or shot.injection_dv_km_s < best[1].injection_dv_km_s:
            state["best"] = (solution, shot)
        return shot.injection_dv_km_s

    coast = seed.controls.coast_s
    size(coast)
    minimize(size, max(coast - 300.0, 0.0), coast + 300.0, tolerance=0.5)
    solution, shot = state.get("best") or state["failed"]
    cost = None
    if shot is not None and solution.converged:
        cost = shot.injection_dv_km_s - _coplanar_dv(request, shooter, shot)
    return Transfer(_name(branch, seed), branch, solution, shot, seed, cost)


def _coplanar_dv(request: Request, shooter: Shooter, shot: Shot) -> float:
    """Return the impulse of the same flight time with the azimuth free, km/s."""
    env = shooter.env
    free = seeds.at_lift_off(request.launch, request.lift_off, shot.controls.flight_time_s, env)
    names = ("azimuth_rad", "coast_s", "dv_km_s")
    solution, coplanar = target(shooter, free.controls, names, request.wanted, "north")
    if coplanar is None or not solution.converged:
        return float(free.controls.dv_km_s)  # type: ignore[arg-type]
    return coplanar.injection_dv_km_s


class _FreeTime:
    """Least total delta-v over the flight time, each branch on its own."""

    def __init__(self, request: Request, shooter: Shooter, report: Callable[[str], None]) -> None:
        self.request, self.shooter, self.report = request, shooter, report
        self.env = shooter.env

    def solve(self) -> list[Transfer]:
        grid = np.arange(FLIGHT_TIMES_H[0], FLIGHT_TIMES_H[1] + 1.0, 8.0)
        middle = _seeds(self.request, 3600.0 * float(np.mean(FLIGHT_TIMES_H)), self.env)
        return [self._branch(seed, branch, grid) for seed in middle for branch in BRANCHES]

    def _branch(self, like: Seed, branch: str, grid: Sequence[float] | Array) -> Transfer:
        tried: dict[float, Transfer] = {}

        def total(hours: float) -> float:
            self.report(f"transfer {_name(branch, like)}, flight time {hours:.1f} h")
            tried[hours] = self._at(hours, like, branch)
            return tried[hours].total_dv_km_s(self.env)

        for hours in grid:
            total(float(hours))
        best = min(tried, key=lambda h: tried[h].total_dv_km_s(self.env))
        if np.isfinite(tried[best].total_dv_km_s(self.env)):
            minimize(
                lambda h: min(total(h), 1e3),
                max(best - 8.0, FLIGHT_TIMES_H[0]),
                min(best + 8.0, FLIGHT_TIMES_H[1]),
                tolerance=0.05,
            )
            best = min(tried, key=lambda h: tried[h].total_dv_km_s(self.env))
        curve = tuple((h, tried[h].total_dv_km_s(self.env)) for h in sorted(tried))
        return replace(tried[best], curve=curve)

    def _at(self, hours: float, like: Seed, branch: str) -> Transfer:
        found = _seeds(self.request, 3600.0 * hours, self.env)
        same = [s for s in found if (s.coast, s.heading) == (like.coast, like.heading)]
        return solve_branch(self.request, self.shooter, (same or found)[0], branch)
