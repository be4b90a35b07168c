"""Axes and states: out and back, rates against differences, and the refusal to mix."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import EPOCHS, VECTORS, VELOCITIES, off

from perilune import Environment, Epoch, State
from perilune.astro import frames
from perilune.errors import FrameMismatch, InputError, UnknownName

AXES = st.sampled_from(frames.AXES)
CENTERS = st.sampled_from(["earth", "moon"])
EPOCH = Epoch.tdb("2029-08-01T06:30:00")


@given(AXES, AXES, EPOCHS, VECTORS, VELOCITIES)
def prop_axes_out_and_back(
    env: Environment, first: str, second: str, epoch: Epoch, r: Any, v: Any
) -> None:
    state = State(epoch, "earth", first, r, v)
    back = state.to(axes=second, env=env).to(axes=first, env=env)
    # Some ten roundings of 4e5 km; the Earth's turn makes 50 km/s of it.
    assert off(back.r_km, state.r_km) < 1e-9
    assert off(back.v_km_s, state.v_km_s) < 1e-12


@given(CENTERS, CENTERS, AXES, EPOCHS, VECTORS, VELOCITIES)
def prop_centers_out_and_back(
    env: Environment, first: str, second: str, axes: str, epoch: Epoch, r: Any, v: Any
) -> None:
    state = State(epoch, first, axes, r, v)
    back = state.to(center=second, axes="moon_me", env=env).to(center=first, axes=axes, env=env)
    assert off(back.r_km, state.r_km) < 2e-9
    assert off(back.v_km_s, state.v_km_s) < 1e-12


@given(AXES, EPOCHS)
def prop_matrices_are_rotations(env: Environment, axes: str, epoch: Epoch) -> None:
    turn, rate = frames.from_icrf(axes, epoch, env)
    assert np.abs(turn @ turn.T - np.eye(3)).max() < 2e-15
    assert np.linalg.det(turn) == pytest.approx(1.0, abs=2e-15)
    spin = rate @ turn.T
    assert np.abs(spin + spin.T).max() < 1e-17  # 1/s; a rate that deforms would not be skew


@given(st.sampled_from(["itrf", "moon_pa", "moon_me", "earth_moon_rotating"]), EPOCHS)
def cross_rates_are_slopes_of_the_matrices(env: Environment, axes: str, epoch: Epoch) -> None:
    half = {"itrf": 30.0}.get(axes, 300.0)
    ahead, behind = (frames.from_icrf(axes, epoch + dt, env)[0] for dt in (half, -half))
    rate = frames.from_icrf(axes, epoch, env)[1]
    third = np.linalg.norm(rate) ** 3 * half**2 / 6.0  # the difference's own error
    # 1e-12 rad/s of neglected polar motion: 0.006 mm/s in low orbit.
    assert np.abs((ahead - behind) / (2.0 * half) - rate).max() < third + 1e-12


@given(AXES, EPOCHS, VECTORS, VELOCITIES)
def cross_velocity_is_the_slope_of_position(
    env: Environment, axes: str, epoch: Epoch, r: Any, v: Any
) -> None:
    half = 10.0

    def position(dt: float) -> np.ndarray:
        return State(epoch + dt, "earth", "icrf", r + v * dt, v).to(axes=axes, env=env).r_km

    slope = (position(half) - position(-half)) / (2.0 * half)
    found = State(epoch, "earth", "icrf", r, v).to(axes=axes, env=env).v_km_s
    # Third derivative of the turn at 7e5 km: (7e-5 rad/s)^3 x 7e5 km x 100 s^2 / 6.
    assert off(slope, found) < 1e-5


@given(EPOCHS)
def val_the_moon_rests_on_the_x_axis_of_the_rotating_axes(env: Environment, epoch: Epoch) -> None:
    r, v = env.ephemeris.state("moon", "earth", epoch)
    moon = State(epoch, "earth", "icrf", r, v).to(axes="earth_moon_rotating", env=env)
    distance, away = np.linalg.norm(r), r @ v / np.linalg.norm(r)
    assert off(moon.r_km, [distance, 0.0, 0.0]) < 1e-9
    assert off(moon.v_km_s, [away, 0.0, 0.0]) < 1e-14
    momentum = frames.from_icrf("earth_moon_rotating", epoch, env)[0] @ np.cross(r, v)
    assert off(momentum / np.linalg.norm(momentum), [0.0, 0.0, 1.0]) < 1e-14


def val_the_earth_is_behind_the_moon(env: Environment) -> None:
    origin = State(EPOCH, "earth", "icrf", np.zeros(3), np.zeros(3))
    seen = origin.to(center="moon", axes="earth_moon_rotating", env=env)
    assert seen.r_km[0] < -356000.0
    assert np.abs(seen.r_km[1:]).max() < 1e-9


@given(EPOCHS)
def val_the_earth_stays_near_the_lunar_x_axis(env: Environment, epoch: Epoch) -> None:
    earth = State(epoch, "earth", "icrf", np.zeros(3), np.zeros(3))
    x, y, z = earth.to(center="moon", axes="moon_me", env=env).r_km
    # Optical librations: 7.9 deg in longitude, 6.7 in latitude, physical ones hundredths.
    assert abs(np.degrees(np.arctan2(y, x))) < 8.2
    assert abs(np.degrees(np.arctan2(z, np.hypot(x, y)))) < 7.0


@given(EPOCHS)
def val_principal_axes_are_two_arcminutes_off_mean_earth(env: Environment, epoch: Epoch) -> None:
    pa, me = (frames.from_icrf(axes, epoch, env)[0] for axes in ("moon_pa", "moon_me"))
    angle = np.arccos((np.trace(pa @ me.T) - 1.0) / 2.0)
    # The root of 67.92, 78.56 and 0.30 arcsec squared; small angles, so no order matters.
    assert np.degrees(angle) * 3600.0 == pytest.approx(103.85, abs=0.01)


def test_eme2000_is_icrf(env: Environment) -> None:
    state = State(EPOCH, "earth", "eme2000", [1.0, 2.0, 3.0], [0.0, 0.0, 1.0])
    assert state.axes == "icrf"
    assert state.to(axes="eme2000", env=env) is state


def test_arrays_do_what_scalars_do(env: Environment) -> None:
    epochs = EPOCH + np.array([0.0, 1000.0, 2e6])
    r, v = np.arange(9.0).reshape(3, 3) * 1e4, np.ones((3, 3))
    many = State(epochs, "moon", "icrf", r, v).to(center="earth", axes="itrf", env=env)
    assert len(many) == 3
    for i in range(3):
        one = State(epochs[i], "moon", "icrf", r[i], v[i]).to(center="earth", axes="itrf", env=env)
        assert off(many[i].r_km, one.r_km) < 1e-9
        assert off(many[i].v_km_s, one.v_km_s) < 1e-12


def test_vector_and_back() -> None:
    state = State.from_vector(np.arange(6.0), epoch=EPOCH, center="moon")
    assert np.array_equal(state.vector, np.arange(6.0))
    assert (state.center, state.axes, state.frame) == ("moon", "icrf", "moon-centered icrf")


def test_a_state_keeps_a_copy_that_cannot_change() -> None:
    r = np.ones(3)
    state = State(EPOCH, "moon", "icrf", r, r)
    r[0] = 5.0
    assert state.r_km[0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        state.r_km[0] = 2.0


@pytest.mark.parametrize(("center", "axes"), [("moon", "icrf"), ("earth", "itrf")])
def test_mixing_is_refused_with_the_way_out(center: str, axes: str, env: Environment) -> None:
    state = State(EPOCH, "earth", "icrf", np.ones(3), np.ones(3))
    other = State(EPOCH, center, axes, np.ones(3), np.ones(3))
    with pytest.raises(FrameMismatch, match=r"state\.to\(") as caught:
        state - other
    assert (caught.value.have, caught.value.need) == (f"{center}-centered {axes}", state.frame)
    with pytest.raises(FrameMismatch):
        state.require(center=center, axes=axes)
    assert other.require(center=center, axes=axes) is other


def test_states_of_different_epochs_do_not_subtract() -> None:
    state = State(EPOCH, "earth", "icrf", np.ones(3), np.ones(3))
    later = State(EPOCH + 1.0, "earth", "icrf", np.ones(3), np.ones(3))
    with pytest.raises(FrameMismatch, match="different epochs"):
        state - later
    assert np.all(np.array(state - state) == 0.0)


def test_unknown_names_come_with_the_nearest(env: Environment) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'moon'"):
        State(EPOCH, "mooon", "icrf", np.ones(3), np.ones(3))
    with pytest.raises(UnknownName, match="Did you mean 'moon_pa'"):
        State(EPOCH, "moon", "moon_ap", np.ones(3), np.ones(3))
    with pytest.raises(UnknownName):
        State(EPOCH, "moon", "icrf", np.ones(3), np.ones(3)).to(center="vesta", env=env)


@pytest.mark.parametrize("r", [np.ones(2), np.ones((2, 3)), 1.0, [1.0, np.nan, 0.0], [np.inf] * 3])
def test_shapes_and_nan_are_refused(r: Any) -> None:
    with pytest.raises(InputError, match="r_km"):
        State(EPOCH, "moon", "icrf", r, np.ones(3))
