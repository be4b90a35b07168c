"""From cells to opportunities: one for each lift-off and branch, in words and figures."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro.epoch import Epoch
from perilune.missions import cells as cell
from perilune.missions.judge import Judged, Reasons
from perilune.missions.scan import Limits, Scan
from perilune.runs.store import Arrays

Rows = NDArray[np.int64]

_SAME_S = 60.0


def best_cells(cells: Arrays, judged: Judged) -> Rows:
    """Return one cell for each lift-off and branch: feasible first, then solved, then cheapest."""
    solved = np.asarray(cells["status"]) == cell.CONVERGED
    rank = np.where(judged.feasible, 0, np.where(solved, 1, 2))
    cost = np.where(solved, judged.total_dv_m_s, np.asarray(cells["flight_time_s"]))
    order = np.lexsort((cost, rank, cells["branch"], cells["chain"]))
    key = np.asarray(cells["chain"])[order] * 2 + np.asarray(cells["branch"])[order]
    firsts = order[np.concatenate([[True], np.diff(key) != 0])] if len(order) else order
    lift_off = np.asarray(cells["lift_off_s"])
    firsts = firsts[np.argsort(lift_off[firsts], kind="stable")]
    return firsts[_distinct(firsts, cells)]


def _distinct(rows: Rows, cells: Arrays) -> NDArray[np.bool_]:
    """Say which lift-offs are not one just found.

    Where the plane barely holds the Moon, both crossings of a lunar day are the same.
    """
    keep = np.ones(len(rows), dtype=bool)
    same = [np.asarray(cells[name])[rows] for name in ("direction", "branch")]
    lift_off = np.asarray(cells["lift_off_s"])[rows]
    for later in range(1, len(rows)):
        for earlier in range(later - 1, -1, -1):
            if lift_off[later] - lift_off[earlier] > _SAME_S:
                break
            if keep[earlier] and all(part[later] == part[earlier] for part in same):
                keep[later] = False
    return keep


def as_row(
    i: int,
    cells: Arrays,
    judged: Judged,
    scan: Scan,
    limits: Limits,
    span: tuple[float, float] | None,
    reasons: Reasons,
) -> dict[str, Any]:
    """Return the keys of the JSON for one cell; `span` is seconds open before and after it."""
    solved = int(cells["status"][i]) == cell.CONVERGED
    lift_off = Epoch(cells["lift_off_s"][i])
    direction = scan.directions[int(cells["direction"][i])]
    feasible = bool(judged.feasible[i])
    out: dict[str, Any] = {
        "launch_utc": lift_off.utc_iso(0),
        "window_open_utc": None if span is None else (lift_off + (-span[0])).utc_iso(0),
        "window_close_utc": None if span is None else (lift_off + span[1]).utc_iso(0),
        "arrival_utc": Epoch(cells["arrival_s"][i]).utc_iso(0) if solved else None,
        "landing_utc": None,
        "branch": scan.branches[int(cells["branch"][i])],
        "coast": "short" if cells["short"][i] else "long",
        "heading": direction.heading,
        "azimuth_deg": float(np.degrees(cells["azimuth_rad"][i])) % 360.0,
        "inclination_deg": direction.inclination_deg,
        "lunar_inclination_deg": _figure(np.degrees(cells["inclination_rad"][i])),
        "flight_time_h": float(cells["flight_time_s"][i]) / 3600.0,
        "c3_km2_s2": _figure(cells["c3_km2_s2"][i]),
        "tli_dv_m_s": _figure(1e3 * cells["tli_dv_km_s"][i]),
        "loi_dv_m_s": _figure(judged.loi_dv_m_s[i]),
        "plane_change_dv_m_s": _figure(judged.plane_change_dv_m_s[i]) if solved else None,
        "total_dv_m_s": _figure(judged.total_dv_m_s[i]),
        "injected_mass_kg": _figure(judged.injected_mass_kg[i]),
        "margin_kg": _figure(judged.margin_kg[i]),
        "propellant_margin_kg": _figure(judged.propellant_margin_kg[i]),
        "moon_declination_deg": float(cells["declination_deg"][i]),
        "sun_elevation_deg": None,
        "earth_elevation_deg": None,
        "feasible": feasible,
        "why_not": [] if feasible else reasons.of(i),
    }
    if solved and judged.passes is not None:
        out |= _landing(judged, reasons.pass_row(i), limits)
    return out


def _landing(judged: Judged, row: int, limits: Limits) -> dict[str, Any]:
    passes = judged.passes
    assert passes is not None
    assert limits.landing is not None
    near = passes.distance_km[row] <= limits.landing.within_km
    return {
        "landing_utc": passes.epoch[row].utc_iso(0) if near else None,
        "sun_elevation_deg": float(passes.sun_deg[row]),
        "earth_elevation_deg": float(passes.earth_deg[row]),
    }


def _figure(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None
