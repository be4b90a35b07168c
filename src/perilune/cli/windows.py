"""`perilune windows`: find every launch opportunity in a span of dates, write the files."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from perilune.astro.epoch import DAY, Epoch
from perilune.cli import output, outputs
from perilune.cli.kinds import expected
from perilune.cli.progress import Progress
from perilune.cli.windows_show import show
from perilune.errors import InputError, PeriluneError
from perilune.runs.job import processors
from perilune.scenarios import dates
from perilune.scenarios.load import load
from perilune.scenarios.source import called

if TYPE_CHECKING:
    from perilune.missions.mission import Mission
    from perilune.missions.scan_result import Windows

FEW = 1500
"""Cells below which starting further processes costs more than it saves."""

MANY = 10**6
"""Cells above which the user is told, before the scan, what it costs."""

_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?Z)?", re.ASCII)
_EXPECTED = "expected a date such as 2020-11-01, or an instant in UTC such as 2020-11-01T06:00:00Z"


def run_windows(
    scenario: str,
    first: str,
    last: str,
    directory: str | None,
    overrides: list[str],
    *,
    workers: int | None,
    as_json: bool,
    quiet: bool,
    with_report: bool,
) -> int:
    """Scan a span of dates; returns 0 where an opportunity is feasible, else 1."""
    with expected("mission", scenario):
        mission = load(scenario, overrides=overrides)
    start, stop = span(first, last, mission)
    folder = outputs.folder(directory, mission.name)
    with Progress(quiet=quiet) as progress:
        progress(f"{mission.name}: loading ephemeris and compiling")
        try:
            found = _scan(mission, start, stop, folder, workers, progress)
        except PeriluneError as problem:
            if isinstance(problem, InputError) and problem.file:
                raise
            raise InputError(str(problem), file=called(scenario, overrides)) from problem
        found = replace(found, provenance={**found.provenance, "command": outputs.command()})
        progress("writing")
        _save(found, folder, _as_flown(mission), with_report=with_report)
    if as_json:
        output.document(found.to_json())
    else:
        show(found, folder)
    return 0 if found.feasible_n else 1


# ---- the span


def span(first: str, last: str, mission: Mission) -> tuple[Epoch, Epoch]:
    """Return the span of lift-offs from `--from` and `--to`; a day alone as the last is whole.

    Raises
    ------
    InputError
        Where a date cannot be read, lies outside the tables, or the span ends before it starts.
    """
    start = read_date("--from", first)
    stop = read_date("--to", last)
    if "T" not in last:
        stop = Epoch.utc(f"{date.fromisoformat(last) + timedelta(days=1)}")
    if not stop > start:
        raise InputError(f"--to: found {last}, expected a date after --from ({first})")
    landing = mission.windows.limits.landing
    after_s = max(mission.windows.flight_times_s) + DAY
    if landing is not None:
        after_s += landing.wait_s[1] + landing.stay_s
    try:
        dates.require_arrival(stop, after_s / 3600.0)
    except InputError as problem:
        raise InputError(f"--to: found {last}: {problem}") from None
    return start, stop


def read_date(option: str, text: str) -> Epoch:
    """Return the epoch of an option's date; raises InputError where it is none."""
    if not _DATE.fullmatch(text):
        raise InputError(f"{option}: found '{text}', {_EXPECTED}")
    try:
        datetime.fromisoformat(text.replace(":60Z", ":59Z").replace(":60.", ":59."))
    except ValueError:
        raise InputError(f"{option}: found '{text}', which is no date: {_EXPECTED}") from None
    try:
        return dates.read(text, on_earth=True)
    except InputError as problem:
        raise InputError(f"{option}: {problem}") from None


# ---- the scan


def _scan(
    mission: Mission,
    start: Epoch,
    stop: Epoch,
    folder: Path,
    workers: int | None,
    progress: Callable[[str], None],
) -> Windows:
    """Scan, keeping finished parts in the folder: an interrupted scan goes on where it stopped."""
    from perilune.astro.environment import environment
    from perilune.missions.windows import cells_n, scan_of, windows
    from perilune.runs.store import Store

    env = environment(constants=mission.constants, tuned=True)
    scan = scan_of(mission, start, stop, env)
    count = cells_n(scan)
    hands = workers or (processors() if count >= FEW else 1)
    if count > MANY:
        _warn(count, hands)
    return windows(
        mission,
        start,
        stop,
        env=env,
        workers=hands,
        store=lambda scan: Store(_parts(folder), scan),
        report=progress,
    )


def _parts(folder: Path) -> Path:
    return folder / ".scan-parts"


def _warn(count: int, hands: int) -> None:
    from perilune.missions.windows import estimate_s

    on = "one processor" if hands == 1 else f"{hands} processors"
    output.error(
        f"warning: {count:,} cells take about {estimate_s(count, hands) / 3600.0:,.1f} h on {on}. "
        "Ctrl-C stops; the same command then goes on where it stopped"
    )


def _save(found: Windows, folder: Path, as_flown: str | None, *, with_report: bool) -> None:
    from perilune.report.save_windows import save_windows
    from perilune.runs.store import Store

    try:
        save_windows(found, folder, as_flown, with_report)
    except OSError as problem:
        raise outputs.unwritable(folder, problem) from problem
    Store(_parts(folder), found.scan).clear()


def _as_flown(mission: Mission) -> str | None:
    """Return the lift-off that really happened, where the scenario tells it."""
    return next((row.utc for row in mission.as_flown if row.event == "lift_off"), None)
