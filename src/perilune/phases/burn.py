"""One engine burn: impulsive or finite, placed and steered to end in the orbit wanted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.dynamics.propagate import Thrust, propagate
from perilune.dynamics.trajectory import Trajectory
from perilune.phases.base import Context, Engine

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Steering:
    """A thrust direction that turns at a constant rate in the orbit plane.

    Attributes
    ----------
    aim, lead : ndarray
        `icrf` unit vectors: thrust along `aim` at `reference`, turning towards `lead`.
    reference : Epoch
    """

    aim: tuple[float, float, float]
    lead: tuple[float, float, float]
    reference: Epoch

    def pitched(self, angle_rad: float) -> Steering:
        """Return the attitude turned by an angle in its plane, towards `lead`."""
        aim, lead = np.array(self.aim), np.array(self.lead)
        c, s = np.cos(angle_rad), np.sin(angle_rad)
        return Steering(_triple(c * aim + s * lead), _triple(c * lead - s * aim), self.reference)

    @classmethod
    def along(cls, change: Array, at: State) -> Steering:
        """Return the attitude that thrusts along a change of velocity, turning with the orbit.

        A change that also turns the plane is thrust along in the plane it makes with the way the
        orbit turns.
        """
        aim = change / np.linalg.norm(change)
        normal = np.cross(at.r_km, at.v_km_s)
        lead = np.cross(normal / np.linalg.norm(normal), aim)
        return cls(_triple(aim), _triple(lead / np.linalg.norm(lead)), at.epoch)


@dataclass(frozen=True, eq=False)
class Burn:
    """A flown burn."""

    trajectory: Trajectory
    ignition: State
    cut_off: State
    mass_before_kg: float
    mass_after_kg: float
    exhaust_km_s: float

    @property
    def dv_m_s(self) -> float:
        """Integral of thrust over mass: the rocket equation holds exactly at constant Isp."""
        return 1e3 * self.exhaust_km_s * float(np.log(self.mass_before_kg / self.mass_after_kg))


def fly_burn(
    ignition: State,
    duration_s: float,
    engine: Engine,
    mass_kg: float,
    steering: Steering,
    rate_rad_s: float,
    context: Context,
) -> Burn:
    """Integrate a finite burn about the body the ignition is centered on: Earth or Moon."""
    model = context.model
    thrust = Thrust(
        engine.thrust_n,
        engine.isp_s,
        steering.aim,
        steering.lead,
        steering.reference,
        rate_rad_s,
    )
    trajectory = propagate(
        ignition,
        until=ignition.epoch + duration_s,
        forces=model.about(ignition.center),
        env=context.env,
        thrust=thrust,
        mass_kg=mass_kg,
    )
    return Burn(
        trajectory,
        ignition,
        trajectory.final,
        mass_kg,
        trajectory.final_mass_kg,
        engine.exhaust_km_s,
    )


def burn_time_s(dv_km_s: float, engine: Engine, mass_kg: float) -> float:
    """Return how long an engine burns for a velocity change (rocket equation), s."""
    used = mass_kg * (1.0 - np.exp(-dv_km_s / engine.exhaust_km_s))
    return float(used * engine.exhaust_km_s * 1e3 / engine.thrust_n)


def _triple(vector: Array) -> tuple[float, float, float]:
    return float(vector[0]), float(vector[1]), float(vector[2])
