"""What an Earth return can be asked for, and what it says where it cannot be."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from returns import (
    FIRST_BURN,
    FLOWN_ENTRY,
    MAIN,
    ORBITER,
    RUMKER,
    SIZIWANG,
    TRACK,
    change_5_orbit,
    home,
)
from transfers import MODEL

from perilune import DAY, Environment, State
from perilune.errors import InputError
from perilune.phases.base import Context, Stack
from perilune.phases.earth_return import EarthReturn
from perilune.phases.earth_return_days import offers
from perilune.phases.earth_return_target import Interface, ReturnTarget
from perilune.phases.tei import Parking, ReturnBurn, TransEarthInjection
from perilune.phases.tei_guess import seeds
from perilune.phases.tei_solve import finish, pushed, solve_return


@pytest.fixture(scope="module")
def context(env: Environment) -> Context:
    return Context(env, MODEL)


@pytest.fixture(scope="module")
def orbit(env: Environment) -> State:
    return change_5_orbit(env)


@pytest.mark.parametrize(
    "target",
    [
        ReturnTarget(SIZIWANG, -6.2, downrange_km=6500.0),
        ReturnTarget(SIZIWANG, -5.8, azimuth_deg=47.0),
        ReturnTarget(SIZIWANG, -6.5, inclination_deg=50.0, entry_duration_s=1500.0),
    ],
    ids=["downrange", "azimuth", "inclination"],
)
def test_each_way_of_asking_is_met(target: ReturnTarget, orbit: State, context: Context) -> None:
    phase = EarthReturn(target, date=FIRST_BURN, arrive=FLOWN_ENTRY)
    leg = home(phase, orbit, context, Stack())[0]
    assert (leg.status, leg.remedy) == ("converged", "")
    assert leg.end.state is not None
    interface = Interface.of(leg.end.state, target, context.env)
    assert np.abs(interface.misses(target)).max() < 1e-6
    assert interface.altitude_km == pytest.approx(120.0, abs=1e-6)


def cross_no_place_beside_it_is_cheaper(orbit: State, context: Context) -> None:
    """The minimum over the place: the same interface, met from other places by differences."""
    parking = Parking(orbit, FIRST_BURN, TransEarthInjection(), context)
    limits = (72.0 * 3600.0, 120.0 * 3600.0)
    seed = seeds(parking, TRACK, limits, arrive=FLOWN_ENTRY)[0]
    found = solve_return(seed, parking, TRACK, context)
    assert found.solution.converged
    beside = []
    for shift in (-240.0, -60.0, 60.0, 240.0):
        before = parking.last(found.place_s + shift)
        assert before is not None
        solution, dv = finish(
            found.homing, lambda dv, at=before: pushed(at, dv), found.dv, staged=True
        )
        assert solution.converged
        beside.append(1e3 * (float(np.linalg.norm(dv)) - found.dv_km_s))
    assert min(beside) > 0.0
    assert abs(beside[1] - beside[2]) < 0.3 * (beside[1] + beside[2]) + 0.05  # m/s: it is level


def test_dry_tanks_are_a_status(orbit: State, context: Context) -> None:
    short = Stack((replace(ORBITER.members[0], propellant_kg=200.0, dry_mass_kg=2240.0),))
    phase = EarthReturn(
        TRACK, TransEarthInjection((ReturnBurn(MAIN, True),)), "orbiter", FIRST_BURN
    )
    leg = home(phase, orbit, context, short)[0]
    assert leg.status == "propellant_short"
    assert "lacks" in leg.remedy
    assert "cheapest day" in leg.remedy


def test_a_dear_return_names_the_limit_and_a_day(orbit: State, context: Context) -> None:
    phase = EarthReturn(TRACK, date=FIRST_BURN, max_delta_v_m_s=500.0)
    leg = home(phase, orbit, context, Stack())[0]
    assert leg.status == "delta_v_exceeded"
    assert "cheapest day of the next 14 is 2020-12-" in leg.remedy


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (ReturnTarget(SIZIWANG, -5.8, inclination_deg=30.0), "never reaches the zone's latitude"),
        (replace(TRACK, downrange_limits_km=(1000.0, 3000.0)), "outside the 1,000 to 3,000 km"),
        (ReturnTarget(SIZIWANG, -5.8, azimuth_deg=90.0), "the Moon's declination"),
    ],
)
def test_what_binds_is_named(
    target: ReturnTarget, words: str, orbit: State, context: Context
) -> None:
    leg = home(EarthReturn(target, date=FIRST_BURN), orbit, context, Stack())[0]
    assert leg.status == "no_solution"
    assert words in leg.remedy


def test_a_date_before_the_phase_is_a_status(orbit: State, context: Context) -> None:
    phase = EarthReturn(TRACK, date=FIRST_BURN + (-86400.0))
    leg = home(phase, orbit, context, Stack())[0]
    assert leg.status == "no_solution"
    assert "later" in leg.remedy
    assert "the cheapest day of the next 14 is 2020-12-" in leg.remedy  # from the phase on


def cross_the_angle_named_is_that_of_the_way_flown(orbit: State, context: Context) -> None:
    """A hundred thousand kilometers out the way has its direction, full model and all."""
    epoch = FIRST_BURN + 3.0 * DAY
    phase = EarthReturn(TRACK, date=epoch, max_delta_v_m_s=500.0, track="ascending")
    (leg,) = home(phase, orbit, context, Stack())
    words = re.search(r"([\d]+) m/s of it turn the velocity, .* lies (\d+) deg off", leg.remedy)
    assert words is not None
    assert leg.trajectory is not None
    burn = leg.happenings[0]
    normal = np.cross(burn.state.r_km, burn.state.v_km_s)
    out = leg.trajectory.at(burn.epoch + 0.7 * DAY, center="moon").v_km_s
    sine = normal @ out / (np.linalg.norm(normal) * np.linalg.norm(out))
    assert abs(float(np.degrees(np.arcsin(sine)))) == pytest.approx(float(words[2]), abs=4.0)
    after = leg.trajectory.at(burn.epoch + 1e-3, center="moon").v_km_s
    gain = np.linalg.norm(after) - np.linalg.norm(burn.state.v_km_s)
    spent = (burn.dv_m_s or 0.0) - 1e3 * float(gain)
    assert spent == pytest.approx(float(words[1]), abs=1.0)


def test_a_return_in_the_plane_asks_for_another_flight_time(orbit: State, context: Context) -> None:
    """On the day its orbit's plane holds the way out, all is spent on leaving."""
    parking = Parking(orbit, FIRST_BURN, TransEarthInjection(), context)
    best = min(offers(parking, TRACK, (72 * 3600.0, 120 * 3600.0)), key=lambda x: x.last_dv_m_s)
    phase = EarthReturn(TRACK, date=best.date, max_delta_v_m_s=500.0, track=best.way)
    (leg,) = home(phase, orbit, context, Stack())
    assert leg.status == "delta_v_exceeded"
    assert "hardly any of it turns the velocity" in leg.remedy
    assert "another flight time" in leg.remedy
    assert leg.remedy.endswith("the one asked for")


def test_a_track_that_has_no_way_names_the_one_that_has(orbit: State, context: Context) -> None:
    """The cheapest day offered is then one of the track asked for."""
    legs = {
        track: home(EarthReturn(TRACK, date=FIRST_BURN, track=track), orbit, context, Stack())[0]
        for track in ("ascending", "descending")
    }
    failed, flies = legs["descending"], legs["ascending"]
    assert flies.status == "converged"
    assert failed.status == "no_solution"
    assert "the ascending track has a way" in failed.remedy
    assert "m/s, ascending" not in failed.remedy
    fixed = ReturnTarget(SIZIWANG, -6.2, downrange_km=6500.0)
    phase = EarthReturn(fixed, date=FIRST_BURN, track="descending")
    assert "leave `track` out" in home(phase, orbit, context, Stack())[0].remedy


def test_misuse_is_refused() -> None:
    with pytest.raises(InputError, match="exactly one"):
        ReturnTarget(SIZIWANG, -5.8)
    with pytest.raises(InputError, match="flight_path_angle_deg"):
        ReturnTarget(SIZIWANG, 5.8, inclination_deg=43.6)
    with pytest.raises(InputError, match="landing zone"):
        ReturnTarget(RUMKER, -5.8, inclination_deg=43.6)
    with pytest.raises(InputError, match="period"):
        TransEarthInjection((ReturnBurn(), ReturnBurn()))
    with pytest.raises(InputError, match="flight_time_h"):
        EarthReturn(TRACK, flight_time_h=(100.0, 50.0))
