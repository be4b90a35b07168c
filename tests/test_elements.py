"""Elements against SPICE, round trips, the two-body motion they describe, and the B-plane."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from authority import read
from hypothesis import given
from hypothesis import strategies as st
from support import ANGLES, EARTH, INCLINATIONS, START, numbers, off

from perilune import Environment, State, propagate
from perilune.astro import frames
from perilune.astro.elements import Elements, from_vectors, osculating
from perilune.errors import FrameMismatch, UnknownName

ROWS = read("spice_elements.csv")
GM = 398600.435507
PI = np.pi
TURN = 2.0 * PI


def wrapped(angle: Any) -> Any:
    """Return an angle between -pi and pi."""
    return (np.asarray(angle) + PI) % TURN - PI


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['center']}-{row['case']}")
def val_elements_agree_with_spice(row: dict[str, str]) -> None:
    gm, rp, e, inc, node, argp, m0, nu, a, tau = numbers(
        row, "gm", "rp", "ecc", "inc", "lnode", "argp", "m0", "nu", "a", "tau"
    )
    found = from_vectors(numbers(row, "x", "y", "z"), numbers(row, "vx", "vy", "vz"), gm)
    # Rounding, times how badly each is conditioned (near-parabolic, -circular, -equatorial).
    parabolic, angle = 1e-13 / abs(1.0 - e), 1e-13 / min(e, np.sin(inc), abs(1.0 - e))
    assert found.periapsis_km == pytest.approx(rp, rel=1e-12 + parabolic)
    assert found.a_km == pytest.approx(a, rel=1e-13 + parabolic)
    assert found.eccentricity == pytest.approx(e, abs=1e-14)
    assert found.inclination == pytest.approx(inc, abs=1e-14)
    assert abs(wrapped(found.raan - node)) < 1e-14 + angle
    assert abs(wrapped(found.arg_periapsis - argp)) < 1e-14 + angle
    assert abs(wrapped(found.true_anomaly - nu)) < 1e-14 + angle
    gap = found.mean_anomaly - m0
    assert abs(wrapped(gap) if e < 1.0 else gap) < (1e-14 + angle) * (1.0 + abs(m0))
    if e < 1.0:
        assert found.period_s == pytest.approx(tau, rel=2e-13 + 2.0 * parabolic)


@given(st.floats(6600.0, 1e6), st.floats(1e-4, 0.999), INCLINATIONS, ANGLES, ANGLES, ANGLES)
def prop_ellipses_round_trip(a: float, e: float, i: float, o: float, w: float, nu: float) -> None:
    r, v = Elements(a, e, i, o, w, nu, GM).to_vectors()
    back = from_vectors(r, v, GM)
    far = (1.0 - e * e) / (1.0 + e * np.cos(nu))  # distance over a
    loss = 1e-14 * (1.0 + 1.0 / far + far / (1.0 - e * e)) / (e * np.sin(i))
    assert back.a_km == pytest.approx(a, rel=1e-14 * (1.0 + 2.0 / far))
    assert back.eccentricity == pytest.approx(e, abs=1e-14 * (1.0 + 1.0 / far))
    for name, given_angle in (("inclination", i), ("raan", o), ("true_anomaly", nu)):
        assert abs(wrapped(getattr(back, name) - given_angle)) < loss
    assert abs(wrapped(back.arg_periapsis - w)) < loss
    assert off(back.to_vectors()[0], r) < 1e-12 * a


@given(st.floats(-1e5, -500.0), st.floats(1.01, 20.0), INCLINATIONS, ANGLES, ANGLES,
       st.floats(-0.95, 0.95))  # fmt: skip
def prop_hyperbolas_round_trip(
    a: float, e: float, i: float, o: float, w: float, part: float
) -> None:
    nu = part * np.arccos(-1.0 / e)
    r, v = Elements(a, e, i, o, w, nu, GM).to_vectors()
    back = from_vectors(r, v, GM)
    assert back.a_km == pytest.approx(a, rel=1e-11)
    assert back.eccentricity == pytest.approx(e, rel=1e-11)
    assert abs(wrapped(back.true_anomaly - nu)) < 1e-11
    assert off(back.to_vectors()[0], r) < 1e-11 * np.linalg.norm(r)
    assert off(back.to_vectors()[1], v) < 1e-11 * np.linalg.norm(v)
    assert back.apoapsis_km == back.period_s == np.inf


@given(st.floats(0.0, 0.99), ANGLES)
def prop_kepler_equation_holds(e: float, eccentric: float) -> None:
    nu = 2.0 * np.arctan2(
        np.sqrt(1 + e) * np.sin(eccentric / 2), np.sqrt(1 - e) * np.cos(eccentric / 2)
    )
    mean = Elements(7000.0, e, 0.5, 0.0, 0.0, nu, GM).mean_anomaly
    assert abs(wrapped(mean - (eccentric - e * np.sin(eccentric)))) < 1e-13


def test_angles_that_do_not_exist_are_zero() -> None:
    speed = np.sqrt(GM / 7000.0)
    round_flat = from_vectors([0.0, 7000.0, 0.0], [-speed, 0.0, 0.0], GM)
    assert (round_flat.raan, round_flat.arg_periapsis) == (0.0, 0.0)
    assert round_flat.true_anomaly == pytest.approx(PI / 2, abs=1e-15)
    flat = from_vectors([0.0, 7000.0, 0.0], [-1.1 * speed, 0.0, 0.0], GM)
    assert (flat.raan, flat.true_anomaly) == (0.0, 0.0)
    assert flat.arg_periapsis == pytest.approx(PI / 2, abs=1e-15)


def test_arrays_do_what_scalars_do() -> None:
    rows = [row for row in ROWS if row["center"] == "moon"]
    r = np.array([numbers(row, "x", "y", "z") for row in rows])
    v = np.array([numbers(row, "vx", "vy", "vz") for row in rows])
    many = from_vectors(r, v, 4902.800118)
    for name in ("a_km", "eccentricity", "raan", "true_anomaly", "mean_anomaly", "period_s",
                 "apoapsis_km", "time_since_periapsis_s"):  # fmt: skip
        ones = [getattr(from_vectors(*rv, 4902.800118), name) for rv in zip(r, v, strict=True)]
        assert np.allclose(getattr(many, name), ones, rtol=1e-12, atol=1e-12)
    assert np.allclose(many.to_vectors()[0], r, rtol=1e-9)


@pytest.mark.parametrize(("e", "gm"), [(0.3, GM), (1.8, GM)])
def cross_mean_anomaly_grows_as_the_integrator_moves(e: float, gm: float, env: Environment) -> None:
    a = 9000.0 / (1.0 - e)
    r, v = Elements(a, e, 0.7, 1.0, 2.0, 0.4, gm).to_vectors()
    final = propagate(
        State(START, "earth", "icrf", r, v), until=START + 7000.0, forces=EARTH, env=env
    ).final
    grown = osculating(final, env).mean_anomaly - from_vectors(r, v, gm).mean_anomaly
    expected = 7000.0 * np.sqrt(gm / abs(a) ** 3)
    assert abs(wrapped(grown - expected)) < 1e-12  # a hundredth of a millimeter


@pytest.mark.parametrize("axes", ["itrf", "moon_pa", "moon_me", "earth_moon_rotating"])
def test_turning_axes_are_refused(axes: str, env: Environment) -> None:
    state = State(START, "moon", axes, [2000.0, 0.0, 0.0], [0.0, 1.5, 0.0])
    with pytest.raises(FrameMismatch, match=r"inertial velocity.*to\(axes='icrf'"):
        osculating(state, env)


@pytest.mark.parametrize("equator", ["icrf", "itrf", "moon_me"])
def test_inclination_is_to_the_equator_named(equator: str, env: Environment) -> None:
    turn, _ = frames.from_icrf(equator, START, env)
    r, v = Elements(2000.0, 0.05, np.radians(86.0), 1.0, 2.0, 3.0, 4902.800118).to_vectors()
    state = State(START, "moon", "icrf", turn.T @ r, turn.T @ v)
    found = osculating(state, env, equator=equator)
    assert np.degrees(found.inclination) == pytest.approx(86.0, abs=1e-10)
    assert found.raan == pytest.approx(1.0, abs=1e-12)
    with pytest.raises(UnknownName, match="moon_me"):
        osculating(state, env, equator="moon_mee")
