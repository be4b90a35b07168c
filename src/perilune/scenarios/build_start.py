"""The beginning in lunar orbit, and a burn of a given duration."""

from __future__ import annotations

from typing import Any

from perilune.missions.mission import Choice
from perilune.phases.base import Phase, Stack
from perilune.phases.burn_inferred import Intended
from perilune.phases.lunar_start import LunarStart, Overflight
from perilune.phases.timed_burn import TimedBurn
from perilune.scenarios import dates, start_file
from perilune.scenarios.build_ground import GroundBuilder


class StartBuilder(GroundBuilder):
    """Builds the start in lunar orbit and timed burns."""

    def start(self, part: Any, stack: Stack) -> Phase | None:
        """Return the phase of a part, or None where it is of another kind."""
        if isinstance(part, start_file.LunarStartFile):
            return self._lunar_start(part)
        if isinstance(part, start_file.TimedBurnFile):
            return self._timed_burn(part, stack)
        return None

    def _lunar_start(self, part: start_file.LunarStartFile) -> LunarStart:
        at, over = self.at, part.passes_over
        self.at = f"{at}.utc"
        self.begin, self.beginning = dates.read(part.utc), "the start"
        self.at = f"{at}.passes_over"
        site = self.site(over.site)
        self.at = f"{at}.passes_over.utc"
        date = dates.read(over.utc)
        self.at = at
        keys = (
            "perilune_altitude_km",
            "apolune_altitude_km",
            "inclination_deg",
            "argument_of_latitude_deg",
            "true_anomaly_deg",
        )
        self._note("orbit at the start", part, keys)
        return LunarStart(
            self.begin,
            part.perilune_altitude_km,
            part.apolune_altitude_km,
            part.inclination_deg,
            Overflight(site, date, over.heading == "northbound"),
            part.argument_of_latitude_deg,
            part.true_anomaly_deg,
        )

    def _timed_burn(self, part: start_file.TimedBurnFile, stack: Stack) -> Phase:
        craft, meant = self.craft(part.spacecraft, stack), part.intended
        until = self.date(part.until_utc, "until_utc")
        self._note("burn inferred", part, ("isp_s", "duration_s", "intended", "branch"))
        branch = part.branch
        first, *then = self.file.phase
        if branch is not None and first.kind == "lunar_start" and then[0] is part:
            self.choice, branch = Choice("branch", branch=branch), None  # both are flown and shown
        return TimedBurn(
            craft.name,
            part.duration_s,
            part.isp_s,
            Intended(meant.duration_s, meant.perilune_altitude_km, meant.apolune_altitude_km),
            branch,
            until,
            self._burn_names(part)[0],
        )

    def _note(self, what: str, part: start_file.Sourced, keys: tuple[str, ...]) -> None:
        figures = part.model_dump(include=set(keys), exclude_none=True)
        self.note(what, {key: figures[key] for key in keys if key in figures},
                  part.confidence, part.source)  # fmt: skip
