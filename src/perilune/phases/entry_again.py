"""An entry flown again by other equations, axes and integrator, its banks as functions of time.

Speed, path angle and heading over a turning Earth, in spherical coordinates (Vinh, Busemann & Culp
1980, Hypersonic and Planetary Entry Flight Mechanics, chapter 2), with J2, by an explicit
Runge-Kutta pair of order 8.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from perilune.astro.atmosphere import Table
from perilune.astro.bodies import EARTH_FLATTENING, EARTH_RADIUS_KM
from perilune.phases.entry_engine import FADE_RAD, SPIN_RAD_S
from perilune.phases.entry_flight import EntryFlight, Scene

Array = NDArray[np.float64]

_TOLERANCE = 1e-10


def refly(flight: EntryFlight) -> Array:
    """Fly an entry again, open loop, to the instant it ended (or its parachute opened).

    Returns
    -------
    ndarray, shape (3,)
        Position in the scene's axes, km.

    Model limits: those of the entry; singular at the poles and in vertical flight.
    """
    from scipy.integrate import solve_ivp

    end = flight.stop_s if np.isnan(flight.opened_s) else flight.opened_s
    y = _spherical(flight.scene)
    begins = [roll.begins_s for roll in flight.rolls]
    for roll, stop in zip(flight.rolls, [*begins[1:], end], strict=True):
        if min(stop, end) <= roll.begins_s:
            continue
        motion = _Motion(flight, roll.bank_rad, roll.rate_rad_s, roll.begins_s)
        span = (roll.begins_s, min(stop, end))
        out = solve_ivp(
            motion, span, y, method="DOP853", rtol=_TOLERANCE, atol=1e-12, max_step=20.0
        )
        y = out.y[:, -1]
    r, lon, lat = y[:3]
    turned = lon + SPIN_RAD_S * end
    level = r * math.cos(lat)
    return np.array([level * math.cos(turned), level * math.sin(turned), r * math.sin(lat)])


def difference_m(flight: EntryFlight) -> float:
    """Return how far the second flight ends from the first (at the parachute), m."""
    end = flight.stop_s if np.isnan(flight.opened_s) else flight.opened_s
    first = flight.arc.vectors(np.array([end]))[0, :3]
    return 1e3 * float(np.linalg.norm(refly(flight) - first))


def _spherical(scene: Scene) -> Array:
    """Return radius, longitude, latitude, and speed, path angle, heading (from east) in the air."""
    r, v = scene.vector[:3], scene.vector[3:].copy()
    v += SPIN_RAD_S * np.array([r[1], -r[0], 0.0])
    distance, lon = float(np.linalg.norm(r)), math.atan2(r[1], r[0])
    lat = math.asin(r[2] / distance)
    up = r / distance
    east = np.array([-math.sin(lon), math.cos(lon), 0.0])
    north = np.cross(up, east)
    speed = float(np.linalg.norm(v))
    heading = math.atan2(float(v @ north), float(v @ east))
    return np.array([distance, lon, lat, speed, math.asin(float(v @ up) / speed), heading])


class _Motion:
    """The equations, with a bank that turns at a constant rate."""

    def __init__(self, flight: EntryFlight, bank: float, rate: float, begins: float) -> None:
        self.scene, capsule = flight.scene, flight.capsule
        self.bank, self.rate, self.begins = bank, rate, begins
        self.table: Table = flight.scene.table
        self.air, self.lift = 1.0 / capsule.ballistic_kg_m2, capsule.lift_to_drag

    def density(self, r: float, lon: float, lat: float, seconds: float) -> float:
        turned = lon + SPIN_RAD_S * seconds
        ax, ay, az = self.scene.axis
        level = math.cos(lat)
        along = level * (ax * math.cos(turned) + ay * math.sin(turned)) + az * math.sin(lat)
        e2 = EARTH_FLATTENING * (2.0 - EARTH_FLATTENING)
        surface = EARTH_RADIUS_KM * (1.0 - EARTH_FLATTENING) / math.sqrt(1.0 - e2 * level**2)
        return float(self.table.density_kg_m3(r - surface, along))

    def __call__(self, t: float, y: Array) -> list[float]:
        r, lon, lat, v, path, heading = (float(x) for x in y)
        sin_p, cos_p = math.sin(path), math.cos(path)
        sin_l, cos_l = math.sin(lat), math.cos(lat)
        sin_h, cos_h = math.sin(heading), math.cos(heading)
        down, north = self._gravity(r, sin_l, cos_l)
        drag = 500.0 * self.density(r, lon, lat, t) * self.air * v * v
        faded = drag * self.lift * cos_p / math.hypot(cos_p, FADE_RAD)
        bank = self.bank + self.rate * (t - self.begins)
        w, w2r = SPIN_RAD_S, SPIN_RAD_S**2 * r
        v_dot = -drag - down * sin_p + north * cos_p * sin_h
        v_dot += w2r * cos_l * (sin_p * cos_l - cos_p * sin_l * sin_h)
        bend = faded * math.cos(bank) - down * cos_p - north * sin_p * sin_h
        bend += v * v * cos_p / r + 2.0 * w * v * cos_l * cos_h
        bend += w2r * cos_l * (cos_p * cos_l + sin_p * sin_l * sin_h)
        turn = -faded * math.sin(bank) / cos_p + north * cos_h / cos_p
        turn -= v * v * cos_p * cos_h * sin_l / (cos_l * r)
        turn += 2.0 * w * v * (sin_p / cos_p * cos_l * sin_h - sin_l)
        turn -= w2r * sin_l * cos_l * cos_h / cos_p
        return [
            v * sin_p,
            v * cos_p * cos_h / (r * cos_l),
            v * cos_p * sin_h / r,
            v_dot,
            bend / v,
            turn / v,
        ]

    def _gravity(self, r: float, sin_l: float, cos_l: float) -> tuple[float, float]:
        """Return the pull down and to the north, km/s2."""
        bulge = self.scene.j2_km5_s2 / r**4
        down = self.scene.gm_km3_s2 / r**2 + 1.5 * bulge * (1.0 - 3.0 * sin_l**2)
        return down, -3.0 * bulge * sin_l * cos_l
