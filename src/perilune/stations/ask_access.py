"""`access`: who reaches a station, which inclination suits whom, what a move between two costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from perilune.errors import InputError
from perilune.stations.access import access
from perilune.stations.design import Design
from perilune.stations.fleet import Fleet, fleets_of
from perilune.stations.lift import Lift, lifts_of
from perilune.stations.plane_drift import CircularOrbit
from perilune.stations.plane_move import cost_over_time_m_s, move
from perilune.stations.station import Station
from perilune.stations.trade import inclination_grid, trade
from perilune.stations.trade_result import Trade

Report = Callable[[str], None]

_CURVE_N = 181


def ask_access(design: Design, report: Report = lambda _: None) -> dict[str, Any]:
    """Return the answer to `access`: rows of sites and vehicles, the trade, the moves.

    Raises
    ------
    InputError
        Where the trade names an unknown vehicle, site or partner.
    """
    station, lifts = design.station, lifts_of(design.book)
    report(f"{design.name}: {len(lifts)} vehicles at their sites")
    zones, ships = (design.book.table(kind).values() for kind in ("landing_zones", "ships"))
    found = access(station, lifts, zones, ships=tuple(ships))
    report(f"{design.name}: inclinations")
    traded, free = (_trade(design, lifts, permitted) for permitted in (True, False))
    chosen = traded if design.trade.permitted else free
    return {
        **found.to_json(),
        **chosen.to_json(),
        "optima": [_optimum(one) for one in chosen.optima().values()],
        "geometric_trade": free.to_json()["inclination_trade"],
        "manifest": _manifest(chosen),
        "flights_needed": _needed(design, chosen),
        "moves": [_move(station, other) for other in design.trade.others],
    }


def _trade(design: Design, lifts: tuple[Lift, ...], permitted: bool) -> Trade:
    asked, station = design.trade, design.station
    own = fleets(design, lifts)
    grid = inclination_grid(own, *asked.span_deg, step_deg=asked.step_deg, permitted=permitted)
    return trade(
        own,
        inclinations_deg=grid,
        altitudes_km=asked.altitudes_km or (station.altitude_km,),
        permitted=permitted,
        doglegs=asked.doglegs,
    )


def fleets(design: Design, lifts: tuple[Lift, ...]) -> tuple[Fleet, ...]:
    """Return the fleets a file's trade compares.

    Raises
    ------
    InputError
        Where it names an unknown vehicle, site or partner.
    """
    asked = design.trade
    partners = asked.partners
    if partners is None and not asked.manifest:
        able = {lift.partner for lift in lifts if lift.performance is not None}
        partners = tuple(name for name in design.station.partners if name in able) or None
    try:
        return fleets_of(lifts, asked.manifest or None, partners)
    except InputError as error:
        key = (error.key or "").replace("manifest", "flight")
        raise InputError(error.problem, key=f"trade.{key}" if key else "trade") from None


def _optimum(one: Any) -> dict[str, Any]:
    return {
        "name": one.name,
        "inclination_deg": one.inclination_deg,
        "altitude_km": one.altitude_km,
        "total_kg": one.total_kg,
        "delivered_kg": dict(one.delivered_kg),
        "fractions": dict(one.fractions),
        "within_deg": list(one.within_deg),
        "carriers": {who: list(names) for who, names in one.carriers.items()},
    }


def _manifest(found: Trade) -> list[dict[str, Any]]:
    return [
        {
            "partner": fleet.partner,
            "flights_n": fleet.flights_n,
            "vehicles": ", ".join(dict.fromkeys(lift.vehicle for lift in fleet.lifts)),
        }
        for fleet in found.fleets
    ]


def _needed(design: Design, found: Trade) -> dict[str, Any] | None:
    """Return the inclination that needs the fewest flights for the tonnes asked."""
    if not design.trade.tonnes:
        return None
    tilt, flights = found.fewest(design.trade.tonnes)
    here = int(np.argmin(np.abs(found.inclinations_deg - design.station.inclination_deg)))
    all_here = found.flights_n(design.trade.tonnes)[:, 0, here]
    return {
        "tonnes": dict(design.trade.tonnes),
        "best_inclination_deg": tilt,
        "flights_n": flights,
        "flights_here_n": {
            who: float(n) if np.isfinite(n) else None
            for who, n in zip(found.partners, all_here, strict=True)
        },
    }


def _move(station: Station, other: Station) -> dict[str, Any]:
    """Return what a body pays from one station's orbit to another's."""
    start, goal = (CircularOrbit(s.inclination_deg, s.altitude_km) for s in (station, other))
    found = move(start, goal)
    days = np.linspace(0.0, found.alignment.every_d or 365.0, _CURVE_N)
    costs = cost_over_time_m_s(start, goal, 0.0, days)
    return {
        "to": other.name,
        "title": other.title,
        **found.to_json(),
        "propellant_kg_t": found.propellant_kg(1000.0),
        "curve_d": [round(float(d), 2) for d in days],
        "curve_m_s": [round(float(c), 1) for c in costs],
    }
