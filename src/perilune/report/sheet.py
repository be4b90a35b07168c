"""A page made of a verdict, charts and tables: what stations and studies are shown with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from perilune.report import charts, picked, pieces, tables
from perilune.report.charts import Chart
from perilune.report.frame import framed
from perilune.report.frame import section as framed_section
from perilune.report.picked import Picked

_WIDE_PX = 600
"""A chart as tall as this has the whole width."""

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
    first : sequence of Section
        Before the charts.
    charts : sequence of Chart or Picked
    sections : sequence of Section
        After the charts.
    """

    name: str
    title: str
    headline: str
    is_good: bool | None
    summary: str = ""
    messages: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    first: Sequence[Section] = ()
    charts: Sequence[Chart | Picked] = ()
    sections: Sequence[Section] = ()


def sheet_page(sheet: Sheet, document: Mapping[str, Any]) -> str:
    """Return one HTML page that needs nothing else, not even a network.

    `document` gives the provenance and the figures that are not confirmed.
    """
    parts = [*sheet.sections]
    if document.get("assumed"):
        parts.append(_assumed(document["assumed"]))
    each = [chart for place in sheet.charts for chart in _charts_of(place)]
    return framed(
        title=sheet.title,
        name=sheet.name,
        summary=sheet.summary,
        verdict=_verdict(sheet),
        body="\n".join([*map(_section, sheet.first), _places(sheet.charts), *map(_section, parts)]),
        document=document,
        drawn={chart.name: charts.drawn(chart) for chart in each},
        scripts=["charts.js", "picked.js"],
        styles=["sheet.css"],
    )


def _section(part: Section) -> str:
    return framed_section(part.name, part.heading, part.content)


def _assumed(rows: Sequence[Mapping[str, Any]]) -> Section:
    """Return the figures that are not confirmed: very many of them folded."""
    table = pieces.folded_figures(tables.assumed(rows), len(rows))
    return Section("assumed", "Derived, assumed or unconfirmed figures", table)


def _charts_of(place: Chart | Picked) -> Sequence[Chart]:
    return place.charts if isinstance(place, Picked) else [place]


def _places(found: Sequence[Chart | Picked]) -> str:
    """Return the section of charts, two beside each other where it fits."""
    boxes = [
        picked.box(place) if isinstance(place, Picked) else charts.box(place) for place in found
    ]
    wide = [(place.height_px or 0) >= _WIDE_PX for place in found]
    body = "\n".join(
        f'<div class="wide">{box}</div>' if whole else box
        for box, whole in zip(boxes, wide, strict=True)
    )
    return framed_section("plots", "Charts", f'<div class="plots">\n{body}\n</div>' if body else "")


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
