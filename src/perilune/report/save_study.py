"""Write a study's comparison into a folder: study.json, variants.csv, missions.csv, study.html."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from perilune.cooperation.told import tables
from perilune.formats.files import write_whole
from perilune.formats.tables import csv_text
from perilune.report.folder import begun
from perilune.report.sheet import sheet_page
from perilune.report.sheet_study import sheet


def save_study(document: Mapping[str, Any], folder: Path, report: bool = True) -> list[Path]:
    """Write every output of a study; returns the paths.

    Raises
    ------
    InputError
        Where the folder cannot be written.
    """
    paths = begun(folder, "study.json", document)
    found = tables(document)
    for name in ("variants", "missions"):
        paths.append(folder / f"{name}.csv")
        write_whole(paths[-1], csv_text(found[name].rows, found[name].names))
    if report:
        paths.append(folder / "study.html")
        write_whole(paths[-1], sheet_page(sheet(document), document))
    return paths
