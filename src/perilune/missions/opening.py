"""When each opportunity's daily window opens and closes: tasks for a pool."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.epoch import Epoch
from perilune.missions.cells import sky
from perilune.missions.daily import Fixed, Nominal, Steered, window_s
from perilune.missions.scan import Scan
from perilune.phases.corridor import Corridor
from perilune.phases.launch import LaunchSite
from perilune.phases.targets import Targets
from perilune.phases.volley import Volley, VolleyShooter
from perilune.runs.store import Arrays

Array = NDArray[np.float64]

ROWS = 24  # in a task
COLUMNS = ("lift_off_s", "azimuth_rad", "coast_s", "tli_dv_km_s", "flight_time_s", "branch",
           "inclination_rad", "lowered")  # fmt: skip


@dataclass(frozen=True)
class Opening:
    """A task: some opportunities, as columns of their cells.

    Attributes
    ----------
    scan : Scan
    corridor : Corridor
    allowance_km_s : float
    steered : bool
    cells : mapping of str to ndarray
        `COLUMNS`.
    """

    scan: Scan
    corridor: Corridor
    allowance_km_s: float
    steered: bool
    cells: Mapping[str, NDArray[np.generic]]


def open_block(task: Opening) -> Arrays:
    """Return `before_s` and `after_s`: how long each opportunity stays open around its lift-off."""
    scan, cells = task.scan, task.cells
    shooter = VolleyShooter(scan.launch, scan.model, sky(scan.constants), workers=1)
    columns = {name: np.asarray(cells[name], dtype=float) for name in COLUMNS}
    along = Volley(
        Epoch(columns["lift_off_s"]),
        columns["azimuth_rad"],
        columns["coast_s"],
        columns["tli_dv_km_s"],
        columns["flight_time_s"],
    )
    flown = shooter.fly(along, full=True)
    lowest = (columns["lowered"] > 0.0) | (scan.perilune.inclination_deg is None)
    wanted = Targets(
        np.full(len(along), scan.perilune.radius_km),
        np.where(lowest, np.nan, columns["inclination_rad"]),
        np.array([scan.branches[int(i)] == "north" for i in columns["branch"]], dtype=bool),
    )
    nominal = Nominal(along, np.linalg.norm(flown.arrival[:, 3:], axis=1), wanted)
    way = (
        Steered(shooter, nominal, permitted(task.corridor, scan.launch.site))
        if task.steered
        else Fixed(shooter, nominal)
    )
    before, after = window_s(way, task.allowance_km_s)
    return {"before_s": before, "after_s": after}


def permitted(corridor: Corridor, site: LaunchSite) -> Callable[[Array], NDArray[np.bool_]]:
    """Return which inertial azimuths (rad) the site permits."""
    spans = corridor.permitted_inclinations(site)

    def holds(azimuth_rad: Array) -> NDArray[np.bool_]:
        latitude = np.radians(site.point.geocentric_latitude_deg)
        inclination = np.degrees(np.arccos(np.cos(latitude) * np.sin(azimuth_rad)))
        north = np.cos(azimuth_rad) > 0.0
        out = np.zeros(len(azimuth_rad), dtype=bool)
        for low, high, heading in spans:
            along = north == (heading == "northbound")
            out |= along & (inclination >= low - 1e-9) & (inclination <= high + 1e-9)
        return out

    return holds
