"""Explicit guidance at full thrust: a powered flight in its plane, quick enough to scan with.

The engine holds one thrust. Its vertical part brings height and vertical speed to their targets
when the horizontal speed is there (acceleration linear in time to go; Cherry 1964, "A General,
Explicit, Optimizing Guidance Law for Rocket-Propelled Spaceflight", AIAA 64-638); the rest of it
changes the horizontal speed.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, exp, log, sin, sqrt

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_STEPS = 160
_STEEPEST = 0.95  # share of the thrust that may point up or down
_HOLD = 0.03  # of the flight: too near the target to divide by the time to go


@dataclass(frozen=True)
class Point:
    """Where a planar flight is: distance from the center, speeds up and along, mass."""

    radius_km: float
    up_km_s: float
    along_km_s: float
    mass_kg: float


@dataclass(frozen=True, eq=False)
class Profile:
    """A planar flight: columns at `times_s`.

    Attributes
    ----------
    angle_rad : ndarray
        Central angle covered.
    radius_km, up_km_s, along_km_s, mass_kg : ndarray
    pitch_rad : ndarray
        Of the thrust over the local horizontal, forwards 0, backwards pi.
    throttle : ndarray
        Share of the full thrust.
    reached : bool
        Whether the target speed was reached before the fuel or the ground.
    """

    times_s: Array
    angle_rad: Array
    radius_km: Array
    up_km_s: Array
    along_km_s: Array
    mass_kg: Array
    pitch_rad: Array
    throttle: Array
    reached: bool

    def __add__(self, later: Profile) -> Profile:
        """Join a flight that starts where this one ends."""

        def join(a: Array, b: Array) -> Array:
            return np.concatenate([a, b[1:]])

        return Profile(
            join(self.times_s, later.times_s + self.times_s[-1]),
            join(self.angle_rad, later.angle_rad + self.angle_rad[-1]),
            join(self.radius_km, later.radius_km),
            join(self.up_km_s, later.up_km_s),
            join(self.along_km_s, later.along_km_s),
            join(self.mass_kg, later.mass_kg),
            join(self.pitch_rad, later.pitch_rad),
            join(self.throttle, later.throttle),
            self.reached and later.reached,
        )


def fly_guided(
    start: Point, target: Point, *, force_n: float, exhaust_km_s: float, gm: float, floor_km: float
) -> Profile:
    """Fly until the horizontal speed is the target's (its mass is not looked at).

    Model limits: planar, central gravity, no rotation of the Moon, full thrust throughout.
    """
    flow = 1e-3 * force_n / exhaust_km_s
    radius, up, along, mass = start.radius_km, start.up_km_s, start.along_km_s, start.mass_kg
    sense = 1.0 if target.along_km_s > along else -1.0
    total = _to_go(start, target, force_n, exhaust_km_s)
    step, time, angle, lift = total / _STEPS, 0.0, 0.0, 0.0
    rows: list[tuple[float, ...]] = []
    for _ in range(3 * _STEPS):
        here = Point(radius, up, along, mass)
        left = _to_go(here, target, force_n, exhaust_km_s, lift)
        push = 1e-3 * force_n / mass
        weight = gm / radius**2 - along**2 / radius
        if left > _HOLD * total:
            wanted = 6.0 * (target.radius_km - radius) / left**2
            wanted -= (4.0 * up + 2.0 * target.up_km_s) / left
            lift = max(-_STEEPEST, min(_STEEPEST, (wanted + weight) / push))
        level = sense * sqrt(1.0 - lift * lift)
        rows.append((time, angle, radius, up, along, mass, np.arctan2(lift, level)))
        last = (target.along_km_s - along) * sense <= push * abs(level) * step
        h = (target.along_km_s - along) / (push * level) if last else step
        gain_up, gain_along = push * lift - weight, push * level - up * along / radius
        angle += h * (along + 0.5 * h * gain_along) / radius
        radius += h * (up + 0.5 * h * gain_up)
        up, along, mass, time = up + h * gain_up, along + h * gain_along, mass - h * flow, time + h
        if last or mass < 0.03 * start.mass_kg or radius < floor_km:
            break
    reached = last and mass >= 0.03 * start.mass_kg and radius >= floor_km
    rows.append((time, angle, radius, up, along, mass, rows[-1][-1]))
    columns = np.array(rows).T
    times, angles, radii, ups, alongs, masses, pitches = columns
    full = np.ones(len(rows))
    return Profile(times, angles, radii, ups, alongs, masses, pitches, full, reached)


def _to_go(
    here: Point, target: Point, force_n: float, exhaust_km_s: float, lift: float = 0.0
) -> float:
    """Return the time to the target's horizontal speed with the present share of lift."""
    change = abs(target.along_km_s - here.along_km_s) / sqrt(max(1.0 - lift * lift, 0.05))
    return here.mass_kg * exhaust_km_s * 1e3 / force_n * (1.0 - exp(-change / exhaust_km_s))


def slope(
    start: Point, length_km: float, angle_rad: float, end_speed_km_s: float,
    *, acceleration_km_s2: float, exhaust_km_s: float, gravity_km_s2: float, full_n: float,
) -> Profile:  # fmt: skip
    """Return a straight descent at constant deceleration, flat Moon, from a speed down a slope."""
    speed = sqrt(end_speed_km_s**2 + 2.0 * acceleration_km_s2 * length_km)
    lasts = 2.0 * length_km / (speed + end_speed_km_s)
    t = np.linspace(0.0, lasts, 12)
    gone = speed * t - 0.5 * acceleration_km_s2 * t**2
    now = speed - acceleration_km_s2 * t
    down, ahead = sin(angle_rad), cos(angle_rad)
    lift, back = acceleration_km_s2 * down + gravity_km_s2, acceleration_km_s2 * ahead
    push = sqrt(lift**2 + back**2)
    mass = start.mass_kg * np.exp(-push * t / exhaust_km_s)
    radius = start.radius_km - gone * down
    return Profile(
        t, gone * ahead / start.radius_km, radius, -now * down, now * ahead, mass,
        np.full(12, np.arctan2(lift, -back)), 1e3 * push * mass / full_n, True,
    )  # fmt: skip


def speed_change_km_s(exhaust_km_s: float, before_kg: float, after_kg: float) -> float:
    """Return the integral of thrust over mass (rocket equation)."""
    return exhaust_km_s * log(before_kg / after_kg)
