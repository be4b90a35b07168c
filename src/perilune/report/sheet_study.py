"""The page of a study: its variants beside each other, and what stands behind each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from perilune.report import pieces, tables, words
from perilune.report.charts import Chart, Series
from perilune.report.sheet import Section, Sheet
from perilune.report.tables import Column, fixed

Row = Mapping[str, Any]

VERDICTS = ("closes", "needs_approval", "unknown", "forbidden", "does_not_close")
"""From the best to the worst."""

_KIND = {
    "closes": "good",
    "permitted": "good",
    "needs_approval": "open",
    "unknown": "open",
    "not_evaluated": "open",
    "forbidden": "bad",
    "does_not_close": "bad",
}


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
        charts=[_pareto(rows), _timeline(rows, document["baseline"]), _matrix(rows)],
        sections=list(_sections(document)),
    )


def headline(document: Row) -> str:
    """Return the answer in a line."""
    rows = document["variants"]
    good = [row["name"] for row in rows if row["verdict"] == "closes"]
    if not good:
        physics = sum(row["physics"] == "closes" for row in rows)
        return f"None of {len(rows)} variants closes and is permitted; {physics} close physically"
    return f"{len(good)} of {len(rows)} variants close and are permitted"


def _counts(rows: Sequence[Row]) -> list[tuple[str, str]]:
    counts = [(v, sum(row["verdict"] == v for row in rows)) for v in VERDICTS]
    return [(words.sentence(v), words.number(n, 0)) for v, n in counts if n]


# ---- the charts


def _closing(row: Row) -> int:
    return sum(each["physics"] == "closes" for each in [*row["missions"], *row["stations"]])


def _latest(row: Row) -> str | None:
    dates = [m["launch_date"]["p50"] for m in row["missions"] if m["physics"] == "closes"]
    return max((date for date in dates if date), default=None)


def _pareto(rows: Sequence[Row]) -> Chart:
    series = []
    for law in dict.fromkeys(row["law"] for row in rows):
        own = [row for row in rows if row["law"] == law and _latest(row)]
        series.append(
            Series(
                law.replace("_", " "),
                [_latest(row) for row in own],
                [_closing(row) for row in own],
                "dots",
                text=[
                    f"{row['title']}<br>{_closing(row)} close, last {_latest(row)}" for row in own
                ],
            )
        )
    front = _front([(_latest(row) or "9999", _closing(row)) for row in rows if _latest(row)])
    series.append(Series("best of both", [d for d, _ in front], [n for _, n in front], dash=True))
    return Chart(
        "pareto",
        "How much closes, and by when",
        "median date of the last launch that closes",
        "missions and stations that close",
        series,
        note="To the upper left is better.",
        x_type="date",
    )


def _front(points: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the points that none beats in both."""
    kept: list[tuple[str, int]] = []
    for date, count in sorted(set(points), key=lambda p: (p[0], -p[1])):
        if not kept or count > kept[-1][1]:
            kept.append((date, count))
    return kept


def _timeline(rows: Sequence[Row], baseline: str) -> Chart:
    """Return when the missions of the baseline leave."""
    row = next(row for row in rows if row["name"] == baseline)
    missions = [m for m in row["missions"] if m["launch_date"]["p50"]]
    x: list[Any] = []
    y: list[Any] = []
    text: list[str] = []
    for mission in missions:
        date = mission["launch_date"]
        x += [date["p10"], date["p90"] or date["p50"], None]
        y += [mission["name"]] * 2 + [None]
        text += [f"{mission['title']}: {date['p10']} to {date['p90'] or 'later'}"] * 2 + [""]
    names = [mission["name"] for mission in missions]
    return Chart(
        "timeline",
        f"When each mission leaves: {row['title']}",
        "",
        "",
        [
            Series("P10 to P90", x, y, text=text, width=8),
            Series("median", [m["launch_date"]["p50"] for m in missions], names, "dots"),
            Series("planned", [m["planned"] for m in missions], names, "dots"),
        ],
        note="Slips of the past, dependencies, and the computed launch windows.",
        x_type="date",
        y_type="category",
    )


def _matrix(rows: Sequence[Row]) -> Chart:
    """Return what closes in which variant."""
    found: dict[str, tuple[list[str], list[str], list[str]]] = {
        "closes": ([], [], []),
        "does not close": ([], [], []),
    }
    for row in rows:
        for each in [*row["missions"], *row["stations"]]:
            closes = each["physics"] == "closes"
            x, y, text = found["closes" if closes else "does not close"]
            x.append(each["name"])
            y.append(row["name"])
            why = "" if closes else f"<br>{each['why_not'][0][:120]}"
            text.append(f"{row['name']}: {each['name']}{why}")
    colors = {"closes": 2, "does not close": 6}
    series = [
        Series(name, x, y, "dots", text=text, color=colors[name])
        for name, (x, y, text) in found.items()
    ]
    return Chart(
        "matrix",
        "What closes in which variant",
        "",
        "",
        series,
        x_type="category",
        y_type="category",
        height_px=160 + 22 * len(rows),
    )


# ---- what stands behind it


def _sections(document: Row) -> Iterator[Section]:
    rows = document["variants"]
    table = tables.table(_COMPARISON, rows, "Variants")
    yield Section("comparison", "Comparison", table)
    alike = document.get("matching")
    if alike and alike["pairs"]:
        heading = f"Missions of {alike['ours']} and {alike['theirs']} that are alike"
        yield Section("matching", heading, tables.table(_ALIKE, alike["pairs"], heading))
    for row in rows:
        yield Section(f"variant-{row['name']}", row["title"], _variant(row))


def _variant(row: Row) -> str:
    parts = [pieces.paragraph(text, "message") for text in row["summary"]]
    if row["missions"]:
        parts.append(tables.table(_MISSIONS, row["missions"], f"Missions of {row['name']}"))
    if row["stations"]:
        parts.append(tables.table(_STATIONS, row["stations"], f"Stations of {row['name']}"))
    if row["rules"]:
        parts.append(tables.table(_RULES, row["rules"][:30], f"Rules on {row['name']}"))
    if row["shares"]:
        parts.append(tables.table(_SHARES, row["shares"], f"Shares in {row['name']}"))
    if row["withdrawals"]:
        parts.append(tables.table(_BREAKS, row["withdrawals"], f"Withdrawals in {row['name']}"))
    parts += [pieces.paragraph(note, "message") for note in row["schedule_notes"]]
    return "\n".join(part for part in parts if part)


def _mark(key: str) -> Any:
    def show(row: Row) -> str:
        value = str(row[key])
        kind, text = _KIND.get(value, "open"), escape(value.replace("_", " "))
        return f'<span class="mark {kind}">{text}</span>'

    return show


def _text(key: str) -> Any:
    return lambda row: escape(str(row.get(key) or "")) or words.NOTHING


def _name(row: Row) -> str:
    return f'<a href="#variant-{escape(row["name"])}">{escape(row["title"])}</a>'


def _of(row: Row) -> str:
    return f"{_closing(row)} of {len(row['missions']) + len(row['stations'])}"


def _margins(row: Row) -> str:
    told = [
        f"{m['name']} {m['margin_kg']:,.0f}" for m in row["missions"] if m["margin_kg"] is not None
    ]
    return escape(", ".join(told)) or words.NOTHING


def _join(key: str) -> Any:
    return lambda row: escape(", ".join(row[key])) or words.NOTHING


def _dates(row: Row) -> str:
    date = row["launch_date"]
    if not date["p50"]:
        return words.NOTHING
    return f"{date['p10']} – <strong>{date['p50']}</strong> – {date['p90'] or 'later'}"


def _roles(row: Row) -> str:
    told = (f"{role.replace('_', ' ')}: {', '.join(who)}" for role, who in row["roles"].items())
    return escape("; ".join(told)) or words.NOTHING


def _contact(row: Row) -> str:
    found = row.get("coverage") or {}
    return escape(str(found.get("text") or found.get("refused") or "")) or words.NOTHING


def _chance(row: Row) -> str:
    found = row.get("reliability")
    if not found:
        return words.NOTHING
    told = f"{100 * found['p']:.0f} % ({100 * found['low']:.0f} to {100 * found['high']:.0f})"
    return escape(f"{told}, weakest: {row['weakest_link']}")


def _why(row: Row) -> str:
    return escape("; ".join(row["why_not"])) or words.NOTHING


def _lost(row: Row) -> str:
    told = (f"{each['mission']} ({each['because']})" for each in row["breaks"])
    return escape("; ".join(told)) or words.NOTHING


def _replaced(row: Row) -> str:
    told = (f"{each['mission']}, {each['role']}: {each['by']} of {each['provider']}"
            for each in row["replaced"])  # fmt: skip
    return escape("; ".join(told)) or words.NOTHING


def _because(row: Row) -> str:
    told = (f"{each['feature']}: {each['because']}" for each in row["features"])
    return escape("; ".join(told))


_ALIKE = [
    Column("One", _text("ours"), is_number=False),
    Column("The other", _text("theirs"), is_number=False),
    fixed("Alike, of 1", "score", 2),
    Column("Because", _because, is_number=False, is_prose=True),
]
_COMPARISON = [
    Column("Variant", _name, is_number=False),
    Column("Verdict", _mark("verdict"), is_number=False),
    Column("Physics", _mark("physics"), is_number=False),
    Column("Law", _mark("law"), is_number=False),
    Column("Close", _of),
    Column("Margins, kg", _margins, is_number=False, is_prose=True),
    Column("Delay by what is added, d (P50)", lambda r: words.number(r["delay_d"]["p50"], 0)),
    Column("Nobody can replace", _join("critical_partners"), is_number=False),
]
_MISSIONS = [
    Column("Mission", _text("title"), is_number=False),
    Column("Physics", _mark("physics"), is_number=False),
    fixed("Margin, kg", "margin_kg", 0),
    fixed("Δv, m/s", "dv_m_s", 0),
    Column("Leaves (P10, P50, P90)", _dates, is_number=False),
    Column("Roles", _roles, is_number=False, is_prose=True),
    Column("Contact", _contact, is_number=False, is_prose=True),
    Column("Chance that all holds", _chance, is_number=False),
    Column("Why not", _why, is_number=False, is_prose=True),
]
_STATIONS = [
    Column("Station", _text("name"), is_number=False),
    Column("Physics", _mark("physics"), is_number=False),
    fixed("Flights", "flights_n", 0),
    fixed("Close", "closing_n", 0),
    fixed("Mass, kg", "mass_kg", 0),
    Column("Why not", _why, is_number=False, is_prose=True),
]
_RULES = [
    Column("Rule", _text("rule"), is_number=False),
    Column("Effect", _text("effect"), is_number=False),
    Column("Because", _text("because"), is_number=False, is_prose=True),
    Column("Lifted by", _text("lifted_by"), is_number=False, is_prose=True),
    Column("Source", _text("citation"), is_number=False, is_prose=True),
    Column("Standing", _text("confidence"), is_number=False),
]
_SHARES = [
    Column("Partner", _text("partner"), is_number=False),
    fixed("Mass, kg", "mass_kg", 0),
    fixed("Launches", "launches_n", 0),
    fixed("Roles", "roles_n", 0),
    fixed("Δv, m/s", "dv_m_s", 0),
    fixed("Cost, M$", "cost_musd", 0),
]
_BREAKS = [
    Column("If it withdraws", _text("partner"), is_number=False),
    Column("is lost", _lost, is_number=False, is_prose=True),
    Column("is replaced by", _replaced, is_number=False, is_prose=True),
]
