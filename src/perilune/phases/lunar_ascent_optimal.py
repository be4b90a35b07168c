"""The least propellant from a site to a lunar orbit: what is asked of the optimizer, its guess."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro.epoch import Epoch
from perilune.phases.base import Context, Engine
from perilune.phases.powered_axes import SiteAxes
from perilune.phases.powered_flight import Flown, Pilot, optimize_and_fly
from perilune.phases.powered_guidance import Point, Profile, fly_guided
from perilune.targeting.optimal import (
    LENGTH_KM,
    SPEED_KM_S,
    UPRIGHT,
    Case,
    Flight,
    Segment,
    Symbols,
)

Array = NDArray[np.float64]

SEGMENTS = (Segment("rise", 3, steered=False), Segment("steered", 28))
_ROUND_KM = 1.0  # closer apsides are one circle between them
_FORWARDS = (np.radians(-100.0), np.radians(150.0))


@dataclass(frozen=True, eq=False)
class AscentProblem:
    """One ascent to optimize.

    Attributes
    ----------
    lift_off : Epoch
    axes : SiteAxes
        Its x axis along the plane wanted.
    normal : ndarray, shape (3,)
        Of the orbit plane, `icrf`.
    perilune_km, apolune_km : float
        Distances from the center.
    mass_kg : float
    engine : Engine
    min_thrust_n : float
    rise_s : float
        Upright for so long.
    turn_rate_deg_s : float
    """

    lift_off: Epoch
    axes: SiteAxes
    normal: Array
    perilune_km: float
    apolune_km: float
    mass_kg: float
    engine: Engine
    min_thrust_n: float
    rise_s: float
    turn_rate_deg_s: float

    def estimate(self, context: Context) -> Profile:
        """Return the planar ascent by explicit guidance (after the rise)."""
        gm, radius = context.env.constants.gm("moon"), self.axes.radius_km
        spin = self.axes.spin(self.lift_off, context.env)
        carried = float(np.cross(spin, [0.0, 0.0, radius])[0])  # the ground's own speed forwards
        size = 0.5 * (self.perilune_km + self.apolune_km)
        speed = float(np.sqrt(gm * (2.0 / self.perilune_km - 1.0 / size)))
        flow = 1e-3 * self.engine.thrust_n / self.engine.exhaust_km_s
        after = self.mass_kg - flow * self.rise_s
        push = 1e-3 * self.engine.thrust_n / self.mass_kg - gm / radius**2
        start = Point(radius + 0.5 * push * self.rise_s**2, push * self.rise_s, 1e-4, after)
        target = Point(self.perilune_km, 0.0, speed - carried, 0.0)
        return fly_guided(
            start, target, force_n=self.engine.thrust_n, exhaust_km_s=self.engine.exhaust_km_s,
            gm=gm, floor_km=radius - 1e-3,
        )  # fmt: skip

    def solve(self, profile: Profile, context: Context) -> Flown:
        """Return the optimum, re-flown in the full model."""
        pilot = Pilot(self.axes, self.lift_off, self.engine, context)
        return optimize_and_fly(
            SEGMENTS, ascent_goals, self._cases(profile, context), self._guess(profile), pilot
        )

    def _cases(self, profile: Profile, context: Context) -> tuple[Case, ...]:
        least = self.min_thrust_n / self.engine.thrust_n
        count = sum(s.intervals for s in SEGMENTS)
        start = np.array([0.0, 0.0, self.axes.radius_km, 0.0, 0.0, 0.0])[:, None]
        whole = float(profile.times_s[-1])
        throttles = (1.0,) if least == 1.0 else (1.0, least)
        return tuple(
            Case(
                gm_km3_s2=context.env.constants.gm("moon"),
                spin_rad_s=self.axes.spin(self.lift_off, context.env),
                force_n=self.engine.thrust_n,
                exhaust_km_s=self.engine.exhaust_km_s,
                mass_kg=self.mass_kg,
                least_throttle=np.full(count, throttle),
                start=start,
                turn_rate_rad_s=float(np.radians(self.turn_rate_deg_s)),
                durations_s=((self.rise_s, self.rise_s), (0.3 * whole, 4.0 * whole)),
                fixed={},
                goals=self._goal_bounds(),
                extra=self._extra(context),
                pitch_rad=_FORWARDS,
                yaw_rad=1.2,
            )
            for throttle in throttles
        )

    def _goal_bounds(self) -> list[tuple[float, float]]:
        exactly, free = (0.0, 0.0), (-np.inf, np.inf)
        circle = self.apolune_km - self.perilune_km < _ROUND_KM
        # a circle is where the momentum is greatest for its energy: no slope to follow there
        shape = [exactly, free, exactly, exactly] if circle else [exactly, exactly, free, free]
        return [*shape, exactly, exactly] + [(0.0, np.inf)] * (SEGMENTS[1].intervals + 1)

    def _extra(self, context: Context) -> Array:
        """Return energy, squared momentum, floor, radius of a circle, and two directions.

        The directions are across the plane's normal. In the axes of the site at lift-off and the
        program's units.
        """
        gm = context.env.constants.gm("moon")
        size = 0.5 * (self.perilune_km + self.apolune_km)
        momentum2 = gm * self.perilune_km * self.apolune_km / size
        matrix, _ = context.env.moon.me_from_icrf(self.lift_off)
        normal = self.axes.from_me @ matrix @ (self.normal / np.linalg.norm(self.normal))
        first = np.cross(normal, [0.0, 0.0, 1.0])
        first = first / np.linalg.norm(first)
        return np.concatenate(
            [
                [-gm / (2.0 * size) / SPEED_KM_S**2, momentum2 / (LENGTH_KM * SPEED_KM_S) ** 2,
                 self.axes.radius_km / LENGTH_KM, size / LENGTH_KM],
                first,
                np.cross(normal, first),
            ]
        )  # fmt: skip

    def _guess(self, profile: Profile) -> Flight:
        rise, steered = SEGMENTS[0].intervals, SEGMENTS[1].intervals
        inner = np.linspace(0.0, profile.times_s[-1], steered + 1)
        times = np.concatenate([np.linspace(0.0, self.rise_s, rise + 1)[:-1], self.rise_s + inner])
        share = np.linspace(0.0, 1.0, rise + 1)[:-1]
        first_mass = self.mass_kg + share * (profile.mass_kg[0] - self.mass_kg)

        def at(column: Array, before: Array) -> Array:
            return np.concatenate([before, np.interp(inner, profile.times_s, column)])

        none = np.zeros(rise)
        ground = self.axes.radius_km
        angle = at(profile.angle_rad, none)
        radius = at(profile.radius_km, ground + share**2 * (profile.radius_km[0] - ground))
        up, along = at(profile.up_km_s, share * profile.up_km_s[0]), at(profile.along_km_s, none)
        s, c = np.sin(angle), np.cos(angle)
        zero = np.zeros_like(s)
        states = np.column_stack(
            [radius * s, zero, radius * c, along * c + up * s, zero, up * c - along * s,
             at(profile.mass_kg, first_mass)]
        )  # fmt: skip
        pitch = at(profile.pitch_rad, none + UPRIGHT[0]) - angle
        angles = np.column_stack([pitch, zero])
        angles[: rise + 1] = UPRIGHT
        return Flight(0.0, times, states, angles, np.ones(len(times) - 1))


def ascent_goals(symbols: Symbols) -> list[Any]:
    """Write the orbit's size, shape and plane, and the floor; see `AscentProblem._extra`."""
    import casadi as ca

    extra, spin = symbols.extra, symbols.spin
    last = symbols.nodes["steered"][1]
    r, v = symbols.states[:3, last], symbols.states[3:6, last]
    inertial = v + ca.cross(spin, r)
    momentum = ca.cross(r, inertial)
    energy = 0.5 * ca.sumsqr(inertial) - symbols.gm / ca.norm_2(r)
    rows = [energy - extra[0], (ca.sumsqr(momentum) - extra[1]) / extra[1]]
    rows += [ca.norm_2(r) - extra[3], ca.dot(r, inertial) / ca.norm_2(r)]
    for first in (4, 7):
        across = extra[first : first + 3]
        # an inertial direction turns backwards in these axes
        once = ca.cross(spin, across)
        turned = across - once * symbols.elapsed + 0.5 * ca.cross(spin, once) * symbols.elapsed**2
        rows.append(ca.dot(momentum, turned) / ca.sqrt(extra[1]))
    first, _ = symbols.nodes["steered"]
    rows += [ca.norm_2(symbols.states[:3, k]) - extra[2] for k in range(first, last + 1)]
    return rows
