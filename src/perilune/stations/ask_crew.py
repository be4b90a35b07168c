"""`crew`: who is on board when, who relieves whom, how they come home, what they use up."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from perilune.astro.environment import Environment, environment
from perilune.astro.epoch import DAY, Epoch
from perilune.errors import InputError
from perilune.stations.assembly import complex_at
from perilune.stations.berthing import Dock, docks_of, docks_over_time
from perilune.stations.beta import beta_history
from perilune.stations.crew import CrewPlan, CrewReport, crew_report
from perilune.stations.design import CrewRequest, Design
from perilune.stations.elements import nearest
from perilune.stations.mean_orbit import MeanOrbit, Track
from perilune.stations.opportunity import landing_opportunities, nearest_landings
from perilune.stations.resupply import Resupply, resupply
from perilune.stations.rotation import schedule, staggered
from perilune.stations.supplies import Supplies, supplies
from perilune.stations.visit import Visit, visit

Report = Callable[[str], None]

_ABOUT_LANDING_D = 3.0
_MOST_LANDINGS = 24
_BETA_STEP_D = 2.0


def ask_crew(design: Design, report: Report = lambda _: None) -> dict[str, Any]:
    """Return the answer to `crew`: rotations, gaps, light, ways home, supplies and their flights.

    Raises
    ------
    InputError
        Where the file asks for no crew, or for one that its ships cannot make.
    """
    asked = design.crew
    if asked is None:
        raise InputError(
            "this key is missing: expected a table with `crew_n`, `from_date`, `to_date` and the "
            "`ships` that bring the crew",
            key="crew",
        )
    try:
        return _answer(design, asked, report)
    except InputError as problem:
        key = ".".join(part for part in ("crew", problem.key) if part)
        raise InputError(problem.problem, file=problem.file, key=key) from None


def _answer(design: Design, asked: CrewRequest, report: Report) -> dict[str, Any]:
    env, track = environment(tuned=True), _track(design, asked)
    visits, brought, needed = _visits(asked)
    docks = _docks(design, asked)
    plan = CrewPlan(
        tuple(visits),
        asked.crew_n,
        asked.start,
        asked.stop,
        asked.aboard_n,
        tuple(docks),
        design.plan.standards,
        asked.least_handover_d,
        asked.beta_limit_deg,
    )
    report(f"{design.name}: {len(visits)} ships")
    found = crew_report(plan, env, track=track, altitude_km=design.station.altitude_km)
    document = found.to_json()
    return {
        **document,
        "from_utc": asked.start.utc_iso(0),
        "to_utc": asked.stop.utc_iso(0),
        "wanted_n": asked.crew_n,
        "flights_n_y": _yearly(found, asked),
        "supplies_kg_y": None if needed is None else needed.to_json(),
        "cargo": [] if brought is None else [row.to_json() for row in brought.flights],
        "cargo_why_not": [] if brought is None else list(brought.why_not),
        "beta": _beta(track, asked, env),
        "landings": _landings(design, found, track, env, report),
    }


# ---- who comes


def _visits(asked: CrewRequest) -> tuple[list[Visit], Resupply | None, Supplies | None]:
    """Return crew ships, cargo ships as the supplies ask for them, and those supplies."""
    visits = list(asked.visits)
    if asked.ships:
        period = asked.stay_d - asked.handover_d
        first = asked.start - period * DAY if asked.first is None else asked.first
        lines = staggered(
            asked.crew_n,
            asked.ships,
            stay_d=asked.stay_d,
            handover_d=asked.handover_d,
            first=first,
        )
        visits += schedule(lines, asked.start, asked.stop)
    if asked.life_support is None:
        return visits, None, None
    bare = CrewPlan(tuple(visits), asked.crew_n, asked.start, asked.stop, asked.aboard_n)
    mean = crew_report(bare).census.mean_n()
    needed = supplies(asked.life_support, mean, propellant_kg_y=asked.propellant_kg_y)
    if not asked.cargo_ships:
        return visits, None, needed
    brought = resupply(needed, asked.cargo_ships, asked.shares or None)
    return [*visits, *_cargo(brought, asked)], brought, needed


def _cargo(brought: Resupply, asked: CrewRequest) -> list[Visit]:
    """Return cargo ships at even distances; each stays its usual time, or until the next."""
    made = []
    for number, row in enumerate(brought.flights):
        if not row.flights_n_y > 0.0:
            continue
        period = 365.25 / row.flights_n_y
        stay = min(row.ship.usual_stay_d or period, period - 1.0)
        offset = (number + 0.5) / len(brought.flights) * period
        count = math.floor((float(asked.stop - asked.start) / DAY - offset) / period) + 1
        for k in range(max(count, 0)):
            docking = asked.start + (offset + k * period) * DAY
            made.append(
                visit(
                    f"{row.ship.name}-{k + 1}",
                    row.ship,
                    docking=docking,
                    undocking=docking + stay * DAY,
                )
            )
    return made


def _docks(design: Design, asked: CrewRequest) -> Sequence[Dock]:
    """Return the ports for ships over time; of a station that comes later, those it will have."""
    if not design.plan.steps:
        return ()
    if complex_at(design.plan, asked.start).placed:
        return docks_over_time(design.plan)
    whole = complex_at(design.plan)
    modules = [part.name for part in whole.placed if not part.module.is_ship]
    return docks_of(whole.only(modules))


def _yearly(found: CrewReport, asked: CrewRequest) -> dict[str, float]:
    """Return the flights a year by partner, crew ships and cargo ships together."""
    years = float(asked.stop - asked.start) / (365.25 * DAY)
    flights: dict[str, float] = {}
    for row in found.rotations:
        if row.visit.docking - asked.start >= 0.0:
            who = row.visit.ship.partner
            flights[who] = flights.get(who, 0.0) + 1.0 / years
    return flights


# ---- light and ways home


def _track(design: Design, asked: CrewRequest) -> Track | None:
    lines = design.station.elements
    if not lines:
        return None
    middle = asked.start + 0.5 * float(asked.stop - asked.start)
    return MeanOrbit.of(nearest(list(lines), middle))


def _beta(track: Track | None, asked: CrewRequest, env: Environment) -> dict[str, Any]:
    if track is None:
        return {"utc": [], "deg": []}
    epochs, angles = beta_history(track, asked.start, asked.stop, env, step_d=_BETA_STEP_D)
    return {"utc": list(epochs.utc_iso(0)), "deg": [round(float(a), 2) for a in angles]}


def _landings(
    design: Design, found: CrewReport, track: Track | None, env: Environment, report: Report
) -> list[dict[str, Any]]:
    """Return, for each crew that goes home, the pass nearest to its plan, by daylight if any is."""
    if track is None:
        return []
    rows: list[dict[str, Any]] = []
    leaving = [r.visit for r in found.rotations if r.visit.crew_down_n and r.visit.landing]
    for seen in leaving[:_MOST_LANDINGS]:
        zones = {
            name: design.book.entry("landing_zones", name).point("earth")
            for name in seen.ship.landing_zones
        }
        if not zones or seen.landing is None:
            continue
        report(f"ways home: {seen.name}")
        begin, end = (seen.landing + sign * _ABOUT_LANDING_D * DAY for sign in (-1.0, 1.0))
        chances = landing_opportunities(track, zones, begin, end, env)
        best = nearest_landings(chances, seen, count=1) or nearest_landings(
            chances, seen, count=1, daylight=False
        )
        count = {"chances_n": len(chances), "lit_n": sum(c.in_daylight for c in chances)}
        row = {"name": seen.name, "planned_utc": seen.landing.utc_iso(0), **count}
        rows.append(row | (_home(best[0].to_json(), seen.landing) if best else _no_home()))
    return rows


def _home(chance: dict[str, Any], planned: Epoch) -> dict[str, Any]:
    later = float(Epoch.utc(chance["landing_utc"]) - planned) / 3600.0
    return {**chance, "later_h": round(later, 2)}


def _no_home() -> dict[str, Any]:
    keys = (
        "zone",
        "landing_utc",
        "cross_track_km",
        "ascending",
        "sun_elevation_deg",
        "in_daylight",
        "later_h",
    )
    return dict.fromkeys(keys)
