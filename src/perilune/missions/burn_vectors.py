"""The maneuvers of a flight after an instant, with the direction each pushed in."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from perilune.astro.epoch import Epoch
from perilune.dynamics.trajectory import Arc, Trajectory
from perilune.missions.flight import Flight
from perilune.missions.flown_nodes import Nodes
from perilune.missions.flown_push import pushes
from perilune.phases.shot import Model

Array = NDArray[np.float64]

_NEAR_S = 1e-3  # dates of events are to a millisecond
_SHORTEST_S = 1e-6


@dataclass(frozen=True)
class BurnVector:
    """A maneuver of one spacecraft.

    Attributes
    ----------
    name : str
        Of its event.
    start, end : Epoch
        Ignition and cut-off; equal where it is an impulse.
    dv_m_s : tuple of float
        As long as the integral of thrust over mass, along the whole push; `icrf`.
    mass_before_kg, propellant_kg : float or None
    """

    name: str
    start: Epoch
    end: Epoch
    dv_m_s: tuple[float, float, float]
    mass_before_kg: float | None
    propellant_kg: float | None


def burn_vectors(flight: Flight, spacecraft: str) -> list[BurnVector]:
    """Return the maneuvers a spacecraft's motion shows, in order of time.

    A maneuver that its trajectory does not show (another craft's, by then apart) is left out.

    Model limits: the direction of a burn is that of its whole push, gravity along it taken as
    that of an unpushed motion: good to a degree.
    """
    motion, found = flight.trajectory(spacecraft), []
    for event in flight.events:
        if not event["dv_m_s"]:
            continue
        start, end = Epoch.utc(event["utc"]), Epoch.utc(event["end_utc"])
        push = _push(flight, motion, start, end)
        size = float(np.linalg.norm(push))
        if abs(1e3 * size / event["dv_m_s"] - 1.0) > 0.1:
            continue
        x, y, z = (float(part) for part in push * (event["dv_m_s"] / size))
        masses = event["mass_before_kg"], event["propellant_kg"]
        found.append(BurnVector(event["name"], start, end, (x, y, z), *masses))
    return found


def _push(flight: Flight, motion: Trajectory, start: Epoch, end: Epoch) -> Array:
    """Return what engines added to the velocity between two instants, km/s."""
    arcs = motion.arcs
    burns = [arc for arc in arcs if arc.has_mass and _within(arc, start, end)]
    total = np.zeros(3)
    for arc in burns:
        total += _thrust_push(arc, flight)
    if burns:
        return total
    for one, other in pairwise(arcs):
        joint = other.origin + other.span_s[0]
        if abs(float(joint - start)) < _NEAR_S and one.center == other.center:
            before = one.vectors(np.array([float(joint - one.origin)]))[0]
            after = other.vectors(np.array([other.span_s[0]]))[0]
            total += after[3:6] - before[3:6]
    return total


def _within(arc: Arc, start: Epoch, end: Epoch) -> bool:
    first, last = (arc.origin + seconds for seconds in arc.span_s)
    early, late = float(first - start) < -_NEAR_S, float(last - end) > _NEAR_S
    return not early and not late and float(last - first) > _SHORTEST_S


def _thrust_push(arc: Arc, flight: Flight) -> Array:
    """Return the push of one burning arc, km/s, against the default forces."""
    seconds = arc.edges_s
    vectors = arc.vectors(seconds)[:, :6]
    none = np.zeros(len(seconds) - 1, dtype=bool)
    nodes = Nodes(arc.origin + seconds, vectors, (arc.center,) * len(seconds), none, none)
    return np.asarray(1e-3 * pushes(nodes, ~none, Model(), flight.env).dv_m_s.sum(axis=0))
