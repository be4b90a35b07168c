"""Trajectories: evaluation, joints, changes of center, what is refused, and failed arcs."""

from __future__ import annotations

import numpy as np
import pytest
from support import EARTH, LUNAR, POINTS, low_orbit, lunar_orbit, off, translunar

from perilune import DAY, Environment, Forces, State, Thrust, Trajectory, propagate
from perilune.astro import blocks
from perilune.dynamics.events import periapsis
from perilune.errors import DataRangeError, InputError, UnknownName

FALL = State(low_orbit().epoch, "earth", "icrf", [7000.0, 0.0, 0.0], [0.0, 0.0, 0.0])


def fly(
    state: State, days: float, env: Environment, forces: Forces = POINTS, **more: bool
) -> Trajectory:
    until = state.epoch + days * DAY
    return propagate(state, until=until, forces=forces, env=env, **more)


@pytest.fixture(scope="module")
def two_centers(env: Environment) -> Trajectory:
    """Four days about the Earth, then two about the Moon."""
    out = fly(translunar(), 4.0, env)
    return out + fly(out.final.to(center="moon", env=env), 2.0, env)


@pytest.mark.parametrize("days", [3.0, -3.0, 13.7, 1e-9, 0.0])
def test_the_ends_are_exact(days: float, env: Environment) -> None:
    state = low_orbit()
    path = fly(state, days, env)
    assert off(path.at(state.epoch).r_km, state.r_km) == 0.0
    assert off(path.at(path.final.epoch).r_km, path.final.r_km) < 1e-9  # a micrometer
    assert off(path.at(path.final.epoch).v_km_s, path.final.v_km_s) < 1e-12
    assert abs((path.final.epoch - state.epoch) - days * DAY) < 1e-9
    assert path.duration_s == pytest.approx(abs(days) * DAY, abs=1e-9)
    assert path.start <= path.stop


@pytest.mark.parametrize("days", [2.0, -2.0])
def cross_in_between_is_where_a_shorter_arc_ends(days: float, env: Environment) -> None:
    path = fly(lunar_orbit(), days, env, LUNAR)
    for part in np.random.default_rng(6).uniform(0.0, 1.0, 8):
        end = fly(lunar_orbit(), days * part, env, LUNAR, dense=False).final
        # 24 revolutions: a micrometer of rounding at other steps becomes some millimeters.
        assert off(path.at(end.epoch).r_km, end.r_km) < 1e-6
        assert off(path.at(end.epoch).v_km_s, end.v_km_s) < 1e-9


def cross_velocity_is_the_slope_of_position(env: Environment) -> None:
    path = fly(low_orbit(), 1.0, env)
    times = path.start + np.linspace(1.0, DAY - 1.0, 300)
    ahead, behind = path.at(times + 0.1).r_km, path.at(times + (-0.1)).r_km
    assert off((ahead - behind) / 0.2, path.at(times).v_km_s) < 1e-7  # jerk x 0.1 s squared / 6


def test_arrays_do_what_scalars_do(two_centers: Trajectory) -> None:
    times = two_centers.start + np.linspace(0.0, two_centers.duration_s, 37)
    many = two_centers.at(times, center="earth")
    for i in range(len(times)):
        assert off(many[i].r_km, two_centers.at(times[i], center="earth").r_km) < 1e-9
    assert (many.center, len(many)) == ("earth", 37)


def test_each_arc_answers_about_its_center(two_centers: Trajectory) -> None:
    joint = two_centers.arcs[1].origin
    assert two_centers.at(joint + (-1.0)).center == "earth"
    assert two_centers.at(joint).center == "moon"  # the later arc answers at a joint
    assert two_centers.at(joint + 1.0).center == "moon"
    across = joint + np.array([-1.0, 0.0, 1.0])
    assert two_centers.at(across).center == "earth"  # that of the first instant
    assert two_centers.at(across, center="moon").center == "moon"


def test_a_change_of_center_leaves_no_step(two_centers: Trajectory, env: Environment) -> None:
    joint = two_centers.arcs[1].origin
    x = two_centers.at(joint + np.array([-1e-3, 0.0, 1e-3]), center="earth")
    assert off(x[0].r_km + 2e-3 * x[1].v_km_s, x[2].r_km) < 1e-8
    whole = fly(translunar(), 6.0, env)
    gap = off(two_centers.final.to(center="earth", env=env).r_km, whole.final.r_km)
    # A center moves by the ephemeris but is taken to fall to the point masses named: what the
    # Earth's oblateness does to the Moon, 1e-12 km/s^2, makes 14 m in two days.
    assert gap < 0.02
    assert (two_centers.final.center, two_centers.status) == ("moon", "completed")


def test_both_centers_see_one_motion(two_centers: Trajectory, env: Environment) -> None:
    times = two_centers.start + np.linspace(0.0, two_centers.duration_s, 11)
    seen = two_centers.at(times, center="earth").to(center="moon", env=env)
    assert off(seen.r_km, two_centers.at(times, center="moon").r_km) < 1e-9
    with pytest.raises(UnknownName):
        two_centers.at(times, center="mooon")


def test_past_and_future_join(env: Environment) -> None:
    state = low_orbit()
    past = propagate(
        state, until=state.epoch + (-DAY), forces=POINTS, env=env, events=[periapsis("earth")]
    )
    both = past + fly(state, 1.0, env)
    assert both.duration_s == pytest.approx(2.0 * DAY, abs=1e-9)
    assert both.events == past.events
    assert off(both.at(state.epoch).r_km, state.r_km) == 0.0
    for part in (-0.7, -1e-4, 1e-4, 0.7):
        expected = fly(state, part, env, dense=False).final
        assert off(both.at(expected.epoch).r_km, expected.r_km) < 1e-6


@pytest.mark.parametrize("gap_s", [-10.0, -1e-3, 1e-3, 10.0])
def test_a_gap_does_not_join(gap_s: float, env: Environment) -> None:
    first = fly(low_orbit(), 0.1, env)
    later = fly(first.at(first.stop + min(gap_s, 0.0)), 0.1, env)
    if gap_s > 0.0:
        moved = State(first.stop + gap_s, "earth", "icrf", first.final.r_km, first.final.v_km_s)
        later = fly(moved, 0.1, env)
    with pytest.raises(InputError, match="do not join"):
        first + later


@pytest.mark.parametrize("outside_s", [-1.0, 6.0 * DAY + 1.0])
def test_outside_is_refused(outside_s: float, two_centers: Trajectory) -> None:
    when = two_centers.start + outside_s
    with pytest.raises(DataRangeError, match="the trajectory") as caught:
        two_centers.at(when)
    assert caught.value.start == two_centers.start.tdb_iso(3)
    assert caught.value.stop == two_centers.stop.tdb_iso(3)
    with pytest.raises(DataRangeError, match=when.tdb_iso(3)):
        two_centers.at(two_centers.start + np.array([5.0, outside_s]))


def test_only_the_end_is_known_without_dense_output(env: Environment) -> None:
    bare, full = (fly(low_orbit(), 1.0, env, dense=dense) for dense in (False, True))
    assert off(bare.final.r_km, full.final.r_km) < 1e-9
    with pytest.raises(InputError, match="without dense output"):
        bare.at(bare.start)


def test_mass_is_known_where_it_flows(env: Environment) -> None:
    state = low_orbit()
    burn = Thrust(500.0, 300.0, (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), state.epoch)
    burnt = propagate(
        state, until=state.epoch + 60.0, forces=EARTH, env=env, thrust=burn, mass_kg=900.0
    )
    path = burnt + fly(burnt.final, 0.1, env)
    assert path.mass_kg(state.epoch) == 900.0
    assert path.mass_kg(state.epoch + 59.0) > burnt.final_mass_kg
    with pytest.raises(InputError, match="no mass"):
        path.mass_kg(path.stop)


def test_one_state_at_a_time(env: Environment) -> None:
    r, v = np.ones((2, 3)) * 7000.0, np.ones((2, 3))
    many = State(low_orbit().epoch + np.zeros(2), "earth", "icrf", r, v)
    with pytest.raises(InputError, match="propagate_many"):
        propagate(many, until=low_orbit().epoch, forces=POINTS, env=env)


@pytest.mark.parametrize("days", [1.0, -1.0, 5.0, -5.0])
def cross_a_start_on_the_edge_of_a_block(days: float, env: Environment) -> None:
    edge = blocks.block_mid(blocks.block_index(low_orbit().epoch)) + (-blocks.HALF_S)
    out = fly(low_orbit(edge), days, env)
    assert off(fly(out.final, -days, env).final.r_km, low_orbit().r_km) < 1e-6
    moved = fly(low_orbit(edge), 1e-6, env).final  # a tenth of a second past the edge
    beside = propagate(moved, until=out.final.epoch, forces=POINTS, env=env).final
    assert off(beside.r_km, out.final.r_km) < 1e-6


def test_a_looser_tolerance_is_near(env: Environment) -> None:
    state = low_orbit()
    loose = propagate(
        state, until=state.epoch + DAY, forces=POINTS, env=env, tolerance=1e-10, dense=False
    )
    gap = off(loose.final.r_km, fly(state, 1.0, env, dense=False).final.r_km)
    assert 0.0 < gap < 1e-3  # 31 mm after fourteen revolutions


def test_a_tolerance_must_be_positive(env: Environment) -> None:
    with pytest.raises(InputError):
        propagate(
            low_orbit(), until=low_orbit().epoch + DAY, forces=POINTS, env=env, tolerance=-1.0
        )


def test_turning_axes_are_turned_first(env: Environment) -> None:
    path = fly(low_orbit().to(axes="itrf", env=env), 0.2, env)
    assert path.final.axes == "icrf"
    assert off(path.final.r_km, fly(low_orbit(), 0.2, env).final.r_km) < 1e-7


def test_a_span_beyond_the_data_is_refused(env: Environment) -> None:
    late = State(low_orbit().epoch + 22.0 * 365.25 * DAY, "moon", "icrf", *lunar_rv())
    with pytest.raises(DataRangeError, match="DE421"):
        fly(late, 1.0, env, LUNAR)
    with pytest.raises(DataRangeError, match="DE440"):
        fly(State(late.epoch + 620.0 * 365.25 * DAY, "moon", "icrf", *lunar_rv()), 1.0, env)


def lunar_rv() -> tuple[np.ndarray, np.ndarray]:
    return lunar_orbit().r_km, lunar_orbit().v_km_s


def test_a_fall_into_the_center_is_a_status(env: Environment) -> None:
    path = fly(FALL, 1.0, env)
    assert path.status == "failed"
    assert 900.0 < path.duration_s < 1100.0
    assert np.isfinite(path.at(path.start + 900.0).r_km).all()
    after = fly(low_orbit(), 1.0, env)  # the same engine, unharmed
    assert after.status == "completed"


def test_a_failed_arc_has_a_final_state(env: Environment) -> None:
    assert np.isfinite(fly(FALL, 1.0, env).final.r_km).all()


def test_it_tells_what_it_is(two_centers: Trajectory) -> None:
    assert "earth > moon, completed" in repr(two_centers)
