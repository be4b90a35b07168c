"""Supplies of a station a year, and the cargo flights they ask for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from crew_cases import SOYUZ, flown, utc
from evidence import Recorder, evidence
from hypothesis import given
from hypothesis import strategies as st

from perilune.catalog.entry import entry, table
from perilune.errors import InputError
from perilune.stations.census import census
from perilune.stations.resupply import resupply
from perilune.stations.ship import Ship
from perilune.stations.supplies import LifeSupport, Need, supplies


def cargo(name: str, partner: str, cargo_kg: float, **more: float) -> Ship:
    return Ship(name, name, partner, "ssvp-g4000", "active", cargo_kg=cargo_kg, **more)  # type: ignore[arg-type]


# Loads of the ISS's ships of 2011 to 2020: Progress as MS-24 and M-14M carried; Dragon and Cygnus
# 93,800 kg on 31 flights (NASA OIG by SpaceNews, 2018-04); HTV from memory; ATV as esa.int has it.
PROGRESS = cargo("progress-ms", "roscosmos", 2_500.0, refuel_kg=850.0, reboost_kg=250.0)
COMMERCIAL = cargo("dragon-cygnus", "nasa", 93_800.0 / 31.0)
HTV = cargo("htv", "jaxa", 5_000.0)
ATV = cargo("atv", "esa", 6_600.0, refuel_kg=860.0, reboost_kg=4_000.0)
TIANZHOU = cargo("tianzhou", "cnsa", 6_900.0, refuel_kg=2_000.0)
LATER_TIANZHOU = cargo("tianzhou-6", "cnsa", 7_400.0, refuel_kg=2_000.0)


def life(name: str) -> LifeSupport:
    return LifeSupport.of(entry("life_support", name))


# ---- as flown


def val_cargo_flights_of_the_iss_with_soyuz_alone(record_property: Recorder) -> None:
    """Deliveries until November 2020: 73 Progress, 34 Dragon and Cygnus, 9 HTV, 5 ATV.

    (astronomy.com, 2020-11-20.) Before 2011 there were 40 Progress, an HTV and an ATV.
    """
    years = 9.84
    arrived = {PROGRESS: 33, COMMERCIAL: 34, HTV: 8, ATV: 4}
    crew = census(flown("iss_soyuz.csv", SOYUZ), utc("2011-07-21"), utc("2020-05-30")).mean_n()
    # About 3.6 t of propellant a year at 400 km (Higher Altitude Improves, spaceref).
    needed = supplies(life("iss"), crew, propellant_kg_y=3_600.0)
    loads = {ship: number * ship.cargo_kg for ship, number in arrived.items()}
    shares = {ship.name: load / sum(loads.values()) for ship, load in loads.items()}
    found = resupply(needed, list(arrived), shares)
    theirs = sum(arrived.values()) / years
    # Ships are full by volume before they are by mass, and half of the needs are assumed.
    assert found.flights_n_y == pytest.approx(theirs, rel=0.25)
    assert found.flights_n_y < theirs
    assert found.by_partner()["roscosmos"] == pytest.approx(33 / years, rel=0.25)
    assert not found.why_not
    evidence(
        record_property,
        claim="cargo flights a year of the ISS with Soyuz alone, from its needs",
        reference="79 arrivals in 9.84 years (astronomy.com, 2020-11-20); 8 a year in 2012 and "
        "2013 (The Guardian, 2014-04-24)",
        tolerance="25 %; spare parts and research are assumed",
        achieved=f"{found.flights_n_y:.1f} a year for {needed.total_kg_y / 1e3:.1f} t, flown "
        f"{theirs:.1f}; Progress {found.by_partner()['roscosmos']:.1f}, flown {33 / years:.1f}",
    )


def val_tianzhou_flights_as_published(record_property: Recorder) -> None:
    """Two a year with 6.9 t, three in two years with 7.4 t (CAST, by spacenewshubb, 2023-05-12)."""
    # Tianzhou-6 brought 700 kg to refuel and 160 kg of xenon, three such ships in two years.
    needed = supplies(life("css"), 3.07, propellant_kg_y=1.5 * 860.0)
    (first,), (later,) = (resupply(needed, [s]).flights for s in (TIANZHOU, LATER_TIANZHOU))
    assert first.whole_n(1.0) == 2
    assert later.whole_n(2.0) == 3
    assert first.limited_by == later.limited_by == "cargo"
    evidence(
        record_property,
        claim="Tianzhou flights for three people, from their needs",
        reference="2 a year with 6.9 t, 3 in 2 years with 7.4 t (CAST, 2023)",
        tolerance="whole flights; spare parts and research are assumed",
        achieved=f"{first.flights_n_y:.2f} and {later.flights_n_y:.2f} a year for "
        f"{needed.total_kg_y / 1e3:.1f} t",
    )


def val_recycling_saves_about_six_tons_a_year_for_three() -> None:
    """As published of the Chinese station (tdminews, 2022-08)."""
    days = 3 * 365.25
    saved = (life("open-loop").brought_kg_d - life("css").brought_kg_d) * days
    assert saved == pytest.approx(6_000.0, rel=0.25)


def val_the_body_takes_what_it_takes() -> None:
    """NASA RP-1324: oxygen 0.84 kg, water to drink and to prepare food 2.38 kg a day."""
    needs = {need.name: need for need in life("open-loop").needs}
    assert needs["oxygen"].need_kg_d == 0.84
    assert needs["drinking water"].need_kg_d == pytest.approx(1.62 + 0.76)
    # Electrolysis: 9 kg of water for 8 kg of oxygen.
    oxygen = next(need for need in life("iss").needs if need.name == "oxygen, as water")
    assert oxygen.need_kg_d == pytest.approx(0.84 * 18.015 / 15.999, rel=2e-3)


# ---- what holds


@pytest.mark.parametrize("name", sorted(table("life_support")))
def test_every_life_support_feeds_a_crew(name: str) -> None:
    found = life(name)
    assert 3.0 < found.brought_kg_d < 15.0
    needed = supplies(found, 3.0, propellant_kg_y=500.0)
    assert sum(needed.items_kg_y.values()) == pytest.approx(needed.total_kg_y)
    assert needed.dry_kg_y + needed.propellant_kg_y == pytest.approx(needed.total_kg_y)
    assert needed.to_json()["total"] == needed.total_kg_y
    assert set(needed.marks) == set(needed.items_kg_y)
    assert {"food, with its packaging and water", "propellant", "spare parts"} <= set(needed.marks)
    empty = supplies(found, 0.0)
    assert empty.total_kg_y == pytest.approx(found.spares_kg_y + found.research_kg_y)


def test_the_mark_of_a_need_is_its_least_certain() -> None:
    needs = {need.name: need for need in life("css").needs}
    assert needs["drinking water"].mark.confidence == "assumed"  # its packaging is


@given(
    crew=st.floats(1.0, 12.0),
    fuel_kg_y=st.floats(0.0, 9_000.0),
    part=st.floats(0.05, 0.95),
)
def prop_what_flies_brings_what_is_needed(crew: float, fuel_kg_y: float, part: float) -> None:
    needed = supplies(life("iss"), crew, propellant_kg_y=fuel_kg_y)
    found = resupply(needed, [PROGRESS, HTV], {"progress-ms": part, "htv": 1.0 - part})
    assert sum(row.dry_kg_y for row in found.flights) == pytest.approx(needed.dry_kg_y)
    assert sum(row.propellant_kg_y for row in found.flights) == pytest.approx(fuel_kg_y)
    for row in found.flights:
        room = row.flights_n_y * row.ship.room_kg
        assert row.dry_kg_y + row.propellant_kg_y <= room * (1.0 + 1e-12)
        assert row.dry_kg_y <= row.flights_n_y * row.ship.cargo_kg * (1.0 + 1e-12)
        tanks = row.flights_n_y * max(row.ship.refuel_kg, row.ship.reboost_kg)
        assert row.propellant_kg_y <= tanks * (1.0 + 1e-12)


def test_a_thirsty_station_is_limited_by_propellant() -> None:
    (row,) = resupply(supplies(life("css"), 0.5, propellant_kg_y=8_600.0), [PROGRESS]).flights
    assert row.limited_by == "propellant"
    assert row.flights_n_y == pytest.approx(8_600.0 / 850.0)


def test_ships_of_the_catalogue_bring_and_carry() -> None:
    ships = {name: Ship.of(found) for name, found in table("ships").items()}
    assert ships["soyuz-ms"].seats_n == ships["shenzhou"].seats_n == 3
    assert ships["soyuz-ms"].landing_zones == ("zhezkazgan", "arkalyk")
    for ship in ships.values():
        assert ship.seats_n or ship.cargo_kg > 0.0
        if ship.seats_n and ship.entry is not None and ship.entry.figures.get("in_service"):
            assert 150.0 <= (ship.docked_life_d or 0.0) <= 400.0
    (row,) = resupply(
        supplies(life("css"), 3.07, propellant_kg_y=1_290.0), [ships["tianzhou"]]
    ).flights
    assert row.whole_n(1.0) == 2
    # What Tianzhou burns for the station is what it would pump over: it is not counted twice.
    assert ships["tianzhou"].room_kg == ships["tianzhou"].cargo_kg
    assert ships["atv"].room_kg > ships["atv"].cargo_kg


def test_without_shares_all_ships_fly_equally_often() -> None:
    found = resupply(supplies(life("iss"), 6.0), [COMMERCIAL, HTV])
    assert found.flights[0].flights_n_y == pytest.approx(found.flights[1].flights_n_y)
    assert sum(found.by_partner().values()) == pytest.approx(found.flights_n_y)


def test_ships_that_bring_no_propellant_say_so() -> None:
    found = resupply(supplies(life("iss"), 6.0, propellant_kg_y=3_600.0), [HTV])
    assert "3,600 kg a year are missing" in found.why_not[0]
    assert found.flights[0].to_json()["propellant_kg_y"] == 0.0
    partly = resupply(
        supplies(life("iss"), 6.0, propellant_kg_y=3_600.0), [HTV, PROGRESS],
        {"htv": 1.0, "progress-ms": 0.0},
    )  # fmt: skip
    assert partly.why_not


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: resupply(supplies(life("iss"), 6.0), []), "no cargo ship"),
        (lambda: resupply(supplies(life("iss"), 6.0), [SOYUZ]), "brings no cargo"),
        (lambda: resupply(supplies(life("iss"), 6.0), [HTV], {"htv": 0.5}), "expected 1"),
        (lambda: resupply(supplies(life("iss"), 6.0), [HTV], {"htw": 1.0}), "found 'htw'"),
        (lambda: supplies(life("iss"), -1.0), "0 or more"),
        (lambda: supplies(life("iss"), 6.0, propellant_kg_y=-5.0), "found -5"),
        (lambda: Need("air", 1.0, recycled=1.5), "0 to 1"),
        (lambda: replace(HTV, refuel_kg=6_000.0), "of which it is a part"),
    ],
)
def test_misuse_says_what_is_wrong(wrong: object, says: str) -> None:
    with pytest.raises(InputError, match=says):
        wrong()  # type: ignore[operator]
