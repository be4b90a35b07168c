"""The reasons of many infeasible rows, grouped: one line for those that differ in numbers only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# A date, or a number that stands alone: "luna-25" and "lc101" are names.
_VALUE = re.compile(r"(?<![\w.-])(?:\d{4}-\d\d-\d\d|-?\d+(?:\.\d+)?)(?![\w-])")


@dataclass(frozen=True)
class Group:
    """A reason, and how many rows have it."""

    reason: str
    count: int


def grouped(rows: Iterable[Mapping[str, Any]]) -> list[Group]:
    """Return the reasons of infeasible rows, the most frequent first.

    Parameters
    ----------
    rows : iterable of mapping
        With `why_not`, a list of texts. A row counts once for each of its reasons.

    Returns
    -------
    list of Group
        Numbers and dates that differ between rows are shown as "lowest to highest".
    """
    found: dict[str, list[list[str]]] = {}
    for row in rows:
        for reason in row["why_not"]:
            found.setdefault(_VALUE.sub("{}", reason), []).append(_VALUE.findall(reason))
    groups = [Group(_shown(form, values), len(values)) for form, values in found.items()]
    return sorted(groups, key=lambda group: -group.count)


def _shown(form: str, values: Sequence[Sequence[str]]) -> str:
    """Return a form filled with the span of each of its values."""
    spans = iter([_span(column) for column in zip(*values, strict=True)])
    return "".join(next(spans) if part == "{}" else part for part in re.split(r"(\{\})", form))


def _span(column: Sequence[str]) -> str:
    ordered = sorted(set(column), key=lambda text: (text if _is_date(text) else "", _size(text)))
    return ordered[0] if len(ordered) == 1 else f"{ordered[0]} to {ordered[-1]}"


def _is_date(text: str) -> bool:
    return text.count("-") == 2


def _size(text: str) -> float:
    return 0.0 if _is_date(text) else float(text)
