"""Capture: the orbits reached, the propellant, finite burns beside impulses, and what falls."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from independent import acceleration
from support import off
from transfers import MODEL, hyperbolic_perilune

from perilune import Environment, State
from perilune.astro.bodies import MOON_RADIUS_KM, STANDARD_GRAVITY_M_S2
from perilune.astro.elements import Elements, from_vectors
from perilune.phases.base import Condition, Context, Engine, Happening, Leg, Spacecraft, Stack
from perilune.phases.burn import burn_time_s
from perilune.phases.capture import Capture
from perilune.phases.capture_burn import CaptureBurn
from perilune.phases.orbit import Orbit

MAIN = Engine("main", 3000.0, 310.0)
HEAVY = Stack((Spacecraft("tug", 5500.0, 2700.0, (MAIN,)),))
LIGHT = Stack((Spacecraft("tug", 1000.0, 1000.0, (MAIN,)),))
PERIOD_H = 7.8
ELLIPSE = CaptureBurn(period_h=PERIOD_H, engine=MAIN)
CIRCLE = CaptureBurn(circular_altitude_km=200.0, engine=MAIN, after_revolutions=3)


@pytest.fixture(scope="module")
def context(env: Environment) -> Context:
    """Return the sky and the force models of every capture here."""
    return Context(env, MODEL)


def capture(perilune: State, context: Context, *burns: CaptureBurn, stack: Stack = HEAVY) -> Leg:
    craft = stack.members[0].name if stack.members else None
    leg = Capture(craft, burns).fly(Condition(stack, perilune), context)
    assert len(leg) == 1
    return leg[0]


def named(leg: Leg, name: str) -> Happening:
    return next(h for h in leg.happenings if h.name == name)


def orbit(state: State, context: Context) -> Elements:
    return from_vectors(state.r_km, state.v_km_s, context.env.constants.gm("moon"))


def heights(state: State, context: Context) -> tuple[float, float]:
    """Return perilune and apolune altitude."""
    now = orbit(state, context)
    return float(now.periapsis_km) - MOON_RADIUS_KM, float(now.apoapsis_km) - MOON_RADIUS_KM


@pytest.fixture(scope="module")
def finite(env: Environment, context: Context) -> Leg:
    """Return Chang'e-5's two burns, finite."""
    return capture(hyperbolic_perilune(200.0, env), context, ELLIPSE, CIRCLE)


@pytest.fixture(scope="module")
def impulsive(env: Environment, context: Context) -> Leg:
    """Return the same two burns as impulses of the same engine."""
    burns = (replace(ELLIPSE, impulsive=True), replace(CIRCLE, impulsive=True))
    return capture(hyperbolic_perilune(200.0, env), context, *burns)


@pytest.mark.parametrize("kind", ["finite", "impulsive"])
def test_both_orbits_are_reached(
    kind: str, request: pytest.FixtureRequest, context: Context
) -> None:
    leg: Leg = request.getfixturevalue(kind)
    assert (leg.status, leg.remedy) == ("converged", "")
    assert all(check.ok for check in leg.checks)
    assert [h.name for h in leg.happenings] == [
        "perilune", "lunar_orbit_insertion_1", "lunar_orbit_insertion_2", "lunar_orbit",
    ]  # fmt: skip
    assert leg.end.state is not None
    low, high = heights(leg.end.state, context)
    limit = 5.0 if kind == "impulsive" else 0.05
    assert low == pytest.approx(200.0, abs=limit)
    assert high == pytest.approx(200.0, abs=limit)


def test_the_period_is_met_at_cut_off(finite: Leg, context: Context) -> None:
    first = named(finite, "lunar_orbit_insertion_1")
    assert finite.trajectory is not None
    assert first.end is not None
    after = finite.trajectory.at(first.end)
    assert orbit(after, context).period_s / 3600.0 == pytest.approx(PERIOD_H, abs=1e-5)


def test_burns_are_centered_on_perilune_and_three_revolutions_apart(finite: Leg) -> None:
    first, second = (named(finite, f"lunar_orbit_insertion_{n}") for n in (1, 2))
    perilune = named(finite, "perilune")
    assert first.end is not None
    assert second.end is not None
    middle = first.epoch + 0.5 * (first.end - first.epoch)
    assert abs(middle - perilune.epoch) < 1e-6
    span_h = (second.epoch + 0.5 * (second.end - second.epoch) - middle) / 3600.0
    # The Earth's pull and the burns' own arcs shift the perilune by minutes.
    assert span_h == pytest.approx(3.0 * PERIOD_H, abs=0.25)
    assert finite.trajectory is not None
    passages = [e for e in finite.trajectory.events if e.name == "periapsis"]
    between = [e for e in passages if first.end - e.epoch < 0.0 and e.epoch - second.epoch < 0.0]
    late = [e for e in between if e.epoch - first.end > 0.25 * 3600.0 * PERIOD_H]
    assert len(late) == 2  # the third is inside the second burn


@pytest.mark.parametrize("revolutions", [1, 2, 5])
def test_revolutions_are_counted(revolutions: int, env: Environment, context: Context) -> None:
    circle = CaptureBurn(circular_altitude_km=200.0, after_revolutions=revolutions)
    leg = capture(hyperbolic_perilune(200.0, env), context, CaptureBurn(period_h=4.0), circle)
    first, second = (named(leg, f"lunar_orbit_insertion_{n}") for n in (1, 2))
    assert (second.epoch - first.epoch) / 3600.0 == pytest.approx(4.0 * revolutions, abs=0.15)


def cross_finite_burns_lose_to_gravity(finite: Leg, impulsive: Leg) -> None:
    """The first burn by itself, and both together: a perilune moved by one changes the other."""
    spent = {
        leg: [named(leg, f"lunar_orbit_insertion_{n}").dv_m_s or 0.0 for n in (1, 2)]
        for leg in (finite, impulsive)
    }
    assert 1.0 < spent[finite][0] / spent[impulsive][0] < 1.1
    assert 1.0 < sum(spent[finite]) / sum(spent[impulsive]) < 1.05


def cross_a_stronger_engine_loses_less(env: Environment, context: Context) -> None:
    perilune = hyperbolic_perilune(200.0, env)
    dvs = []
    for thrust_n in (2000.0, 4000.0, 16000.0):
        engine = Engine("main", thrust_n, 310.0)
        leg = capture(perilune, context, CaptureBurn(period_h=PERIOD_H, engine=engine))
        assert leg.status == "converged"
        dvs.append(named(leg, "lunar_orbit_insertion_1").dv_m_s)
    struck = capture(perilune, context, CaptureBurn(period_h=PERIOD_H))
    impulse = named(struck, "lunar_orbit_insertion_1").dv_m_s
    assert dvs[0] > dvs[1] > dvs[2] > impulse
    # Gravity losses go with the square of the burn time: thrust 4 times as large, 16 times less.
    assert (dvs[1] - impulse) / (dvs[2] - impulse) == pytest.approx(16.0, rel=0.5)


@pytest.mark.parametrize("kind", ["finite", "impulsive"])
def conserve_propellant_by_the_rocket_equation(kind: str, request: pytest.FixtureRequest) -> None:
    leg: Leg = request.getfixturevalue(kind)
    exhaust_m_s = 310.0 * STANDARD_GRAVITY_M_S2
    mass = 8200.0
    for n in (1, 2):
        burn = named(leg, f"lunar_orbit_insertion_{n}")
        assert burn.mass_before_kg == pytest.approx(mass, abs=1e-9)
        assert burn.dv_m_s is not None
        mass *= np.exp(-burn.dv_m_s / exhaust_m_s)
        assert burn.mass_after_kg == pytest.approx(mass, abs=1e-6)
    assert leg.end.stack.mass_kg == pytest.approx(mass, abs=1e-6)
    assert leg.end.stack.members[0].propellant_kg == pytest.approx(mass - 5500.0, abs=1e-6)


def conserve_mass_flows_at_the_engines_rate(finite: Leg) -> None:
    flow = 3000.0 / (310.0 * STANDARD_GRAVITY_M_S2)
    for n in (1, 2):
        burn = named(finite, f"lunar_orbit_insertion_{n}")
        assert burn.end is not None
        assert burn.mass_before_kg is not None
        assert burn.mass_after_kg is not None
        used = burn.mass_before_kg - burn.mass_after_kg
        assert used == pytest.approx(flow * (burn.end - burn.epoch), rel=1e-12)


def conserve_thrust_is_what_gravity_leaves_unexplained(finite: Leg, context: Context) -> None:
    """All along both burns: acceleration less gravity has the size of thrust over mass."""
    assert finite.trajectory is not None
    burns = [arc for arc in finite.trajectory.arcs if arc.has_mass]
    assert len(burns) == 2
    for arc, number in zip(burns, (1, 2), strict=True):
        seconds = np.linspace(0.0, arc.run.stop_s, 201)
        motion, rates = arc.vectors(seconds), arc.rates(seconds)
        pulls = [acceleration("moon", MODEL.moon, arc.origin + t, y[:3], context.env)
                 for t, y in zip(seconds, motion, strict=True)]  # fmt: skip
        push = np.linalg.norm(rates[:, 3:6] - pulls, axis=1)
        assert push == pytest.approx(3.0 / motion[:, 6], rel=1e-9)  # kN over kg: km/s^2
        total = np.trapezoid(push, seconds)
        assert 1e3 * total == pytest.approx(
            named(finite, f"lunar_orbit_insertion_{number}").dv_m_s, rel=1e-5
        )
        # The thrust stays in one plane, and turns evenly in it.
        ahead = (rates[:, 3:6] - pulls) / push[:, None]
        normal = np.cross(ahead[0], ahead[100])
        assert np.abs(ahead @ normal).max() < 1e-9
        turned = np.arccos(np.clip(np.sum(ahead[1:] * ahead[:-1], axis=1), -1.0, 1.0))
        assert np.ptp(turned) < 2e-6


def test_burn_and_coast_join(finite: Leg) -> None:
    assert finite.trajectory is not None
    for before, after in zip(finite.trajectory.arcs[:-1], finite.trajectory.arcs[1:], strict=True):
        end = before.vectors(np.array([float(after.origin - before.origin)]))[0]
        start = after.vectors(np.zeros(1))[0]
        assert off(end[:3], start[:3]) < 1e-9
        assert off(end[3:6], start[3:6]) < 1e-12


def val_a_hundred_kilometer_circle_costs_what_textbooks_say(
    env: Environment, context: Context
) -> None:
    # v_inf 0.8 km/s: 2.447 km/s at perilune less 1.633 of the circle.
    leg = capture(hyperbolic_perilune(100.0, env), context, CaptureBurn(circular_altitude_km=100.0))
    r, gm = MOON_RADIUS_KM + 100.0, 4902.800118
    expected = 1e3 * (np.sqrt(0.64 + 2.0 * gm / r) - np.sqrt(gm / r))
    assert named(leg, "lunar_orbit_insertion_1").dv_m_s == pytest.approx(expected, abs=1e-6)
    assert expected == pytest.approx(811.0, abs=1.0)


@pytest.mark.parametrize("kind", ["finite", "impulse"])
def test_an_apolune_is_reached(kind: str, env: Environment, context: Context) -> None:
    engine = MAIN if kind == "finite" else None
    burn = CaptureBurn(apolune_altitude_km=6000.0, engine=engine)
    leg = capture(hyperbolic_perilune(150.0, env), context, burn)
    assert leg.status == "converged"
    assert leg.end.state is not None
    low, high = heights(leg.end.state, context)
    assert high == pytest.approx(6000.0, abs=0.02)
    assert low == pytest.approx(150.0, abs=0.02)


def test_a_circle_in_one_finite_burn(env: Environment, context: Context) -> None:
    burn = CaptureBurn(circular_altitude_km=100.0, engine=MAIN)
    leg = capture(hyperbolic_perilune(100.0, env), context, burn)
    assert leg.status == "converged"
    assert leg.end.state is not None
    assert heights(leg.end.state, context) == pytest.approx((100.0, 100.0), abs=0.01)
    first = named(leg, "lunar_orbit_insertion_1")
    assert first.end is not None
    assert first.dv_m_s is not None
    assert first.end - first.epoch == pytest.approx(
        burn_time_s(1e-3 * first.dv_m_s, MAIN, 8200.0), rel=1e-9
    )


@pytest.mark.parametrize("altitude", [150.0, 300.0, 390.0])
def test_an_impulse_circularizes_where_the_orbit_crosses_the_height(
    altitude: float, env: Environment, context: Context
) -> None:
    ellipse, circle = (
        CaptureBurn(apolune_altitude_km=600.0),
        CaptureBurn(circular_altitude_km=altitude),
    )
    leg = capture(hyperbolic_perilune(100.0, env), context, ellipse, circle)
    assert leg.end.state is not None
    assert heights(leg.end.state, context) == pytest.approx((altitude, altitude), abs=1e-6)
    second = named(leg, "lunar_orbit_insertion_2")
    assert np.linalg.norm(second.state.r_km) == pytest.approx(MOON_RADIUS_KM + altitude, abs=1e-6)
    assert second.state.r_km @ second.state.v_km_s < 0.0  # on the way down
    turned = (
        np.cross(second.state.r_km, second.state.v_km_s),
        np.cross(leg.end.state.r_km, leg.end.state.v_km_s),
    )
    assert off(turned[0] / np.linalg.norm(turned[0]), turned[1] / np.linalg.norm(turned[1])) < 1e-12


def test_an_impulse_circularizes_just_below_the_apolune(env: Environment, context: Context) -> None:
    ellipse, circle = (
        CaptureBurn(apolune_altitude_km=400.0),
        CaptureBurn(circular_altitude_km=395.0),
    )
    leg = capture(hyperbolic_perilune(100.0, env), context, ellipse, circle)
    assert leg.end.state is not None
    assert heights(leg.end.state, context) == pytest.approx((395.0, 395.0), abs=1e-3)


def test_an_impulse_into_a_high_circle(env: Environment, context: Context) -> None:
    burn = CaptureBurn(circular_altitude_km=20000.0)
    leg = capture(hyperbolic_perilune(200.0, env), context, burn)
    assert leg.end.state is not None
    assert heights(leg.end.state, context) == pytest.approx((2e4, 2e4), abs=1.0)


def test_a_circle_out_of_reach_fails_its_check(env: Environment, context: Context) -> None:
    """Below the perilune no crossing exists: the orbit is made round where it is."""
    leg = capture(hyperbolic_perilune(200.0, env), context, CaptureBurn(circular_altitude_km=90.0))
    assert [(check.name, check.ok) for check in leg.checks] == [
        ("lunar_orbit_insertion_1 height off the circle", False)
    ]
    assert leg.checks[0].value == pytest.approx(110.0, abs=1e-6)


@pytest.mark.parametrize("engine", [None, MAIN])
def test_an_orbit_that_falls_is_an_impact(
    engine: Engine | None, env: Environment, context: Context
) -> None:
    # From 10 km the Earth's pull takes the perilune of a 7.8 h orbit below the ground.
    burns = (
        CaptureBurn(period_h=PERIOD_H, engine=engine),
        CaptureBurn(period_h=4.0, engine=engine, after_revolutions=3),
    )
    leg = capture(hyperbolic_perilune(10.0, env), context, *burns, stack=LIGHT)
    assert leg.status == "impact"
    assert "falls onto the Moon: raise its perilune" in leg.remedy
    assert [h.name for h in leg.happenings] == ["perilune", "lunar_orbit_insertion_1"]


@pytest.mark.parametrize("burn", [ELLIPSE, CaptureBurn(circular_altitude_km=1.0, engine=MAIN)])
def test_a_perilune_below_the_ground_is_a_status(
    burn: CaptureBurn, env: Environment, context: Context
) -> None:
    leg = capture(hyperbolic_perilune(-50.0, env), context, burn, CIRCLE)
    assert leg.status != "converged"


def test_a_circle_far_above_the_perilune_is_a_status(env: Environment, context: Context) -> None:
    burn = CaptureBurn(circular_altitude_km=900.0, engine=MAIN)
    leg = capture(hyperbolic_perilune(100.0, env), context, burn, stack=LIGHT)
    assert leg.status != "converged"


def test_a_light_spacecraft_is_captured_like_a_heavy_one(
    env: Environment, context: Context
) -> None:
    circle = replace(CIRCLE, circular_altitude_km=100.0)
    leg = capture(hyperbolic_perilune(100.0, env), context, ELLIPSE, circle, stack=LIGHT)
    assert leg.status == "converged"


def test_a_burn_that_cannot_do_it_says_which(env: Environment, context: Context) -> None:
    burn = CaptureBurn(circular_altitude_km=20.0, engine=MAIN)
    leg = capture(hyperbolic_perilune(100.0, env), context, burn, stack=LIGHT)
    assert leg.status in ("no_solution", "iteration_limit")
    assert leg.remedy.startswith("lunar_orbit_insertion_1: missed")


def test_an_orbit_wholly_below_the_perilune_is_refused_in_words(
    env: Environment, context: Context
) -> None:
    leg = capture(hyperbolic_perilune(200.0, env), context, CaptureBurn(apolune_altitude_km=50.0))
    assert leg.status == "no_solution"
    assert leg.remedy.startswith("lunar_orbit_insertion_1: the orbit wanted lies wholly below")
    assert [h.name for h in leg.happenings] == ["perilune"]


def test_an_engine_too_weak_is_refused_in_words(env: Environment, context: Context) -> None:
    burn = CaptureBurn(period_h=PERIOD_H, engine=Engine("main", 100.0, 310.0))
    leg = capture(hyperbolic_perilune(200.0, env), context, burn)
    assert leg.status == "no_solution"
    assert "100 N on 8,200 kg would burn for 8.3 h" in leg.remedy


def test_propellant_may_run_below_zero_and_is_counted(env: Environment, context: Context) -> None:
    poor = Stack((Spacecraft("tug", 8000.0, 200.0, (MAIN,)),))
    leg = capture(hyperbolic_perilune(200.0, env), context, ELLIPSE, stack=poor)
    assert leg.status == "converged"
    assert leg.end.stack.members[0].propellant_kg < -700.0


def test_without_masses_impulses_have_none(env: Environment, context: Context) -> None:
    leg = capture(
        hyperbolic_perilune(200.0, env), context, CaptureBurn(period_h=12.0), stack=Stack()
    )
    first = named(leg, "lunar_orbit_insertion_1")
    assert (first.mass_before_kg, first.mass_after_kg) == (None, None)
    assert first.dv_m_s == pytest.approx(320.0, abs=30.0)
    assert first.end == first.epoch


def test_other_members_of_the_stack_keep_their_propellant(
    env: Environment, context: Context
) -> None:
    stack = Stack((*HEAVY.members, Spacecraft("lander", 1000.0, 500.0, (MAIN,))))
    leg = capture(hyperbolic_perilune(200.0, env), context, ELLIPSE, stack=stack)
    assert leg.end.stack.member("lander").propellant_kg == 500.0
    assert named(leg, "lunar_orbit_insertion_1").mass_before_kg == 9700.0
    assert named(leg, "lunar_orbit_insertion_1").spacecraft == "stack"


def test_waiting_in_orbit_ends_at_the_date(impulsive: Leg, context: Context) -> None:
    assert impulsive.end.state is not None
    until = impulsive.end.state.epoch + 86400.0
    legs = Orbit(until).fly(impulsive.end, context)
    assert [leg.status for leg in legs] == ["converged"]
    assert legs[0].end.state is not None
    assert legs[0].end.state.epoch == until
    assert legs[0].end.stack is impulsive.end.stack


def test_waiting_until_a_date_gone_by_is_no_solution(impulsive: Leg, context: Context) -> None:
    assert impulsive.end.state is not None
    legs = Orbit(impulsive.end.state.epoch + (-7200.0)).fly(impulsive.end, context)
    assert [leg.status for leg in legs] == ["no_solution"]
    assert "2.0 h before it begins: set a later date" in legs[0].remedy


def test_an_orbit_that_decays_is_an_impact(env: Environment, context: Context) -> None:
    low = hyperbolic_perilune(12.0, env, inclination_deg=5.0)
    leg = capture(low, context, CaptureBurn(circular_altitude_km=12.0), stack=Stack())
    assert leg.end.state is not None
    found = Orbit(leg.end.state.epoch + 30.0 * 86400.0).fly(leg.end, context)[0]
    assert found.status == "impact"
    assert "raise it" in found.remedy
