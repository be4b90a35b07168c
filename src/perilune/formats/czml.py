"""Trajectories as CZML, which CesiumJS shows on its globe in time.

Layout: "CZML Guide" of the Cesium project. Positions are about the Earth, in Cesium's `INERTIAL`
frame (the ICRF), in meters, with velocities for Hermite interpolation.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.dynamics.trajectory import Trajectory
from perilune.formats.arc_tables import ArcTables, Table
from perilune.formats.files import write_json
from perilune.formats.nodes import WIDTH

_COLOR = (0, 114, 178, 255)  # of Okabe and Ito's set, told apart by all eyes
_TRAIL_S = 86400.0
_SHOWN_S = 600.0  # half of how long an event's label stands
_PACE = 3600.0  # seconds of the clock for one of the viewer


def write_czml(
    path: str | os.PathLike[str],
    trajectory: Trajectory,
    *,
    name: str,
    env: Environment,
    events: Sequence[Mapping[str, Any]] = (),
    tables: ArcTables | None = None,
) -> None:
    """Write a trajectory as CZML: the moving spacecraft with its path, and its events as labels.

    Parameters
    ----------
    path : path
    trajectory : Trajectory
        Made with dense output.
    name : str
    env : Environment
    events : sequence of mapping
        With `name` and `utc`, as in the JSON of `fly`; those outside the motion are left out.
    tables : ArcTables, optional
        Shared between files of one flight.

    Raises
    ------
    InputError
        Where the trajectory failed or has no duration, or the file cannot be written.
    """
    laid_out = (tables or ArcTables()).of(trajectory)
    span = f"{_utc(trajectory.start)}/{_utc(trajectory.stop)}"
    clock = {"interval": span, "currentTime": _utc(trajectory.start), "multiplier": _PACE,
             "range": "CLAMPED", "step": "SYSTEM_CLOCK_MULTIPLIER"}  # fmt: skip
    packets: list[dict[str, Any]] = [
        {"id": "document", "name": name, "version": "1.0", "clock": clock},
        {
            "id": name,
            "name": name,
            "availability": span,
            "position": [_interval(table, env) for table in laid_out],
            "point": {"pixelSize": 8, "color": {"rgba": _COLOR}},
            "label": {"text": name, "pixelOffset": {"cartesian2": [12, 0]}, "scale": 0.6,
                      "horizontalOrigin": "LEFT"},
            "path": {"width": 1.5, "leadTime": 0.0, "trailTime": _TRAIL_S, "resolution": 60.0,
                     "material": {"solidColor": {"color": {"rgba": _COLOR}}}},
        },
    ]  # fmt: skip
    packets += [_event(number, row, trajectory, env) for number, row in enumerate(events)
                if _inside(Epoch.utc(row["utc"]), trajectory)]  # fmt: skip
    write_json(path, packets)


def _interval(table: Table, env: Environment) -> dict[str, Any]:
    """Return the positions of an arc, in force between its ends."""
    arc, nodes = table.arc, table.nodes_s
    start = arc.origin + float(nodes[0])
    seen = arc.states(nodes).to(center="earth", env=env)
    meters = np.column_stack([np.round(nodes - nodes[0], 6), np.round(1e3 * seen.vector, 4)])
    return {
        "interval": f"{_utc(start)}/{_utc(arc.origin + float(nodes[-1]))}",
        "epoch": _utc(start),
        "referenceFrame": "INERTIAL",
        "interpolationAlgorithm": "HERMITE",
        "interpolationDegree": 2 * WIDTH - 1,
        "cartesianVelocity": meters.ravel().tolist(),
    }


def _event(
    number: int, row: Mapping[str, Any], trajectory: Trajectory, env: Environment
) -> dict[str, Any]:
    """Return a label where an event happens, for as long as it takes to read it."""
    epoch = Epoch.utc(row["utc"])
    at = min(max(epoch, trajectory.start), trajectory.stop)
    place = trajectory.at(at).to(center="earth", env=env).r_km
    size = f" {row['dv_m_s']:,.1f} m/s" if row.get("dv_m_s") else ""
    return {
        "id": f"event-{number}",
        "name": f"{row['name']}{size}",
        "availability": f"{_utc(epoch - _SHOWN_S)}/{_utc(epoch + _SHOWN_S)}",
        "position": {"referenceFrame": "INERTIAL", "cartesian": np.round(1e3 * place, 1).tolist()},
        "label": {"text": f"{row['name'].replace('_', ' ')}{size}", "scale": 0.5,
                  "pixelOffset": {"cartesian2": [0, -18]}},
    }  # fmt: skip


def _inside(epoch: Epoch, trajectory: Trajectory) -> bool:
    early, late = float(trajectory.start - epoch), float(epoch - trajectory.stop)
    return max(early, late) < 1e-3


def _utc(epoch: Epoch) -> str:
    return str(epoch.utc_iso(6))
