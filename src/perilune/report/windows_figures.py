"""What the plots of a scan show, as the compact data that the page's script draws.

A scan of a year has a hundred thousand cells: the window plot gets the best cell of each bin, in
bins wide enough that there are at most `BINS` of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro.epoch import DAY
from perilune.missions.cells import CONVERGED
from perilune.missions.scan_result import Windows

Rows = NDArray[np.int64]

BINS = 9000
"""Bins of the window plot at most: about 35 bytes each in the page."""

MARKS = 4000
"""Opportunities drawn at most; the cheapest are kept."""

_STEPS_D = (0.25, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 30.0)
_SHORT_D = 10.0  # spans up to this get bins of a quarter day


def figures_data(windows: Windows, as_flown: str | None = None) -> dict[str, Any]:
    """Return what the page's script draws.

    Parameters
    ----------
    windows : Windows
    as_flown : str, optional
        UTC of the lift-off that really happened; left out where it is outside the span.

    Returns
    -------
    dict
        `start` and `stop` (UTC), `as_flown` (UTC or null), `branches`, `sun_deg` (limits or null),
        `bins` (a column each: `branch`, `column`, `flight_h`, `launch_min` and `arrival_min` after
        the start, `dv_m_s`, `tli_m_s`, `loi_m_s`, `ok`, `short`), `bin_d`, `flight_step_h`, `marks`
        (the opportunities, a column each).
    """
    scan = windows.scan
    start, stop = scan.start.utc_iso(0), scan.stop.utc_iso(0)
    landing = windows.limits.landing
    width_d, keep = _bin(windows)
    return {
        "start": start,
        "stop": stop,
        "as_flown": as_flown if as_flown and start <= as_flown < stop else None,
        "branches": list(scan.branches),
        "sun_deg": None if landing is None else list(landing.sun_elevation_deg),
        "bin_d": width_d,
        "flight_step_h": _step_h(keep),
        "bins": _bins(windows, width_d, keep),
        "marks": _marks(windows),
    }


def _bin(windows: Windows) -> tuple[float, NDArray[np.float64]]:
    """Return the width of a bin in days and the flight times (s) shown, so that `BINS` hold all."""
    scan = windows.scan
    span_d = float(scan.stop - scan.start) / DAY
    flights = np.array(scan.flight_times_s)
    while len(flights) > 30:
        flights = flights[::2]
    most = BINS / (len(flights) * len(scan.branches))
    fits = [d for d in _STEPS_D if span_d / d <= most and (d >= 1.0 or span_d <= _SHORT_D)]
    return (fits[0] if fits else span_d / most), flights


def _step_h(flights: NDArray[np.float64]) -> float:
    return float(np.diff(flights).min()) / 3600.0 if len(flights) > 1 else 4.0


def _bins(windows: Windows, width_d: float, flights: NDArray[np.float64]) -> dict[str, list[Any]]:
    """Return the best solved cell of each bin: feasible before cheap."""
    cells, scan = windows.cells, windows.scan
    after_s = np.asarray(cells["lift_off_s"]) - scan.start.j2000_s
    column = np.floor(after_s / (width_d * DAY)).astype(np.int64)
    flight = np.asarray(cells["flight_time_s"])
    rows = np.flatnonzero((np.asarray(cells["status"]) == CONVERGED) & np.isin(flight, flights))
    rows = rows[
        np.lexsort((
            np.asarray(cells["total_dv_m_s"])[rows],
            ~np.asarray(cells["feasible"])[rows],
            flight[rows],
            column[rows],
            np.asarray(cells["branch"])[rows],
        ))
    ]  # fmt: skip
    keys = np.stack([np.asarray(cells["branch"])[rows], column[rows], flight[rows]])
    first = np.ones(len(rows), dtype=bool)
    first[1:] = np.any(np.diff(keys, axis=1) != 0, axis=0)
    rows = rows[first]
    return {
        "branch": _whole(cells["branch"][rows]),
        "column": _whole(column[rows]),
        "flight_h": _rounded(flight[rows] / 3600.0, 2),
        "launch_min": _whole(np.round(after_s[rows] / 60.0)),
        "arrival_min": _whole(np.round((cells["arrival_s"][rows] - scan.start.j2000_s) / 60.0)),
        "dv_m_s": _rounded(cells["total_dv_m_s"][rows], 0),
        "tli_m_s": _rounded(1e3 * np.asarray(cells["tli_dv_km_s"])[rows], 0),
        "loi_m_s": _rounded(cells["loi_dv_m_s"][rows], 0),
        "ok": _whole(cells["feasible"][rows]),
        "short": _whole(cells["short"][rows]),
    }


def _marks(windows: Windows) -> dict[str, list[Any]]:
    """Return the solved opportunities, a column each; dates are minutes after the start."""
    rows = [row for row in windows.opportunities if row["total_dv_m_s"] is not None]
    if len(rows) > MARKS:
        kept = sorted(rows, key=lambda row: (not row["feasible"], row["total_dv_m_s"]))[:MARKS]
        rows = sorted(kept, key=lambda row: str(row["launch_utc"]))
    start = _instant(windows.scan.start.utc_iso(0))
    order = {branch: number for number, branch in enumerate(windows.scan.branches)}
    return {
        "launch_min": _minutes(rows, "launch_utc", start),
        "open_min": _minutes(rows, "window_open_utc", start),
        "close_min": _minutes(rows, "window_close_utc", start),
        "arrival_min": _minutes(rows, "arrival_utc", start),
        "landing_min": _minutes(rows, "landing_utc", start),
        "branch": [order[row["branch"]] for row in rows],
        "short": [int(row["coast"] == "short") for row in rows],
        "ok": [int(row["feasible"]) for row in rows],
        **{
            name: [None if row[key] is None else round(row[key], 1) for row in rows]
            for name, key in _FIGURES.items()
        },
    }


_FIGURES = {
    "dv_m_s": "total_dv_m_s",
    "flight_h": "flight_time_h",
    "sun_deg": "sun_elevation_deg",
    "parking_deg": "inclination_deg",
}


def _minutes(rows: Sequence[dict[str, Any]], key: str, start: datetime) -> list[float | None]:
    minute = timedelta(minutes=1)
    return [
        None if row[key] is None else round((_instant(row[key]) - start) / minute, 1)
        for row in rows
    ]


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace(":60Z", ":59Z"))


def _whole(values: Any) -> list[int]:
    return [int(value) for value in values]


def _rounded(values: Any, digits: int) -> list[float]:
    rounded = np.round(np.asarray(values, dtype=float), digits).tolist()
    return [int(value) if value == int(value) else value for value in rounded]
