"""The page of one flight: the verdict first, then what stands behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from perilune.report import charts as flat
from perilune.report import pieces, tables
from perilune.report.fly_charts import FlyCharts
from perilune.report.frame import framed, section
from perilune.report.scene import Scene
from perilune.report.scene_section import SCRIPTS, STYLES, scene_section
from perilune.report.standing import with_standing
from perilune.report.verdict import verdict

Document = Mapping[str, Any]


def fly_page(
    document: Document, scene: Scene | None = None, charts: FlyCharts | None = None
) -> str:
    """Return one HTML page that needs nothing else, not even a network.

    Parameters
    ----------
    document : mapping
        The JSON of `fly`; any value may be null. Also read where present: `title`, `summary`,
        `verdict` (text in place of ours), `closes` (bool), `message` and `remedy` (text),
        `assumed` (rows of `what`, `value`, `why`, `source`), `provenance` (mapping, may nest);
        `as_flown.later_min` in events; `confidence` in rows of events, ledger and checks.
    scene : Scene, optional
        What is drawn in space.
    charts : FlyCharts, optional
        What is drawn flat.

    Returns
    -------
    str
    """
    charts = charts or FlyCharts()
    document = with_standing(document)
    parts = [
        *_first(document, charts),
        scene_section(scene),
        *_behind(document),
    ]
    return framed(
        title=str(document.get("title") or document.get("scenario") or "Flight"),
        name=str(document.get("scenario") or ""),
        summary=document.get("summary"),
        verdict=verdict(document),
        body="\n".join(part for part in parts if part),
        document=document,
        drawn=charts.drawn(),
        plotted=scene is not None,
        scripts=["charts.js", *(SCRIPTS if scene else ())],
        styles=STYLES if scene else (),
    )


def _rows(document: Document, key: str) -> Sequence[Document]:
    return document.get(key) or []


def _first(document: Document, charts: FlyCharts) -> Iterator[str]:
    """Yield what is looked at first: when, how much, and how it comes down and up."""
    events, ledger = _rows(document, "events"), _rows(document, "ledger")
    if events:
        table = tables.timeline(events)
        yield section("timeline", "Timeline", "\n".join([*map(flat.box, charts.timeline), table]))
    yield flat.section(charts.ledger, "budget", "Delta-v and masses")
    if ledger:
        yield section("ledger", "Propellant ledger", tables.ledger(ledger))
    yield flat.section(charts.descent, "descent", "Powered descent")
    yield flat.section(charts.ascent, "ascent", "Ascent from the Moon")
    yield flat.section(charts.entry, "entry", "Entry")


def _behind(document: Document) -> Iterator[str]:
    """Yield what stands behind it."""
    solution = document.get("solution") or {}
    parts = (
        ("checks", "Checks", _rows(document, "checks"), tables.checks),
        ("branches", "Solutions found", _rows(solution, "branches"), tables.branches),
        ("solved", "Figures of the solves", list(_solved(solution)), _folded_figures),
        ("assumed", "Assumed or unconfirmed figures", _rows(document, "assumed"), tables.assumed),
    )
    for name, heading, rows, make in parts:
        if rows:
            yield section(name, heading, make(rows))


def _folded_figures(rows: Sequence[Document]) -> str:
    return pieces.folded(f"All {len(rows)} figures", tables.solved(rows))


def _solved(solution: Document) -> Iterator[Document]:
    """Yield the figures of the solves: plain values, and lists of them."""
    for key, value in solution.items():
        nested = value if isinstance(value, (list, tuple)) else [value]
        if value is not None and not any(isinstance(each, Mapping) for each in nested):
            yield {"key": key, "value": value}
