"""How the end of a translunar shot moves with each of its controls.

State-transition matrices are chained from parking orbit to arrival. All variations are taken at
fixed time, so that instants may move too: a variation carried through an arc is Phi xi, and where
the instant of an impulse moves by dt, the state just before it moves by xi + f dt.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from perilune.astro.environment import Environment
from perilune.astro.state import State
from perilune.dynamics.trajectory import Trajectory
from perilune.phases.shot import IMPULSE, Shot

Array = NDArray[np.float64]


def variations(shot: Shot, wanted: tuple[str, ...], env: Environment) -> Array:
    """Return the derivative of the arrival to each control named, shape (6, controls)."""
    rates = {
        "start": _rate(shot.parking, end=False),
        "before": _rate(shot.parking, end=True),
        "after": _rate(shot.cruise, end=False),
    }
    starts = np.array([_start_variation(name, shot, rates["start"]) for name in wanted]).T
    leaves = np.array([1.0 if name in ("lift_off_s", "coast_s") else 0.0 for name in wanted])
    arrives = np.array([1.0 if name == "flight_time_s" else 0.0 for name in wanted]) + leaves
    before = _through(shot.parking, starts) + np.outer(rates["before"], leaves)
    jumps = [_impulse_variation(name, shot, before[:, i]) for i, name in enumerate(wanted)]
    xi = _through(shot.cruise, before + np.array(jumps).T - np.outer(rates["after"], leaves))
    if shot.approach is not None:
        xi = _through(shot.approach, xi)
    end = _end_rate(shot.approach or shot.cruise, shot.arrival, env)
    return np.asarray(xi + np.outer(end, arrives))


def _start_variation(name: str, shot: Shot, start_rate: Array) -> Array:
    """Return the fixed-time variation at parking-orbit insertion."""
    if name == "azimuth_rad":
        return shot.insertion.by_azimuth
    if name == "lift_off_s":
        return np.asarray(shot.insertion.by_lift_off - start_rate)
    return np.zeros(6)


def _impulse_variation(name: str, shot: Shot, before: Array) -> Array:
    """Return how the impulse itself changes: with its size, and with the velocity it follows."""
    v = shot.before.v_km_s
    speed = float(np.linalg.norm(v))
    unit = v / speed
    change = np.zeros(6)
    if name in IMPULSE:
        change[3 + IMPULSE.index(name)] = 1.0
    if isinstance(shot.controls.dv_km_s, tuple):
        return change
    if name == "dv_km_s":
        change[3:] += unit
    turn = before[3:] - unit * np.dot(unit, before[3:])
    change[3:] += shot.controls.dv_km_s / speed * turn
    return change


def _through(trajectory: Trajectory, variation: Array) -> Array:
    assert trajectory.stm is not None
    return np.asarray(trajectory.stm @ variation)


def _rate(trajectory: Trajectory, *, end: bool) -> Array:
    arc = trajectory.arcs[0]
    return np.asarray(arc.rates(np.array([arc.run.stop_s if end else 0.0]))[0])


def _end_rate(last: Trajectory, arrival: State, env: Environment) -> Array:
    """Return the rate of the Moon-centered arrival state."""
    rate = _rate(last, end=True)
    if last.arcs[0].center == "moon":
        return rate
    moon = env.ephemeris.acceleration("moon", "earth", arrival.epoch)
    return np.concatenate([arrival.v_km_s, rate[3:] - moon])
