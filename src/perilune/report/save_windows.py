"""Write a scan into a folder: windows.json, opportunities.csv, cells.parquet, windows.html."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from perilune.astro.epoch import Epoch
from perilune.formats.files import write_whole
from perilune.formats.parquet import write_parquet
from perilune.formats.tables import csv_text
from perilune.missions.cells import CONVERGED, NO_SOLUTION, PLANE
from perilune.missions.scan_result import Windows
from perilune.report.folder import begun
from perilune.report.windows_page import windows_page

OPPORTUNITY_COLUMNS = (
    "launch_utc",
    "window_open_utc",
    "window_close_utc",
    "arrival_utc",
    "landing_utc",
    "branch",
    "tli_dv_m_s",
    "loi_dv_m_s",
    "total_dv_m_s",
    "flight_time_h",
    "injected_mass_kg",
    "margin_kg",
    "azimuth_deg",
    "inclination_deg",
    "coast",
    "sun_elevation_deg",
    "earth_elevation_deg",
    "feasible",
    "why_not",
)
"""The columns `opportunities.csv` has, in this order; more may follow."""

_STATUS = {PLANE: "plane_misses_moon", NO_SOLUTION: "no_solution", CONVERGED: "converged"}
_INDICES = ("branch", "direction", "status", "short")  # shown as words


def save_windows(
    windows: Windows, folder: Path, as_flown: str | None = None, report: bool = True
) -> list[Path]:
    """Write every output of a scan; returns the paths.

    Parameters
    ----------
    windows : Windows
    folder : Path
    as_flown : str, optional
        UTC of the lift-off that really happened, for comparison in the page.
    report : bool
        Whether `windows.html` is written.

    Raises
    ------
    InputError
        Where the folder cannot be written.
    """
    paths = begun(folder, "windows.json", windows.to_json())
    paths += [folder / "opportunities.csv", folder / "cells.parquet"]
    write_whole(paths[1], csv_text(windows.opportunities, OPPORTUNITY_COLUMNS))
    write_parquet(paths[2], cells_table(windows), cells_metadata(windows))
    if report:
        paths.append(folder / "windows.html")
        write_whole(paths[-1], windows_page(windows, as_flown))
    return paths


def cells_table(windows: Windows) -> dict[str, Any]:
    """Return every cell as columns, a row each; what a cell does not have is NaN.

    The cells' own columns, `*_s` instants being TDB seconds past J2000; beside them the UTC of
    lift-off and arrival, and words in place of indices.
    """
    cells, scan = windows.cells, windows.scan
    ways = [scan.directions[i] for i in np.asarray(cells["direction"])]
    return {
        "launch_utc": _utc(cells["lift_off_s"]),
        "arrival_utc": _utc(cells["arrival_s"]),
        "status": np.array([_STATUS[i] for i in range(3)])[cells["status"]],
        "branch": np.array(scan.branches)[cells["branch"]],
        "coast": np.where(cells["short"], "short", "long"),
        "heading": np.array([way.heading for way in ways], dtype=str),
        "parking_inclination_deg": np.array([way.inclination_deg for way in ways], dtype=float),
        **{name: column for name, column in cells.items() if name not in _INDICES},
    }  # fmt: skip


def cells_metadata(windows: Windows) -> dict[str, Any]:
    """Return what the cells were made with: tool, scenario, span, counts, constants."""
    document = windows.to_json()
    kept = ("perilune", "scenario", "title", "constants", "from", "to", "cells_n", "solvable_n",
            "converged_n", "provenance")  # fmt: skip
    return {
        **{key: document[key] for key in kept},
        "time_scale": "columns ending in _utc: UTC; lift_off_s, arrival_s: TDB past J2000",
        "axes": "normal_*, arrival_*_km: icrf, Moon-centered",
    }


def _utc(seconds: Any) -> np.ndarray[Any, Any]:
    """Return UTC instants to a millisecond; a leap second reads as the second before it."""
    texts = Epoch(np.asarray(seconds, dtype=float)).utc_iso(3) if len(seconds) else []
    return np.array([t[:-1].replace(":60.", ":59.") for t in texts], dtype="datetime64[ms]")
