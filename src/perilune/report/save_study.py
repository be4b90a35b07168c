"""Write a study's comparison into a folder: study.json, variants.csv, missions.csv, study.html."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from perilune.formats.files import write_whole
from perilune.formats.tables import csv_text
from perilune.report.save import require_writable
from perilune.report.sheet import sheet_page
from perilune.report.sheet_study import sheet

_VARIANT = ("name", "title", "verdict", "physics", "law")
_MISSION = ("name", "scenario", "lead", "physics", "margin_kg", "margin_of", "dv_m_s", "planned")


def save_study(document: Mapping[str, Any], folder: Path, report: bool = True) -> list[Path]:
    """Write every output of a study; returns the paths.

    Raises
    ------
    InputError
        Where the folder cannot be written.
    """
    require_writable(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in ("study.json", "variants.csv", "missions.csv")]
    write_whole(paths[0], json.dumps(document, indent=2, allow_nan=False) + "\n")
    rows = [{key: row[key] for key in _VARIANT} for row in document["variants"]]
    write_whole(paths[1], csv_text(rows, _VARIANT))
    flights = [
        {"variant": row["name"], **{key: mission.get(key) for key in _MISSION}}
        | {key: mission["launch_date"][key] for key in ("p10", "p50", "p90")}
        for row in document["variants"]
        for mission in row["missions"]
    ]
    write_whole(paths[2], csv_text(flights, ("variant", *_MISSION, "p10", "p50", "p90")))
    if report:
        paths.append(folder / "study.html")
        write_whole(paths[-1], sheet_page(sheet(document), document))
    return paths
