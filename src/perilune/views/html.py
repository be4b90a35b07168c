"""Results as notebooks show them: a card with the verdict first, facts, and small tables.

Colors are the notebook's own (text is never colored but by a mark that also has a sign), so a card
reads on light and on dark. Nothing is loaded; everything that is shown is escaped.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from html import escape
from typing import Any

from perilune.views.units import heading

__all__ = ["card", "heading", "picked"]

Columns = Mapping[str, Any]

SHOWN_N = 40
"""Rows of a table that are shown, unless asked otherwise; the rest is counted."""

_SIGNS = {True: ("#1a9850", "✓"), False: ("#d73027", "✗"), None: ("#888", "•")}
_STYLE = """<style>
.perilune { font-size: 13px; line-height: 1.45; max-width: 100%; overflow-x: auto; }
.perilune p { margin: .25em 0; max-width: 60em; }
.perilune .title { font-weight: 600; }
.perilune .verdict { font-size: 1.1em; font-weight: 600; border-left: 4px solid; padding-left: .6em; }
.perilune dl { display: flex; flex-wrap: wrap; gap: .2em 1.6em; margin: .4em 0; }
.perilune dt { opacity: .7; font-weight: 400; }
.perilune dt, .perilune dd { margin: 0; display: inline; }
.perilune table { border-collapse: collapse; margin: .5em 0; }
.perilune caption { text-align: left; font-weight: 600; padding: .2em 0; caption-side: top; }
.perilune th, .perilune td { padding: .12em .7em; text-align: left; border: 0;
  border-bottom: 1px solid rgba(128, 128, 128, .3); background: none; white-space: nowrap; }
.perilune td.long { white-space: normal; min-width: 16em; max-width: 36em; }
.perilune th.number, .perilune td.number { text-align: right; font-variant-numeric: tabular-nums; }
.perilune summary { cursor: pointer; opacity: .7; }
.perilune .more { opacity: .7; }
</style>"""  # noqa: E501  (a rule a line)
_LONG = 40
_NOISE = 1e-9  # rounding of what should be zero


def card(
    title: str,
    verdict: str = "",
    *,
    is_good: bool | None = None,
    facts: Mapping[str, Any] | None = None,
    tables: Sequence[tuple[str, Columns]] = (),
    folded: Sequence[tuple[str, Columns]] = (),
    note: str = "",
    most: int = SHOWN_N,
) -> str:
    """Return a card as HTML.

    Parameters
    ----------
    title, verdict : str
    is_good : bool or None
        None where there is nothing to pass or fail.
    facts : mapping of str to value
        Label and value; a value that is None is left out.
    tables : sequence of (str, mapping)
        Caption and columns; tables without rows are left out.
    folded : sequence of (str, mapping)
        Further tables, which a click unfolds.
    note : str
        A sentence below.
    most : int
        Rows of each table.
    """
    parts = [f'<p class="title">{escape(title)}</p>']
    if verdict:
        color, sign = _SIGNS[is_good]
        parts.insert(
            0, f'<p class="verdict" style="border-color: {color}">{sign} {escape(verdict)}</p>'
        )
    parts.append(_facts(facts or {}))
    parts += [_table(caption, columns, most) for caption, columns in tables]
    parts += [_folded(caption, _table("", columns, most)) for caption, columns in folded]
    parts.append(f'<p class="more">{escape(note)}</p>' if note else "")
    return f'{_STYLE}<div class="perilune">{"".join(parts)}</div>'


def picked(
    rows: Sequence[Mapping[str, Any]], names: Sequence[str], *, most: int | None = None
) -> Columns:
    """Return some columns of rows; those without any value are left out."""
    found = {name: [row.get(name) for row in rows[:most]] for name in names}
    return {
        name: values
        for name, values in found.items()
        if any(value is not None and value != [] for value in values)
    }


def _facts(facts: Mapping[str, Any]) -> str:
    items = "".join(
        f"<div><dt>{escape(label)}</dt> <dd>{_shown(value)}</dd></div>"
        for label, value in facts.items()
        if value is not None
    )
    return f"<dl>{items}</dl>" if items else ""


def _folded(title: str, content: str) -> str:
    return f"<details><summary>{escape(title)}</summary>{content}</details>" if content else ""


def _table(caption: str, columns: Columns, most: int) -> str:
    count = len(next(iter(columns.values()), ()))
    if not count:
        return ""
    kinds = [_kind(values) for values in columns.values()]
    heads = "".join(
        f'<th scope="col" class="{kind}">{escape(heading(name))}</th>'
        for name, kind in zip(columns, kinds, strict=True)
    )
    body = "".join(_row(columns, kinds, k) for k in range(min(count, most)))
    named = f"<caption>{escape(caption)}</caption>" if caption else ""
    more = f'<p class="more">... and {count - most:,} more rows</p>' if count > most else ""
    return f"<table>{named}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>{more}"


def _row(columns: Columns, kinds: Sequence[str], k: int) -> str:
    cells = "".join(
        f'<td class="{kind}">{_shown(values[k])}</td>'
        for values, kind in zip(columns.values(), kinds, strict=True)
    )
    return f"<tr>{cells}</tr>"


def _kind(values: Sequence[Any]) -> str:
    known = [value for value in values[:SHOWN_N] if value is not None]
    if known and all(_is_number(value) for value in known):
        return "number"
    return "long" if any(len(_shown(value)) > _LONG for value in known) else ""


def _is_number(value: Any) -> bool:
    value = value.item() if hasattr(value, "item") else value
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: Any) -> str:
    """Return a value as HTML: six digits of a number, a date to the second."""
    value = value.item() if hasattr(value, "item") else value
    if value is None or value == [] or (_is_number(value) and not math.isfinite(value)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(_shown(each) for each in value)
    if _is_number(value):
        return _number(float(value))
    if isinstance(value, datetime):
        rounded = value + timedelta(microseconds=500)
        return f"{rounded:%Y-%m-%d %H:%M:%S}.{rounded.microsecond // 1000:03d}"
    return escape(_date(str(value)))


def _number(value: float) -> str:
    if abs(value) < _NOISE:
        return "0"
    size = math.floor(math.log10(abs(value)))
    if not -4 <= size <= 8:
        return f"{value:.3g}"
    text = f"{value:,.{max(0, 5 - max(size, 0))}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _date(text: str) -> str:
    """Return ISO text of an instant to the second, with a space; other text as it is."""
    if not text.endswith("Z") or "T" not in text:
        return text
    try:
        return f"{datetime.fromisoformat(text.replace(':60', ':59')):%Y-%m-%d} {text[11:19]}"
    except ValueError:
        return text
