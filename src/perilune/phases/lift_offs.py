"""Every lift-off in a span of dates whose plane holds the Moon at arrival, in closed form.

At a given azimuth the pad carries the orbit's plane round with the turning Earth: its normal keeps
its height over the equator and turns in right ascension. It is square to the Moon's place twice a
lunar day of 24.8 h, unless the Moon's declination exceeds the inclination.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.environment import Environment
from perilune.astro.epoch import DAY, Epoch
from perilune.astro.orientation import ERA_RATE
from perilune.phases.launch import Launch
from perilune.phases.targets import Targets, lunar_poles
from perilune.phases.volley import Volley, local_axes
from perilune.targeting.conic import transfer_from_periapsis

Array = NDArray[np.float64]

LUNAR_DAY_S = 2.0 * np.pi / (ERA_RATE - 2.0 * np.pi / (27.321661 * DAY))
"""Mean time from one passage of the Moon over a meridian to the next."""
_TURNS = 8
_COAST_S = 1500.0


@dataclass(frozen=True, eq=False)
class LiftOffs:
    """Guesses for many lift-offs, of shape (n,): one a lunar day and crossing.

    Attributes
    ----------
    volley : Volley
    crossing : ndarray of int
        Which of a lunar day's two crossings: 0 or 1. The one with the smaller coast is "short".
    declination_deg, aim_declination_deg : ndarray
        Of the Moon and of the point aimed at, at arrival, to the equator of date.
    reaches : ndarray of bool
        Whether the plane holds the point aimed at; where it does not, the guess is the closest.
    """

    volley: Volley
    crossing: NDArray[np.int64]
    declination_deg: Array
    aim_declination_deg: Array
    reaches: NDArray[np.bool_]


def lift_offs(
    launch: Launch,
    near: Epoch,
    crossing: NDArray[np.int64],
    azimuth_rad: Array,
    flight_time_s: Array,
    env: Environment,
    *,
    wanted: Targets | None = None,
) -> LiftOffs:
    """Return the guesses nearest to given instants, a row each.

    Parameters
    ----------
    near : Epoch, shape (n,)
    crossing : ndarray of int, shape (n,)
        0 or 1.
    azimuth_rad, flight_time_s : ndarray, shape (n,)
    wanted : Targets, optional
        The perilunes: the guess then aims beside the Moon (see `perilune.phases.sight`), else at
        its center.

    Model limits: two-body injection in the plane at lift-off.
    """
    lift_off, coast, dv = near, np.full(len(near), _COAST_S), np.zeros(len(near))
    sign = np.where(crossing == 0, 1.0, -1.0)
    beside = np.zeros((len(near), 3))
    for _ in range(_TURNS):
        up, east, north, pole = local_axes(launch, lift_off, env)
        ahead = np.cos(azimuth_rad)[:, None] * north + np.sin(azimuth_rad)[:, None] * east
        arrive = lift_off + (launch.ascent.duration_s + coast + flight_time_s)
        moon, motion = env.ephemeris.state("moon", "earth", arrive)
        aim = moon + beside
        distance = np.linalg.norm(aim, axis=1)
        aim = aim / distance[:, None]
        normal = np.cross(up, ahead)
        ratio, late = _lateness(normal, aim, pole, sign)
        lift_off = lift_off + late / (2.0 * np.pi) * LUNAR_DAY_S
        conic = transfer_from_periapsis(
            launch.radius_km, distance, flight_time_s, env.constants.gm("earth")
        )
        coast, dv = _injection(launch, up, ahead, aim, conic, env)
        if wanted is not None:
            velocity = _arrival(launch, normal, aim, distance, conic, env) - motion
            beside = wanted.sight(velocity, lunar_poles(arrive, env), env)
    declination, aimed = (
        np.degrees(np.arcsin(np.clip(np.sum(d * pole, axis=1), -1.0, 1.0)))
        for d in (moon / np.linalg.norm(moon, axis=1, keepdims=True), aim)
    )
    volley = Volley(lift_off, azimuth_rad, coast, dv, flight_time_s)
    return LiftOffs(volley, crossing, declination, aimed, np.abs(ratio) <= 1.0)


def _lateness(normal: Array, moon: Array, pole: Array, sign: Array) -> tuple[Array, Array]:
    """Return -tan(declination) / tan(inclination), and by how much the normal is behind, rad.

    n . m = sin(i) cos(d) cos(RA of m - RA of n) + cos(i) sin(d) = 0.
    """
    cos_i, sin_d = np.sum(normal * pole, axis=1), np.sum(moon * pole, axis=1)
    sin_i, cos_d = np.sqrt(1.0 - cos_i**2), np.sqrt(1.0 - sin_d**2)
    ratio = -(cos_i * sin_d) / (sin_i * cos_d)
    ahead = np.arctan2(
        np.sum(np.cross(normal, moon) * pole, axis=1),
        np.sum(normal * moon, axis=1) - cos_i * sin_d,
    )
    behind = ahead - sign * np.arccos(np.clip(ratio, -1.0, 1.0))
    return ratio, (behind + np.pi) % (2.0 * np.pi) - np.pi


Conic = tuple[Array, Array]
"""Speed at perigee (km/s) and true anomaly on arrival (rad)."""


def _injection(
    launch: Launch, up: Array, ahead: Array, aim: Array, conic: Conic, env: Environment
) -> tuple[Array, Array]:
    """Return coast (s) and impulse (km/s) of the coplanar conic to a direction."""
    gm, radius = env.constants.gm("earth"), launch.radius_km
    speed, angle = conic
    to_aim = np.arctan2(np.sum(aim * ahead, axis=1), np.sum(aim * up, axis=1))
    turn = (to_aim - angle - np.radians(launch.ascent.range_angle_deg)) % (2.0 * np.pi)
    return turn * np.sqrt(radius**3 / gm), speed - np.sqrt(gm / radius)


def _arrival(
    launch: Launch, normal: Array, aim: Array, distance: Array, conic: Conic, env: Environment
) -> Array:
    """Return the conic's velocity on arrival, km/s, shape (n, 3)."""
    speed, angle = conic
    gm, momentum = env.constants.gm("earth"), launch.radius_km * speed
    e = momentum * speed / gm - 1.0
    onward = np.cross(normal, aim)
    onward /= np.linalg.norm(onward, axis=1, keepdims=True)
    radial, across = gm / momentum * e * np.sin(angle), momentum / distance
    return np.asarray(radial[:, None] * aim + across[:, None] * onward)


def every(
    launch: Launch,
    start: Epoch,
    stop: Epoch,
    azimuth_rad: float,
    flight_time_s: float,
    env: Environment,
) -> LiftOffs:
    """Return every guess between two instants at one flight time, in order of crossing and time."""
    # half a lunar day apart, so that every crossing is within a quarter of some start
    count = 2 * int(np.ceil(float(stop - start) / LUNAR_DAY_S)) + 4
    near = start + (0.5 * np.arange(count) - 1.0) * LUNAR_DAY_S
    both = near[np.tile(np.arange(count), 2)]
    crossing = np.repeat([0, 1], count)
    full = np.full(2 * count, 1.0)
    found = lift_offs(launch, both, crossing, azimuth_rad * full, flight_time_s * full, env)
    after = found.volley.lift_off - start
    order = np.lexsort((after, crossing))
    apart = np.ones(len(order), dtype=bool)
    apart[1:] = (np.diff(after[order]) > 0.25 * LUNAR_DAY_S) | (np.diff(crossing[order]) != 0)
    rows = order[apart]
    rows = rows[(after[rows] >= 0.0) & (after[rows] <= float(stop - start))]
    return LiftOffs(
        found.volley.of(rows),
        crossing[rows],
        found.declination_deg[rows],
        found.aim_declination_deg[rows],
        found.reaches[rows],
    )
