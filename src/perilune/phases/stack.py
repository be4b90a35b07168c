"""The stages that fly together: what velocity is left of them once an orbit is paid for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from perilune.phases.ascent_cost import (
    GM_KM3_S2,
    PARKING_RADIUS_KM,
    PARKING_SPEED_KM_S,
    AscentCost,
)
from perilune.phases.staging import Steps
from perilune.phases.vehicle import UpperStage, Vehicle

Array = NDArray[np.float64]

CLIMB_S = 600.0
"""The ascent's burning time that the fitted losses are quoted at."""
CLIMB_LOSS_M_S2 = 1.6
"""Losses per second of a longer ascent: K2 = 1.7871 - 9.687e-4 x altitude in km, at 200 km, of
Schilling's estimate of the penalty by the time to orbit (Launch Vehicle Performance Estimation,
2009; from memory). One figure for all vehicles: 1.3 to 1.6 also predicts best what is left out."""
STEEPEST = 0.5
"""How much of its thrust a stage on top may point upward, at most, to reach orbital speed."""


@dataclass(frozen=True, eq=False)
class Stack:
    """The stages that fly together: a vehicle's own, and one on top or none.

    Attributes
    ----------
    steps : Steps
        Of the vehicle's own stages.
    own_last : UpperStage
        The last of them.
    upper : UpperStage or None
    """

    steps: Steps
    own_last: UpperStage
    upper: UpperStage | None

    @classmethod
    def of(cls, vehicle: Vehicle, upper: UpperStage | None) -> Stack:
        """Return a vehicle's stack."""
        return cls(Steps.of(vehicle.stages), vehicle.injector, upper)

    def surplus_km_s(
        self, payload_kg: Array, cost: AscentCost, mass_factor: ArrayLike = 1.0
    ) -> Array:
        """Return the velocity left over before the ascent's losses are taken off, km/s.

        The mass factor acts on the dry mass of the vehicle's own last stage. The longer the
        climb, the more is lost: the own stages' burning time, less what the last of them burns
        after the parking orbit.
        """
        extra = (np.asarray(mass_factor) - 1.0) * self.own_last.dry_mass_kg
        if self.upper is not None:
            carried, gained = _on_top(payload_kg, cost, self.upper)
            own = self.steps.velocity_km_s(carried + extra) - _climb_km_s(self.steps.burn_s)
            return np.asarray(own + gained - cost.ascent_km_s)
        final = payload_kg + self.own_last.dry_mass_kg + extra
        after = burn_s(cost.injection_km_s + cost.beyond_km_s, final, self.own_last)
        loss = injection_loss_km_s(cost.injection_km_s, final, self.own_last)
        ideal = self.steps.velocity_km_s(payload_kg + extra)
        return np.asarray(ideal - loss - _climb_km_s(self.steps.burn_s - after) - cost.total_km_s)


def _climb_km_s(time_s: ArrayLike) -> Array:
    return np.asarray(CLIMB_LOSS_M_S2 / 1000.0 * (np.asarray(time_s) - CLIMB_S))


def _on_top(payload_kg: Array, cost: AscentCost, stage: UpperStage) -> tuple[Array, Array]:
    """Return what a stage on top weighs with its payload, kg, and what it adds to the ascent, km/s.

    It pays for all that comes after the parking orbit, and reaches that orbit's speed with what
    is left of its propellant. Below orbital speed it has to hold itself up: short of it by d,
    gravity that the curve of the path does not take is about g d / v on the mean, so the thrust
    points upward by that over the acceleration, s, and 1 - sqrt(1 - s^2) of it is lost. Where
    s would exceed `STEEPEST`, less propellant is loaded.
    """
    final = payload_kg + stage.final_mass_kg
    c = stage.exhaust_km_s
    out = cost.injection_km_s + cost.beyond_km_s
    out = out + injection_loss_km_s(cost.injection_km_s, final, stage)
    kept = stage.propellant_kg - stage.tank_propellant_kg
    most = c * (
        np.log1p(kept / final)
        + np.log1p(stage.tank_propellant_kg / (final + kept + stage.tank_mass_kg))
    )
    acceleration = stage.thrust_n / 1000.0 / (final * np.exp(np.minimum(out, most) / c))
    gravity = GM_KM3_S2 / PARKING_RADIUS_KM**2
    hold = gravity / (acceleration * PARKING_SPEED_KM_S)
    ascent = np.minimum(most - out, STEEPEST / hold)
    slope = np.clip(hold * ascent, 0.0, STEEPEST)
    # With the tank's mass in proportion to its propellant the load is closed form to first order.
    start = final + stage.tank_mass_kg + stage.propellant_kg
    carried = start * np.exp((out + ascent - most) / c)
    return carried, ascent * np.sqrt(1.0 - slope**2)


def burn_s(dv_km_s: Array, final_kg: Array, stage: UpperStage) -> Array:
    """Return how long a stage burns for a velocity, at most until it is empty, s."""
    flow = stage.thrust_n / (1000.0 * stage.exhaust_km_s)
    used = np.minimum(final_kg * np.expm1(dv_km_s / stage.exhaust_km_s), stage.propellant_kg)
    return np.asarray(used / flow)


def injection_loss_km_s(dv_km_s: Array, final_kg: Array, stage: UpperStage) -> Array:
    """Return the gravity loss of a finite injection out of the parking orbit, km/s.

    Thrust a along the velocity lifts a circular orbit of rate n by n a t^3 / 3 after a time t; the
    climb takes n^2 a t^3 / 3 off the speed, and that off the work done: by the end it has cost
    n^2 dv^2 t^2 / (12 v), v the speed then. In k perigee burns it is divided by k squared. What
    the stage cannot give from its own propellant counts as ascent.

    Model limits: first order in the climb, constant acceleration: within a fifth of an
    integrated burn for arcs up to 1 rad.
    """
    own = stage.exhaust_km_s * np.log1p(stage.propellant_kg / final_kg)
    dv = np.minimum(dv_km_s, own)
    time = burn_s(dv, final_kg, stage) / stage.injection_burns_n
    rate = GM_KM3_S2 / (12.0 * PARKING_RADIUS_KM**3)
    return np.asarray(rate * (dv * time) ** 2 / (PARKING_SPEED_KM_S + dv))
