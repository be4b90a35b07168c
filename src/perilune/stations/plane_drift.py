"""How the planes of two circular orbits drift apart and meet again, by the Earth's flattening."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from perilune.astro.bodies import EARTH_RADIUS_KM
from perilune.astro.epoch import DAY
from perilune.astro.gravity import node_rate
from perilune.errors import InputError
from perilune.phases.ascent_cost import GM_KM3_S2
from perilune.stations.station import LOWEST_KM

HIGHEST_KM = 2000.0


@dataclass(frozen=True)
class CircularOrbit:
    """A low circular orbit about the Earth.

    Attributes
    ----------
    inclination_deg : float
    altitude_km : float
        Over the equatorial radius, 150 to 2000 km.
    """

    inclination_deg: float
    altitude_km: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.inclination_deg <= 180.0:
            raise InputError(
                f"found {self.inclination_deg:g}, expected 0 to 180", key="inclination_deg"
            )
        if not LOWEST_KM <= self.altitude_km <= HIGHEST_KM:
            raise InputError(
                f"found {self.altitude_km:g}, expected {LOWEST_KM:g} to {HIGHEST_KM:g} km",
                key="altitude_km",
            )

    @property
    def radius_km(self) -> float:
        """Radius, km."""
        return EARTH_RADIUS_KM + self.altitude_km

    @property
    def node_rate_deg_d(self) -> float:
        """Drift of the node by J2, deg a day."""
        tilt = np.radians(self.inclination_deg)
        return float(np.degrees(node_rate("earth", tilt, self.radius_km, GM_KM3_S2)) * DAY)


@dataclass(frozen=True)
class Alignment:
    """When the nodes of two orbits agree.

    Attributes
    ----------
    rate_deg_d : float
        How fast the start's node moves past the goal's, deg a day.
    wait_d : float or None
        Until they agree first; None where they never do.
    every_d : float or None
        How often they agree; None where they keep their distance.
    """

    rate_deg_d: float
    wait_d: float | None
    every_d: float | None


def alignment(start: CircularOrbit, goal: CircularOrbit, node_offset_deg: float = 0.0) -> Alignment:
    """Return when the nodes of two orbits agree.

    Parameters
    ----------
    start, goal : CircularOrbit
    node_offset_deg : float
        The goal's node east of the start's now.

    Model limits: J2 to first order, circular orbits that are kept where they are; some days in a
    year off for a pair of stations whose altitudes decay and are raised.
    """
    rate = start.node_rate_deg_d - goal.node_rate_deg_d
    ahead = node_offset_deg % 360.0
    if abs(rate) < 1e-9:
        return Alignment(0.0, 0.0 if ahead == 0.0 else None, None)
    wait = ahead / rate if rate > 0.0 else (360.0 - ahead) % 360.0 / -rate
    return Alignment(rate, wait, 360.0 / abs(rate))
