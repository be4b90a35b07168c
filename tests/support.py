"""What several test files share: force models (few: each costs a compilation), states, measures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from perilune import DAY, Environment, Epoch, Forces, State, Trajectory, propagate
from perilune.dynamics.events import Event

ARCSEC = np.pi / 648000.0
MM, MM_S = 1e-6, 1e-6  # km, km/s

EARTH = Forces(point_masses=("earth",))
POINTS = Forces()
ZONAL = Forces(harmonics={"earth": (4, 0)})
LEO = Forces(harmonics={"earth": (4, 4)})
LUNAR = Forces(harmonics={"moon": (8, 8)})

START = Epoch.tdb("2029-08-01T06:30:00")

FAR = State(START, "earth", "icrf", [1e9, 2e9, 3e9], [0.0, 0.0, 0.0])  # gravity: 3e-14 km/s^2
NORMAL = (0.0, 0.6, 0.8)

EPOCHS = st.floats(-788918400.0, 1420070400.0).map(Epoch)  # 1975 to 2045
COMPONENTS = st.floats(-4e5, 4e5, allow_subnormal=False)
SPEEDS = st.floats(-10.0, 10.0, allow_subnormal=False)
ANGLES = st.floats(0.0, 2.0 * np.pi, exclude_max=True)
INCLINATIONS = st.floats(1e-3, np.pi - 1e-3)
VECTORS = st.tuples(COMPONENTS, COMPONENTS, COMPONENTS).map(np.array)
VELOCITIES = st.tuples(SPEEDS, SPEEDS, SPEEDS).map(np.array)


def low_orbit(epoch: Epoch = START) -> State:
    """Return a state of an inclined low Earth orbit, apogee some 1700 km up."""
    return State(epoch, "earth", "icrf", [6800.0, 100.0, -200.0], [0.3, 5.6, 5.7])


def lunar_orbit(epoch: Epoch = START) -> State:
    """Return a state of a low lunar orbit, 80 to 300 km up."""
    return State(epoch, "moon", "icrf", [1850.0, 30.0, 20.0], [0.0, 0.55, 1.58])


def translunar(epoch: Epoch = START) -> State:
    """Return a state just after departure to the Moon's distance."""
    return State(epoch, "earth", "icrf", [6563.0, 0.0, 0.0], [0.0, 9.0, 6.2])


def fly(state: State, seconds: float, forces: Forces, env: Environment, **more: bool) -> Trajectory:
    """Propagate over a span."""
    return propagate(state, until=state.epoch + seconds, forces=forces, env=env, **more)


def watch(state: State, days: float, env: Environment, *events: Event) -> Trajectory:
    """Propagate among point masses, looking out for events."""
    until = state.epoch + days * DAY
    return propagate(state, until=until, forces=POINTS, env=env, events=events)


def start_acceleration(state: State, forces: Forces, env: Environment) -> np.ndarray:
    """Return the acceleration the engine starts with, km/s^2."""
    return fly(state, 60.0, forces, env).arcs[0].run.coefficients[0][3:6, 1]


def behind(body: str, across_km: float, distance_km: float, env: Environment) -> State:
    """Return a place behind a body as the Sun sees it, and so far off the line of centers."""
    sun = env.ephemeris.state("sun", body, START)[0]
    line = sun / np.linalg.norm(sun)
    side = np.cross(line, [0.0, 0.0, 1.0])
    r = across_km * side / np.linalg.norm(side) - distance_km * line
    return State(START, body, "icrf", r, np.zeros(3))


def numbers(row: Mapping[str, str], *names: str) -> np.ndarray:
    """Return the named columns of a table's row."""
    return np.array([float(row[name]) for name in names])


def matrix(row: Mapping[str, str], letter: str) -> np.ndarray:
    """Return the matrix in columns like r11..r33 of a table's row."""
    return numbers(row, *(f"{letter}{i}{j}" for i in (1, 2, 3) for j in (1, 2, 3))).reshape(3, 3)


def turned_rad(a: np.ndarray, b: np.ndarray) -> float:
    """Return the small angle between two rotation matrices."""
    q = a @ b.T
    return float(np.linalg.norm([q[2, 1] - q[1, 2], q[0, 2] - q[2, 0], q[1, 0] - q[0, 1]]) / 2.0)


def off(a: Any, b: Any) -> float:
    """Return the largest length of the difference of two (..., 3) arrays."""
    return float(np.max(np.linalg.norm(np.asarray(a) - np.asarray(b), axis=-1)))


TO_ORBIT = str(Path(__file__).parent / "scenarios" / "change-5.toml")
"""Chang'e-5 up to lunar orbit: what a test flies that is not about the whole mission."""
