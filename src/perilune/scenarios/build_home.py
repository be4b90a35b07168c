"""The way home: injection to the Earth, straight returns, and entry."""

from __future__ import annotations

from typing import Any

from perilune.astro.geometry import SurfacePoint
from perilune.missions.together import EntryOf, Straight
from perilune.phases.base import Phase, Stack
from perilune.phases.capsule import Capsule
from perilune.phases.direct_return import DirectReturn
from perilune.phases.earth_return import EarthReturn
from perilune.phases.earth_return_target import ReturnTarget
from perilune.phases.entry import Entry
from perilune.phases.tei import ReturnBurn, TransEarthInjection
from perilune.scenarios import home_file
from perilune.scenarios.build_ground import GroundBuilder
from perilune.scenarios.notes import PLACE


class HomeBuilder(GroundBuilder):
    """Builds returns and entries."""

    def home(self, part: Any, stack: Stack) -> Phase | None:
        """Return the phase of a part, or None where it is of another kind."""
        if isinstance(part, home_file.EarthReturnFile):
            return self._earth_return(part, stack)
        if isinstance(part, home_file.DirectReturnFile):
            return self._direct_return(part, stack)
        if isinstance(part, home_file.EntryFile):
            return self._entry(part, stack)
        return None

    def zone(self, name: str) -> SurfacePoint:
        """Return a landing zone of the catalogue."""
        at, self.at = self.at, f"{self.at}.zone"
        entry = self.catalog.entry("landing_zones", name)
        self.note_entry(entry, *PLACE)
        self.at = at
        return entry.point("earth")

    def _earth_return(self, part: home_file.EarthReturnFile, stack: Stack) -> EarthReturn:
        craft = self.craft(part.spacecraft, stack)
        burns = tuple(
            ReturnBurn(self.engine(craft, burn.engine, f"burns[{i}].engine"), burn.impulsive)
            for i, burn in enumerate(part.burns)
        )
        first = part.burns[0]
        low, high = part.flight_time_h
        return EarthReturn(
            ReturnTarget(
                self.zone(part.zone),
                part.flight_path_angle_deg,
                part.radius_km,
                inclination_deg=part.inclination_deg,
                azimuth_deg=part.azimuth_deg,
                downrange_km=part.downrange_km,
                entry_duration_s=part.entry_duration_s,
            ),
            TransEarthInjection(burns, first.period_h, first.revolutions),
            part.spacecraft,
            self.date(part.date_utc, "date_utc"),
            self.date(part.arrive_utc, "arrive_utc"),
            (low, high),
            track=part.track,
        )

    def _direct_return(self, part: home_file.DirectReturnFile, stack: Stack) -> Straight:
        craft = self.craft(part.spacecraft, stack)
        steep, shallow = part.flight_path_angle_deg
        direct = DirectReturn(
            part.spacecraft,
            self.engine(craft, part.engine),
            self.site(part.site),
            self.date(part.lift_off_utc, "lift_off_utc"),
            (steep, shallow),
            arrive=self.date(part.arrive_utc, "arrive_utc"),
            zone=None if part.zone is None else self.zone(part.zone),
            zone_km=part.zone_km,
            within_h=part.lift_off_within_h,
        )
        return Straight(direct)

    def _entry(self, part: home_file.EntryFile, stack: Stack) -> EntryOf:
        craft = self.craft(part.spacecraft, stack)
        capsule = Capsule(
            craft.name,
            craft.mass_kg,
            part.diameter_m,
            part.drag,
            part.lift_to_drag,
            part.nose_radius_m,
        )
        site = None if part.zone is None else self.zone(part.zone)
        entry = Entry(capsule, part.mode, site, part.zone_km, aimed=site is not None)
        return EntryOf(entry, part.spacecraft)
