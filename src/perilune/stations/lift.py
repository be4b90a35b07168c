"""What can fly to a station: a vehicle at one of its launch sites, with its stage on top or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.catalog.book import Catalog
from perilune.catalog.entry import Entry
from perilune.errors import ModelError, UnknownName
from perilune.phases.corridor import Corridor
from perilune.phases.launch import LaunchSite
from perilune.phases.performance import BARE, Performance
from perilune.phases.vehicle import UpperStage, upper_stage_of, vehicle_of

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Pad:
    """A launch site with what it permits.

    Attributes
    ----------
    site : LaunchSite
    corridor : Corridor
    title, partner : str
        The partner is the catalogue's, or its agency.
    below : str
        What lies under its corridors, in the catalogue's words.
    confidence : str
        Of the corridors.
    """

    site: LaunchSite
    corridor: Corridor
    title: str = ""
    partner: str = ""
    below: str = ""
    confidence: str = "unconfirmed"

    @classmethod
    def of(cls, entry: Entry) -> Pad:
        """Return the pad of a launch site in the catalogue."""
        stated = "azimuths_deg" if "azimuths_deg" in entry.figures else "inclinations_deg"
        return cls(
            LaunchSite(entry.name, entry.point("earth")),
            Corridor.of(entry),
            entry.figures.get("title", entry.name),
            partner_of(entry),
            entry.figures.get("drop_zones", "").strip(),
            entry.confidence_of(stated),
        )

    @property
    def name(self) -> str:
        """The site's name."""
        return self.site.name


@dataclass(frozen=True, eq=False)
class Lift:
    """A vehicle at one of its launch sites.

    Attributes
    ----------
    vehicle, title, partner : str
        The partner is the catalogue's, or its agency.
    pad : Pad
    upper_stage : str
        The stage on top; `none` for without.
    performance : Performance or None
        None where the catalogue does not state enough.
    lack : str
        What it lacks then, in words.
    confidence : str
        Of the vehicle's entry.
    """

    vehicle: str
    title: str
    partner: str
    pad: Pad
    upper_stage: str = BARE
    performance: Performance | None = None
    lack: str = ""
    confidence: str = "unconfirmed"

    @property
    def on_top(self) -> UpperStage | None:
        """The stage on top, which can burn again in orbit; None for without."""
        return self.performance.upper(self.upper_stage) if self.performance else None

    @property
    def name(self) -> str:
        """Vehicle, stage on top and site in words."""
        stage = "" if self.upper_stage == BARE else f" with {self.upper_stage}"
        return f"{self.vehicle}{stage} from {self.pad.name}"

    @property
    def error_percent(self) -> float | None:
        """How far the model lies from what is quoted of the vehicle, root mean square, %.

        Each figure predicted from the others where there are several; None where one alone is
        fitted, which says nothing.
        """
        found = self.performance.leave_one_out if self.performance else ()
        if not found:
            return None
        return float(np.sqrt(np.mean([row.error_percent**2 for row in found])))


def partner_of(entry: Entry) -> str:
    """Return whose a vehicle or site is: its `partner`, else its `agency`."""
    return str(entry.figures.get("partner") or entry.figures.get("agency", ""))


def pads_of(book: Catalog) -> dict[str, Pad]:
    """Return every launch site of a catalogue by name."""
    return {name: Pad.of(entry) for name, entry in book.table("launch_sites").items()}


def lifts_of(book: Catalog, vehicles: Sequence[str] | None = None) -> tuple[Lift, ...]:
    """Return every vehicle of a catalogue at each of its sites, with its stage on top and without.

    Parameters
    ----------
    book : Catalog
    vehicles : sequence of str, optional
        These only.

    Raises
    ------
    UnknownName
        Where the catalogue has no such vehicle.
    """
    rows = book.table("vehicles")
    for name in vehicles or ():
        if name not in rows:
            raise UnknownName("vehicle", name, rows, key="vehicles")
    pads = pads_of(book)
    stages = {n: upper_stage_of(row) for n, row in book.table("upper_stages").items()}
    return tuple(
        lift
        for name in (rows if vehicles is None else dict.fromkeys(vehicles))
        for lift in _lifts(rows[name], pads, stages)
    )


def _lifts(entry: Entry, pads: dict[str, Pad], stages: dict[str, UpperStage]) -> list[Lift]:
    """Return one vehicle at each of its sites."""
    performance, lack = None, ""
    try:
        vehicle = vehicle_of(entry)
        sites = {name: pad.site for name, pad in pads.items()}
        performance = Performance.of(vehicle, sites, stages)
    except ModelError as error:
        lack = str(error)
    own = entry.figures.get("upper_stage")
    return [
        Lift(
            entry.name,
            entry.figures.get("title", entry.name),
            partner_of(entry),
            pads[site],
            stage,
            performance,
            lack,
            entry.confidence,
        )
        for site in entry.figures.get("sites", ())
        for stage in dict.fromkeys((BARE, own or BARE))
    ]
