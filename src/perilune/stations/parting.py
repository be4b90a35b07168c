"""How two halves of a station drift apart after a push: linear relative motion with drag."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import EARTH_RADIUS_KM, constants

Array = NDArray[np.float64]

KEEP_OUT_M = 200.0
"""Nothing that drifts may come nearer: the radius of the keep-out sphere about the ISS."""

_AFTER = 0.25  # of a turn: from there on the halves are to stay apart
_DIRECTIONS = {
    "radial": np.array([1.0, 0.0]),
    "prograde": np.array([0.0, 1.0]),
    "retrograde": np.array([0.0, -1.0]),
}


@dataclass(frozen=True, eq=False)
class Parting:
    """The drift of the leaving half, seen from the other.

    Attributes
    ----------
    hours : ndarray
        Since the push.
    up_km, ahead_km : ndarray
    closest_km : float
        After the first quarter of a turn.
    closest_h : float
    after_turn_km, after_day_km : float
    """

    hours: Array
    up_km: Array
    ahead_km: Array
    closest_km: float
    closest_h: float
    after_turn_km: float
    after_day_km: float

    @property
    def is_safe(self) -> bool:
        """Whether the halves stay outside the keep-out sphere."""
        return self.closest_km > KEEP_OUT_M / 1000.0

    @property
    def in_words(self) -> str:
        """The verdict."""
        if self.is_safe:
            return (
                f"the halves drift apart: {abs(self.after_turn_km):,.1f} km after a turn, "
                f"{abs(self.after_day_km):,.0f} km after a day"
            )
        return (
            f"not safe: {self.closest_h:.1f} h after the push the halves are within "
            f"{1000.0 * self.closest_km:,.0f} m again; push along the orbit, toward where drag "
            "takes the lighter half, or harder"
        )


def parting(
    altitude_km: float,
    push_m_s: float,
    direction: str,
    drag_m_s2: tuple[float, float],
    *,
    days: float = 3.0,
) -> Parting:
    """Return the drift after a push.

    Clohessy and Wiltshire's equations with a constant difference of drag along the orbit (Vallado,
    Fundamentals of Astrodynamics, eq. 6-66; the forced terms by integration).

    Parameters
    ----------
    altitude_km : float
        Of the circular orbit.
    push_m_s : float
        Relative speed given.
    direction : str
        Of the leaving half: `prograde`, `retrograde` or `radial` (up).
    drag_m_s2 : tuple of float
        Deceleration by drag of the leaving half and of the one that stays.
    days : float
        How long the drift is followed.

    Model limits: circular orbit, constant density; good while the halves are within some hundreds
    of kilometers.
    """
    rate = np.sqrt(constants("de440").gm_km3_s2["earth"] / (EARTH_RADIUS_KM + altitude_km) ** 3)
    turn_s = 2.0 * np.pi / rate
    t = np.linspace(0.0, 86400.0 * days, int(days * 1440) + 1)
    up_m_s, ahead_m_s = push_m_s * _DIRECTIONS[direction]
    force = drag_m_s2[1] - drag_m_s2[0]  # of the leaving half along the motion
    angle = rate * t
    up = (
        up_m_s * np.sin(angle) / rate
        + 2.0 * ahead_m_s * (1.0 - np.cos(angle)) / rate
        + 2.0 * force * (angle - np.sin(angle)) / rate**2
    )
    ahead = (
        2.0 * up_m_s * (np.cos(angle) - 1.0) / rate
        + ahead_m_s * (4.0 * np.sin(angle) / rate - 3.0 * t)
        + force * (4.0 * (1.0 - np.cos(angle)) / rate**2 - 1.5 * t**2)
    )
    apart = np.hypot(up, ahead) / 1000.0
    later = np.flatnonzero(t > _AFTER * turn_s)
    nearest = later[int(np.argmin(apart[later]))]
    return Parting(
        t / 3600.0,
        up / 1000.0,
        ahead / 1000.0,
        float(apart[nearest]),
        float(t[nearest] / 3600.0),
        float(np.interp(turn_s, t, ahead) / 1000.0),
        float(np.interp(86400.0, t, ahead) / 1000.0),
    )
