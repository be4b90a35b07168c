"""`upkeep`: what keeping a station up takes, and when it comes down if nobody does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np

from perilune.errors import InputError
from perilune.stations.ask_fall import left_alone
from perilune.stations.assembly import complex_at
from perilune.stations.ballistic import Ballistic, estimate
from perilune.stations.body import body_of
from perilune.stations.decay import DecayOrbit, Satellite
from perilune.stations.decay_march import last
from perilune.stations.deorbit import deorbit
from perilune.stations.design import Design, UpkeepRequest
from perilune.stations.elements import TwoLine
from perilune.stations.space_weather import mjd_utc, steady
from perilune.stations.station import Station
from perilune.stations.upkeep import Holding, propellant_kg, raise_m_s, upkeep

Report = Callable[[str], None]

ACTIVITY_SFU = {"low": 70.0, "moderate": 130.0, "high": 200.0}
"""F10.7 of a quiet, a middling and an active Sun."""

_BAND_KM = 2.5
_NEAR_D = 5.0
_ALTITUDES_KM = (-30.0, -15.0, 0.0, 15.0, 30.0)
_STEADY_AP = 10.0
_MONTH_D, _YEAR_D, _HEAVIER = 28.0, 365.25, 100.0
_LOWEST_SHOWN_KM = 200.0

T = TypeVar("T")


def ask_upkeep(design: Design, report: Report = lambda _: None) -> dict[str, Any]:
    """Return the answer to `upkeep`.

    Raises
    ------
    InputError
        Where the file asks for none, or the drag or mass is not known.
    """
    asked = design.upkeep
    if asked is None:
        raise InputError(
            "this key is missing: expected a table with `from_date` and `years`", key="upkeep"
        )
    satellite, orbit, found = _drag(design, asked)
    drag = _drag_json(satellite, orbit, found)
    if not asked.hold:
        fall = left_alone(satellite, orbit, found, asked, report)
        return {**fall, "drag": drag, "deorbit": _end(satellite, orbit, design.station, asked)}
    holding = _holding(design.station, asked)
    report(f"{design.name}: {asked.years:g} years, {asked.samples_n} ways of the Sun")
    kept = upkeep(
        satellite,
        orbit,
        holding,
        years=asked.years,
        samples_n=asked.samples_n,
        seed=asked.seed,
        report=report,
    )
    report(f"{design.name}: by altitude, attitude and activity")
    return {
        **kept.as_dict(),
        "from_utc": asked.start.utc_iso(0),
        "held": True,
        "band_km": [holding.lowest_km, holding.highest_km],
        "drag": drag,
        "by_activity": _by_activity(design, satellite, orbit, holding),
        "deorbit": _end(satellite, orbit, design.station, asked),
        "reserve_kg": design.station.reserve_kg,
        "propellant_kg": design.station.propellant_kg,
    }


# ---- the drag


def _drag(design: Design, asked: UpkeepRequest) -> tuple[Satellite, DecayOrbit, Ballistic | None]:
    """Return what the air slows down, from where, and what was estimated."""
    station = design.station
    mass = station.mass_kg
    if mass is None:
        built = complex_at(design.plan, asked.start)
        if not built.placed:
            raise InputError(
                "this key is missing: expected the station's mass", key="orbit.mass_kg"
            )
        mass = body_of(built).mass_kg
    if asked.is_estimated:
        before = _before(station, asked)
        found = estimate(before[-2:])
        satellite = Satellite.of_ballistic(found.coefficient_m2_kg, mass)
        return satellite, DecayOrbit.of_elements(before[-1]), found
    area = station.area_m2(asked.attitude)
    if area is None:
        raise InputError(
            "this key is missing: expected the drag area of the station, or "
            '`upkeep.ballistic = "estimated"`',
            key="orbit.drag_area_m2",
        )
    key = "orbit.altitude_km" if asked.altitude_km is None else "upkeep.altitude_km"
    altitude = asked.altitude_km or station.altitude_km
    orbit = _of_key(key, lambda: DecayOrbit(asked.start, altitude, station.inclination_deg))
    return Satellite(mass, area, station.drag_coefficient or 2.2), orbit, None


def _of_key(key: str, make: Callable[[], T]) -> T:
    """Return what is made; a refusal is one of the file's key."""
    try:
        return make()
    except InputError as error:
        raise InputError(error.problem, file=error.file, key=key) from None


def _before(station: Station, asked: UpkeepRequest) -> list[TwoLine]:
    """Return the elements that end where the prediction starts."""
    late = mjd_utc(asked.start) + _NEAR_D
    found = [lines for lines in station.elements if mjd_utc(lines.epoch) <= late]
    if len(found) < 2:
        raise InputError(
            f"found {len(found)} sets of two-line elements of '{station.name}' up to the start: "
            "expected two or more to estimate its drag from",
            key="upkeep.ballistic",
        )
    return found


def _drag_json(satellite: Satellite, orbit: DecayOrbit, found: Ballistic | None) -> dict[str, Any]:
    estimated = {} if found is None else {"arc_d": found.days, "spread": found.spread}
    return {
        "mass_kg": satellite.mass_kg,
        "mass_over_drag_kg_m2": satellite.mass_over_drag_kg_m2,
        "drag_area_m2": None if found else satellite.drag_area_m2,
        "drag_coefficient": None if found else satellite.drag_coefficient,
        "is_estimated": found is not None,
        "start_utc": orbit.epoch.utc_iso(0),
        "start_altitude_km": orbit.altitude_km,
        **estimated,
    }


def _end(
    satellite: Satellite, orbit: DecayOrbit, station: Station, asked: UpkeepRequest
) -> dict[str, Any] | None:
    """Return how it is brought down over the South Pacific, where that is asked for."""
    return deorbit(satellite, orbit, isp_s=station.isp_s).as_dict() if asked.deorbit else None


# ---- held


def _holding(station: Station, asked: UpkeepRequest) -> Holding:
    low, high = asked.band_km or (station.altitude_km - _BAND_KM, station.altitude_km + _BAND_KM)
    key = "orbit.altitude_km" if asked.band_km is None else "upkeep.band_km"
    return _of_key(key, lambda: Holding(low, high, station.isp_s, asked.collision_avoidance_m_s_y))


def _by_activity(
    design: Design, satellite: Satellite, orbit: DecayOrbit, holding: Holding
) -> list[dict[str, Any]]:
    """Return the propellant a year by altitude, attitude and activity of the Sun."""
    areas = dict(design.station.attitudes) or {"": satellite.drag_area_m2}
    rows = []
    for offset in _ALTITUDES_KM:
        altitude = 0.5 * (holding.lowest_km + holding.highest_km) + offset
        if altitude < _LOWEST_SHOWN_KM:
            continue
        level = DecayOrbit(orbit.epoch, altitude, orbit.inclination_deg)
        for activity, (flux, each) in _drag_m_s_y(satellite, level, areas).items():
            for attitude, drag in each.items():
                dv = drag + holding.avoidance_m_s_y
                rows.append(
                    {
                        "altitude_km": altitude,
                        "activity": activity,
                        "f107_sfu": flux,
                        "attitude": attitude or None,
                        "drag_area_m2": areas[attitude],
                        "dv_m_s_y": dv,
                        "propellant_kg_y": propellant_kg(satellite.mass_kg, dv, holding.isp_s),
                    }
                )
    return rows


def _drag_m_s_y(
    satellite: Satellite, level: DecayOrbit, areas: Mapping[str, float]
) -> dict[str, tuple[float, dict[str, float]]]:
    """Return the flux and, by attitude, what drag takes a year, for each activity of the Sun.

    From the fall over a month of a body so heavy that it stays where it is, scaled.
    """
    start, lighter = mjd_utc(level.epoch), 1.0 / _HEAVIER
    found = {}
    for activity, flux in ACTIVITY_SFU.items():
        weather = steady(start, 2.0 * _MONTH_D, flux, _STEADY_AP)
        drags = [satellite.drag_coefficient * area / satellite.mass_kg for area in areas.values()]
        fleet = level.fleet(lighter * np.array(drags), np.zeros(len(drags), np.intp))
        fleet = last(fleet, weather, start + _MONTH_D)
        dv = raise_m_s(fleet.orbits.altitude_km, level.altitude_km) * _HEAVIER * _YEAR_D / _MONTH_D
        found[activity] = flux, dict(zip(areas, map(float, dv), strict=True))
    return found
