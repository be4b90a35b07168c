"""A page made of a verdict, charts and tables: what stations and studies are shown with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from string import Template
from typing import Any

from perilune.report import charts, figures, pieces, tables
from perilune.report.charts import Chart

_SIGNS = {True: ("good", "✓"), False: ("bad", "✗"), None: ("open", "•")}


@dataclass(frozen=True)
class Section:
    """A part of a page: its anchor, heading, and content as HTML."""

    name: str
    heading: str
    content: str


@dataclass(frozen=True)
class Sheet:
    """What a page says.

    Attributes
    ----------
    name, title : str
    headline : str
        The answer in a line.
    is_good : bool or None
        None where there is nothing to pass or fail.
    summary : str
    messages : sequence of str
        Further sentences of the answer.
    facts : sequence of (str, str)
        Labels and values; values are HTML.
    charts : sequence of Chart
    sections : sequence of Section
    """

    name: str
    title: str
    headline: str
    is_good: bool | None
    summary: str = ""
    messages: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    charts: Sequence[Chart] = ()
    sections: Sequence[Section] = field(default_factory=tuple)


def sheet_page(sheet: Sheet, document: Mapping[str, Any]) -> str:
    """Return one HTML page that needs nothing else, not even a network.

    `document` gives the provenance and the figures that are not confirmed.
    """
    sections = [_section(part) for part in sheet.sections]
    if document.get("assumed"):
        table = tables.assumed(document["assumed"])
        heading = "Derived, assumed or unconfirmed figures"
        sections.append(_section(Section("assumed", heading, table)))
    drawn = {chart.name: charts.drawn(chart) for chart in sheet.charts}
    return Template(pieces.asset("page.html")).substitute(
        title=escape(sheet.title),
        scenario=escape(sheet.name),
        summary=pieces.paragraph(sheet.summary),
        verdict=_verdict(sheet),
        sections=_charts(sheet.charts) + "\n".join(sections),
        plots="",
        provenance=pieces.provenance(document),
        style=pieces.asset("page.css"),
        figures=figures.script_json(drawn),
        plotly=figures.plotly_script() if drawn else "",
        script=pieces.script("charts.js"),
    )


def _verdict(sheet: Sheet) -> str:
    kind, sign = _SIGNS[sheet.is_good]
    parts = [
        f'<div class="verdict {kind}">',
        f'<p class="headline"><span aria-hidden="true">{sign}</span> {escape(sheet.headline)}</p>',
        *(pieces.paragraph(text, "message") for text in sheet.messages),
        pieces.pairs(list(sheet.facts), "facts"),
        "</div>",
    ]
    return "\n".join(part for part in parts if part)


def _charts(found: Sequence[Chart]) -> str:
    if not found:
        return ""
    body = "\n".join(charts.box(chart) for chart in found)
    return (
        f'<section id="plots">\n<h2>Charts</h2>\n<div class="plots">\n{body}\n</div>\n</section>\n'
    )


def _section(part: Section) -> str:
    return (
        f'<section id="{part.name}">\n<h2>{escape(part.heading)}</h2>\n{part.content}\n</section>'
    )
