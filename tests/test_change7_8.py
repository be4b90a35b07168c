"""Chang'e-7 and -8 as announced, from lift-off to a rover's first lunar night; their relay."""

from __future__ import annotations

import math
from typing import Any

import pytest

import perilune as pl
from perilune import Environment, Flight
from perilune.astro.bodies import STANDARD_GRAVITY_M_S2

PLACES = {"change-7": (-88.8, 123.4), "change-8": (-85.4, 31.7)}
DOWN = ("descent_orbit_insertion", "powered_descent")


@pytest.fixture(scope="module", params=sorted(PLACES))
def flight(request: pytest.FixtureRequest, env: Environment) -> Flight:
    """Return a mission, flown to its end."""
    return pl.fly(request.param, env=env)


def check(flight: Flight, name: str) -> dict[str, Any]:
    return next(c for c in flight.checks if c["name"] == name)


def test_a_polar_mission_closes_with_what_is_left_in_its_tanks(flight: Flight) -> None:
    assert flight.closes
    assert check(flight, "injected mass margin")["value"] > 0.0
    assert all(row["margin_kg"] >= 0.0 for row in flight.ledger)
    total = sum(row["dry_mass_kg"] + row["propellant_loaded_kg"] for row in flight.ledger)
    assert total <= 8_200.0  # what is published of Chang'e-7, and flew with Chang'e-5


def test_a_polar_mission_sets_down_its_rover_for_a_lunar_day(flight: Flight) -> None:
    names = [(e["name"], e["spacecraft"]) for e in flight.events]
    assert names[-2:] == [("separation", "rover"), ("surface_end", "rover")]
    down = next(e for e in flight.events if e["name"] == "touchdown")
    latitude, longitude = PLACES[flight.name]
    assert down["latitude_deg"] == pytest.approx(latitude, abs=0.003)
    assert down["longitude_deg"] == pytest.approx(longitude, abs=0.15)  # 0.1 km so near the pole


def cross_guests_of_change8_cost_its_lander_what_the_rocket_equation_says(env: Environment) -> None:
    """Twice the guests: the share burnt of them, and what the slower braking adds to the speed."""
    used, wanted = [], []
    for guests in (200.0, 400.0):
        more = [f"spacecraft.guests.dry_mass_kg={guests}"]
        flight = pl.fly("change-8", env=env, overrides=more)
        row = next(r for r in flight.ledger if r["spacecraft"] == "lander")
        burns = [e for e in flight.events if e["name"] in DOWN]
        speed = sum(e["dv_m_s"] for e in burns)
        share = 1.0 - math.exp(-speed / (310.0 * STANDARD_GRAVITY_M_S2))
        used.append(row["propellant_used_kg"])
        wanted.append(share * burns[0]["mass_before_kg"])
    assert used == pytest.approx(wanted, rel=1e-3)
    assert used[1] - used[0] > 0.99 * 200.0 * share


def test_their_relay_spends_its_day_over_the_south(env: Environment) -> None:
    flight = pl.fly("queqiao-2", env=env)
    assert flight.closes
    path = flight.trajectory("queqiao-2")
    seen = [
        path.at(path.stop + -3600.0 * hours).to(center="moon", axes="moon_me", env=env).r_km[2]
        for hours in range(240)
    ]
    assert sum(z < 0.0 for z in seen) > 0.75 * len(seen)
