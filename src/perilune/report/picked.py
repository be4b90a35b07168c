"""A place in a page where the reader picks which of several charts is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

from perilune.report import charts
from perilune.report.charts import Chart

_HEIGHT_PX = 420


@dataclass(frozen=True)
class Picked:
    """Several charts in one place; the first is shown first.

    Attributes
    ----------
    title, note : str
        Of the place.
    label : str
        What is picked, before the list.
    charts : sequence of Chart
        Their titles stand in the list; names are unique in the page.
    """

    title: str
    label: str
    charts: Sequence[Chart]
    note: str = ""

    @property
    def name(self) -> str:
        """Of the chart shown first."""
        return self.charts[0].name

    @property
    def height_px(self) -> int:
        """Of the tallest chart."""
        return max(chart.height_px or _HEIGHT_PX for chart in self.charts)


def box(picked: Picked) -> str:
    """Return the place in a page: the list, then the chart."""
    first = picked.charts[0]
    if len(picked.charts) == 1:
        title = f"{picked.title}: {first.title}"
        return charts.box(replace(first, title=title, note=f"{picked.note} {first.note}".strip()))
    options = "".join(
        f'<option value="{escape(chart.name)}" data-px="{chart.height_px or _HEIGHT_PX}">'
        f"{escape(chart.title)}</option>"
        for chart in picked.charts
    )
    name = escape(picked.name)
    return (
        f"<figure>\n<figcaption><strong>{escape(picked.title)}</strong> {escape(picked.note)} "
        f'<label class="pick">{escape(picked.label)}: <select data-pick="{name}">{options}</select>'
        f'</label></figcaption>\n<div class="plot chart" id="pick-{name}" '
        f'style="height:{first.height_px or _HEIGHT_PX}px" data-figure="{name}" role="img" '
        f'aria-label="{escape(picked.title)}, {escape(first.title)}: its figures are in the tables"'
        "></div>\n<noscript>This plot needs JavaScript.</noscript>\n</figure>"
    )
