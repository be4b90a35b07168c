"""Unknowns x goals -> solution: a bounded Levenberg-Marquardt corrector that says how it went.

With as many unknowns as goals and the damping at rest it is Newton's method; with more unknowns it
takes the smallest scaled step; with bounds, a step stops at them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from perilune.errors import InputError

Array = NDArray[np.float64]
Evaluation = tuple[Array, Callable[[], Array]]
"""Residuals (one a goal, achieved less wanted), and how to get their Jacobian (goals x unknowns):
asked for only at points the solver goes on from."""


@dataclass(frozen=True)
class Unknown:
    """A number the solver may move.

    Attributes
    ----------
    name : str
        With its unit as suffix.
    guess, scale : float
        Where to start, and the size of a typical change.
    lower, upper : float
        Bounds.
    """

    name: str
    guess: float
    scale: float
    lower: float = -np.inf
    upper: float = np.inf


@dataclass(frozen=True)
class Goal:
    """A residual to bring to zero, within a tolerance in its own unit."""

    name: str
    tolerance: float


@dataclass(frozen=True)
class Solution:
    """How a solve ended.

    Attributes
    ----------
    status : str
        `converged`, `no_solution` (no step improves it any more), or `iteration_limit`.
    values : dict of str to float
        The unknowns.
    errors : dict of str to float
        The residuals reached, by goal.
    iterations, evaluations : int
    at_bounds : tuple of str
        Unknowns that ended on a bound.
    remedy : str
        What would help, in words; empty when converged.
    """

    status: str
    values: dict[str, float]
    errors: dict[str, float]
    iterations: int
    evaluations: int
    at_bounds: tuple[str, ...] = ()
    remedy: str = ""
    history: tuple[float, ...] = field(default=(), repr=False)

    @property
    def converged(self) -> bool:
        """Whether every goal is met."""
        return self.status == "converged"


def solve(
    unknowns: Sequence[Unknown],
    goals: Sequence[Goal],
    evaluate: Callable[[Array], Evaluation],
    *,
    max_iterations: int = 40,
    broyden: bool = True,
) -> Solution:
    """Move the unknowns until every residual is within its tolerance.

    Parameters
    ----------
    unknowns, goals : sequence
    evaluate : callable
        Residuals and Jacobian at an array of unknowns; non-finite residuals mean "not there".
    max_iterations : int
    broyden : bool
        Go on with Broyden's update of the Jacobian while it serves, where asking for the true one
        is dear.

    Returns
    -------
    Solution
        A failure is a status, never an exception.

    Source: Levenberg-Marquardt as in Nocedal & Wright 2006, section 10.3, on scaled unknowns and
    on residuals in units of their tolerances.
    """
    if not unknowns or not goals:
        raise InputError("a problem needs at least one unknown and one goal")
    corrector = _Corrector(unknowns, goals, evaluate, broyden=broyden)
    return corrector.run(max_iterations)


_Point = tuple[Array, Callable[[], Array], float]  # residual, Jacobian on demand, size


class _Slope:
    """The Jacobian in use: the true one, or Broyden's update of it while that serves.

    Broyden 1965, Math. Comp. 19:577. The true one is asked for again when a step gains less than
    a factor of ten, or fails.
    """

    def __init__(self, source: Callable[[], Array], *, broyden: bool) -> None:
        self._source, self._broyden = source, broyden
        self._matrix: Array | None = None
        self._residual: Array | None = None
        self.updated = False
        self.damping = 0.0

    def matrix(self, residual: Array, scale: Array) -> Array:
        """Return goals x scaled unknowns."""
        if self._matrix is None:
            self._matrix = self._source() * scale
            self.updated = False
        self._residual = residual
        return self._matrix

    def refresh(self) -> None:
        """Ask for the true Jacobian next time."""
        self._matrix, self.damping = None, 0.0

    def move(self, step: Array, there: _Point, size_before: float) -> None:
        """Go on to an accepted point."""
        self._source = there[1]
        slow = there[2] > 0.1 * size_before
        if not self._broyden or slow or self._matrix is None or self._residual is None:
            self._matrix = None
            return
        change = there[0] - self._residual - self._matrix @ step
        self._matrix = self._matrix + np.outer(change, step) / float(step @ step)
        self.updated = True


class _Corrector:
    def __init__(
        self,
        unknowns: Sequence[Unknown],
        goals: Sequence[Goal],
        evaluate: Callable[[Array], Evaluation],
        *,
        broyden: bool,
    ) -> None:
        self.broyden = broyden
        self.unknowns, self.goals, self._evaluate = unknowns, goals, evaluate
        self.scale = np.array([u.scale for u in unknowns])
        self.lower = np.array([u.lower for u in unknowns])
        self.upper = np.array([u.upper for u in unknowns])
        self.tolerance = np.array([g.tolerance for g in goals])
        self.evaluations = 0

    def evaluate(self, values: Array) -> _Point:
        self.evaluations += 1
        residual, jacobian = self._evaluate(values)
        size = float(np.linalg.norm(residual / self.tolerance))
        return residual, jacobian, size if np.isfinite(size) else np.inf

    def run(self, max_iterations: int) -> Solution:
        values = np.clip(np.array([u.guess for u in self.unknowns]), self.lower, self.upper)
        here = self.evaluate(values)
        history, iteration, status = [here[2]], 0, "iteration_limit"
        slope = _Slope(here[1], broyden=self.broyden)
        while True:
            if (np.abs(here[0]) <= self.tolerance).all():
                status = "converged"
                break
            if iteration == max_iterations:
                break
            iteration += 1
            found = self._improve(values, here, slope)
            if found is None:
                status = "no_solution"
                break
            (values, here), step = found, found[0] - values
            slope.move(step / self.scale, here, history[-1])
            history.append(here[2])
        return self._solution(status, values, here[0], iteration, history)

    def _improve(self, values: Array, here: _Point, slope: _Slope) -> tuple[Array, _Point] | None:
        """Return the next point that is better, or None where none is."""
        residual, _, size = here
        if not np.isfinite(size):
            return None
        while True:
            jacobian = slope.matrix(residual, self.scale)
            if not np.isfinite(jacobian).all():
                return None
            for _ in range(2 if slope.updated else 12):
                step = self._step(values, residual, jacobian, slope.damping)
                trial = np.clip(values + step, self.lower, self.upper)
                there = self.evaluate(trial)
                if there[2] < size:
                    slope.damping /= 100.0
                    return trial, there
                if np.array_equal(trial, values):
                    break
                slope.damping = max(10.0 * slope.damping, 1e-4)
            if not slope.updated:
                return None
            slope.refresh()

    def _step(self, values: Array, residual: Array, jacobian: Array, damping: float) -> Array:
        """Return the damped step; unknowns it would push out through their bounds are held."""
        free = np.ones(len(values), dtype=bool)
        step = np.zeros(len(values))
        while free.any():
            step[:] = 0.0
            step[free] = self._least_squares(residual, jacobian[:, free], damping)
            step *= self.scale
            out = ((values <= self.lower) & (step < 0.0)) | ((values >= self.upper) & (step > 0.0))
            if not (out & free).any():
                break
            free &= ~out
        else:
            step[:] = 0.0
        return step

    def _least_squares(self, residual: Array, jacobian: Array, damping: float) -> Array:
        a = jacobian / self.tolerance[:, None]
        b = -residual / self.tolerance
        if damping > 0.0:
            size = np.sqrt(damping) * np.linalg.norm(a, axis=0)
            a = np.vstack([a, np.diag(np.maximum(size, 1e-12))])
            b = np.append(b, np.zeros(a.shape[1]))
        return np.asarray(np.linalg.lstsq(a, b, rcond=1e-14)[0])

    def _solution(
        self, status: str, values: Array, residual: Array, iterations: int, history: list[float]
    ) -> Solution:
        bounds = tuple(
            u.name
            for u, x in zip(self.unknowns, values, strict=True)
            if x <= u.lower or x >= u.upper
        )
        errors = {g.name: float(r) for g, r in zip(self.goals, residual, strict=True)}
        remedy = ""
        if status != "converged":
            missed = [n for g, n in zip(self.goals, errors, strict=True)
                      if not abs(errors[n]) <= g.tolerance]  # fmt: skip
            remedy = f"missed {', '.join(missed)}"
            if bounds:
                remedy += f"; {', '.join(bounds)} reached a bound: widen it"
        return Solution(
            status,
            {u.name: float(x) for u, x in zip(self.unknowns, values, strict=True)},
            errors,
            iterations,
            self.evaluations,
            bounds,
            remedy,
            tuple(history),
        )


def differences(
    function: Callable[[Array], Array], steps: Sequence[float]
) -> Callable[[Array], Evaluation]:
    """Return an evaluation whose Jacobian comes from forward differences with these steps."""

    def evaluate(values: Array) -> Evaluation:
        residual = function(values)

        def jacobian() -> Array:
            moved = [
                values + step * axis for step, axis in zip(steps, np.eye(len(values)), strict=True)
            ]
            return np.array(
                [(function(m) - residual) / step for m, step in zip(moved, steps, strict=True)]
            ).T

        return residual, jacobian

    return evaluate


def minimize(
    function: Callable[[float], float], lower: float, upper: float, *, tolerance: float
) -> tuple[float, float]:
    """Return the argument and value of the smallest function value in an interval.

    Brent's bounded method (scipy); infinite values mean "not there".
    """
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(
        function, bounds=(lower, upper), method="bounded", options={"xatol": tolerance}
    )
    return float(found.x), float(found.fun)
