"""The balance of energy, speed and mass of a flight: it holds where it must, and can fail."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from evidence import Recorder, evidence
from support import (
    LEO,
    LUNAR,
    POINTS,
    START,
    ZONAL,
    behind,
    fly,
    low_orbit,
    lunar_orbit,
    off,
    start_acceleration,
    translunar,
)

from perilune import DAY, Environment, Forces, RadiationPressure, State, Trajectory
from perilune.dynamics.balance import energy_gaps_j_kg, perturbation
from perilune.dynamics.propagate import Thrust, propagate
from perilune.dynamics.system import static_values
from perilune.missions.checks import closure, energy_balance, mass_balance
from perilune.phases.base import Check, Happening
from perilune.phases.shot import Model

MODEL = Model(earth=ZONAL, moon=LUNAR)
LIT = Forces(("earth", "moon", "sun"), radiation=RadiationPressure(0.05, 1.5))
SUNLIT = State(START, "earth", "icrf", [42_000.0, 0.0, 0.0], [0.0, 2.5, 2.5])
CASES = {
    "translunar": (translunar(), 5.0 * DAY, ZONAL),
    "lunar": (lunar_orbit(), 10.0 * DAY, LUNAR),
    "earth": (low_orbit(), 0.5 * DAY, LEO),
    "light": (SUNLIT, 2.0 * DAY, LIT),
}


def gap(motion: Trajectory, forces: Forces, env: Environment) -> float:
    return float(energy_gaps_j_kg(motion.arcs, forces, env)[0])


def named(checks: list[Check], name: str) -> Check:
    return next(check for check in checks if check.name == name)


@pytest.mark.parametrize("name", CASES)
def conserve_energy_but_for_the_work_done(
    name: str, env: Environment, record_property: Recorder
) -> None:
    state, span_s, forces = CASES[name]
    motion = fly(state, span_s, forces, env)
    found = gap(motion, forces, env)
    kinetic = 0.5e6 * float(state.v_km_s @ state.v_km_s)
    assert found < 1e-3
    evidence(
        record_property,
        claim=f"Energy gained by a coast is the work of the forces ({name})",
        reference="the integrated motion; the forces summed anew along it",
        tolerance="1e-3 J/kg: a tenth of what a flight is held to",
        achieved=f"{found:.1e} J/kg of {kinetic:.1e} J/kg at the start",
    )


@pytest.mark.parametrize("name", CASES)
def conserve_energy_backwards_and_cut_short(name: str, env: Environment) -> None:
    state, span_s, forces = CASES[name]
    assert gap(fly(state, -0.2 * span_s, forces, env), forces, env) < 1e-3
    whole = fly(state, span_s, forces, env)
    assert gap(whole.until(whole.start + 0.37 * span_s), forces, env) < 1e-3


@pytest.mark.parametrize(
    ("state", "forces"),
    [
        (low_orbit(), LEO),
        (translunar(), ZONAL),
        (lunar_orbit(), LUNAR),
        (lunar_orbit(), Forces(harmonics={"earth": (2, 0), "moon": (4, 0)})),
        (lunar_orbit(), Forces(harmonics={"moon": (8, 8)}, gm="field")),
        (translunar(), LIT),
    ],
)
def cross_perturbation_is_the_engines(state: State, forces: Forces, env: Environment) -> None:
    """Central term and perturbation together are what the engine starts with."""
    epoch = state.epoch + np.zeros(1)
    push = perturbation(state.center, forces, epoch, state.r_km[None], env)[0]
    gm = static_values(state.center, forces, env)[f"gm:{state.center}"]
    pull = -gm * state.r_km / np.linalg.norm(state.r_km) ** 3
    assert off(push + pull, start_acceleration(state, forces, env)) < 3e-15 * np.linalg.norm(pull)


def cross_light_fades_in_the_shadow(env: Environment) -> None:
    at = behind("earth", 0.0, 42_000.0, env)
    dark = perturbation("earth", LIT, at.epoch + np.zeros(1), at.r_km[None], env)
    plain = perturbation("earth", POINTS, at.epoch + np.zeros(1), at.r_km[None], env)
    lit = perturbation("earth", LIT, at.epoch + np.zeros(1), -at.r_km[None], env)
    unlit = perturbation("earth", POINTS, at.epoch + np.zeros(1), -at.r_km[None], env)
    assert off(dark, plain) < 1e-6 * off(lit, unlit)


@pytest.mark.parametrize(
    "other",
    [
        Forces(harmonics={"moon": (7, 7)}),
        Forces(("earth", "moon"), harmonics={"moon": (8, 8)}),
        Forces(harmonics={"moon": (8, 0)}),
    ],
    ids=["field cut short", "no Sun", "no longitudes"],
)
def test_a_coast_of_another_model_is_found(other: Forces, env: Environment) -> None:
    motion = fly(lunar_orbit(), 1.0 * DAY, other, env)
    (check,) = energy_balance(MODEL, [motion])
    assert not check.ok


def test_a_coast_of_another_date_is_found(env: Environment) -> None:
    """The same polynomials a day later: where Earth and Sun then are they do not fit."""
    motion = fly(lunar_orbit(), 0.5 * DAY, LUNAR, env)
    (arc,) = motion.arcs
    moved = Trajectory([replace(arc, origin=arc.origin + DAY)], env)
    (right,), (wrong,) = energy_balance(MODEL, [motion]), energy_balance(MODEL, [moved])
    assert right.ok
    assert not wrong.ok


def test_burns_are_no_coasts(env: Environment) -> None:
    state = lunar_orbit()
    along = tuple(state.v_km_s / np.linalg.norm(state.v_km_s))
    side = np.cross(state.r_km, state.v_km_s)
    thrust = Thrust(3000.0, 310.0, along, tuple(side / np.linalg.norm(side)), state.epoch)  # type: ignore[arg-type]
    burn = propagate(
        state, until=state.epoch + 60.0, forces=LUNAR, env=env, thrust=thrust, mass_kg=2000.0
    )
    assert energy_balance(MODEL, [burn]) == []
    lost = 2000.0 - burn.final_mass_kg
    happening = Happening(
        "orbit_burn_1", state, "craft", state.epoch + 60.0, 90.0, 2000.0, 2000.0 - lost
    )
    right = mass_balance(2000.0, [burn], [happening], 2000.0 - lost)
    assert all(check.ok for check in right)
    booked = replace(happening, mass_after_kg=2000.0 - lost - 0.01)
    wrong = mass_balance(2000.0, [burn], [booked], 2000.0 - lost - 0.01)
    assert named(wrong, "mass balance").ok  # the ledger agrees with itself
    assert not named(wrong, "propellant flown off the ledger").ok
    assert not named(mass_balance(2000.0, [burn], [happening], 1900.0), "mass balance").ok
    assert mass_balance(None, [burn], [], None) == []


def test_a_push_that_nobody_booked_is_found(env: Environment) -> None:
    before = fly(lunar_orbit(), 3600.0, LUNAR, env)
    end = before.final
    pushed = replace(end, v_km_s=end.v_km_s + np.array([3e-6, 0.0, 4e-6]))  # 5 mm/s
    whole = before + fly(pushed, 3600.0, LUNAR, env)
    booked = Happening("orbit_burn_1", end, dv_m_s=5e-3)
    name = "speed gained off the ledger"
    assert all(check.ok for check in energy_balance(MODEL, [whole]))  # arc by arc it is sound
    assert named(closure([whole], []), name).value == pytest.approx(5e-3, rel=1e-6)
    assert not named(closure([whole], []), name).ok
    assert named(closure([whole], [booked]), name).ok
    late = replace(booked, state=before.at(before.stop + -60.0))
    assert not named(closure([whole], [late]), name).ok
    contact = Happening("docking", end)
    assert named(closure([whole], [contact]), name).ok  # its speed is checked where it docks


def test_a_gap_between_arcs_is_found(env: Environment) -> None:
    before = fly(lunar_orbit(), 3600.0, LUNAR, env)
    end = before.final
    aside = replace(end, r_km=end.r_km + np.array([0.0, 2e-3, 0.0]))
    checks = closure([before + fly(aside, 60.0, LUNAR, env)], [])
    assert named(checks, "gap between arcs").value == pytest.approx(2.0, rel=1e-6)
    assert not named(checks, "gap between arcs").ok
    assert closure([], []) == energy_balance(MODEL, []) == []
