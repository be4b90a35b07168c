"""Terminal events: they stop where they should, and say so."""

from __future__ import annotations

import numpy as np
import pytest
from support import NORMAL, POINTS, low_orbit, lunar_orbit, off, translunar, watch

from perilune import DAY, Environment, State, propagate
from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.dynamics.events import Distance, Plane, impact, periapsis

CLOSEST = periapsis("moon", terminal=True)
CROSSING = Distance(body="earth", distance_km=7500.0, terminal=True, direction=1)
GROUND = impact("moon")
LANDER = State(lunar_orbit().epoch, "moon", "icrf", [1900.0, 0.0, 0.0], [0.0, 1.2, 0.3])


def test_closest_to_the_moon_stops_there(env: Environment) -> None:
    path = watch(translunar(), 6.0, env, CLOSEST)
    (event,) = path.events
    assert path.status == "stopped"
    assert event.epoch == path.stop == path.final.epoch
    assert path.duration_s < 6.0 * DAY
    away = path.final.to(center="moon", env=env)
    assert abs(away.r_km @ away.v_km_s) < 1e-6 * (away.v_km_s @ away.v_km_s)
    nearby = path.at(path.stop + np.array([-600.0, -60.0, 0.0])).to(center="moon", env=env)
    assert np.all(np.diff(np.linalg.norm(nearby.r_km, axis=1)) < 0.0)


@pytest.mark.parametrize("days", [1.0, -1.0])
def test_a_crossing_stops_both_ways(days: float, env: Environment) -> None:
    path = watch(low_orbit(), days, env, CROSSING)
    assert path.status == "stopped"
    assert np.linalg.norm(path.final.r_km) == pytest.approx(7500.0, abs=1e-9)
    flown = path.final.epoch - low_orbit().epoch
    assert 0.0 < flown / days < 7000.0
    assert off(path.at(path.final.epoch).r_km, path.final.r_km) < 1e-9
    # an event's direction is that of time, whichever way the integration goes
    assert path.final.r_km @ path.final.v_km_s > 0.0


def test_nothing_is_reported_after_a_stop(env: Environment) -> None:
    plane = Plane(body="earth", normal=NORMAL)
    path = watch(low_orbit(), 1.0, env, plane, impact("earth"), CROSSING)
    assert (path.status, path.events[-1].name) == ("stopped", "distance")
    assert [event.name for event in path.events[:-1]].count("plane") == len(path.events) - 1
    assert all(event.epoch <= path.stop for event in path.events)


def test_impact_is_its_own_status(env: Environment) -> None:
    path = watch(LANDER, 1.0, env, GROUND)
    assert (path.status, path.events[-1].name) == ("impact", "impact")
    assert np.linalg.norm(path.final.r_km) == pytest.approx(MOON_RADIUS_KM, abs=1e-9)
    assert path.final.r_km @ path.final.v_km_s < 0.0


def test_an_orbit_that_clears_the_ground_completes(env: Environment) -> None:
    path = watch(lunar_orbit(), 1.0, env, GROUND)
    assert (path.status, path.events) == ("completed", ())


def cross_a_stopped_arc_has_its_transition_matrix(env: Environment) -> None:
    start = low_orbit()
    path = propagate(
        start, until=start.epoch + DAY, forces=POINTS, env=env, events=[CROSSING], stm=True
    )
    whole = propagate(start, until=path.stop, forces=POINTS, env=env, stm=True)
    assert path.stm is not None
    assert np.abs(path.stm - whole.stm).max() < 1e-9 * np.abs(whole.stm).max()


def test_thresholds_do_not_need_a_new_system(env: Environment) -> None:
    engines = len([key for key in env.cache if key[0] == "engines"])
    for distance in (7100.0, 7300.0, 7450.0):
        event = Distance(body="earth", distance_km=distance, terminal=True, direction=1)
        final = watch(low_orbit(), 1.0, env, event).final
        assert np.linalg.norm(final.r_km) == pytest.approx(distance, abs=1e-9)
    assert len([key for key in env.cache if key[0] == "engines"]) <= engines + 1


def test_a_start_on_the_event_is_left_behind(env: Environment) -> None:
    first = watch(low_orbit(), 1.0, env, CROSSING).final
    again = watch(first, 1.0, env, CROSSING)
    assert again.duration_s == pytest.approx(6400.0, abs=600.0)  # about one revolution
