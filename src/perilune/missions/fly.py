"""Fly a mission: phase after phase, every alternative to its end, then choose."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np

from perilune.astro import frames
from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.environment import Environment, environment
from perilune.astro.geometry import SURFACE_AXES
from perilune.astro.state import State
from perilune.dynamics.engines import Wanted, prepare
from perilune.dynamics.propagate import propagate
from perilune.missions.chain import Chain, extend
from perilune.missions.checks import mission_checks
from perilune.missions.flight import Flight
from perilune.missions.mission import Choice, Mission
from perilune.phases.base import Check, Condition, Context, Phase
from perilune.phases.capture import Capture
from perilune.phases.departure import LaunchPhase, TransferPhase
from perilune.phases.halo import HaloTransfer
from perilune.phases.injection import Injection
from perilune.phases.lunar_start import LunarStart
from perilune.phases.orbit import Orbit
from perilune.phases.swing_by import SwingByTransfer
from perilune.phases.timed_burn import TimedBurn
from perilune.phases.translunar import engines

_OF_A_BRANCH = ("inclination_deg", "azimuth_deg", "c3_km2_s2", "perilune_utc", "impact_utc")
_DUE_EAST = np.sin(np.radians(5.0))  # closer to due east than this, a launch heads neither way


def fly(
    mission: Mission,
    env: Environment | None = None,
    *,
    report: Callable[[str], None] = lambda _: None,
) -> Flight:
    """Fly a mission and return the flight of the alternative its choice picks.

    Parameters
    ----------
    mission : Mission
    env : Environment, optional
        Default: the offline one with the mission's constants.
    report : callable
        Called with a short text as work goes on.

    Returns
    -------
    Flight
        Its `status` says whether all phases converged; nothing numerical raises.
    """
    began = time.perf_counter()
    env = env or environment(constants=mission.constants)
    context = Context(env, mission.model, report, len(mission.phases))
    prepare([*engines(mission.model), Wanted("moon", mission.model.moon, thrust=True)], env)
    there, onward = _to_the_moon(mission.phases)
    chains = extend(Chain((), (Condition(mission.stack),)), there, context)
    chosen, branches, check = _choose(chains, mission.choice, context)
    if chosen.status == "converged" and onward:
        chosen = _cheapest(extend(chosen, onward, context))
    checks = [
        *chosen.checks,
        *mission_checks(
            mission,
            chosen.in_space,
            list(chosen.trajectories.values()),
            chosen.happenings,
            chosen.stack,
        ),
    ]
    extras = (check, _permitted(mission, chosen), _injected_mass(mission, chosen))
    checks += [extra for extra in extras if extra is not None]
    return Flight.of(
        mission,
        env,
        status=chosen.status,
        remedy=chosen.remedy,
        happenings=chosen.happenings,
        checks=checks,
        stack=chosen.stack,
        trajectories=chosen.trajectories,
        solution={**chosen.figures, "branches": branches},
        elapsed_s=time.perf_counter() - began,
    )


def _to_the_moon(phases: Sequence[Phase]) -> tuple[Sequence[Phase], Sequence[Phase]]:
    """Return the phases up to where the choice of a branch falls, and the rest.

    It falls in lunar orbit, or after the timed burns of a mission that begins there.
    """
    near: tuple[type, ...] = (LaunchPhase, Injection, TransferPhase, SwingByTransfer, HaloTransfer,
                              Capture, Orbit)  # fmt: skip
    if isinstance(phases[0], LunarStart):
        near = (LunarStart, TimedBurn)
    count = next((i for i, phase in enumerate(phases) if not isinstance(phase, near)), len(phases))
    return phases[:count], phases[count:]


def _cheapest(chains: Sequence[Chain]) -> Chain:
    """Return the alternative of the least delta-v; one that fails comes after all that do not."""
    return min(chains, key=lambda chain: (chain.status != "converged", chain.total_dv_m_s))


def _permitted(mission: Mission, chain: Chain) -> Check | None:
    """Return the check that the site permits the direction of launch, where it says what it does.

    The limit is half the last digit to which corridors are stated.
    """
    azimuth = chain.figures.get("azimuth_deg")
    launch = next((p for p in mission.phases if isinstance(p, LaunchPhase)), None)
    if launch is None or azimuth is None or not (mission.corridor and mission.corridor.is_stated):
        return None
    site, angle = launch.launch.site, np.radians(float(str(azimuth)))
    latitude = np.radians(site.point.geocentric_latitude_deg)
    inclination = float(np.degrees(np.arccos(np.cos(latitude) * np.sin(angle))))
    north = float(np.cos(angle))
    heading = None if abs(north) < _DUE_EAST else "northbound" if north > 0.0 else "southbound"
    nearest = mission.corridor.nearest_deg(inclination, heading, site)
    off = float("nan") if nearest is None else abs(nearest - inclination)
    return Check("launch outside the site's corridors", off, "deg", 0.05)


def _injected_mass(mission: Mission, chain: Chain) -> Check | None:
    """Return the check that the vehicle injects what leaves, where both are known."""
    found, mass = chain.figures, mission.stack.mass_kg
    if mission.lift is None or mass is None or "c3_km2_s2" not in found:
        return None
    inclination, c3 = (
        np.array([float(str(found[key]))]) for key in ("inclination_deg", "c3_km2_s2")
    )
    carried = float(mission.lift(inclination, c3)[0])
    return Check("injected mass margin", carried - mass, "kg", 0.0, ">=")


def _choose(
    chains: list[Chain], choice: Choice, context: Context
) -> tuple[Chain, list[dict[str, object]], Check | None]:
    """Return the chain chosen, a row for each alternative, and the check of the choice."""
    distances = [
        plane_distance_km(chain, choice, context) if choice.goal == "passes_over" else None
        for chain in chains
    ]

    def rank(i: int) -> tuple[bool, float]:
        chain, distance = chains[i], distances[i]
        value = chain.total_dv_m_s if distance is None else distance
        return chain.status != "converged", value if np.isfinite(value) else 1e99

    if choice.goal == "branch":
        order = [
            i
            for i, c in enumerate(chains)
            if str(c.branch).replace(",", " ").split()[:1] == [choice.branch]
        ]
    else:
        order = list(range(len(chains)))
    best = min(order or range(len(chains)), key=rank)
    rows = [_row(chain, distances[i], choice, chosen=i == best) for i, chain in enumerate(chains)]
    check = None
    if distances[best] is not None:
        check = Check(
            f"orbit plane passes over {choice.site_name}",
            float(distances[best] or 0.0),
            "km",
            choice.within_km,
        )
    return chains[best], rows, check


def _row(
    chain: Chain, distance: float | None, choice: Choice, *, chosen: bool
) -> dict[str, object]:
    converged = chain.status == "converged"
    why = {
        "least_delta_v": "least total delta-v",
        "branch": "named in the scenario",
        "passes_over": f"orbit plane nearest to {choice.site_name} at the date",
    }[choice.goal]
    row: dict[str, object] = {
        "name": chain.branch,
        "total_dv_m_s": chain.total_dv_m_s if converged else None,
        "chosen": chosen,
        "why": why if chosen and converged else chain.remedy,
        "status": chain.status,
    }
    if distance is not None:
        row["plane_distance_km"] = distance if np.isfinite(distance) else None
    for leg in chain.legs:
        for key in _OF_A_BRANCH:
            if key in leg.solution:
                row[key] = leg.solution[key]
    return row


def plane_distance_km(chain: Chain, choice: Choice, context: Context) -> float:
    """Return how far a lunar site is from the orbit plane at a date, along the surface, km."""
    state = _state_at(chain, choice, context)
    if state is None or choice.site is None:
        return float("inf")
    env = context.env
    matrix, _ = frames.from_icrf(SURFACE_AXES["moon"], state.epoch, env)
    site = choice.site.vertical() @ matrix
    normal = np.cross(state.r_km, state.v_km_s)
    sine = float(site @ normal / np.linalg.norm(normal))
    return MOON_RADIUS_KM * abs(float(np.arcsin(np.clip(sine, -1.0, 1.0))))


def _state_at(chain: Chain, choice: Choice, context: Context) -> State | None:
    """Return the Moon-centered state at the choice's date, coasting on where the flight ends."""
    flown, date = chain.trajectory, choice.date
    if chain.status != "converged" or flown is None or date is None:
        return None
    if flown.stop - date >= 0.0:
        return flown.at(date, center="moon") if date - flown.start >= 0.0 else None
    onward = propagate(
        flown.final,
        until=date,
        forces=context.model.moon,
        env=context.env,
        dense=False,
    )
    return onward.final if onward.status == "completed" else None
