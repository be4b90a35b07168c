"""Relative motion and the plan of a rendezvous: linear beside full, and random phase angles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rendezvous_cases import ASCENT_END, DOCKING, MAIN, ascender, orbit, orbiter, sky
from transfers import MODEL

from perilune import Environment, Forces, State, propagate
from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.errors import InputError
from perilune.phases.relative import (
    coelliptic,
    curvilinear,
    cw_departure,
    cw_matrix,
    lvlh,
    mean_motion,
    plane_error_rad,
    relative,
)
from perilune.phases.rendezvous import Rendezvous
from perilune.phases.rendezvous_approach import Aiming
from perilune.phases.rendezvous_flight import Course
from perilune.phases.rendezvous_plan import hohmann_m_s, least_total, phasings

ALONE = Forces(("moon",))


def beside(target: State, offset: np.ndarray) -> State:
    """Return a chaser with a relative position and velocity, km and km/s."""
    axes = lvlh(target)
    spin = np.linalg.norm(np.cross(target.r_km, target.v_km_s)) / (target.r_km @ target.r_km)
    turning = np.cross([0.0, 0.0, spin], offset[:3])
    return State(
        target.epoch,
        "moon",
        "icrf",
        target.r_km + offset[:3] @ axes,
        target.v_km_s + (offset[3:] + turning) @ axes,
    )


@pytest.mark.parametrize("time_s", [600.0, 3000.0, 9000.0])
def cross_linear_motion_is_the_limit_of_two_bodies(time_s: float, env: Environment) -> None:
    """Errors of second order: a tenth of the distance, a hundredth of the error."""
    target = orbit(200.0, 200.0, env)
    rate = mean_motion(target, env.constants.gm("moon"))
    offset = np.array([-2.0, -8.0, 1.0, 1e-4, 2e-3, 5e-4])
    errors = []
    for share in (1.0, 0.1):
        ends = [
            propagate(s, until=s.epoch + time_s, forces=ALONE, env=env).final
            for s in (beside(target, share * offset), target)
        ]
        linear = cw_matrix(rate, time_s) @ (share * offset)
        errors.append(np.linalg.norm((relative(*ends) - linear)[:3]))
        assert errors[-1] < 0.05 * np.linalg.norm(linear[:3])
    assert errors[0] / errors[1] == pytest.approx(100.0, rel=0.1)


def cross_linear_approach_beside_the_full_model(env: Environment) -> None:
    """From 1 km behind in a quarter of an hour: meters off; the seed is nearly the burn."""
    target, context = orbiter(env), sky(env)
    rate = mean_motion(target, env.constants.gm("moon"))
    chaser = beside(target, np.array([0.0, -1.0, 0.1, 0.0, 0.0, 0.0]))
    there, span = np.array([0.0, -0.1, 0.0]), 900.0
    flown = propagate(target, until=target.epoch + 2.0 * span, forces=MODEL.moon, env=env)
    departs = cw_departure(relative(chaser, target), there, rate, span)
    sent = beside(target, np.array([0.0, -1.0, 0.1, *departs]))
    end = propagate(sent, until=target.epoch + span, forces=MODEL.moon, env=env).final
    off = np.linalg.norm(relative(end, flown.at(end.epoch))[:3] - there)
    assert 1e-6 < off < 5e-3  # km
    aiming = Aiming(flown.at, rate, None, context, impulsive=True)
    at = target.epoch
    found = aiming.aim(Course((), (), chaser, None), at, at + span, there)
    assert found is not None
    pulse, seed = found
    assert np.linalg.norm(pulse.dv_km_s - seed) < 0.01 * np.linalg.norm(seed)
    course = aiming.fly(chaser, None, [pulse], at + span)
    assert np.linalg.norm(relative(course.final, flown.at(at + span))[:3] - there) < 1e-6


def test_curvilinear_is_relative_close_by_and_an_arc_far_off(env: Environment) -> None:
    target = orbit(200.0, 200.0, env)
    near = beside(target, np.array([1e-3, -2e-3, 3e-3, 1e-6, 2e-6, -3e-6]))
    assert curvilinear(near, target) == pytest.approx(relative(near, target), abs=1e-8)
    ahead = orbit(200.0, 200.0, env, angle_deg=70.0)
    arc = np.radians(70.0) * (MOON_RADIUS_KM + 200.0)
    assert curvilinear(ahead, target) == pytest.approx([0.0, arc, 0, 0, 0, 0], abs=1e-6)
    other = replace(target, epoch=target.epoch + 1.0)
    with pytest.raises(InputError, match="one instant"):
        relative(other, target)


def test_coelliptic_keeps_its_distance_all_around(env: Environment) -> None:
    target = orbit(150.0, 250.0, env)
    low = coelliptic(target, 15.0)
    period = 2.0 * np.pi / mean_motion(low, env.constants.gm("moon"))
    until = target.epoch + 0.25 * period  # later the angle between them counts
    ends = [propagate(s, until=until, forces=ALONE, env=env).final for s in (low, target)]
    gap = np.linalg.norm(ends[1].r_km) - np.linalg.norm(ends[0].r_km)
    assert gap == pytest.approx(15.0, abs=1.0)
    assert plane_error_rad(low, target) < 1e-7


def cross_hohmanns_sum_beside_vis_viva(env: Environment) -> None:
    gm, moon = env.constants.gm("moon"), MOON_RADIUS_KM
    low, high, end = moon + 15.0, moon + 180.0, moon + 200.0

    def speed(here: float, there: float) -> float:
        return 1e3 * float(np.sqrt(gm * (2.0 / here - 2.0 / (here + there))))

    sums = [
        speed(here, end) - speed(here, other) + speed(end, end) - speed(end, here)
        for here, other in ((low, high), (high, low))
    ]
    assert hohmann_m_s(low, high, end, gm) == pytest.approx(min(sums), rel=1e-12)
    assert sums[0] == pytest.approx(sums[1], rel=1e-3)


def cross_least_total_beats_random_solutions() -> None:
    """No solution of the same equations found at random is shorter in sum."""
    rng = np.random.default_rng(3)
    times = np.array([1000.0, 4700.0, 9000.0, 12000.0])
    effect = np.concatenate([cw_matrix(8e-4, t)[:, 3:] for t in times], axis=1)
    wanted = np.array([20.0, -150.0, 9.0, 1e-3, -2e-3, 5e-3])
    found = least_total(effect, wanted)
    assert effect @ found.ravel() == pytest.approx(wanted, rel=1e-6, abs=1e-9)
    total = np.linalg.norm(found, axis=1).sum()
    null = np.linalg.svd(effect)[2][6:]
    for _ in range(300):
        other = found.ravel() + (rng.normal(size=6) * 10.0 ** rng.uniform(-6, -2)) @ null
        assert np.linalg.norm(other.reshape(4, 3), axis=1).sum() > total * (1.0 - 1e-4)


def prop_phasings_close_the_angle(env: Environment) -> None:
    """Whatever the angle, the first orbit offered gains just what is asked for."""
    gm, span = env.constants.gm("moon"), 180000.0
    chaser = orbit(180.0, 15.0, env, angle_deg=40.0)
    for ahead in np.arange(0.0, 360.0, 30.0):
        target = orbiter(env, ahead)
        found = phasings(
            chaser,
            target,
            span_s=span,
            behind_km=100.0,
            final_km=MOON_RADIUS_KM + 185.0,
            lowest_km=MOON_RADIUS_KM + 15.0,
            gm=gm,
        )
        assert found
        costs = [p.cost_km_s for p in found]
        assert costs[0] <= min(costs) + 1e-4
        gain = (np.sqrt(gm / found[0].sma_km ** 3) - mean_motion(target, gm)) * span
        arc = curvilinear(chaser, target)[1] / np.linalg.norm(target.r_km)
        left = (gain + arc + 100.0 / np.linalg.norm(target.r_km)) / (2.0 * np.pi)
        assert abs(left - round(left)) < 1e-9


@settings(max_examples=4)
@given(
    ahead_deg=st.floats(0.0, 360.0),
    tilt_deg=st.floats(-0.5, 0.5),
    inclination_deg=st.floats(5.0, 175.0),
    node_deg=st.floats(0.0, 360.0),
)
def prop_every_phase_angle_converges(
    env: Environment, ahead_deg: float, tilt_deg: float, inclination_deg: float, node_deg: float
) -> None:
    place = {"inclination_deg": inclination_deg, "node_deg": node_deg}
    target = orbit(200.0, 200.0, env, angle_deg=40.0 + ahead_deg, **place)
    place["inclination_deg"] += tilt_deg
    start = replace(ascender(env), state=orbit(15.0, 180.0, env, angle_deg=40.0, **place))
    phase = Rendezvous(
        target, spacecraft="ascender", engine=MAIN, docking=ASCENT_END + 108000.0, impulsive=True
    )
    leg = phase.fly(start, sky(env))[0]
    assert (leg.status, leg.remedy) == ("converged", "")
    assert all(check.ok for check in leg.checks)
    least = float(leg.solution["rendezvous_hohmann_m_s"])
    alone = float(leg.solution["plane_change_alone_m_s"])
    assert float(leg.solution["rendezvous_dv_m_s"]) < 1.6 * least + alone + 10.0
    assert DOCKING - leg.happenings[-1].epoch > 0.0
