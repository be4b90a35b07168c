"""Write a flight into a folder: events.csv, mission.json, report.html, OEM and SPK a spacecraft."""

from __future__ import annotations

import json
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from perilune.astro.bodies import RADIUS_KM
from perilune.astro.epoch import Epoch
from perilune.dynamics.trajectory import Trajectory
from perilune.errors import InputError
from perilune.formats.arc_tables import ArcTables
from perilune.formats.files import write_whole
from perilune.formats.oem import write_oem
from perilune.formats.spk import FIRST_ID, write_spk
from perilune.formats.tables import write_events_csv
from perilune.missions.flight import Flight
from perilune.report.fly_charts import FlyCharts
from perilune.report.page import fly_page

_POINTS_A_STEP = 6
_ROUNDED_S = 1e-3  # dates of events are to a millisecond: the last one may seem past the end
_VIEW_KM = {"moon": 12000.0}  # the approach would make a dot of the Moon


def require_writable(folder: Path) -> None:
    """Raise InputError where the folder cannot be made or written, before any work is done."""
    existing = folder
    while not existing.exists():
        existing = existing.parent
    if not existing.is_dir():
        raise InputError(f"'{existing}' is a file: expected a folder", file=str(folder))
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        raise InputError(
            f"cannot write here ({error.strerror}): name another folder with -o", file=str(folder)
        ) from None
    if not os.access(existing, os.W_OK):
        raise InputError("cannot write here: name another folder with -o", file=str(folder))


def save(flight: Flight, folder: Path, *, report: bool = True, command: str = "") -> list[Path]:
    """Write every output of a flight; returns the paths.

    Raises
    ------
    InputError
        Where the folder cannot be written.
    """
    require_writable(folder)
    folder.mkdir(parents=True, exist_ok=True)
    document = flight.to_json()
    if command:
        document["provenance"] = {**document["provenance"], "command": command}
    paths = [folder / "mission.json", folder / "events.csv"]
    write_whole(paths[0], json.dumps(document, indent=2, allow_nan=False) + "\n")
    write_events_csv(paths[1], flight.events)
    if report:
        paths.append(folder / "report.html")
        write_whole(paths[-1], fly_page(document, tracks(flight), FlyCharts.of(flight)))
    paths += _ephemerides(flight, folder)
    return paths


def _ephemerides(flight: Flight, folder: Path) -> list[Path]:
    """Write OEM and SPK of each spacecraft; of OEMs of those that fly together the name differs."""
    written: dict[int, tuple[str, str]] = {}
    paths, tables = [], ArcTables()
    for number, name in enumerate(flight.spacecraft):
        path, motion = folder / f"{name}.oem", flight.trajectory(name)
        if id(motion) in written:
            other, text = written[id(motion)]
            write_whole(path, text.replace(f"OBJECT_NAME = {other}\n", f"OBJECT_NAME = {name}\n"))
        else:
            write_oem(path, motion, name=name, object_id=flight.name, env=flight.env, tables=tables)
            written[id(motion)] = name, path.read_text("utf-8")
        kernel = folder / f"{name}.bsp"
        write_spk(
            kernel, motion, name=name, naif_id=FIRST_ID - number, env=flight.env, tables=tables
        )
        paths += [path, kernel]
    return paths


def tracks(flight: Flight) -> dict[str, Any]:
    """Return the two plots' polylines: the flight about the Earth, and about the Moon.

    Of a mission that never leaves the Moon there is nothing to see about the Earth.
    """
    if not flight.spacecraft:
        return {}
    found = {"moon": _track("Moon-centered, ICRF", flight, "moon")}
    arcs = (arc for name in flight.spacecraft for arc in flight.trajectory(name).arcs)
    if any(arc.center != "moon" for arc in arcs):
        found = {"earth": _track("Earth-centered, ICRF", flight, "earth"), **found}
    return found


def _track(title: str, flight: Flight, center: str) -> dict[str, Any]:
    """Return a plot's polylines: every arc once, whichever spacecraft flew it together."""
    lines: list[dict[str, Any]] = []
    points: list[dict[str, Any]] = []
    seen: set[int] = set()
    named: set[tuple[str, str]] = set()
    for name in flight.spacecraft:
        trajectory = flight.trajectory(name)
        lines += _lines(trajectory, center, seen)
        for event in flight.events:
            mine = event["spacecraft"] in (name, "stack") or len(flight.spacecraft) == 1
            where = _place(event, trajectory, center, flight) if mine else None
            if where is not None and (event["name"], event["utc"]) not in named:
                named.add((event["name"], event["utc"]))
                points.append({"name": event["name"], **{k: v[0] for k, v in where.items()}})
    return {
        "title": title,
        "view_km": _VIEW_KM.get(center),
        "body_radius_km": RADIUS_KM[center],
        "lines": lines,
        "points": points,
    }


def _lines(trajectory: Trajectory, center: str, seen: set[int]) -> list[dict[str, Any]]:
    """Return the polylines of the arcs not drawn before."""
    lines = []
    for arc in trajectory.arcs:
        if (center == "moon" and arc.center != "moon") or id(arc) in seen:
            continue
        seen.add(id(arc))
        edges = arc.edges_s
        shares = np.linspace(0.0, 1.0, _POINTS_A_STEP, endpoint=False)
        inside = edges[:-1, None] + np.diff(edges)[:, None] * shares
        r = trajectory.at(arc.origin + np.append(inside.ravel(), edges[-1]), center=center).r_km
        name = "burn" if arc.has_mass else f"coast about the {arc.center}"
        lines.append({"name": name, **_columns(r)})
    return lines


def _columns(r: Any) -> dict[str, list[float]]:
    return {axis: np.round(r[:, i], 3).tolist() for i, axis in enumerate("xyz")}


def _place(
    event: dict[str, Any], trajectory: Trajectory, center: str, flight: Flight
) -> dict[str, list[float]] | None:
    """Return where an event is in a plot, or None where it belongs to the other one."""
    if center == "moon" and event["body"] != "moon":
        return None
    epoch = _epoch(event["utc"])
    early, late = float(epoch - trajectory.start), float(epoch - trajectory.stop)
    if early < -_ROUNDED_S or late > _ROUNDED_S:
        return None
    epoch = trajectory.start if early < 0.0 else trajectory.stop if late > 0.0 else epoch
    state = trajectory.at(epoch).to(center=center, env=flight.env)
    return _columns(state.r_km[None, :])


@cache
def _epoch(utc: str) -> Epoch:
    """Return the instant of an event: each is asked for by every spacecraft and plot."""
    return Epoch.utc(utc)
