"""The page of `station upkeep`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from perilune.report import tables, words
from perilune.report.charts import Chart, Series
from perilune.report.sheet import Section, Sheet
from perilune.report.tables import Column, fixed

Row = Mapping[str, Any]


def sheet(document: Row) -> Sheet:
    """Return the page's content."""
    return Sheet(
        document["station"],
        f"{document['title']}: upkeep",
        headline(document),
        None,
        summary=f"From {document['from_utc'][:10]} on.",
        messages=_messages(document),
        facts=_facts(document),
        charts=_held_charts(document) if document["held"] else _shares(document),
        sections=list(_sections(document)),
    )


def headline(document: Row) -> str:
    """Return the answer in a line."""
    if not document["held"]:
        dates = document["reentry_utc"]
        if dates["p50"] is None:
            return f"Stays up for the {document['longest_years']:g} years looked at, as a median"
        return (
            f"Comes down on {_day(dates['p50'])} as a median ({_day(dates['p10'])} to "
            f"{_day(dates['p90'])}, P10 to P90)"
        )
    kg = document["propellant_kg_y"]
    return (
        f"{kg['p50']:,.0f} kg of propellant a year as a median ({kg['p10']:,.0f} to "
        f"{kg['p90']:,.0f} kg, P10 to P90), {document['reboost_dv_m_s_y']['p50']:.1f} m/s a year"
    )


def _day(utc: str | None) -> str:
    return utc[:10] if utc else "later than looked at"


def _messages(document: Row) -> list[str]:
    dates = document["reentry_utc"]
    said = []
    if document["held"]:
        said.append(
            f"Left alone it comes down on {_day(dates['p50'])} ({_day(dates['p10'])} to "
            f"{_day(dates['p90'])}, P10 to P90)."
        )
        low, high = document["band_km"]
        said.append(f"Held between {low:g} and {high:g} km; each raise is a Hohmann transfer.")
    elif document.get("as_flown") and document["miss_percent"] is not None:
        flown = document["as_flown"]
        said.append(
            f"It came down on {flown['reentry_utc'][:16].replace('T', ' ')} UTC: {_miss(document)}."
        )
    return said


def _miss(document: Row) -> str:
    lived, share = document["lived_d"], document["miss_percent"]
    days = abs(share) * lived / 100.0
    side = "late" if share > 0.0 else "early"
    return (
        f"the median is {days:.0f} days too {side}, {abs(share):.1f} % of the {lived:.0f} days "
        "that were left"
    )


def _facts(document: Row) -> list[tuple[str, str]]:
    drag = document["drag"]
    by = f"estimated over {drag['arc_d']:.0f} d" if drag["is_estimated"] else "as stated"
    facts = [
        ("Mass", f"{words.number(drag['mass_kg'], 0)} kg"),
        ("Mass over drag", f"{words.number(drag['mass_over_drag_kg_m2'], 1)} kg/m² ({by})"),
        ("Start", f"{drag['start_altitude_km']:.1f} km, {drag['start_utc'][:10]}"),
    ]
    if document["held"]:
        facts.append(("Avoiding collisions", f"{document['avoidance_m_s_y']:g} m/s a year"))
        facts.append(("Samples of the Sun's activity", words.number(document["samples_n"], 0)))
    if document.get("deorbit"):
        burn = document["deorbit"]
        where = "inside the area" if burn["status"] == "in_area" else burn["status"]
        told = f"{burn['dv_m_s']:.0f} m/s, {words.number(burn['propellant_kg'], 0)} kg, {where}"
        facts.append((f"Controlled end, {burn['area']}", told))
    return facts


def _held_charts(document: Row) -> list[Chart]:
    rows = document["altitude_km"]
    utc = [row["utc"] for row in rows]
    years = document["propellant_by_year_kg"]
    names = [f"year {n}" for n in range(1, len(years) + 1)]
    boosts = document["reboosts"]
    altitude = [
        Series("P10 to P90", utc, [r["p90"] for r in rows], "band", low=[r["p10"] for r in rows]),
        Series("median", utc, [row["p50"] for row in rows]),
        Series(
            "raises of the median sample",
            [row["utc"] for row in boosts],
            [row["to_km"] for row in boosts],
            "dots",
            text=[f"{r['from_km']:.1f} to {r['to_km']:.1f} km, {r['dv_m_s']:.2f} m/s, "
                  f"{r['propellant_kg']:.0f} kg" for r in boosts],
        ),
    ]  # fmt: skip
    spent = [
        Series(level, names, [row[key] for row in years], "bars")
        for key, level in (("p10", "P10"), ("p50", "median"), ("p90", "P90"))
    ]
    return [
        Chart("altitude", "Mean altitude", "UTC", "mean altitude, km", altitude, x_type="date"),
        Chart("years", "Propellant by year", "", "propellant, kg", spent, x_type="category"),
        _activity(document["by_activity"]),
    ]


def _activity(rows: Sequence[Row]) -> Chart:
    attitudes = list(dict.fromkeys(row["attitude"] for row in rows))
    series = []
    for color, activity in enumerate(dict.fromkeys(row["activity"] for row in rows)):
        for number, attitude in enumerate(attitudes):
            own = [r for r in rows if r["activity"] == activity and r["attitude"] == attitude]
            x, y = ([row[key] for row in own] for key in ("altitude_km", "propellant_kg_y"))
            held = f", {attitude}" if attitude else ""
            text = [f"{activity} activity{held}: {kg:,.0f} kg at {km:.0f} km"
                    for km, kg in zip(x, y, strict=True)]  # fmt: skip
            dash = _DASHES[number % len(_DASHES)][0]
            series.append(Series(activity, x, y, text=text, color=color, dash=dash))
    note = "Solar activity F10.7 of 70 (low), 130 and 200 (high) for a whole year."
    if len(attitudes) > 1:
        each = zip(attitudes, _DASHES, strict=False)
        note += f" Attitude: {', '.join(f'{name} {words}' for name, (_, words) in each)}."
    title = "Propellant a year by altitude, activity and attitude"
    return Chart("activity", title, "mean altitude, km", "propellant, kg", series, note=note,
                 y_type="log")  # fmt: skip


_DASHES = (
    ("solid", "full line"),
    ("dash", "dashed"),
    ("dot", "dotted"),
    ("dashdot", "dash and dot"),
)


def _fall(document: Row) -> Chart:
    rows, dates = document["altitude_km"], document["reentry_utc"]
    marks = {level.upper(): utc for level, utc in dates.items() if utc}
    flown = document.get("as_flown") or {}
    if flown:
        marks["came down"] = flown["reentry_utc"]
    line = Series("median", [row["utc"] for row in rows], [row["p50"] for row in rows])
    note = "The middle case: drag as given, the Sun's middle way; marked, when it comes down."
    return Chart("fall", "The way down", "UTC", "mean altitude, km", [line], note=note,
                 marks=marks, x_type="date")  # fmt: skip


def _shares(document: Row) -> list[Chart]:
    each = document["half_width_shares"]
    names = {"ballistic": "drag", "density": "density", "sun": "the Sun", "all": "all together"}
    known = {k: v for k, v in each.items() if v is not None}
    series = Series("", [names[k] for k in known], [100.0 * v for v in known.values()], "bars")
    note = "Half of P10 to P90, each unknown by itself."
    title = "What makes the date uncertain"
    bars = Chart("shares", title, "", "% of the life left", [series], note, x_type="category")
    return [_fall(document), bars] if known else [_fall(document)]


def _sections(document: Row) -> Sequence[Section]:
    found = (document["deorbit"] or {}).get("burns") or []
    burns = [{**row, "number": number} for number, row in enumerate(found, start=1)]
    end = tables.table(_BURNS, burns, "Burns of a controlled end") if burns else ""
    last = [Section("deorbit", "Controlled end", end)] if end else []
    return [*_own_sections(document), *last]


def _own_sections(document: Row) -> Sequence[Section]:
    if not document["held"]:
        rows = [
            {"name": level.upper(), "reentry_utc": utc, "lifetime_d": document["lifetime_d"][level]}
            for level, utc in document["reentry_utc"].items()
        ]
        return [Section("fall", "When it comes down", tables.table(_FALL, rows, "Dates"))]
    made = []
    if document["reboosts"]:
        table = tables.table(_BOOSTS, document["reboosts"], "Raises")
        made.append(Section("reboosts", "Raises of the median sample", table))
    table = tables.table(_ACTIVITY, document["by_activity"], "By altitude and activity")
    return [*made, Section("activity-table", "By altitude, attitude and activity", table)]


_FALL = [
    Column("Percentile", lambda row: escape(row["name"]), is_number=False),
    Column("UTC", lambda row: words.date(row["reentry_utc"]), is_number=False),
    fixed("Days left", "lifetime_d", 1),
]
_BOOSTS = [
    Column("Day, UTC", lambda row: words.date(row["utc"][:10]), is_number=False),
    fixed("From, km", "from_km", 1),
    fixed("To, km", "to_km", 1),
    fixed("Δv, m/s", "dv_m_s", 2),
    fixed("Propellant, kg", "propellant_kg", 0),
]
_BURNS = [
    Column("Burn", lambda row: words.number(row["number"], 0), is_number=False),
    Column("UTC", lambda row: words.date(row["utc"]), is_number=False),
    fixed("Δv, m/s", "dv_m_s", 1),
    fixed("Perigee after it, km", "perigee_altitude_km", 0),
    fixed("Apogee after it, km", "apogee_altitude_km", 0),
]
_ACTIVITY = [
    Column("Mean altitude, km", lambda row: words.number(row["altitude_km"], 1), is_number=False),
    Column("Sun", lambda row: escape(row["activity"]), is_number=False),
    Column("Attitude", lambda row: escape(row["attitude"] or "as stated"), is_number=False),
    fixed("Drag area, m²", "drag_area_m2", 0),
    fixed("Δv a year, m/s", "dv_m_s_y", 1),
    fixed("Propellant a year, kg", "propellant_kg_y", 0),
]
