"""Thrust: the rocket equation, turning directions, the matrix with mass, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from support import EARTH, FAR, START, low_orbit, off

from perilune import Environment, Thrust, Trajectory, propagate
from perilune.dynamics import forces as f
from perilune.errors import InputError


def test_rocket_equation(env: Environment) -> None:
    burn = Thrust(450.0, 320.0, (0.6, 0.0, 0.8), (0.0, 1.0, 0.0), START)
    path = propagate(FAR, until=START + 1500.0, forces=EARTH, env=env, thrust=burn, mass_kg=1200.0)
    flow = 450.0 / (320.0 * 9.80665)
    final_kg = 1200.0 - 1500.0 * flow
    speed = 1e-3 * 320.0 * 9.80665 * np.log(1200.0 / final_kg)
    assert path.final_mass_kg == pytest.approx(final_kg, rel=1e-14)
    assert path.mass_kg(START + 750.0) == pytest.approx(1200.0 - 750.0 * flow, rel=1e-14)
    assert off(path.final.v_km_s, speed * np.array([0.6, 0.0, 0.8])) < 1e-10  # gravity 5e-11


def test_a_turning_thrust_points_where_it_should(env: Environment) -> None:
    aim, lead, rate, reference = np.array([0.6, 0.0, 0.8]), np.array([0.0, 1.0, 0.0]), 2e-3, 400.0
    burn = Thrust(450.0, 320.0, tuple(aim), tuple(lead), START + reference, rate)
    path = propagate(FAR, until=START + 1500.0, forces=EARTH, env=env, thrust=burn, mass_kg=1200.0)
    flow = f.mass_flow_kg_s(450.0, 320.0)

    def part(wave: Any) -> float:
        def integrand(t: float) -> float:
            return float(wave(rate * (t - reference)) * 0.45 / (1200.0 - flow * t))

        return quad(integrand, 0.0, 1500.0, epsabs=1e-14, epsrel=1e-12)[0]

    assert off(path.final.v_km_s, part(np.cos) * aim + part(np.sin) * lead) < 1e-10


def cross_transition_matrix_with_mass(env: Environment) -> None:
    state = low_orbit()
    burn = Thrust(450.0, 320.0, (0.6, 0.0, 0.8), (0.0, 1.0, 0.0), START, 1e-3)
    until = START + 600.0

    def end(mass_kg: float, stm: bool = False) -> Trajectory:
        return propagate(
            state, until=until, forces=EARTH, env=env, thrust=burn, mass_kg=mass_kg, stm=stm
        )

    stm = end(1200.0, stm=True).stm
    slope = (end(1200.5).final.vector - end(1199.5).final.vector) / 1.0
    assert stm.shape == (7, 7)
    assert np.abs(stm[:6, 6] - slope).max() < 1e-6 * np.abs(slope).max()
    assert np.array_equal(stm[6], [0.0] * 6 + [1.0])


def test_no_force_is_a_coast(env: Environment) -> None:
    idle = Thrust(0.0, 320.0, (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), START)
    state = low_orbit()
    burnt = propagate(state, until=START + 5000.0, forces=EARTH, env=env, thrust=idle, mass_kg=1.0)
    coast = propagate(state, until=START + 5000.0, forces=EARTH, env=env)
    assert burnt.final_mass_kg == 1.0
    assert off(burnt.final.r_km, coast.final.r_km) < 1e-9
    with pytest.raises(InputError, match="no mass"):
        assert coast.final_mass_kg


@pytest.mark.parametrize("mass", [None, 0.0, -1.0, np.nan])
def test_thrust_needs_a_mass(mass: Any, env: Environment) -> None:
    burn = Thrust(1.0, 300.0, (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), START)
    with pytest.raises(InputError, match="mass"):
        propagate(FAR, until=START + 1.0, forces=EARTH, env=env, thrust=burn, mass_kg=mass)


@pytest.mark.parametrize(("force", "isp"), [(-1.0, 300.0), (1.0, 0.0), (np.nan, 1.0)])
def test_engines_that_cannot_be_are_refused(force: float, isp: float) -> None:
    with pytest.raises(InputError, match="specific impulse"):
        Thrust(force, isp, (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), START)


def test_thrust_directions_are_unit_vectors() -> None:
    with pytest.raises(InputError):
        Thrust(1.0, 300.0, (2.0, 0.0, 0.0), (0.0, 1.0, 0.0), START)
