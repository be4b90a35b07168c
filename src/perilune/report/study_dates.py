"""When the missions of a study leave: a row a mission, with how uncertain its date is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from perilune.cooperation.told import latest
from perilune.report.charts import Chart, Series
from perilune.report.picked import Picked
from perilune.report.station_drawing import colors_of

Row = Mapping[str, Any]

_BAR_PX = 10.0
_ROW_PX, _AROUND_PX = 34, 140
_LAST_PX = 22
_RED, _GRAY = 6, 7

NOTE = (
    "Bar: P10 to P90 of the launch date, from the slips of the past, dependencies and the computed "
    "launch windows; dimmed where the mission does not close."
)


def timelines(rows: Sequence[Row], baseline: str) -> Picked | None:
    """Return the launch dates of each variant, and the last launch of all of them."""
    dated = [row for row in rows if any(m["launch_date"]["p50"] for m in row["missions"])]
    if not dated:
        return None
    before = {m["name"]: m["launch_date"]["p50"]
              for row in rows if row["name"] == baseline for m in row["missions"]}  # fmt: skip
    ends = _ends(dated)
    colors = colors_of([m["lead"] for row in rows for m in row["missions"]])
    dated.sort(key=lambda row: row["name"] != baseline)
    charts = [
        _timeline(row, {} if row["name"] == baseline else before, ends, colors) for row in dated
    ]
    if len(dated) > 1:
        charts.insert(1, _lasts(dated, ends))
    return Picked("When missions leave", "variant", charts, NOTE)


def _ends(rows: Sequence[Row]) -> tuple[str, str]:
    """Return the first and the last date of all: every variant is drawn over the same years."""
    dates = [m[key] for row in rows for m in row["missions"] for key in ("planned",) if m[key]]
    dates += [d for row in rows for m in row["missions"] for d in m["launch_date"].values() if d]
    return f"{int(min(dates)[:4])}-01-01", f"{int(max(dates)[:4]) + 1}-01-01"


def _timeline(
    row: Row, before: Mapping[str, str | None], ends: tuple[str, str], colors: Mapping[str, int]
) -> Chart:
    missions = sorted(row["missions"], key=lambda m: str(m["planned"]))
    names = [mission["name"] for mission in missions]
    series = [_bars(own, who, colors[who], ends, is_good=is_good)
              for who in dict.fromkeys(m["lead"] for m in missions) for is_good in (True, False)
              if (own := _of(missions, who, is_good=is_good))]  # fmt: skip
    known = [m for m in missions if m["launch_date"]["p50"]]
    planned = Series(
        "planned", [m["planned"] for m in missions], names, "dots", color=_GRAY,
        symbol="line-ns-open", size=20.0,
        text=[f"{m['title']}: planned {m['planned']}" for m in missions],
    )  # fmt: skip
    marks = [
        Series("median (P50)", [m["launch_date"]["p50"] for m in known], [m["name"] for m in known],
               "dots", color=_RED, symbol="diamond", size=10.0, text=[_tell(m) for m in known])
    ]  # fmt: skip
    beside = [m for m in missions if before.get(m["name"])]
    if beside:
        marks.append(
            Series("median of the baseline", [before[m["name"]] for m in beside],
                   [m["name"] for m in beside], "dots", color=_GRAY, symbol="circle-open", size=9.0,
                   text=[f"baseline: {before[m['name']]}" for m in beside])
        )  # fmt: skip
    return Chart(
        f"timeline-{row['name']}", row["title"], "", "",
        [planned, *_windows(missions), *series, *marks],
        x_type="date", y_type="category", x_range=ends,
        height_px=_AROUND_PX + _ROW_PX * max(len(missions), 2),
    )  # fmt: skip


def _of(missions: Sequence[Row], who: str, *, is_good: bool) -> list[Row]:
    return [
        m
        for m in missions
        if m["lead"] == who and (m["physics"] == "closes") is is_good and m["launch_date"]["p10"]
    ]


def _bars(
    missions: Sequence[Row], who: str, color: int, ends: tuple[str, str], *, is_good: bool
) -> Series:
    x: list[Any] = []
    y: list[Any] = []
    text: list[str] = []
    for mission in missions:
        date = mission["launch_date"]
        x += [date["p10"], date["p90"] or ends[1], None]
        y += [mission["name"], mission["name"], None]
        text += [_tell(mission), _tell(mission), ""]
    return Series(who, x, y, text=text, color=color, width=_BAR_PX, opacity=1.0 if is_good else 0.5)


def _windows(missions: Sequence[Row]) -> list[Series]:
    """Return the launch windows of the year that was scanned, where the answer has them."""
    x: list[Any] = []
    y: list[Any] = []
    for mission in missions:
        for opens, closes in mission.get("launch_windows_utc") or ():
            x += [opens, closes, None]
            y += [mission["name"], mission["name"], None]
    return [Series("computed windows", x, y, color=_GRAY, width=22.0, opacity=0.35)] if x else []


def _tell(mission: Row) -> str:
    date = mission["launch_date"]
    lines = [
        f"<b>{mission['title']}</b>",
        f"P10 {date['p10']}, P50 {date['p50'] or 'later than looked at'}, "
        f"P90 {date['p90'] or 'later than looked at'}",
        f"planned {mission['planned']}, led by {mission['lead']}",
    ]
    waited = mission.get("waited_for") or {}
    if waited:
        what, share = max(waited.items(), key=lambda item: float(item[1]))
        lines.append(f"waits most often for {what} ({100.0 * share:.0f} %)")
    if mission["physics"] != "closes":
        lines.append("does not close")
    return "<br>".join(lines)


def _lasts(rows: Sequence[Row], ends: tuple[str, str]) -> Chart:
    """Return the last launch that closes, of every variant."""
    found = []
    for row in rows:
        dates = {level: latest(row, level) for level in ("p10", "p50", "p90")}
        if dates["p50"]:
            found.append((row, dates))
    found.sort(key=lambda pair: str(pair[1]["p50"]))
    x: list[Any] = []
    y: list[Any] = []
    text: list[str] = []
    for row, dates in found:
        x += [dates["p10"], dates["p90"] or ends[1], None]
        y += [row["name"], row["name"], None]
        told = f"{row['title']}<br>{dates['p10']}, {dates['p50']}, {dates['p90'] or 'later'}"
        text += [told, told, ""]
    names = [row["name"] for row, _ in found]
    medians = [dates["p50"] for _, dates in found]
    return Chart(
        "timeline-all", "all variants: their last launch that closes", "", "",
        [Series("P10 to P90", x, y, text=text, width=_BAR_PX, color=0),
         Series("median (P50)", medians, names, "dots", color=_RED, symbol="diamond", size=9.0,
                text=[text[3 * n] for n in range(len(found))])],
        x_type="date", y_type="category", x_range=ends,
        height_px=_AROUND_PX + _LAST_PX * len(found),
    )  # fmt: skip
