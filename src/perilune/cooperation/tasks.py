"""What a study computes: each task once, kept by content, in as many processes as there are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from perilune.errors import PeriluneError
from perilune.formats.files import write_whole
from perilune.formats.toml_file import read_text
from perilune.runs.job import run
from perilune.scenarios.load import SCENARIOS
from perilune.scenarios.source import LARGEST_FILE
from perilune.scenarios.station_load import STATIONS

Report = Callable[[str], None]


MISSION, WINDOWS, STATION = "mission", "windows", "station"
"""What can be asked: a flight, a year of launch days, an assembly."""


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

    @cached_property
    def work(self) -> str:
        """Names what has to be computed: tasks alike in it differ in what is asked of it only."""
        return _hash(
            _program(), self.kind, self.start, _content(self.kind, self.name, self.overrides)
        )

    @cached_property
    def key(self) -> str:
        """Names the task by everything its result depends on."""
        relay = _content(MISSION, self.relay, ()) if self.relay else ""
        return _hash(self.work, *self.stations, "", relay, self.relay_partner)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


@cache
def _content(kind: str, name: str, overrides: tuple[str, ...]) -> str:
    """Return what a file says with its overrides, and the catalogue files it names.

    Overrides that say the same in other words give the same.
    """
    source = STATIONS if kind == STATION else SCENARIOS
    try:
        document = source.document(name, overrides)
        own = [str(each) for each in _listed(document.get("catalog"))]
        books = [
            read_text(source.folder(name) / each, each, "catalogue", largest=LARGEST_FILE)
            for each in own
        ]
    except PeriluneError as problem:  # the refusal is the result
        return repr((name, overrides, str(problem)))
    return json.dumps([document, books], sort_keys=True, default=str)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def compute(
    tasks: Sequence[Task],
    folder: Path | None,
    *,
    workers: int = 1,
    report: Report = lambda _: None,
) -> tuple[dict[Task, dict[str, Any]], int]:
    """Return what every task came to, and how many computations that took.

    Parameters
    ----------
    tasks : sequence of Task
        What is alike in them is computed once.
    folder : Path or None
        Where results are kept: those found there are not computed again, so an interrupted study
        goes on where it stopped.
    workers : int
        Processes.
    report : callable
        Called with what is done and how long the rest may take.
    """
    wanted = {task.key: task for task in tasks}
    found = {key: kept for key in wanted if (kept := _kept(key, folder)) is not None}
    groups: dict[str, list[Task]] = {}
    for key, task in wanted.items():
        if key not in found:
            groups.setdefault(task.work, []).append(task)
    if found and groups:
        report(f"{len(found)} of {len(wanted)} answers were done before")
    pieces = [(group, [_path(task.key, folder) for task in group]) for group in groups.values()]
    results = run(_work, pieces, workers=workers, report=report)
    for group, arrays in zip(groups.values(), results, strict=True):
        documents = json.loads(bytes(arrays["json"]))
        found |= {task.key: document for task, document in zip(group, documents, strict=True)}
    return {task: found[task.key] for task in tasks}, len(groups)


def remembered(
    what: str, folder: Path | None, make: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Return what `make` gives, from the folder where it was made before of the same `what`."""
    if folder is None:
        return make()
    path = folder / f"{_hash(_program(), _cooperation(), what)}.json"
    try:
        found: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError):
        found = make()
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(found, allow_nan=False))
    return found


def _work(piece: tuple[list[Task], list[str | None]]) -> dict[str, Any]:
    """Compute what some tasks have in common, answer each, and keep what each came to."""
    from perilune.cooperation.answers import answers

    tasks, kept_at = piece
    documents = answers(tasks)
    for document, path in zip(documents, kept_at, strict=True):
        if path is not None:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            write_whole(Path(path), json.dumps(document, allow_nan=False))
    text = json.dumps(documents, allow_nan=False)
    return {"json": np.frombuffer(text.encode(), dtype=np.uint8)}


def _path(key: str, folder: Path | None) -> str | None:
    return None if folder is None else str(folder / f"{key}.json")


def _kept(key: str, folder: Path | None) -> dict[str, Any] | None:
    if folder is None:
        return None
    try:
        found: dict[str, Any] = json.loads((folder / f"{key}.json").read_bytes())
    except (OSError, ValueError):
        return None
    return found


_ROOT = Path(__file__).parents[1]
_FLOORS = (
    "astro",
    "dynamics",
    "targeting",
    "catalog",
    "phases",
    "missions",
    "stations",
    "scenarios",
)
_HERE = ("answers.py", "coverage.py", "links.py", "relays.py")


@cache
def _program() -> str:
    """Name what computes flights, by the content of its files: another program flies anew.

    Scenarios are left out, each task's content holds its own, and so is what tells results.
    """
    bundles = [_ROOT / "scenarios" / source.bundle for source in (SCENARIOS, STATIONS)]
    files = [path for floor in _FLOORS for path in _sources(_ROOT / floor)]
    files = [p for p in files if p.parent not in bundles and p.name != "told.py"]
    return _stamp([*files, *(_ROOT / "cooperation" / name for name in _HERE)])


@cache
def _cooperation() -> str:
    """Name what draws schedules, likewise."""
    return _stamp(sorted((_ROOT / "cooperation").glob("*.py")))


def _sources(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".toml"))


def _stamp(files: Sequence[Path]) -> str:
    parts = [version("perilune")]
    parts += [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    return _hash(*parts)
