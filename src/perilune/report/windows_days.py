"""A scan of launch dates day by day: the best lift-off of each, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from perilune.report import tables, words
from perilune.report.tables import Column, fixed
from perilune.report.why_not import grouped

Row = Mapping[str, Any]

_REASONS_N = 2


def days(opportunities: Sequence[Row]) -> list[dict[str, Any]]:
    """Return a row for each day of a scan that has lift-offs, in their order.

    Its figures are those of its feasible opportunity of least total velocity change; a day without
    one says why, the most frequent reason first.
    """
    found: dict[str, list[Row]] = {}
    for row in opportunities:
        found.setdefault(row["launch_utc"][:10], []).append(row)
    return [_day(day, rows) for day, rows in sorted(found.items())]


def _day(day: str, rows: Sequence[Row]) -> dict[str, Any]:
    good = [row for row in rows if row["feasible"]]
    count = {"day": day, "feasible_n": len(good), "opportunities_n": len(rows)}
    if not good:
        reasons = [group.reason for group in grouped(rows)]
        more = len(reasons) - _REASONS_N
        told = "; ".join(reasons[:_REASONS_N]) + (f"; and {more} more" if more > 0 else "")
        return {**count, "is_good": False, "why_not": told}
    best = min(good, key=lambda row: float(row["total_dv_m_s"]))
    return {**count, **best, "is_good": True, "why_not": None}


def table(rows: Sequence[Row]) -> str:
    """Return the table of the days."""
    return tables.table(list(_columns()), rows, "Days")


def _columns() -> Iterator[Column]:
    yield Column("Day, UTC", lambda row: words.date(row["day"]), is_number=False)
    yield Column("Feasible", mark, is_number=False, choices=True)
    yield Column("Lift-offs and branches", _counted)
    yield Column("Best lift-off, UTC", lambda row: _clock(row.get("launch_utc")))
    yield Column("Window, UTC", window, is_number=False)
    yield fixed("Total Δv, m/s", "total_dv_m_s", 1)
    yield fixed("Margin, kg", "margin_kg", 0)
    yield Column("Landing, UTC", _landing, "landing_utc", is_number=False, optional=True)
    yield fixed("Sun at the landing, °", "sun_elevation_deg", 1)
    yield Column("Why not", _why, "why_not", is_number=False, optional=True, is_prose=True)


def mark(row: Row) -> str:
    """Return whether a day or an opportunity is feasible."""
    if row.get("is_good", row.get("feasible")):
        return '<span class="mark good">✓ feasible</span>'
    return '<span class="mark bad">✗ no</span>'


def window(row: Row) -> str:
    """Return from when to when a lift-off may be; the day after is marked."""
    opens, closes = row.get("window_open_utc"), row.get("window_close_utc")
    if opens is None or closes is None:
        return words.NOTHING
    later = " (+1 d)" if closes[:10] > opens[:10] else ""
    return f'<span class="hours">{escape(f"{opens[11:16]} – {closes[11:16]}{later}")}</span>'


def _counted(row: Row) -> str:
    return f"{row['feasible_n']} of {row['opportunities_n']}"


def _clock(utc: str | None) -> str:
    return escape(utc[11:19]) if utc else words.NOTHING


def _landing(row: Row) -> str:
    return words.date(row.get("landing_utc"))


def _why(row: Row) -> str:
    return escape(row["why_not"] or "") or words.NOTHING
