"""Where the lunar field leads a low orbit's eccentricity, and from where it stays small longest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.state import State
from perilune.dynamics.events import Plane
from perilune.dynamics.propagate import propagate
from perilune.phases.base import Condition, Context, Leg
from perilune.phases.orbit_burn import Burner, burn_leg, failed, next_event, osculating
from perilune.phases.relative import lvlh
from perilune.phases.rendezvous_flight import Pulse
from perilune.targeting.problem import Goal, Unknown, differences, solve

Array = NDArray[np.float64]

_LOOK_S = 32.0 * 86400.0  # the Moon turns once in 27 days, and the field's pull with it
_EVERY_S = 1200.0
_SHARE = 0.7  # of the tolerance: short swings take the rest
_ROUNDS = 150


def eccentricity_vector(state: State, gm: float) -> Array:
    """Return the vector towards periapsis, as long as the eccentricity, shape (..., 3)."""
    r, v = state.r_km, state.v_km_s
    size = np.linalg.norm(r, axis=-1, keepdims=True)
    return np.asarray(np.cross(v, np.cross(r, v)) / gm - r / size)


def smallest_circle(points: Array) -> tuple[Array, float]:
    """Return center and radius of (nearly) the smallest circle about points, shape (n, 2).

    Badoiu & Clarkson 2003: step towards the farthest point, by ever less; within a percent.
    """
    center = points.mean(axis=0)
    for i in range(1, _ROUNDS):
        away = points - center
        center = center + away[int(np.argmax(np.sum(away**2, axis=1)))] / (i + 1.0)
    return center, float(np.sqrt(np.max(np.sum((points - center) ** 2, axis=1))))


def lasting_offset(state: State, radius_km: float, tolerance_km: float, context: Context) -> Array:
    """Return the eccentricity vector to start with, so that it stays small as long as it can.

    Parameters
    ----------
    state : State
        Where the orbit is now: gives place and plane.
    radius_km, tolerance_km : float
        The circle wanted, and how far from it the orbit may go.

    The drift hardly depends on where it begins, so one flight from a circle shows it; the start is
    put so that the longest stretch of it fits about zero (as lunar orbiters are kept: Beckman &
    Lamb 2007, ISSFD, for LRO).
    """
    gm = context.env.constants.gm("moon")
    axes = lvlh(state)
    circle = State(
        state.epoch, "moon", "icrf", radius_km * axes[0], np.sqrt(gm / radius_km) * axes[1]
    )
    path = propagate(
        circle, until=circle.epoch + _LOOK_S, forces=context.model.moon, env=context.env
    )
    seconds = np.arange(0.0, path.duration_s, _EVERY_S)
    flown = path.at(circle.epoch + seconds)
    vectors = eccentricity_vector(flown, gm)
    normal = np.cross(flown.r_km, flown.v_km_s)
    normal /= np.linalg.norm(normal, axis=1)[:, None]
    # axes that the plane carries along as it turns
    first = axes[0] - normal * (normal @ axes[0])[:, None]
    first /= np.linalg.norm(first, axis=1)[:, None]
    points = np.stack(
        [np.sum(vectors * first, axis=1), np.sum(vectors * np.cross(normal, first), axis=1)], axis=1
    )
    low, high = 1, len(points)
    center = points[0]
    while high - low > 1:
        middle = (low + high) // 2
        there, size = smallest_circle(points[:middle])
        if radius_km * size <= _SHARE * tolerance_km:
            low, center = middle, there
        else:
            high = middle
    return np.asarray(-(center[0] * axes[0] + center[1] * axes[1]))


@dataclass(frozen=True, eq=False)
class Reshape:
    """Two burns half a turn apart to an eccentricity vector and a size.

    Attributes
    ----------
    eccentricity : ndarray, shape (3,)
        `icrf`; what is off along the line of the change is taken out, across it nothing is.
    sma_km : float
    burner : Burner
    events : tuple of str
    """

    eccentricity: Array
    sma_km: float
    burner: Burner
    events: tuple[str, str]

    def fly(self, start: Condition, context: Context) -> list[Leg]:
        """Return the leg from `start.state` (Moon, `icrf`) to the end of the second burn."""
        assert start.state is not None
        gm, here = context.env.constants.gm("moon"), start.state
        change = self.eccentricity - eccentricity_vector(here, gm)
        axes = lvlh(here)
        change = change - axes[2] * (change @ axes[2])
        line = change / np.linalg.norm(change)
        side = np.cross(axes[2], line)
        sheet = Plane(normal=(float(side[0]), float(side[1]), float(side[2])))
        at = next_event(here, sheet, 1, context, after_s=120.0)
        if at is None:
            return [failed("reshape", start, "the orbit is not closed")]
        period = float(osculating(here, context).period_s)
        epochs = at.epoch, at.epoch + 0.5 * period
        towards = float(np.sign(at.r_km @ line))
        along = [lvlh(at)[1], -lvlh(at)[1]]
        size = towards * 0.25 * float(np.linalg.norm(at.v_km_s) * np.linalg.norm(change))
        half = self.burner.half_s(2.0 * abs(size), start.stack)
        settled = epochs[1] + half + 1.0
        wanted = float(self.eccentricity @ line)

        def pulses(values: Array) -> list[Pulse]:
            moves = zip(epochs, values, along, strict=True)
            return [self.burner.pulse(t, dv * way) for t, dv, way in moves]

        def miss(values: Array) -> Array:
            course = self.burner.fly(start, pulses(values), settled, context, kept=False)
            if course.status != "completed":
                return np.full(2, np.nan)
            now = float(eccentricity_vector(course.final, gm) @ line)
            sma = float(osculating(course.final, context).a_km)
            return np.array([self.sma_km * (now - wanted), sma - self.sma_km])

        unknowns = [Unknown("dv_1_km_s", size, 1e-3), Unknown("dv_2_km_s", -size, 1e-3)]
        goals = [Goal("eccentricity_km", 1e-2), Goal("sma_km", 1e-2)]
        found = solve(unknowns, goals, differences(miss, [1e-6] * 2), max_iterations=12)
        if not found.converged:
            return [failed("reshape", start, found.remedy, found.status)]
        burns = pulses(np.array(list(found.values.values())))
        return [
            burn_leg("reshape", start, burns, self.burner, context, self.events, lambda _: (), {})
        ]
