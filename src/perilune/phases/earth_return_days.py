"""What a return costs on each of the days to come, by two-body formulas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro import elements
from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.epoch import DAY, Epoch
from perilune.astro.frames import from_icrf
from perilune.astro.orientation import rotation_about
from perilune.phases.earth_return_target import ReturnTarget
from perilune.phases.return_seeds import escape_velocity, leaving
from perilune.phases.tei import Parking

Array = NDArray[np.float64]

_MOON_J2 = 2.0322e-4
"""GRAIL field GL0660B (Konopliv et al. 2013): -sqrt(5) times its normalized C20."""
_POINTS = 36


@dataclass(frozen=True)
class DayOffer:
    """A return on one day, as the two-body formulas have it.

    Attributes
    ----------
    date : Epoch
        Of the first burn.
    last_dv_m_s : float
        Of the last burn, an impulse.
    arrive : Epoch
        At the interface.
    way : str
    """

    date: Epoch
    last_dv_m_s: float
    arrive: Epoch
    way: str

    @property
    def words(self) -> str:
        """The offer in words."""
        return (
            f"{self.date.utc_iso(0)[:10]} (last burn about {self.last_dv_m_s:.0f} m/s, "
            f"{self.way}, at the interface {self.arrive.utc_iso(0)[:16]})"
        )


def offers(
    parking: Parking,
    target: ReturnTarget,
    flight_s: tuple[float, float],
    *,
    days: int = 14,
    track: str | None = None,
) -> list[DayOffer]:
    """Return the cheapest return of each day from the date on, where there is one.

    With a `track`, only by ways of that name.

    Model limits: the orbit's plane turns by the Moon's J2 alone; two-body returns, whose last burn
    agrees with the full model to about 0.1 km/s.
    """
    env, gm = parking.context.env, parking.gm
    orbit = parking.guesses(_POINTS)
    r, v = orbit.r_km, orbit.v_km_s
    after = np.arange(days + 1) * DAY
    pole = from_icrf("moon_me", parking.date, env)[0]
    turn = _node_rate(parking, pole[2])
    best: dict[int, DayOffer] = {}
    hours = np.arange(flight_s[0], flight_s[1] + 43200.0, 43200.0)
    number, flight = (grid.ravel() for grid in np.meshgrid(np.arange(days + 1), hours))
    epochs = (parking.date + parking.injection.wait_s()) + after[number]
    for way in target.ways(track):
        excess, found = leaving(epochs, flight, target, way, env)
        good = found.possible & target.within_reach(found.downrange)
        good &= (found.flight_s >= flight_s[0]) & (found.flight_s <= flight_s[1])
        for i in np.flatnonzero(good).tolist():
            day = int(number[i])
            matrix = pole.T @ rotation_about(3, -turn * after[day]) @ pole
            dv = _least(r @ matrix.T, v @ matrix.T, excess[i], gm)
            offer = DayOffer(
                parking.date + float(after[day]),
                1e3 * dv,
                epochs[i] + float(found.flight_s[i]),
                way.name,
            )
            if day not in best or offer.last_dv_m_s < best[day].last_dv_m_s:
                best[day] = offer
    return [best[day] for day in sorted(best)]


def _least(r: Array, v: Array, excess: Array, gm: float) -> float:
    """Return the least impulse over the places of an orbit, km/s."""
    needed = escape_velocity(r, np.broadcast_to(excess, r.shape), gm)
    size = np.linalg.norm(needed - v, axis=-1)
    orbit = elements.from_vectors(r, needed, gm)
    low = (np.sum(r * needed, axis=-1) < 0.0) & (orbit.periapsis_km < MOON_RADIUS_KM + 15.0)
    return float(np.where(low, np.inf, size).min())


def _node_rate(parking: Parking, pole: Array) -> float:
    """Return the secular turn of the orbit's plane about the Moon's pole, rad/s.

    Source: Vallado, 4th ed., section 9.6 (secular J2 effects).
    """
    start = parking.start
    orbit = elements.from_vectors(start.r_km, start.v_km_s, parking.gm)
    h = np.cross(start.r_km, start.v_km_s)
    cosine = float(h @ pole / np.linalg.norm(h))
    semi_latus = float(orbit.a_km) * (1.0 - float(orbit.eccentricity) ** 2)
    mean_motion = 2.0 * np.pi / float(orbit.period_s)
    return -1.5 * _MOON_J2 * mean_motion * (MOON_RADIUS_KM / semi_latus) ** 2 * cosine
