"""Both missions that are called Luna-29: the samples of 2017's plan, the rover of later ones."""

from __future__ import annotations

import pytest

import perilune as pl
from perilune import Environment, Flight
from perilune.astro.geometry import SurfacePoint
from perilune.phases.entry_samples import ground_distance_km
from perilune.scenarios.load import load

ZONE = 59.93, 75.98  # 200 km south-east of Surgut


@pytest.fixture(scope="module")
def samples(env: Environment) -> Flight:
    """Return the sample return, flown to the landing of its capsule."""
    return pl.fly("luna-29", env=env)


@pytest.fixture(scope="module")
def rover(env: Environment) -> Flight:
    """Return the rover's mission, flown to the end of the rover's first lunar night."""
    return pl.fly("luna-29-rover", env=env)


def test_luna29_capsule_lands_in_its_zone(samples: Flight) -> None:
    """Without an orbit and without a correction: by the hour and the size of one burn."""
    assert samples.closes
    down = samples.events[-1]
    assert (down["name"], down["spacecraft"]) == ("landing", "capsule")
    miss_km = ground_distance_km(down["latitude_deg"], down["longitude_deg"], *ZONE)
    assert miss_km < 10.0
    assert samples.solution["tilt_east_deg"] == samples.solution["tilt_north_deg"] == 0.0


def test_luna29_needs_its_day(env: Environment) -> None:
    """A week later no burn straight up reaches so far north: it says so, and does not close."""
    late = ["phase.direct_return.lift_off_utc=2024-08-18T00:00:00Z"]
    flight = pl.fly("luna-29", env=env, overrides=late)
    off = [check["name"] for check in flight.checks if not check["ok"]]
    assert "way home beside its zone" in off
    assert not flight.closes


def test_luna29_rover_is_set_down_and_lives_through_a_night(rover: Flight) -> None:
    assert rover.closes
    drives = next(e for e in rover.events if e["name"] == "separation")
    assert (drives["spacecraft"], drives["mass_after_kg"]) == ("rover", 1300.0)
    last = rover.events[-1]
    assert (last["name"], last["spacecraft"], last["mass_after_kg"]) == (
        "surface_end", "rover", 1300.0,
    )  # fmt: skip
    site = load("luna-29-rover").phases[-1].site
    assert isinstance(site, SurfacePoint)
    assert last["latitude_deg"] == pytest.approx(site.latitude_deg, abs=1e-6)
    injected = next(c for c in rover.checks if c["name"] == "injected mass margin")
    assert injected["ok"]
