"""Write an answer about a station into a folder: VERB.json, a CSV a table, VERB.html."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from perilune.formats.files import write_whole
from perilune.formats.tables import csv_text
from perilune.report import sheet_access, sheet_assemble, sheet_crew, sheet_split, sheet_upkeep
from perilune.report.save import require_writable
from perilune.report.sheet import Sheet, sheet_page
from perilune.stations.result import StationResult

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
    require_writable(folder)
    folder.mkdir(parents=True, exist_ok=True)
    document = result.to_json()
    paths = [folder / f"{result.verb}.json"]
    write_whole(paths[0], json.dumps(document, indent=2, allow_nan=False) + "\n")
    for name, rows in _tables(result.document):
        paths.append(folder / f"{result.verb}-{name}.csv")
        write_whole(paths[-1], csv_text(rows, tuple(rows[0])))
    if report:
        paths.append(folder / f"{result.verb}.html")
        write_whole(paths[-1], sheet_page(SHEETS[result.verb](document), document))
    return paths


def _tables(document: Mapping[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the lists of rows of a document, with the plain values of each row."""
    found = []
    for name, rows in document.items():
        if not isinstance(rows, list) or not rows or not isinstance(rows[0], Mapping):
            continue
        keys = [key for key in rows[0] if all(_is_plain(row.get(key)) for row in rows)]
        found.append((name, [{key: row.get(key) for key in keys} for row in rows]))
    return found


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)
