"""Tables of a study: variants beside each other, missions, rules, shares, withdrawals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from perilune.cooperation.told import closing, latest, units
from perilune.report import words
from perilune.report.study_marks import listed, marked, sign, signed
from perilune.report.tables import Column, fixed

Row = Mapping[str, Any]


def _name(row: Row) -> str:
    return f'<a href="#variant-{escape(row["name"])}">{escape(row["title"])}</a>'


def _of(row: Row) -> str:
    return f"{closing(row)} of {len(row['missions']) + len(row['stations'])}"


def _date(title: str, level: str) -> Column:
    return Column(title, lambda row: _day(row["launch_date"][level], row), is_number=False)


def _day(day: str | None, row: Row) -> str:
    """Return a launch date; where others of the mission are known it is later than looked at."""
    return words.date(day) if day or not row["launch_date"]["p10"] else "later"


def _roles(row: Row) -> str:
    """Return who fills which role, marked where what is brought is not confirmed."""
    open_ones = row.get("unconfirmed") or ()
    told = (
        f"{escape(role.replace('_', ' '))}: {', '.join(_filler(w, w in open_ones) for w in who)}"
        for role, who in row["roles"].items()
    )
    return "; ".join(told) or words.NOTHING


def _filler(name: str, is_open: bool) -> str:
    mark = '<a class="dagger" href="#assumed" title="not confirmed by a source">†</a>'
    return escape(name) + (mark if is_open else "")


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


def _beside(row: Row) -> str:
    found = row["beside_baseline"]
    told = [f"{name} closes" for name in found["closes"]]
    told += [f"{name} does not close" for name in found["fails"]]
    return escape(", ".join(told)) or words.NOTHING


def _last(row: Row) -> str:
    return words.date(latest(row))


def _partners(row: Row) -> str:
    return escape(", ".join(each["partner"] for each in row["shares"])) or words.NOTHING


def _needs_of_others(row: Row) -> str:
    """Return whom missions of others cannot do without."""
    told = (
        f"{each['partner']} ({', '.join(sorted(lost))})"
        for each in row["withdrawals"]
        if (lost := {b["mission"] for b in each["breaks"] if not _leads(b)})
    )
    return escape("; ".join(told)) or words.NOTHING


def _leads(lost: Row) -> bool:
    return bool(lost["because"].endswith("leads it"))


def _filled(row: Row) -> str:
    told = (f"{role.replace('_', ' ')}: {', '.join(who)}" for role, who in row["roles"].items())
    return escape("; ".join(told)) or words.NOTHING


def matrix(rows: Sequence[Row]) -> list[Column]:
    """Return the columns of what closes in which variant: one a mission or station."""
    names = dict.fromkeys(each["name"] for row in rows for each in units(row))
    return [
        Column("Variant", _name, is_number=False),
        *(Column(name, _sign(name), is_number=False) for name in names),
    ]


def _sign(name: str) -> Any:
    def show(row: Row) -> str:
        return next((sign(each["physics"]) for each in units(row) if each["name"] == name), "")

    return show


ALIKE = [
    Column("One", listed("ours"), is_number=False),
    Column("The other", listed("theirs"), is_number=False),
    fixed("Alike, of 1", "score", 2),
    Column("Because", _because, is_number=False, is_prose=True),
]
COMPARISON = [
    Column("Variant", _name, is_number=False),
    Column("Verdict", marked("verdict"), is_number=False, choices=True),
    Column("Physics", signed("physics"), is_number=False),
    Column("Law", marked("law"), is_number=False, choices=True),
    Column("Partner", _partners, is_number=False, choices=True),
    Column("Close", _of),
    Column("Beside the baseline", _beside, is_number=False, is_prose=True),
    Column("Last launch that closes, P50", _last),
    Column("Added delay, d (P50)", lambda r: words.number(r["delay_d"]["p50"], 0)),
    Column("Others need", _needs_of_others, is_number=False),
]
MISSIONS = [
    Column("Mission", listed("title"), is_number=False),
    Column("Physics", marked("physics"), is_number=False),
    fixed("Margin, kg", "margin_kg", 0),
    fixed("Δv, m/s", "dv_m_s", 0),
    Column("Planned", lambda row: words.date(row["planned"]), is_number=False),
    _date("Leaves, P10", "p10"),
    _date("P50", "p50"),
    _date("P90", "p90"),
    Column("Roles", _roles, is_number=False, is_prose=True),
    Column("Contact", _contact, is_number=False, is_prose=True),
    Column("Chance that all holds", _chance, is_number=False, is_prose=True),
    Column("Why not", _why, is_number=False, is_prose=True),
]
STATIONS = [
    Column("Station", listed("name"), is_number=False),
    Column("Physics", marked("physics"), is_number=False),
    fixed("Flights", "flights_n", 0),
    fixed("Close", "closing_n", 0),
    fixed("Mass, kg", "mass_kg", 0),
    Column("Why not", _why, is_number=False, is_prose=True),
]
MENDS = [
    Column("Mission", listed("mission"), is_number=False),
    Column("Closes with", _filled, is_number=False, is_prose=True),
    Column("Of", lambda r: escape(", ".join(r["providers"])), is_number=False),
    fixed("Margin, kg", "margin_kg", 0),
    fixed("Cost, M$", "cost_musd", 0),
    Column("As in", listed("shown_in"), is_number=False),
]
SHARES = [
    Column("Partner", listed("partner"), is_number=False),
    fixed("Mass, kg", "mass_kg", 0),
    fixed("Launches", "launches_n", 0),
    fixed("Roles", "roles_n", 0),
    fixed("Δv, m/s", "dv_m_s", 0),
    fixed("Cost, M$", "cost_musd", 0),
]
BREAKS = [
    Column("If it withdraws", listed("partner"), is_number=False),
    Column("is lost", _lost, is_number=False, is_prose=True),
    Column("is replaced by", _replaced, is_number=False, is_prose=True),
]
LEFT_OUT = [
    Column("Mission or station", listed("name"), is_number=False),
    Column("Why", listed("why"), is_number=False, is_prose=True),
]
