"""Propagation against other programs, against the same equations written anew, and itself."""

from __future__ import annotations

import numpy as np
import pytest
from authority import read
from independent import acceleration
from scipy.integrate import solve_ivp
from support import (
    LEO,
    LUNAR,
    MM,
    MM_S,
    POINTS,
    ZONAL,
    fly,
    low_orbit,
    lunar_orbit,
    numbers,
    off,
    start_acceleration,
    translunar,
)

from perilune import DAY, Environment, Epoch, Forces, State, propagate

CASES = {row["case"]: row for row in read("propagation_cases.csv")}
BOTH = Forces(harmonics={"earth": (4, 4), "moon": (8, 8)})
CUT = Forces(harmonics={"moon": (6, 3)})
MANY = Forces(point_masses=("earth", "moon", "sun", "jupiter"))


def reference(row: dict[str, str]) -> tuple[State, Forces]:
    degree = int(row["zonal_degree"])
    forces = Forces(
        point_masses=tuple(row["bodies"].split()),
        harmonics={"earth": (degree, 0)} if degree else {},
    )
    epoch = getattr(Epoch, row["scale"])(row["epoch"])
    vector = numbers(row, "x", "y", "z", "vx", "vy", "vz")
    return State.from_vector(vector, epoch=epoch, center="earth"), forces


@pytest.mark.parametrize(("case", "limit_mm"), [("p1", 1.0), ("p2", 1.0), ("p3", 20.0)])
def val_arcs_agree_with_other_programs(
    case: str, limit_mm: float, env: Environment, gmat: Environment
) -> None:
    # 1 mm is what GMAT's integrator leaves; p3 was agreed by three programs within 2 mm.
    row = CASES[case]
    state, forces = reference(row)
    with_constants = gmat if row["constants"] == "gmat" else env
    final = fly(state, float(row["span_s"]), forces, with_constants).final
    assert off(final.r_km, numbers(row, "fx", "fy", "fz")) < limit_mm * MM
    if row["fvx"]:
        assert off(final.v_km_s, numbers(row, "fvx", "fvy", "fvz")) < 1e-3 * MM_S


@pytest.mark.parametrize(("case", "gap_mm"), [("p1", 24.0), ("p2", 266.0)])
def val_the_span_is_elapsed_tdb_not_the_calendar_end(
    case: str, gap_mm: float, gmat: Environment
) -> None:
    row = CASES[case]
    state, forces = reference(row)
    utc_span = float(row["span_s"]) + (2.352e-5 if case == "p1" else 3.449e-5)
    text = {"p1": "2002-02-08T00:00:00", "p2": "2022-11-28T17:55:49"}[case]
    end = getattr(Epoch, row["scale"])(text)
    assert end - state.epoch == pytest.approx(utc_span, abs=1e-7)
    final = propagate(state, until=end, forces=forces, env=gmat).final
    assert off(final.r_km, numbers(row, "fx", "fy", "fz")) == pytest.approx(gap_mm * MM, rel=0.02)


@pytest.mark.parametrize(("case", "gap_m"), [("p1", 0.2), ("p2", 29.0)])
def val_constants_matter_more_than_the_integrator(
    case: str, gap_m: float, env: Environment
) -> None:
    state, forces = reference(CASES[case])
    final = fly(state, float(CASES[case]["span_s"]), forces, env).final
    apart_m = 1e3 * off(final.r_km, numbers(CASES[case], "fx", "fy", "fz"))
    assert apart_m == pytest.approx(gap_m, rel=0.03)


@pytest.mark.parametrize(
    ("state", "forces"),
    [(low_orbit(), LEO), (low_orbit(), BOTH), (low_orbit(), ZONAL), (low_orbit(), MANY),
     (lunar_orbit(), LUNAR), (lunar_orbit(), BOTH), (lunar_orbit(), CUT)],
    ids=["leo", "both-earth", "zonal", "four-bodies", "lunar", "both-moon", "cut-order"],
)  # fmt: skip
def cross_accelerations_are_those_written_anew(
    state: State, forces: Forces, env: Environment
) -> None:
    for k, far in enumerate((0.0, 0.0, 500.0, 2e4, 1e5)):
        r = state.r_km * (1.0 + far / np.linalg.norm(state.r_km))
        start = State(state.epoch + 1e7 * k, state.center, "icrf", r, state.v_km_s)
        found = start_acceleration(start, forces, env)
        expected = acceleration(state.center, forces, start.epoch, r, env)
        # Rounding, 3e-16 to 1e-14 (far out, where pulls cancel); the zonal path takes polar
        # motion to first order: 4e-12 rad of J2's thousandth.
        assert off(found, expected) < 1e-13 * np.linalg.norm(expected)


@pytest.mark.parametrize("center", ["earth", "moon"])
def cross_third_bodies_and_figures_from_afar(center: str, env: Environment) -> None:
    # 2000 km from one body in a system about the other: its figure is what is seen.
    other = {"earth": "moon", "moon": "earth"}[center]
    near = (low_orbit() if other == "earth" else lunar_orbit()).to(center=center, env=env)
    found = start_acceleration(near, BOTH, env)
    expected = acceleration(center, BOTH, near.epoch, near.r_km, env)
    # The position, a difference over 4e5 km, is rounded to 1e-10 km: 3e-14 of the pull.
    assert off(found, expected) < 3e-13 * np.linalg.norm(expected)


@pytest.mark.parametrize(
    ("state", "span_s", "forces", "mm"),
    # DOP853's own error decides: 0.1 mm after a day of low orbit, 4e-3 mm after half a day about
    # the Moon, 1.6 mm on the way to the Moon, where errors grow a millionfold.
    [(low_orbit(), DAY, LEO, 1.0), (lunar_orbit(), DAY / 2.0, LUNAR, 0.1),
     (translunar(), 5.0 * DAY, POINTS, 10.0)],
    ids=["leo", "lunar", "translunar"],
)  # fmt: skip
def cross_arcs_agree_with_dop853(
    state: State, span_s: float, forces: Forces, mm: float, env: Environment
) -> None:
    def slope(t: float, y: np.ndarray) -> np.ndarray:
        pull = acceleration(state.center, forces, state.epoch + t, y[:3], env)
        return np.concatenate([y[3:], pull])

    done = solve_ivp(slope, (0.0, span_s), state.vector, method="DOP853", rtol=1e-13, atol=1e-9)
    assert off(fly(state, span_s, forces, env).final.r_km, done.y[:3, -1]) < mm * MM
