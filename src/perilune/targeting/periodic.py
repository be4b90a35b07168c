"""Halo orbits of the circular problem: the member of a family that is asked for.

Seeded by Richardson's third order, corrected by Newton's method on the half period (the orbit meets
the xz plane squarely twice), and led along its family by pseudo-arclength until the height, or the
period, asked for is passed; the member itself is then solved for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from perilune.errors import InputError
from perilune.targeting.periodic_problem import Circular
from perilune.targeting.periodic_seed import richardson

Array = NDArray[np.float64]

_SQUARE = 1e-12
"""Components of the half-period crossing below this are zero (0.4 mm, 1 nm/s about the Moon)."""
_LENGTHS = (0.25, 0.5, 0.1)
"""Heights tried for the seed, in the distance from the point to the light body."""


@dataclass(frozen=True, eq=False)
class Halo:
    """A halo orbit.

    Attributes
    ----------
    problem : Circular
    point : int
        Libration point, 1 or 2.
    state : ndarray, shape (6,)
        Where it crosses the xz plane at its greatest distance from that plane z = 0 (about L2 the
        crossing far from the light body), in the problem's units.
    period : float
        In the problem's unit of time.
    monodromy : ndarray, shape (6, 6)
        Transition matrix over one period.
    closure : float
        How far it is from closing after one period, in the problem's units.
    status : str
        `converged`, or `no_solution`.
    remedy : str
    """

    problem: Circular
    point: int
    state: Array
    period: float
    monodromy: Array
    closure: float
    status: str = "converged"
    remedy: str = ""

    @property
    def converged(self) -> bool:
        """Whether it closes and has the height or the period asked for."""
        return self.status == "converged"

    @property
    def jacobi(self) -> float:
        """The Jacobi constant."""
        return float(self.problem.jacobi(self.state))

    @property
    def stability_index(self) -> float:
        """Half the sum of the largest eigenvalue of the monodromy matrix and its inverse.

        1 is stable; a departure grows by about twice this in one revolution (Grebow 2006).
        """
        largest = float(np.max(np.abs(np.linalg.eigvals(self.monodromy))))
        return 0.5 * (largest + 1.0 / largest)

    @property
    def height_km(self) -> float:
        """Greatest distance from the plane of the bodies: |z| at `state`."""
        return abs(float(self.state[2])) * self.problem.length_km

    @property
    def period_d(self) -> float:
        """The period in days."""
        return self.period * self.problem.time_s / 86400.0

    def at(self, phases: Array) -> Array:
        """Return states at phases (fractions of a period from `state`), shape (n, 6)."""
        phases = np.atleast_1d(np.asarray(phases, dtype=float)) % 1.0
        order = np.argsort(phases)
        times = np.concatenate([[0.0], phases[order] * self.period])
        out = np.empty((len(phases), 6))
        distinct, place = np.unique(times, return_inverse=True)
        out[order] = self.problem.path(self.state, distinct)[place[1:]]
        return out


def halo(
    problem: Circular,
    point: int = 2,
    *,
    north: bool = False,
    height_km: float | None = None,
    period_d: float | None = None,
) -> Halo:
    """Return the halo orbit with a height or a period.

    Parameters
    ----------
    problem : Circular
        In its units of km and s, where these are to mean something.
    point : int
        1 or 2.
    north : bool
        The branch: on which side of the plane it goes furthest.
    height_km, period_d : float
        One of them: greatest distance from the plane, or the period. Of several members with that
        height or period, the first from the plane on.

    Raises
    ------
    InputError
        Where not exactly one of the two is given, or it is not positive.

    Source: Howell 1984, Celestial Mechanics 32:53 (correction); Keller 1977 (pseudo-arclength).
    """
    given = [x for x in (height_km, period_d) if x is not None]
    if len(given) != 1 or not 0.0 < given[0] < np.inf:
        raise InputError(
            f"a halo orbit needs height_km or period_d, one positive number: found "
            f"{height_km!r}, {period_d!r}"
        )
    if height_km is not None:
        aim, wanted = _height, height_km / problem.length_km
    else:
        aim, wanted = _period, given[0] * 86400.0 / problem.time_s
    start = _seed(problem, point, wanted if height_km is not None else None, north=north)
    if start is None:
        return _none(problem, point, "the family could not be entered from its third-order seed")
    found = _along(problem, start, aim, wanted)
    if found is None:
        kind = "height_km" if height_km is not None else "period_d"
        return _none(problem, point, f"no member of the family has {kind} = {given[0]:g}")
    return _finish(problem, point, found)


# an orbit is four numbers while it is solved for: x, z, vy at the crossing, and half its period

Aim = Callable[[Array], tuple[float, Array]]
"""A quantity of an orbit and its derivative to the four numbers."""


def _height(orbit: Array) -> tuple[float, Array]:
    return abs(float(orbit[1])), np.array([0.0, np.sign(orbit[1]), 0.0, 0.0])


def _period(orbit: Array) -> tuple[float, Array]:
    return 2.0 * float(orbit[3]), np.array([0.0, 0.0, 0.0, 2.0])


def _full(orbit: Array) -> Array:
    return np.array([orbit[0], 0.0, orbit[1], 0.0, orbit[2], 0.0])


def _half(problem: Circular, orbit: Array) -> tuple[Array, Array]:
    """Return what must vanish at the half period (y, vx, vz), and its derivative (3, 4)."""
    end, stm = problem.fly(_full(orbit), float(orbit[3]))
    rows = [1, 3, 5]
    slope = np.column_stack([stm[np.ix_(rows, [0, 2, 4])], problem.rates(end)[rows]])
    return end[rows], slope


def _correct(problem: Circular, orbit: Array, last: Aim, wanted: float) -> Array | None:
    """Return the orbit that closes and keeps one more condition, by Newton's method."""
    for _ in range(25):
        value, row = last(orbit)
        miss, slope = _half(problem, orbit)
        residual = np.append(miss, value - wanted)
        if not np.isfinite(residual).all():
            return None
        if np.abs(residual).max() < _SQUARE:
            return orbit
        try:
            step = -np.linalg.solve(np.vstack([slope, row]), residual)
        except np.linalg.LinAlgError:
            return None
        orbit = orbit + step * min(1.0, 0.05 / float(np.abs(step).max()))
    return None


def _seed(problem: Circular, point: int, height: float | None, *, north: bool) -> Array | None:
    """Return a first member of the family: a low one, from the third-order expansion."""
    gamma = abs(problem.collinear(point) - 1.0 + problem.mu)
    tries = [share * gamma for share in _LENGTHS]
    if height is not None:
        tries.sort(key=lambda h: abs(h - height))
        tries = [h for h in tries if h <= height] + [min(height, tries[0])]
    for amplitude in tries:
        guess = richardson(problem, point, amplitude, north=north)
        if guess is None:
            continue
        state, period = guess
        orbit = np.array([state[0], state[2], state[4], 0.5 * period])
        found = _correct(problem, orbit, _height, abs(float(orbit[1])))
        if found is not None and np.sign(found[1]) == (1.0 if north else -1.0):
            return found
    return None


def _along(problem: Circular, start: Array, aim: Aim, wanted: float) -> Array | None:
    """Lead an orbit along its family, first away from the plane, then back towards it."""
    outward = np.array([0.0, np.sign(start[1]), 0.0, 0.0])
    for heading in (outward, -outward):
        found = _walk(problem, start, heading, aim, wanted)
        if found is not None:
            return found
    return None


def _walk(problem: Circular, orbit: Array, heading: Array, aim: Aim, wanted: float) -> Array | None:
    side = np.sign(orbit[1])
    length, steps = 0.01, 0
    while steps < 300:
        near = _correct(problem, orbit, aim, wanted) if _close(orbit, aim, wanted) else None
        if near is not None and np.sign(near[1]) == side:
            return near
        tangent = _tangent(_half(problem, orbit)[1], heading)
        following = _arc(problem, orbit, tangent, length)
        steps += 1
        if following is None:
            length *= 0.5
            if length < 1e-6:
                return None
            continue
        before, after = aim(orbit)[0] - wanted, aim(following)[0] - wanted
        if before * after <= 0.0:
            share = before / (before - after) if before != after else 0.0
            found = _correct(problem, orbit + share * (following - orbit), aim, wanted)
            if found is not None:
                return found
        if np.sign(following[1]) != side:  # through the plane, where the family branches off
            return None
        orbit, heading, length = following, tangent, min(1.5 * length, 0.03)
    return None


def _close(orbit: Array, aim: Aim, wanted: float) -> bool:
    return abs(aim(orbit)[0] - wanted) < 1e-3


def _tangent(slope: Array, heading: Array) -> Array:
    """Return the unit direction in which orbits still close, on the side of a heading."""
    direction = np.linalg.svd(slope)[2][-1]
    return np.asarray(direction if direction @ heading >= 0.0 else -direction)


def _arc(problem: Circular, orbit: Array, tangent: Array, length: float) -> Array | None:
    """Return the next member, a length along the tangent."""

    def ahead(trial: Array) -> tuple[float, Array]:
        return float(tangent @ (trial - orbit)), tangent

    found = _correct(problem, orbit + length * tangent, ahead, length)
    if found is None or float(np.linalg.norm(found - orbit)) > 2.0 * length or found[3] <= 0.0:
        return None
    return found


def _finish(problem: Circular, point: int, orbit: Array) -> Halo:
    state, period = _full(orbit), 2.0 * float(orbit[3])
    end, monodromy = problem.fly(state, period)
    return Halo(problem, point, state, period, monodromy, float(np.linalg.norm(end - state)))


def _none(problem: Circular, point: int, remedy: str) -> Halo:
    nothing = Halo(problem, point, np.full(6, np.nan), np.nan, np.full((6, 6), np.nan), np.nan)
    return replace(nothing, status="no_solution", remedy=remedy)
