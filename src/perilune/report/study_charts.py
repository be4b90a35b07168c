"""Charts of a study: how much closes by when, when missions leave, what closes where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from perilune.report.charts import Chart, Series

Row = Mapping[str, Any]


def closing(row: Row) -> int:
    """Return how many missions and stations close."""
    return sum(each["physics"] == "closes" for each in [*row["missions"], *row["stations"]])


def latest(row: Row) -> str | None:
    """Return the median date of the last launch that closes."""
    dates = [m["launch_date"]["p50"] for m in row["missions"] if m["physics"] == "closes"]
    return max((date for date in dates if date), default=None)


def pareto(rows: Sequence[Row]) -> Chart:
    """Return how much closes, and by when."""
    series = []
    for law in dict.fromkeys(row["law"] for row in rows):
        own = [row for row in rows if row["law"] == law and latest(row)]
        series.append(
            Series(
                law.replace("_", " "),
                [latest(row) for row in own],
                [closing(row) for row in own],
                "dots",
                text=[f"{row['title']}<br>{closing(row)} close, last {latest(row)}" for row in own],
            )
        )
    front = _front([(latest(row) or "9999", closing(row)) for row in rows if latest(row)])
    series.append(Series("best of both", [d for d, _ in front], [n for _, n in front], dash=True))
    return Chart(
        "pareto",
        "How much closes, and by when",
        "median date of the last launch that closes",
        "missions and stations that close",
        series,
        note="To the upper left is better.",
        x_type="date",
        is_counted=True,
    )


def _front(points: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the points that none beats in both."""
    kept: list[tuple[str, int]] = []
    for date, count in sorted(set(points), key=lambda p: (p[0], -p[1])):
        if not kept or count > kept[-1][1]:
            kept.append((date, count))
    return kept


def timeline(rows: Sequence[Row], baseline: str) -> Chart:
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


def matrix(rows: Sequence[Row]) -> Chart:
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
        height_px=min(160 + 22 * len(rows), 3000),
    )
