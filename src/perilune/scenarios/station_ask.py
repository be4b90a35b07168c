"""A question asked of a station by its name: loaded, computed, and told what it was made with."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from perilune.astro.environment import environment
from perilune.errors import InputError, UnknownName
from perilune.missions.made_with import made_with
from perilune.scenarios.station_load import load_station
from perilune.stations.ask_access import ask_access
from perilune.stations.ask_crew import ask_crew
from perilune.stations.ask_upkeep import ask_upkeep
from perilune.stations.assemble import assemble, compared
from perilune.stations.design import Design
from perilune.stations.result import VERBS, StationResult
from perilune.stations.split import split

Report = Callable[[str], None]

_COMPARED = "iss"  # the station every other is measured against


def ask(
    verb: str, name: str | Path | Design, overrides: Sequence[str], report: Report
) -> StationResult:
    """Return the answer to a verb; `overrides` are those of a name or path, not of a design.

    Raises
    ------
    InputError
        Says file and key.
    """
    if verb not in VERBS:
        raise UnknownName("question about a station", verb, VERBS)
    began = time.perf_counter()
    design = name if isinstance(name, Design) else load_station(name, overrides=overrides)
    report(f"{design.name}: {verb}")
    try:
        document = _ANSWERS[verb](design, report)
    except InputError as problem:
        where = problem.file or design.file
        raise InputError(problem.problem, file=where, key=problem.key) from problem
    return StationResult(
        verb,
        design.name,
        design.title,
        document,
        design.assumed,
        {
            "station": design.station.name,
            "catalog_files": list(design.book.files),
            **made_with(environment()),
        },
        time.perf_counter() - began,
    )


def _assemble(design: Design, report: Report) -> dict[str, Any]:
    found = assemble(design, report)
    others = [] if design.station.name == _COMPARED else [load_station(_COMPARED)]
    return found | {"compared": [compared(found, other) for other in others]}


_ANSWERS: dict[str, Callable[[Design, Report], dict[str, Any]]] = {
    "access": ask_access,
    "assemble": _assemble,
    "crew": ask_crew,
    "upkeep": ask_upkeep,
    "split": split,
}
