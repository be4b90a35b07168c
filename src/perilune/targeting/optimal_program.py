"""The compiled nonlinear program behind `optimal`: CasADi symbols in, IPOPT's answer out."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import casadi as ca
import numpy as np
from numpy.typing import NDArray

from perilune.targeting.optimal import (
    LENGTH_KM,
    SPEED_KM_S,
    TIME_S,
    UPRIGHT,
    Case,
    Flight,
    Goals,
    Segment,
    Symbols,
)

Array = NDArray[np.float64]

_STATE = np.array([LENGTH_KM] * 3 + [SPEED_KM_S] * 3 + [1.0])
_STEADY = 1e-6  # weight of attitude changes: decides only where no thrust does


@lru_cache(maxsize=16)
def program(segments: tuple[Segment, ...], goals: Goals, powers: int, extra: int) -> Program:
    """Return the program of a shape of flight, compiled once."""
    return Program(segments, goals, powers, extra)


class Program:
    """The compiled nonlinear program of one shape of flight."""

    def __init__(
        self, segments: tuple[Segment, ...], goals: Goals, powers: int, extra: int
    ) -> None:
        self.segments, self.powers = segments, powers
        edges = np.cumsum([0, *(s.intervals for s in segments)])
        self.nodes = {
            s.name: (int(a), int(b))
            for s, a, b in zip(segments, edges[:-1], edges[1:], strict=True)
        }
        self.count = int(edges[-1])
        self.owner = np.repeat(np.arange(len(segments)), [s.intervals for s in segments])
        self._declare(extra)
        self.step = self._rk4()
        self._assemble(goals)

    def _declare(self, extra: int) -> None:
        sym, n = ca.SX.sym, self.count
        self.shift, self.durations = sym("shift"), sym("durations", len(self.segments))
        self.x, self.angles, self.throttle = sym("x", 7, n + 1), sym("a", 2, n + 1), sym("f", n)
        # gm, spin (3), acceleration at full thrust, exhaust speed, span of the shift
        self.physics = sym("physics", 7)
        self.start, self.defects = sym("start", 6, self.powers), sym("defects", 7, n)
        self.extra = sym("extra", extra)

    def _rates(self, x: Any, throttle: Any, pitch: Any, yaw: Any, physics: Any) -> Any:
        r, v, mass = x[:3], x[3:6], x[6]
        spin = physics[1:4]
        push = ca.vertcat(ca.cos(yaw) * ca.cos(pitch), ca.sin(yaw), ca.cos(yaw) * ca.sin(pitch)) * (
            physics[4] * throttle / mass
        )
        turning = 2.0 * ca.cross(spin, v) + ca.cross(spin, ca.cross(spin, r))
        pull = physics[0] * r / ca.sumsqr(r) ** 1.5
        return ca.vertcat(v, push - pull - turning, -physics[4] * throttle / physics[5])

    def _rk4(self) -> Any:
        sym = ca.SX.sym
        x, throttle, h, physics = sym("x", 7), sym("f"), sym("h"), sym("physics", 7)
        first, last = sym("first", 2), sym("last", 2)
        middle = 0.5 * (first + last)
        k1 = self._rates(x, throttle, first[0], first[1], physics)
        k2 = self._rates(x + 0.5 * h * k1, throttle, middle[0], middle[1], physics)
        k3 = self._rates(x + 0.5 * h * k2, throttle, middle[0], middle[1], physics)
        k4 = self._rates(x + h * k3, throttle, last[0], last[1], physics)
        end = x + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        return ca.Function("step", [x, throttle, first, last, h, physics], [end])

    def _assemble(self, goals: Goals) -> None:
        n = self.count
        powers = ca.vertcat(*(self.shift**k for k in range(self.powers)))
        rows = [self.x[:6, 0] - self.start @ powers, self.x[6, 0] - 1.0]
        turns = []
        for k in range(n):
            h = self.durations[int(self.owner[k])] / self.segments[self.owner[k]].intervals
            first, last = self.angles[:, k], self.angles[:, k + 1]
            end = self.step(self.x[:, k], self.throttle[k], first, last, h, self.physics)
            rows.append(self.x[:, k + 1] - end - self.defects[:, k])
            turns.append((last - first) / h)
        elapsed = self.shift * self.physics[6] + ca.sum1(self.durations)
        symbols = Symbols(
            self.x, self.nodes, elapsed, self.physics[0], self.physics[1:4], self.extra
        )
        wanted = goals(symbols)
        self.equalities, self.turns = 7 * (n + 1), 2 * n
        variables = ca.vertcat(
            self.shift, self.durations, ca.vec(self.x), ca.vec(self.angles), self.throttle
        )
        parameters = ca.vertcat(self.physics, ca.vec(self.start), ca.vec(self.defects), self.extra)
        steady = _STEADY * ca.sumsqr(self.angles[:, 1:] - self.angles[:, :-1])
        problem = {
            "x": variables,
            "p": parameters,
            "f": -self.x[6, n] + steady,
            "g": ca.vertcat(*rows, *turns, *wanted),
        }
        quiet: dict[str, Any] = {"ipopt.print_level": 0, "ipopt.sb": "yes", "print_time": False}
        quiet |= {"calc_lam_p": False, "no_nlp_grad": True}  # nobody asks for slopes to parameters
        limits: dict[str, Any] = {"ipopt.tol": 1e-8, "ipopt.max_iter": 250, "error_on_fail": False}
        warm: dict[str, Any] = {"ipopt.warm_start_init_point": "yes", "ipopt.mu_init": 1e-5}
        self.cold_solver = ca.nlpsol("cold", "ipopt", problem, {**quiet, **limits})
        made = {"grad_f": "nlp_grad_f", "jac_g": "nlp_jac_g", "hess_lag": "nlp_hess_l"}
        known = {key: self.cold_solver.get_function(name) for key, name in made.items()}
        self.warm_solver = ca.nlpsol("warm", "ipopt", problem, {**quiet, **limits, **warm, **known})

    def solve(self, case: Case, guess: Flight, defects: Array | None, warm: bool) -> Flight:
        """Return IPOPT's answer from a guess."""
        low, high = self._variable_bounds(case)
        rate = case.turn_rate_rad_s * TIME_S
        bounds = np.array(case.goals, dtype=np.float64).reshape(-1, 2)
        below = [np.zeros(self.equalities), np.full(self.turns, -rate), bounds[:, 0]]
        above = [np.zeros(self.equalities), np.full(self.turns, rate), bounds[:, 1]]
        solver = self.warm_solver if warm else self.cold_solver
        answer = solver(
            x0=np.clip(self._pack(case, guess), low, high),
            p=self._parameters(case, defects),
            lbx=low,
            ubx=high,
            lbg=np.concatenate(below),
            ubg=np.concatenate(above),
        )
        stats = solver.stats()
        status = "converged" if stats["success"] else "no_solution"
        return self._unpack(case, answer["x"].full().ravel(), status, int(stats["iter_count"]))

    def _parameters(self, case: Case, defects: Array | None) -> Array:
        full = 1e-3 * case.force_n / case.mass_kg * TIME_S / SPEED_KM_S
        physics = [case.gm_km3_s2 / (LENGTH_KM * SPEED_KM_S**2), *(case.spin_rad_s * TIME_S), full,
                   case.exhaust_km_s / SPEED_KM_S, case.shift_span_s / TIME_S]  # fmt: skip
        start = case.start / _STATE[:6, None]
        scale = np.append(_STATE[:6], case.mass_kg)
        added = np.zeros((self.count, 7)) if defects is None else defects / scale
        return np.concatenate([physics, start.ravel(order="F"), added.ravel(), case.extra])

    def _variable_bounds(self, case: Case) -> tuple[Array, Array]:
        n = self.count
        low = np.full((n + 1, 7), -np.inf)
        high = np.full((n + 1, 7), np.inf)
        low[:, 6], high[:, 6] = 0.02, 1.0
        for node, pairs in case.fixed.items():
            for component, pair in enumerate(pairs):
                if pair is not None:
                    low[node, component], high[node, component] = np.array(pair) / _STATE[component]
        pitch, yaw = case.pitch_rad, case.yaw_rad
        angles = np.tile([[pitch[0], -yaw], [pitch[1], yaw]], (n + 1, 1, 1))
        for segment in self.segments:
            if not segment.steered:
                first, last = self.nodes[segment.name]
                angles[first : last + 1] = UPRIGHT
        durations = np.array(case.durations_s).T / TIME_S
        shift = case.shift_bounds
        return (
            np.concatenate([[shift[0]], durations[0], low.ravel(), angles[:, 0].ravel(),
                            case.least_throttle]),
            np.concatenate([[shift[1]], durations[1], high.ravel(), angles[:, 1].ravel(),
                            np.ones(n)]),
        )  # fmt: skip

    def _pack(self, case: Case, flight: Flight) -> Array:
        edges = [flight.times_s[a] for a, _ in self.nodes.values()] + [flight.times_s[-1]]
        shift = flight.shift_s / case.shift_span_s if case.shift_span_s else 0.0
        scale = np.append(_STATE[:6], case.mass_kg)
        return np.concatenate([[shift], np.diff(edges) / TIME_S, (flight.states / scale).ravel(),
                               flight.angles_rad.ravel(), flight.throttle])  # fmt: skip

    def _unpack(self, case: Case, values: Array, status: str, iterations: int) -> Flight:
        n, k = self.count, len(self.segments)
        durations = values[1 : 1 + k] * TIME_S
        steps = np.concatenate(
            [np.full(s.intervals, t / s.intervals) for s, t in zip(self.segments, durations,
                                                                   strict=True)]
        )  # fmt: skip
        at = 1 + k
        states = values[at : at + 7 * (n + 1)].reshape(n + 1, 7) * np.append(
            _STATE[:6], case.mass_kg
        )
        angles = values[at + 7 * (n + 1) : at + 9 * (n + 1)].reshape(n + 1, 2)
        throttle = values[at + 9 * (n + 1) :]
        times = np.concatenate([[0.0], np.cumsum(steps)])
        shift = float(values[0]) * case.shift_span_s
        return Flight(shift, times, states, angles, throttle, status, iterations)
