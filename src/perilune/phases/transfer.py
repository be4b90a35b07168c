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

from collections.abc import Callable
from dataclasses import replace

from perilune.astro.environment import Environment
from perilune.astro.epoch import DAY
from perilune.errors import InputError
from perilune.phases import seeds
from perilune.phases.aim import target
from perilune.phases.arrival import BRANCHES
from perilune.phases.flight_time import least_total
from perilune.phases.plane_turn import least_impulse, with_plane_change
from perilune.phases.request import FLIGHT_TIMES_H, Request, Transfer
from perilune.phases.seeds import Seed
from perilune.phases.translunar import Shooter


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
        return _free_time(request, shooter, report)
    out = []
    for seed in _seeds(request, request.flight_time_s, env):
        for branch in BRANCHES:
            report(f"transfer {_name(branch, seed)}")
            out.append(solve_branch(request, shooter, seed, branch))
    if request.turns_plane:
        return with_plane_change(request, shooter, out)
    return _within_the_day(request, out)


def _within_the_day(request: Request, transfers: list[Transfer]) -> list[Transfer]:
    """Keep the lift-offs of the day asked for: solving moves them by minutes."""
    if request.fixed_lift_off:
        return transfers
    after = [
        float((t.shot.controls if t.shot else t.seed.controls).lift_off - request.lift_off)
        for t in transfers
    ]
    kept = [t for t, seconds in zip(transfers, after, strict=True) if 0.0 <= seconds < DAY]
    if not kept:
        near = request.lift_off + min(after, key=lambda x: abs(x - 0.5 * DAY))
        raise InputError(
            f"no such lift-off on the day from {request.lift_off.utc_iso(0)}: the nearest is at "
            f"{near.utc_iso(0)}"
        )
    return kept


def _free_time(request: Request, shooter: Shooter, report: Callable[[str], None]) -> list[Transfer]:
    if request.turns_plane:
        raise InputError(
            "with lift-off and inclination both given the flight time must be given too"
        )
    middle = 1800.0 * sum(FLIGHT_TIMES_H)
    out = []
    for like in _seeds(request, middle, shooter.env):
        for branch in BRANCHES:

            def from_seed(hours: float, like: Seed = like, branch: str = branch) -> Transfer:
                found = _seeds(request, 3600.0 * hours, shooter.env)
                same = [s for s in found if (s.coast, s.heading) == (like.coast, like.heading)]
                return solve_branch(request, shooter, (same or found)[0], branch)

            def say(message: str, name: str = _name(branch, like)) -> None:
                report(f"transfer {name}, {message}")

            out.append(least_total(request, shooter, controlled(request), from_seed, say))
    return _within_the_day(request, out)


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


def controlled(request: Request) -> tuple[str, ...]:
    """Return the controls that are solved for where the impulse is along the velocity."""
    first = "azimuth_rad" if request.fixed_lift_off else "lift_off_s"
    return (first, "coast_s", "dv_km_s")


def solve_branch(request: Request, shooter: Shooter, seed: Seed, branch: str) -> Transfer:
    """Return the transfer grown from one seed on one branch."""
    if request.turns_plane:
        for controls in (seed.controls, *seed.others):
            one = replace(seed, controls=controls)
            found = least_impulse(request, shooter, one, branch, _name(branch, seed))
            if found.converged:
                break
        return found
    names = controlled(request)
    solution, shot = target(shooter, seed.controls, names, request.wanted, branch)
    return Transfer(_name(branch, seed), branch, solution, shot, seed)
