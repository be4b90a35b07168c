"""Injection by engines: the perilune still met, losses, masses, phasing orbits, what cannot be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from evidence import Recorder, evidence
from injections import (
    CZ3A,
    CZ5,
    FREGAT,
    LANDER,
    LARGE,
    MIDDLE,
    ORBITER,
    OWN,
    PHASED,
    PROBE,
    SMALL_MOTOR,
    SOYUZ,
    after,
    burns_of,
    burnt,
    ends_as_asked,
    lasts_s,
    named,
    spent_m_s,
)
from scipy.integrate import solve_ivp
from support import EARTH, START, off
from transfers import HOUR, MODEL

from perilune import Environment, State
from perilune.astro import elements
from perilune.astro.bodies import EARTH_RADIUS_KM, MOON_RADIUS_KM, STANDARD_GRAVITY_M_S2
from perilune.dynamics.propagate import propagate
from perilune.errors import InputError
from perilune.phases.arrival import Perilune
from perilune.phases.base import Context, Engine, Leg, Stack
from perilune.phases.burn import Steering, fly_burn
from perilune.phases.injection import Injection, InjectionBurn, UpperStage
from perilune.phases.injection_burn import Attitude
from perilune.phases.injection_flight import Departed, Pilot, Plan
from perilune.phases.injection_solve import inject
from perilune.phases.request import Request
from perilune.phases.shot import COAST_EVENTS, Model
from perilune.phases.transfer import solve_transfers


@pytest.fixture(scope="module")
def context(env: Environment) -> Context:
    """Return the sky and the force models of every injection here."""
    return Context(env, MODEL)


@pytest.fixture(scope="module")
def large(context: Context) -> list[Leg]:
    """Return Chang'e-5 on the second stage of its launcher."""
    return burnt(CZ5, PROBE, context, InjectionBurn(LARGE))


@pytest.fixture(scope="module")
def fregat(context: Context) -> list[Leg]:
    """Return Luna-25 on Fregat."""
    return burnt(SOYUZ, LANDER, context, InjectionBurn(FREGAT), wanted=(100.0, 90.0))


@pytest.fixture(scope="module")
def phased(context: Context) -> list[Leg]:
    """Return an injection as Chang'e-1's: by orbits of 16, 24 and 48 h."""
    return burnt(CZ3A, ORBITER, context, *PHASED, wanted=(200.0, 90.0), hours=114.0)


@pytest.mark.parametrize("kind", ["large", "fregat", "phased"])
def test_engines_lead_to_the_perilune_asked_for(kind: str, request: pytest.FixtureRequest) -> None:
    legs: list[Leg] = request.getfixturevalue(kind)
    assert len(legs) == 2
    ends_as_asked(legs)


@pytest.mark.parametrize("kind", ["large", "fregat", "phased"])
def cross_the_last_cut_off_coasts_to_the_perilune(
    kind: str, request: pytest.FixtureRequest, context: Context
) -> None:
    """Flown on from the trajectory's own cut-off, about the Earth and then about the Moon."""
    leg: Leg = request.getfixturevalue(kind)[0]
    wanted_km, wanted_deg = (100.0, 90.0) if kind == "fregat" else (200.0, 43.5)
    wanted_deg = 90.0 if kind == "phased" else wanted_deg
    env, arrival = context.env, leg.end.state
    assert arrival is not None
    hand = arrival.epoch + (-MODEL.handover_s)
    away = after(leg, named(leg, "translunar_injection"))
    near = propagate(away, until=hand, forces=MODEL.earth, env=env).final
    coast = propagate(
        near.to(center="moon", env=env),
        until=arrival.epoch + 600.0,
        forces=MODEL.moon,
        env=env,
        events=COAST_EVENTS,
    )
    met = next(e.state for e in coast.events if e.name == "periapsis")
    assert np.linalg.norm(met.r_km) - MOON_RADIUS_KM == pytest.approx(wanted_km, abs=1e-3)
    tilt = np.degrees(elements.osculating(met, env, equator="moon_me").inclination)
    assert tilt == pytest.approx(wanted_deg, abs=1e-6)


def cross_losses_to_gravity(large: list[Leg], fregat: list[Leg], context: Context) -> None:
    """Finite burns cost more than the impulse that leads to the same perilune."""
    shares = []
    for legs, launch, stack, wanted in (
        (large, CZ5, PROBE, (200.0, 43.5)),
        (fregat, SOYUZ, LANDER, (100.0, 90.0)),
    ):
        impulse = burnt(launch, stack, context, wanted=wanted)
        for leg, struck in zip(legs, impulse, strict=True):
            lost = spent_m_s(leg) - spent_m_s(struck)
            assert leg.solution["gravity_loss_m_s"] == pytest.approx(lost, abs=1e-3)
            shares.append((lost, lasts_s(burns_of(leg)[0])))
    assert all(0.0 < lost < 15.0 for lost, _ in shares[:2])
    assert all(20.0 < lost < 80.0 for lost, _ in shares[2:])
    # Losses go with the square of the burn time.
    (a, long_a), (b, long_b) = shares[0], shares[2]
    assert b / a == pytest.approx((long_b / long_a) ** 2, rel=0.1)


@pytest.mark.parametrize("kind", ["large", "fregat", "phased"])
def conserve_masses_by_the_rocket_equation(kind: str, request: pytest.FixtureRequest) -> None:
    engines = {"large": [LARGE.engine], "fregat": [FREGAT.engine],
               "phased": [MIDDLE.engine, *[SMALL_MOTOR] * 3]}[kind]  # fmt: skip
    leg: Leg = request.getfixturevalue(kind)[0]
    assert leg.trajectory is not None
    for burn, engine in zip(burns_of(leg), engines, strict=True):
        exhaust_m_s = engine.isp_s * STANDARD_GRAVITY_M_S2
        assert burn.mass_before_kg is not None
        assert burn.mass_after_kg is not None
        assert burn.dv_m_s is not None
        ratio = burn.mass_before_kg / burn.mass_after_kg
        assert exhaust_m_s * np.log(ratio) == pytest.approx(burn.dv_m_s, rel=1e-9)
        used = engine.thrust_n / exhaust_m_s * lasts_s(burn)
        assert burn.mass_before_kg - burn.mass_after_kg == pytest.approx(used, rel=1e-9)
        # what the integration itself carried
        arcs = [a for a in leg.trajectory.arcs if a.has_mass and a.origin == burn.epoch]
        assert arcs[0].run.vector[6] == pytest.approx(burn.mass_after_kg, rel=1e-12)


@pytest.mark.parametrize("kind", ["large", "fregat", "phased"])
def conserve_the_stack_when_the_stage_is_dropped(kind: str, request: pytest.FixtureRequest) -> None:
    stack, stage = {"large": (PROBE, LARGE), "fregat": (LANDER, FREGAT),
                    "phased": (ORBITER, MIDDLE)}[kind]  # fmt: skip
    leg: Leg = request.getfixturevalue(kind)[0]
    last = [h for h in burns_of(leg) if h.stage == stage.name][-1]
    dropped = named(leg, "separation")
    assert dropped.epoch == last.end
    assert dropped.mass_before_kg == last.mass_after_kg
    assert dropped.mass_before_kg == pytest.approx(stack.mass_kg + stage.dry_mass_kg, abs=1e-6)
    assert dropped.mass_after_kg == pytest.approx(stack.mass_kg, abs=1e-6)
    own = sum(h.mass_before_kg - h.mass_after_kg for h in burns_of(leg) if h.stage is None)
    assert leg.end.stack.mass_kg == pytest.approx(stack.mass_kg - own, abs=1e-6)
    assert leg.solution["injected_mass_kg"] == leg.end.stack.mass_kg
    (row,) = leg.solution["upper_stages"]
    assert row["propellant_needed_kg"] == pytest.approx(
        sum(h.mass_before_kg - h.mass_after_kg for h in burns_of(leg) if h.stage), rel=1e-12
    )


def test_burns_point_where_they_gain_most(context: Context) -> None:
    """Any other pitch or rate of turning ends the same burn with less energy."""
    request = Request(SOYUZ.launch, Perilune(100.0, 90.0), SOYUZ.lift_off, flight_time_s=112 * HOUR)
    injection = Injection((InjectionBurn(FREGAT),))
    transfer = solve_transfers(request, context.env)[0]
    _, found = inject(request, transfer, injection, LANDER, context)
    assert found is not None
    pilot = Pilot(SOYUZ.launch, injection, LANDER, context)

    def energy(pitch_rad: float, turn: float) -> float:
        (best,) = found.departed.plan.attitudes
        attitude = Attitude(best.pitch_rad + pitch_rad, best.turn + turn)
        flown = pilot.depart(found.controls, Plan((attitude,)))
        assert isinstance(flown, Departed)
        v = flown.after.v_km_s
        return 0.5 * v @ v - context.env.constants.gm("earth") / np.linalg.norm(flown.after.r_km)

    here = energy(0.0, 0.0)
    assert here == pytest.approx(
        elements.osculating(found.departed.after, context.env).c3_km2_s2 / 2.0, rel=1e-9
    )
    for pitch_rad, turn in ((0.05, 0.0), (-0.05, 0.0), (0.0, 0.15), (0.0, -0.15)):
        assert energy(pitch_rad, turn) < here - 1e-4


def test_thrust_may_point_out_of_the_plane() -> None:
    r, v = np.array([7000.0, 0.0, 0.0]), np.array([0.0, 7.5, 0.0])
    change = np.array([0.0, 3.0, 4.0])
    steering = Steering.along(change, State(START, "earth", "icrf", r, v))
    assert steering.aim == pytest.approx((0.0, 0.6, 0.8), abs=1e-15)
    assert steering.lead == pytest.approx((-1.0, 0.0, 0.0), abs=1e-15)  # as the velocity turns


def cross_a_burn_integrated_by_scipy(env: Environment, record_property: Recorder) -> None:
    """Two bodies and a thrust that turns at a constant rate, by other means."""
    gm, radius = env.constants.gm("earth"), EARTH_RADIUS_KM + 200.0
    speed = np.sqrt(gm / radius)
    start = State(START, "earth", "icrf", [radius, 0.0, 0.0], [0.0, 0.8 * speed, 0.6 * speed])
    engine, mass, seconds = FREGAT.engine, 7300.0, 740.0
    late = propagate(start, until=START + 370.0, forces=EARTH, env=env).final
    steering = Steering.along(late.v_km_s, late).pitched(0.05)
    rate = 0.7 * speed / radius
    ours = fly_burn(start, seconds, engine, mass, steering, rate, Context(env, Model(earth=EARTH)))
    aim, lead = np.array(steering.aim), np.array(steering.lead)

    def slope(t: float, y: np.ndarray) -> np.ndarray:
        angle = rate * (t - 370.0)
        push = engine.thrust_n / (1e3 * y[6]) * (np.cos(angle) * aim + np.sin(angle) * lead)
        fall = -gm * y[:3] / np.linalg.norm(y[:3]) ** 3
        flow = engine.thrust_n / (engine.isp_s * STANDARD_GRAVITY_M_S2)
        return np.concatenate([y[3:6], fall + push, [-flow]])

    began = np.append(start.vector, mass)
    theirs = solve_ivp(slope, (0.0, seconds), began, "DOP853", rtol=1e-13, atol=1e-12).y[:, -1]
    apart_m = 1e3 * off(ours.cut_off.r_km, theirs[:3])
    assert apart_m < 1e-3
    assert off(ours.cut_off.v_km_s, theirs[3:6]) < 1e-9
    assert ours.mass_after_kg == pytest.approx(theirs[6], rel=1e-13)
    evidence(
        record_property,
        claim="A 12-minute injection burn, thrust turning at a constant rate",
        reference="scipy DOP853 on the two-body problem with thrust, written apart",
        tolerance="1 mm",
        achieved=f"{apart_m:.1g} m",
    )


def test_an_impulse_of_a_stage_is_the_impulse(context: Context) -> None:
    legs = burnt(CZ5, PROBE, context, InjectionBurn(LARGE, impulsive=True))
    for leg, plain in zip(legs, burnt(CZ5, PROBE, context), strict=True):
        ends_as_asked([leg])
        one, other = (named(x, "translunar_injection") for x in (leg, plain))
        assert one.dv_m_s == pytest.approx(other.dv_m_s, abs=1e-6)
        assert one.epoch - other.epoch == pytest.approx(0.0, abs=1e-6)
        assert lasts_s(one) == 0.0
        expected = 13300.0 * np.exp(one.dv_m_s / (442.6 * STANDARD_GRAVITY_M_S2))
        assert one.mass_before_kg == pytest.approx(expected, rel=1e-12)
        assert leg.solution["gravity_loss_m_s"] == pytest.approx(0.0, abs=1e-6)


def test_the_injection_may_turn_the_plane(context: Context) -> None:
    turning = replace(CZ5, inclination_deg=22.5, heading="southbound")
    legs = burnt(turning, PROBE, context, InjectionBurn(LARGE))
    ends_as_asked(legs)
    for leg in legs:
        assert 10.0 < leg.solution["gravity_loss_m_s"] < 40.0


def test_a_long_burn_waits_for_the_next_revolution(context: Context) -> None:
    """Half an hour and more before the impulse would be before the parking orbit is reached."""
    weak = UpperStage("weak", Engine("weak", 7000.0, 320.0), 1e5, 1000.0)
    legs = burnt(CZ5, LANDER, context, InjectionBurn(weak))
    ends_as_asked(legs)
    for leg in legs:
        assert lasts_s(burns_of(leg)[0]) > 2400.0
        assert burns_of(leg)[0].epoch - named(leg, "parking_orbit").epoch > 3600.0
        assert leg.solution["gravity_loss_m_s"] > 200.0


def test_too_small_a_tank_is_said(context: Context) -> None:
    tight = replace(FREGAT, propellant_kg=4000.0)
    for leg in burnt(SOYUZ, LANDER, context, InjectionBurn(tight), wanted=(100.0, 90.0)):
        assert leg.status == "propellant_short"
        assert leg.remedy.startswith("fregat carries 4,000 kg and its burns need 4,5")
        assert [c.name for c in leg.checks if not c.ok] == ["propellant of upper stage fregat"]
        assert leg.trajectory is not None


@pytest.mark.parametrize(
    ("burns", "words"),
    [
        ([InjectionBurn(UpperStage("w", Engine("w", 3000.0, 320.0), 1e5, 1e3))], "3,000 N on"),
        ([InjectionBurn(period_h=24.0), InjectionBurn(period_h=20.0), InjectionBurn()],
         "phasing_burn_2: the orbit wanted is not larger"),
        ([InjectionBurn(apogee_altitude_km=450000.0), InjectionBurn()],
         "already reaches as far"),
    ],
)  # fmt: skip
def test_what_cannot_be_flown_says_why(
    burns: list[InjectionBurn], words: str, context: Context
) -> None:
    for leg in burnt(CZ5, LANDER, context, *burns):
        assert leg.status == "no_solution"
        assert words in leg.remedy


@pytest.mark.parametrize(
    ("burns", "words"),
    [
        ((InjectionBurn(LARGE, period_h=16.0),), "its size is solved"),
        ((InjectionBurn(LARGE), InjectionBurn(LARGE)), "needs one of"),
        ((replace(OWN, period_h=16.0), InjectionBurn(LARGE)), "before the spacecraft"),
        ((InjectionBurn(LARGE, period_h=8.0), InjectionBurn(FREGAT, period_h=9.0),
          InjectionBurn(LARGE)), "in one row"),
    ],
)  # fmt: skip
def test_impossible_orders_are_refused(burns: tuple[InjectionBurn, ...], words: str) -> None:
    with pytest.raises(InputError, match=words):
        Injection(burns)


def test_engines_need_masses(context: Context) -> None:
    with pytest.raises(InputError, match="an engine accelerates a mass"):
        burnt(CZ5, Stack(), context, InjectionBurn(LARGE))
