"""How far a lunar orbit wanders in the full model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro import elements
from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.environment import Environment
from perilune.astro.epoch import DAY, Epoch
from perilune.astro.state import State
from perilune.dynamics.events import apoapsis, impact
from perilune.dynamics.forces import Forces
from perilune.dynamics.propagate import propagate
from perilune.dynamics.trajectory import Trajectory

Array = NDArray[np.float64]

ORBIT_PLANE = "earth_moon_rotating"
"""Axes whose z is normal to the Moon's orbit about the Earth: what the Earth's pull knows."""
_WATCH = (apoapsis("moon"), impact("moon"))


@dataclass(frozen=True)
class Drift:
    """How far an orbit wandered over a span, seen at its apolunes.

    Attributes
    ----------
    span_d : float
    eccentricity : tuple of float
        Least and greatest.
    inclination_deg, arg_perilune_deg : tuple of float
        To the plane of the Moon's orbit, least and greatest.
    perilune_km : tuple of float
        Altitude, least and greatest.
    status : str
        `completed`, or `impact`.
    """

    span_d: float
    eccentricity: tuple[float, float]
    inclination_deg: tuple[float, float]
    arg_perilune_deg: tuple[float, float]
    perilune_km: tuple[float, float]
    status: str


def drift(
    state: State, span_d: float, forces: Forces, env: Environment, *, tolerance: float = 1e-13
) -> Drift:
    """Return how far a lunar orbit wanders over a span.

    Parameters
    ----------
    state : State
        Moon-centered.
    """
    flown = propagate(
        state, until=state.epoch + span_d * DAY, forces=forces, env=env, events=_WATCH,
        tolerance=tolerance,
    )  # fmt: skip
    return observed(flown, env)


def observed(flown: Trajectory, env: Environment) -> Drift:
    """Return the drift of a flown lunar orbit, from its apolunes."""
    seen = [e.state for e in flown.events if e.name == "apoapsis"]
    seen = [flown.at(flown.start), *seen]
    both = State(
        Epoch.stack([s.epoch for s in seen]),
        "moon",
        "icrf",
        np.array([s.r_km for s in seen]),
        np.array([s.v_km_s for s in seen]),
    )
    orbit = elements.osculating(both, env, equator=ORBIT_PLANE)
    turned = np.degrees(np.unwrap(orbit.arg_periapsis))
    return Drift(
        flown.duration_s / DAY,
        _ends(orbit.eccentricity),
        _ends(np.degrees(orbit.inclination)),
        _ends(turned),
        _ends(orbit.periapsis_km - MOON_RADIUS_KM),
        flown.status,
    )


def _ends(values: Array) -> tuple[float, float]:
    return float(np.min(values)), float(np.max(values))
