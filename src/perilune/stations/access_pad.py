"""A launch site and a station's inclination: the directions that lead there, what lies below."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from perilune.phases.ascent_cost import PARKING_SPEED_KM_S, rotation_km_s
from perilune.phases.corridor import HEADINGS
from perilune.stations.access_ground import AscentTrack, ascent_track
from perilune.stations.access_words import why_not
from perilune.stations.answer import Answer, answer_of
from perilune.stations.delivery import GEOMETRY, PERMISSION
from perilune.stations.lift import Pad
from perilune.stations.station import Station


@dataclass(frozen=True)
class Azimuth:
    """A direction that leads to an inclination.

    Attributes
    ----------
    heading : str
        `northbound` or `southbound`.
    inertial_deg : float
        From north through east.
    ground_deg : float
        The same as flown over the turning Earth, for an orbit of 200 km.
    permitted : bool
    """

    heading: str
    inertial_deg: float
    ground_deg: float
    permitted: bool


@dataclass(frozen=True, eq=False)
class PadAccess:
    """A launch site, whatever flies from it.

    Attributes
    ----------
    pad : Pad
    azimuths : tuple of Azimuth
        Both directions to the inclination launched into by geometry; one where they meet.
    tracks : tuple of AscentTrack
        What they pass over.
    geometric, permitted : Answer
        Without payloads or doglegs.
    why_not : str or None
    """

    pad: Pad
    azimuths: tuple[Azimuth, ...]
    tracks: tuple[AscentTrack, ...]
    geometric: Answer
    permitted: Answer
    why_not: str | None

    @property
    def below(self) -> str:
        """What lies below the ascent, as far as it is known."""
        if not self.permitted.is_direct:
            return "unknown: no corridor of the site leads there"
        return self.pad.below or "unknown"


def pad_access(pad: Pad, station: Station) -> PadAccess:
    """Return how a launch site reaches a station's inclination, whatever flies from it."""
    tilt, altitude = station.inclination_deg, station.altitude_km
    one, two = (answer_of(pad, tilt, altitude, means) for means in (GEOMETRY, PERMISSION))
    azimuths = _azimuths(pad, one.launch_inclination_deg)
    return PadAccess(
        pad,
        azimuths,
        tuple(
            ascent_track(pad.site, one.launch_inclination_deg, each.heading) for each in azimuths
        ),
        one,
        two,
        why_not(pad, tilt, two),
    )


def _azimuths(pad: Pad, inclination_deg: float) -> tuple[Azimuth, ...]:
    """Return both directions to an inclination; one where it is the site's lowest."""
    found = []
    for heading in HEADINGS:
        inertial = pad.site.azimuth_deg(inclination_deg, northbound=heading == "northbound")
        east = PARKING_SPEED_KM_S * np.sin(np.radians(inertial)) - rotation_km_s(pad.site)
        north = PARKING_SPEED_KM_S * np.cos(np.radians(inertial))
        permitted = bool(pad.corridor.permits(inclination_deg, heading, pad.site))
        ground = float(np.degrees(np.arctan2(east, north))) % 360.0
        found.append(Azimuth(heading, inertial, ground, permitted))
    same = abs(found[0].inertial_deg - found[1].inertial_deg) < 1e-6
    return tuple(found[:1] if same else found)
