"""Who can reach a station's orbit: every launch site and vehicle, by geometry and by permission."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from perilune.catalog.entry import Entry
from perilune.errors import InputError
from perilune.stations.access_ground import Zone, zones_of
from perilune.stations.access_pad import PadAccess, pad_access
from perilune.stations.access_words import why_not
from perilune.stations.answer import Answer, answer_of
from perilune.stations.delivery import SHIP_ISP_S, Means
from perilune.stations.lift import Lift
from perilune.stations.station import Station


@dataclass(frozen=True, eq=False)
class LiftAccess:
    """A vehicle at a launch site.

    Attributes
    ----------
    lift : Lift
    pad : PadAccess
    geometric, permitted : Answer
    why_not : str or None
        In words, where it cannot fly straight there.
    """

    lift: Lift
    pad: PadAccess
    geometric: Answer
    permitted: Answer
    why_not: str | None

    def to_json(self) -> dict[str, Any]:
        """Return the row as plain values; null where something is not known."""
        lift, one, two = self.lift, self.geometric, self.permitted
        return {
            "site": lift.pad.name,
            "vehicle": lift.vehicle,
            "upper_stage": lift.upper_stage,
            "partner": lift.partner,
            "direct_geometric": one.is_direct,
            "direct_permitted": two.is_direct,
            "way_geometric": one.way,
            "way_permitted": two.way,
            "azimuths_deg": [round(a.inertial_deg, 2) for a in self.pad.azimuths],
            "azimuths_permitted": [a.permitted for a in self.pad.azimuths],
            "launch_inclination_deg": _figure(two.launch_inclination_deg, 3),
            "heading": two.heading,
            "payload_kg": _figure(two.payload_kg),
            "payload_geometric_kg": _figure(one.payload_kg),
            "penalty_geometric_m_s": _figure(one.penalty_m_s),
            "penalty_permitted_m_s": _figure(two.penalty_m_s),
            "payload_loss_kg": _figure(two.payload_loss_kg),
            "payload_loss_geometric_kg": _figure(one.payload_loss_kg),
            "ship_propellant_kg": _figure(two.ship_propellant_kg),
            "model_error_percent": _figure(lift.error_percent),
            "confidence": lift.confidence,
            "why_not": self.why_not,
        }


@dataclass(frozen=True, eq=False)
class Access:
    """Who can reach a station.

    Attributes
    ----------
    station : Station
    pads : tuple of PadAccess
    rows : tuple of LiftAccess
    zones : tuple of Zone
        Landing zones of its crews.
    """

    station: Station
    pads: tuple[PadAccess, ...]
    rows: tuple[LiftAccess, ...]
    zones: tuple[Zone, ...] = ()

    def row(self, vehicle: str, site: str, upper_stage: str = "none") -> LiftAccess:
        """Return a row; raises InputError where there is none."""
        for row in self.rows:
            if (row.lift.vehicle, row.lift.pad.name) == (vehicle, site) and (
                row.lift.upper_stage == upper_stage
            ):
                return row
        raise InputError(f"no row of '{vehicle}' with '{upper_stage}' from '{site}'")

    def heaviest(self) -> dict[str, LiftAccess]:
        """Return for each partner the row that delivers most by permission."""
        found: dict[str, LiftAccess] = {}
        for row in self.rows:
            best = found.get(row.lift.partner)
            mass = row.permitted.payload_kg or 0.0
            if mass > 0.0 and (best is None or mass > (best.permitted.payload_kg or 0.0)):
                found[row.lift.partner] = row
        return found

    def to_json(self) -> dict[str, Any]:
        """Return the rows, the landing zones and the sites' ground tracks as plain values."""
        return {
            "inclination_deg": self.station.inclination_deg,
            "altitude_km": self.station.altitude_km,
            "sites": [row.to_json() for row in self.rows],
            "landing_zones": [zone.to_json() for zone in self.zones],
            "ascents": [
                {
                    "site": one.pad.name,
                    "below": one.below,
                    "tracks": [each.to_json() for each in one.tracks],
                }
                for one in self.pads
            ],
        }


def access(
    station: Station,
    lifts: Sequence[Lift],
    zones: Iterable[Entry] = (),
    *,
    ships: Iterable[Entry] = (),
    ship_isp_s: float = SHIP_ISP_S,
) -> Access:
    """Return who can reach a station's orbit, by geometry and by permission.

    Parameters
    ----------
    station : Station
    lifts : sequence of Lift
        As `lifts_of` has them.
    zones : iterable of Entry
        Landing zones of the catalogue.
    ships : iterable of Entry
        Ships of the catalogue, whose landing zones they are.
    ship_isp_s : float
        Specific impulse of ships that turn their own plane.

    Raises
    ------
    InputError
        Where there is nothing to ask about, or a figure is no number.

    Model limits: those of `reach` and `delivery`; no dates: windows and phasing are the
    assembly's; what a launch abort would come down on is known only as far as a site's corridors
    say.
    """
    if not lifts:
        raise InputError(
            "found no vehicle: expected at least one with a launch site", key="vehicles"
        )
    pads = {lift.pad.name: pad_access(lift.pad, station) for lift in lifts}
    rows = [_row(lift, pads[lift.pad.name], station, ship_isp_s) for lift in lifts]
    ground = zones_of(zones, station.inclination_deg, ships)
    return Access(station, tuple(pads.values()), tuple(rows), ground)


def _row(lift: Lift, pad: PadAccess, station: Station, ship_isp_s: float) -> LiftAccess:
    tilt, altitude = station.inclination_deg, station.altitude_km
    one, two = (
        answer_of(lift.pad, tilt, altitude, means, lift)
        for means in (Means(permitted=False, ship_isp_s=ship_isp_s), Means(ship_isp_s=ship_isp_s))
    )
    words = why_not(lift.pad, tilt, two, lift)
    return LiftAccess(lift, pad, one, two, words)


def _figure(value: float | None, digits: int = 1) -> float | None:
    """Return a figure rounded for people; None where it is none or infinite."""
    return None if value is None or not np.isfinite(value) else round(float(value), digits)
