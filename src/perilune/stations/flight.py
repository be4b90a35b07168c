"""Flights to a station: a day on which plane and phase serve, and the rendezvous flown."""

from __future__ import annotations

from dataclasses import replace

from perilune.astro.environment import Environment
from perilune.astro.epoch import DAY, Epoch
from perilune.errors import InputError
from perilune.phases.base import Condition, Context, Stack
from perilune.phases.rendezvous import Rendezvous
from perilune.phases.shot import Model
from perilune.stations.flight_order import FlightOrder
from perilune.stations.flight_plan import Draft, draft
from perilune.stations.low_orbit import compact, low_orbit_model
from perilune.stations.passage import Passage, nearest_passage, passages
from perilune.stations.phasing import approach_of
from perilune.stations.station_flight import CONVERGED, StationFlight
from perilune.stations.whereabouts import Station, Whereabouts, plane_of

_LOWER_KM = 25.0  # than the perigee of insertion: how low the way may lead
_LAST_BURN_M_S = 80.0
_WITHIN_D = 60.0


def fly_to_station(
    order: FlightOrder,
    station: Station,
    env: Environment,
    *,
    lift_off: Epoch | None = None,
    after: Epoch | None = None,
    within_d: float = _WITHIN_D,
    plan_only: bool = False,
    model: Model | None = None,
) -> StationFlight:
    """Return a flight to a station from a lift-off, or from the next day that serves.

    Parameters
    ----------
    order : FlightOrder
    station : TwoLine, MeanOrbit or State
        Elements or a state near the launch say where along its orbit it is; older ones its plane.
    lift_off : Epoch, optional
        Taken as it is: outside the window of a passage the flight says when the next one is.
    after : Epoch, optional
        Else the first permitted passage from here on whose phase angle serves; days passed over
        are listed in `missed`.
    within_d : float
        How many days are looked through.
    plan_only : bool
        Closed forms alone: some milliseconds, and no trajectory.
    model : Model, optional
        What moves both; default `low_orbit_model` of the date, with drag at moderate activity.

    Raises
    ------
    InputError
        Where not exactly one of `lift_off` and `after` is given.

    Model limits: the ascent is its duration and range angle; a site beside the plane is steered
    into it. Ship and station are taken to be as large to the air. One engine, held inertially; no
    attitude, no corridor of approach, no navigation errors.
    """
    if (lift_off is None) == (after is None):
        raise InputError("expected one of `lift_off` and `after`")
    env = compact(env)
    begins = lift_off if lift_off is not None else after
    assert begins is not None
    model = low_orbit_model(begins) if model is None else model
    if lift_off is not None:
        found = _from(order, station, lift_off, model, env)
    else:
        found = _next(order, station, begins, within_d, model, env)
    if plan_only or found.station is None or found.chaser is None:
        return found.flight
    return _flown(order, found, model, env)


def _from(
    order: FlightOrder, station: Station, lift_off: Epoch, model: Model, env: Environment
) -> Draft:
    """Return the plan from a stated lift-off."""
    plane = plane_of(station, model.earth, env)
    passage = nearest_passage(plane, order.site, order.corridor, order.ascent, lift_off, env)
    if passage is None:
        return Draft(_never(order, station, model, env, lift_off=lift_off))
    if not passage.holds(lift_off):
        beside = float(plane.beside_deg(order.site, lift_off, env))
        nearest = (
            f"{order.site.name} lifts off {passage.offset_min(lift_off):+.0f} min from its passage "
            f"through the plane, {abs(beside):.1f} deg beside it: take {passage.epoch.utc_iso(0)}"
        )
        flight = StationFlight(
            order.vehicle, order.site.name, order.hours, lift_off, passage, beside_deg=beside,
            status="plane_missed", remedy=nearest,
        )  # fmt: skip
        return Draft(flight)
    where = Whereabouts.of(station, lift_off + order.ascent.duration_s, model.earth, env)
    return draft(order, where, passage, lift_off, env)


def _next(
    order: FlightOrder,
    station: Station,
    after: Epoch,
    within_d: float,
    model: Model,
    env: Environment,
) -> Draft:
    """Return the plan from the first passage that serves."""
    plane = plane_of(station, model.earth, env)
    found = passages(
        plane, order.site, order.corridor, order.ascent, after, after + within_d * DAY, env
    )
    if plane.hours_rad(order.site) is None:
        return Draft(_never(order, station, model, env))
    missed: list[str] = []
    for passage in found:
        if not passage.permitted:
            continue
        where = Whereabouts.of(station, passage.epoch, model.earth, env)
        plan = draft(order, where, passage, passage.epoch, env)
        if plan.station is not None:
            return replace(plan, flight=replace(plan.flight, missed=tuple(missed)))
        missed.append(f"{passage.epoch.utc_iso(0)}: {plan.flight.remedy}")
        if plan.flight.status == "too_short" or plan.flight.phase_deg is None:
            return replace(plan, flight=replace(plan.flight, missed=tuple(missed)))
    return Draft(_no_day(order, found, within_d, tuple(missed)))


def _never(
    order: FlightOrder,
    station: Station,
    model: Model,
    env: Environment,
    lift_off: Epoch | None = None,
) -> StationFlight:
    tilt = plane_of(station, model.earth, env).inclination_deg
    latitude = order.site.lowest_inclination_deg
    return StationFlight(
        order.vehicle, order.site.name, order.hours, lift_off, status="never_in_plane",
        remedy=f"{order.site.name} at {latitude:.2f} deg of geocentric latitude is never in a "
        f"plane of {tilt:.2f} deg: launch from a lower latitude, or turn the plane by "
        f"{latitude - tilt:.2f} deg",
    )  # fmt: skip


def _no_day(
    order: FlightOrder, found: list[Passage], within_d: float, missed: tuple[str, ...]
) -> StationFlight:
    refused = next((p.why_not for p in found if p.why_not), None)
    if missed or refused is None:
        words = f"no day within {within_d:g} d: allow a longer rendezvous, or phase = 'as_needed'"
    else:
        words = refused
    return StationFlight(
        order.vehicle, order.site.name, order.hours, status="no_window", remedy=words, missed=missed
    )


def _flown(order: FlightOrder, plan: Draft, model: Model, env: Environment) -> StationFlight:
    """Return the flight through the rendezvous solved and flown in the full model."""
    flight, ship = plan.flight, order.ship
    assert plan.station is not None
    assert flight.lift_off is not None
    phase = Rendezvous(
        target=plan.station,
        spacecraft=None if ship is None else ship.name,
        engine=order.engine,
        docking=flight.lift_off + 3600.0 * order.hours,
        in_light=order.in_light,
        approach=approach_of(order.hours),
        lowest_altitude_km=order.perigee_altitude_km - _LOWER_KM,
        center="earth",
        last_burn_m_s=_LAST_BURN_M_S,
        quick=True,
    )
    stack = Stack() if ship is None else Stack((ship,))
    leg = phase.fly(Condition(stack, plan.chaser), Context(env, model))[0]
    flight = replace(flight, insertion=plan.chaser, leg=leg, status=leg.status, remedy=leg.remedy)
    if leg.status != CONVERGED:
        return replace(flight, docking=None, dv_m_s=None, propellant_kg=None, docking_sunlit=None)
    docking, used = leg.happenings[-1].epoch, None
    if ship is not None and order.engine is not None:
        used = ship.propellant_kg - leg.end.stack.member(ship.name).propellant_kg
    flight = replace(
        flight,
        docking=docking,
        rendezvous_h=float(docking - flight.lift_off) / 3600.0,
        dv_m_s=float(leg.solution["rendezvous_dv_m_s"]),
        propellant_kg=used,
        docking_sunlit=float(leg.solution["docking_sunlit"]),
    )
    return _judged(order, flight)


def _judged(order: FlightOrder, flight: StationFlight) -> StationFlight:
    """Return the flight with what a flown rendezvous may still lack."""
    assert flight.leg is not None
    failed = [check.name for check in flight.leg.checks if not check.ok]
    if failed:
        return replace(flight, status="no_contact", remedy=f"{failed[0]}: dock at another time")
    used, ship = flight.propellant_kg, order.ship
    if used is not None and ship is not None and used > ship.propellant_kg:
        words = f"{used:.0f} kg of propellant needed, {ship.propellant_kg:.0f} kg on board"
        return replace(flight, status="propellant_short", remedy=f"{words}: carry more")
    return flight
