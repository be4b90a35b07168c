"""Which modules reach a station's orbit, on which vehicle and from which site."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from perilune.cooperation.study_file import RideFile, StationCaseFile
from perilune.errors import UnknownName
from perilune.scenarios.station_load import load_station
from perilune.stations.answer import answer_of
from perilune.stations.assembly_flights import INSERTION_KM, MODEL_ERROR
from perilune.stations.delivery import Means
from perilune.stations.design import Design
from perilune.stations.lift import Lift, lifts_of


def module_reach(case: StationCaseFile, overrides: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return a row for every ride of a station: what is lifted to its inclination, and the mass.

    Parameters
    ----------
    case : StationCaseFile
        Its `rides` name modules (or ships) with vehicle and site.
    overrides : sequence of str
        Of the station's file.

    Returns
    -------
    list of dict
        `module`, `vehicle`, `site`, `partner` (whose vehicle), `inclination_deg`, `way`, `mass_kg`,
        `payload_kg` (None where it is not known), `margin_kg`, `ok`, `note`.

    Raises
    ------
    UnknownName
        Where the catalogue has no such module, vehicle or site.

    Model limits: those of a vehicle's payload in `perilune.stations.assembly_flights`: a mass
    within 8 % of what the model lifts counts as lifted, and the note says so.
    """
    if not case.rides:
        return []
    return [dict(row) for row in _rows(case.station, tuple(overrides), tuple(case.rides))]


@lru_cache(maxsize=64)
def _rows(
    station: str, overrides: tuple[str, ...], rides: tuple[RideFile, ...]
) -> list[dict[str, Any]]:
    """Return the rows of a station, which is the same in most variants of a study."""
    design = load_station(station, overrides=overrides)
    lifts = lifts_of(design.book, list(dict.fromkeys(ride.vehicle for ride in rides)))
    return [_row(ride, design, lifts) for ride in rides]


def _row(ride: RideFile, design: Design, lifts: Sequence[Lift]) -> dict[str, Any]:
    tilt, mass = design.station.inclination_deg, _mass(ride, design)
    own = [each for each in lifts if (each.vehicle, each.pad.name) == (ride.vehicle, ride.site)]
    if not own:
        sites = [each.pad.name for each in lifts if each.vehicle == ride.vehicle]
        raise UnknownName(f"site of {ride.vehicle}", ride.site, sites, key="station.rides.site")
    answers = [answer_of(each.pad, tilt, INSERTION_KM, Means(permitted=True), each) for each in own]
    best = max(answers, key=lambda answer: answer.payload_kg or 0.0)
    payload = best.payload_kg
    margin = None if payload is None else payload - mass
    ok = best.way != "none" and (payload is None or payload >= (1.0 - MODEL_ERROR) * mass)
    notes = {"direct": [], "none": ["permits no launch to orbit"]}.get(
        best.way, [f"by a {best.way.replace('_', ' ')}"]
    )
    if margin is not None and margin < 0.0 and ok:
        notes = [*notes, "within the error of the vehicle's model"]
    return {
        "module": ride.module,
        "vehicle": ride.vehicle,
        "site": ride.site,
        "partner": own[0].partner,
        "inclination_deg": tilt,
        "way": best.way,
        "mass_kg": mass,
        "payload_kg": payload,
        "margin_kg": margin,
        "ok": ok,
        "note": ", ".join(notes),
    }


def _mass(ride: RideFile, design: Design) -> float:
    """Return what a vehicle lifts of a module: its mass with the tug or propellant it needs."""
    if ride.mass_kg is not None:
        return ride.mass_kg
    table = "modules" if ride.module in design.book.table("modules") else "ships"
    figures = design.book.entry(table, ride.module).figures
    return float(figures.get("launch_mass_kg", figures["mass_kg"]))
