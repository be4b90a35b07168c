"""The B-plane: against the elements, the asymptote, and the integrator's own periapsis."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ANGLES, EARTH, INCLINATIONS, START, off

from perilune import Environment, State, propagate
from perilune.astro import bplane
from perilune.astro.elements import Elements
from perilune.dynamics.events import periapsis

HYPERBOLAS = st.tuples(
    st.floats(1738.0, 20000.0), st.floats(0.3, 3.0), INCLINATIONS, ANGLES, ANGLES,
    st.floats(-0.97, 0.97),
)  # fmt: skip
GM, MOON_GM = 398600.435507, 4902.800118
POLE = np.array([0.0, 0.0, 1.0])


def hyperbola(values: tuple[float, ...]) -> Elements:
    periapsis_km, v_inf, i, o, w, part = values
    a = -MOON_GM / v_inf**2
    e = 1.0 - periapsis_km / a
    return Elements(a, e, i, o, w, part * np.arccos(-1.0 / e), MOON_GM)


@given(HYPERBOLAS)
def prop_b_plane_agrees_with_the_elements(values: tuple[float, ...]) -> None:
    orbit = hyperbola(values)
    r, v = orbit.to_vectors()
    found = bplane.from_vectors(r, v, MOON_GM, POLE)
    size = np.hypot(found.b_t_km, found.b_r_km)
    assert found.v_inf_km_s == pytest.approx(values[1], rel=1e-9)
    periapsis_km, v_inf = values[:2]
    focusing = np.sqrt(1.0 + 2.0 * MOON_GM / (periapsis_km * v_inf**2))
    assert size == pytest.approx(periapsis_km * focusing, rel=1e-9)
    assert size * found.v_inf_km_s == pytest.approx(np.linalg.norm(np.cross(r, v)), rel=1e-9)
    assert found.time_since_periapsis_s == pytest.approx(
        orbit.time_since_periapsis_s, rel=1e-8, abs=1e-6
    )


@given(HYPERBOLAS)
def prop_b_lies_in_the_orbit_across_the_asymptote(values: tuple[float, ...]) -> None:
    r, v = hyperbola(values).to_vectors()
    found = bplane.from_vectors(r, v, MOON_GM, POLE)
    t, down = bplane.axes(found.s, POLE)
    b = found.b_t_km * t + found.b_r_km * down
    assert abs(b @ found.s) < 1e-9 * np.linalg.norm(b)
    assert abs(t @ POLE) < 1e-12
    assert abs(b @ np.cross(r, v)) < 1e-8 * np.linalg.norm(b) * np.linalg.norm(np.cross(r, v))


def val_far_out_the_track_is_the_asymptote() -> None:
    orbit = hyperbola((2000.0, 0.9, 1.2, 0.3, 2.5, -0.999999))
    r, v = orbit.to_vectors()
    found = bplane.from_vectors(r, v, MOON_GM, POLE)
    miss = r - (r @ found.s) * found.s  # where a straight track would pass
    t, down = bplane.axes(found.s, POLE)
    b = found.b_t_km * t + found.b_r_km * down
    assert off(v / np.linalg.norm(v), found.s) < 1e-5
    assert off(miss, b) < 1e-2 * np.linalg.norm(b)


def cross_time_to_periapsis_is_that_of_the_integrator(env: Environment) -> None:
    a = -GM / 0.9**2
    orbit = Elements(a, 1.0 - 7000.0 / a, 0.6, 0.2, 1.1, -2.5, GM)
    r, v = orbit.to_vectors()
    flown = propagate(
        State(START, "earth", "icrf", r, v),
        until=START + 5 * 86400.0,
        forces=EARTH,
        env=env,
        events=[periapsis("earth")],
    )
    found = bplane.from_vectors(r, v, GM, POLE)
    (passage,) = flown.events
    assert passage.epoch - START == pytest.approx(-found.time_since_periapsis_s, abs=1e-6)
    assert np.linalg.norm(passage.state.r_km) == pytest.approx(7000.0, abs=1e-6)


def test_a_bound_orbit_has_no_b_plane() -> None:
    found = bplane.from_vectors([2000.0, 0.0, 0.0], [0.0, 1.5, 0.0], MOON_GM, POLE)
    assert np.isnan([found.b_t_km, found.b_r_km, found.v_inf_km_s]).all()
