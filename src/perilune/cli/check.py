"""`perilune check` and `perilune list`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from perilune.cli import output
from perilune.cli.kinds import expected, kind_of
from perilune.cooperation.study_load import bundled_studies
from perilune.scenarios.load import SCENARIOS, bundled, load
from perilune.scenarios.station_check import answers, require_sense
from perilune.scenarios.station_load import bundled_stations, load_station


def run_check(file: str, overrides: list[str], *, as_json: bool) -> int:
    """Validate a file and say what it holds; returns the exit status."""
    kind = kind_of(file)
    if kind == "study":
        from perilune.cli.check_study import check_study

        return check_study(file, overrides, as_json=as_json)
    if kind == "station":
        return _check_station(file, overrides, as_json=as_json)
    with expected("mission", file):
        return _check_mission(file, overrides, as_json=as_json)


def _check_mission(file: str, overrides: list[str], *, as_json: bool) -> int:
    mission = load(file, overrides=overrides)
    written = SCENARIOS.document(file, overrides)["phase"]
    phases = [str(phase["kind"]) for phase in written]
    way = _way(written)
    spacecraft = [craft.name for craft in mission.stack.members]
    if as_json:
        output.document(
            {
                "scenario": mission.name,
                "title": mission.title,
                "valid": True,
                "constants": mission.constants,
                "phases": phases,
                **way,
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
    for what, found in way.items():
        if found:
            output.line(
                f"  {_WORDS[what]}: {found if isinstance(found, str) else ', '.join(found)}"
            )
    if spacecraft:
        output.line(f"  spacecraft: {', '.join(spacecraft)} ({mission.stack.mass_kg:,.0f} kg)")
    else:
        output.line("  spacecraft: none, so no masses")
    _doubts(mission.assumed)
    return 0


_WORDS = {
    "lift_off": "lift-off",
    "launch_site": "from",
    "vehicle": "on",
    "destinations": "to",
}
"""What the way of a mission is called."""


def _way(phases: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return when, from where and on what a mission leaves, and the places it goes to."""
    first, *others = phases
    there = [str(phase[key]) for phase in others for key in ("site", "zone") if key in phase]
    left = first.get("lift_off_utc", first.get("lift_off_date"))
    return {
        "lift_off": None if left is None else str(left).replace("+00:00", " UTC"),
        "launch_site": first.get("site"),
        "vehicle": first.get("vehicle"),
        "destinations": list(dict.fromkeys(there)),
    }


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
