"""What a scan of launch opportunities is asked: which lift-offs, which flights, which limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from perilune.astro.epoch import Epoch
from perilune.astro.geometry import SurfacePoint
from perilune.phases.arrival import BRANCHES, Perilune
from perilune.phases.launch import Launch
from perilune.phases.request import FLIGHT_TIMES_H
from perilune.phases.shot import Model

Array = NDArray[np.float64]
Lift = Callable[[Array, Array], Array]
"""Injected mass (kg) by parking inclination (deg) and C3 (km2/s2)."""

CELL_S = 6e-3
"""Processor time of a cell, for estimates before a scan runs (measured: see docs/benchmarks.md)."""


@dataclass(frozen=True)
class Direction:
    """A parking orbit tried: inclination to the equator of date, and heading at lift-off."""

    inclination_deg: float
    heading: str


@dataclass(frozen=True)
class Scan:
    """Everything that decides the cells of a scan: what is solved, not what is allowed.

    Attributes
    ----------
    launch : Launch
    perilune : Perilune
        Wanted at arrival; an inclination of None is the lowest each approach allows.
    start, stop : Epoch
        Span of the lift-offs.
    directions : tuple of Direction
    flight_times_s : tuple of float
        Injection to perilune.
    branches : tuple of str
    model : Model
    constants : str
    """

    launch: Launch
    perilune: Perilune
    start: Epoch
    stop: Epoch
    directions: tuple[Direction, ...]
    flight_times_s: tuple[float, ...]
    branches: tuple[str, ...] = BRANCHES
    model: Model = field(default_factory=Model)
    constants: str = "de440"


@dataclass(frozen=True)
class Station:
    """A ground station by name and place."""

    name: str
    point: SurfacePoint


@dataclass(frozen=True)
class Landing:
    """Where a mission lands, how long it may wait for it, and the light it needs.

    Attributes
    ----------
    site_name : str
    site : SurfacePoint
    wait_s : (float, float)
        Shortest and longest time from arrival to touchdown.
    sun_elevation_deg : (float, float)
        Between these at touchdown and all through the stay.
    stay_s : float
        On the surface.
    earth_elevation_deg : float, optional
        At least this at touchdown; None where a relay stands in.
    within_km : float
        How far from the orbit's plane the site may be at touchdown: what the descent makes good.
    """

    site_name: str
    site: SurfacePoint
    wait_s: tuple[float, float]
    sun_elevation_deg: tuple[float, float] = (-90.0, 90.0)
    stay_s: float = 0.0
    earth_elevation_deg: float | None = None
    within_km: float = 30.0


@dataclass(frozen=True)
class Limits:
    """What makes an opportunity feasible.

    Attributes
    ----------
    landing : Landing, optional
    stations : tuple of Station
        One of them must see the arrival, and the site at touchdown.
    station_elevation_deg : float
    dv_allowance_m_s : float
        Spent at most on leaving early or late: decides the daily window.
    max_total_dv_m_s : float, optional
    """

    landing: Landing | None = None
    stations: tuple[Station, ...] = ()
    station_elevation_deg: float = 10.0
    dv_allowance_m_s: float = 30.0
    max_total_dv_m_s: float | None = None


@dataclass(frozen=True)
class WindowsRequest:
    """What a scenario says of its windows; the span of dates is the caller's.

    Attributes
    ----------
    directions : tuple of Direction
        Empty: the lowest permitted inclination, and a higher one where the Moon's declination
        asks for it.
    flight_times_h : (float, float)
    flight_time_step_h : float
    limits : Limits
    orbit_altitude_km : float, optional
        The circle the capture ends in; default: at the perilune.
    steered : bool
        Whether the rocket's azimuth follows the clock within the day's window.
    free_flight_time : bool
        Whether each opportunity's flight time is minimized between those scanned.
    """

    directions: tuple[Direction, ...] = ()
    flight_times_h: tuple[float, float] = FLIGHT_TIMES_H
    flight_time_step_h: float = 4.0
    limits: Limits = Limits()
    orbit_altitude_km: float | None = None
    steered: bool = True
    free_flight_time: bool = False

    @property
    def flight_times_s(self) -> tuple[float, ...]:
        """The flight times tried: evenly from the shortest to the longest, both included."""
        low, high = self.flight_times_h
        count = round((high - low) / self.flight_time_step_h)
        step = (high - low) / count if count else 0.0
        return tuple(3600.0 * (low + step * i) for i in range(count + 1))
