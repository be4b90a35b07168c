"""What flies to a station, from where and how; and the orbit its launch leaves it in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import EARTH_RADIUS_KM
from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.gravity import node_rate
from perilune.astro.orientation import rotation_about
from perilune.astro.state import State
from perilune.catalog.entry import Entry
from perilune.errors import InputError, UnknownName
from perilune.phases.base import Engine, Spacecraft
from perilune.phases.corridor import Corridor
from perilune.phases.launch import Ascent, LaunchSite
from perilune.phases.relative import lvlh, mean_motion
from perilune.phases.vehicle import vehicle_of
from perilune.stations.elements import icrf_from_teme
from perilune.stations.phasing import Phasing, hours_of
from perilune.stations.whereabouts import Whereabouts

Array = NDArray[np.float64]

AS_IS, AS_NEEDED = "as_is", "as_needed"
PHASES = (AS_IS, AS_NEEDED)


@dataclass(frozen=True)
class FlightOrder:
    """A flight to a station as it is asked for.

    Attributes
    ----------
    vehicle : str
    site : LaunchSite
    corridor : Corridor
    ascent : Ascent
    ship : Spacecraft or None
        What docks; its first engine burns. None, or one without engines: impulses without mass.
    rendezvous : str or float
        One of `phasing.PROFILES_H`, or hours from lift-off to docking.
    phase : str
        `as_is`: the station is where its motion has it. `as_needed`: its keeper phases it for the
        launch, by the smallest shift that serves.
    perigee_altitude_km, apogee_altitude_km : float
        Of the orbit the vehicle leaves it in, over the equatorial radius; insertion at the perigee.
    in_light : bool
        Dock in sunlight: later by up to a turn.
    """

    vehicle: str
    site: LaunchSite
    corridor: Corridor
    ascent: Ascent
    ship: Spacecraft | None = None
    rendezvous: str | float = "4_orbits"
    phase: str = AS_NEEDED
    perigee_altitude_km: float = 200.0
    apogee_altitude_km: float = 350.0
    in_light: bool = False

    def __post_init__(self) -> None:
        hours_of(self.rendezvous)
        if self.phase not in PHASES:
            raise UnknownName("phase", self.phase, PHASES)
        low, high = self.perigee_altitude_km, self.apogee_altitude_km
        if not 150.0 <= low <= high <= 2000.0:
            raise InputError(
                f"found perigee {low:g} and apogee {high:g} km, expected 150 to 2000 km, the lower "
                "first",
                key="perigee_altitude_km",
            )

    @classmethod
    def of(cls, vehicle: Entry, site: Entry, ship: Entry | None = None, **more: Any) -> FlightOrder:
        """Return the order of a vehicle, a launch site, and a ship or module of the catalogue."""
        return cls(
            vehicle.name,
            LaunchSite(site.name, site.point("earth")),
            Corridor.of(site),
            vehicle_of(vehicle).ascent,
            None if ship is None else spacecraft_of(ship),
            **more,
        )

    @property
    def hours(self) -> float:
        """From lift-off to docking, as wished."""
        return hours_of(self.rendezvous)

    @property
    def engine(self) -> Engine | None:
        """What burns."""
        return self.ship.engines[0] if self.ship is not None and self.ship.engines else None

    def phasing(self, station_km: float, gm: float) -> Phasing:
        """Return which phase angles it closes on the way to an orbit of this mean distance."""
        return Phasing(
            self.hours,
            self.ascent.duration_s,
            EARTH_RADIUS_KM + self.perigee_altitude_km,
            EARTH_RADIUS_KM + self.apogee_altitude_km,
            station_km,
            gm,
        )


def spacecraft_of(entry: Entry) -> Spacecraft:
    """Return a ship or module of the catalogue as a spacecraft; without thrust it has no engine."""
    f = entry.figures
    propellant = float(f.get("propellant_kg", 0.0))
    engines: tuple[Engine, ...] = ()
    if "thrust_n" in f and "isp_s" in f:
        engines = (Engine("main", float(f["thrust_n"]), float(f["isp_s"])),)
    return Spacecraft(entry.name, float(f["mass_kg"]) - propellant, propellant, engines)


def ascent_end(order: FlightOrder, where: Whereabouts, lift_off: Epoch, env: Environment) -> Array:
    """Return where the ascent ends as seen from the center, unit vector in the station's plane.

    The range angle on from the site at lift-off; a site beside the plane is steered into it.
    """
    normal = where.plane.normal(lift_off + order.ascent.duration_s, env)
    site = order.site.point.state(lift_off, env).r_km
    below = site - normal * float(normal @ site)
    below /= np.linalg.norm(below)
    angle = np.radians(order.ascent.range_angle_deg)
    return np.asarray(np.cos(angle) * below + np.sin(angle) * np.cross(normal, below))


def phase_of(end: Array, station: State) -> float:
    """Return the station's angle ahead of a place in its plane, 0 to 360 deg."""
    radial, along, _ = lvlh(station)
    return float(np.degrees(np.arctan2(-(end @ along), end @ radial))) % 360.0


def insertion(
    order: FlightOrder,
    where: Whereabouts,
    lift_off: Epoch,
    phasing: Phasing,
    phase_deg: float,
    env: Environment,
) -> State:
    """Return the state at insertion: the perigee, in the plane the station will have at docking.

    Lower, the chaser's node drifts faster: its plane starts that much ahead. The plane is the one
    the station itself has over the same place, so that the short swing of both is the same.
    """
    epoch = lift_off + order.ascent.duration_s
    end = ascent_end(order, where, lift_off, env)
    behind = np.radians(phase_of(end, where.motion(epoch)))
    there = where.moved(epoch, -((behind + np.pi) % (2.0 * np.pi) - np.pi), env)
    sma = phasing.sma_km(phase_deg)
    ahead = _node_gain_rad(where, phasing, sma)
    matrix = icrf_from_teme(epoch, env)
    normal = matrix @ rotation_about(3, -ahead) @ matrix.T @ lvlh(there)[2]
    up = end - normal * float(normal @ end)
    up /= np.linalg.norm(up)
    low, high = phasing.perigee_km, phasing.apogee_km
    speed = np.sqrt(phasing.gm * (2.0 / low - 2.0 / (low + high)))
    return State(epoch, "earth", "icrf", low * up, speed * np.cross(normal, up))


def _node_gain_rad(where: Whereabouts, phasing: Phasing, sma_km: float) -> float:
    """Return how much farther the chaser's node drifts than the station's until phasing ends."""
    tilt = np.radians(where.plane.inclination_deg)
    first = 0.5 * (phasing.perigee_km + phasing.apogee_km)
    steps = ((first, phasing.first_s), (sma_km, phasing.span_s))
    own = sum(float(node_rate("earth", tilt, a, phasing.gm)) * t for a, t in steps)
    return where.plane.node_rate_rad_s * (phasing.first_s + phasing.span_s) - own


def mean_distance_km(where: Whereabouts, epoch: Epoch, gm: float) -> float:
    """Return the station's mean distance: of its semi-major axis over a turn."""
    turn = 2.0 * np.pi / mean_motion(where.motion(epoch), gm)
    rates = [mean_motion(where.motion(epoch + turn * (k / 12.0 - 0.5)), gm) for k in range(12)]
    return float(np.mean([(gm / rate**2) ** (1.0 / 3.0) for rate in rates]))
