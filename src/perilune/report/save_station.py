"""Write an answer about a station into a folder: VERB.json, a CSV a table, VERB.html."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from perilune.formats.files import write_whole
from perilune.formats.tables import csv_text
from perilune.report import sheet_access, sheet_assemble, sheet_crew, sheet_split, sheet_upkeep
from perilune.report.folder import begun
from perilune.report.sheet import Sheet, sheet_page
from perilune.stations.result import StationResult
from perilune.views.table import Table

SHEETS: Mapping[str, Callable[[Mapping[str, Any]], Sheet]] = {
    "access": sheet_access.sheet,
    "assemble": sheet_assemble.sheet,
    "crew": sheet_crew.sheet,
    "upkeep": sheet_upkeep.sheet,
    "split": sheet_split.sheet,
}
"""The page of each verb."""


def save_station(result: StationResult, folder: Path, report: bool = True) -> list[Path]:
    """Write every output of an answer; returns the paths.

    Raises
    ------
    InputError
        Where the folder cannot be written.
    """
    document = result.to_json()
    paths = begun(folder, f"{result.verb}.json", document)
    for name, table in result.tables.items():
        paths.append(folder / f"{result.verb}-{name}.csv")
        write_whole(paths[-1], csv_text(*_flat(table)))
    if report:
        paths.append(folder / f"{result.verb}.html")
        write_whole(paths[-1], sheet_page(SHEETS[result.verb](document), document))
    return paths


def answer(result: StationResult) -> tuple[str, bool | None]:
    """Return an answer in a line, and whether it is good."""
    sheet = SHEETS[result.verb](result.to_json())
    return sheet.headline, sheet.is_good


def _flat(table: Table) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the rows of a table for a spreadsheet, without columns that hold lists."""
    names = [name for name in table.names if all(_is_plain(value) for value in table[name])]
    return [{name: row[name] for name in names} for row in table.rows], names


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)
