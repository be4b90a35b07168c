"""Translunar targeting: from a 200 km parking orbit to 100 km over the Moon, on a polar orbit.

Both programs get the same problem: a circular orbit over the launch site at the date, whose plane
may be turned about the site's direction; a coast; an impulse along the velocity; a fixed flight
time. Both start from the same two-body guess, which knows no Moon's pull and no aim point. Which of
the two solutions (passing north or south of the Moon) Orekit's corrector finds is up to the guess;
ours is then asked for that one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import peer_orekit as orekit
from arcs import FORCES
from compare import Array, Disagreement, Row, Times, require, timed_ms, warm_up

from perilune.astro.environment import Environment
from perilune.astro.epoch import DAY, Epoch
from perilune.astro.geometry import SurfacePoint
from perilune.astro.state import State
from perilune.phases import seeds
from perilune.phases.arrival import Perilune, branch_of, lunar_pole
from perilune.phases.launch import Ascent, Launch, LaunchSite
from perilune.phases.request import Request
from perilune.phases.seeds import Seed
from perilune.phases.shot import Model, Shot
from perilune.phases.transfer import solve_branch
from perilune.phases.translunar import Shooter

_DATES = (
    "2024-03-05T06:00:00",
    "2025-07-01T00:00:00",
    "2026-01-11T18:00:00",
    "2027-09-20T03:00:00",
    "2028-12-02T12:00:00",
    "2030-05-15T21:00:00",
)
_FLIGHT_TIME_S = 4.5 * DAY
_WANTED = Perilune(altitude_km=100.0, inclination_deg=90.0)
_WENCHANG = LaunchSite("wenchang", SurfacePoint("earth", 19.6145, 110.951, 0.01))
_LAUNCH = Launch(_WENCHANG, Ascent(duration_s=0.0, range_angle_deg=0.0), 200.0)
_MODEL = Model(earth=FORCES, moon=FORCES, sensitivity=FORCES)
_PERILUNE_LIMIT_MM, _DV_LIMIT_MM_S, _COAST_LIMIT_S = 200.0, 0.1, 1e-3


@dataclass(frozen=True, eq=False)
class Problem:
    """One date's problem, as both programs take it."""

    date: str
    request: Request
    seed: Seed
    branch: str
    goals: orekit.PeriluneGoals
    before: Array
    """State of the parking orbit at zero azimuth."""
    site: Array

    def ours(self, env: Environment) -> Shot:
        """Solve with perilune."""
        shooter = Shooter(self.request.launch, self.request.model, env)
        found = solve_branch(self.request, shooter, self.seed, self.branch)
        if found.shot is None:
            raise Disagreement(f"targeting on {self.date}: no solution, {found.solution.remedy}")
        return found.shot

    def theirs(self) -> orekit.PeriluneTarget:
        """Solve with Orekit; it turns about the site where we count the azimuth eastward."""
        guess = self.seed.controls
        assert isinstance(guess.dv_km_s, float)
        parking = orekit.parking_orbit(self.before, self.site, self.date)
        start = (guess.coast_s, -guess.azimuth_rad, guess.dv_km_s)
        return orekit.target_perilune(parking, start, self.goals)


def _problem(date: str, env: Environment) -> Problem:
    lift_off = Epoch.tdb(date)
    seed = seeds.at_lift_off(_LAUNCH, lift_off, _FLIGHT_TIME_S, env)
    axes = _LAUNCH.local_axes(lift_off, env)
    before = _LAUNCH.insertion(lift_off, 0.0, axes, env).state.vector
    arrive = lift_off + (seed.controls.coast_s + _FLIGHT_TIME_S)
    x, y, z = lunar_pole(arrive, env).tolist()
    goals = orekit.PeriluneGoals(
        date,
        _FLIGHT_TIME_S,
        _WANTED.radius_km,
        _WANTED.inclination_rad,
        (x, y, z),
    )
    request = Request(_LAUNCH, _WANTED, lift_off, flight_time_s=_FLIGHT_TIME_S, model=_MODEL)
    problem = Problem(date, request, seed, "north", goals, before, axes[0])
    return _on_their_branch(problem, env)


def _on_their_branch(problem: Problem, env: Environment) -> Problem:
    found = problem.theirs()
    epoch = problem.request.lift_off + (found.coast_s + _FLIGHT_TIME_S)
    arrival = State.from_vector(found.perilune_state, epoch=epoch, center="moon")
    return Problem(**{**vars(problem), "branch": branch_of(arrival, env)})


def _agreement(problem: Problem, env: Environment) -> tuple[float, float, float]:
    """Return how far both answers are apart: perilune (mm), impulse (mm/s), coast (s)."""
    ours, theirs = problem.ours(env), problem.theirs()
    apart = ours.arrival.r_km - theirs.perilune_state[:3]
    return (
        1e6 * float(np.linalg.norm(apart)),
        1e6 * abs(ours.injection_dv_km_s - theirs.delta_v_km_s),
        abs(ours.controls.coast_s - theirs.coast_s),
    )


def targeting(env: Environment, rounds: int) -> list[Row]:
    """Solve the six dates in turn; a second row times the guess."""
    problems = [_problem(date, env) for date in _DATES]
    worst = np.max([_agreement(problem, env) for problem in problems], axis=0)
    agreement = [
        require("perilune", float(worst[0]), _PERILUNE_LIMIT_MM, "mm"),
        require("impulse", float(worst[1]), _DV_LIMIT_MM_S, "mm/s"),
        require("coast", float(worst[2]), _COAST_LIMIT_S, "s"),
    ]
    for problem in problems:
        warm_up(lambda p=problem: p.ours(env), calls=3)  # type: ignore[misc]
    mine, peer, guess = _times(problems, env, rounds)
    notes = [_note(p, mine[:, i], peer[:, i]) for i, p in enumerate(problems)]
    return [
        Row(
            "translunar targeting, a solve",
            Times(mine.ravel()),
            Times(peer.ravel()),
            "; ".join(agreement),
            "under 20 ms",
            at_most_ms=20.0,
            notes=tuple(notes),
        ),
        Row("its two-body guess (both start from it)", Times(guess.ravel())),
    ]


def _times(problems: list[Problem], env: Environment, rounds: int) -> tuple[Array, Array, Array]:
    """Return ms of solves, Orekit's solves and guesses, shape (rounds, problems)."""
    shape = (3, rounds, len(problems))
    out = np.empty(shape)
    for i in range(rounds):
        for k, p in enumerate(problems):
            out[0, i, k] = timed_ms(lambda p=p: p.ours(env))  # type: ignore[misc]
            out[1, i, k] = timed_ms(p.theirs)
            lift_off = p.request.lift_off
            out[2, i, k] = timed_ms(
                lambda e=lift_off: seeds.at_lift_off(_LAUNCH, e, _FLIGHT_TIME_S, env)  # type: ignore[misc]
            )
    return out[0], out[1], out[2]


def _note(problem: Problem, ours: Array, theirs: Array) -> str:
    a, b = Times(ours), Times(theirs)
    return (
        f"Targeting {problem.date[:10]}, {problem.branch}: ours {a.least:.1f} (median "
        f"{a.median:.1f}) ms, Orekit {b.least:.0f} ({b.median:.0f}) ms."
    )
