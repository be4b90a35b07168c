"""A comparison of variants told: its tables, and its card in a notebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from perilune.views import html
from perilune.views.table import Table

Row = Mapping[str, Any]

_VARIANT = ("name", "title", "verdict", "physics", "law")
_MISSION = ("name", "scenario", "lead", "physics", "margin_kg", "margin_of", "dv_m_s", "planned",
            "launch_date")  # fmt: skip
_RULE = ("rule", "effect", "verdict", "because", "lifted_by", "activity", "source", "confidence")
_SHOWN = ("variant", "verdict", "physics", "law", "close", "last_that_closes")


def tables(document: Mapping[str, Any]) -> dict[str, Table]:
    """Return the tables of a study's JSON; each row of the further ones names its variant.

    `launch_date_p10` and the like are dates: one in ten draws launches earlier.
    """
    rows = document["variants"]
    made = {key: document[key] for key in ("study", "as_of", "baseline")}

    def table(name: str, keys: Sequence[str] = (), of: str = "") -> Table:
        found = [
            {"variant": row["name"], **_picked(each, keys)}
            for row in rows
            for each in row[of or name]
        ]
        return Table.of(name, found, ("variant",), made)

    variants = [_picked(row, _VARIANT) | {"closing_n": closing(row)} for row in rows]
    return {
        "variants": Table.of("variants", variants, _VARIANT, made),
        "missions": table("missions", _MISSION),
        "stations": table("stations"),
        "rules": table("rules", _RULE),
        "shares": table("shares"),
    }


def units(row: Row) -> list[Row]:
    """Return the rows of a variant's missions and stations."""
    return [*row["missions"], *row["stations"]]


def closing(row: Row) -> int:
    """Return how many missions and stations of a variant close."""
    return sum(each["physics"] == "closes" for each in units(row))


def latest(row: Row, level: str = "p50") -> str | None:
    """Return the date of the last launch that closes: its median, or another level."""
    dates = [m["launch_date"][level] for m in row["missions"] if m["physics"] == "closes"]
    return None if None in dates else max(map(str, dates), default=None)


def card(document: Mapping[str, Any], headline: str, *, is_good: bool | None) -> str:
    """Return a comparison as a notebook shows it: each variant's verdict, then in words."""
    rows = document["variants"]
    columns = {name: [_shown(row)[name] for row in rows] for name in _SHOWN}
    told = {"variant": [row["name"] for row in rows],
            "in words": [" ".join(row["summary"]) for row in rows]}  # fmt: skip
    return html.card(
        document["title"] or document["study"],
        headline,
        is_good=is_good,
        facts={"as of": document["as_of"], "baseline": document["baseline"]},
        tables=[("Variants", columns)],
        folded=[("Each variant in words", told)],
        note=rows[0]["law_notice"] if rows else "",
    )


def _shown(row: Row) -> dict[str, Any]:
    words = {key: row[key].replace("_", " ") for key in ("verdict", "physics", "law")}
    return {
        "variant": row["name"],
        **words,
        "close": f"{closing(row)} of {len(units(row))}",
        "last_that_closes": latest(row) or "",
    }


def _picked(row: Row, keys: Sequence[str]) -> dict[str, Any]:
    """Return the named values of a row; all plain ones where none are named."""
    if keys:
        return {key: row.get(key) for key in keys}
    return {key: value for key, value in row.items() if not isinstance(value, Mapping)}
