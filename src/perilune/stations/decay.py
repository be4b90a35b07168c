"""The fall of one satellite: what flies, where it starts, when it comes down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import EARTH_RADIUS_KM
from perilune.astro.epoch import Epoch
from perilune.errors import InputError
from perilune.stations.decay_march import Fleet, march
from perilune.stations.elements import TwoLine
from perilune.stations.orbit_average import Orbits
from perilune.stations.solar_cycles import forecast
from perilune.stations.space_weather import SpaceWeather, epoch_of_mjd, mjd_utc

Array = NDArray[np.float64]

LOWEST_KM = 150.0
"""Mean altitude below which nothing is a station: what is left is hours to days."""
_HIGHEST_KM, _YEAR_DAYS = 1400.0, 365.25


@dataclass(frozen=True)
class Satellite:
    """What the air slows down.

    Attributes
    ----------
    mass_kg : float
    drag_area_m2 : float
        Mean area across the direction of flight.
    drag_coefficient : float
        2.2 for compact bodies in free molecular flow; with an area that leaves shadows and
        concavities out of account it is a fitted figure (NASA states 2.0 to 3.25 for the ISS).

    Raises
    ------
    InputError
        For a mass, an area or a coefficient that is not positive.
    """

    mass_kg: float
    drag_area_m2: float
    drag_coefficient: float = 2.2

    def __post_init__(self) -> None:
        for key in ("mass_kg", "drag_area_m2", "drag_coefficient"):
            if not getattr(self, key) > 0.0:
                raise InputError(
                    f"found {getattr(self, key)}, expected more than 0: without it there is no "
                    "drag to compute a decay with",
                    key=key,
                )

    @classmethod
    def of_ballistic(cls, ballistic_coefficient_m2_kg: float, mass_kg: float = 1.0) -> Satellite:
        """Return a satellite of known Cd A / m, m2/kg (as of `ballistic.estimate`)."""
        return cls(mass_kg, ballistic_coefficient_m2_kg * mass_kg, 1.0)

    @property
    def ballistic_coefficient_m2_kg(self) -> float:
        """Drag coefficient times area over mass."""
        return self.drag_coefficient * self.drag_area_m2 / self.mass_kg

    @property
    def mass_over_drag_kg_m2(self) -> float:
        """Its reciprocal."""
        return 1.0 / self.ballistic_coefficient_m2_kg


@dataclass(frozen=True)
class DecayOrbit:
    """Mean elements (SGP4's) a decay starts from, equator of date.

    Attributes
    ----------
    epoch : Epoch
    altitude_km : float
        Mean semi-major axis less the equatorial radius.
    inclination_deg : float
    eccentricity : float
    node_deg, perigee_deg : float
        Right ascension of the node, argument of perigee.

    Raises
    ------
    InputError
        Below a mean altitude of 150 km, above 1400 km, or with its perigee below 120 km.
    """

    epoch: Epoch
    altitude_km: float
    inclination_deg: float
    eccentricity: float = 0.0
    node_deg: float = 0.0
    perigee_deg: float = 0.0

    def __post_init__(self) -> None:
        if not LOWEST_KM <= self.altitude_km <= _HIGHEST_KM:
            raise InputError(
                f"found {self.altitude_km:g} km, expected {LOWEST_KM:g} to {_HIGHEST_KM:g}: lower "
                "an orbit lasts hours to days, higher drag does not end it",
                key="altitude_km",
            )
        perigee = self.altitude_km - self.eccentricity * (self.altitude_km + EARTH_RADIUS_KM)
        if not 0.0 <= self.eccentricity < 1.0 or perigee < 0.8 * LOWEST_KM:
            raise InputError(
                f"found {self.eccentricity:g}, a perigee at {perigee:.0f} km: expected 0 or more "
                f"and a perigee above {0.8 * LOWEST_KM:g} km",
                key="eccentricity",
            )

    @classmethod
    def of_elements(cls, lines: TwoLine) -> DecayOrbit:
        """Return the orbit of two-line elements at their epoch."""
        return cls(
            lines.epoch, lines.mean_altitude_km, lines.inclination_deg, lines.eccentricity,
            lines.node_deg, lines.perigee_deg,
        )  # fmt: skip

    def fleet(self, cd_area_per_mass: Array, path: NDArray[np.intp]) -> Fleet:
        """Return copies of the orbit, each with its drag (m2/kg) and its way of space weather."""
        one = np.ones(len(cd_area_per_mass))
        angle = np.radians(self.perigee_deg)
        orbits = Orbits(
            (EARTH_RADIUS_KM + self.altitude_km) * one,
            self.eccentricity * np.cos(angle) * one,
            self.eccentricity * np.sin(angle) * one,
        )
        plane = np.radians([self.inclination_deg, self.node_deg])
        return Fleet(
            mjd_utc(self.epoch), orbits, float(plane[0]), float(plane[1]), cd_area_per_mass, path,
            np.full(len(one), np.nan),
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Decay:
    """The fall of one satellite under one way of space weather.

    Attributes
    ----------
    status : str
        `reentry`, or `in_orbit` where the time ran out first.
    reentry : Epoch or None
    days : float
        From the start to the re-entry, or flown.
    mjd, altitude_km, eccentricity : ndarray
        The way down: modified Julian date (UTC), mean altitude, mean eccentricity.
    remedy : str
        In words where it does not come down; empty else.
    """

    status: str
    reentry: Epoch | None
    days: float
    mjd: Array
    altitude_km: Array
    eccentricity: Array
    remedy: str = ""

    def altitude_at_km(self, mjd: float) -> float:
        """Return the mean altitude on a day."""
        return float(np.interp(mjd, self.mjd, self.altitude_km))

    def mjd_at(self, altitude_km: float) -> float:
        """Return the day a mean altitude is passed on the way down; NaN where it is not."""
        if not self.altitude_km[-1] <= altitude_km <= self.altitude_km[0]:
            return float("nan")
        return float(np.interp(-altitude_km, -self.altitude_km, self.mjd))


def decay(
    satellite: Satellite,
    orbit: DecayOrbit,
    *,
    weather: SpaceWeather | None = None,
    longest_years: float = 25.0,
) -> Decay:
    """Return the fall of a satellite from an orbit, day by day.

    Parameters
    ----------
    satellite : Satellite
    orbit : DecayOrbit
    weather : SpaceWeather, optional
        Its first path is flown; default what was observed, and where that ends one way it may go
        (for a distribution see `lifetimes.distribution`).
    longest_years : float
        Where to stop.

    Returns
    -------
    Decay

    Raises
    ------
    DataRangeError
        Where the space weather given is shorter than the fall.

    Model limits: mean drag around the orbit in a plane that J2 turns, air that turns with the
    Earth, NRLMSISE-00 by table; no Sun, Moon or light pressure; within 3 % in lifetime of full
    integration to an eccentricity of 0.05, 10 % where that orbit is at 63.4 deg.
    """
    days = longest_years * _YEAR_DAYS
    start = mjd_utc(orbit.epoch)
    weather = forecast(start, days, paths_n=1) if weather is None else weather
    drag = np.array([satellite.ballistic_coefficient_m2_kg])
    at = [orbit.fleet(drag, np.zeros(1, np.intp))]
    at.extend(march(at[0], weather, start + days, longest_days=1.0))
    end = float(at[-1].ended_mjd[0])
    mjd = np.array([fleet.mjd for fleet in at])
    altitude = np.array([fleet.orbits.altitude_km[0] for fleet in at])
    wide = np.array([np.hypot(fleet.orbits.k[0], fleet.orbits.h[0]) for fleet in at])
    if np.isnan(end):
        remedy = f"it stays up for the {longest_years:g} years looked at: raise longest_years"
        return Decay("in_orbit", None, days, mjd, altitude, wide, remedy)
    mjd[-1] = end
    return Decay("reentry", epoch_of_mjd(end), end - start, mjd, altitude, wide)
