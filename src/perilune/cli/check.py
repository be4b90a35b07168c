"""`perilune check` and `perilune list`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from perilune.cli import output
from perilune.cooperation.study_load import STUDIES, bundled_studies
from perilune.errors import InputError, UnknownName
from perilune.formats.toml_file import parse
from perilune.scenarios.load import SCENARIOS, bundled, load
from perilune.scenarios.station_check import answers, require_sense
from perilune.scenarios.station_load import STATIONS, bundled_stations, load_station


def run_check(file: str, overrides: list[str], *, as_json: bool) -> int:
    """Validate a file and say what it holds; returns the exit status."""
    kind = _kind(file)
    if kind == "study":
        from perilune.cli.check_study import check_study

        return check_study(file, overrides, as_json=as_json)
    if kind == "station":
        return _check_station(file, overrides, as_json=as_json)
    return _check_mission(file, overrides, as_json=as_json)


def _kind(file: str) -> str:
    """Tell files apart: a station's has a key `station`, a study's `variant` or the like."""
    missions, others = SCENARIOS.names(), {"station": STATIONS.names(), "study": STUDIES.names()}
    for kind, names in others.items():
        if file in names and file not in missions:
            return kind
    try:
        text, where = SCENARIOS.read(file)
        found = parse(text, where, SCENARIOS.what)
    except UnknownName:
        what = "scenario, station or study (bundled name or path of a TOML file)"
        known = [*missions, *others["station"], *others["study"]]
        raise UnknownName(what, file, known) from None
    except InputError:
        return "mission"  # what is wrong is said where it is loaded
    if any(key in found for key in ("variant", "baseline", "candidate")):
        return "study"
    return "station" if "station" in found else "mission"


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
    """List the bundled scenarios, stations and studies; returns the exit status."""
    found = {
        "scenarios": bundled(),
        "stations": bundled_stations(),
        "studies": bundled_studies(),
    }
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
