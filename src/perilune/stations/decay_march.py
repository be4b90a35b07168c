"""Marching many orbits through the days: spans of days, each in steps its own fall asks for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.stations.orbit_average import Loop, Orbits, drag_rates, loop, points_n, turning
from perilune.stations.space_weather import SpaceWeather

Array = NDArray[np.float64]

END_KM = 110.0
"""Mean altitude at which an orbit is over: less than a turn is left."""
_LONGEST_DAYS, _SPANS_PER_SCALE = 10.0, 20.0
_STEP_SCALES = 0.5
_AIR_KM, _KEPT, _BULGE_KM = 90.0, 0.6, 40.0
"""Heights a span may need: down to 0.6 of the way from 90 km, up to above the flattened poles."""


@dataclass(frozen=True, eq=False)
class Fleet:
    """Orbits of one plane on one day, each under its own drag and its own sky.

    Attributes
    ----------
    mjd : float
        Modified Julian date, UTC.
    orbits : Orbits
    inclination, node : float
        rad, equator of date. One node for all: that of the middle one.
    cd_area_per_mass : ndarray, shape (n,)
        m2/kg.
    path : ndarray of int, shape (n,)
        Way of space weather each flies through.
    ended_mjd : ndarray, shape (n,)
        When each came down; NaN while it flies.
    fall_km_d : float
        How fast the middle one fell lately; NaN before it did.
    """

    mjd: float
    orbits: Orbits
    inclination: float
    node: float
    cd_area_per_mass: Array
    path: NDArray[np.intp]
    ended_mjd: Array
    fall_km_d: float = float("nan")

    @property
    def flying(self) -> NDArray[np.bool_]:
        """Which are still up."""
        return np.isnan(self.ended_mjd)


def march(
    fleet: Fleet, weather: SpaceWeather, until_mjd: float, longest_days: float = _LONGEST_DAYS
) -> Iterator[Fleet]:
    """Yield the fleet at the end of every span, until none flies or the date is reached."""
    while fleet.mjd < until_mjd - 1e-9 and fleet.flying.any():
        fleet = advance(fleet, weather, span_days(fleet, until_mjd, longest_days))
        yield fleet


def last(
    fleet: Fleet,
    weather: SpaceWeather,
    until_mjd: float,
    longest_days: float = _LONGEST_DAYS,
    share: float = 1.0,
) -> Fleet:
    """Return the fleet when so large a share is down (of all, by default), or on the date."""
    for later in march(fleet, weather, until_mjd, longest_days):
        fleet = later
        if fleet.flying.mean() <= 1.0 - share:
            break
    return fleet


def span_days(fleet: Fleet, until_mjd: float, longest: float = _LONGEST_DAYS) -> float:
    """Return how long sky and plane may be held: a twentieth of the time a scale height takes."""
    days = 1.0
    if longest > 1.0 and fleet.fall_km_d > 0.0:
        middle = np.median(fleet.orbits.altitude_km[fleet.flying])
        left = float(_scale_height_km(middle)) / fleet.fall_km_d
        days = float(np.clip(np.floor(left / _SPANS_PER_SCALE), 1.0, longest))
    to_midnight = 1.0 - fleet.mjd % 1.0  # spans end with the days they read
    return min(days - 1.0 + to_midnight, until_mjd - fleet.mjd)


def _scale_height_km(altitude_km: Any) -> Array:
    """Return a rough scale height of the density: only steps are sized by it."""
    return np.asarray(np.clip(0.16 * (altitude_km - 70.0), 5.0, 60.0))


def _loop(fleet: Fleet, weather: SpaceWeather, mjd: float, days: float) -> Loop:
    up = fleet.orbits.pick(fleet.flying)
    swing = np.sqrt(up.k**2 + up.h**2)
    low = float((up.altitude_km - swing * up.sma_km).min())
    high = float((up.altitude_km + swing * up.sma_km).max()) + _BULGE_KM
    heights = (_AIR_KM + _KEPT * (low - _AIR_KM), high)
    return loop(
        fleet.inclination, fleet.node, mjd + 0.5 * days, weather.weights(mjd, days),
        points_n(float(swing.max())), heights,
    )  # fmt: skip


def advance(fleet: Fleet, weather: SpaceWeather, days: float) -> Fleet:
    """Return the fleet some days later, under the mean sky of those days in the middle plane."""
    up = fleet.flying
    middle = Orbits(*(np.atleast_1d(np.median(part)) for part in _parts(fleet.orbits.pick(up))))
    turn = float(turning(middle, fleet.inclination)[0][0]) * 86400.0 * days
    half = replace(fleet, node=fleet.node + 0.5 * turn)
    way = _loop(half, weather, fleet.mjd, days)
    orbits, elapsed = _fall(
        fleet.orbits.pick(up), fleet.cd_area_per_mass[up], fleet.path[up], way, 86400.0 * days
    )
    orbits = _turned(orbits, fleet.inclination, elapsed)
    ended = fleet.ended_mjd.copy()
    over = orbits.altitude_km <= END_KM
    ended[up] = np.where(over, fleet.mjd + elapsed / 86400.0, np.nan)
    fell = float(np.median(fleet.orbits.altitude_km[up] - orbits.altitude_km)) / days
    whole = [part.copy() for part in _parts(fleet.orbits)]
    for part, new in zip(whole, _parts(orbits), strict=True):
        part[up] = new
    return replace(
        fleet, mjd=fleet.mjd + days, node=fleet.node + turn, orbits=Orbits(*whole),
        ended_mjd=ended, fall_km_d=fell,
    )  # fmt: skip


def _parts(orbits: Orbits) -> tuple[Array, Array, Array]:
    return orbits.sma_km, orbits.k, orbits.h


def _turned(orbits: Orbits, inclination: float, seconds: Array) -> Orbits:
    """Turn the perigees by J2."""
    angle = turning(orbits, inclination)[1] * seconds
    c, s = np.cos(angle), np.sin(angle)
    return Orbits(orbits.sma_km, c * orbits.k - s * orbits.h, s * orbits.k + c * orbits.h)


def _fall(
    orbits: Orbits, drag: Array, path: NDArray[np.intp], way: Loop, seconds: float
) -> tuple[Orbits, Array]:
    """Return the orbits after a time, or where they end, and the time each took.

    Midpoint steps, none longer than half a scale height of fall.
    """
    parts = [part.copy() for part in _parts(orbits)]
    elapsed = np.zeros(len(drag))
    left = np.arange(len(drag))
    while left.size:
        now = Orbits(*(part[left] for part in parts))
        rate = drag_rates(now, drag[left], path[left], way)
        most = _STEP_SCALES * _scale_height_km(now.altitude_km) / np.maximum(-rate.sma_km, 1e-30)
        step = np.minimum(seconds - elapsed[left], most)
        middle = now.moved(rate, 0.5 * step)
        new = now.moved(drag_rates(middle, drag[left], path[left], way), step)
        below = new.altitude_km < END_KM
        share = np.where(
            below, (now.altitude_km - END_KM) / (now.altitude_km - new.altitude_km), 1.0
        )
        for part, was, then in zip(parts, _parts(now), _parts(new), strict=True):
            part[left] = was + share * (then - was)
        elapsed[left] += share * step
        left = left[~below & (elapsed[left] < seconds * (1.0 - 1e-12))]
    return Orbits(*parts), elapsed
