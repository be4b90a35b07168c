"""The way to the Moon: transfer and capture."""

from __future__ import annotations

import math

from perilune.astro.bodies import MOON_RADIUS_KM, constants
from perilune.errors import InputError
from perilune.missions.mission import Choice
from perilune.phases.arrival import Perilune
from perilune.phases.base import Stack
from perilune.phases.capture import Capture
from perilune.phases.capture_burn import CaptureBurn
from perilune.phases.departure import TransferPhase
from perilune.phases.request import FLIGHT_TIMES_H
from perilune.scenarios import dates, schema
from perilune.scenarios.notes import PLACE, Notes


class MoonBuilder(Notes):
    """Builds the transfer and the capture."""

    def transfer(self, part: schema.TransferFile) -> TransferPhase:
        """Return the transfer; keeps the choice between its branches."""
        hours = part.flight_time_h
        assert self.begin is not None
        self.perilune_km = MOON_RADIUS_KM + part.perilune_altitude_km
        dates.require_arrival(self.begin, self.phasing_h + (hours or FLIGHT_TIMES_H[1]))
        self.choice = self._choice(part)
        return TransferPhase(
            Perilune(part.perilune_altitude_km, part.inclination_deg),
            None if hours is None else 3600.0 * hours,
        )

    def _require_above_ground(self, burn: schema.BurnFile) -> None:
        """Refuse a first burn into an orbit whose other end lies below the Moon's surface."""
        if burn.period_h is None:
            return
        gm = constants(self.file.model.constants).gm("moon")
        lowest = 0.5 * (self.perilune_km + MOON_RADIUS_KM)
        least_h = 2.0 * math.pi * math.sqrt(lowest**3 / gm) / 3600.0
        if burn.period_h < least_h:
            raise InputError(
                f"found {burn.period_h:g}, expected at least {math.ceil(100.0 * least_h) / 100.0:g}"
                ": a shorter orbit through the perilune of arrival meets the Moon"
            )

    def capture(self, part: schema.CaptureFile, stack: Stack) -> Capture:
        """Return the capture's burns."""
        at, burns = self.at, []
        self.at = f"{at}.burns[0].period_h"
        self._require_above_ground(part.burns[0])
        self.at = f"{at}.spacecraft"
        if part.spacecraft is not None and not stack.members:
            raise InputError(f"found '{part.spacecraft}', but the file has no [[spacecraft]]")
        craft = stack.member(part.spacecraft) if part.spacecraft is not None else None
        for number, burn in enumerate(part.burns):
            self.at = f"{at}.burns[{number}].engine"
            if burn.engine is not None and craft is None:
                raise InputError(f"found '{burn.engine}', expected also the capture's `spacecraft`")
            if burn.engine is not None and craft is not None and not craft.engines:
                raise InputError(f"found '{burn.engine}', but '{craft.name}' has no engines")
            engine = craft.engine(burn.engine) if craft and burn.engine is not None else None
            burns.append(
                CaptureBurn(
                    burn.period_h,
                    burn.apolune_altitude_km,
                    burn.circular_altitude_km,
                    engine,
                    burn.impulsive,
                    burn.after_revolutions,
                )
            )
        return Capture(part.spacecraft, tuple(burns))

    def _choice(self, part: schema.TransferFile) -> Choice:
        if part.passes_over is not None:
            at = f"{self.at}.passes_over"
            self.at = f"{at}.site"
            site = self.catalog.entry("lunar_sites", part.passes_over.site)
            self.note_entry(site, *PLACE)
            self.at = f"{at}.utc"
            return Choice(
                "passes_over",
                site=site.point("moon"),
                site_name=part.passes_over.site,
                date=dates.read(part.passes_over.utc, after=self.begin),
                within_km=part.passes_over.within_km,
            )
        if part.choose in ("north", "south"):
            return Choice("branch", branch=part.choose)
        return Choice()
