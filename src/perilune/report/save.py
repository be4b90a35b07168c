"""Write a flight into a folder: events.csv, mission.json, report.html, OEM and SPK a spacecraft."""

from __future__ import annotations

from pathlib import Path

from perilune.formats.arc_tables import ArcTables
from perilune.formats.files import write_whole
from perilune.formats.oem import write_oem
from perilune.formats.spk import FIRST_ID, write_spk
from perilune.formats.tables import write_events_csv
from perilune.missions.flight import Flight
from perilune.report.fly_charts import FlyCharts
from perilune.report.folder import begun
from perilune.report.page import fly_page
from perilune.report.scene import flight_scene


def save(flight: Flight, folder: Path, *, report: bool = True, command: str = "") -> list[Path]:
    """Write every output of a flight; returns the paths.

    Raises
    ------
    InputError
        Where the folder cannot be written.
    """
    document = flight.to_json()
    if command:
        document["provenance"] = {**document["provenance"], "command": command}
    paths = begun(folder, "mission.json", document)
    paths.append(folder / "events.csv")
    write_events_csv(paths[-1], flight.events)
    if report:
        paths.append(folder / "report.html")
        write_whole(paths[-1], fly_page(document, flight_scene(flight), FlyCharts.of(flight)))
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
