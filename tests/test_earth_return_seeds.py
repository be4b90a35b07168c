"""The two-body way home: flown by Kepler's laws it meets what was asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from returns import SIZIWANG
from scipy.integrate import solve_ivp

from perilune import DAY, Environment, Epoch, State
from perilune.astro.elements import from_vectors
from perilune.astro.geometry import SurfacePoint
from perilune.errors import InputError
from perilune.phases.earth_return_target import Interface, ReturnTarget, Way
from perilune.phases.return_seeds import escape_velocity, home, leaving

GM_MOON = 4902.8
HOUR = 3600.0
UNITS = st.tuples(*[st.floats(-1.0, 1.0)] * 3).map(np.array)


def coasted(state: State, seconds: float, gm: float) -> State:
    """Return a two-body motion integrated by scipy's DOP853, which shares nothing with ours."""

    def rate(_: float, y: np.ndarray) -> np.ndarray:
        return np.concatenate([y[3:], -gm * y[:3] / np.linalg.norm(y[:3]) ** 3])

    end = solve_ivp(rate, (0.0, seconds), state.vector, method="DOP853", rtol=1e-12, atol=1e-9)
    return State.from_vector(end.y[:, -1], epoch=state.epoch + seconds, center="earth")


@settings(max_examples=30)
@given(
    day=st.floats(0.0, 27.0),
    hours=st.floats(72.0, 110.0),
    angle=st.floats(-50.0, -4.0),
    tilt=st.floats(44.0, 130.0),
)
def prop_home_meets_the_inclination(
    day: float, hours: float, angle: float, tilt: float, env: Environment
) -> None:
    target = ReturnTarget(SIZIWANG, angle, inclination_deg=tilt)
    _meets(Epoch.utc("2029-01-01T00:00:00") + day * DAY, hours, target, env)


@settings(max_examples=30)
@given(day=st.floats(0.0, 27.0), hours=st.floats(72.0, 110.0), downrange=st.floats(1500.0, 9000.0))
def prop_home_meets_the_downrange(
    day: float, hours: float, downrange: float, env: Environment
) -> None:
    target = ReturnTarget(SIZIWANG, -6.0, downrange_km=downrange)
    epoch = Epoch.utc("2029-01-01T00:00:00") + day * DAY
    _meets(epoch, hours, target, env)


@settings(max_examples=30)
@given(
    day=st.floats(0.0, 27.0),
    hours=st.floats(72.0, 110.0),
    azimuth=st.floats(10.0, 170.0),
)
def prop_home_meets_the_azimuth(day: float, hours: float, azimuth: float, env: Environment) -> None:
    zone = SurfacePoint("earth", 10.0, -50.0)
    target = ReturnTarget(zone, -6.0, azimuth_deg=azimuth)
    _meets(Epoch.utc("2029-01-01T00:00:00") + day * DAY, hours, target, env)


def _meets(epoch: Epoch, hours: float, target: ReturnTarget, env: Environment) -> None:
    """Fly every way that the capsule could: there are none, one or two."""
    moon, _ = env.ephemeris.state("moon", "earth", epoch)
    for way in target.ways():
        found = home(moon, epoch, hours * HOUR, target, way, env)
        if not (found.possible[0] and target.within_reach(found.downrange)[0]):
            continue
        assert abs(found.flight_s[0] / HOUR - hours) < 13.0
        start = State(epoch, "earth", "icrf", moon, found.v_km_s[0])
        end = coasted(start, float(found.flight_s[0]), env.constants.gm("earth"))
        interface = Interface.of(end, target, env)
        # the seed's Earth is a sphere with flattened radius, and its pole stands still
        assert interface.altitude_km == pytest.approx(target.altitude_km, abs=1.0)
        assert np.abs(interface.misses(target)).max() < 2e-3
        if target.downrange_km is None:
            assert interface.ascending == way.ascending


@given(place=UNITS, excess=UNITS, height=st.floats(20.0, 5000.0), speed=st.floats(0.5, 2.5))
def prop_escape_velocity_ends_in_its_excess(
    place: np.ndarray, excess: np.ndarray, height: float, speed: float
) -> None:
    assume(np.linalg.norm(place) > 0.1 and np.linalg.norm(excess) > 0.1)
    up, ahead = place / np.linalg.norm(place), excess / np.linalg.norm(excess)
    assume(-0.9 < up @ ahead < 0.999)
    r, wanted = (1737.4 + height) * up, speed * ahead
    v = escape_velocity(r[None], wanted[None], GM_MOON)[0]
    orbit = from_vectors(r, v, GM_MOON)
    assert np.sqrt(orbit.c3_km2_s2) == pytest.approx(speed, rel=1e-9)
    h = np.cross(r, v)
    e = np.cross(v, h) / GM_MOON - r / np.linalg.norm(r)
    size = np.linalg.norm(e)
    # the outgoing asymptote, from the eccentricity vector (true anomaly arccos(-1/e))
    across = np.cross(h, e) / np.linalg.norm(h)
    out = (-e / size + np.sqrt(size**2 - 1.0) * across / size) / size
    assert out == pytest.approx(ahead, abs=1e-7)


def test_leaving_takes_what_the_moon_needs(env: Environment) -> None:
    epochs = Epoch.stack([Epoch.utc("2020-12-13T02:00:00")])
    target = ReturnTarget(SIZIWANG, -5.8, inclination_deg=43.6)
    excess, found = leaving(epochs, 88.0 * HOUR, target, Way(False, True), env)
    assert np.linalg.norm(excess[0]) == pytest.approx(0.85, abs=0.05)
    assert target.within_reach(found.downrange)[0]


def test_the_entry_lasts_as_long_as_said() -> None:
    asked = ReturnTarget(SIZIWANG, -5.8, inclination_deg=43.6, entry_duration_s=1500.0)
    assert asked.glide_s(1.0) == 1500.0
    guessed = ReturnTarget(SIZIWANG, -5.8, inclination_deg=43.6)
    assert guessed.glide_s(1.0) == pytest.approx(6378.137 / 7.0 + 480.0)


@pytest.mark.parametrize("given_", [{}, {"inclination_deg": 43.0, "downrange_km": 6000.0}])
def test_one_thing_decides_the_plane(given_: dict[str, float]) -> None:
    with pytest.raises(InputError, match="exactly one"):
        ReturnTarget(SIZIWANG, -5.8, **given_)  # type: ignore[arg-type]
