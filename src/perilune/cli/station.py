"""`perilune station`: ask a question of a station, show the answer, write the files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from perilune.cli import output, outputs
from perilune.cli.kinds import expected
from perilune.cli.progress import Progress
from perilune.cli.station_show import show
from perilune.errors import UnknownName
from perilune.scenarios.station_load import load_station
from perilune.stations.result import VERBS

if TYPE_CHECKING:
    from perilune.stations.design import Design
    from perilune.stations.result import StationResult


def run_station(
    verb: str,
    name: str,
    directory: str | None,
    overrides: list[str],
    *,
    as_json: bool,
    quiet: bool,
    with_report: bool,
) -> int:
    """Answer a question about a station; returns 0 once it is answered, whatever the answer."""
    if verb not in VERBS:
        raise UnknownName("question about a station", verb, VERBS)
    with expected("station", name):
        design = load_station(name, overrides=overrides)
    folder = outputs.folder(directory, design.name)
    with Progress(quiet=quiet) as progress:
        found = _ask(verb, design, progress)
        progress("writing")
        _save(found, folder, with_report=with_report)
    if as_json:
        output.document(found.to_json())
    else:
        show(found, folder)
    return 0


def _ask(verb: str, design: Design, progress: Progress) -> StationResult:
    from dataclasses import replace

    from perilune.scenarios.station_ask import ask

    found = ask(verb, design, (), progress)
    return replace(found, provenance={"command": outputs.command(), **found.provenance})


def _save(found: StationResult, folder: Path, *, with_report: bool) -> None:
    from perilune.report.save_station import save_station

    try:
        save_station(found, folder, with_report)
    except OSError as problem:
        raise outputs.unwritable(folder, problem) from problem
