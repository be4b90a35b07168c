"""The catalogue's stations, modules and ships: they can be built, and come out as published."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache

import numpy as np
import pytest

from perilune.astro.epoch import DAY, Epoch
from perilune.catalog.entry import Entry, table
from perilune.scenarios.station_load import load_station
from perilune.stations.body import Body, body_of
from perilune.stations.complex import Complex
from perilune.stations.docking import why_not_mate
from perilune.stations.module import module_of
from perilune.stations.plan import JOIN, Plan, after
from perilune.stations.station import Station

NAMES = ["css", "iss", "mir", "ros", "tiangong-1"]
SHIPS = re.compile("shenzhou|tianzhou|soyuz|progress|crew-|crs-|ng-|orel")
METER = 1e-9  # of lengths of tens of meters, added some ten times


@cache
def plan_of(name: str) -> Plan:
    return load_station(name).plan


@cache
def built(name: str) -> Complex:
    """Return a bundled station after its last step."""
    found, plan = Complex(), plan_of(name)
    for step in plan.steps:
        found = after(found, step, plan)
    return found


def without_ships(name: str) -> Body:
    """Return the modules alone; those that fly up with a ship's name are ships."""
    whole = built(name)
    return body_of(whole.only([n for n in whole.names if not SHIPS.match(n)]))


# ---- masses and lengths, against what is published


@pytest.mark.parametrize(
    ("name", "ships", "published_t", "percent"),
    [
        ("css", False, 66.0, 5.0),  # CGTN 2021-06-17; three modules at launch, fuller than in orbit
        ("css", True, 100.0, 3.0),  # "nearly 100 tonnes" with ships, teleSUR 2021-04-29
        ("iss", False, 419.455, 8.0),  # NASA 2014-11; what was carried up in bags is in no module
        ("iss", True, 460.724, 5.0),  # NASA ephemeris of 2023-02-15, six ships there too
        ("mir", True, 130.0, 2.0),  # RSC Energia 2000-10-17
        ("tiangong-1", True, 8.506, 0.1),  # itself
    ],
)
def val_the_mass_of_a_station_is_near_the_published(
    name: str, ships: bool, published_t: float, percent: float
) -> None:
    body = body_of(built(name)) if ships else without_ships(name)
    assert body.mass_kg / 1000.0 == pytest.approx(published_t, rel=percent / 100.0)


@pytest.mark.parametrize(
    ("name", "ships", "axis", "published_m", "percent"),
    [
        ("css", True, 0, 37.0, 3.0),  # the usual figure: Tianhe with a ship at either end
        ("iss", False, 0, 51.0, 2.0),  # modules, NASA 2014-11
        ("iss", True, 0, 67.0, 3.0),  # 218 ft along the main axis, ships included
        ("iss", False, 1, 108.5, 6.0),  # truss; the wings stand out over its ends
        ("iss", False, 2, 30.5, 6.0),  # height, boeing.com
        ("mir", True, 0, 33.0, 2.0),  # NASA RP-1357, with Soyuz and Progress
        ("mir", False, 2, 28.0, 5.0),  # NASA RP-1357: about 28 m across the modules
    ],
)
def val_the_extent_of_a_station_is_near_the_published(
    name: str, ships: bool, axis: int, published_m: float, percent: float
) -> None:
    body = body_of(built(name)) if ships else without_ships(name)
    assert body.extent_m[axis] == pytest.approx(published_m, rel=percent / 100.0)


def val_the_chinese_station_is_a_third_of_the_iss_in_length() -> None:
    ratio = body_of(built("css")).length_m / without_ships("iss").length_m
    assert ratio == pytest.approx(1.0 / 3.0, abs=0.06)


# ---- docking


@pytest.mark.parametrize("name", NAMES)
def test_every_pair_of_ports_mates(name: str) -> None:
    plan = plan_of(name)
    modules = {step.name: step.module for step in plan.steps if step.module is not None}
    pairs = [step for step in plan.steps if step.to is not None]
    for step in pairs:
        assert step.to is not None
        own, port = modules[step.name].port(step.port), modules[step.to[0]].port(step.to[1])
        assert why_not_mate(own, port, plan.standards) == "", step.key


@pytest.mark.parametrize("name", NAMES)
def conserve_mated_ports_lie_in_one_place_and_face_each_other(name: str) -> None:
    found = built(name)
    assert len(found.joints) == len(found.placed) - 1
    for joint in found.joints:
        (here, out), (there, back) = found.port_place(*joint.a), found.port_place(*joint.b)
        assert np.allclose(here, there, atol=METER)
        assert np.allclose(out, -back, atol=METER)


def test_ships_and_stations_of_two_worlds_do_not_mate() -> None:
    ships, plan = table("ships"), plan_of("css")
    soyuz, shenzhou = (module_of(ships[name]).port("nose") for name in ("soyuz-ms", "shenzhou"))
    tianhe = built("css").part("tianhe").module.port("nadir")
    rassvet = built("iss").part("rassvet").module.port("nadir")
    for ship, port in ((soyuz, tianhe), (shenzhou, rassvet)):
        assert "adapter" in why_not_mate(ship, port, plan.standards)
    assert why_not_mate(shenzhou, tianhe, plan.standards) == ""
    assert why_not_mate(soyuz, rassvet, plan.standards) == ""


@pytest.mark.parametrize("found", table("modules").values(), ids=lambda found: found.name)
def test_every_port_lies_on_its_module(found: Entry) -> None:
    module = module_of(found)
    half = np.array([module.length_m, module.diameter_m, module.diameter_m]) / 2.0
    assert module.ports
    assert len({port.name for port in module.ports}) == len(module.ports)
    for port in module.ports:
        assert np.all(np.abs(port.position_m) <= half + 0.1)
        assert float(np.dot(port.position_m, port.axis)) > 0.0
    assert module.propellant_kg < module.mass_kg


@pytest.mark.parametrize("found", table("ships").values(), ids=lambda found: found.name)
def test_every_ship_docks_somewhere(found: Entry) -> None:
    f, standards = found.figures, plan_of("css").standards
    nose = module_of(found).port("nose")
    ports = [p for entry in table("modules").values() for p in module_of(entry).ports]
    assert any(why_not_mate(nose, port, standards) == "" for port in ports)
    assert f["mass_kg"] > f.get("cargo_kg", 0.0) + f.get("propellant_kg", 0.0) / 2.0
    assert f.get("usual_stay_d", 0.0) <= f.get("docked_life_d", np.inf)
    assert standards[f["standard"]].berth == f.get("berth", False)


# ---- the steps as flown


@pytest.mark.parametrize("name", NAMES)
def test_the_steps_stand_in_order(name: str) -> None:
    instants = [step.instant for step in plan_of(name).steps if step.instant is not None]
    days = np.array([float(instant.j2000_s) for instant in instants])
    assert days.size == len(plan_of(name).steps)
    assert np.all(np.diff(days) >= -DAY)  # a day of a move or departure has no hour


def test_the_chinese_station_took_eleven_flights() -> None:
    flights = [step for step in plan_of("css").steps if step.ride is not None]
    assert len(flights) == 11
    assert all(step.kind == JOIN for step in flights)
    for step in flights[1:]:
        assert step.ride is not None
        assert step.ride.launch is not None
        assert step.ride.rendezvous_h is not None
        docking = Epoch.utc(datetime.fromisoformat(step.ride.as_flown["docking_utc"]))
        flown = float(docking - step.ride.launch) / 3600.0
        if step.name == "tianzhou-5":  # in two hours, faster than the phasing here
            assert flown == pytest.approx(2.1, abs=0.1)
            continue
        assert step.ride.rendezvous_h == pytest.approx(flown, abs=0.1), step.name


# ---- elements


@pytest.mark.parametrize("found", table("stations").values(), ids=lambda found: found.name)
def test_every_station_reads_with_its_elements_near_its_orbit(found: Entry) -> None:
    station = Station.of(found)
    if station.lowest_altitude_km is not None and station.highest_altitude_km is not None:
        assert station.lowest_altitude_km <= station.altitude_km <= station.highest_altitude_km
    for lines in station.elements:
        assert lines.inclination_deg == pytest.approx(station.inclination_deg, abs=0.05)
    for row in found.rows("history"):
        f = row.figures
        assert f["perigee_altitude_km"] <= f["apogee_altitude_km"]


@pytest.mark.parametrize(
    ("first", "last", "lost_km"), [("20121", "20177", 0.34), ("22180", "22204", 0.86)]
)
def val_the_iss_sinks_through_two_arcs_free_of_reboosts(
    first: str, last: str, lost_km: float
) -> None:
    every = Station.of(table("stations")["iss"]).elements
    arc = [lines for lines in every if first < lines.line_1[18:23] < last]
    heights = np.array([lines.mean_altitude_km for lines in arc])
    assert len(arc) >= 4
    assert np.all(np.diff(heights) < 0.0)
    assert heights[0] - heights[-1] == pytest.approx(lost_km, abs=0.01)
