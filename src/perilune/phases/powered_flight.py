"""Controls of an optimal flight flown in the full force model, and the optimum that allows for it.

One piece of `propagate` an interval: constant thrust, attitude turning at a constant rate between
the directions at the interval's ends.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.dynamics.propagate import Thrust, propagate
from perilune.dynamics.trajectory import Trajectory
from perilune.phases.base import Context, Engine
from perilune.phases.powered_axes import SiteAxes
from perilune.targeting.optimal import Case, Flight, Goals, Segment, optimize

Array = NDArray[np.float64]

ROUNDS = 4
CLOSE_KM = 2e-3
"""Corrections for the full model stop where the re-flown end is this near to the solved one."""


@dataclass(frozen=True, eq=False)
class Flown:
    """An optimal flight and its controls re-flown open loop.

    Attributes
    ----------
    flight : Flight
        The optimum; `status` says whether there is one.
    start : Epoch
    trajectory : Trajectory or None
        Re-flown from the first state to the last instant; None without an optimum.
    end : ndarray, shape (7,)
        Of the re-flight, in the axes of the flight (km, km/s, kg).
    defects : ndarray, shape (n, 7)
        What the full model adds to each interval.
    rounds : int
        Optimizations made.
    """

    flight: Flight
    start: Epoch
    trajectory: Trajectory | None
    end: Array
    defects: Array
    rounds: int

    @property
    def miss_m(self) -> float:
        """Distance of the re-flown end from the solved one."""
        return 1e3 * float(np.linalg.norm(self.end[:3] - self.flight.states[-1, :3]))

    @property
    def miss_m_s(self) -> float:
        """Difference of the velocities at the end."""
        return 1e3 * float(np.linalg.norm(self.end[3:6] - self.flight.states[-1, 3:6]))


class Pilot:
    """Flies controls in the full model."""

    def __init__(self, axes: SiteAxes, reference: Epoch, engine: Engine, context: Context) -> None:
        self.axes, self.reference = axes, reference
        self.engine, self.context = engine, context

    def pieces(self, flight: Flight) -> tuple[Epoch, list[Thrust]]:
        """Return the epochs of the nodes and the thrust of each interval."""
        epochs = self.reference + (flight.shift_s + flight.times_s)
        aims = self.axes.inertial(flight.directions, epochs, self.context.env)
        thrusts = []
        for k, throttle in enumerate(flight.throttle):
            lasts = float(flight.times_s[k + 1] - flight.times_s[k])
            thrusts.append(self._thrust(aims[k], aims[k + 1], float(throttle), epochs[k], lasts))
        return epochs, thrusts

    def _thrust(
        self, first: Array, last: Array, throttle: float, start: Epoch, lasts: float
    ) -> Thrust:
        across = last - first * float(first @ last)
        size = float(np.linalg.norm(across))
        if size < 1e-7:
            axis = np.eye(3)[int(np.argmin(np.abs(first)))]
            across, rate = np.cross(first, axis), 0.0
        else:
            rate = float(np.arctan2(size, first @ last)) / lasts
        lead = across / np.linalg.norm(across)
        lead = lead - first * float(first @ lead)  # what rounding left of a small turn
        lead = lead / np.linalg.norm(lead)
        force = max(throttle, 0.0) * self.engine.thrust_n
        aim = (float(first[0]), float(first[1]), float(first[2]))
        towards = (float(lead[0]), float(lead[1]), float(lead[2]))
        return Thrust(force, self.engine.isp_s, aim, towards, start, rate)

    def _piece(self, state: State, mass: float, until: Epoch, thrust: Thrust) -> Trajectory:
        return propagate(
            state,
            until=until,
            forces=self.context.model.moon,
            env=self.context.env,
            thrust=thrust,
            mass_kg=mass,
        )

    def open_loop(self, flight: Flight) -> Trajectory:
        """Fly all pieces one after another from the first state."""
        epochs, thrusts = self.pieces(flight)
        state = self.axes.state(flight.states[0, :6], epochs[0], self.context.env)
        mass, whole = float(flight.states[0, 6]), None
        for k, thrust in enumerate(thrusts):
            piece = self._piece(state, mass, epochs[k + 1], thrust)
            state, mass = piece.final, piece.final_mass_kg
            whole = piece if whole is None else whole + piece
        assert whole is not None
        return whole

    def gaps(self, flight: Flight) -> Array:
        """Return by how much each interval flown from its own node ends off the next, (n, 7)."""
        epochs, thrusts = self.pieces(flight)
        env = self.context.env
        nodes = self.axes.state(flight.states[:, :6], epochs, env)
        ends, masses = [], []
        for k, thrust in enumerate(thrusts):
            piece = self._piece(nodes[k], float(flight.states[k, 6]), epochs[k + 1], thrust)
            ends.append(piece.final.vector)
            masses.append(piece.final_mass_kg)
        flown = State.from_vector(np.array(ends), epoch=epochs[1:], center="moon")
        vectors = self.axes.vectors(flown, env)
        return np.column_stack([vectors, masses]) - flight.states[1:]


def optimize_and_fly(
    segments: tuple[Segment, ...],
    goals: Goals,
    cases: tuple[Case, ...],
    guess: Flight,
    pilot: Pilot,
) -> Flown:
    """Return the optimum in the full model: solve, fly its intervals, correct, solve again.

    The cases before the last are restrictions of it that lead the solver there.
    """
    case, flight = cases[-1], guess
    for number, easier in enumerate(cases):
        found = optimize(segments, goals, easier, flight, warm=number > 0 and flight is not guess)
        if found.status == "converged":
            flight = found
    if found.status != "converged" and flight is not guess:
        found = optimize(segments, goals, case, flight)
    nothing, nowhere = np.zeros((len(guess.throttle), 7)), np.full(7, np.nan)
    flown = Flown(found, pilot.reference + found.shift_s, None, nowhere, nothing, 1)
    for number in range(2, ROUNDS + 2):
        if flown.flight.status != "converged" or 1e-3 * flown.miss_m < CLOSE_KM:
            break
        flown = _corrected(segments, goals, case, flown, pilot, number)
    return flown


def _corrected(
    segments: tuple[Segment, ...], goals: Goals, case: Case, flown: Flown, pilot: Pilot, number: int
) -> Flown:
    """Return the optimum with the defects of the one before, and its re-flight."""
    defects = flown.defects + pilot.gaps(flown.flight)
    again = optimize(segments, goals, case, flown.flight, defects=defects, warm=True)
    if again.status != "converged":
        again = optimize(segments, goals, case, flown.flight, defects=defects)
    start = pilot.reference + again.shift_s
    if again.status != "converged":
        return Flown(again, start, None, np.full(7, np.nan), defects, number)
    whole = pilot.open_loop(again)
    end = np.append(pilot.axes.vectors(whole.final, pilot.context.env), whole.final_mass_kg)
    return Flown(again, start, whole, end, defects, number)


def upright_from(flight: Flight, first: int) -> Flight:
    """Return the guess with an upright attitude from a node on."""
    angles = flight.angles_rad.copy()
    angles[first:] = (0.5 * np.pi, 0.0)
    return replace(flight, angles_rad=angles)
