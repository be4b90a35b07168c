"""A page made of a verdict, charts and tables: what stations and studies are shown with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from perilune.report import charts, pieces, tables
from perilune.report.charts import Chart
from perilune.report.frame import framed
from perilune.report.frame import section as framed_section

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
    parts = [*sheet.sections]
    if document.get("assumed"):
        table = tables.assumed(document["assumed"])
        parts.append(Section("assumed", "Derived, assumed or unconfirmed figures", table))
    sections = "\n".join(framed_section(part.name, part.heading, part.content) for part in parts)
    return framed(
        title=sheet.title,
        name=sheet.name,
        summary=sheet.summary,
        verdict=_verdict(sheet),
        body=charts.section(sheet.charts) + sections,
        document=document,
        drawn={chart.name: charts.drawn(chart) for chart in sheet.charts},
        scripts=["charts.js"],
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
