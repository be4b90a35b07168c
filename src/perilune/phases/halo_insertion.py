"""From a perilune into a halo orbit by two impulses: braking there, and insertion on arrival.

Free are the braking, the instant and the phase of insertion and, where the approach is not yet
pinned down, the side of the Moon it passes. The sum of both impulses is least, arriving at the halo
is the constraint; sequential quadratic programming with derivatives from transition matrices.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.environment import Environment
from perilune.astro.epoch import DAY
from perilune.astro.state import State
from perilune.dynamics.forces import Forces
from perilune.dynamics.propagate import propagate
from perilune.phases.halo_targets import Targets
from perilune.phases.swing_by_scan import Option
from perilune.targeting.periodic import Halo
from perilune.targeting.periodic_ephemeris import SENSITIVITY, Reference

Array = NDArray[np.float64]
Start = Callable[[float], State]
"""The unbraked perilune on a side of the asymptote (rad)."""

_SCALE = np.array([1e-4, 1e-2, 1e-2, 0.01, 0.1 * DAY, np.radians(1.0)])
"""What moves the arrival by some 1000 km: braking along, across and up (km/s), phase, instant (s),
side (rad). Braking along the velocity is three thousand times as strong as any other."""
_UNIT_KM, _UNIT_KM_S = 1000.0, 0.01
_CLOSING_TURNS, _LONGEST_STEP = 25, 3.0
_CLOSE_KM, _EXACT_KM = 1.0, 1e-6


@dataclass(frozen=True, eq=False)
class Insertion:
    """Two impulses that lead from a perilune into a halo orbit.

    Attributes
    ----------
    side_rad, flight_time_s, phase : float
        See `Option`.
    braking_km_s, insertion_km_s : ndarray, shape (3,)
        The impulses, `icrf`.
    miss_km : float
        How far from the reference it arrives.
    """

    side_rad: float
    flight_time_s: float
    phase: float
    braking_km_s: Array
    insertion_km_s: Array
    miss_km: float

    @property
    def total_km_s(self) -> float:
        """Size of both impulses together."""
        return float(np.linalg.norm(self.braking_km_s) + np.linalg.norm(self.insertion_km_s))


@dataclass(frozen=True, eq=False)
class _Flight:
    """One trial: gap to the halo on arrival, impulses, and their derivatives to the unknowns.

    Arrays of six components are position and velocity.
    """

    gap: Array
    gap_slope: Array
    braking: Array
    braking_slope: Array

    @property
    def total_km_s(self) -> float:
        return float(np.linalg.norm(self.braking) + np.linalg.norm(self.gap[3:]))

    @property
    def total_slope(self) -> Array:
        return np.asarray(
            _unit(self.braking) @ self.braking_slope + _unit(self.gap[3:]) @ self.gap_slope[3:]
        )


class Search:
    """Looks for the cheapest insertion about an option.

    Parameters
    ----------
    start : callable
        The unbraked perilune, at a side of the asymptote.
    option : Option or Insertion
        Where to begin.
    forces : Forces
        About the Moon: what the way is flown in, and the halo.
    revolutions : float
        How far on from insertion the halo is to lead.
    """

    def __init__(
        self,
        start: Start,
        option: Option | Insertion,
        halo: Halo,
        forces: Forces,
        env: Environment,
        revolutions: float = 1.2,
    ) -> None:
        self.start, self.forces, self.env = start, forces, env
        self.side, self.phase = option.side_rad, option.phase
        self.span_s = option.flight_time_s
        perilune = start(self.side)
        self.epoch = perilune.epoch
        about = self.epoch + self.span_s
        self.targets = Targets(halo, about, self.phase, revolutions, forces, env)
        dv = option.braking_km_s
        if isinstance(dv, float):
            dv = -dv * _unit(perilune.v_km_s)
        self.first = np.concatenate([_axes(perilune) @ dv, np.zeros(3)]) / _SCALE
        self._known: tuple[Array, _Flight] | None = None
        self._best: tuple[Array, _Flight] | None = None

    def run(self, *, free_side: bool, turns: int = 40) -> Insertion | None:
        """Return the cheapest, None where none was found; with `free_side` also over the side."""
        from scipy.optimize import minimize

        if not self.targets.sound:
            return None
        count = 6 if free_side else 5
        first = self._close_in(self.first[:count])
        roam = np.array([300.0, 20.0, 20.0, 9.0, 25.0, 20.0])[:count]
        minimize(
            lambda u: self._fly(u).total_km_s / _UNIT_KM_S,
            first,
            jac=lambda u: self._fly(u).total_slope[: len(u)] / _UNIT_KM_S,
            constraints={
                "type": "eq",
                "fun": lambda u: self._fly(u).gap[:3] / _UNIT_KM,
                "jac": lambda u: self._fly(u).gap_slope[:3, : len(u)] / _UNIT_KM,
            },
            bounds=list(zip(first - roam, first + roam, strict=True)),
            method="SLSQP",
            options={"maxiter": turns, "ftol": 1e-5},
        )
        if self._best is None:
            return None
        moves, flight = self._best
        return Insertion(
            self.side + moves[5],
            self.span_s + moves[4],
            (self.phase + moves[3]) % 1.0,
            flight.braking,
            flight.gap[3:],
            float(np.linalg.norm(flight.gap[:3])),
        )

    def _close_in(self, u: Array) -> Array:
        """Return unknowns that reach the halo: smallest steps, none beyond what is near linear."""
        for _ in range(_CLOSING_TURNS):
            flight = self._fly(u)
            if float(np.linalg.norm(flight.gap[:3])) < 0.1 * _CLOSE_KM:
                break
            step = np.linalg.lstsq(flight.gap_slope[:3, : len(u)], -flight.gap[:3], rcond=1e-12)[0]
            u = u + step * min(1.0, _LONGEST_STEP / float(np.linalg.norm(step)))
        return u

    def _moves(self, u: Array) -> Array:
        return np.asarray(np.pad(u, (0, 6 - len(u))) * _SCALE)

    def _fly(self, u: Array) -> _Flight:
        """Return the trial of scaled unknowns; the last is kept, for all that is asked of it."""
        if self._known is None or not np.array_equal(self._known[0], u):
            moves = self._moves(u)
            flight = self._trial(moves)
            self._known = u.copy(), flight
            arrives = float(np.linalg.norm(flight.gap[:3])) < _CLOSE_KM
            if arrives and (self._best is None or flight.total_km_s < self._best[1].total_km_s):
                self._best = moves, flight
        return self._known[1]

    def _trial(self, moves: Array) -> _Flight:
        perilune = self.start(self.side + moves[5])
        axes = _axes(perilune)
        dv, span = moves[:3] @ axes, self.span_s + moves[4]
        end, stm, onward = _onward(perilune, dv, span, self.forces, self.env)
        aim, by_phase, by_time = self.targets.slopes(moves[3], self.epoch + span)
        turned = self._turned(moves)
        slope = np.column_stack([-stm[:, 3:] @ axes.T, by_phase, by_time - onward, -stm @ turned])
        braking_slope = np.column_stack([axes.T, np.zeros((3, 3))])
        return _Flight(aim - end, slope * _SCALE, dv, braking_slope * _SCALE)

    def _turned(self, moves: Array) -> Array:
        """Return the derivative of the braked perilune to its side, shape (6,)."""
        step, ends = 1e-4, []
        for side in (self.side + moves[5] - step, self.side + moves[5] + step):
            perilune = self.start(side)
            braked = perilune.vector.copy()
            braked[3:] += moves[:3] @ _axes(perilune)
            ends.append(braked)
        return np.asarray((ends[1] - ends[0]) / (2.0 * step))


def _unit(vector: Array) -> Array:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12))


def _axes(perilune: State) -> Array:
    """Return unit vectors along the velocity, the orbit's normal, and outward, as rows."""
    along = _unit(perilune.v_km_s)
    normal = _unit(np.cross(perilune.r_km, perilune.v_km_s))
    return np.array([along, normal, np.cross(along, normal)])


def _onward(
    perilune: State, dv: Array, span_s: float, forces: Forces, env: Environment
) -> tuple[Array, Array, Array]:
    """Return the state on arrival, its transition matrix, and its time derivative."""
    start = State(perilune.epoch, "moon", "icrf", perilune.r_km, perilune.v_km_s + dv)
    arrives = start.epoch + span_s
    sensitive = propagate(
        start, until=arrives, forces=SENSITIVITY, env=env, stm=True, dense=False, tolerance=1e-12
    )
    flown = sensitive
    if forces is not SENSITIVITY:
        flown = propagate(start, until=arrives, forces=forces, env=env, dense=False)
    end = flown.final
    later = propagate(end, until=arrives + 60.0, forces=SENSITIVITY, env=env, dense=False).final
    stm = sensitive.stm if sensitive.stm is not None else np.eye(6)
    return end.vector, stm, np.asarray((later.vector - end.vector) / 60.0)


def exact(
    perilune: State, found: Insertion, path: Reference, forces: Forces, env: Environment
) -> Insertion:
    """Return an insertion that meets a reference orbit to a millimeter, near one that comes close.

    Newton's method with the smallest change of braking and instant.
    """
    assert path.trajectory is not None
    dv, span = found.braking_km_s.copy(), found.flight_time_s
    axes, scale = _axes(perilune), np.array([1e-3, 1e-3, 1e-3, 600.0])
    begins = float(path.trajectory.start - perilune.epoch)
    gap = np.full(6, np.inf)
    for _ in range(15):
        if not (begins < span < begins + path.trajectory.duration_s):
            gap = np.full(6, np.inf)  # led astray
            break
        end, stm, onward = _onward(perilune, dv, span, forces, env)
        aim = path.trajectory.at(perilune.epoch + span)
        gap = aim.vector - end
        if float(np.linalg.norm(gap[:3])) < _EXACT_KM:
            break
        slope = np.column_stack([stm[:3, 3:] @ axes.T, onward[:3] - aim.v_km_s]) * scale
        step = np.linalg.lstsq(slope, gap[:3], rcond=1e-14)[0] * scale
        step = step * min(1.0, 6.0 * 3600.0 / max(abs(float(step[3])), 1.0))
        dv, span = dv + step[:3] @ axes, span + float(step[3])
    miss = float(np.linalg.norm(gap[:3]))
    return Insertion(found.side_rad, span, found.phase, dv, gap[3:], miss)
