"""Decay integrated in full, independent of the averaged theory: EGM2008 8x8, NRLMSISE-00, scipy.

Axes: true equator of date, fixed; the Earth turns by its mean sidereal time.
"""

from __future__ import annotations

import erfa
import heyoka
import numpy as np
import pymsis
from scipy.integrate import solve_ivp
from sgp4.api import WGS72, Satrec

from perilune.stations.orbit_average import EARTH_SPIN_RAD_S
from perilune.stations.space_weather import SpaceWeather

END_KM = 100.0
_DAY = 86400.0


def start(mjd: float, altitude_km: float, eccentricity: float, inclination_deg: float) -> Satrec:
    """Return mean elements of SGP4: no drag, node 1 rad, perigee 0.7 rad, there at the start."""
    record = Satrec()
    sma = altitude_km + 6378.135
    rate = 60.0 * np.sqrt(398600.8 / sma**3)  # Brouwer's; SGP4 wants Kozai's
    k2, cos_i = 5.413080e-4 * 6378.135**2, np.cos(np.radians(inclination_deg))
    ratio = 1.5 * k2 / sma**2 * (3.0 * cos_i**2 - 1.0) / (1.0 - eccentricity**2) ** 1.5
    record.sgp4init(
        WGS72, "i", 1, mjd - 33281.0, 0.0, 0.0, 0.0, eccentricity, 0.7,
        np.radians(inclination_deg), 0.0, rate * (1.0 + ratio), 1.0,
    )  # fmt: skip
    return record


def fall(record: Satrec, cd_area_per_mass: float, weather: SpaceWeather) -> tuple[float, float]:
    """Return the start and the days until 100 km of geodetic height are crossed."""
    mjd = record.jdsatepoch + record.jdsatepochF - 2400000.5
    code, r, v = record.sgp4_tsince(0.0)
    assert code == 0
    force = _Force(mjd, cd_area_per_mass, weather)
    run = solve_ivp(
        force, (0.0, 400.0 * _DAY), np.array([*r, *v]), method="DOP853", rtol=1e-9, atol=1e-6,
        events=_Ground(),
    )  # fmt: skip
    assert run.status == 1, "did not come down"
    return mjd, float(run.t_events[0][0]) / _DAY


def _height(r: np.ndarray) -> float:
    distance = float(np.linalg.norm(r))
    return distance - 6378.137 / float(np.sqrt(1.0 + 0.00673949674228 * (r[2] / distance) ** 2))


class _Ground:
    terminal = True

    def __call__(self, t: float, y: np.ndarray) -> float:
        return _height(y[:3]) - END_KM


class _Force:
    def __init__(self, mjd: float, cd_area_per_mass: float, weather: SpaceWeather) -> None:
        self.mjd, self.drag, self.weather = mjd, cd_area_per_mass, weather
        place = heyoka.make_vars("x", "y", "z")
        self.gravity = heyoka.cfunc(
            heyoka.model.egm2008_acc(place, n=8, m=8, mu=398600.4415, a=6378.1363), list(place)
        )

    def __call__(self, t: float, y: np.ndarray) -> np.ndarray:
        now = self.mjd + t / _DAY
        angle = erfa.gmst82(2400000.5, now)
        c, s = np.cos(angle), np.sin(angle)
        r, v = y[:3], y[3:]
        fixed = np.array([c * r[0] + s * r[1], c * r[1] - s * r[0], r[2]])
        g = self.gravity(fixed)
        wind = v - EARTH_SPIN_RAD_S * np.array([-r[1], r[0], 0.0])
        brake = -500.0 * self.drag * self.density(now, fixed) * np.linalg.norm(wind)
        return np.concatenate([v, [c * g[0] - s * g[1], s * g[0] + c * g[1], g[2]] + brake * wind])

    def density(self, now: float, fixed: np.ndarray) -> float:
        day = int(now) - self.weather.first_mjd
        date = np.datetime64("1858-11-17T00:00:00") + np.timedelta64(int(now * _DAY), "s")
        horizontal = np.hypot(fixed[0], fixed[1])
        latitude = np.degrees(np.arctan2(fixed[2], horizontal * (1.0 - 0.00669437999014)))
        out = pymsis.calculate(
            np.array([date]), np.degrees(np.arctan2(fixed[1], fixed[0])), latitude,
            max(_height(fixed), 80.0), f107s=self.weather.f107_sfu[:, day],
            f107as=self.weather.f107_mean_sfu[:, day],
            aps=np.full((1, 7), self.weather.ap[0, day]), version=0,
        )  # fmt: skip
        return float(out.ravel()[pymsis.Variable.MASS_DENSITY])
