"""Bring one shot to the perilune wanted, in stages, from a guess of two-body quality.

First the Moon's center with a massless Moon, then the aim point of the branch, then the B-plane
parameters with the Moon's pull, then the goals themselves: perilune radius, inclination, and no
radial rate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from perilune.astro import bplane
from perilune.errors import InputError
from perilune.phases.arrival import (
    Perilune,
    aim_point,
    bplane_residual,
    derivative,
    lowest_inclination_deg,
    lunar_pole,
    perilune_residual,
    position_residual,
)
from perilune.phases.shot import IMPULSE, Controls, Shot
from perilune.phases.translunar import Shooter
from perilune.targeting.problem import Evaluation, Goal, Solution, Unknown, solve

Array = NDArray[np.float64]

_SCALES = {"azimuth_rad": 1e-2, "coast_s": 10.0, "dv_km_s": 1e-2, "lift_off_s": 60.0}
_SCALES |= {f"dv_{axis}": 1e-2 for axis in "xyz"}

_GOALS = [
    Goal("perilune_radius_km", 1e-5),
    Goal("inclination_rad", 1e-9),
    Goal("radial_rate_km_s", 1e-8),
]


def target(
    shooter: Shooter,
    controls: Controls,
    names: tuple[str, ...],
    wanted: Perilune,
    branch: str,
    *,
    near: bool = False,
) -> tuple[Solution, Shot | None]:
    """Move the controls named until the shot arrives at the perilune wanted.

    In stages: at the Moon's center with a massless Moon, at the aim point, at the B-plane
    parameters with the Moon's pull, at the goals themselves. `near` skips the first two, for
    controls that already lead close by.
    """
    env = shooter.env
    gm = env.constants.gm("moon")
    stage = _Stage(shooter, controls, names)
    if not near:
        solution = stage.lead(lambda _: position_residual(np.zeros(3)), 2e4, massless=True)
        if not solution.converged or stage.last is None:
            return solution, None
        arrival = stage.last.arrival
        v_inf = float(np.linalg.norm(arrival.v_km_s))
        s, pole = arrival.v_km_s / v_inf, lunar_pole(arrival.epoch, env)
        aim = aim_point(s, v_inf, wanted, pole, branch, gm)
        solution = stage.lead(lambda _: position_residual(aim), 2e3, massless=True)
        if not solution.converged:
            return solution, None
        solution = stage.lead(
            lambda pole: bplane_residual(wanted, pole, branch, gm), 1.0, massless=False
        )
        if not solution.converged:
            return replace(solution, remedy=_remedy(stage, wanted, solution)), None
    solution = stage.finish(wanted)
    if not solution.converged:
        return replace(solution, remedy=_remedy(stage, wanted, solution)), None
    return solution, stage.shot()


_ResidualAt = Callable[[Array], Callable[[Array], Array]]
_Flown = Callable[[Controls], tuple[Shot | None, Callable[[], Shot | None]]]


class _Stage:
    """A solve by stages: each starts where the last one ended."""

    def __init__(self, shooter: Shooter, controls: Controls, names: tuple[str, ...]) -> None:
        self.shooter, self.controls, self.names = shooter, controls, names
        self.last: Shot | None = None
        self.evaluations = 0
        self._kept: tuple[tuple[Controls, bool], Shot | None] | None = None

    def lead(self, residual_at: _ResidualAt, tolerance: float, *, massless: bool) -> Solution:
        """Solve in the sensitivity model: its Moon is a point, so a path through it is harmless.

        `residual_at` gives the residual function for the lunar pole of the arrival.
        """

        def fly(controls: Controls) -> tuple[Shot | None, Callable[[], Shot | None]]:
            key = (controls, massless)
            if self._kept is None or self._kept[0] != key:  # a stage starts where the last ended
                shot = self.shooter.sensitivity(controls, self.names, massless=massless)
                self._kept = key, shot
            kept = self._kept[1]
            return kept, lambda: kept

        goals = [Goal(f"miss_{axis}", tolerance) for axis in "xyz"]
        return self._solve(fly, residual_at, goals, broyden=False)

    def finish(self, wanted: Perilune) -> Solution:
        """Solve the goals themselves in the full model, asking for sensitivities when needed."""

        def fly(controls: Controls) -> tuple[Shot | None, Callable[[], Shot | None]]:
            return self.shooter.shoot(controls), lambda: self.shooter.sensitivity(
                controls, self.names
            )

        gm = self.shooter.env.constants.gm("moon")
        return self._solve(
            fly, lambda pole: perilune_residual(wanted, pole, gm), _GOALS, broyden=True
        )

    def _solve(
        self, fly: _Flown, residual_at: _ResidualAt, goals: list[Goal], *, broyden: bool
    ) -> Solution:
        base, lost = self.controls, np.full((3, len(self.names)), np.nan)

        def evaluate(values: Array) -> Evaluation:
            shot, sensitive = fly(base.moved(dict(zip(self.names, values, strict=True))))
            self.last = shot or self.last
            if shot is None:
                return np.full(3, np.inf), lambda: lost
            residual = residual_at(lunar_pole(shot.arrival.epoch, self.shooter.env))

            def jacobian() -> Array:
                near = sensitive()
                if near is None:
                    return lost
                columns = np.array([near.columns[name] for name in self.names]).T
                return np.asarray(derivative(residual, shot.arrival.vector) @ columns)

            return residual(shot.arrival.vector), jacobian

        unknowns = [Unknown(n, _value(base, n), _SCALES[n]) for n in self.names]
        solution = solve(unknowns, goals, evaluate, broyden=broyden)
        self.evaluations += solution.evaluations
        self.controls = base.moved(solution.values)
        return replace(solution, evaluations=self.evaluations)

    def shot(self) -> Shot | None:
        """Return the full-model shot of the controls reached, with its arcs."""
        return self.shooter.shoot(self.controls, dense=True)


def _value(controls: Controls, name: str) -> float:
    if name == "lift_off_s":
        return 0.0
    if name in IMPULSE:
        if not isinstance(controls.dv_km_s, tuple):
            raise InputError("impulse components need a three-component impulse")
        return controls.dv_km_s[IMPULSE.index(name)]
    return float(getattr(controls, name))


def _remedy(stage: _Stage, wanted: Perilune, solution: Solution) -> str:
    """Say in words what stood in the way."""
    if stage.last is None:
        return "the trajectory runs into the Moon or the Earth: try another flight time"
    arrival = stage.last.arrival
    env = stage.shooter.env
    pole = lunar_pole(arrival.epoch, env)
    here = bplane.from_vectors(arrival.r_km, arrival.v_km_s, env.constants.gm("moon"), pole)
    if not np.isfinite(here.v_inf_km_s):
        return "the approach is not hyperbolic about the Moon: try a shorter flight time"
    low = lowest_inclination_deg(here.s, pole)
    wish = wanted.inclination_deg
    if wish is not None and not low <= wish <= 180.0 - low:
        return (
            f"inclination {wish:g} deg is outside what this approach allows: "
            f"{low:.3f} to {180.0 - low:.3f} deg at this flight time"
        )
    return solution.remedy
