"""The ground below: landing zones an orbit passes, and what an ascent flies over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import EARTH_FLATTENING, EARTH_RADIUS_KM
from perilune.astro.orientation import ERA_RATE
from perilune.catalog.entry import Entry
from perilune.phases.ascent_cost import PARKING_RADIUS_KM, PARKING_SPEED_KM_S
from perilune.phases.launch import LaunchSite
from perilune.stations.lift import partner_of

Array = NDArray[np.float64]

_TRACK_N = 61


@dataclass(frozen=True)
class Zone:
    """A landing zone and how close the track comes.

    Attributes
    ----------
    name, title, partner : str
    latitude_deg, longitude_deg : float
        Geodetic, of its center.
    radius_km : float
        Stated, or of a circle of the area stated; 0 where neither is.
    off_track_km : float
        How far the center stays from the ground track where that comes closest; 0: passes over it.
    ships : tuple of str
        Crewed ships of the catalogue that land there.
    confidence : str
    """

    name: str
    title: str
    partner: str
    latitude_deg: float
    longitude_deg: float
    radius_km: float
    off_track_km: float
    ships: tuple[str, ...]
    confidence: str

    @property
    def reached(self) -> bool:
        """Whether the track passes over the zone."""
        return self.off_track_km <= self.radius_km

    def to_json(self) -> dict[str, Any]:
        """Return the zone as plain values."""
        return {
            "zone": self.name,
            "partner": self.partner,
            "latitude_deg": self.latitude_deg,
            "longitude_deg": self.longitude_deg,
            "radius_km": round(self.radius_km, 1),
            "off_track_km": round(self.off_track_km, 1),
            "reached": self.reached,
            "ships": list(self.ships),
        }


def zones_of(
    entries: Iterable[Entry], inclination_deg: float, ships: Iterable[Entry] = ()
) -> tuple[Zone, ...]:
    """Return each landing zone of a catalogue as seen from an orbit's inclination.

    Parameters
    ----------
    entries : iterable of Entry
        Landing zones.
    inclination_deg : float
    ships : iterable of Entry
        Those with seats are named where they land.

    Model limits: a low circular orbit passes every longitude, so latitude alone decides; the
    cross-range of a capsule, some tens of kilometers, is not counted; nor how often it passes.
    """
    highest = min(inclination_deg, 180.0 - inclination_deg)
    crewed = [ship for ship in ships if ship.figures.get("seats_n", 0) > 0]
    return tuple(_zone(entry, highest, crewed) for entry in entries)


def _zone(entry: Entry, highest_deg: float, crewed: list[Entry]) -> Zone:
    point, f = entry.point("earth"), entry.figures
    beyond = max(abs(point.geocentric_latitude_deg) - highest_deg, 0.0)
    stated = f.get("radius_km")
    radius = float(np.sqrt(f.get("area_km2", 0.0) / np.pi)) if stated is None else float(stated)
    return Zone(
        entry.name,
        f.get("title", entry.name),
        partner_of(entry),
        point.latitude_deg,
        point.longitude_deg,
        radius,
        EARTH_RADIUS_KM * float(np.radians(beyond)),
        tuple(s.name for s in crewed if entry.name in s.figures.get("landing_zones", ())),
        entry.confidence,
    )


@dataclass(frozen=True, eq=False)
class AscentTrack:
    """The ground below an ascent and the orbit after it, for a map and for aborts.

    Attributes
    ----------
    heading : str
    latitude_deg, longitude_deg : ndarray, shape (n,)
        Geodetic.
    range_deg : ndarray, shape (n,)
        From the site.
    """

    heading: str
    latitude_deg: Array
    longitude_deg: Array
    range_deg: Array

    def to_json(self) -> dict[str, Any]:
        """Return the track as plain values."""
        return {
            "heading": self.heading,
            "latitude_deg": [round(float(x), 2) for x in self.latitude_deg],
            "longitude_deg": [round(float(x), 2) for x in self.longitude_deg],
        }


def ascent_track(
    site: LaunchSite, inclination_deg: float, heading: str, range_deg: float = 60.0
) -> AscentTrack:
    """Return the ground below a launch into an inclination, as far as a range.

    Raises
    ------
    InputError
        Where the inclination lies below the site's geocentric latitude.

    Model limits: a great circle flown at orbital speed over the turning Earth: an ascent is slower
    and ends some 100 km farther west; doglegs are not drawn.
    """
    azimuth = np.radians(site.azimuth_deg(inclination_deg, northbound=heading == "northbound"))
    lat = np.radians(site.point.geocentric_latitude_deg)
    along = np.radians(np.linspace(0.0, range_deg, _TRACK_N))
    sine = np.sin(lat) * np.cos(along) + np.cos(lat) * np.sin(along) * np.cos(azimuth)
    east = np.arctan2(
        np.sin(azimuth) * np.sin(along) * np.cos(lat), np.cos(along) - np.sin(lat) * sine
    )
    turned = ERA_RATE * along * PARKING_RADIUS_KM / PARKING_SPEED_KM_S
    squeezed = np.sqrt(1.0 - sine**2) * (1.0 - EARTH_FLATTENING) ** 2
    longitude = site.point.longitude_deg + np.degrees(np.unwrap(east) - turned)
    return AscentTrack(
        heading,
        np.degrees(np.arctan2(sine, squeezed)),
        (longitude + 180.0) % 360.0 - 180.0,
        np.degrees(along),
    )
