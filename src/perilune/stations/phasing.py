"""Phase angles: which a rendezvous of a wished length can close, and what it costs to set another.

Closed forms about circular and elliptic orbits in one plane: they plan, and seed the flight in the
full model (`perilune.stations.flight`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from perilune.errors import InputError, UnknownName
from perilune.phases.relative import cw_departure, cw_matrix
from perilune.phases.rendezvous_approach import Approach
from perilune.phases.rendezvous_plan import hohmann_m_s

PROFILES_H = {"2_orbits": 3.2, "4_orbits": 6.5, "one_day": 25.0, "two_days": 50.0}
"""Hours from lift-off to docking by name: Soyuz in 2 and 4 orbits (3.1 and 6 h), Shenzhou and
Tianzhou in 6.5 h, and the two days of earlier ships."""
SHORTEST_H, LONGEST_H = 2.0, 240.0
_FAST_H = 5.0
_LEAST_S = 3600.0  # from the first phasing burn to the last
_INSIDE = 0.15  # of the range: how far inside its edge a phase angle is set
SET_BEFORE_D = 14.0
"""A keeper sets the phase this long before a launch: assumed."""


def hours_of(wish: str | float) -> float:
    """Return the hours from lift-off to docking of a profile's name, or of a number of hours.

    Raises
    ------
    UnknownName, InputError
    """
    if isinstance(wish, str):
        if wish not in PROFILES_H:
            raise UnknownName("rendezvous profile", wish, PROFILES_H)
        return PROFILES_H[wish]
    if not SHORTEST_H <= wish <= LONGEST_H:
        raise InputError(
            f"found {wish:g}, expected {SHORTEST_H:g} to {LONGEST_H:g}", key="rendezvous_h"
        )
    return float(wish)


def approach_of(hours: float) -> Approach:
    """Return the way in from below that a rendezvous of so many hours has time for."""
    if hours < _FAST_H:
        return Approach(below_km=10.0, behind_km=40.0, final_s=600.0, closing_m_s=0.05)
    return Approach(closing_m_s=0.05)


@dataclass(frozen=True)
class Phasing:
    """What decides which phase angles a rendezvous closes.

    Attributes
    ----------
    hours : float
        From lift-off to docking.
    ascent_s : float
        From lift-off to insertion, at the perigee.
    perigee_km, apogee_km : float
        Of the orbit of insertion, from the Earth's center.
    station_km : float
        Mean distance of the station.
    gm : float

    Model limits: two bodies, one plane, impulses; the chaser burns first at its first apogee, into
    an orbit no lower than that of insertion and no higher than the one it ends phasing in.
    """

    hours: float
    ascent_s: float
    perigee_km: float
    apogee_km: float
    station_km: float
    gm: float

    @property
    def approach(self) -> Approach:
        """The way in after phasing."""
        return approach_of(self.hours)

    @property
    def first_s(self) -> float:
        """From insertion to the first burn."""
        return float(np.pi / self._rate(0.5 * (self.perigee_km + self.apogee_km)))

    @property
    def span_s(self) -> float:
        """From the first phasing burn to the last."""
        left = self.approach.offsets_s(self._rate(self.station_km))[0]
        return 3600.0 * self.hours - self.ascent_s - self.first_s - left

    @property
    def least_s(self) -> float:
        """The least time from the first phasing burn to the last."""
        return _LEAST_S

    def range_deg(self) -> tuple[float, float] | None:
        """Return the least and greatest phase angle closed, deg; None where there is no time.

        The station's angle ahead of the chaser at insertion; over 360 after whole turns gained.
        """
        if self.span_s < self.least_s:
            return None
        ends = sorted(self.phase_deg(self._between(low)) for low in (True, False))
        return ends[0], ends[1]

    def phase_deg(self, sma_km: float) -> float:
        """Return the phase angle that an intermediate orbit closes in the time there is, deg."""
        slow = self._rate(self.station_km)
        first = np.pi - slow * self.first_s
        gained = (self._rate(sma_km) - slow) * self.span_s
        return float(np.degrees(first + gained + self.approach.behind_km / self.station_km))

    def sma_km(self, phase_deg: float) -> float:
        """Return the semi-major axis of the intermediate orbit that closes a phase angle."""
        slow = self._rate(self.station_km)
        rest = np.radians(phase_deg - self.phase_deg(self.station_km))
        return float((self.gm / (slow + rest / self.span_s) ** 2) ** (1.0 / 3.0))

    def set_deg(self, phase_deg: float | None) -> float | None:
        """Return the phase angle to fly with: the one there is where it closes, else the nearest.

        Parameters
        ----------
        phase_deg : float or None
            As it is, 0 to 360; None where it is not known: then the middle of the range.
        """
        ends = self.range_deg()
        if ends is None:
            return None
        low, high = ends
        if phase_deg is None:
            return 0.5 * (low + high)
        turned = phase_deg + 360.0 * np.ceil((low - phase_deg) / 360.0)
        if turned <= high:
            return float(turned)
        inside = _INSIDE * (high - low)
        up, down = low + inside, high - inside
        return min((up, down), key=lambda end: abs(shift_deg(phase_deg, end)))

    def dv_m_s(self) -> float:
        """Return what phasing and approach cost by plan: a Hohmann transfer and linear motion."""
        below = self.station_km - self.approach.below_km
        return hohmann_m_s(self.perigee_km, self.apogee_km, below, self.gm) + self.approach_m_s()

    def approach_m_s(self) -> float:
        """Return what the way in from the orbit below costs, by linear motion."""
        way, rate = self.approach, self._rate(self.station_km)
        lag = way.below_km / np.tan(np.radians(way.elevation_deg))
        here = np.array([-way.below_km, -lag, 0.0, 0.0, 1.5 * rate * way.below_km, 0.0])
        _, start, stop, _ = way.offsets_s(rate)
        there = 1e-3 * way.places_m()[0]
        leaves = cw_departure(here, there, rate, start - stop)
        arrives = cw_matrix(rate, start - stop) @ np.concatenate([here[:3], leaves])
        return 1e3 * float(np.linalg.norm(leaves - here[3:]) + np.linalg.norm(arrives[3:]))

    def _between(self, low: bool) -> float:
        other = self.perigee_km if low else self.station_km - self.approach.below_km
        return 0.5 * (self.apogee_km + other)

    def _rate(self, sma_km: float) -> float:
        return float(np.sqrt(self.gm / sma_km**3))


def shift_deg(phase_deg: float, wanted_deg: float) -> float:
    """Return how far ahead a station has to be moved, -180 to 180 deg."""
    return (wanted_deg - phase_deg + 180.0) % 360.0 - 180.0


def reboost_m_s(shift_ahead_deg: float, station_km: float, gm: float, days: float) -> float:
    """Return the change of speed that moves a station along its orbit by a day, m/s.

    Positive raises it: it falls behind. Two burns of a Hohmann transfer, 3/2 n t d(a)/a = angle.
    """
    rate = float(np.sqrt(gm / station_km**3))
    height = -np.radians(shift_ahead_deg) * station_km / (1.5 * rate * days * 86400.0)
    return float(1e3 * 0.5 * rate * height)
