"""When the way home from a station leads to a landing zone, and the light there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.geometry import SurfacePoint, body_elevation_deg
from perilune.errors import InputError
from perilune.stations.mean_orbit import Track
from perilune.stations.overflight import overflights
from perilune.stations.ship import Ship
from perilune.stations.visit import HOUR, Visit

CROSS_RANGE_KM = 100.0
"""Assumed: what a ship trims with its return burn and its lift, and the size of the zone."""
LAG_S = 180.0
"""Derived: coming down from 120 km takes a ship about 8 minutes to where its parachute opens, and
the station 5 for the same way. Meanwhile the ground turns on."""
DESCENT_S = 750.0
"""Derived: from there to the ground, so that a Soyuz lands as long after the station's pass as
Soyuz TMA-16M did on 2015-09-12."""


@dataclass(frozen=True)
class Opportunity:
    """A pass from which a ship can land in a zone.

    Attributes
    ----------
    zone : str
    landing : Epoch
    cross_track_km : float
        How far the way passes from the zone's center, positive where that lies to the left.
    ascending : bool
        Whether the way goes north.
    sun_elevation_deg : float
        At the zone, on landing.
    """

    zone: str
    landing: Epoch
    cross_track_km: float
    ascending: bool
    sun_elevation_deg: float

    @property
    def in_daylight(self) -> bool:
        """Whether the Sun is up at the zone."""
        return self.sun_elevation_deg > 0.0

    def to_json(self) -> dict[str, Any]:
        """Return the opportunity for a JSON document."""
        return {
            "zone": self.zone,
            "landing_utc": self.landing.utc_iso(0),
            "cross_track_km": self.cross_track_km,
            "ascending": self.ascending,
            "sun_elevation_deg": self.sun_elevation_deg,
            "in_daylight": self.in_daylight,
        }


def landing_opportunities(
    track: Track,
    zones: Mapping[str, SurfacePoint],
    start: Epoch,
    stop: Epoch,
    env: Environment,
    *,
    cross_range_km: float = CROSS_RANGE_KM,
    lag_s: float = LAG_S,
    descent_s: float = DESCENT_S,
) -> list[Opportunity]:
    """Return when a ship of a station could land in one of some zones, by time.

    It flies in the station's plane until it is low, `lag_s` after the station, turns with the
    Earth from there on and is on the ground `descent_s` later.

    Parameters
    ----------
    track : Track
        Of the station: two-line elements close by, a `MeanOrbit` for plans.
    zones : mapping
        Centers by name.
    start, stop : Epoch
        Between which the station passes.
    env : Environment
    cross_range_km : float
        How far beside the way the center may be.
    lag_s, descent_s : float

    Raises
    ------
    InputError
        Where the cross-range is not positive, or the span not above 0 and up to 4,000 days;
        ModelError where a zone is not on the Earth.

    Model limits: no propellant, no weather, no range safety of the way down (choose passes by
    `ascending`). Where along its orbit the station will be is known for days only: further on the
    list says how often and at what hours, not on which orbit.
    """
    found = []
    for name, point in zones.items():
        passes = overflights(
            track, point, start, stop, env, cross_range_km=cross_range_km, lag_s=lag_s
        )
        if not passes:
            continue
        landings = Epoch.stack([p.epoch for p in passes]) + (lag_s + descent_s)
        suns = np.asarray(body_elevation_deg(point, "sun", landings, env))
        found += [
            Opportunity(name, at, p.cross_track_km, p.ascending, float(sun))
            for p, at, sun in zip(passes, landings, suns, strict=True)
        ]
    return sorted(found, key=lambda chance: float(chance.landing - start))


def undocking_for(chance: Opportunity, ship: Ship) -> Epoch:
    """Return when a ship has to undock to take an opportunity: `return_h` before it lands."""
    return chance.landing + -ship.return_h * HOUR


def nearest_landings(
    chances: Sequence[Opportunity], found: Visit, *, count: int = 3, daylight: bool = True
) -> list[Opportunity]:
    """Return the opportunities closest to a visit's planned landing, the closest first.

    Zones the ship does not use are left out, where its `landing_zones` are known.

    Raises
    ------
    InputError
        Where the visit has no landing.
    """
    planned = found.landing
    if planned is None:
        raise InputError(f"'{found.name}' has no landing: expected one", key="landing")
    zones = found.ship.landing_zones
    fitting = [
        chance
        for chance in chances
        if (not zones or chance.zone in zones) and (chance.in_daylight or not daylight)
    ]
    return sorted(fitting, key=lambda chance: abs(float(chance.landing - planned)))[:count]
