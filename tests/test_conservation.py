"""What motion conserves, and the transition matrix it carries."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from independent import acceleration, solid_harmonics, unnormalized
from support import EARTH, LUNAR, MM, MM_S, POINTS, fly, low_orbit, lunar_orbit, off, translunar

from perilune import DAY, Environment, Epoch, Forces, State, propagate
from perilune.astro import frames
from perilune.astro.gravity import field

SYMPLECTIC = np.block([[np.zeros((3, 3)), np.eye(3)], [-np.eye(3), np.zeros((3, 3))]])


ARCS = pytest.mark.parametrize(
    ("state", "span_s", "forces"),
    [(translunar(), 5.0 * DAY, POINTS), (lunar_orbit(), DAY / 2.0, LUNAR)],
    ids=["translunar", "lunar"],
)


@ARCS
def cross_transition_matrix_is_the_slope_of_the_end(
    state: State, span_s: float, forces: Forces, env: Environment
) -> None:
    stm = fly(state, span_s, forces, env, stm=True).stm
    slope = np.empty((6, 6))
    for k, step in enumerate([1e-2] * 3 + [1e-5] * 3):
        ends = []
        for sign in (1.0, -1.0):
            vector = state.vector + sign * step * np.eye(6)[k]
            start = State.from_vector(vector, epoch=state.epoch, center=state.center)
            ends.append(fly(start, span_s, forces, env, dense=False).final.vector)
        slope[:, k] = (ends[0] - ends[1]) / (2.0 * step)
    for rows in (slice(0, 3), slice(3, 6)):
        for columns in (slice(0, 3), slice(3, 6)):
            part = stm[rows, columns]
            # The difference's third-order term: 7e-8 of the largest element.
            assert np.abs(part - slope[rows, columns]).max() < 2e-7 * np.abs(part).max()


@ARCS
def conserve_volume_and_symplectic_form(
    state: State, span_s: float, forces: Forces, env: Environment
) -> None:
    stm = fly(state, span_s, forces, env, stm=True).stm
    assert np.linalg.det(stm) == pytest.approx(1.0, abs=1e-11)
    error = stm.T @ SYMPLECTIC @ stm - SYMPLECTIC
    assert np.abs(error).max() < 1e-14 * np.abs(stm).max() ** 2


@ARCS
def conserve_there_and_back(state: State, span_s: float, forces: Forces, env: Environment) -> None:
    out = fly(state, span_s, forces, env, stm=True)
    back = propagate(out.final, until=state.epoch, forces=forces, env=env, stm=True)
    assert back.final.epoch == state.epoch
    assert off(back.final.r_km, state.r_km) < 0.1 * MM  # the way out multiplies errors by 1e6
    assert off(back.final.v_km_s, state.v_km_s) < 1e-4 * MM_S
    inverse = -SYMPLECTIC @ out.stm.T @ SYMPLECTIC
    assert np.abs(back.stm - inverse).max() < 1e-11 * np.abs(inverse).max()


def test_a_transition_matrix_changes_nothing(env: Environment) -> None:
    plain, with_stm = (fly(translunar(), 2.0 * DAY, POINTS, env, stm=stm) for stm in (False, True))
    assert off(plain.final.r_km, with_stm.final.r_km) < 0.01 * MM  # rounding, grown
    assert plain.stm is None
    assert np.array_equal(fly(translunar(), 0.0, POINTS, env, stm=True).stm, np.eye(6))


def conserve_energy_and_momentum_of_two_bodies(env: Environment) -> None:
    path = fly(low_orbit(), 30.0 * DAY, EARTH, env)
    x = path.at(path.start + np.linspace(0.0, 30.0 * DAY, 500))
    gm = env.constants.gm("earth")
    energy = np.sum(x.v_km_s**2, axis=1) / 2.0 - gm / np.linalg.norm(x.r_km, axis=1)
    momentum = np.cross(x.r_km, x.v_km_s)
    assert np.ptp(energy) < 2e-13 * abs(energy[0])  # 400 orbits; a millimeter of semi-major axis
    assert off(momentum, momentum[0]) < 2e-13 * np.linalg.norm(momentum[0])


def conserve_energy_less_the_work_of_moon_and_sun(env: Environment) -> None:
    path = fly(translunar(), 4.0 * DAY, POINTS, env)
    nodes, weights = np.polynomial.legendre.leggauss(12)
    gm, edges = env.constants.gm("earth"), np.array([0.0, *path.arcs[0].run.ends_s])
    work = 0.0
    for left, right in pairwise(edges):
        half = (right - left) / 2.0
        x = path.at(path.start + (left + half + half * nodes))
        for state, weight in zip((x[i] for i in range(12)), weights, strict=True):
            pull = acceleration("earth", POINTS, state.epoch, state.r_km, env)
            own = -gm * state.r_km / np.linalg.norm(state.r_km) ** 3
            work += half * weight * ((pull - own) @ state.v_km_s)
    first, last = (
        s.v_km_s @ s.v_km_s / 2.0 - gm / np.linalg.norm(s.r_km)
        for s in (path.at(path.start), path.final)
    )
    assert last - first == pytest.approx(work, abs=1e-12)  # km^2/s^2, of 1e-2
    assert abs(work) > 1e-4


def conserve_jacobi_integral_in_a_turning_field(env: Environment) -> None:
    forces = Forces(point_masses=("earth",), harmonics={"earth": (4, 4)})
    path = fly(low_orbit(Epoch.utc("2015-03-01")), 2.0 * DAY, forces, env)
    x = path.at(path.start + np.linspace(0.0, 2.0 * DAY, 200))
    turns, rates = frames.from_icrf("itrf", x.epoch, env)
    spin = -turns[0].T @ rates[0]
    omega = np.array([spin[2, 1], spin[0, 2], spin[1, 0]])
    model, gm = field("earth"), env.constants.gm("earth")
    c, s = unnormalized(model, 4, 4)
    c[0, 0] = 1.0

    def potential(r: np.ndarray) -> float:
        v, w = solid_harmonics(4, r, model.radius_km)
        return float(gm / model.radius_km * np.sum(c * v + s * w))

    field_energy = np.array([potential(turn @ r) for turn, r in zip(turns, x.r_km, strict=True)])
    energy = np.sum(x.v_km_s**2, axis=1) / 2.0 - field_energy
    jacobi = energy - np.cross(x.r_km, x.v_km_s) @ omega
    # The axis moves a little in two days (3e-9); the energy alone swings 2000 times as much.
    assert np.ptp(jacobi) < 1e-8 * abs(jacobi[0])
    assert np.ptp(energy) > 1e-6 * abs(energy[0])
