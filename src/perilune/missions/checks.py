"""Checks on every flight: heights, order, propellant and mass."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from perilune.astro.bodies import RADIUS_KM
from perilune.astro.state import State
from perilune.dynamics.trajectory import Trajectory
from perilune.missions.mission import Mission
from perilune.phases.base import Check, Happening, Stack


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
    if motions:
        gap = max(largest_gap_m(trajectory) for trajectory in motions)
        checks.append(Check("gap between arcs", gap, "m", 1.0))
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
    start_kg, end_kg = mission.stack.mass_kg, end.mass_kg
    if start_kg is not None and end_kg is not None:
        used = [h.mass_before_kg - h.mass_after_kg for h in happenings
                if h.stage is None  # what upper stages burn and leave behind is not the stack's
                and h.mass_before_kg is not None and h.mass_after_kg is not None]  # fmt: skip
        checks.append(Check("mass balance", abs(start_kg - sum(used) - end_kg), "kg", 1e-6))
    return checks


def largest_gap_m(trajectory: Trajectory) -> float:
    """Return how far a spacecraft jumps where one arc ends and the next begins, m."""
    gaps = [0.0]
    for before, after in itertools.pairwise(trajectory.arcs):
        ends = [
            State.from_vector(
                arc.vectors(np.array([seconds]))[0, :6],
                epoch=arc.origin + seconds,
                center=arc.center,
            ).to(center=after.center, env=trajectory.env)
            for arc, seconds in ((before, before.span_s[1]), (after, after.span_s[0]))
        ]
        gaps.append(1e3 * float(np.linalg.norm(ends[0].r_km - ends[1].r_km)))
    return max(gaps)


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
