"""Lambert's problem: a textbook's answer, conics there and back, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from authority import read
from evidence import Recorder, evidence
from hypothesis import given
from hypothesis import strategies as st
from support import ANGLES, EARTH, START, numbers, off

from perilune import Environment, State, propagate
from perilune.astro.elements import Elements
from perilune.errors import InputError
from perilune.targeting.lambert import lambert

GM = 398600.435507
TURN = 2.0 * np.pi


def passage_s(orbit: Elements) -> float:
    """Return the time since periapsis, within one turn of an ellipse."""
    rate = np.sqrt(GM / abs(orbit.a_km) ** 3)
    mean = orbit.mean_anomaly % TURN if orbit.a_km > 0.0 else orbit.mean_anomaly
    return float(mean / rate)


def ends(orbit: Elements, later: Elements) -> tuple[np.ndarray, ...]:
    return (*orbit.to_vectors(), *later.to_vectors())


def val_lambert_agrees_with_battin(record_property: Recorder) -> None:
    row = read("lambert_battin.csv")[0]
    r1, r2 = numbers(row, "x1", "y1", "z1"), numbers(row, "x2", "y2", "z2")
    found = np.concatenate(lambert(r1, r2, float(row["tof"]), float(row["gm"])))
    printed = numbers(row, "vx1", "vy1", "vz1", "vx2", "vy2", "vz2")
    apart = float(np.abs(found - printed).max())
    # The positions are printed to 1e-9 and lie 0.1 apart, which leaves 1e-8 of the velocity:
    # 1e-7; the velocities themselves are printed to six or eight decimals.
    assert apart < 1e-6
    evidence(
        record_property,
        claim="Lambert's problem, four days inside the orbit of Venus",
        reference="Battin 1999, example 7-12",
        tolerance="1e-6 au/year, the digits printed",
        achieved=f"{apart:.1e} au/year",
    )


def test_a_normal_along_the_short_way_changes_nothing() -> None:
    row = read("lambert_battin.csv")[0]
    r1, r2 = numbers(row, "x1", "y1", "z1"), numbers(row, "x2", "y2", "z2")
    free = lambert(r1, r2, float(row["tof"]), float(row["gm"]))
    held = lambert(r1, r2, float(row["tof"]), float(row["gm"]), normal=np.cross(r1, r2))
    assert off(free, held) == 0.0


@given(st.floats(6600.0, 4e5), st.floats(0.0, 0.97), st.floats(0.01, 3.1), ANGLES, ANGLES, ANGLES,
       st.floats(0.05, 6.0))  # fmt: skip
def prop_ellipses_there_and_back(
    a: float, e: float, i: float, o: float, w: float, nu: float, turn: float
) -> None:
    if abs(turn - np.pi) < 0.05:
        turn = 0.8 * np.pi  # near half a turn the plane is ill-defined
    first = Elements(a, e, i, o, w, nu, GM)
    later = Elements(a, e, i, o, w, nu + turn, GM)
    r1, v1, r2, v2 = ends(first, later)
    period = first.period_s
    time_s = (passage_s(later) - passage_s(first)) % period
    found1, found2 = lambert(r1, r2, time_s, GM, normal=np.cross(r1, v1))
    # Velocities are differences of positions over g, and the time's own error (a rounding of the
    # period) counts more the shorter the passage is.
    loss = 1e-10 * (1.0 + 0.01 * period / time_s) / (1.0 - e) ** 1.5
    assert off(found1, v1) < loss * np.linalg.norm(v1) + loss
    assert off(found2, v2) < loss * np.linalg.norm(v2) + loss


@given(st.floats(6600.0, 1e5), st.floats(1.01, 4.0), st.floats(0.01, 3.1), ANGLES, ANGLES,
       st.floats(-0.9, 0.6), st.floats(0.1, 0.9))  # fmt: skip
def prop_hyperbolas_there_and_back(
    q: float, e: float, i: float, o: float, w: float, part: float, share: float
) -> None:
    most = np.arccos(-1.0 / e)
    nu = part * most
    turn = share * (0.95 * most - nu)
    if abs(turn - np.pi) < 0.05:
        turn = 0.8 * np.pi
    first = Elements(-q / (e - 1.0), e, i, o, w, nu, GM)
    later = Elements(first.a_km, e, i, o, w, nu + turn, GM)
    r1, v1, r2, v2 = ends(first, later)
    found1, found2 = lambert(
        r1, r2, passage_s(later) - passage_s(first), GM, normal=np.cross(r1, v1)
    )
    assert off(found1, v1) < 1e-8 * np.linalg.norm(v1)
    assert off(found2, v2) < 1e-8 * np.linalg.norm(v2)


@pytest.mark.parametrize("way", ["short", "long"])
def cross_the_integrator_flies_the_conic(way: str, env: Environment) -> None:
    r1, r2 = np.array([7000.0, 500.0, -300.0]), np.array([-9000.0, 21000.0, 12000.0])
    normal = np.cross(r1, r2) * (1.0 if way == "short" else -1.0)
    v1, v2 = lambert(r1, r2, 9000.0, GM, normal=normal)
    assert np.cross(r1, v1) @ normal > 0.0
    start = State(START, "earth", "icrf", r1, v1)
    final = propagate(start, until=START + 9000.0, forces=EARTH, env=env).final
    assert off(final.r_km, r2) < 1e-6  # a millimeter
    assert off(final.v_km_s, v2) < 1e-9


def test_the_default_is_the_short_way() -> None:
    r1, r2 = np.array([7000.0, 0.0, 0.0]), np.array([-2000.0, -30000.0, 0.0])
    free, _ = lambert(r1, r2, 8000.0, GM)
    assert off(free, lambert(r1, r2, 8000.0, GM, normal=np.array([0.0, 0.0, -1.0]))[0]) == 0.0
    far, _ = lambert(r1, r2, 8000.0, GM, normal=np.array([0.0, 0.0, 1.0]))
    assert np.cross(r1, far)[2] > 0.0 > np.cross(r1, free)[2]


@pytest.mark.parametrize("factor", [-1.0, -3.0])
def test_positions_in_line_are_refused(factor: float) -> None:
    r1 = np.array([7000.0, 100.0, 40.0])
    with pytest.raises(InputError, match="in line with the center"):
        lambert(r1, factor * r1, 5000.0, GM)
