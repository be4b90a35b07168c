"""The Python way in: `perilune.fly`, with names and files resolved and outputs at hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from perilune.astro.environment import Environment
from perilune.missions import fly as chain
from perilune.missions.flight import Flight
from perilune.missions.mission import Mission
from perilune.report.save import save
from perilune.scenarios.load import load


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
        `events`, `ledger`, `checks`, `trajectory(name)`, `to_json()`, `save(folder)`.

    Raises
    ------
    InputError
        Where the scenario cannot be used.
    """
    mission = scenario if isinstance(scenario, Mission) else load(scenario, overrides=overrides)
    flight = chain.fly(mission, env, report=report)
    return replace(flight, writer=_write)


def _write(flight: Flight, folder: Path, report: bool) -> list[Path]:
    return save(flight, folder, report=report)
