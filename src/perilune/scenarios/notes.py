"""Where in a file a build is, and what its pieces share."""

from __future__ import annotations

from perilune.astro.epoch import Epoch
from perilune.catalog.book import Catalog
from perilune.missions.mission import Choice
from perilune.phases.corridor import Corridor
from perilune.phases.halo import HaloOrbit
from perilune.scenarios import schema
from perilune.scenarios.build_windows import VehicleLift
from perilune.scenarios.doubts import Doubts

PLACE = ("latitude_deg", "longitude_deg", "altitude_km")
"""The figures used of a site."""


class Notes(Doubts):
    """What the pieces of a build share."""

    def __init__(self, file: schema.ScenarioFile, book: Catalog) -> None:
        super().__init__()
        self.file, self.at, self.catalog = file, "", book
        self.choice = Choice()
        self.begin: Epoch | None = None
        self.beginning = "the lift-off"
        self.perilune_km = 0.0
        self.phasing_h = 0.0
        self.corridor: Corridor | None = None
        self.lift: VehicleLift | None = None
        self.halo: HaloOrbit | None = None
