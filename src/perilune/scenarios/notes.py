"""Where in a file a build is, and which of the figures it used are not confirmed."""

from __future__ import annotations

from typing import Any

from perilune.astro.epoch import Epoch
from perilune.catalog.book import Catalog
from perilune.catalog.entry import KINDS, Entry
from perilune.missions.mission import Choice
from perilune.phases.corridor import Corridor
from perilune.phases.halo import HaloOrbit
from perilune.scenarios import schema
from perilune.scenarios.build_windows import VehicleLift

PLACE = ("latitude_deg", "longitude_deg", "altitude_km")
"""The figures used of a site."""


class Notes:
    """What the pieces of a build share."""

    def __init__(self, file: schema.ScenarioFile, book: Catalog) -> None:
        self.file, self.at, self.catalog = file, "", book
        self.choice = Choice()
        self.lift_off: Epoch | None = None
        self.perilune_km = 0.0
        self.phasing_h = 0.0
        self.assumed: list[dict[str, Any]] = []
        self.corridor: Corridor | None = None
        self.lift: VehicleLift | None = None
        self.halo: HaloOrbit | None = None

    def note(self, what: str, value: Any, confidence: str | None, source: str | None) -> None:
        """Note figures that are not confirmed, once."""
        if confidence in ("derived", "unconfirmed", "assumed"):
            row = {"what": what, "value": value, "confidence": confidence, "source": source}
            if row not in self.assumed:  # a place may be named twice
                self.assumed.append(row)

    def note_entry(self, found: Entry, *keys: str) -> None:
        """Note the figures used of an entry, together where they stand on the same."""
        used = [key for key in keys if key in found.figures]
        for mark in dict.fromkeys(found.mark_of(key) for key in used):
            alike = [key for key in used if found.mark_of(key) == mark]
            which = "" if alike == used else f" ({', '.join(alike)})"
            what = f"{KINDS[found.kind]}: {found.name}{which}"
            figures = {key: found.figures[key] for key in alike}
            self.note(what, figures, mark.confidence, mark.source)
