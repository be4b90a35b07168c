"""The conic out of a periapsis: Kepler's and Barker's equations, and the way back from them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from perilune.astro.elements import Elements
from perilune.targeting.conic import time_from_periapsis, transfer_from_periapsis

GM = 398600.435507
PERIAPSES = st.floats(6500.0, 9000.0)
TURN = 2.0 * np.pi


def orbit(q: float, e: float, nu: float) -> Elements:
    return Elements(q / (1.0 - e), e, 0.5, 0.0, 0.0, nu, GM)


def after_periapsis_s(here: Elements) -> float:
    """Return the time since the last periapsis, beyond half the period too."""
    late = here.time_since_periapsis_s
    return float(late % here.period_s) if here.a_km > 0.0 else float(late)


def distance(here: Elements) -> float:
    return float(np.linalg.norm(here.to_vectors()[0]))


@given(PERIAPSES, st.floats(0.05, 0.99), st.floats(0.05, 3.1))
def prop_time_out_is_keplers(q: float, e: float, nu: float) -> None:
    here = orbit(q, e, nu)
    found = time_from_periapsis(q, 1.0 / here.a_km, distance(here), GM)
    # The distance says little of the anomaly near the apsides (1 / sin nu).
    assert found == pytest.approx(after_periapsis_s(here), rel=1e-11 / (np.sin(nu) ** 2 * (1 - e)))


@given(PERIAPSES, st.floats(1.02, 5.0), st.floats(0.05, 0.95))
def prop_time_out_on_a_hyperbola(q: float, e: float, part: float) -> None:
    here = orbit(q, e, part * np.arccos(-1.0 / e))
    found = time_from_periapsis(q, 1.0 / here.a_km, distance(here), GM)
    assert found == pytest.approx(after_periapsis_s(here), rel=1e-9)


@given(PERIAPSES, st.floats(0.02, 2.8))
def prop_time_out_on_a_parabola_is_barkers(q: float, nu: float) -> None:
    half = np.tan(nu / 2.0)
    r = q * (1.0 + half**2)
    barker = np.sqrt(2.0 * q**3 / GM) * (half + half**3 / 3.0)
    assert time_from_periapsis(q, 0.0, r, GM) == pytest.approx(barker, rel=1e-10)


@pytest.mark.parametrize("side", [1.0, -1.0])
def cross_ellipses_and_hyperbolas_meet_at_the_parabola(side: float) -> None:
    q, r = 6578.0, 384400.0
    parabola = time_from_periapsis(q, 0.0, r, GM)
    beside = time_from_periapsis(q, side * 1e-11, r, GM)  # 1/a in 1/km
    assert beside == pytest.approx(parabola, rel=1e-5)
    assert side * (beside - parabola) > 0.0  # the slower, the more it is bound


@given(PERIAPSES, st.floats(0.2, 0.99), st.floats(0.1, TURN - 0.1))
def prop_the_ellipse_is_found_again(q: float, e: float, nu: float) -> None:
    here = orbit(q, e, nu)
    assume(abs(nu - np.pi) > 0.02)  # at the apoapsis up and down are one
    speed, angle = transfer_from_periapsis(q, distance(here), after_periapsis_s(here), GM)
    loss = 1e-9 / (np.sin(nu) ** 2 * (1.0 - e))
    assert speed == pytest.approx(np.sqrt(GM * (1.0 + e) / q), rel=loss)
    assert angle == pytest.approx(nu, abs=10.0 * loss)
    assert (angle > np.pi) == (nu > np.pi)


@given(PERIAPSES, st.floats(1.02, 3.0), st.floats(0.2, 0.95))
def prop_the_hyperbola_is_found_again(q: float, e: float, part: float) -> None:
    here = orbit(q, e, part * np.arccos(-1.0 / e))
    speed, angle = transfer_from_periapsis(q, distance(here), after_periapsis_s(here), GM)
    assert speed == pytest.approx(np.sqrt(GM * (1.0 + e) / q), rel=1e-8)
    assert angle == pytest.approx(here.true_anomaly, abs=1e-7)


@given(PERIAPSES, st.floats(1e5, 4.2e5), st.floats(0.55, 2.5))
def prop_longer_flights_leave_slower_until_the_least_speed(
    q: float, r: float, share: float
) -> None:
    to_apoapsis = time_from_periapsis(q, 2.0 / (q + r), r, GM)
    least = np.sqrt(2.0 * GM * r / (q * (q + r)))
    speed, angle = transfer_from_periapsis(q, r, share * to_apoapsis, GM)
    assert speed >= least * (1.0 - 1e-12)
    assert (angle > np.pi) == (share > 1.0) or share == 1.0
    longer, _ = transfer_from_periapsis(q, r, 1.01 * share * to_apoapsis, GM)
    if share < 0.99:
        assert longer < speed
    if share > 1.0:
        assert longer > speed


def test_the_flight_to_the_apoapsis_takes_half_a_period() -> None:
    q, r = 6678.137, 384400.0
    a = 0.5 * (q + r)
    half = np.pi * np.sqrt(a**3 / GM)
    speed, angle = transfer_from_periapsis(q, r, half, GM)
    assert speed == pytest.approx(np.sqrt(GM * (2.0 / q - 1.0 / a)), rel=1e-12)
    assert angle == pytest.approx(np.pi, abs=1e-5)
    # 300 km up: 3.106 km/s more than the circle, as every textbook has it
    assert speed - np.sqrt(GM / q) == pytest.approx(3.107, abs=0.002)
