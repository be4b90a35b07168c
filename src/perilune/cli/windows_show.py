"""What `perilune windows` shows: feasible opportunities, counts, the best day, and why not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perilune.cli import output
from perilune.report.why_not import grouped

if TYPE_CHECKING:
    from perilune.missions.scan_result import Windows

ROWS = 40
"""Opportunities shown at most; the files have all."""


def show(found: Windows, folder: Path) -> None:
    """Print the outcome of a scan."""
    output.line(f"{found.name}: {found.title}")
    feasible = [row for row in found.opportunities if row["feasible"]]
    if feasible:
        _table(feasible)
    count = len(found.opportunities)
    output.line(
        f"Cells: {found.cells_n:,}, of these {found.solvable_n:,} solvable, "
        f"{found.converged_n:,} converged, "
        f"{int(found.cells['feasible'].sum()):,} feasible ({found.elapsed_s:.1f} s)."
    )
    output.line(_verdict(feasible, count))
    for group in grouped(found.opportunities)[:3]:
        output.line(f"  {group.count} of {count}: {group.reason}")
    if found.assumed:
        names = (row["what"].replace(":", "").partition(" (")[0] for row in found.assumed)
        output.line(f"Not confirmed by a source: {', '.join(dict.fromkeys(names))}.")
    output.line(f"Constants {found.provenance['constants']}; outputs in {folder}/")


def _table(feasible: list[dict[str, Any]]) -> None:
    used = [column for column in _COLUMNS if column[3] or any(map(column[4], feasible))]
    rows = [[show(row) for *_, show in used] for row in feasible[:ROWS]]
    columns = [(title, side, rank) for title, side, rank, *_ in used]
    output.table(
        "Feasible opportunities (UTC; m/s of impulses)", columns, rows, "opportunities.csv"
    )
    if len(feasible) > ROWS:
        output.line(f"... and {len(feasible) - ROWS} more in opportunities.csv")
        output.line()


def _verdict(feasible: list[dict[str, Any]], count: int) -> str:
    if not feasible:
        return f"NOTHING FEASIBLE: none of {count} opportunities (a lift-off and a branch each)."
    best = min(feasible, key=lambda row: float(row["total_dv_m_s"]))
    share = 100.0 * (count - len(feasible)) / count
    return (
        f"BEST DAY {best['launch_utc'][:10]}: {best['total_dv_m_s']:,.1f} m/s, lift-off "
        f"{best['launch_utc'][11:19]} UTC. {share:.0f} % of {count} opportunities (a lift-off and "
        f"a branch each) are not feasible{':' if share else '.'}"
    )


def _day(key: str) -> Callable[[dict[str, Any]], str]:
    return lambda row: (row[key] or "")[5:16].replace("T", " ")


def _window(row: dict[str, Any]) -> str:
    if row["window_open_utc"] is None:
        return ""
    return f"{row['window_open_utc'][11:16]}-{row['window_close_utc'][11:16]}"


def _number(key: str, digits: int) -> Callable[[dict[str, Any]], str]:
    return lambda row: "" if row[key] is None else f"{row[key]:,.{digits}f}"


Shown = tuple[str, str, int, bool, Callable[[dict[str, Any]], str]]
_COLUMNS: list[Shown] = [  # title, side, rank, shown even where empty, cell
    ("lift-off", "left", 0, True, lambda row: row["launch_utc"][:16].replace("T", " ")),
    ("window", "left", 0, True, _window),
    ("arrival", "left", 0, True, _day("arrival_utc")),
    ("landing", "left", 2, False, _day("landing_utc")),
    ("branch", "left", 0, True, lambda row: row["branch"]),
    ("coast", "left", 3, True, lambda row: row["coast"]),
    ("azim", "right", 8, True, _number("azimuth_deg", 1)),
    ("incl", "right", 9, True, _number("inclination_deg", 2)),
    ("h", "right", 5, True, _number("flight_time_h", 0)),
    ("TLI", "right", 7, True, _number("tli_dv_m_s", 1)),
    ("LOI", "right", 6, True, _number("loi_dv_m_s", 1)),
    ("total", "right", 0, True, _number("total_dv_m_s", 1)),
    ("margin kg", "right", 0, False, _number("margin_kg", 0)),
    ("sun", "right", 4, False, _number("sun_elevation_deg", 1)),
]
