"""The Python way in: names and files resolved, outputs and verdicts at hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.errors import InputError
from perilune.missions import fly as chain
from perilune.missions import windows as scan
from perilune.missions.flight import Flight
from perilune.missions.mission import Mission
from perilune.missions.scan_result import Windows
from perilune.report.save import save
from perilune.report.save_windows import save_windows
from perilune.scenarios.load import load

if TYPE_CHECKING:
    from perilune.cooperation.comparison import Comparison
    from perilune.cooperation.study import Study
    from perilune.stations.design import Design
    from perilune.stations.result import StationResult

Loaded = TypeVar("Loaded")


def fly(
    scenario: str | Path | Mission,
    *,
    env: Environment | None = None,
    overrides: Sequence[str] = (),
    report: Callable[[str], None] = lambda _: None,
) -> Flight:
    """Fly a bundled scenario, a scenario file or a loaded mission.

    Parameters
    ----------
    scenario : str, Path or Mission
    env : Environment, optional
        Default: offline, with the mission's constants.
    overrides : sequence of str
        `path.to.key=value`, for a name or a file.
    report : callable
        Called with short texts as work goes on.

    Returns
    -------
    Flight
        `events`, `ledger`, `checks`, `trajectory(name)`, `to_json()`, `save(folder)`; itself a
        table of its events: `polars.DataFrame(flight)`.

    Raises
    ------
    InputError
        Where the scenario cannot be used.
    """
    mission = _mission(scenario, overrides)
    flight = chain.fly(mission, env, report=report)
    return replace(flight, writer=_save)


def windows(
    scenario: str | Path | Mission,
    *,
    start: Epoch | str,
    stop: Epoch | str,
    env: Environment | None = None,
    overrides: Sequence[str] = (),
    workers: int = 1,
    report: Callable[[str], None] = lambda _: None,
) -> Windows:
    """Find every launch opportunity of a mission in a span of lift-offs.

    Parameters
    ----------
    scenario : str, Path or Mission
        A bundled name, a file or a loaded mission; its `[windows]` say what makes a date feasible.
    start, stop : Epoch or str
        Span of the lift-offs; text is UTC.
    env : Environment, optional
        Default: offline, with the mission's constants.
    overrides : sequence of str
        `path.to.key=value`, for a name or a file.
    workers : int
        Processes; more than one needs a script that guards its start
        (`if __name__ == "__main__":`).
    report : callable
        Called with short texts as work goes on.

    Returns
    -------
    Windows
        `opportunities` (a list of rows), `cells`, counts, `to_json()`, `save(folder)`; itself a
        table: `polars.DataFrame(found)`, `pandas.DataFrame.from_arrow(found)`.

    Raises
    ------
    InputError
        Where the scan makes no sense.
    """
    mission = _mission(scenario, overrides)
    first, last = (Epoch.utc(t) if isinstance(t, str) else t for t in (start, stop))
    found = scan.windows(mission, first, last, env=env, workers=workers, report=report)
    launch = next((row.utc for row in mission.as_flown if row.event == "lift_off"), None)

    def write(found: Windows, folder: Path, report: bool) -> list[Path]:
        return save_windows(found, folder, as_flown=launch, report=report)

    return replace(found, writer=write)


def station(
    verb: str,
    name: str | Path | Design,
    *,
    overrides: Sequence[str] = (),
    report: Callable[[str], None] = lambda _: None,
) -> StationResult:
    """Ask a question of a bundled station, a station's file or a loaded design.

    Parameters
    ----------
    verb : str
        `access`, `assemble`, `crew`, `upkeep` or `split`.
    name : str, Path or Design
    overrides : sequence of str
        `path.to.key=value`, for a name or a file.
    report : callable
        Called with short texts as work goes on.

    Returns
    -------
    StationResult
        `headline`, `document`, `table("sites")` and others, `to_json()`, `save(folder)`.

    Raises
    ------
    InputError
        Where the file or the question cannot be used.
    """
    from perilune.report.save_station import answer, save_station
    from perilune.scenarios.station_ask import ask

    found = ask(verb, name, overrides, report)
    told, is_good = answer(found)
    return replace(found, writer=save_station, headline=told, is_good=is_good)


def evaluate(
    name: str | Path | Study,
    *,
    overrides: Sequence[str] = (),
    only: Sequence[str] = (),
    folder: str | Path | None = None,
    workers: int = 1,
    report: Callable[[str], None] = lambda _: None,
) -> Comparison:
    """Evaluate the variants of cooperation in a bundled study, a file or a loaded study.

    Parameters
    ----------
    name : str, Path or Study
    overrides : sequence of str
        `path.to.key=value`, for a name or a file.
    only : sequence of str
        Variants by name; all where none is given.
    folder : str or Path, optional
        Where computations are kept, so that the next evaluation does not repeat them.
    workers : int
        Processes; more than one needs a script that guards its start
        (`if __name__ == "__main__":`).
    report : callable
        Called with short texts as work goes on.

    Returns
    -------
    Comparison
        `outcomes`, `table("missions")` and others, `to_json()`, `save(folder)`.

    Raises
    ------
    InputError
        Where the study cannot be used.
    """
    from perilune.cooperation import evaluate as variants
    from perilune.cooperation.study_load import load_study
    from perilune.report.save_study import save_study
    from perilune.report.sheet_study import headline

    def write(compared: Comparison, folder: Path, report: bool) -> list[Path]:
        return save_study(compared.to_json(), folder, report)

    if isinstance(name, str | Path):
        found = load_study(name, overrides=overrides)
    else:
        found = _as_loaded(name, overrides)
    chosen = [found.variant(each) for each in only] if only else None
    options = variants.Options(None if folder is None else Path(folder), workers)
    compared = variants.evaluate(found, chosen, options, report)
    return replace(compared, writer=write, headline=headline(compared.to_json()))


study = evaluate


def _mission(scenario: str | Path | Mission, overrides: Sequence[str]) -> Mission:
    if isinstance(scenario, Mission):
        return _as_loaded(scenario, overrides)
    return load(scenario, overrides=overrides)


def _as_loaded(given: Loaded, overrides: Sequence[str]) -> Loaded:
    """Return what was loaded before, which overrides no longer reach."""
    if overrides:
        what = type(given).__name__
        raise InputError(f"overrides go with a name or a file: found a loaded {what}")
    return given


def _save(flight: Flight, folder: Path, report: bool) -> list[Path]:
    return save(flight, folder, report=report)
