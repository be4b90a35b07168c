"""Moving a station or a ship between two orbits: the turn, the wait for the nodes, the burns.

Two planes differ by more than their inclinations unless their nodes agree. The Earth's
flattening turns both nodes, each at its own rate, so they meet again and again: a move is cheap
then and dear in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from perilune.astro.bodies import STANDARD_GRAVITY_M_S2
from perilune.errors import InputError
from perilune.phases.ascent_cost import GM_KM3_S2, turn_km_s
from perilune.stations.plane_drift import Alignment, CircularOrbit, alignment

Array = NDArray[np.float64]

_SPLITS_N = 401


@dataclass(frozen=True)
class Move:
    """What it takes to go from one circular orbit to another.

    Attributes
    ----------
    start, goal : CircularOrbit
    node_offset_deg : float
        The goal's node east of the start's when it leaves.
    angle_deg, now_m_s : float
        Between the planes, and what the move costs if it leaves at once.
    aligned_deg, aligned_m_s : float
        The same once the nodes agree: the difference of the inclinations.
    drift_altitude_km : float or None
        Where it waits, if not in its own orbit.
    alignment : Alignment
        From the orbit it waits in.
    isp_s : float
        Of the engines.
    """

    start: CircularOrbit
    goal: CircularOrbit
    node_offset_deg: float
    angle_deg: float
    now_m_s: float
    aligned_deg: float
    aligned_m_s: float
    drift_altitude_km: float | None
    alignment: Alignment
    isp_s: float

    def propellant_kg(self, mass_kg: float, *, aligned: bool = True) -> float:
        """Return the propellant of a body that weighs `mass_kg` before it leaves, kg."""
        if not (np.isfinite(mass_kg) and mass_kg > 0.0):
            raise InputError(f"found {mass_kg:g}, expected more than zero", key="mass_kg")
        velocity = self.aligned_m_s if aligned else self.now_m_s
        return float(-mass_kg * np.expm1(-velocity / (self.isp_s * STANDARD_GRAVITY_M_S2)))

    def to_json(self) -> dict[str, Any]:
        """Return the move as plain values."""
        return {
            "start": {
                "inclination_deg": self.start.inclination_deg,
                "altitude_km": self.start.altitude_km,
            },
            "goal": {
                "inclination_deg": self.goal.inclination_deg,
                "altitude_km": self.goal.altitude_km,
            },
            "node_offset_deg": round(self.node_offset_deg, 3),
            "angle_deg": round(self.angle_deg, 3),
            "now_m_s": round(self.now_m_s, 1),
            "aligned_deg": round(self.aligned_deg, 3),
            "aligned_m_s": round(self.aligned_m_s, 1),
            "drift_altitude_km": self.drift_altitude_km,
            "node_rate_deg_d": round(self.alignment.rate_deg_d, 4),
            "wait_d": _rounded(self.alignment.wait_d),
            "every_d": _rounded(self.alignment.every_d),
        }


def plane_angle_deg(
    inclination_deg: ArrayLike, other_deg: ArrayLike, node_offset_deg: ArrayLike = 0.0
) -> Array:
    """Return the angle between two orbit planes, deg; arguments broadcast.

    The half-angle form of the spherical law of cosines, exact for small angles too.
    """
    one, two, offset = (np.radians(x) for x in (inclination_deg, other_deg, node_offset_deg))
    half = np.sin((two - one) / 2.0) ** 2
    half = half + np.sin(one) * np.sin(two) * np.sin(offset / 2.0) ** 2
    return np.asarray(2.0 * np.degrees(np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))))


def transfer_km_s(from_radius_km: float, to_radius_km: float, angle_deg: ArrayLike) -> Array:
    """Return what a Hohmann transfer costs that turns the plane too, km/s, by the angle.

    The turn is split between the burns for the least sum (Vallado, Fundamentals of Astrodynamics,
    4th ed., section 6.5).

    Model limits: impulses at the line both planes share; large turns would cost less by a high
    ellipse (from 39 deg on; far less from 60 deg).
    """
    low, high = from_radius_km, to_radius_km
    angle = np.radians(np.asarray(angle_deg, dtype=float))[..., None]
    share = np.linspace(0.0, 1.0, _SPLITS_N)
    energy = -GM_KM3_S2 / (low + high)
    leave, arrive = (np.sqrt(2.0 * (energy + GM_KM3_S2 / radius)) for radius in (low, high))
    first = turn_km_s(np.sqrt(GM_KM3_S2 / low), leave, share * angle)
    second = turn_km_s(arrive, np.sqrt(GM_KM3_S2 / high), (1.0 - share) * angle)
    return np.asarray((first + second).min(axis=-1))


def move(
    start: CircularOrbit,
    goal: CircularOrbit,
    node_offset_deg: float = 0.0,
    *,
    drift_altitude_km: float | None = None,
    isp_s: float = 300.0,
) -> Move:
    """Return what it takes to go from one orbit to another, at once and with the nodes aligned.

    Parameters
    ----------
    start, goal : CircularOrbit
    node_offset_deg : float
        The goal's node east of the start's now.
    drift_altitude_km : float, optional
        Wait at another altitude, where the node drifts faster or slower.
    isp_s : float
        Of the engines, for the propellant.

    Raises
    ------
    InputError
        Where a figure is no number or out of range.
    """
    if not np.isfinite(node_offset_deg):
        raise InputError("expected a finite number", key="node_offset_deg")
    if not 10.0 <= isp_s <= 1e5:
        raise InputError(f"found {isp_s:g}, expected 10 to 1e5 s", key="isp_s")
    wait = start
    if drift_altitude_km is not None:
        wait = CircularOrbit(start.inclination_deg, drift_altitude_km)
    angle = plane_angle_deg(start.inclination_deg, goal.inclination_deg, node_offset_deg)
    aligned = plane_angle_deg(start.inclination_deg, goal.inclination_deg)
    there = transfer_km_s(start.radius_km, wait.radius_km, 0.0)
    return Move(
        start,
        goal,
        node_offset_deg,
        float(angle),
        1000.0 * float(transfer_km_s(start.radius_km, goal.radius_km, angle)),
        float(aligned),
        1000.0 * float(there + transfer_km_s(wait.radius_km, goal.radius_km, aligned)),
        drift_altitude_km,
        alignment(wait, goal, node_offset_deg),
        isp_s,
    )


def cost_over_time_m_s(
    start: CircularOrbit, goal: CircularOrbit, node_offset_deg: float, days: ArrayLike
) -> Array:
    """Return what a move costs by the day it leaves, m/s: a curve to plot, from the start's orbit.

    Parameters
    ----------
    node_offset_deg : float
        The goal's node east of the start's on day 0.
    days : array_like
    """
    rate = alignment(start, goal).rate_deg_d
    offset = node_offset_deg - rate * np.asarray(days, dtype=float)
    angle = plane_angle_deg(start.inclination_deg, goal.inclination_deg, offset)
    return np.asarray(1000.0 * transfer_km_s(start.radius_km, goal.radius_km, angle))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
