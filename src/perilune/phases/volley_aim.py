"""Bring many shots to the perilunes wanted, all at once.

The stages are those of `perilune.phases.aim`: the aim point with a massless Moon, the B-plane
parameters with its pull, the goals themselves in the full model. Derivatives are differences: a
row and its three neighbors are the four lanes of one batch.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from perilune.astro import bplane
from perilune.astro.epoch import Epoch
from perilune.phases.aimed import Aimed
from perilune.phases.arrival import aim_offset, perilune_misses
from perilune.phases.targets import Targets, lunar_poles
from perilune.phases.volley import Flown, Volley, VolleyShooter

Array = NDArray[np.float64]
Rows = NDArray[np.int64]

# Differences move the arrival by some kilometers; limits keep a step within sight of the last one.
_STEPS = {"azimuth_rad": 1e-5, "coast_s": 0.02, "dv_km_s": 1e-6, "lift_off_s": 0.2}
_LIMITS = {"azimuth_rad": 0.1, "coast_s": 300.0, "dv_km_s": 0.03, "lift_off_s": 1800.0}
_STEPS |= {"turn_rad": 1e-6}
_LIMITS |= {"turn_rad": 0.05}

_AIM_KM, _BPLANE, _GOAL = 2e3, 20.0, np.array([1e-3, 1e-7, 1e-6])
"""Where a stage ends: km; km and s; radius (km), inclination (rad), radial rate (km/s)."""


def aim_many(
    shooter: VolleyShooter,
    volley: Volley,
    names: tuple[str, ...],
    wanted: Targets,
    *,
    near: NDArray[np.bool_] | None = None,
    bias: Array | None = None,
) -> Aimed:
    """Move the controls named until every row arrives at the perilune wanted.

    Parameters
    ----------
    names : tuple of three str
        Controls that are solved for.
    near : ndarray of bool, shape (n,), optional
        Rows that already lead close by: their first stage is left out.
    bias : ndarray, shape (n, 3), optional
        `Aimed.bias` of solutions close by (zeros where none is known): the full model then has
        less to mend. Given, the result has its own.

    Nothing raises for a row that has no solution: it is not converged, and `stage` says how far
    it came.
    """
    count = len(volley)
    solver = _Solver(shooter, volley, names, wanted, np.zeros((count, 3)) if bias is None else bias)
    far = np.arange(count) if near is None else np.flatnonzero(~near)
    stage = np.zeros(count, dtype=np.int64)
    sound = np.ones(count, dtype=bool)
    sound[far] = solver.to_aim_point(far)
    stage[sound] = 1
    sound[sound] = solver.to_bplane(np.flatnonzero(sound))
    stage[sound] = 2
    flown, done = solver.to_goals(np.flatnonzero(sound))
    stage[done] = 3
    reached, lowered = solver.inclinations(flown)
    learned = np.full((count, 3), np.nan)
    if bias is not None and done.any():
        learned[done] = solver.bplane_miss(np.flatnonzero(done))
    return Aimed(solver.volley, flown, done, stage, reached, lowered, learned)


Flight = Callable[[Volley, Rows], tuple[Array, Array, Epoch]]
"""Flies rows; gives residuals (n, 3), arrivals (n, 6) and their instants."""


class _Solver:
    """Rows of controls, and the derivative of each row's goals as last known."""

    def __init__(
        self,
        shooter: VolleyShooter,
        volley: Volley,
        names: tuple[str, ...],
        wanted: Targets,
        bias: Array,
    ) -> None:
        self.bias = bias
        self.shooter, self.volley, self.names, self.wanted = shooter, volley, names, wanted
        self.env, self.gm = shooter.env, shooter.env.constants.gm("moon")
        self.steps = np.array([_STEPS[n] for n in names])
        self.limits = np.array([_LIMITS[n] for n in names])
        self.slopes = np.full((len(volley), 3, 3), np.nan)

    def to_aim_point(self, rows: Rows) -> NDArray[np.bool_]:
        """Lead rows to where the Moon's pull would take over, the Moon being massless."""

        def miss(flown: Flown, which: Rows, poles: Array) -> Array:
            aim = self.wanted.of(which).sight(flown.arrival[:, 3:], poles, self.env)
            return np.asarray(flown.arrival[:, :3] - aim)

        return self._newton(rows, miss, np.full(3, _AIM_KM), massless=True)

    def to_bplane(self, rows: Rows) -> NDArray[np.bool_]:
        """Lead rows to the B-plane parameters wanted, in the sensitivity model."""
        return self._newton(rows, self._off_bplane, np.full(3, _BPLANE), massless=False)

    def bplane_miss(self, rows: Rows) -> Array:
        """Return what the sensitivity model misses the B-plane parameters by, shape (n, 3)."""
        flown = self.shooter.fly(self.volley.of(rows))
        return self.bias[rows] + self._off_bplane(flown, rows, self._poles(flown.arrives))

    def _off_bplane(self, flown: Flown, which: Rows, poles: Array) -> Array:
        """Return the misses along T and R (km) and in time (s), over the bias."""
        here = bplane.from_vectors(flown.arrival[:, :3], flown.arrival[:, 3:], self.gm, poles)
        t, r = bplane.axes(here.s, poles)
        aim = self._aim(here.s, here.v_inf_km_s, which, poles)
        parts = (
            here.b_t_km - np.sum(aim * t, axis=1),
            here.b_r_km - np.sum(aim * r, axis=1),
            here.time_since_periapsis_s,
        )
        return np.asarray(np.stack(parts, axis=1) - self.bias[which])

    def to_goals(self, rows: Rows) -> tuple[Flown, NDArray[np.bool_]]:
        """Meet the goals themselves in the full model, with the derivatives known so far."""
        done = np.zeros(len(self.volley), dtype=bool)
        before, after, arrival = (np.full((len(self.volley), 6), np.nan) for _ in range(3))
        last = np.full((len(self.volley), 3), np.nan)
        moved = np.zeros((len(self.volley), 3))
        for turn in range(9):
            if not len(rows):
                break
            flown = self.shooter.fly(self.volley.of(rows), full=True)
            poles = self._poles(flown.arrives)
            miss = self._goals(flown.arrival, rows, poles)
            if turn:
                self._update(rows, miss - last[rows], moved[rows])
            last[rows] = miss
            met = (np.abs(miss) <= _GOAL).all(axis=1)
            done[rows[met]] = True
            before[rows[met]], after[rows[met]] = flown.before[met], flown.after[met]
            arrival[rows[met]] = flown.arrival[met]
            sound = np.isfinite(miss).all(axis=1) & ~met
            rows = rows[sound]
            moved[rows] = self._step(rows, miss[sound])
            self._move(rows, moved[rows])
        everything = self.volley
        arrives = (
            everything.lift_off
            + (self.shooter.launch.ascent.duration_s + everything.coast_s)
            + everything.flight_time_s
        )
        return Flown(before, after, arrival, arrives), done

    def inclinations(self, flown: Flown) -> tuple[Array, NDArray[np.bool_]]:
        """Return the inclinations reached (rad), and whether they are not those wanted."""
        poles = self._poles(flown.arrives)
        h = np.cross(flown.arrival[:, :3], flown.arrival[:, 3:])
        across = np.linalg.norm(np.cross(h, poles), axis=1)
        reached = np.arctan2(across, np.sum(h * poles, axis=1))
        with np.errstate(invalid="ignore"):
            return reached, np.abs(reached - self.wanted.inclination_rad) > 1e-6

    # ---- the pieces

    def _poles(self, epoch: Epoch) -> Array:
        return lunar_poles(epoch, self.env)

    def _aim(self, s: Array, v_inf: Array, which: Rows, poles: Array) -> Array:
        wanted = self.wanted.of(which)
        return aim_offset(
            s, v_inf, wanted.radius_km, wanted.inclination_rad, wanted.north, poles, self.gm
        )

    def _goals(self, arrival: Array, which: Rows, poles: Array) -> Array:
        """Return the misses of the goals; an inclination out of reach is taken as the lowest."""
        wanted = self.wanted.of(which)
        s = bplane.from_vectors(arrival[:, :3], arrival[:, 3:], self.gm, poles).s
        with np.errstate(invalid="ignore"):
            steepest = np.sqrt(1.0 - np.sum(s * poles, axis=1) ** 2)
            lowest = np.abs(np.cos(wanted.inclination_rad)) >= steepest
        return perilune_misses(
            arrival, wanted.radius_km, wanted.inclination_rad, poles, self.gm, lowest
        )

    def _newton(
        self,
        rows: Rows,
        miss: Callable[[Flown, Rows, Array], Array],
        tolerance: Array,
        *,
        massless: bool,
    ) -> NDArray[np.bool_]:
        """Damped Newton steps by differences; returns which rows got there."""
        count = len(rows)
        base = self.volley.of(rows)
        best, step = np.zeros((count, 3)), np.zeros((count, 3))
        size, damping = np.full(count, np.inf), np.ones(count)
        done, active = np.zeros(count, dtype=bool), np.arange(count)
        for _ in range(25):
            if not len(active):
                break
            trial = best[active] + damping[active, None] * step[active]
            values, slopes, goal_slopes = self._differences(
                base.of(active), trial, rows[active], miss, massless=massless
            )
            now = np.linalg.norm(values, axis=1)
            better = now < size[active]
            good = active[better]
            best[good], size[good], damping[good] = trial[better], now[better], 1.0
            met = better & (np.abs(values) <= tolerance).all(axis=1)
            done[active[met]] = True
            if not massless:
                self.slopes[rows[good]] = goal_slopes[better]
            step[good] = _newton_step(slopes[better], values[better], self.limits)
            damping[active[~better]] *= 0.4
            hopeless = (damping[active] < 1e-3) | ~np.isfinite(size[active])
            active = active[~met & ~hopeless]
        best[done] += step[done]  # the last step is taken on trust
        self._move(rows, best)
        return done

    def _differences(
        self,
        base: Volley,
        shift: Array,
        which: Rows,
        miss: Callable[[Flown, Rows, Array], Array],
        *,
        massless: bool,
    ) -> tuple[Array, Array, Array]:
        """Return misses (n, 3), and their slopes and the goals' (n, 3, 3), by differences."""
        count = len(which)
        shifts = np.repeat(shift[:, None, :], 4, axis=1)
        for i, step in enumerate(self.steps):
            shifts[:, i + 1, i] += step
        four = np.repeat(np.arange(count), 4)
        flat = shifts.reshape(-1, 3)
        volley = base.of(four).moved({n: flat[:, i] for i, n in enumerate(self.names)})
        flown = self.shooter.fly(volley, massless=massless)
        poles = np.repeat(self._poles(flown.arrives[::4]), 4, axis=0)
        values = miss(flown, which[four], poles).reshape(count, 4, 3)
        goals = self._goals(flown.arrival, which[four], poles).reshape(count, 4, 3)
        slopes, goal_slopes = (
            np.swapaxes(v[:, 1:] - v[:, :1], 1, 2) / self.steps for v in (values, goals)
        )
        return values[:, 0], slopes, goal_slopes

    def _step(self, rows: Rows, values: Array) -> Array:
        return _newton_step(self.slopes[rows], values, self.limits)

    def _update(self, rows: Rows, change: Array, moved: Array) -> None:
        """Broyden's rank-one correction of the slopes, in units of the limits."""
        scaled = moved / self.limits
        size = np.sum(scaled**2, axis=1)
        slopes = self.slopes[rows] * self.limits
        error = change - np.einsum("nij,nj->ni", slopes, scaled)
        with np.errstate(invalid="ignore", divide="ignore"):
            slopes = slopes + error[:, :, None] * (scaled / size[:, None])[:, None, :]
        sound = size > 0.0
        self.slopes[rows[sound]] = slopes[sound] / self.limits

    def _move(self, rows: Rows, shift: Array) -> None:
        whole = np.zeros((len(self.volley), 3))
        whole[rows] = shift
        self.volley = self.volley.moved({n: whole[:, i] for i, n in enumerate(self.names)})


def _newton_step(slopes: Array, values: Array, limits: Array) -> Array:
    """Return -slopes^-1 values, shortened where any control would go beyond its limit."""
    if not len(values):
        return np.zeros((0, 3))
    scaled = slopes * limits
    rows = np.linalg.norm(scaled, axis=2, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        scaled, right = scaled / rows, -values / rows[..., 0]
    sound = np.isfinite(scaled).all(axis=(1, 2)) & np.isfinite(right).all(axis=1)
    out = np.zeros_like(values)
    # the pseudo-inverse, so that a singular row moves as far as it can
    inverse = np.linalg.pinv(scaled[sound], rcond=1e-9)
    step = np.einsum("nij,nj->ni", inverse, right[sound])
    step /= np.maximum(np.abs(step).max(axis=1, keepdims=True, initial=0.0), 1.0)
    out[sound] = step * limits
    return out
