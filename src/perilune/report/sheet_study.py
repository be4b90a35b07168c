"""The page of a study: its variants beside each other, and what stands behind each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from perilune.cooperation.told import closing, latest, units
from perilune.report import pieces, study_charts, study_dates, tables, words
from perilune.report import study_tables as of
from perilune.report.sheet import Section, Sheet
from perilune.report.study_marks import VERDICTS, mark
from perilune.report.study_reach import reach_columns, reach_rows
from perilune.report.study_rules import EVERY_RULE, RULES, every_rule, rules_once

Row = Mapping[str, Any]

DETAILED_N = 60
"""So many variants are told at length; all are in the comparison and in the files."""


def sheet(document: Row) -> Sheet:
    """Return the page's content."""
    rows = [_with_marks(row, document) for row in document["variants"]]
    told = _told(rows)
    charts = (
        study_charts.pareto(rows),
        study_dates.timelines(told, document["baseline"]),
        study_charts.shares(told, document["partners"]),
    )
    return Sheet(
        document["study"],
        document["title"] or document["study"],
        headline(document),
        None,
        summary=f"Knowledge and law as of {document['as_of']}; beside the baseline "
        f"'{document['baseline']}'.",
        messages=[*_best(rows), *dict.fromkeys(row["law_notice"] for row in rows)],
        facts=_facts(document),
        first=[Section("comparison", "Comparison", _comparison(rows))],
        charts=[chart for chart in charts if chart is not None],
        sections=list(_sections(document, rows, told)),
    )


def _with_marks(row: Row, document: Row) -> Row:
    """Return a variant whose missions say which of what they are made of is not confirmed."""
    known = {each.get("candidate") for each in document.get("assumed") or ()}
    missions = [
        {**m, "unconfirmed": [w for who in m["roles"].values() for w in who if w in known]}
        for m in row["missions"]
    ]
    return {**row, "missions": missions}


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
    return len(units(row)) - closing(row)


def _best(rows: Sequence[Row]) -> list[str]:
    """Return the variant with which the most closes, in a sentence."""
    allowed = [row for row in rows if row["law"] != "forbidden"]
    most = max(map(closing, allowed), default=0)
    if not most:
        return []
    best = [row for row in allowed if closing(row) == most]
    best.sort(key=lambda row: (VERDICTS.index(row["verdict"]), latest(row) or "9"))
    row = best[0]
    law = {"permitted": "permitted", "needs_approval": "once approved"}.get(row["law"], "law open")
    last = latest(row)
    by = f", the last by {last} as a median" if last else ""
    return [f"Most closes with '{row['title']}': {most} of {len(units(row))}, {law}{by}."]


def _facts(document: Row) -> list[tuple[str, str]]:
    rows = document["variants"]
    counts = [(v, sum(row["verdict"] == v for row in rows)) for v in VERDICTS]
    facts = [(words.sentence(v), words.number(n, 0)) for v, n in counts if n]
    anew = f"{document['reflown_n']} of {document['computed_n']}"
    facts.append(("Computations done anew", anew))
    if document.get("assumed"):
        link = f'<a href="#assumed">{len(document["assumed"])}, listed below</a>'
        facts.append(("Figures not confirmed", link))
    return facts


def _comparison(rows: Sequence[Row]) -> str:
    return tables.table(of.COMPARISON, rows, "Variants")


def _sections(document: Row, rows: Sequence[Row], told: Sequence[Row]) -> Iterator[Section]:
    closes = tables.table(of.matrix(told), told, "What closes in which variant")
    yield Section("matrix", "What closes in which variant", closes)
    yield Section("variants", "Variants", _variants(told, len(rows)))
    modules = reach_rows(rows)
    if modules:
        heading = "Modules to the station, by vehicle, site and inclination"
        table = tables.table(reach_columns(modules), modules, heading)
        yield Section("modules", heading, table)
    rules = every_rule(rows)
    if rules:
        table = tables.table(EVERY_RULE, rules, "Rules of law and policy")
        yield Section("rules", "Rules of law and policy", table)
    alike = document.get("matching")
    if alike and alike["pairs"]:
        heading = f"Missions of {alike['ours']} and {alike['theirs']} that are alike"
        yield Section("matching", heading, tables.table(of.ALIKE, alike["pairs"], heading))


def _told(rows: Sequence[Row]) -> list[Row]:
    """Return the variants that get a section: of very many those where the most closes."""
    if len(rows) <= DETAILED_N:
        return list(rows)
    best = sorted(rows, key=lambda r: (VERDICTS.index(r["verdict"]), -closing(r)))
    return best[:DETAILED_N]


def _variants(told: Sequence[Row], count: int) -> str:
    buttons = "".join(
        f'<button type="button" data-folds="{what}" hidden>{words.sentence(what)} all</button>'
        for what in ("open", "close")
    )
    left = f" Shown: {len(told)} of {count}; all are in study.json." if len(told) < count else ""
    bar = f'<p class="folds">{buttons} <span>What is open is printed.{left}</span></p>'
    return bar + "\n".join(map(_fold, told))


def _fold(row: Row) -> str:
    name, close = escape(row["name"]), f"{closing(row)} of {len(units(row))} close"
    return (
        f'<details class="variant" data-as-is><summary><strong>{escape(row["title"])}</strong> '
        f'{mark(row["verdict"])} <span class="brief">{name}: {close}</span></summary>\n'
        f'<div id="variant-{name}">\n{_variant(row)}\n</div>\n</details>'
    )


def _variant(row: Row) -> str:
    parts = [pieces.paragraph(row["subtitle"], "summary")]
    parts += [pieces.paragraph(text, "message") for text in row["summary"]]
    for heading, columns, found in (
        ("Missions: margins, dates, roles", of.MISSIONS, row["missions"]),
        ("Stations", of.STATIONS, row["stations"]),
        ("Fixes", of.MENDS, row["mends"]),
        ("Rules of law", RULES, rules_once(row["rules"])),
        ("Shares", of.SHARES, row["shares"]),
        ("What breaks if a partner withdraws", of.BREAKS, row["withdrawals"]),
        ("Left out", of.LEFT_OUT, row["left_out"]),
    ):
        if found:
            shown = tables.table(columns, found, f"{heading} of {row['name']}")
            parts.append(pieces.folded(f"{heading} ({len(found)})", shown))
    notes = "\n".join(pieces.paragraph(note, "message") for note in row["schedule_notes"])
    parts.append(pieces.folded("Notes on the dates", notes))
    return "\n".join(part for part in parts if part)
