"""`perilune check` and `perilune list`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from perilune.cli import output
from perilune.errors import InputError, UnknownName
from perilune.formats.toml_file import parse
from perilune.scenarios.load import SCENARIOS, bundled, load
from perilune.scenarios.station_check import answers, require_sense
from perilune.scenarios.station_load import STATIONS, bundled_stations, load_station


def run_check(file: str, overrides: list[str], *, as_json: bool) -> int:
    """Validate a mission's or a station's file and say what it holds; returns the exit status."""
    if _is_station(file):
        return _check_station(file, overrides, as_json=as_json)
    return _check_mission(file, overrides, as_json=as_json)


def _is_station(file: str) -> bool:
    """Tell a station's file from a mission's: it has a key `station`."""
    missions, stations = SCENARIOS.names(), STATIONS.names()
    if file in stations and file not in missions:
        return True
    try:
        text, where = SCENARIOS.read(file)
        return "station" in parse(text, where, SCENARIOS.what)
    except UnknownName:
        what = "scenario or station (bundled name or path of a TOML file)"
        raise UnknownName(what, file, [*missions, *stations]) from None
    except InputError:
        return False  # what is wrong is said where it is loaded


def _check_mission(file: str, overrides: list[str], *, as_json: bool) -> int:
    mission = load(file, overrides=overrides)
    phases = [type(phase).__name__.removesuffix("Phase").lower() for phase in mission.phases]
    spacecraft = [craft.name for craft in mission.stack.members]
    if as_json:
        output.document(
            {
                "scenario": mission.name,
                "title": mission.title,
                "valid": True,
                "constants": mission.constants,
                "phases": phases,
                "spacecraft": spacecraft,
                "mass_kg": mission.stack.mass_kg,
                "as_flown": [row.event for row in mission.as_flown],
                "unconfirmed_n": len(mission.assumed),
                "assumed": list(mission.assumed),
            }
        )
        return 0
    output.line(f"{mission.name}: valid. {mission.title}".rstrip())
    output.line(f"  phases: {', '.join(phases)}")
    if spacecraft:
        output.line(f"  spacecraft: {', '.join(spacecraft)} ({mission.stack.mass_kg:,.0f} kg)")
    else:
        output.line("  spacecraft: none, so no masses")
    _doubts(mission.assumed)
    return 0


def _check_station(file: str, overrides: list[str], *, as_json: bool) -> int:
    design = load_station(file, overrides=overrides)
    made = require_sense(design)
    verbs = answers(design)
    modules = made[-1].complex.names if made else []
    if as_json:
        output.document(
            {
                "station": design.name,
                "title": design.title,
                "valid": True,
                "answers": verbs,
                "steps_n": len(made),
                "modules": modules,
                "mass_kg": made[-1].body.mass_kg if made else None,
                "unconfirmed_n": len(design.assumed),
                "assumed": list(design.assumed),
            }
        )
        return 0
    output.line(f"{design.name}: valid. {design.title}".rstrip())
    output.line(f"  answers: {', '.join(verbs)}")
    if made:
        mass = f"{made[-1].body.mass_kg:,.0f} kg"
        output.line(f"  {len(made)} steps, at the end: {', '.join(modules)} ({mass})")
    _doubts(design.assumed)
    return 0


def _doubts(assumed: Sequence[Mapping[str, Any]]) -> None:
    for row in assumed:
        output.line(f"  {row['confidence']}: {row['what']}. {row['source'] or ''}".rstrip(". "))


def run_list(*, as_json: bool) -> int:
    """List the bundled scenarios and stations; returns the exit status."""
    found = {"scenarios": bundled(), "stations": bundled_stations()}
    if as_json:
        rows = {
            kind: [{"name": n, "title": t} for n, t in titles.items()]
            for kind, titles in found.items()
        }
        output.document(rows)
        return 0
    for kind, titles in found.items():
        cells = [[name, title] for name, title in titles.items()]
        output.table(f"Bundled {kind}", [("name", "left"), ("title", "text")], cells)
    return 0
