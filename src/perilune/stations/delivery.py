"""What a vehicle delivers to a station's orbit, by inclination: straight, or after a turn.

A turn in orbit is paid by the stage on top where there is one, for it can burn again; else by
what was delivered, the ship or module itself, with its own propellant.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from perilune.astro.bodies import STANDARD_GRAVITY_M_S2
from perilune.errors import InputError
from perilune.phases.ascent_cost import ascent_cost
from perilune.phases.staging import Steps
from perilune.stations.dogleg import TURN_SHARE, LastStage
from perilune.stations.lift import Lift
from perilune.stations.plane_drift import HIGHEST_KM
from perilune.stations.reach import (
    DOGLEG,
    NONE,
    PLANE_CHANGE,
    Reach,
    by_geometry,
    by_permission,
)
from perilune.stations.station import LOWEST_KM

Array = NDArray[np.float64]

SHIP_ISP_S = 300.0
"""Specific impulse of the engines of a ship or module that turns its own plane (assumed: storable
propellants, as those of Soyuz, Shenzhou and Tianzhou have)."""
_PASSES = 20
_SETTLED_KG = 0.5


@dataclass(frozen=True)
class Means:
    """Which ways to an inclination count.

    Attributes
    ----------
    permitted : bool
        Through the site's corridors; False: by geometry alone.
    doglegs : bool
        Turns on the way up, out of a corridor.
    ship_isp_s : float
        Specific impulse of a ship that turns its own plane.
    """

    permitted: bool = True
    doglegs: bool = True
    ship_isp_s: float = SHIP_ISP_S

    def __post_init__(self) -> None:
        if not 10.0 <= self.ship_isp_s <= 1e5:
            raise InputError(f"found {self.ship_isp_s:g}, expected 10 to 1e5 s", key="ship_isp_s")


GEOMETRY = Means(permitted=False)
PERMISSION = Means()


@dataclass(frozen=True, eq=False)
class Delivery:
    """What a vehicle delivers, and how; arrays by inclination.

    Attributes
    ----------
    inclination_deg : ndarray
    altitude_km : float
    payload_kg : ndarray
        What is left in the station's orbit: cargo and all that carries it.
    ship_propellant_kg : ndarray
        What the ship itself burned before to turn its plane.
    reach : Reach
    """

    inclination_deg: Array
    altitude_km: float
    payload_kg: Array
    ship_propellant_kg: Array
    reach: Reach


def delivered(
    lift: Lift, inclination_deg: ArrayLike, altitude_km: float, means: Means = PERMISSION
) -> Delivery:
    """Return what a vehicle delivers into circular orbits of an altitude.

    Parameters
    ----------
    lift : Lift
        With a performance.
    inclination_deg : array_like
    altitude_km : float
        Over the equatorial radius; below 200 km counts as 200 km.
    means : Means

    Raises
    ------
    InputError
        Where a figure is no number or the vehicle has no performance.

    Model limits: those of `Performance` (no fairing, margins unknown); the ship's tanks count as
    payload; own last stages raise the orbit, restarts or not.
    """
    wanted = np.asarray(inclination_deg, dtype=float)
    _require(lift, wanted, altitude_km)
    site, isp = lift.pad.site, means.ship_isp_s
    if not means.permitted:
        return _paid(lift, wanted, by_geometry(site, wanted, altitude_km), altitude_km, isp)
    assumed: Array = np.zeros(wanted.shape)
    for _ in range(_PASSES):
        last = last_stage(lift, assumed) if means.doglegs else None
        reach = by_permission(site, lift.pad.corridor, wanted, altitude_km, last)
        found = _paid(lift, wanted, reach, altitude_km, isp)
        off = np.where(reach.way == DOGLEG, found.payload_kg - assumed, 0.0)
        if np.abs(off).max(initial=0.0) < _SETTLED_KG:
            break
        # less payload, a cheaper turn, more payload: half a step each time settles the swing
        assumed = np.where(assumed > 0.0, assumed + 0.5 * off, found.payload_kg)
    return found


def last_stage(lift: Lift, payload_kg: ArrayLike) -> LastStage | None:
    """Return where the vehicle's own last stage lights and what it gives, by the payload.

    None for a vehicle of one stage that lights on the ground.

    Model limits: the stage's ideal velocity, no losses in it; one place for all payloads.
    """
    assert lift.performance is not None
    vehicle, upper = lift.performance.vehicle, lift.on_top
    steps = Steps.of(vehicle.stages)
    if len(steps.burned_kg) < 2:
        return None
    carried = np.asarray(payload_kg, dtype=float)
    if upper is not None:
        carried = carried + upper.propellant_kg + upper.dry_mass_kg
    gained = steps.exhaust_km_s[-1] * np.log1p(steps.burned_kg[-1] / (steps.above_kg[-1] + carried))
    return LastStage(TURN_SHARE * vehicle.ascent.range_angle_deg, gained)


def _paid(
    lift: Lift, wanted: Array, reach: Reach, altitude_km: float, ship_isp_s: float
) -> Delivery:
    """Return what is left once launch and turn are paid."""
    assert lift.performance is not None
    turned = reach.way == PLANE_CHANGE
    by_stage = turned & (lift.on_top is not None)
    none = reach.way == NONE
    cost = ascent_cost(
        lift.pad.site,
        np.where(none, 90.0, reach.launch_deg),
        perigee_altitude_km=altitude_km,
        apogee_altitude_km=altitude_km,
        plane_change_deg=np.where(by_stage, reach.turn_deg, 0.0),
    )
    extra = np.where(reach.way == DOGLEG, reach.turn_km_s, 0.0)
    lifted = lift.performance.payload_for(
        replace(cost, ascent_km_s=cost.ascent_km_s + extra), upper_stage=lift.upper_stage
    )
    exhaust = ship_isp_s * STANDARD_GRAVITY_M_S2 / 1000.0
    kept = np.exp(-np.where(turned & ~by_stage, reach.turn_km_s, 0.0) / exhaust)
    lifted = np.where(none, 0.0, lifted)
    return Delivery(wanted, altitude_km, lifted * kept, lifted * (1.0 - kept), reach)


def _require(lift: Lift, wanted: Array, altitude_km: float) -> None:
    if lift.performance is None:
        raise InputError(lift.lack, key="vehicle")
    if not np.all((wanted >= 0.0) & (wanted <= 180.0)):
        raise InputError("expected inclination_deg from 0 to 180", key="inclination_deg")
    if not LOWEST_KM <= altitude_km <= HIGHEST_KM:
        raise InputError(
            f"found {altitude_km:g}, expected {LOWEST_KM:g} to {HIGHEST_KM:g} km",
            key="altitude_km",
        )
