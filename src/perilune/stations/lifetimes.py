"""When a satellite comes down, as a distribution: over its drag, the air's density and the Sun."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro.epoch import Epoch
from perilune.errors import InputError
from perilune.stations.decay import DecayOrbit, Satellite
from perilune.stations.decay_march import last
from perilune.stations.solar_cycles import forecast
from perilune.stations.space_weather import SpaceWeather, epoch_of_mjd, mjd_utc

Array = NDArray[np.float64]

PERCENTILES = {"p10": 10.0, "p50": 50.0, "p90": 90.0}
_PATHS_N, _YEAR_DAYS = 200, 365.25


@dataclass(frozen=True)
class Spread:
    """What is not known, one sigma, relative.

    Attributes
    ----------
    ballistic : float
        Of the ballistic coefficient: attitude, shadows, accommodation of the molecules.
    density : float
        Of the density model over months, beyond what a fitted coefficient takes in (NRLMSISE-00
        against satellite drag: about 15 %, Picone et al. 2002, J. Geophys. Res. 107(A12), 1468).
    sun : bool
        Whether the space weather is drawn; if not, its middle way is flown.
    """

    ballistic: float = 0.15
    density: float = 0.15
    sun: bool = True

    def __post_init__(self) -> None:
        for key in ("ballistic", "density"):
            if not 0.0 <= getattr(self, key) <= 1.0:
                raise InputError(f"found {getattr(self, key)}, expected 0 to 1", key=key)


@dataclass(frozen=True, eq=False)
class Lifetimes:
    """When samples of one satellite come down.

    Attributes
    ----------
    start : Epoch
    days : ndarray, shape (samples,)
        Lifetimes, infinite for those that stay up for the years looked at.
    longest_years : float
    """

    start: Epoch
    days: Array
    longest_years: float

    @property
    def down_share(self) -> float:
        """The share of samples that come down within the years looked at, or at least."""
        return float(np.isfinite(self.days).mean())

    @property
    def days_p(self) -> dict[str, float]:
        """Lifetimes by percentile, days; infinite where beyond the years looked at."""
        levels = list(PERCENTILES.values())
        found = np.percentile(self.days, levels, method="inverted_cdf")
        return dict(zip(PERCENTILES, map(float, found), strict=True))

    @property
    def reentry_utc(self) -> dict[str, str | None]:
        """Dates of re-entry by percentile; None where beyond the years looked at."""
        start = mjd_utc(self.start)
        return {
            name: epoch_of_mjd(start + days).utc_iso(0) if np.isfinite(days) else None
            for name, days in self.days_p.items()
        }

    @property
    def half_width(self) -> float:
        """Half the way from p10 to p90 over the median."""
        found = self.days_p
        return 0.5 * (found["p90"] - found["p10"]) / found["p50"]

    def as_dict(self) -> dict[str, Any]:
        """Return what a result prints."""
        return {
            "reentry_utc": self.reentry_utc,
            "lifetime_d": {k: v if np.isfinite(v) else None for k, v in self.days_p.items()},
            "down_share": self.down_share,
            "longest_years": self.longest_years,
            "samples_n": len(self.days),
        }


def distribution(
    satellite: Satellite,
    orbit: DecayOrbit,
    *,
    spread: Spread | None = None,
    samples_n: int = 1000,
    weather: SpaceWeather | None = None,
    known_until_mjd: float | None = None,
    longest_years: float = 25.0,
    enough_share: float = 1.0,
    seed: int = 0,
) -> Lifetimes:
    """Return when a satellite comes down, as samples.

    Parameters
    ----------
    satellite, orbit : Satellite, DecayOrbit
    spread : Spread, optional
        What is not known.
    samples_n : int
        Each has its own drag and density; the ways of the Sun (at most 200) are dealt out in turn.
    weather : SpaceWeather, optional
        In place of the drawn one.
    known_until_mjd : float, optional
        Nothing observed after this day is used: for predictions made in the past.
    longest_years : float
        Beyond, a sample counts as staying up.
    enough_share : float
        Stop when this share is down, the others staying up: 0.9 is enough for the percentiles.
    seed : int

    Raises
    ------
    InputError
        For fewer than ten samples.

    Model limits: those of `decay`; drag and density are off by one factor for the whole fall; all
    samples fly in the plane of the middle one, under skies held for up to five days.
    """
    if samples_n < 10:
        raise InputError(f"found {samples_n}, expected 10 or more", key="samples_n")
    spread = Spread() if spread is None else spread
    rng = np.random.default_rng(seed)
    start = mjd_utc(orbit.epoch)
    if weather is None:
        weather = _weather(satellite, orbit, longest_years, known_until_mjd, samples_n, seed)
    if not spread.sun:
        weather = middle_way(weather)
    unknown = rng.normal(size=(2, samples_n))
    factor = np.exp(spread.ballistic * unknown[0] + spread.density * unknown[1])
    path = np.arange(samples_n, dtype=np.intp) % weather.paths_n
    fleet = orbit.fleet(satellite.ballistic_coefficient_m2_kg * factor, path)
    until = min(start + longest_years * _YEAR_DAYS, float(weather.last_mjd))
    fleet = last(fleet, weather, until, share=enough_share)
    days = np.where(fleet.flying, np.inf, fleet.ended_mjd - start)
    return Lifetimes(orbit.epoch, days, longest_years)


def _weather(
    satellite: Satellite,
    orbit: DecayOrbit,
    longest_years: float,
    known_until_mjd: float | None,
    samples_n: int,
    seed: int,
) -> SpaceWeather:
    """Draw as many years as a fall under the middle way asks for, and twice that again."""
    start, days = mjd_utc(orbit.epoch), longest_years * _YEAR_DAYS
    few = forecast(start, days, paths_n=5, known_until_mjd=known_until_mjd, seed=seed)
    one = orbit.fleet(np.array([satellite.ballistic_coefficient_m2_kg]), np.zeros(1, np.intp))
    middle = last(one, middle_way(few), start + days)
    wanted = min(days, 2.0 * (middle.mjd - start) + 2.0 * _YEAR_DAYS)
    return forecast(
        start, wanted, paths_n=min(samples_n, _PATHS_N), known_until_mjd=known_until_mjd, seed=seed
    )


def middle_way(weather: SpaceWeather) -> SpaceWeather:
    """Return the median of the ways day by day, as one way."""
    flux, mean, ap = (
        np.median(part, axis=0, keepdims=True)
        for part in (weather.f107_sfu, weather.f107_mean_sfu, weather.ap)
    )
    return replace(weather, f107_sfu=flux, f107_mean_sfu=mean, ap=ap)


def shares(
    satellite: Satellite, orbit: DecayOrbit, spread: Spread, **options: Any
) -> dict[str, float]:
    """Return what each unknown alone does to the date: half of p10 to p90 over the median life.

    Keys `ballistic`, `density`, `sun` and `all`; `options` as of `distribution`.
    """
    alone = {
        "ballistic": Spread(spread.ballistic, 0.0, sun=False),
        "density": Spread(0.0, spread.density, sun=False),
        "sun": Spread(0.0, 0.0, sun=True),
        "all": spread,
    }
    return {
        name: distribution(satellite, orbit, spread=one, **options).half_width
        for name, one in alone.items()
    }


def reentry_utc(
    mass_kg: float,
    drag_area_m2: float,
    altitude_km: float,
    epoch: Epoch,
    *,
    inclination_deg: float,
    drag_coefficient: float = 2.2,
    samples_n: int = 300,
) -> dict[str, str | None]:
    """Return the dates (p10, p50, p90, UTC) a body left alone in a circular orbit comes down.

    None where it stays up for 25 years. Raises InputError for a mass or area that is not positive
    and below 150 km.
    """
    satellite = Satellite(mass_kg, drag_area_m2, drag_coefficient)
    orbit = DecayOrbit(epoch, altitude_km, inclination_deg)
    return distribution(satellite, orbit, samples_n=samples_n, enough_share=0.9).reentry_utc
