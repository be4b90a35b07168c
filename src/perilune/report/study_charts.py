"""Charts of a study: how much closes at what price, and who brings how much of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from perilune.cooperation.told import closing, latest, units
from perilune.report import words
from perilune.report.charts import Chart, Series
from perilune.report.picked import Picked
from perilune.report.station_drawing import colors_of

Row = Mapping[str, Any]
Place = tuple[Any, int]

LAWS = ("permitted", "needs_approval", "unknown", "forbidden")
"""From the best to the worst."""

_SYMBOLS = ("circle", "diamond", "square", "x")  # of the laws, told apart without color
_COLORS = (2, 0, 7, 6)
_TOLD_N = 5  # variants at one point that are told at length
_REASONS_N = 2
_REASON_LENGTH = 90
_ROW_PX, _AROUND_PX = 20, 130


def approvals(row: Row) -> int:
    """Return how many rules ask for an approval."""
    return len({each["rule"] for each in row["rules"] if each["verdict"] == "needs_approval"})


# ---- how much closes against what it takes


@dataclass(frozen=True)
class Price:
    """What a variant takes, the less the better."""

    name: str
    title: str
    axis: str
    of: Callable[[Row], Any]
    x_type: str = "linear"


PRICES = (
    Price("p50", "the median date of its last launch",
          "median date of the last launch that closes", latest, "date"),
    Price("p90", "the date its last launch keeps nine times of ten",
          "P90 of the last launch that closes", lambda row: latest(row, "p90"), "date"),
    Price("approvals", "the approvals it needs", "rules that ask for an approval", approvals),
    Price("delay", "the delay by what is added", "median delay of a launch by what is added, d",
          lambda row: row["delay_d"]["p50"]),
)  # fmt: skip


def pareto(rows: Sequence[Row]) -> Picked | None:
    """Return how much closes against each price, with those that none beats in both."""
    charts = [_pareto(rows, price) for price in PRICES]
    kept = [chart for chart in charts if chart is not None]
    if not kept:
        return None
    note = (
        "A dot a variant. To the upper left is better; the dashed line joins those that no other "
        "one beats in both, of what is not forbidden. The others are dimmed."
    )
    return Picked("How much closes, and at what price", "against", kept, note)


def _pareto(rows: Sequence[Row], price: Price) -> Chart | None:
    at: dict[Place, list[Row]] = {}
    for row in rows:
        if (value := price.of(row)) is not None:
            at.setdefault((value, closing(row)), []).append(row)
    if len({value for value, _ in at}) < 2:
        return None  # all at one price: nothing to choose by it
    line = front([place for place, own in at.items() if _law(own) != "forbidden"])
    series = []
    if len(line) > 1:
        x, y = [value for value, _ in line], [count for _, count in line]
        series.append(Series("none beats these in both", x, y, "steps", color=7, dash=True))
        series += _names(at, line)
    for law, symbol, color in zip(LAWS, _SYMBOLS, _COLORS, strict=True):
        own = {place: found for place, found in at.items() if _law(found) == law}
        for is_best in (True, False):
            places = [place for place in own if (place in line) is is_best]
            if places:
                series.append(
                    Series(law.replace("_", " "), [p[0] for p in places], [p[1] for p in places],
                           "dots", text=[_tell(own[place]) for place in places], color=color,
                           symbol=symbol, size=11.0 if is_best else 8.0,
                           opacity=1.0 if is_best else 0.5)
                )  # fmt: skip
    name = f"pareto-{price.name}"
    return Chart(name, price.title, price.axis, "missions and stations that close", series,
                 x_type=price.x_type, is_counted=True)  # fmt: skip


def front(points: Sequence[Place]) -> list[Place]:
    """Return the points that none beats in both: a lower price, a higher count."""
    kept: list[Place] = []
    for price, count in sorted(set(points), key=lambda p: (p[0], -p[1])):
        if not kept or count > kept[-1][1]:
            kept.append((price, count))
    return kept


def _law(rows: Sequence[Row]) -> str:
    """Return the mildest verdict of law at a point."""
    return min((str(row["law"]) for row in rows), key=LAWS.index)


def _names(at: Mapping[Place, Sequence[Row]], line: Sequence[Place]) -> list[Series]:
    """Return the names along the front, the later half to the left of its points."""
    half = len(line) // 2
    return [
        Series("names", [value for value, _ in own], [count for _, count in own], "labels",
               text=[_named(at[place]) for place in own], place=side)
        for own, side in ((line[:half], "bottom right"), (line[half:], "top left"))
        if own
    ]  # fmt: skip


def _named(rows: Sequence[Row]) -> str:
    kept = [row["name"] for row in rows if row["law"] != "forbidden"]
    return f" {kept[0]}" + (f" and {len(kept) - 1} more" if len(kept) > 1 else "") + " "


def _tell(rows: Sequence[Row]) -> str:
    parts = [_in_words(row) for row in rows[:_TOLD_N]]
    if len(rows) > _TOLD_N:
        parts.append(f"and {len(rows) - _TOLD_N} more")
    return "<br>".join(parts)


def _in_words(row: Row) -> str:
    count = len(units(row))
    law = row["law"].replace("_", " ")
    lines = [f"<b>{row['title']}</b>", f"{closing(row)} of {count} close, {law}"]
    lines += [_short(reason) for reason in row["reasons"][:_REASONS_N]]
    if len(row["reasons"]) > _REASONS_N:
        lines.append(f"and {len(row['reasons']) - _REASONS_N} more reasons")
    return "<br>".join(lines)


def _short(text: str) -> str:
    return text if len(text) <= _REASON_LENGTH else f"{text[: _REASON_LENGTH - 2]} …"


# ---- who brings how much

_MEASURES = (
    ("mass_kg", "mass", "mass, t", 1e-3),
    ("launches_n", "launches", "launches", 1.0),
    ("roles_n", "roles", "roles", 1.0),
    ("dv_m_s", "velocity changes", "Δv, km/s", 1e-3),
    ("cost_musd", "cost, where it is known", "cost, M$", 1.0),
)


def shares(rows: Sequence[Row], partners: Sequence[str]) -> Picked | None:
    """Return who brings how much of each variant."""
    charts = []
    for key, title, axis, scale in _MEASURES:
        kept = [row for row in rows if any(each.get(key) for each in row["shares"])]
        if kept:
            charts.append(_shared(kept, partners, key, (title, axis, scale)))
    if not charts:
        return None
    return Picked("Who brings how much", "of the", charts, "A bar a variant, a color a partner.")


def _shared(
    rows: Sequence[Row], partners: Sequence[str], key: str, measure: tuple[str, str, float]
) -> Chart:
    title, axis, scale = measure
    names = [row["name"] for row in rows]
    reached = dict.fromkeys(names, 0.0)
    colors = colors_of(partners)
    series = []
    for partner in partners:
        low, high, text = [], [], []
        for row in rows:
            own: Row = next((each for each in row["shares"] if each["partner"] == partner), {})
            value = scale * float(own.get(key) or 0.0)
            low.append(round(reached[row["name"]], 4))
            reached[row["name"]] += value
            high.append(round(reached[row["name"]], 4))
            text.append(f"{row['title']}<br>{partner}: {words.plain(value, 1)} ({axis})")
        if any(b > a for a, b in zip(low, high, strict=True)):
            series.append(
                Series(partner, high, names, "spans", low=low, text=text, color=colors[partner])
            )
    return Chart(f"shares-{key}", title, axis, "", series, y_type="category",
                 height_px=_AROUND_PX + _ROW_PX * len(rows))  # fmt: skip
