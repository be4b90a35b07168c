"""First guesses of a transfer, from two-body formulas and the Moon's place: nobody types one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro import elements
from perilune.astro.bodies import EARTH_RADIUS_KM
from perilune.astro.environment import Environment
from perilune.astro.epoch import DAY, Epoch
from perilune.errors import InputError
from perilune.phases.launch import Launch
from perilune.phases.shot import Controls
from perilune.targeting.conic import transfer_from_periapsis
from perilune.targeting.lambert import lambert

Array = NDArray[np.float64]

_HEADINGS = (("northbound", True), ("southbound", False))
_MARGIN_S = 3600.0
_CANDIDATES, _APART_S = 6, 90.0


@dataclass(frozen=True)
class Seed:
    """A first guess, which of a day's lift-offs it is, and others to try after it."""

    controls: Controls
    coast: str = ""
    heading: str = ""
    others: tuple[Controls, ...] = ()


def _moon(epoch: Epoch, env: Environment) -> tuple[Array, float]:
    r = env.ephemeris.state("moon", "earth", epoch)[0]
    distance = float(np.linalg.norm(r))
    return r / distance, distance


def _to_parking_s(launch: Launch) -> float:
    """Return the time from lift-off to the parking orbit the injection leaves from."""
    return launch.ascent.duration_s + launch.hold_s


def _injection(
    launch: Launch,
    up: Array,
    ahead: Array,
    moon: Array,
    distance: float,
    flight_time_s: float,
    gm: float,
) -> tuple[float, float]:
    """Return coast (s) and impulse (km/s) of the coplanar conic to the Moon's place."""
    speed, angle = transfer_from_periapsis(launch.radius_km, distance, flight_time_s, gm)
    to_moon = np.arctan2(moon @ ahead, moon @ up)
    turn = (to_moon - angle - np.radians(launch.ascent.range_angle_deg)) % (2.0 * np.pi)
    rate = np.sqrt(gm / launch.radius_km**3)
    return float(turn / rate), float(speed - np.sqrt(gm / launch.radius_km))


def at_lift_off(launch: Launch, lift_off: Epoch, flight_time_s: float, env: Environment) -> Seed:
    """Return the guess for a given lift-off: the azimuth whose plane holds the Moon at arrival."""
    gm = env.constants.gm("earth")
    up, east, north, pole = launch.local_axes(lift_off, env)
    coast, dv, azimuth = 1500.0, 3.1, 0.0
    for _ in range(4):
        arrive = lift_off + (_to_parking_s(launch) + coast + flight_time_s)
        moon, distance = _moon(arrive, env)
        ahead = moon - up * (moon @ up)
        ahead /= np.linalg.norm(ahead)
        if np.dot(np.cross(up, ahead), pole) < 0.0:
            ahead = -ahead
        azimuth = float(np.arctan2(ahead @ east, ahead @ north))
        coast, dv = _injection(launch, up, ahead, moon, distance, flight_time_s, gm)
    heading = "northbound" if np.cos(azimuth) > 0.0 else "southbound"
    return Seed(Controls(lift_off, azimuth, coast, dv, flight_time_s), heading=heading)


def in_a_day(
    launch: Launch, start: Epoch, inclination_deg: float, flight_time_s: float, env: Environment
) -> list[Seed]:
    """Return the guesses of one day from `start` for a given inclination.

    For each heading (northbound, southbound) the turning site carries the orbit plane through the
    Moon's place twice a lunar day of 24.8 h: a short and a long coast. Guesses up to an hour
    outside the day are given too, as a solve moves the lift-off by minutes.
    """
    seeds = []
    for heading, northbound in _HEADINGS:
        azimuth = np.radians(launch.site.azimuth_deg(inclination_deg, northbound=northbound))
        found = [
            _coplanar(launch, start + shift, azimuth, flight_time_s, env)
            for shift in _crossings(launch, start, azimuth, flight_time_s, env)
        ]
        for i, controls in enumerate(found):
            beside = found[i + 1] if i + 1 < len(found) else found[i - 1]
            name = "short" if controls.coast_s <= beside.coast_s else "long"
            if -_MARGIN_S <= controls.lift_off - start < DAY + _MARGIN_S:
                seeds.append(Seed(controls, name, heading))
    if not seeds:
        raise InputError(
            f"no plane inclined {inclination_deg:g} deg holds the Moon on the day from "
            f"{start.utc_iso(0)}: the inclination must be at least the Moon's declination"
        )
    return seeds


def _ahead(
    launch: Launch, lift_off: Epoch, azimuth: float, env: Environment
) -> tuple[Array, Array]:
    up, east, north, _ = launch.local_axes(lift_off, env)
    return up, np.cos(azimuth) * north + np.sin(azimuth) * east


def _crossings(
    launch: Launch, start: Epoch, azimuth: float, flight_time_s: float, env: Environment
) -> list[float]:
    """Return when the plane holds the Moon's place, seconds from `start`, over two lunar days."""

    def out_of_plane(shift: float) -> float:
        up, ahead = _ahead(launch, start + shift, azimuth, env)
        moon, _ = _moon(start + (shift + 3000.0 + launch.hold_s + flight_time_s), env)
        return float(np.dot(np.cross(up, ahead), moon))

    grid = np.linspace(-0.6 * DAY, 1.6 * DAY, 107)
    values = [out_of_plane(t) for t in grid]
    roots = []
    for t0, t1, a, b in zip(grid[:-1], grid[1:], values[:-1], values[1:], strict=True):
        if a * b > 0.0:
            continue
        low, high, low_value = t0, t1, a
        for _ in range(30):
            mid = 0.5 * (low + high)
            value = out_of_plane(mid)
            if value * low_value > 0.0:
                low, low_value = mid, value
            else:
                high = mid
        roots.append(float(0.5 * (low + high)))
    return roots


def _coplanar(
    launch: Launch, lift_off: Epoch, azimuth: float, flight_time_s: float, env: Environment
) -> Controls:
    gm = env.constants.gm("earth")
    up, ahead = _ahead(launch, lift_off, azimuth, env)
    moon, distance = _moon(lift_off + (3000.0 + launch.hold_s + flight_time_s), env)
    coast, dv = _injection(launch, up, ahead, moon, distance, flight_time_s, gm)
    return Controls(lift_off, azimuth, coast, dv, flight_time_s)


def out_of_plane(
    launch: Launch, lift_off: Epoch, inclination_deg: float, flight_time_s: float, env: Environment
) -> list[Seed]:
    """Return guesses for lift-off and inclination both given: Lambert arcs off the plane.

    For each heading the coasts of the smallest impulses over one revolution.
    """
    gm = env.constants.gm("earth")
    period = 2.0 * np.pi * np.sqrt(launch.radius_km**3 / gm)
    seeds = []
    for heading, northbound in _HEADINGS:
        azimuth = float(np.radians(launch.site.azimuth_deg(inclination_deg, northbound=northbound)))
        up, ahead = _ahead(launch, lift_off, azimuth, env)
        tried: list[tuple[float, Controls]] = []
        for coast in np.linspace(60.0, period, 180):
            angle = np.radians(launch.ascent.range_angle_deg) + 2.0 * np.pi * coast / period
            r = launch.radius_km * (np.cos(angle) * up + np.sin(angle) * ahead)
            v = np.sqrt(gm / launch.radius_km) * (np.cos(angle) * ahead - np.sin(angle) * up)
            leave = _to_parking_s(launch) + float(coast)
            moon, distance = _moon(lift_off + (leave + flight_time_s), env)
            try:
                wanted, _ = lambert(r, moon * distance, flight_time_s, gm, normal=np.cross(r, v))
            except InputError:
                continue
            if dips(r, wanted, gm):
                continue
            dv = wanted - v
            impulse = (float(dv[0]), float(dv[1]), float(dv[2]))
            controls = Controls(lift_off, azimuth, float(coast), impulse, flight_time_s)
            tried.append((float(np.linalg.norm(dv)), controls))
        if tried:
            first, *others = _spread(tried)
            seeds.append(Seed(first, heading=heading, others=tuple(others)))
    return seeds


def dips(r_km: Array, v_km_s: Array, gm: float) -> bool:
    """Say whether an orbit goes down into the atmosphere (below 100 km) on its way."""
    if float(r_km @ v_km_s) >= 0.0:
        return False
    orbit = elements.from_vectors(r_km, v_km_s, gm)
    return bool(orbit.periapsis_km < EARTH_RADIUS_KM + 100.0)


def _spread(tried: list[tuple[float, Controls]]) -> list[Controls]:
    """Return the cheapest guesses whose coasts lie apart: one may have no solution near it."""
    chosen: list[Controls] = []
    for _, controls in sorted(tried, key=lambda pair: pair[0]):
        if all(abs(controls.coast_s - c.coast_s) >= _APART_S for c in chosen):
            chosen.append(controls)
        if len(chosen) == _CANDIDATES:
            break
    return chosen
