"""Bringing a station down on purpose: burns to a low perigee whose pieces fall into an ocean."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import EARTH_RADIUS_KM
from perilune.errors import InputError
from perilune.stations.decay import DecayOrbit, Satellite
from perilune.stations.descent import PIECES_KG_M2, Descent, descend
from perilune.stations.orbit_average import GM_KM3_S2
from perilune.stations.reboost import propellant_kg
from perilune.stations.sea_track import (
    SOUTH_PACIFIC,
    STEP_S,
    Circle,
    OceanArea,
    apart_km,
    passes,
)
from perilune.stations.space_weather import epoch_of_mjd

Array = NDArray[np.float64]

_STAGE_KM = 155.0
"""Perigee the burns before the last one stay above: a few turns there cost little height."""
_AIMS_N = 4
_TURN = 2.0 * np.pi


@dataclass(frozen=True)
class Burn:
    """A braking burn, at once.

    Attributes
    ----------
    utc : str
    dv_m_s : float
    perigee_altitude_km, apogee_altitude_km : float
        After it, over the equatorial radius.
    """

    utc: str
    dv_m_s: float
    perigee_altitude_km: float
    apogee_altitude_km: float


@dataclass(frozen=True)
class Deorbit:
    """A controlled end.

    Attributes
    ----------
    status : str
        `in_area`, `outside` (no pass holds all pieces), `no_pass`, or `stays_up` (the perigee asked
        for is too high).
    burns : tuple of Burn
    dv_m_s, propellant_kg : float
    descent : Descent or None
    area : OceanArea
    length_km : float
        From the first to the last piece along the track.
    remedy : str
        In words where it fails.
    """

    status: str
    burns: tuple[Burn, ...]
    dv_m_s: float
    propellant_kg: float
    descent: Descent | None
    area: OceanArea
    length_km: float = 0.0
    remedy: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return what a result prints."""
        pieces = self.descent.pieces if self.descent else {}
        return {
            "status": self.status,
            "burns": [vars(burn) for burn in self.burns],
            "dv_m_s": self.dv_m_s,
            "propellant_kg": self.propellant_kg,
            "entry": vars(self.descent.entry) if self.descent and self.descent.entry else None,
            "pieces": {name: vars(fall) for name, fall in pieces.items()},
            "length_km": self.length_km,
            "area": self.area.name,
            "remedy": self.remedy,
        }


def deorbit(
    satellite: Satellite,
    orbit: DecayOrbit,
    *,
    area: OceanArea = SOUTH_PACIFIC,
    perigee_km: float = 50.0,
    burns_n: int = 2,
    within_days: float = 3.0,
    argument_deg: float = 0.0,
    isp_s: float = 300.0,
) -> Deorbit:
    """Return burns that bring a station down into an ocean area.

    Parameters
    ----------
    satellite : Satellite
        Its mass, and its drag until it breaks up.
    orbit : DecayOrbit
        Taken as circular.
    area : OceanArea
    perigee_km : float
        Altitude of the perigee after the last burn: 80 at most, less for a shorter footprint.
    burns_n : int
        1 to 5, a turn apart, at one argument of latitude.
    within_days : float
        How long to wait for a pass, after the orbit's epoch.
    argument_deg : float
        Argument of latitude at that epoch.
    isp_s : float

    Raises
    ------
    InputError
        For a perigee above 80 km or below -200, burns not 1 to 5.

    Model limits: burns at once; the turn of the plane by J2, no drag before the last burn;
    `descend` after it. The pass chosen has the longest way over the area.
    """
    if not -200.0 <= perigee_km <= 80.0:
        raise InputError(
            f"found {perigee_km:g}, expected -200 to 80 km: higher it may skip or linger",
            key="perigee_km",
        )
    if not 1 <= burns_n <= 5:
        raise InputError(f"found {burns_n}, expected 1 to 5", key="burns_n")
    steps = _perigees(orbit.altitude_km, perigee_km, burns_n)
    circle = _run_ahead(Circle.of(orbit, argument_deg), steps)
    dvs = _braking_m_s(circle.sma_km, steps)
    spent = propellant_kg(satellite.mass_kg, sum(dvs), isp_s)
    ways = passes(circle, area, within_days)
    if not ways:
        remedy = f"no pass over {area.name} in {within_days:g} days: wait longer or name another"
        return Deorbit("no_pass", (), sum(dvs), spent, None, area, remedy=remedy)
    best = max(ways, key=lambda one: one[1] - one[0])
    when, descent = _aim(circle, satellite, dvs, 0.5 * (best[0] + best[1]))
    burns = _burns(circle, when, steps, dvs)
    return _judged(burns, sum(dvs), spent, descent, area)


def _judged(
    burns: tuple[Burn, ...], dv: float, spent: float, descent: Descent, area: OceanArea
) -> Deorbit:
    if len(descent.pieces) < len(PIECES_KG_M2):
        remedy = "it does not come down within two and a half hours: lower perigee_km"
        return Deorbit("stays_up", burns, dv, spent, descent, area, remedy=remedy)
    light, heavy = descent.pieces["light"], descent.pieces["heavy"]
    length = float(apart_km(_at(light), _at(heavy)))
    places = descent.pieces.values()
    if all(area.contains(fall.latitude_deg, fall.longitude_deg) for fall in places):
        return Deorbit("in_area", burns, dv, spent, descent, area, length)
    remedy = "its pieces reach beyond the area: lower perigee_km for a shorter footprint"
    return Deorbit("outside", burns, dv, spent, descent, area, length, remedy)


def _perigees(altitude_km: float, perigee_km: float, burns_n: int) -> list[float]:
    """Return the perigees after each burn: down to 155 km in even steps, then all the way."""
    staged = np.linspace(altitude_km, min(_STAGE_KM, altitude_km), burns_n)[1:]
    return [*map(float, staged), perigee_km]


def _braking_m_s(sma_km: float, perigees_km: list[float]) -> list[float]:
    """Return the braking of each burn at the apogee of a circle's radius (vis-viva), m/s."""
    low = np.array([sma_km, *(EARTH_RADIUS_KM + h for h in perigees_km)])
    speeds = np.sqrt(GM_KM3_S2 * (2.0 / sma_km - 2.0 / (sma_km + low)))
    return [float(dv) for dv in -1e3 * np.diff(speeds)]


def _aim(
    circle: Circle, satellite: Satellite, dvs: list[float], over_s: float
) -> tuple[float, Descent]:
    """Return when to burn last, so that the middle of the pieces falls where the track is."""
    when = over_s - 0.5 * circle.turn_s
    for _ in range(_AIMS_N):
        out, ahead = circle.axes(when)
        speed = np.sqrt(GM_KM3_S2 / circle.sma_km) - 1e-3 * sum(dvs)
        mjd = circle.mjd + when / 86400.0
        descent = descend(
            circle.sma_km * out, speed * ahead, mjd, satellite.ballistic_coefficient_m2_kg
        )
        if len(descent.pieces) < len(PIECES_KG_M2):
            break
        when += _early_s(circle, descent, over_s, when)
    return when, descent


def _early_s(circle: Circle, descent: Descent, over_s: float, when: float) -> float:
    """Return by how long the middle of the pieces falls short of a point of the track, flown."""
    seconds = when + np.arange(0.0, 1.2 * circle.turn_s, STEP_S)
    track = circle.track(seconds)
    met = [seconds[int(np.argmin(apart_km(track, _at(fall))))] for fall in descent.pieces.values()]
    return float(over_s - np.mean(met))


def _at(fall: Any) -> tuple[float, float]:
    return fall.latitude_deg, fall.longitude_deg


def _coasts_s(sma_km: float, perigees_km: list[float]) -> list[float]:
    """Return the turns between the burns."""
    smas = [0.5 * (sma_km + EARTH_RADIUS_KM + perigee) for perigee in perigees_km[:-1]]
    return [float(_TURN * np.sqrt(sma**3 / GM_KM3_S2)) for sma in smas]


def _run_ahead(circle: Circle, perigees_km: list[float]) -> Circle:
    """Return the circle as the last burn finds it: the turns between burns are shorter."""
    coasts = _coasts_s(circle.sma_km, perigees_km)
    lead = sum(circle.turn_s - coast for coast in coasts)
    return replace(circle, argument=circle.argument + circle.argument_rate * lead)


def _burns(
    circle: Circle, last_s: float, perigees_km: list[float], dvs: list[float]
) -> tuple[Burn, ...]:
    """Return the burns, a turn apart, the last at its time."""
    apogee = circle.sma_km - EARTH_RADIUS_KM
    coasts = _coasts_s(circle.sma_km, perigees_km)
    times = [last_s - sum(coasts[i:]) for i in range(len(dvs))]
    return tuple(
        Burn(epoch_of_mjd(circle.mjd + seconds / 86400.0).utc_iso(0), dv, perigee, apogee)
        for seconds, dv, perigee in zip(times, dvs, perigees_km, strict=True)
    )
