"""An answer about a station told: its tables, and its card in a notebook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from perilune.views import html
from perilune.views.table import Table
from perilune.views.units import UNITS

if TYPE_CHECKING:
    from perilune.stations.result import StationResult

_SHOWN_N, _ROWS_N = 1, 12  # tables of a card that stand open, and their rows
_COLUMNS_N = 10
_CELL_N = 6  # values of a list that a cell can show
_OWN = ("perilune", "station", "title", "verb", "assumed", "provenance", "elapsed_s")


def tables(document: Mapping[str, Any]) -> dict[str, Table]:
    """Return the tables in an answer's JSON: lists of rows, and lists side by side."""
    found = {}
    for name, value in document.items():
        if name in _OWN or not value:
            continue
        if isinstance(value, list) and isinstance(value[0], Mapping):
            found[name] = Table.of(name, value)
        elif isinstance(value, Mapping) and _are_columns(value):
            found[name] = Table(name, {_named(name, key): each for key, each in value.items()})
    return found


def _are_columns(value: Mapping[str, Any]) -> bool:
    if not all(isinstance(each, list) for each in value.values()):
        return False
    return len({len(each) for each in value.values()}) == 1


def _named(table: str, column: str) -> str:
    """Return a column's name; one that is but a unit is of what the table is of: `beta_deg`."""
    return f"{table}_{column}" if f"_{column}" in UNITS and column != "utc" else column


def card(result: StationResult) -> str:
    """Return an answer as a notebook shows it: the headline, its figures, its first tables."""
    document = result.document
    facts = {
        html.heading(key): value
        for key, value in document.items()
        if key not in _OWN and isinstance(value, bool | int | float | str)
    }
    shown = [
        (name.replace("_", " ").capitalize(), _fit(table))
        for name, table in tables(document).items()
    ]
    return html.card(
        f"{result.title or result.name}: {result.verb}",
        result.headline,
        is_good=result.is_good,
        facts=facts,
        tables=shown[:_SHOWN_N],
        folded=shown[_SHOWN_N:],
        most=_ROWS_N,
    )


def _fit(table: Table) -> dict[str, Any]:
    """Return the columns that fit a card: the first ones that hold something short."""
    kept = {name: each for name, each in table.columns.items() if any(map(_is_short, each))}
    return dict(list(kept.items())[:_COLUMNS_N])


def _is_short(value: Any) -> bool:
    if isinstance(value, list):
        return 0 < len(value) <= _CELL_N and not any(isinstance(v, list | Mapping) for v in value)
    return value is not None
