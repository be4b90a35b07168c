"""States at the entry interface: by path angle, and placed so that a range leads to a site."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.atmosphere import Atmosphere, Msis
from perilune.astro.bodies import EARTH_FLATTENING
from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.geometry import SurfacePoint, subpoint
from perilune.astro.state import State
from perilune.errors import InputError
from perilune.phases.capsule import Capsule
from perilune.phases.entry_bank import Banks
from perilune.phases.entry_engine import SPIN_RAD_S
from perilune.phases.entry_flight import INTERFACE_KM, EntryFlight, Scene
from perilune.phases.entry_pilot import fly

Array = NDArray[np.float64]

_PLACINGS, _PLACED_KM = 25, 0.1


@dataclass(frozen=True)
class Interface:
    """A crossing of the entry interface.

    Attributes
    ----------
    latitude_deg, longitude_deg : float
        Geodetic.
    speed_km_s, path_angle_deg, azimuth_deg : float
        Inertial speed, its angle over the geocentric horizontal (negative downwards), and its
        heading from north through east.
    height_km : float
    """

    latitude_deg: float
    longitude_deg: float
    speed_km_s: float
    path_angle_deg: float
    azimuth_deg: float
    height_km: float = INTERFACE_KM

    def __post_init__(self) -> None:
        if not (0.0 < self.speed_km_s < 50.0 and -90.0 <= self.path_angle_deg < 0.0):
            raise InputError(
                f"entry interface at {self.speed_km_s} km/s and {self.path_angle_deg} deg: "
                "expected 0 to 50 km/s and an angle from -90 to below 0"
            )

    def state(self, epoch: Epoch, env: Environment) -> State:
        """Return the state, Earth-centered `icrf`."""
        place = SurfacePoint("earth", self.latitude_deg, self.longitude_deg, self.height_km)
        r, matrix = place.fixed_km(), env.earth.itrf_matrix(epoch)
        up, east, north = _local(r)
        path, azimuth = np.radians([self.path_angle_deg, self.azimuth_deg])
        level = np.cos(azimuth) * north + np.sin(azimuth) * east
        v = self.speed_km_s * (np.sin(path) * up + np.cos(path) * level)
        return State(epoch, "earth", "icrf", matrix.T @ r, matrix.T @ v)

    @classmethod
    def of(cls, state: State, env: Environment) -> Interface:
        """Return what an Earth-centered state is, as a crossing at its own height."""
        place = subpoint(state, env)
        here = state.to(axes="icrf", env=env)
        matrix = env.earth.itrf_matrix(here.epoch)
        up, east, north = _local(matrix @ here.r_km)
        v = matrix @ here.v_km_s
        speed = float(np.linalg.norm(v))
        return cls(
            float(place.latitude_deg),
            float(place.longitude_deg),
            speed,
            float(np.degrees(np.arcsin(np.clip(v @ up / speed, -1.0, 1.0)))),
            float(np.degrees(np.arctan2(v @ east, v @ north))) % 360.0,
            float(place.altitude_km),
        )


def ahead_of(
    site: SurfacePoint,
    range_km: float,
    inclination_deg: float,
    *,
    speed_km_s: float,
    path_angle_deg: float,
    flight_s: float,
    ascending: bool = True,
) -> Interface:
    """Return the crossing whose orbit plane holds a site when the capsule gets there.

    Parameters
    ----------
    site : SurfacePoint
    range_km : float
        From below the interface to the site, along the inertial great circle (6371 km sphere).
    inclination_deg : float
        Of the plane to the equator, 0 to 180.
    speed_km_s, path_angle_deg : float
        Inertial.
    flight_s : float
        From the interface to the site: the Earth turns below meanwhile.
    ascending : bool
        Northbound at the site.

    Raises
    ------
    InputError
        Where the plane cannot hold the site.

    Model limits: a sphere; the site's geocentric latitude.
    """
    lat = np.radians(site.geocentric_latitude_deg)
    lon = np.radians(site.longitude_deg) + SPIN_RAD_S * flight_s
    ratio = np.cos(np.radians(inclination_deg)) / np.cos(lat)
    if abs(ratio) > 1.0 + 1e-12:
        raise InputError(
            f"a plane of inclination {inclination_deg} deg does not reach latitude "
            f"{site.latitude_deg} deg: expected {abs(site.geocentric_latitude_deg):.2f} to "
            f"{180.0 - abs(site.geocentric_latitude_deg):.2f}"
        )
    azimuth = np.arcsin(np.clip(ratio, -1.0, 1.0))
    azimuth = azimuth if ascending else np.pi - azimuth
    here = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    _, east, north = _local(here)
    along = np.cos(azimuth) * north + np.sin(azimuth) * east
    angle = range_km / 6371.0
    back = np.cos(angle) * here - np.sin(angle) * along
    heading = np.cos(angle) * along + np.sin(angle) * here
    _, east, north = _local(back)
    geodetic = np.arctan2(back[2], np.hypot(back[0], back[1]) * (1.0 - EARTH_FLATTENING) ** 2)
    return Interface(
        float(np.degrees(geodetic)),
        float((np.degrees(np.arctan2(back[1], back[0])) + 180.0) % 360.0 - 180.0),
        speed_km_s,
        path_angle_deg,
        float(np.degrees(np.arctan2(heading @ east, heading @ north))) % 360.0,
    )


def leading_to(
    site: SurfacePoint,
    capsule: Capsule,
    banks: Banks,
    epoch: Epoch,
    env: Environment,
    *,
    inclination_deg: float,
    speed_km_s: float,
    path_angle_deg: float,
    ascending: bool = True,
    atmosphere: Atmosphere | None = None,
) -> tuple[Interface, EntryFlight]:
    """Return the crossing from which a capsule with fixed banks comes down at a site.

    Parameters
    ----------
    site, capsule, banks
        What flies, how, and where its parachute opens.
    epoch : Epoch
        Of the crossing.
    inclination_deg, speed_km_s, path_angle_deg, ascending
        As for `ahead_of`; near the highest latitude of the plane the crossrange of the flight may
        need another inclination, and the plane is then turned by as little as that takes.

    Returns
    -------
    Interface, EntryFlight
        The last flight: its `end_place` says how close it came (within 0.1 km where it converged).
    """
    air = atmosphere or Msis()
    target, range_km, flight_s = site, 1000.0, 300.0
    goal = site.vertical()
    for _ in range(_PLACINGS):
        lowest = abs(target.geocentric_latitude_deg)
        start = ahead_of(
            target,
            range_km,
            min(max(inclination_deg, lowest), 180.0 - lowest),
            speed_km_s=speed_km_s,
            path_angle_deg=path_angle_deg,
            flight_s=flight_s,
            ascending=ascending,
        )
        flight = fly(Scene.of(start.state(epoch, env), air, env), capsule, banks)
        lat, lon, _ = flight.end_place
        there = SurfacePoint("earth", lat, lon).vertical()
        if 6378.0 * float(np.linalg.norm(there - goal)) < _PLACED_KM:
            break
        if abs(flight.stop_s - flight_s) > 1.0:  # first learn how far and how long it flies
            range_km, flight_s = _inertial_range_km(flight), flight.stop_s
            continue
        better = target.vertical() - (there - goal)
        target = SurfacePoint(
            "earth",
            float(np.degrees(np.arctan2(better[2], np.hypot(better[0], better[1])))),
            float(np.degrees(np.arctan2(better[1], better[0]))),
        )
    return start, flight


def _inertial_range_km(flight: EntryFlight) -> float:
    a, b = flight.scene.vector[:3], flight.vector[:3]
    cosine = float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    angle = float(np.arccos(np.clip(cosine, -1.0, 1.0)))
    return 6371.0 * angle


def _local(r: Array) -> tuple[Array, Array, Array]:
    """Return geocentric up, east and north."""
    up = r / np.linalg.norm(r)
    east = np.cross([0.0, 0.0, 1.0], up)
    size = float(np.linalg.norm(east))
    east = east / size if size > 1e-12 else np.array([0.0, 1.0, 0.0])
    return up, east, np.cross(up, east)
