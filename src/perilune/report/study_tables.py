"""Tables of a study: variants beside each other, missions, rules, shares, withdrawals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from perilune.report import words
from perilune.report.study_charts import closing, latest
from perilune.report.tables import Column, fixed

Row = Mapping[str, Any]

_KIND = {
    "closes": "good",
    "permitted": "good",
    "needs_approval": "open",
    "unknown": "open",
    "not_evaluated": "open",
    "forbidden": "bad",
    "does_not_close": "bad",
}


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
    return f"{closing(row)} of {len(row['missions']) + len(row['stations'])}"


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


def _beside(row: Row) -> str:
    found = row["beside_baseline"]
    told = [f"{name} closes" for name in found["closes"]]
    told += [f"{name} does not close" for name in found["fails"]]
    return escape(", ".join(told)) or words.NOTHING


def _last(row: Row) -> str:
    return escape(latest(row) or "") or words.NOTHING


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


def rules_once(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return each rule once, with all it is said of."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        known = found.setdefault((row["rule"], row["verdict"]), {**row, "said": []})
        known["said"].append(row["because"])
    return list(found.values())


def _said(row: Row) -> str:
    """Return what a rule says, and of what else it says the same."""
    first, *others = dict.fromkeys(row["said"])
    about = [each.partition(": ")[0] for each in others]
    more = f" Likewise: {', '.join(dict.fromkeys(about))}." if others else ""
    return escape(f"{first}.{more}")


ALIKE = [
    Column("One", _text("ours"), is_number=False),
    Column("The other", _text("theirs"), is_number=False),
    fixed("Alike, of 1", "score", 2),
    Column("Because", _because, is_number=False, is_prose=True),
]
COMPARISON = [
    Column("Variant", _name, is_number=False),
    Column("Verdict", _mark("verdict"), is_number=False),
    Column("Physics", _mark("physics"), is_number=False),
    Column("Law", _mark("law"), is_number=False),
    Column("Close", _of),
    Column("Beside the baseline", _beside, is_number=False, is_prose=True),
    Column("Last launch, P50", _last),
    Column("Delay by what is added, d (P50)", lambda r: words.number(r["delay_d"]["p50"], 0)),
    Column("Others cannot do without", _needs_of_others, is_number=False),
]
MISSIONS = [
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
STATIONS = [
    Column("Station", _text("name"), is_number=False),
    Column("Physics", _mark("physics"), is_number=False),
    fixed("Flights", "flights_n", 0),
    fixed("Close", "closing_n", 0),
    fixed("Mass, kg", "mass_kg", 0),
    Column("Why not", _why, is_number=False, is_prose=True),
]
RULES = [
    Column("Rule", _text("rule"), is_number=False),
    Column("Verdict", _mark("verdict"), is_number=False),
    Column("Effect", lambda r: escape(str(r["effect"]).replace("_", " ")), is_number=False),
    Column("Because", _said, is_number=False, is_prose=True),
    Column("Lifted by", _text("lifted_by"), is_number=False, is_prose=True),
    Column("Source", _text("citation"), is_number=False, is_prose=True),
    Column("Standing", _text("confidence"), is_number=False),
]
MENDS = [
    Column("Mission", _text("mission"), is_number=False),
    Column("Closes with", _filled, is_number=False, is_prose=True),
    Column("Of", lambda r: escape(", ".join(r["providers"])), is_number=False),
    fixed("Margin, kg", "margin_kg", 0),
    fixed("Cost, M$", "cost_musd", 0),
    Column("As in", _text("shown_in"), is_number=False),
]
SHARES = [
    Column("Partner", _text("partner"), is_number=False),
    fixed("Mass, kg", "mass_kg", 0),
    fixed("Launches", "launches_n", 0),
    fixed("Roles", "roles_n", 0),
    fixed("Δv, m/s", "dv_m_s", 0),
    fixed("Cost, M$", "cost_musd", 0),
]
BREAKS = [
    Column("If it withdraws", _text("partner"), is_number=False),
    Column("is lost", _lost, is_number=False, is_prose=True),
    Column("is replaced by", _replaced, is_number=False, is_prose=True),
]
