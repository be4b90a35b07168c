"""Changes of a lunar orbit and waits in it: what each reaches, what it costs, and what fails."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from rendezvous_cases import ASCENT_END, MAIN, orbit, sky
from transfers import MODEL

from perilune import Environment, State, propagate
from perilune.astro import frames
from perilune.astro.bodies import MOON_RADIUS_KM, STANDARD_GRAVITY_M_S2
from perilune.astro.elements import from_vectors, osculating
from perilune.astro.epoch import DAY
from perilune.astro.geometry import SurfacePoint, body_elevation_deg
from perilune.dynamics.trajectory import Trajectory
from perilune.errors import InputError, UnknownName
from perilune.phases.base import Condition, Leg, Spacecraft, Stack
from perilune.phases.orbit_burn import Burner
from perilune.phases.orbit_change import ApsisBurn
from perilune.phases.orbit_wait import WaitForSite, wait_for_light
from perilune.phases.phase_shift import PhaseShift
from perilune.phases.plane_change import PlaneChange

STACK = Stack((Spacecraft("craft", 1200.0, 800.0, (MAIN,)),))
FINITE, STRUCK = Burner("craft", MAIN), Burner("craft", MAIN, impulsive=True)
SITE = SurfacePoint("moon", 43.06, -51.92)


def fly(phase: ApsisBurn | PlaneChange | PhaseShift | WaitForSite, state: State,
        env: Environment) -> Leg:  # fmt: skip
    return phase.fly(Condition(STACK, state), sky(env))[0]


def end(leg: Leg) -> State:
    assert (leg.status, leg.remedy) == ("converged", "")
    assert [c.name for c in leg.checks if not c.ok] == []
    assert leg.end.state is not None
    return leg.end.state


def path(leg: Leg) -> Trajectory:
    assert leg.trajectory is not None
    return leg.trajectory


def moon_inclination_deg(state: State, env: Environment) -> float:
    return float(np.degrees(osculating(state, env, equator="moon_me").inclination))


@pytest.mark.parametrize("burner", [FINITE, STRUCK, Burner()])
@pytest.mark.parametrize(("at", "other_km"), [("apolune", 60.0), ("perilune", 15.0)])
def cross_apsis_burns_reach_the_far_side(
    at: str, other_km: float, burner: Burner, env: Environment
) -> None:
    """After the burn the next opposite apsis is where it was to be, as the coast finds it."""
    start = orbit(20.0, 200.0, env) if at == "apolune" else orbit(80.0, 100.0, env)
    leg = fly(ApsisBurn(at, other_km, burner=burner), start, env)
    state = end(leg)
    gm = env.constants.gm("moon")
    after = from_vectors(state.r_km, state.v_km_s, gm)
    heights = [float(x) - MOON_RADIUS_KM for x in (after.periapsis_km, after.apoapsis_km)]
    assert min(abs(h - other_km) for h in heights) < 0.2
    burn = leg.happenings[0]
    assert burn.dv_m_s == pytest.approx(float(leg.solution["ideal_dv_m_s"]), rel=0.01)
    coast = propagate(
        state,
        until=state.epoch + 0.5 * float(after.period_s),
        forces=MODEL.moon,
        env=env,
    )
    there = float(np.linalg.norm(coast.final.r_km)) - MOON_RADIUS_KM
    assert there == pytest.approx(other_km, abs=5.0)  # the field bends it in half a turn


def test_the_burn_waits_for_its_revolution(env: Environment) -> None:
    start = orbit(50.0, 200.0, env)
    epochs = [
        fly(ApsisBurn("perilune", 150.0, n, STRUCK), start, env).happenings[0].epoch
        for n in (1, 2, 3)
    ]
    period = float(from_vectors(start.r_km, start.v_km_s, env.constants.gm("moon")).period_s)
    assert np.diff([float(e - start.epoch) for e in epochs]) == pytest.approx(period, rel=5e-3)


@pytest.mark.parametrize("tilt_deg", [-3.0, 0.5, 5.0])
def cross_plane_change_costs_what_turning_the_speed_does(tilt_deg: float, env: Environment) -> None:
    start = orbit(200.0, 200.0, env)
    wanted = moon_inclination_deg(start, env) + tilt_deg
    leg = fly(PlaneChange(inclination_deg=wanted, burner=FINITE), start, env)
    state = end(leg)
    assert moon_inclination_deg(state, env) == pytest.approx(wanted, abs=1e-3)
    speed = float(np.linalg.norm(start.v_km_s))
    ideal = 2e3 * speed * np.sin(0.5 * np.radians(abs(tilt_deg)))
    assert leg.happenings[0].dv_m_s == pytest.approx(ideal, rel=0.02)
    sma = [float(from_vectors(s.r_km, s.v_km_s, env.constants.gm("moon")).a_km)
           for s in (leg.happenings[0].state, state)]  # fmt: skip
    assert sma[0] == pytest.approx(sma[1], abs=0.5)


def cross_plane_change_brings_the_site_under_the_plane(env: Environment) -> None:
    """Five days on, flown by itself: the site lies in the plane."""
    start, date = orbit(200.0, 200.0, env), ASCENT_END + 5.0 * DAY
    leg = fly(PlaneChange(site=SITE, date=date, burner=STRUCK), start, env)
    state = propagate(end(leg), until=date, forces=MODEL.moon, env=env).final
    turned = frames.from_icrf("moon_me", date, env)[0]
    normal = np.cross(state.r_km, state.v_km_s)
    sine = (SITE.vertical() @ turned) @ normal / np.linalg.norm(normal)
    assert MOON_RADIUS_KM * abs(np.arcsin(sine)) < 0.1
    before = propagate(start, until=date, forces=MODEL.moon, env=env).final
    normal = np.cross(before.r_km, before.v_km_s)
    off = np.arcsin((SITE.vertical() @ turned) @ normal / np.linalg.norm(normal))
    assert float(leg.solution["plane_turned_deg"]) == pytest.approx(
        abs(float(np.degrees(off))), rel=0.03
    )  # no more than the angle the plane was off


@pytest.mark.parametrize(("shift_deg", "turns"), [(30.0, 5), (-90.0, 12)])
def cross_phase_shift_ends_where_it_would_have_been_later(
    shift_deg: float, turns: int, env: Environment
) -> None:
    start = orbit(200.0, 200.0, env)
    leg = fly(PhaseShift(shift_deg, turns, FINITE), start, env)
    state = end(leg)
    free = propagate(start, until=state.epoch, forces=MODEL.moon, env=env).final
    normal = np.cross(free.r_km, free.v_km_s)
    sine = np.cross(free.r_km, state.r_km) @ normal / np.linalg.norm(normal)
    moved = np.degrees(np.arctan2(sine, free.r_km @ state.r_km))
    assert moved == pytest.approx(shift_deg, abs=0.6)  # the ellipse quickens and slows
    total = sum(h.dv_m_s or 0.0 for h in leg.happenings)
    assert total == pytest.approx(float(leg.solution["ideal_dv_m_s"]), rel=0.25)


def conserve_propellant_of_orbit_changes(env: Environment) -> None:
    exhaust_m_s = MAIN.isp_s * STANDARD_GRAVITY_M_S2
    for phase in (ApsisBurn("apolune", 100.0, burner=FINITE), PhaseShift(30.0, 5, FINITE)):
        leg = fly(phase, orbit(60.0, 100.0, env), env)
        total = sum(h.dv_m_s or 0.0 for h in leg.happenings)
        left = 2000.0 * np.exp(-total / exhaust_m_s)
        assert leg.end.stack.mass_kg == pytest.approx(left, abs=1e-6)
        assert path(leg).stop - leg.happenings[-1].epoch > 0.0
        assert abs(float(path(leg).start - ASCENT_END)) < 1e-9


def val_wait_ends_at_the_first_pass_in_the_light(env: Environment) -> None:
    """Every earlier pass of a fine sampling is in the dark; at the end the site is in the plane."""
    start = orbit(200.0, 200.0, env, inclination_deg=60.0, node_deg=100.0)
    lit = (3.0, 60.0)
    leg = fly(WaitForSite(SITE, lit, at_most_d=29.0), start, env)
    state = end(leg)
    seconds = np.arange(0.0, float(state.epoch - start.epoch), 1800.0)
    flown = path(leg).at(start.epoch + seconds)
    turned = frames.from_icrf("moon_me", flown.epoch, env)[0]
    normal = np.cross(flown.r_km, flown.v_km_s)
    side = np.einsum("nij,i,nj->n", turned, SITE.vertical(), normal)
    crossed = np.flatnonzero(side[:-1] * side[1:] < 0.0)
    for i in crossed:
        sun = body_elevation_deg(SITE, "sun", start.epoch + seconds[i], env)
        assert not lit[0] + 0.5 < sun < lit[1] - 0.5
    assert lit[0] <= float(body_elevation_deg(SITE, "sun", state.epoch, env)) <= lit[1]
    assert float(leg.solution["site_plane_distance_km"]) < 0.01
    later = fly(WaitForSite(SITE, lit, not_before=state.epoch + 3600.0), start, env)
    assert later.end.state is not None
    assert later.end.state.epoch - state.epoch > 3600.0


def test_wait_for_light_alone(env: Environment) -> None:
    start = orbit(200.0, 200.0, env)
    leg = fly(wait_for_light(SITE, (5.0, 10.0)), start, env)
    sun = float(body_elevation_deg(SITE, "sun", end(leg).epoch, env))
    assert 5.0 <= sun <= 10.0
    before = float(body_elevation_deg(SITE, "sun", end(leg).epoch - 1200.0, env))
    assert not 5.0 <= before <= 10.0


def test_what_cannot_be_says_why(env: Environment) -> None:
    start = orbit(200.0, 200.0, env)
    short = fly(WaitForSite(SITE, (80.0, 90.0), at_most_d=3.0), start, env)
    assert short.status == "no_solution"
    assert "wait longer" in short.remedy
    falls = fly(WaitForSite(SITE, (80.0, 90.0), at_most_d=3.0), orbit(-50.0, 200.0, env), env)
    assert falls.status == "impact"
    past = PlaneChange(site=SITE, date=ASCENT_END - 60.0, burner=STRUCK)
    assert "past" in fly(past, start, env).remedy
    unbound = State(start.epoch, "moon", "icrf", start.r_km, 2.0 * start.v_km_s)
    assert fly(ApsisBurn("apolune", 100.0), unbound, env).status == "no_solution"


@pytest.mark.parametrize("flat_deg", [0.0, 180.0])
def test_a_turn_into_the_equator_is_an_impulse_or_says_how_near_it_comes(
    flat_deg: float, env: Environment
) -> None:
    """No line of nodes is left there: a burn of minutes cannot hit it, and says what it can."""
    start = orbit(200.0, 200.0, env, inclination_deg=43.5)
    struck = end(fly(PlaneChange(inclination_deg=flat_deg, burner=STRUCK), start, env))
    assert moon_inclination_deg(struck, env) == pytest.approx(flat_deg, abs=1e-4)
    leg = fly(PlaneChange(inclination_deg=flat_deg, burner=FINITE), start, env)
    assert leg.status != "converged"
    assert "no line of nodes" in leg.remedy
    asked = re.search(r"inclination of ([\d.]+) deg", leg.remedy)
    assert asked is not None
    reached = end(fly(PlaneChange(inclination_deg=float(asked[1]), burner=FINITE), start, env))
    assert moon_inclination_deg(reached, env) == pytest.approx(float(asked[1]), abs=1e-3)


def test_an_orbit_in_the_equator(env: Environment) -> None:
    """It has no nodes of its own: any line does to turn up, none is needed to stay."""
    pole = frames.from_icrf("moon_me", ASCENT_END, env)[0][2]
    seen = orbit(200.0, 200.0, env)
    ahead = np.cross(pole, seen.r_km)
    r = np.cross(ahead, pole)
    size, speed = np.linalg.norm(seen.r_km), np.linalg.norm(seen.v_km_s)
    start = State(ASCENT_END, "moon", "icrf", size * r / np.linalg.norm(r),
                  speed * ahead / np.linalg.norm(ahead))  # fmt: skip
    stays = fly(PlaneChange(inclination_deg=0.0, burner=FINITE), start, env)
    assert "already: leave this phase out" in stays.remedy
    up = end(fly(PlaneChange(inclination_deg=90.0, burner=FINITE), start, env))
    assert moon_inclination_deg(up, env) == pytest.approx(90.0, abs=1e-3)
    turned = fly(PlaneChange(inclination_deg=180.0, burner=STRUCK), start, env)  # all the way round
    assert "Ask for an inclination of 179.9" in turned.remedy


def test_misuse_is_refused() -> None:
    with pytest.raises(UnknownName, match="perilune"):
        ApsisBurn("perilun", 100.0)
    with pytest.raises(InputError, match="opposite_altitude_km"):
        ApsisBurn("perilune", -1.0)
    with pytest.raises(InputError, match="inclination_deg, or both"):
        PlaneChange(site=SITE)
    with pytest.raises(InputError, match="at most 60 deg"):
        PhaseShift(100.0, 1)
    with pytest.raises(InputError, match="on the Moon"):
        WaitForSite(replace(SITE, body="earth"))
    with pytest.raises(InputError, match="rising"):
        WaitForSite(SITE, (10.0, 5.0))
