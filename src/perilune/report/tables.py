"""The tables of a page, as HTML."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from perilune.missions.told import orbit_inclination_deg
from perilune.report import words

Row = Mapping[str, Any]

_HOLDS = {
    True: '<span class="mark good">✓ holds</span>',
    False: '<span class="mark bad">✗ fails</span>',
}
_ASSUMED = ("assumed", "estimate", "estimated", "unconfirmed", "derived")


@dataclass(frozen=True)
class Column:
    """A column: its heading, what it shows of a row (HTML), and whether it is of numbers.

    An `optional` one is left out where `key` is null in every row. Rows can be filtered by what a
    column of `choices` says; several things in a cell have commas between them.
    """

    title: str
    show: Callable[[Row], str]
    key: str = ""
    is_number: bool = True
    optional: bool = False
    is_prose: bool = False
    choices: bool = False


def table(columns: Sequence[Column], rows: Sequence[Row], caption: str) -> str:
    """Return a table in a box of its own to scroll in; the first column heads the rows."""
    kept = [c for c in columns if not c.optional or any(r.get(c.key) is not None for r in rows)]
    heads = "".join(f'<th scope="col"{_kind(c)}{_choices(c)}>{escape(c.title)}</th>' for c in kept)
    body = "\n".join(_row(kept, row) for row in rows)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(caption)}">\n'
        f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</div>"
    )


def _row(columns: Sequence[Column], row: Row) -> str:
    first, *others = columns
    cells = "".join(f"<td{_kind(c)}>{c.show(row)}</td>" for c in others)
    style = ' class="chosen"' if row.get("chosen") is True else ""
    return f'<tr{style}><th scope="row">{first.show(row)}</th>{cells}</tr>'


def _kind(column: Column) -> str:
    kind = "number" if column.is_number else "prose" if column.is_prose else ""
    return f' class="{kind}"' if kind else ""


def _choices(column: Column) -> str:
    return " data-choices" if column.choices else ""


def fixed(title: str, key: str, decimals: int, *, optional: bool = True) -> Column:
    """Return a column of numbers with fixed decimals."""
    return Column(title, lambda row: words.number(row.get(key), decimals), key, optional=optional)


def named(row: Row) -> str:
    """Return a row's name as words, marked where its figures are not confirmed."""
    mark = " " + _standing(row) if str(row.get("confidence")).lower() in _ASSUMED else ""
    return words.scalar(words.sentence(str(row.get("name") or row.get("spacecraft") or ""))) + mark


def _standing(row: Row) -> str:
    """Return how well a row's figures are known, as a mark."""
    text = row.get("confidence")
    return f'<span class="mark open">{escape(str(text))}</span>' if text else words.NOTHING


def timeline(events: Sequence[Row]) -> str:
    """Return the table of events, beside what was flown where that is known.

    Speeds, latitudes, longitudes and branches are left to the files: this has to fit a screen.
    """
    rows = [{**event, **_flown(event)} for event in events]
    several = len({row.get("spacecraft") for row in rows}) > 1
    columns = [
        Column("Event", named, is_number=False),
        Column("UTC", lambda row: words.date(row.get("utc")), is_number=False),
        Column("As flown, UTC", _flown_date, "flown_utc", is_number=False, optional=True),
        Column(
            "Later than flown, min",
            lambda row: words.signed(row["later_min"], 1),
            "later_min",
            optional=True,
        ),
        fixed("Δv, m/s", "dv_m_s", 1),
        fixed("As flown Δv, m/s", "flown_dv_m_s", 1),
        fixed("Mass before, kg", "mass_before_kg", 0),
        fixed("Mass after, kg", "mass_after_kg", 0),
        Column("About", _body, "body", is_number=False, optional=True),
        fixed("Altitude, km", "altitude_km", 1),
        Column(
            "Inclination, °",
            lambda row: words.number(orbit_inclination_deg(row), 2),
            "inclination_deg",
            optional=True,
        ),
    ]
    if several:
        crafts = max((len(row.get("members") or []) for row in rows), default=0)
        columns.insert(1, Column("Spacecraft", lambda row: _whose(row, crafts), is_number=False))
    return table(columns, rows, "Timeline")


def _whose(row: Row, crafts: int) -> str:
    """Return whose burn it is, marked where its figures are not confirmed, or who flies on."""
    burner, members = row.get("stage") or row.get("propellant_of"), row.get("members") or []
    if burner:
        return named({"name": burner, "confidence": row.get("burner_confidence")})
    if len(members) > 2:
        return f"all {crafts}" if len(members) == crafts else f"{len(members)} together"
    return escape(" + ".join(map(words.sentence, members))) or words.scalar(row.get("spacecraft"))


def _flown(event: Row) -> dict[str, Any]:
    flown = event.get("as_flown") or {}
    later = flown.get("later_min")
    if later is None:
        later = words.minutes_between(event.get("utc"), flown.get("utc"))
    return {
        "flown_utc": flown.get("utc"),
        "flown_dv_m_s": flown.get("dv_m_s"),
        "flown_source": flown.get("source"),
        "later_min": later,
    }


def _flown_date(row: Row) -> str:
    source = row.get("flown_source")
    note = f' <small class="source">{escape(str(source))}</small>' if source else ""
    return words.date(row.get("flown_utc")) + (note if row.get("flown_utc") else "")


def _body(row: Row) -> str:
    return words.scalar(words.sentence(str(row["body"]))) if row.get("body") else words.NOTHING


def ledger(rows: Sequence[Row]) -> str:
    """Return the table of propellant: what each spacecraft had, used and kept."""
    first = ("dry_mass_kg", "propellant_loaded_kg", "propellant_used_kg", "margin_kg")
    columns = [
        Column("Spacecraft", named, is_number=False),
        *(fixed(words.label(key), key, 1, optional=False) for key in first),
        *_others(rows, {*first, "spacecraft", "name", "confidence", "chosen"}),
    ]
    return table(columns, rows, "Ledger")


def checks(rows: Sequence[Row]) -> str:
    """Return the table of checks."""
    columns = [
        Column("Check", named, is_number=False),
        Column("Result", lambda row: holds(row.get("ok")), is_number=False),
        Column("Value", lambda row: words.scalar(row.get("value"))),
        Column("Limit", lambda row: limit(row.get("limit"))),
        Column("Unit", lambda row: words.scalar(row.get("unit")), "unit", False, True),
        *_others(rows, {"name", "value", "limit", "unit", "ok", "confidence"}),
    ]
    return table(columns, rows, "Checks")


def limit(text: Any) -> str:
    """Return a limit of a check such as ">= 0" with the sign that is read: "≥ 0"."""
    return words.scalar(text).replace("&gt;=", "≥").replace("&lt;=", "≤")


def holds(ok: Any) -> str:
    """Return a mark for a check that holds, fails, or was not evaluated."""
    return _HOLDS.get(ok, '<span class="mark open">not evaluated</span>')


def branches(rows: Sequence[Row]) -> str:
    """Return the table of solutions a solve found, the chosen one marked."""
    columns = [
        Column("Branch", named, is_number=False),
        Column("Choice", _chosen, is_number=False),
        fixed("Total Δv, m/s", "total_dv_m_s", 1, optional=False),
        *_others(rows, {"name", "total_dv_m_s", "chosen", "why", "confidence"}),
        Column("Why", lambda row: words.scalar(row.get("why")), "why", False, True, True),
    ]
    return table(columns, rows, "Solutions found")


def _chosen(row: Row) -> str:
    return '<span class="mark good">✓ chosen</span>' if row.get("chosen") is True else ""


def solved(rows: Sequence[Row]) -> str:
    """Return the table of the figures of the solves: rows of `key` and `value`."""
    columns = [
        Column("Figure", lambda row: escape(words.parted(row["key"])[0]), is_number=False),
        Column("Value", _solved_value),
        Column("Unit", lambda row: escape(words.parted(row["key"])[1]), is_number=False),
    ]
    return table(columns, rows, "Figures of the solves")


def _solved_value(row: Row) -> str:
    key, value = str(row["key"]), row["value"]
    return words.date(value) if key.endswith("utc") else words.scalar(value)


def assumed(rows: Sequence[Row]) -> str:
    """Return the table of figures nobody has confirmed."""
    columns = [
        Column("Figure", _what, is_number=False),
        Column("Value", _value, is_number=False, is_prose=True),
        Column("Standing", _standing, "confidence", False, True),
        Column("Why", lambda row: words.scalar(row.get("why")), "why", False, True, True),
        Column("Source", lambda row: words.scalar(row.get("source")), "source", False, True, True),
    ]
    return table(columns, rows, "Assumed or unconfirmed figures")


def _what(row: Row) -> str:
    """Return what a figure is of; keys in parentheses, "(latitude_deg)", as words."""
    what, _, keys = str(row.get("what") or "").partition(" (")
    if not keys.endswith(")") or "_" not in keys:
        return words.scalar(row.get("what"))
    named = (words.parted(key)[0].lower() for key in keys[:-1].split(", "))
    return escape(f"{what} ({', '.join(named)})")


def _value(row: Row) -> str:
    """Return figures without what columns of their own say: standing and source."""
    value = row.get("value")
    if isinstance(value, Mapping):
        value = {key: each for key, each in value.items() if key not in ("confidence", "source")}
    return words.scalar(value)


def _others(rows: Sequence[Row], known: set[str]) -> list[Column]:
    """Return a column for each further key whose values are plain."""
    keys = dict.fromkeys(key for row in rows for key in row if key not in known)
    plain = [k for k in keys if not any(isinstance(r.get(k), (Mapping, list)) for r in rows)]
    return [_plain(key, rows) for key in plain]


def _plain(key: str, rows: Sequence[Row]) -> Column:
    is_number = not any(isinstance(row.get(key), str) for row in rows)
    if key.endswith("_utc"):
        show: Callable[[Row], str] = lambda row: words.date(row.get(key))  # noqa: E731
    else:
        show = lambda row: words.scalar(row.get(key))  # noqa: E731
    return Column(words.label(key), show, key, is_number, optional=True)
