"""Keeping a station up: reboosts within a band of altitudes, and the propellant they take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.errors import InputError, UnknownName
from perilune.runs.tally import Tally
from perilune.stations.decay import DecayOrbit, Satellite
from perilune.stations.decay_march import advance, span_days
from perilune.stations.lifetimes import Lifetimes, Spread, distribution
from perilune.stations.reboost import (
    Reboost,
    by_percentile,
    debt_m_s,
    propellant_kg,
    raise_m_s,
    raised,
)
from perilune.stations.solar_cycles import forecast
from perilune.stations.space_weather import SpaceWeather, epoch_of_mjd, mjd_utc

__all__ = ["Holding", "Reboost", "Upkeep", "area_of", "propellant_kg", "raise_m_s", "upkeep"]

Array = NDArray[np.float64]

AVOIDANCE_M_S_Y = 1.0
"""Allowance for avoiding collisions: two maneuvers of half a meter per second a year (assumed)."""
_YEAR_DAYS, _SAMPLES_N = 365.25, 100


@dataclass(frozen=True)
class Holding:
    """How a station is kept.

    Attributes
    ----------
    lowest_km, highest_km : float
        Mean altitudes: at the lower one it is raised to the higher.
    isp_s : float
        Specific impulse of the reboosts.
    avoidance_m_s_y : float
        Allowance for avoiding collisions, m/s a year, outside the decay itself.
    """

    lowest_km: float
    highest_km: float
    isp_s: float = 300.0
    avoidance_m_s_y: float = AVOIDANCE_M_S_Y

    def __post_init__(self) -> None:
        if not 150.0 <= self.lowest_km < self.highest_km <= 1400.0:
            raise InputError(
                f"found {self.lowest_km:g} to {self.highest_km:g} km, expected a band that rises "
                "from 150 km or more to 1400 km or less",
                key="lowest_altitude_km",
            )
        if not self.isp_s > 0.0 or not self.avoidance_m_s_y >= 0.0:
            raise InputError(
                f"found an isp_s of {self.isp_s:g} and avoidance_m_s_y of "
                f"{self.avoidance_m_s_y:g}: expected more than 0, and 0 or more",
                key="isp_s",
            )


@dataclass(frozen=True, eq=False)
class Upkeep:
    """What keeping a station up takes.

    Attributes
    ----------
    start_mjd, years : float
    mass_kg : float
    holding : Holding
    reboost_m_s : ndarray, shape (samples, years)
        By year from the start, without the allowance; a last part of a year counts by itself. The
        last is charged with (or credited for) the way from the altitude at its end to the first.
    altitude : tuple of dict
        `utc`, and the mean altitude `p10`, `p50`, `p90` there, km.
    reboosts : tuple of Reboost
        Of the sample in the middle of the propellant used.
    alone : Lifetimes
        When the station comes down if it is never raised.
    """

    start_mjd: float
    years: float
    mass_kg: float
    holding: Holding
    reboost_m_s: Array
    altitude: tuple[dict[str, Any], ...]
    reboosts: tuple[Reboost, ...]
    alone: Lifetimes

    @property
    def dv_m_s_y(self) -> dict[str, float]:
        """Delta-v a year for drag and allowance, by percentile of the samples' means."""
        return by_percentile(
            self.reboost_m_s.sum(axis=1) / self.years + self.holding.avoidance_m_s_y
        )

    @property
    def propellant_kg_y(self) -> dict[str, float]:
        """Propellant a year, by percentile of the samples' means."""
        return {name: self._propellant_kg(dv) for name, dv in self.dv_m_s_y.items()}

    @property
    def by_year_kg(self) -> list[dict[str, Any]]:
        """Propellant in each year, by percentile; `start_utc` is where the year begins."""
        lengths = np.minimum(self.years - np.arange(self.reboost_m_s.shape[1]), 1.0)
        spent = self.reboost_m_s + self.holding.avoidance_m_s_y * lengths
        return [
            {
                "start_utc": epoch_of_mjd(self.start_mjd + n * _YEAR_DAYS).utc_iso(0),
                **{name: self._propellant_kg(dv) for name, dv in by_percentile(year).items()},
            }
            for n, year in enumerate(spent.T)
        ]

    def _propellant_kg(self, dv_m_s: float) -> float:
        return propellant_kg(self.mass_kg, dv_m_s, self.holding.isp_s)

    def as_dict(self) -> dict[str, Any]:
        """Return what a result prints: the contract's keys and what else there is."""
        return {
            "reboost_dv_m_s_y": self.dv_m_s_y,
            "propellant_kg_y": self.propellant_kg_y,
            "altitude_km": list(self.altitude),
            "reentry_utc": self.alone.reentry_utc,
            "propellant_by_year_kg": self.by_year_kg,
            "reboosts": [vars(one) for one in self.reboosts],
            "avoidance_m_s_y": self.holding.avoidance_m_s_y,
            "years": self.years,
            "samples_n": len(self.reboost_m_s),
        }


def area_of(attitudes: Mapping[str, float], attitude: str) -> float:
    """Return the drag area (m2) of a named attitude; raises UnknownName."""
    if attitude not in attitudes:
        raise UnknownName("attitude", attitude, attitudes, key="attitude")
    return attitudes[attitude]


def upkeep(
    satellite: Satellite,
    orbit: DecayOrbit,
    holding: Holding,
    *,
    years: float = 1.0,
    spread: Spread | None = None,
    samples_n: int = _SAMPLES_N,
    weather: SpaceWeather | None = None,
    seed: int = 0,
    report: Callable[[str], None] = lambda _: None,
) -> Upkeep:
    """Return what keeping a station between two altitudes takes, and its end if it is let go.

    Parameters
    ----------
    satellite : Satellite
        Mass and drag, which stay: propellant and cargo are taken to be brought as they are used.
    orbit : DecayOrbit
        Where it starts; at or above the band's lower edge, or it is raised at once.
    holding : Holding
    years : float
        0.1 to 30.
    spread : Spread, optional
        What is not known of drag and density.
    samples_n : int
    weather : SpaceWeather, optional
        In place of what was observed and is drawn.
    seed : int
    report : callable
        Called with how many of the days are done.

    Raises
    ------
    InputError
        For years out of range or too few samples.

    Model limits: those of `decay`; reboosts at once, as Hohmann transfers between circles, which
    also take out the eccentricity; nothing for attitude, dockings or leaks.
    """
    if not 0.1 <= years <= 30.0:
        raise InputError(f"found {years:g}, expected 0.1 to 30", key="years")
    if samples_n < 10:
        raise InputError(f"found {samples_n}, expected 10 or more", key="samples_n")
    spread = Spread() if spread is None else spread
    start, days = mjd_utc(orbit.epoch), years * _YEAR_DAYS
    if weather is None:
        weather = forecast(start, days, paths_n=samples_n, seed=seed)
    factors = _factors(spread, samples_n, seed)
    held = _hold(satellite, orbit, holding, days, factors, weather, report)
    middle = int(np.argsort(held.spent.sum(axis=1))[samples_n // 2])
    boosts = tuple(
        _reboost(row, middle, satellite, holding) for row in held.raised if row[1][middle]
    )
    alone = distribution(
        satellite, orbit, spread=spread, samples_n=samples_n, enough_share=0.9, seed=seed
    )
    return Upkeep(
        start, years, satellite.mass_kg, holding, held.spent, tuple(held.altitude), boosts, alone
    )


def _factors(spread: Spread, samples_n: int, seed: int) -> Array:
    unknown = np.random.default_rng(seed).normal(size=(2, samples_n))
    return np.asarray(np.exp(spread.ballistic * unknown[0] + spread.density * unknown[1]))


@dataclass(eq=False)
class _Held:
    """The books of a fleet that is held: delta-v by sample and year, raises, altitudes."""

    spent: Array
    raised: list[tuple[float, NDArray[np.bool_], Array]] = field(default_factory=list)
    altitude: list[dict[str, Any]] = field(default_factory=list)


def _hold(
    satellite: Satellite,
    orbit: DecayOrbit,
    holding: Holding,
    days: float,
    factors: Array,
    weather: SpaceWeather,
    report: Callable[[str], None],
) -> _Held:
    """March the samples through the days, raising each at the lower edge of the band."""
    count = len(factors)
    path = np.arange(count, dtype=np.intp) % weather.paths_n
    fleet = orbit.fleet(satellite.ballistic_coefficient_m2_kg * factors, path)
    start, end = fleet.mjd, fleet.mjd + days
    held = _Held(np.zeros((count, int(np.ceil(days / _YEAR_DAYS - 1e-9)))))
    while True:
        low = ~(fleet.orbits.altitude_km > holding.lowest_km)
        if low.any():
            year = min(int((fleet.mjd - start) / _YEAR_DAYS), held.spent.shape[1] - 1)
            was = fleet.orbits.altitude_km
            held.spent[low, year] += raise_m_s(was[low], holding.highest_km)
            held.raised.append((fleet.mjd, low, was))
            fleet = replace(fleet, orbits=raised(fleet.orbits, low, holding.highest_km))
        held.altitude.append(
            {"utc": epoch_of_mjd(fleet.mjd).utc_iso(0), **by_percentile(fleet.orbits.altitude_km)}
        )
        report(
            Tally(
                f"{fleet.mjd - start:,.0f} of {days:,.0f} days", int(fleet.mjd - start), int(days)
            )
        )
        if fleet.mjd >= end - 1e-9:
            held.spent[:, -1] += debt_m_s(fleet.orbits.altitude_km, orbit.altitude_km)
            return held
        fleet = advance(fleet, weather, span_days(fleet, end))


def _reboost(
    row: tuple[float, NDArray[np.bool_], Array], sample: int, satellite: Satellite, holding: Holding
) -> Reboost:
    mjd, _, was = row
    dv = float(raise_m_s(was[sample : sample + 1], holding.highest_km)[0])
    spent = propellant_kg(satellite.mass_kg, dv, holding.isp_s)
    utc = epoch_of_mjd(mjd).utc_iso(0)
    return Reboost(utc, float(was[sample]), holding.highest_km, dv, spent)
