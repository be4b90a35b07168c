"""The page of a study: its variants beside each other, and what stands behind each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from perilune.report import pieces, study_charts, tables, words
from perilune.report import study_tables as of
from perilune.report.sheet import Section, Sheet

Row = Mapping[str, Any]

VERDICTS = ("closes", "needs_approval", "unknown", "forbidden", "does_not_close")
"""From the best to the worst."""

DETAILED_N = 60
"""So many variants are told at length; all are in the comparison and in the files."""


def sheet(document: Row) -> Sheet:
    """Return the page's content."""
    rows = document["variants"]
    return Sheet(
        document["study"],
        document["title"] or document["study"],
        headline(document),
        None,
        summary=f"Knowledge and law as of {document['as_of']}; beside the baseline "
        f"'{document['baseline']}'.",
        messages=[
            f"{document['reflown_n']} of {document['computed_n']} computations were done anew.",
            *({row["law_notice"] for row in rows}),
        ],
        facts=_counts(rows),
        charts=[
            study_charts.pareto(rows),
            study_charts.timeline(rows, document["baseline"]),
            study_charts.matrix(rows),
        ],
        sections=list(_sections(document)),
    )


def headline(document: Row) -> str:
    """Return the answer in a line."""
    rows = document["variants"]
    good = sum(row["verdict"] == "closes" for row in rows)
    if good:
        verb = "closes and is" if good == 1 else "close and are"
        more = sum(row["verdict"] == "needs_approval" for row in rows)
        approved = f", {more} more close{'s' if more == 1 else ''} once approved" if more else ""
        return f"{good} of {len(rows)} variants {verb} permitted{approved}"
    physics = sum(row["physics"] == "closes" for row in rows)
    if physics:
        told = f"{physics} close{'s' if physics == 1 else ''} in physics"
    else:
        least = min(_open(row) for row in rows)
        told = f"the nearest leave {least} that do not close"
    return f"No variant of {len(rows)} closes whole and without approval; {told}"


def _open(row: Row) -> int:
    return len(row["missions"]) + len(row["stations"]) - study_charts.closing(row)


def _counts(rows: Sequence[Row]) -> list[tuple[str, str]]:
    counts = [(v, sum(row["verdict"] == v for row in rows)) for v in VERDICTS]
    return [(words.sentence(v), words.number(n, 0)) for v, n in counts if n]


def _sections(document: Row) -> Iterator[Section]:
    rows = document["variants"]
    yield Section("comparison", "Comparison", tables.table(of.COMPARISON, rows, "Variants"))
    alike = document.get("matching")
    if alike and alike["pairs"]:
        heading = f"Missions of {alike['ours']} and {alike['theirs']} that are alike"
        yield Section("matching", heading, tables.table(of.ALIKE, alike["pairs"], heading))
    for row in _told(rows):
        yield Section(f"variant-{row['name']}", row["title"], _variant(row))


def _told(rows: Sequence[Row]) -> list[Row]:
    """Return the variants that get a section: of very many those where the most closes."""
    if len(rows) <= DETAILED_N:
        return list(rows)
    best = sorted(rows, key=lambda r: (VERDICTS.index(r["verdict"]), -study_charts.closing(r)))
    return best[:DETAILED_N]


def _variant(row: Row) -> str:
    parts = [pieces.paragraph(row["subtitle"], "summary")]
    parts += [pieces.paragraph(text, "message") for text in row["summary"]]
    for heading, columns, found in (
        ("Missions: margins, dates, roles", of.MISSIONS, row["missions"]),
        ("Stations", of.STATIONS, row["stations"]),
        ("Fixes", of.MENDS, row["mends"]),
        ("Rules of law", of.RULES, of.rules_once(row["rules"])),
        ("Shares", of.SHARES, row["shares"]),
        ("What breaks if a partner withdraws", of.BREAKS, row["withdrawals"]),
    ):
        if found:
            shown = tables.table(columns, found, f"{heading} of {row['name']}")
            parts.append(pieces.folded(f"{heading} ({len(found)})", shown))
    notes = "\n".join(pieces.paragraph(note, "message") for note in row["schedule_notes"])
    parts.append(pieces.folded("Notes on the dates", notes))
    return "\n".join(part for part in parts if part)
