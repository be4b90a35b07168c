"""The rules of a study: each once, what it asks, where it stands, whom it binds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from perilune.report import words
from perilune.report.study_marks import listed, marked, standing
from perilune.report.tables import Column

Row = Mapping[str, Any]

_SAID_N = 3
_IN_N = 8


def every_rule(variants: Sequence[Row]) -> list[dict[str, Any]]:
    """Return each rule of all variants once: what it is said of, and in which variants."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for variant in variants:
        for row in variant["rules"]:
            known = found.setdefault(
                (row["rule"], row["verdict"]), {**row, "said": [], "variants": []}
            )
            known["said"].append(row["because"])
            if variant["name"] not in known["variants"]:
                known["variants"].append(variant["name"])
    return sorted(found.values(), key=lambda row: (-len(row["variants"]), str(row["rule"])))


def rules_once(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return each rule of a variant once, with all it is said of."""
    return every_rule([{"name": "", "rules": rows}])


def _said(row: Row) -> str:
    """Return what a rule says, and of what else it says the same."""
    first, *others = dict.fromkeys(row["said"])
    about = list(dict.fromkeys(each.partition(": ")[0] for each in others))
    shown = ", ".join(about[:_SAID_N])
    more = f" and {len(about) - _SAID_N} more" if len(about) > _SAID_N else ""
    return escape(f"{first}.{f' Likewise: {shown}{more}.' if about else ''}")


def _in(row: Row) -> str:
    names = row["variants"]
    links = [f'<a href="#variant-{escape(n)}">{escape(n)}</a>' for n in names[:_IN_N]]
    more = f" and {len(names) - _IN_N} more" if len(names) > _IN_N else ""
    return f'<data value="{len(names)}"></data>{len(names)}: {", ".join(links)}{more}'


def _cited(row: Row) -> str:
    """Return where a rule stands, and who says so."""
    parts = [str(row.get(key) or "") for key in ("citation", "source")]
    first, second = (escape(part) for part in parts)
    if not first or not second or first == second:
        return first or second or words.NOTHING
    return f'{first} <small class="source">{second}</small>'


_RULE = Column("Rule", lambda r: escape(str(r["rule"] or "no rule")), is_number=False)
_EFFECT = Column("Effect", lambda r: escape(str(r["effect"]).replace("_", " ")), is_number=False)
_LIFTED = Column("Lifted by", listed("lifted_by"), is_number=False, is_prose=True)
_SOURCE = Column("Source", _cited, is_number=False, is_prose=True)
_STANDING = Column("Standing", standing, is_number=False, choices=True)

EVERY_RULE = [
    _RULE,
    Column("Verdict", marked("verdict"), is_number=False, choices=True),
    _EFFECT,
    Column("For example", _said, is_number=False, is_prose=True),
    _LIFTED,
    _SOURCE,
    _STANDING,
    Column("In variants", _in, is_number=False, is_prose=True),
]
RULES = [
    _RULE,
    Column("Verdict", marked("verdict"), is_number=False),
    _EFFECT,
    Column("Because", _said, is_number=False, is_prose=True),
    _LIFTED,
    _SOURCE,
    Column("Standing", standing, is_number=False),
]
