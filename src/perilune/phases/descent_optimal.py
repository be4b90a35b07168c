"""The least propellant from a descent orbit to a site: what the optimizer is asked, its guess."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from perilune.astro.epoch import Epoch
from perilune.dynamics.trajectory import Trajectory
from perilune.phases.base import Context, Engine
from perilune.phases.descent_estimate import DescentLimits, view_tangent
from perilune.phases.powered_axes import SiteAxes
from perilune.phases.powered_flight import Flown, Pilot, optimize_and_fly, upright_from
from perilune.phases.powered_guidance import Profile
from perilune.targeting.optimal import LENGTH_KM, Case, Flight, Segment, Symbols

Array = NDArray[np.float64]

WINDOW_S = 900.0
"""Ignition is sought this long before and after the estimate."""

_POWERS = 17
_BRAKING, _APPROACH, _HOVER, _VERTICAL = 26, 10, 3, 6
_CONE_KM = 1e-3  # the cone of view is rounded at its tip
_FINE_S = 60.0  # before the vertical part: where there is no approach, the attitude turns up there
_SHORTEST_S = 5.0
_BACKWARDS = (np.radians(60.0), np.radians(250.0))  # pitch of a braking thrust
_FREE = None


@dataclass(frozen=True, eq=False)
class DescentProblem:
    """One descent to optimize.

    Attributes
    ----------
    orbit : Trajectory
        The coast; covers `WINDOW_S` on both sides of `ignition` as far as it may be used.
    ignition : Epoch
        As estimated.
    profile : Profile
        The estimate.
    axes : SiteAxes
    mass_kg : float
    engine : Engine
    min_thrust_n : float
    limits : DescentLimits
    """

    orbit: Trajectory
    ignition: Epoch
    profile: Profile
    axes: SiteAxes
    mass_kg: float
    engine: Engine
    min_thrust_n: float
    limits: DescentLimits

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The parts of this descent."""
        parts = [Segment("braking", _BRAKING), Segment("approach", _APPROACH)]
        if self.limits.hover_s > 0.0:
            parts.append(Segment("hover", _HOVER, steered=False))
        return (*parts, Segment("vertical", _VERTICAL, steered=False))

    def solve(self, context: Context) -> Flown:
        """Return the optimum, re-flown in the full model."""
        pilot = Pilot(self.axes, self.ignition, self.engine, context)
        start, bounds = self._start(context)
        case = self._case(start, bounds, context)
        # braking at full thrust first: from there the optimum is the global one as far as known
        full = case.least_throttle.copy()
        full[:_BRAKING] = 1.0
        cases = (replace(case, least_throttle=full), case)
        return optimize_and_fly(self.segments, descent_goals, cases, self._guess(start), pilot)

    def _start(self, context: Context) -> tuple[Array, tuple[float, float]]:
        """Return the coast about the estimated ignition as polynomials, and where it is known."""
        low = max(-WINDOW_S, float(self.orbit.start - self.ignition))
        high = min(WINDOW_S, float(self.orbit.stop - self.ignition))
        middle, half = 0.5 * (high + low), 0.5 * (high - low)
        nodes = np.cos(np.pi * (np.arange(_POWERS) + 0.5) / _POWERS)
        states = self.orbit.at(self.ignition + (middle + half * nodes))
        vectors = self.axes.vectors(states, context.env)
        rows = [
            chebyshev.Chebyshev(
                chebyshev.chebfit(nodes, column, _POWERS - 1),
                domain=[(low) / WINDOW_S, (high) / WINDOW_S],
            ).convert(kind=np.polynomial.Polynomial, domain=[-1, 1])
            for column in vectors.T
        ]
        powers = np.zeros((6, _POWERS))
        for row, series in zip(powers, rows, strict=True):
            row[: len(series.coef)] = series.coef
        return powers, (low / WINDOW_S, high / WINDOW_S)

    def _case(self, start: Array, bounds: tuple[float, float], context: Context) -> Case:
        limits, last = self.limits, sum(s.intervals for s in self.segments)
        radius, low = self.axes.radius_km, 1e-3 * limits.vertical_altitude_m
        times = self.profile.times_s
        fixed: dict[int, tuple[tuple[float, float] | None, ...]] = {}
        edges = np.cumsum([0, *(s.intervals for s in self.segments)])
        slow = limits.vertical_speed_m_s
        speed = (-np.inf if slow is None else -1e-3 * slow, 1e-3)
        still, over = (0.0, 0.0), (radius + low, radius + low)
        for number, segment in enumerate(self.segments):
            first = int(edges[number])
            if segment.name == "hover":
                # held by the throttle of each interval: no hop, and a drift of millimeters
                fixed[first] = (still, still, over, still, still, still, _FREE)
                for node in range(first + 1, first + segment.intervals + 1):
                    fixed[node] = (_FREE, _FREE, _FREE, _FREE, _FREE, still, _FREE)
                continue
            if segment.name == "vertical":
                for node in range(first + 1, last):
                    fixed[node] = (_FREE, _FREE, _FREE, _FREE, _FREE, speed, _FREE)
                if limits.hover_s == 0.0:
                    fixed[first] = (still, still, over, still, still, speed, _FREE)
        touch = -1e-3 * limits.touchdown_speed_m_s
        fixed[last] = (_FREE, _FREE, (radius, radius), _FREE, _FREE, (touch, touch), _FREE)
        return Case(
            gm_km3_s2=context.env.constants.gm("moon"),
            spin_rad_s=self.axes.spin(self.ignition, context.env),
            force_n=self.engine.thrust_n,
            exhaust_km_s=self.engine.exhaust_km_s,
            mass_kg=self.mass_kg,
            least_throttle=np.full(last, self.min_thrust_n / self.engine.thrust_n),
            start=start,
            turn_rate_rad_s=float(np.radians(limits.turn_rate_deg_s)),
            durations_s=tuple(self._durations(s.name, float(times[-1])) for s in self.segments),
            fixed=fixed,
            goals=self._goal_bounds(),
            shift_span_s=WINDOW_S,
            extra=np.array([radius / LENGTH_KM, self._gate_km / LENGTH_KM, view_tangent(limits)]),
            shift_bounds=bounds,
            pitch_rad=_BACKWARDS,
            yaw_rad=1.0,
        )

    @property
    def _gate_km(self) -> float:
        """Height over the site that the braking stays above."""
        return 1e-3 * max(self.limits.approach_altitude_m, self.limits.vertical_altitude_m)

    def _durations(self, segment: str, whole_s: float) -> tuple[float, float]:
        if segment == "hover":
            return self.limits.hover_s, self.limits.hover_s
        if segment == "braking":
            return 0.2 * whole_s, 3.0 * whole_s
        if segment == "approach":
            return _SHORTEST_S, 400.0
        return 0.5, 400.0

    def _goal_bounds(self) -> list[tuple[float, float]]:
        above, free = (0.0, np.inf), (-np.inf, np.inf)
        braking = [above] * (_BRAKING - 1)
        if self.limits.approach_altitude_m > 0.0:
            return braking + [(0.0, 0.0)] + [above] * _APPROACH
        return braking + [above] + [free] * _APPROACH

    def _guess(self, start: Array) -> Flight:
        """Return the estimate at the nodes, in the axes of the site."""
        p = self.profile
        times = self._guess_times()

        def at(column: Array) -> Array:
            return np.interp(times, p.times_s, column)

        ahead = at(p.angle_rad) - p.angle_rad[-1]
        radius, up, along = at(p.radius_km), at(p.up_km_s), at(p.along_km_s)
        s, c = np.sin(ahead), np.cos(ahead)
        fading = 1.0 - times / times[-1]  # the orbit's distance from the site's plane, let die
        first = start[:, 0]
        states = np.column_stack(
            [radius * s, first[1] * fading, radius * c, along * c + up * s,
             first[4] * fading, up * c - along * s, at(p.mass_kg)]
        )  # fmt: skip
        pitch = at(p.pitch_rad) - ahead
        angles = np.column_stack([pitch, np.zeros_like(pitch)])
        throttle = at(p.throttle)[:-1]
        flight = Flight(0.0, times, states, angles, throttle)
        steered = sum(s.intervals for s in self.segments if s.steered)
        return upright_from(flight, steered)

    def _guess_times(self) -> Array:
        """Return equal intervals between the estimate's own edges of the segments."""
        p, height = self.profile, self.profile.radius_km - self.axes.radius_km
        down = 1e-3 * self.limits.vertical_altitude_m
        vertical = float(p.times_s[np.flatnonzero(height > down + 1e-6)[-1] + 1])
        gate = vertical - _FINE_S
        if self.limits.approach_altitude_m > 0.0:
            above = height > 1e-3 * self.limits.approach_altitude_m + 1e-6
            gate = float(p.times_s[np.flatnonzero(above)[-1] + 1])
        edges = [0.0, gate, vertical]
        if self.limits.hover_s > 0.0:
            edges.append(edges[-1] + self.limits.hover_s)
        edges.append(float(p.times_s[-1]))
        pieces = [
            np.linspace(a, b, s.intervals + 1)[1:]
            for a, b, s in zip(edges[:-1], edges[1:], self.segments, strict=True)
        ]
        return np.concatenate([[0.0], *pieces])


def descent_goals(symbols: Symbols) -> list[Any]:
    """Write the height of the gate and the cone of view; `extra` holds radius, gate, tangent."""
    import casadi as ca

    ground, gate, tangent = symbols.extra[0], symbols.extra[1], symbols.extra[2]
    x = symbols.states

    def height(node: int) -> Any:
        return ca.norm_2(x[:3, node]) - ground

    first, last = symbols.nodes["braking"]
    rows = [height(k) - gate for k in range(first + 1, last)]
    first, last = symbols.nodes["approach"]
    rows.append(height(first) - gate)
    tip = _CONE_KM / LENGTH_KM
    for k in range(first, last):
        away = ca.sqrt(x[0, k] ** 2 + x[1, k] ** 2 + tip**2) - tip
        rows.append(x[2, k] - ground - tangent * away)
    return rows
