"""`perilune fly`: fly a mission, show its timeline, write its files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perilune.cli import output, outputs
from perilune.cli.kinds import expected
from perilune.cli.progress import Progress
from perilune.errors import EpochError, InputError, PeriluneError
from perilune.missions.told import orbit_inclination_deg
from perilune.report.save import save
from perilune.report.words import minutes_between
from perilune.scenarios.load import load
from perilune.scenarios.source import called

if TYPE_CHECKING:
    from perilune.missions.flight import Flight
    from perilune.missions.mission import Mission
    from perilune.report.exports import Exports


def run_fly(
    scenario: str,
    directory: str | None,
    overrides: list[str],
    *,
    as_json: bool,
    quiet: bool,
    with_report: bool,
    more: Exports | None = None,
) -> int:
    """Fly a scenario; returns 0 where it closes and every check holds, else 1."""
    with expected("mission", scenario):
        mission = load(scenario, overrides=overrides)
    folder = outputs.folder(directory, mission.name)
    with Progress(quiet=quiet) as progress:
        progress(f"{mission.name}: loading ephemeris and compiling")
        flight = _fly(mission, called(scenario, overrides), progress)
        flight = replace(flight, provenance={**flight.provenance, "command": outputs.command()})
        progress("writing")
        _save(flight, folder, more, with_report=with_report)
    if as_json:
        output.document(flight.to_json())
    else:
        _show(flight, folder)
    return 0 if flight.closes else 1


def _fly(mission: Mission, where: str, progress: Progress) -> Flight:
    from perilune.facade import fly

    try:
        return fly(mission, report=progress)
    except PeriluneError as problem:
        if isinstance(problem, InputError) and problem.file:
            raise
        raise InputError(str(problem), file=where) from problem


def wanted(*, czml: bool, geojson: bool, opm: str | None) -> Exports:
    """Return what more a flight is to write, as its options say; refuse a date that is none."""
    from perilune.astro.epoch import Epoch
    from perilune.report.exports import Exports

    try:
        return Exports(czml, geojson, None if opm is None else Epoch.utc(opm))
    except EpochError as problem:
        raise InputError(str(problem), key="--opm") from problem


def _save(flight: Flight, folder: Path, more: Exports | None, *, with_report: bool) -> None:
    from perilune.report.exports import export

    try:
        save(flight, folder, report=with_report)
        if more is not None:
            export(flight, folder, more)
    except OSError as problem:
        raise outputs.unwritable(folder, problem) from problem


def _show(flight: Flight, folder: Path) -> None:
    output.line(f"{flight.name}: {flight.title}")
    if flight.events:
        rows = [_event_row(event) for event in flight.events]
        first = flight.events[0]["utc"][:10]
        output.table(f"Timeline (UTC, from {first})", _TIMELINE, rows, "events.csv")
    if flight.ledger:
        output.table("Propellant (kg)", _LEDGER, [_ledger_row(row) for row in flight.ledger])
    branches = flight.solution.get("branches", [])
    if any("perilune" in row["name"] for row in branches):
        output.table("Places of the burn", _PLACES, [_place_row(row) for row in branches])
    elif branches:
        output.table("Transfer branches", _BRANCHES, [_branch_row(row) for row in branches])
    failed = [check for check in flight.checks if not check["ok"]]
    for check in failed:
        output.line(f"FAILED {_check(check)}")
    output.line(_verdict(flight, len(failed)))
    if flight.assumed:
        names = ", ".join(row["what"].replace(":", "") for row in flight.assumed)
        output.line(f"Not confirmed by a source: {names}.")
    output.line(f"Constants {flight.provenance['constants']}; outputs in {folder}/")


def _check(check: dict[str, Any]) -> str:
    value = "not reached" if check["value"] is None else f"{check['value']:.6g} {check['unit']}"
    return f"{check['name']}: {value}, expected {check['limit']} {check['unit']}"


def _verdict(flight: Flight, failed: int) -> str:
    count = len(flight.checks)
    if flight.status != "converged":
        return f"DOES NOT CLOSE: {flight.status}. {flight.remedy}"
    if failed:
        return f"DOES NOT CLOSE: {failed} of {count} checks fail."
    return f"CLOSES: all {count} checks hold ({flight.elapsed_s:.1f} s)."


_TIMELINE: output.Columns = [
    ("event", "left"),
    ("utc", "left"),
    ("flown", "right", 1),
    ("alt km", "right", 2),
    ("i deg", "right", 3),
    ("dv m/s", "right"),
    ("kg after", "right"),
]
_LEDGER = [(name, "left" if name == "spacecraft" else "right")
           for name in ("spacecraft", "dry", "loaded", "used", "margin")]  # fmt: skip
_BRANCHES: output.Columns = [
    ("branch", "left"),
    ("dv m/s", "right"),
    ("i deg", "right", 2),
    ("plane off km", "right", 1),
    ("", "text"),
]

_PLACES: output.Columns = [
    ("place", "left"),
    ("dv m/s", "right"),
    ("impact", "left", 1),
    ("", "text"),
]


def _number(value: float | None, digits: int) -> str:
    if value is None:
        return ""
    text = f"{value:,.{digits}f}"
    return text if text.strip("-0.") else text.removeprefix("-")


def _event_row(event: dict[str, Any]) -> list[str]:
    return [
        event["name"],
        event["utc"][5:19].replace("T", " "),
        _offset(event),
        _number(event["altitude_km"], 1),
        _number(orbit_inclination_deg(event), 2),
        _number(event["dv_m_s"], 1),
        _number(event["mass_after_kg"], 0),
    ]


def _offset(event: dict[str, Any]) -> str:
    """Return how much later (+) than flown, in minutes."""
    flown = event["as_flown"]
    if not flown or not flown["utc"]:
        return ""
    later = minutes_between(event["utc"], flown["utc"])
    return "" if later is None else f"{later:+.1f} min"


def _ledger_row(row: dict[str, Any]) -> list[str]:
    keys = ("dry_mass_kg", "propellant_loaded_kg", "propellant_used_kg", "margin_kg")
    return [row["spacecraft"], *(_number(row[key], 0) for key in keys)]


def _branch_row(row: dict[str, Any]) -> list[str]:
    return [
        row["name"],
        _number(row["total_dv_m_s"], 1),
        _number(row.get("inclination_deg"), 2),
        _number(row.get("plane_distance_km"), 1),
        _why(row),
    ]


def _place_row(row: dict[str, Any]) -> list[str]:
    impact = (row.get("impact_utc") or "")[5:19].replace("T", " ")
    return [row["name"], _number(row["total_dv_m_s"], 1), impact, _why(row)]


def _why(row: dict[str, Any]) -> str:
    return f"chosen: {row['why']}" if row["chosen"] else str(row["why"])
