"""Checks on every flight: heights, closure, energy, order, propellant and mass."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from perilune.astro.bodies import RADIUS_KM
from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.dynamics.balance import energy_gaps_j_kg
from perilune.dynamics.trajectory import Arc, Trajectory
from perilune.missions.mission import Mission
from perilune.phases.base import Check, Happening, Stack
from perilune.phases.shot import Model

_SAME_S = 1e-3


def mission_checks(
    mission: Mission,
    flown: Sequence[Trajectory],
    motions: Sequence[Trajectory],
    happenings: list[Happening],
    end: Stack,
) -> list[Check]:
    """Return the checks that hold for any mission.

    `flown` is what was flown off the ground, `motions` the whole motion of each spacecraft.
    """
    checks = []
    if flown:
        lowest = min(lowest_altitude_km(trajectory) for trajectory in flown)
        checks.append(Check("lowest altitude", lowest, "km", 0.0, ">="))
    checks += closure(motions, happenings)
    checks += energy_balance(mission.model, motions)
    gaps = []
    for name in {h.spacecraft for h in happenings}:
        burns = [h for h in happenings if h.end is not None and h.spacecraft == name]
        gaps += [float(b.epoch - (a.end or a.epoch)) for a, b in itertools.pairwise(burns)]
    if gaps:
        checks.append(Check("pause between burns", min(gaps), "s", 0.0, ">="))
    for craft in end.members:
        checks.append(
            Check(f"propellant margin of {craft.name}", craft.propellant_kg, "kg", 0.0, ">=")
        )
    return checks + mass_balance(mission.stack.mass_kg, motions, happenings, end.mass_kg)


def mass_balance(
    start_kg: float | None,
    motions: Sequence[Trajectory],
    happenings: Sequence[Happening],
    end_kg: float | None,
) -> list[Check]:
    """Return whether what the ledger lost is what burnt: in its lines, and in the motions flown."""
    if start_kg is None or end_kg is None:
        return []
    booked = [h for h in happenings if h.mass_before_kg is not None and h.mass_after_kg is not None]
    used = [_lost(h) for h in booked if h.stage is None]  # upper stages are not the stack's
    balance = Check("mass balance", abs(start_kg - sum(used) - end_kg), "kg", 1e-6)
    arcs = [arc for arc in _arcs(motions) if arc.has_mass]
    if not arcs:
        return [balance]
    burnt = sum(-float(np.diff(arc.vectors(np.array(arc.span_s))[:, 6])[0]) for arc in arcs)
    lasting = sum(_lost(h) for h in booked if not _is_impulse(h) and h.dv_m_s is not None)
    return [balance, Check("propellant flown off the ledger", abs(burnt - lasting), "kg", 1e-3)]


def energy_balance(model: Model, motions: Sequence[Trajectory]) -> list[Check]:
    """Return whether every coast gained the energy that the forces of the model give it.

    0.01 J/kg is a centimeter in the size of a low lunar orbit. Coasts with air drag are left out.
    """
    worst = []
    for center in ("earth", "moon"):
        arcs = [arc for arc in _arcs(motions) if arc.coast and arc.center == center]
        if arcs and model.about(center).drag is None:
            worst.append(float(energy_gaps_j_kg(arcs, model.about(center), motions[0].env).max()))
    return [Check("energy balance of coasts", max(worst), "J/kg", 0.01)] if worst else []


def closure(motions: Sequence[Trajectory], happenings: Sequence[Happening]) -> list[Check]:
    """Return whether arcs meet: in place, and in speed but for the impulses of the ledger.

    On the ground and at docking speeds change by contact: these have checks of their own.
    """
    if not motions:
        return []
    impulses = [(h.epoch, h.dv_m_s or 0.0) for h in happenings if _is_impulse(h)]
    contacts = [h.epoch for h in happenings if h.name == "docking"]
    gaps, jumps = [0.0], [0.0]
    for joint in [joint for trajectory in motions for joint in joints(trajectory)]:
        gaps.append(joint.gap_m)
        if joint.in_space and not any(abs(joint.epoch - at) < _SAME_S for at in contacts):
            booked = sum(dv for at, dv in impulses if abs(joint.epoch - at) < _SAME_S)
            jumps.append(abs(joint.jump_m_s - booked))
    return [
        Check("gap between arcs", max(gaps), "m", 1.0),
        Check("speed gained off the ledger", max(jumps), "m/s", 1e-3),
    ]


@dataclass(frozen=True)
class Joint:
    """Where one arc ends and the next begins.

    Attributes
    ----------
    epoch : Epoch
    gap_m, jump_m_s : float
        How far apart place and velocity are.
    in_space : bool
        Neither side is a motion of the ground or through air.
    """

    epoch: Epoch
    gap_m: float
    jump_m_s: float
    in_space: bool


def joints(trajectory: Trajectory) -> list[Joint]:
    """Return the joints of a motion."""
    found = []
    for before, after in itertools.pairwise(trajectory.arcs):
        ends = [
            State.from_vector(
                arc.vectors(np.array([seconds]))[0, :6],
                epoch=arc.origin + seconds,
                center=arc.center,
            )
            for arc, seconds in ((before, before.span_s[1]), (after, after.span_s[0]))
        ]
        here, there = ends
        if here.center != there.center:
            here = here.to(center=there.center, env=trajectory.env)
        free = all(arc.coast or arc.has_mass for arc in (before, after))
        gap, jump = (
            1e3 * float(np.linalg.norm(a - b))
            for a, b in ((here.r_km, there.r_km), (here.v_km_s, there.v_km_s))
        )
        found.append(Joint(there.epoch, gap, jump, free))
    return found


def _arcs(motions: Sequence[Trajectory]) -> list[Arc]:
    """Return the arcs of all motions; spacecraft that fly together share theirs."""
    found = [arc for trajectory in motions for arc in trajectory.arcs]
    return list({(id(a.run.coefficients), a.run.stop_s): a for a in found}.values())


def _is_impulse(happening: Happening) -> bool:
    lasts = 0.0 if happening.end is None else float(happening.end - happening.epoch)
    return happening.dv_m_s is not None and lasts < _SAME_S


def _lost(happening: Happening) -> float:
    return (happening.mass_before_kg or 0.0) - (happening.mass_after_kg or 0.0)


def lowest_altitude_km(trajectory: Trajectory) -> float:
    """Return the lowest height over the (equatorial) radius of any arc's center, km.

    Sampled at a hundred points a revolution or better, with exact perilunes where found.
    """
    lowest = np.inf
    for arc in trajectory.arcs:
        start, stop = arc.span_s
        count = int(min(max(200, (stop - start) / 60.0), 20000))
        r = arc.vectors(np.linspace(start, stop, count))[:, :3]
        lowest = min(lowest, float(np.linalg.norm(r, axis=1).min()) - RADIUS_KM[arc.center])
    for event in trajectory.events:
        if event.name == "periapsis":
            height = float(np.linalg.norm(event.state.r_km)) - RADIUS_KM[event.state.center]
            lowest = min(lowest, height)
    return lowest
