"""The plan of one lift-off to a station: phase angle, plane, costs; closed forms throughout."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.geometry import sunlit_fraction
from perilune.astro.state import State
from perilune.stations.flight_order import (
    AS_IS,
    FlightOrder,
    ascent_end,
    insertion,
    mean_distance_km,
    phase_of,
)
from perilune.stations.passage import Passage
from perilune.stations.phasing import (
    PROFILES_H,
    SET_BEFORE_D,
    Phasing,
    reboost_m_s,
    shift_deg,
)
from perilune.stations.station_flight import StationFlight
from perilune.stations.whereabouts import Whereabouts


@dataclass(frozen=True, eq=False)
class Draft:
    """A planned flight, and what flying it starts from.

    Attributes
    ----------
    flight : StationFlight
    station : State or None
        The station at insertion, phased; None where the plan does not close.
    chaser : State or None
    """

    flight: StationFlight
    station: State | None = None
    chaser: State | None = None


def draft(
    order: FlightOrder,
    where: Whereabouts,
    passage: Passage | None,
    lift_off: Epoch,
    env: Environment,
) -> Draft:
    """Return the plan of a flight from one lift-off, and where it starts."""
    epoch, gm = lift_off + order.ascent.duration_s, env.constants.gm("earth")
    end = ascent_end(order, where, lift_off, env)
    there = phase_of(end, where.motion(epoch))
    phasing = order.phasing(mean_distance_km(where, epoch, gm), gm)
    known = there if where.phase_known else None
    needed = phasing.set_deg(known)
    flight = StationFlight(
        order.vehicle,
        order.site.name,
        order.hours,
        lift_off,
        passage,
        phase_deg=known,
        phase_sigma_deg=where.phase_sigma_deg,
        phase_range_deg=phasing.range_deg(),
        phase_needed_deg=needed,
        beside_deg=float(where.plane.beside_deg(order.site, lift_off, env)),
    )
    if needed is None:
        least = order.hours + (phasing.least_s - phasing.span_s) / 3600.0
        words = (
            f"{order.hours:g} h leave no time to phase: allow {np.ceil(10.0 * least) / 10.0:g} h"
        )
        return Draft(replace(flight, status="too_short", remedy=words))
    flight = _with_shift(flight, phasing)
    trouble = _trouble(order, where, flight, phasing)
    if trouble:
        return Draft(replace(flight, status="phase_out_of_reach", remedy=trouble))
    shift = np.radians(shift_deg(there, needed))
    docking, dv = lift_off + 3600.0 * order.hours, phasing.dv_m_s()
    flight = replace(
        flight,
        docking=docking,
        dv_m_s=dv,
        propellant_kg=propellant_kg(order, dv),
        docking_sunlit=float(sunlit_fraction(where.moved(docking, shift, env), env)),
    )
    chaser = insertion(order, where, lift_off, phasing, needed, env)
    return Draft(flight, where.moved(epoch, shift, env), chaser)


def propellant_kg(order: FlightOrder, dv_m_s: float) -> float | None:
    """Return what a change of speed takes (rocket equation); None without a ship or engine."""
    if order.ship is None or order.engine is None:
        return None
    return order.ship.mass_kg * float(-np.expm1(-1e-3 * dv_m_s / order.engine.exhaust_km_s))


def _with_shift(flight: StationFlight, phasing: Phasing) -> StationFlight:
    """Return the flight with what phasing the station takes."""
    shift = None
    if flight.phase_deg is not None and flight.phase_needed_deg is not None:
        shift = shift_deg(flight.phase_deg, flight.phase_needed_deg)
    most = 180.0 if shift is None else shift
    cost = reboost_m_s(most, phasing.station_km, phasing.gm, SET_BEFORE_D)
    return replace(
        flight, phase_shift_deg=shift, phase_reboost_m_s=abs(cost) if shift is None else cost
    )


def _trouble(
    order: FlightOrder, where: Whereabouts, flight: StationFlight, phasing: Phasing
) -> str:
    """Say why the phase angle as it is does not serve; empty where it does."""
    if order.phase != AS_IS or flight.phase_shift_deg == 0.0:
        return ""
    if flight.phase_deg is None:
        return (
            f"where the station will be along its orbit is known to {where.phase_sigma_deg:.0f} "
            "deg alone: take elements of that week, or phase = 'as_needed'"
        )
    low, high = flight.phase_range_deg or (np.nan, np.nan)
    words = (
        f"the station is {flight.phase_deg:.0f} deg ahead at insertion, {order.hours:g} h close "
        f"{low:.0f} to {high:.0f} deg: "
    )
    longer = [hours for hours in sorted(PROFILES_H.values()) if hours > order.hours]
    serves = [hours for hours in longer if _closes(replace(phasing, hours=hours), flight.phase_deg)]
    allow = f"allow {serves[0]:g} h, " if serves else ""
    return (
        f"{words}{allow}take another day, or move the station by {flight.phase_shift_deg:+.0f} "
        f"deg ({abs(flight.phase_reboost_m_s or 0.0):.1f} m/s {SET_BEFORE_D:g} d before)"
    )


def _closes(phasing: Phasing, phase_deg: float) -> bool:
    """Tell whether a phase angle as it is closes."""
    found = phasing.set_deg(phase_deg)
    return found is not None and abs(shift_deg(phase_deg, found)) < 1e-9
