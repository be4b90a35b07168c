"""Propellant-optimal powered flight over a turning body, by direct multiple shooting.

The motion is written in axes fixed to the body, turning at a constant rate: central gravity,
centrifugal and Coriolis terms, thrust over mass. The flight is cut into segments (braking,
approach, ...) of equal intervals; in each the throttle is constant and the attitude turns at a
constant rate, which is what `propagate` can fly. IPOPT finds the least propellant.

What the real field does beyond the model enters as a defect added to each interval: the caller
flies the intervals in its full model, hands back by how much their ends differ, and solves again
(deferred correction). Method: Betts, Practical Methods for Optimal Control and Estimation Using
Nonlinear Programming, 2nd ed., chapter 4; Waechter & Biegler 2006, Math. Programming 106, 25-57.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LENGTH_KM, SPEED_KM_S, TIME_S = 100.0, 1.0, 100.0
"""Units inside the program, which keep its numbers near one."""

UPRIGHT = (0.5 * np.pi, 0.0)
"""Attitude along the z axis: pitch in the x-z plane, yaw towards y."""


@dataclass(frozen=True)
class Segment:
    """A part of the flight: so many intervals, steered freely or held upright."""

    name: str
    intervals: int
    steered: bool = True


@dataclass(frozen=True, eq=False)
class Symbols:
    """What the goals of a flight may be written in: CasADi symbols, in the program's units.

    Attributes
    ----------
    states : (7, n + 1)
        Position, velocity (body-fixed), mass over the initial mass.
    nodes : dict
        First and last node of each segment, by name.
    elapsed
        Time of the last node since the reference instant.
    gm, spin
        Of the body.
    extra : (m,)
        Numbers given with the case.
    """

    states: Any
    nodes: dict[str, tuple[int, int]]
    elapsed: Any
    gm: Any
    spin: Any
    extra: Any


Goals = Callable[[Symbols], list[Any]]


@dataclass(frozen=True, eq=False)
class Case:
    """The numbers of one flight to optimize; lengths km, speeds km/s, times s.

    Attributes
    ----------
    gm_km3_s2 : float
    spin_rad_s : ndarray, shape (3,)
        Rate of the axes.
    force_n, exhaust_km_s, mass_kg : float
        Full thrust, exhaust speed, mass at the start.
    least_throttle : ndarray, shape (n,)
        One an interval.
    start : ndarray, shape (6, k)
        Position and velocity at the start as polynomials, rising powers, of the shift in -1 to 1.
    shift_span_s : float
        Time that a shift of 1 stands for; 0 where the start is given.
    turn_rate_rad_s : float
        The attitude turns no faster, in pitch and in yaw.
    durations_s : tuple of (float, float)
        Bounds of each segment's duration.
    fixed : dict of int to sequence of 7 pairs
        Bounds of the components of the state at a node (None: free).
    goals : list of (float, float)
        Bounds of the goals' expressions, in the program's units, in their order.
    extra : ndarray
    shift_bounds : (float, float)
    pitch_rad : (float, float)
        Bounds of the pitch while steered: they keep the solver from turning the long way round.
    yaw_rad : float
        Greatest yaw to either side.
    """

    gm_km3_s2: float
    spin_rad_s: Array
    force_n: float
    exhaust_km_s: float
    mass_kg: float
    least_throttle: Array
    start: Array
    turn_rate_rad_s: float
    durations_s: tuple[tuple[float, float], ...]
    fixed: dict[int, tuple[tuple[float, float] | None, ...]]
    goals: list[tuple[float, float]]
    shift_span_s: float = 0.0
    extra: Array = field(default_factory=lambda: np.zeros(0))
    shift_bounds: tuple[float, float] = (0.0, 0.0)
    pitch_rad: tuple[float, float] = (-np.pi, 2.0 * np.pi)
    yaw_rad: float = 1.4


@dataclass(frozen=True, eq=False)
class Flight:
    """A powered flight at its nodes: a guess, or the optimum.

    Attributes
    ----------
    shift_s : float
        Start after the reference instant.
    times_s : ndarray, shape (n + 1,)
        Since the start.
    states : ndarray, shape (n + 1, 7)
        km, km/s, kg in the turning axes.
    angles_rad : ndarray, shape (n + 1, 2)
        Pitch and yaw of the thrust.
    throttle : ndarray, shape (n,)
    status : str
        `converged` or `no_solution`.
    iterations : int
    """

    shift_s: float
    times_s: Array
    states: Array
    angles_rad: Array
    throttle: Array
    status: str = "converged"
    iterations: int = 0

    @property
    def directions(self) -> Array:
        """Unit vectors of the thrust at the nodes, shape (n + 1, 3)."""
        pitch, yaw = self.angles_rad.T
        return np.stack(
            [np.cos(yaw) * np.cos(pitch), np.sin(yaw), np.cos(yaw) * np.sin(pitch)], axis=-1
        )


def optimize(
    segments: tuple[Segment, ...],
    goals: Goals,
    case: Case,
    guess: Flight,
    *,
    defects: Array | None = None,
    warm: bool = False,
) -> Flight:
    """Return the flight that ends with the greatest mass.

    Parameters
    ----------
    segments : tuple of Segment
    goals : callable
        A module-level function: compiled programs are kept by segments and goals.
    case : Case
    guess : Flight
        With the nodes of the segments.
    defects : ndarray, shape (n, 7), optional
        Added to the end of each interval: km, km/s, kg.
    warm : bool
        The guess is an optimum of nearly the same case.

    Model limits: central gravity (all else by the defects); local optima are possible; RK4 with one
    step an interval.
    """
    from perilune.targeting.optimal_program import program

    shape = program(segments, goals, case.start.shape[1], len(case.extra))
    return shape.solve(case, guess, defects, warm)
