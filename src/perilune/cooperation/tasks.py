"""What a study computes: each task once, kept by content, in as many processes as there are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from perilune.errors import PeriluneError
from perilune.formats.files import write_whole
from perilune.runs.job import run
from perilune.scenarios.load import SCENARIOS, load
from perilune.scenarios.station_load import STATIONS

if TYPE_CHECKING:
    from perilune.missions.flight import Flight

Report = Callable[[str], None]


MISSION, WINDOWS, STATION = "mission", "windows", "station"
"""What can be asked: a flight, a year of launch windows, an assembly."""


@dataclass(frozen=True)
class Task:
    """One computation: of a scenario or a station's file, and what differs in it.

    Attributes
    ----------
    name : str
    overrides : tuple of str
    kind : str
        `mission`, `windows` or `station`.
    start : str
        First day of a year of windows.
    stations : tuple of str
        Ground stations whose hours of contact with a flown mission are asked for.
    relay, relay_partner : str
        Scenario of a relay for what has landed, and who provides it.
    """

    name: str
    overrides: tuple[str, ...] = ()
    kind: str = MISSION
    start: str = ""
    stations: tuple[str, ...] = ()
    relay: str = ""
    relay_partner: str = ""

    @property
    def key(self) -> str:
        """Names the task by everything its result depends on."""
        source = STATIONS if self.kind == STATION else SCENARIOS
        text = source.read(self.name)[0]
        asked = [self.start, *self.stations, "", self.relay, self.relay_partner]
        relay = SCENARIOS.read(self.relay)[0] if self.relay else ""
        parts = [_program(), self.kind, *asked, text, relay, *sorted(self.overrides)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Flown:
    """What a flight came to.

    Attributes
    ----------
    status : str
    closes : bool
    margin_kg : float or None
        The smallest of the propellant margins and of what the vehicle could have lifted more.
    margin_of : str
        Whose it is.
    dv_m_s : float
        All burns after the injection.
    why_not : tuple of str
    document : mapping
        The flight's JSON.
    """

    status: str
    closes: bool
    margin_kg: float | None
    margin_of: str
    dv_m_s: float
    why_not: tuple[str, ...]
    document: dict[str, Any]

    @classmethod
    def of(cls, document: dict[str, Any]) -> Flown:
        """Return what the JSON of a flight says, or that its file was refused."""
        if "refused" in document:
            nothing: dict[str, Any] = {"events": [], "status": "refused"}
            return cls("refused", False, None, "", 0.0, (document["refused"],), nothing)
        margins = [
            (row["margin_kg"], row["spacecraft"])
            for row in document["ledger"]
            if row["margin_kg"] is not None and row["propellant_loaded_kg"]
        ]
        failed = [check for check in document["checks"] if check["ok"] is False]
        for check in document["checks"]:
            if check["name"] == "injected mass margin":
                margins.append((float(check["value"]), "vehicle"))
        least = min(margins, default=(None, ""))
        burns = [e for e in document["events"] if e.get("dv_m_s") is not None]
        dv = sum(e["dv_m_s"] for e in burns if e["name"] != "translunar_injection")
        why = [_failure(check) for check in failed]
        if document["status"] not in ("converged", "completed"):
            why.insert(0, document.get("remedy") or document["status"])
        return cls(
            document["status"],
            bool(document.get("closes")),
            least[0],
            least[1],
            float(dv),
            tuple(why),
            document,
        )

    @property
    def lift_off_utc(self) -> str | None:
        """When it leaves."""
        events = self.document.get("events") or []
        return next((e["utc"] for e in events if e["name"] == "lift_off"), None)


def _failure(check: dict[str, Any]) -> str:
    unit = f" {check['unit']}" if check["unit"] else ""
    return f"{check['name']}: {check['value']:,.1f}{unit}, limit {check['limit']}{unit}"


def compute(
    tasks: Iterable[Task],
    folder: Path | None,
    *,
    workers: int = 1,
    report: Report = lambda _: None,
) -> tuple[dict[Task, dict[str, Any]], int]:
    """Return what every task came to, and how many had to be computed.

    Parameters
    ----------
    tasks : iterable of Task
        Equal ones are computed once.
    folder : Path or None
        Where results are kept: those found there are not computed again, so an interrupted study
        goes on where it stopped.
    workers : int
        Processes.
    report : callable
        Called with what is done and how long the rest may take.
    """
    wanted = list(dict.fromkeys(tasks))
    found = {task: kept for task in wanted if (kept := _kept(task, folder)) is not None}
    todo = [task for task in wanted if task not in found]
    if found and todo:
        report(f"{len(found)} of {len(wanted)} computations were done before")
    pieces = [(task, None if folder is None else str(_part(task, folder))) for task in todo]
    results = run(_work, pieces, workers=workers, report=report)
    for task, arrays in zip(todo, results, strict=True):
        found[task] = json.loads(bytes(arrays["json"]))
    return {task: found[task] for task in wanted}, len(todo)


def remembered(
    what: str, folder: Path | None, make: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Return what `make` gives, from the folder where it was made before of the same `what`."""
    if folder is None:
        return make()
    key = hashlib.sha256("\0".join((_program(), what)).encode()).hexdigest()[:32]
    path = folder / f"{key}.json"
    try:
        found: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError):
        found = make()
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(found, allow_nan=False))
    return found


def _work(piece: tuple[Task, str | None]) -> dict[str, Any]:
    """Compute a task and keep what it came to."""
    task, kept_at = piece
    try:
        document = _ANSWERS[task.kind](task)
    except PeriluneError as problem:
        document = {"refused": str(problem)}
    text = json.dumps(document, allow_nan=False)
    if kept_at is not None:
        Path(kept_at).parent.mkdir(parents=True, exist_ok=True)
        write_whole(Path(kept_at), text)
    return {"json": np.frombuffer(text.encode(), dtype=np.uint8)}


def _mission(task: Task) -> dict[str, Any]:
    from perilune.missions.fly import fly

    flight = fly(load(task.name, overrides=task.overrides))
    return {**flight.to_json(), "coverage": _coverage(task, flight)}


def _coverage(task: Task, flight: Flight) -> dict[str, Any] | None:
    """Return a flight's hours of contact; None where none is asked for or it has none to give."""
    from perilune.cooperation.coverage import coverage
    from perilune.cooperation.links import flight_links, touchdown
    from perilune.cooperation.relays import flown_relay
    from perilune.missions.fly import fly

    if not task.stations:
        return None
    landed, relay = touchdown(flight), None
    try:
        if task.relay and landed is not None:
            carrier = fly(load(task.relay))
            relay = flown_relay(carrier, landed[1], _LUNATION_D, partner=task.relay_partner or None)
        found = coverage(flight_links(flight, task.stations, relay=relay))
    except PeriluneError as problem:
        return {"refused": str(problem)}
    return {**found.to_json(), "text": found.text()}


def _windows(task: Task) -> dict[str, Any]:
    """Return a year of launch days; a mass that is short closes none.

    Days in a row are one window: each opportunity holds for its day.
    """
    from perilune.astro.epoch import DAY, Epoch
    from perilune.missions.windows import windows

    start, mission = Epoch.utc(task.start), load(task.name, overrides=task.overrides)
    found = windows(mission, start, start + 365.0 * DAY, with_hours=False)
    rows = []
    for row in found.opportunities:
        lift_off = Epoch.utc(row["launch_utc"])
        rows.append(
            {
                "launch_utc": row["launch_utc"],
                "window_open_utc": (lift_off + (-_HALF_A_DAY_S)).utc_iso(0),
                "window_close_utc": (lift_off + _HALF_A_DAY_S).utc_iso(0),
                "feasible": all(reason.startswith(_OF_MASS) for reason in row["why_not"]),
            }
        )
    return {"opportunities": rows, "cells_n": found.cells_n}


def _station(task: Task) -> dict[str, Any]:
    from perilune.scenarios.station_ask import ask

    return dict(ask("assemble", task.name, task.overrides, lambda _: None).document)


_ANSWERS: dict[str, Callable[[Task], dict[str, Any]]] = {
    MISSION: _mission,
    WINDOWS: _windows,
    STATION: _station,
}
_LUNATION_D = 29.530589
_HALF_A_DAY_S = 12.6 * 3600.0
_OF_MASS = ("injected mass", "propellant")


def _part(task: Task, folder: Path) -> Path:
    return folder / f"{task.key}.json"


def _kept(task: Task, folder: Path | None) -> dict[str, Any] | None:
    if folder is None:
        return None
    try:
        found: dict[str, Any] = json.loads(_part(task, folder).read_bytes())
    except (OSError, ValueError):
        return None
    return found


@cache
def _program() -> str:
    """Name this program by its version and its files: another one flies anew.

    What shows results, and the studies themselves, change no flight.
    """
    root = Path(__file__).parents[1]
    aside = (root / "cli", root / "report", root / "cooperation" / "studies")
    files: Sequence[Path] = sorted(
        path
        for path in root.rglob("*")
        if path.suffix in (".py", ".toml") and not any(map(path.is_relative_to, aside))
    )
    stamp = "".join(
        f"{p.relative_to(root)}:{p.stat().st_size}:{p.stat().st_mtime_ns}:" for p in files
    )
    return f"{version('perilune')} {hashlib.sha256(stamp.encode()).hexdigest()}"
