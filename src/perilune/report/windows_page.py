"""The page of a scan of launch dates: the answer first, then the plots and the table behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from perilune.missions.scan_result import Windows
from perilune.report import pieces, tables, windows_days, words
from perilune.report.frame import framed, section
from perilune.report.tables import Column, fixed
from perilune.report.why_not import grouped
from perilune.report.windows_figures import figures_data

Row = Mapping[str, Any]

ROWS = 400
"""Rows of a table at most; the files have all."""


def best_of(windows: Windows) -> dict[str, Any] | None:
    """Return the feasible opportunity of least total velocity change; None where there is none."""
    rows = [row for row in windows.opportunities if row["feasible"]]
    return min(rows, key=lambda row: float(row["total_dv_m_s"]), default=None)


def windows_page(windows: Windows, as_flown: str | None = None) -> str:
    """Return one HTML page that needs nothing else, not even a network.

    Parameters
    ----------
    windows : Windows
    as_flown : str, optional
        UTC of the lift-off that really happened, for comparison.

    Returns
    -------
    str
    """
    document = windows.to_json()
    title = f"{windows.title or windows.name}: launch windows"
    return framed(
        title=title,
        name=windows.name,
        summary=_span_of(document),
        verdict=_verdict(windows),
        body="\n".join([_days(windows), _plots(windows), *_sections(windows)]),
        document=document,
        drawn=figures_data(windows, as_flown),
        scripts=["windows.js", "picked.js"],
        styles=["windows.css"],
    )


def _span_of(document: Row) -> str:
    return f"Lift-offs from {_plain(document['from'])} to {_plain(document['to'])} UTC."


def _plain(utc: str) -> str:
    return utc.replace("T", " ").rstrip("Z").removesuffix(":00")


# ---- the answer


def _verdict(windows: Windows) -> str:
    best, count = best_of(windows), len(windows.opportunities)
    kind, sign = ("bad", "✗") if best is None else ("good", "✓")
    text = (
        f"None of {count} launch opportunities is feasible"
        if best is None
        else f"{windows.feasible_n} of {count} launch opportunities are feasible"
    )
    parts = [
        f'<div class="verdict {kind}">',
        f'<p class="headline"><span aria-hidden="true">{sign}</span> {escape(text)}</p>',
        pieces.paragraph(_best_in_words(best), "message") if best else "",
        pieces.pairs(_facts(windows), "facts"),
        "</div>",
    ]
    return "\n".join(part for part in parts if part)


def _best_in_words(best: Row) -> str:
    spare = best["margin_kg"]
    margin = "" if spare is None else f", {spare:,.0f} kg to spare"
    there = f", landing {best['landing_utc'][:10]}" if best["landing_utc"] else ""
    return (
        f"Best: lift-off {_plain(best['launch_utc'])} UTC, {best['branch']} branch, "
        f"{best['coast']} coast, {best['total_dv_m_s']:,.1f} m/s in all{margin}, arrival "
        f"{_plain(best['arrival_utc'])}{there}."
    )


def _facts(windows: Windows) -> list[tuple[str, str]]:
    days = {row["launch_utc"][:10] for row in windows.opportunities if row["feasible"]}
    scanned = {row["launch_utc"][:10] for row in windows.opportunities}
    facts = [
        ("Days with a feasible lift-off", f"{len(days)} of {len(scanned)}"),
        ("Cells", words.number(windows.cells_n, 0)),
        ("Solvable", words.number(windows.solvable_n, 0)),
        ("Converged", words.number(windows.converged_n, 0)),
        ("Feasible cells", words.number(int(windows.cells["feasible"].sum()), 0)),
        ("Window allowance", f"{words.scalar(windows.limits.dv_allowance_m_s)} m/s"),
    ]
    if windows.assumed:
        link = f'<a href="#assumed">{len(windows.assumed)}, listed below</a>'
        facts.append(("Assumed figures", link))
    return facts


# ---- the plots


def _plots(windows: Windows) -> str:
    switch = (
        '<span class="switch" role="group" aria-label="Vertical axis">'
        '<button type="button" data-view="arrival" aria-pressed="true">arrival date</button>'
        '<button type="button" data-view="flight" aria-pressed="false">flight time</button></span>'
    )
    boxes = [
        _figure("map", "Total Δv over lift-off and arrival",
                "Best cell of each lift-off date and branch. Full color: feasible; dimmed: solved, "
                "not feasible. Dots: the flight time chosen; star: the best.", switch),
        _figure("cost", "Total Δv of each lift-off",
                "Injection and capture as impulses: burns of some length take more, which `fly` "
                "tells. Filled: feasible; hollow: not."),
        _figure("daily", "Daily windows",
                "Open while the Δv allowance lasts; the tick is the lift-off itself. Of each day "
                "the upper bar is the short coast, the lower the long one."),
    ]  # fmt: skip
    if windows.limits.landing is not None:
        site = windows.limits.landing.site_name
        note = f"Sun elevation over {site} at touchdown, with its limits. Filled: feasible."
        boxes.append(_figure("light", "Light at the landing", note))
    body = "\n".join(boxes)
    return f'<section id="plots">\n<h2>Windows</h2>\n{body}\n</section>'


def _figure(name: str, title: str, note: str, switch: str = "") -> str:
    return (
        f"<figure>\n<figcaption><strong>{escape(title)}</strong> {escape(note)}{switch}"
        f'</figcaption>\n<div class="plot {name}" data-figure="{name}" role="img" '
        f'aria-label="{escape(title)}: its figures are in the table below"></div>\n'
        "<noscript>This plot needs JavaScript.</noscript>\n</figure>"
    )


# ---- what stands behind it


def _days(windows: Windows) -> str:
    rows = windows_days.days(windows.opportunities)
    kept, left = _few(rows, [row for row in rows if row["is_good"]])
    table = windows_days.table(kept) + pieces.paragraph(left, "message") if kept else ""
    return section("days", "Day by day", table)


def _sections(windows: Windows) -> Iterator[str]:
    groups = grouped(windows.opportunities)
    if groups:
        counted = [{"reason": group.reason, "count": group.count} for group in groups]
        yield section("reasons", "Why not", tables.table(_REASONS, counted[:30], "Reasons"))
    every = windows.opportunities
    rows, left = _few(every, [row for row in every if row["feasible"]])
    if rows:
        more = pieces.paragraph(left, "message") if left else ""
        table = tables.table(_COLUMNS, rows, "Launch opportunities")
        yield section("opportunities", "Launch opportunities", table + more)
    if windows.assumed:
        table = pieces.folded_figures(tables.assumed(windows.assumed), len(windows.assumed))
        yield section("assumed", "Assumed or unconfirmed figures", table)


def _few(rows: Sequence[Row], feasible: Sequence[Row]) -> tuple[list[Row], str]:
    """Return the rows a table shows, and what it says of those left out."""
    if len(rows) <= ROWS:
        return list(rows), ""
    kept = (list(feasible) or list(rows))[:ROWS]
    kind = "the feasible ones" if feasible and len(kept) == len(feasible) else "the first"
    return kept, f"Shown: {kind}. All {len(rows):,} are in opportunities.csv."


def _reasons(row: Row) -> str:
    return "; ".join(escape(reason) for reason in row["why_not"])


def _date(title: str, key: str) -> Column:
    return Column(title, lambda row: words.date(row[key]), key, is_number=False, optional=True)


_REASONS = [
    Column("Reason", lambda row: escape(row["reason"]), is_number=False, is_prose=True),
    fixed("Lift-offs and branches", "count", 0),
]
_COLUMNS = [
    _date("Lift-off, UTC", "launch_utc"),
    Column("Feasible", windows_days.mark, is_number=False, choices=True),
    Column("Window, UTC", windows_days.window, is_number=False),
    fixed("Total Δv, m/s", "total_dv_m_s", 1),
    fixed("Margin, kg", "margin_kg", 0),
    _date("Arrival, UTC", "arrival_utc"),
    _date("Landing, UTC", "landing_utc"),
    fixed("Sun, °", "sun_elevation_deg", 1),
    fixed("Earth, °", "earth_elevation_deg", 1),
    Column("Branch", lambda row: escape(row["branch"]), is_number=False, choices=True),
    Column("Coast", lambda row: escape(row["coast"]), is_number=False, choices=True),
    fixed("Azimuth, °", "azimuth_deg", 1),
    fixed("Inclination, °", "inclination_deg", 2),
    fixed("Flight time, h", "flight_time_h", 1),
    fixed("TLI, m/s", "tli_dv_m_s", 1),
    fixed("LOI, m/s", "loi_dv_m_s", 1),
    fixed("Injected mass, kg", "injected_mass_kg", 0),
    Column("Why not", _reasons, is_number=False, is_prose=True),
]
