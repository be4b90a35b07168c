"""The flat charts of a flight's page, by the section they stand in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from perilune.missions import profiles
from perilune.missions.flight import Flight
from perilune.report.charts import Chart, drawn
from perilune.report.flight_charts import flight_charts
from perilune.report.flight_timeline import timeline
from perilune.report.panels import Panels, drawn_panels
from perilune.report.profile_charts import entry_charts, powered_charts

Drawing = Chart | Panels


@dataclass(frozen=True)
class FlyCharts:
    """What is drawn flat: the timeline, the ledger, and each way down or up."""

    timeline: Sequence[Drawing] = ()
    ledger: Sequence[Drawing] = ()
    descent: Sequence[Drawing] = ()
    ascent: Sequence[Drawing] = ()
    entry: Sequence[Drawing] = ()

    @classmethod
    def of(cls, flight: Flight) -> FlyCharts:
        """Return the charts of a flight, each kind only where the mission has such a phase."""
        whole = timeline(flight)
        down, up, home = (
            profiles.descents(flight), profiles.ascents(flight), profiles.entries(flight)
        )  # fmt: skip
        return cls(
            timeline=[] if whole is None else [whole],
            ledger=flight_charts(flight),
            descent=[c for i, p in enumerate(down, 1) for c in powered_charts(p, i)],
            ascent=[c for i, p in enumerate(up, 1) for c in powered_charts(p, i)],
            entry=[c for i, p in enumerate(home, 1) for c in entry_charts(p, flight.checks, i)],
        )

    def drawn(self) -> dict[str, Any]:
        """Return every chart as JSON for the scripts, by its name."""
        every = (*self.timeline, *self.ledger, *self.descent, *self.ascent, *self.entry)
        return {
            chart.name: drawn(chart) if isinstance(chart, Chart) else drawn_panels(chart)
            for chart in every
        }
