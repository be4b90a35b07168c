"""Evaluate the variants of a study: flown, judged by law, drawn in time, shared out, compared."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from perilune.cooperation.activities import activities
from perilune.cooperation.alike import alike
from perilune.cooperation.arrangement import Arrangement, Part, arrange
from perilune.cooperation.calendar import drawn, schedule_of, what_counts, windows_of, windows_task
from perilune.cooperation.changes import literal
from perilune.cooperation.comparison import Comparison
from perilune.cooperation.criticality import Replacement, replacements, withdrawals
from perilune.cooperation.flown import Flown
from perilune.cooperation.in_words import beside, in_words
from perilune.cooperation.launch_windows import LaunchWindows
from perilune.cooperation.mends import closings, mends
from perilune.cooperation.mission_flight import mission_task
from perilune.cooperation.outcome import Outcome, outcome
from perilune.cooperation.rules import judge_all
from perilune.cooperation.shares import shares
from perilune.cooperation.study import Study
from perilune.cooperation.study_file import StationCaseFile, VariantFile
from perilune.cooperation.tasks import STATION, Task, compute, remembered
from perilune.cooperation.unconfirmed import unconfirmed
from perilune.cooperation.waits import require_no_circle
from perilune.runs.tally import Tally

Report = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """How much of a study is computed.

    Attributes
    ----------
    folder : Path or None
        Where computations are kept.
    workers : int
    with_schedule, with_criticality : bool
    """

    folder: Path | None = None
    workers: int = 1
    with_schedule: bool = True
    with_criticality: bool = True


def evaluate(
    study: Study,
    variants: Sequence[VariantFile] | None = None,
    options: Options | None = None,
    report: Report = lambda _: None,
) -> Comparison:
    """Return every variant evaluated; missions that do not change are flown once.

    Parameters
    ----------
    study : Study
    variants : sequence of VariantFile, optional
        All where not given; the baseline is always among them.
    options : Options, optional
    report : callable
        Called with what is done and how long the rest may take.

    Raises
    ------
    InputError
        Where a variant contradicts itself.
    """
    began, options = time.perf_counter(), options or Options()
    chosen = list(study.file.variant if variants is None else variants)
    base = study.variant(study.file.baseline)
    if base.name not in [each.name for each in chosen]:
        chosen.insert(0, base)
    arrangements = [arrange(study, each) for each in chosen]
    for found in arrangements:
        require_no_circle(found)
    wanted = _Wanted.of(arrangements, options)
    done, fresh = compute(wanted.tasks, options.folder, workers=options.workers, report=report)
    wanted.done.update(done)
    baseline = next(a for a in arrangements if a.variant.name == base.name)
    outcomes = []
    for number, found in enumerate(arrangements, start=1):
        text = f"variant {number} of {len(arrangements)}: {found.variant.name}"
        report(Tally(text, number - 1, len(arrangements)))
        outcomes.append(_evaluated(found, baseline, wanted, done, options))
    _tell(arrangements, outcomes, base.name, wanted, done)
    pairs = alike(baseline)
    own = [mission_task(part) for found in arrangements for part in found.parts if not part.lacks]
    assumed = tuple(unconfirmed(arrangements, {task: done[task] for task in own}))
    elapsed, works = time.perf_counter() - began, len({task.work for task in wanted.tasks})
    return Comparison(study, tuple(outcomes), fresh, works, elapsed, pairs, assumed)


def _tell(
    arrangements: Sequence[Arrangement],
    outcomes: Sequence[Outcome],
    baseline: str,
    wanted: _Wanted,
    done: Mapping[Task, dict[str, Any]],
) -> None:
    """Add to every row what the others tell: what mends it, how it differs, and all in words."""
    rows = [each.document for each in outcomes]
    base = next(row for row in rows if row["name"] == baseline)
    elsewhere = closings(rows)
    for found, row in zip(arrangements, rows, strict=True):
        made = wanted.made[found.variant.name]
        flown = {each.task: Flown.of(done[each.task]) for each in made}
        row["mends"] = mends(found, row, elsewhere, made, flown)
        row["beside_baseline"] = beside(row, base)
        row["summary"] = in_words(row, base)


@dataclass(frozen=True, eq=False)
class _Wanted:
    """The computations of a study."""

    tasks: list[Task]
    made: Mapping[str, list[Replacement]]
    done: dict[Task, dict[str, Any]] = field(default_factory=dict)
    windows: dict[Task, tuple[LaunchWindows, str]] = field(default_factory=dict)
    drawn: dict[str, dict[str, Any]] = field(default_factory=dict)

    def windows_of(self, part: Part) -> tuple[LaunchWindows, str]:
        """Return the launch windows of a mission, read once."""
        task = windows_task(part)
        if task not in self.windows:
            self.windows[task] = windows_of(part, self.done[task])
        return self.windows[task]

    @classmethod
    def of(cls, arrangements: Sequence[Arrangement], options: Options) -> _Wanted:
        tasks: list[Task] = []
        made = {}
        for found in arrangements:
            tasks += [mission_task(part) for part in found.parts if not part.lacks]
            tasks += [station_task(station) for station in found.stations]
            if options.with_schedule:
                tasks += [windows_task(part) for part in found.parts]
            made[found.variant.name] = replacements(found) if options.with_criticality else []
            tasks += [each.task for each in made[found.variant.name]]
        return cls(list(dict.fromkeys(tasks)), made)


def station_task(station: StationCaseFile) -> Task:
    """Return the assembly of a station."""
    overrides = tuple(f"{path}={literal(value)}" for path, value in station.set.items())
    return Task(station.station, overrides, STATION)


def _evaluated(
    found: Arrangement,
    base: Arrangement,
    wanted: _Wanted,
    done: Mapping[Task, dict[str, Any]],
    options: Options,
) -> Outcome:
    flown = {
        part.name: Flown.of(done[mission_task(part)]) for part in found.parts if not part.lacks
    }
    variant = found.variant
    law = judge_all(
        activities(found),
        book=found.study.book,
        closed_routes=variant.closed_routes,
        granted=variant.granted,
    )
    timing = (
        _timing(found, base, wanted, options) if options.with_schedule and found.parts else None
    )
    breaks = []
    if options.with_criticality:
        made = wanted.made[variant.name]
        flights = {each.task: Flown.of(done[each.task]) for each in made}
        breaks = withdrawals(found, made, flights)
    stations = {s.name: done[station_task(s)] for s in found.stations}
    came_to = outcome(found, flown, stations, law, shares(found, flown), breaks, timing)
    if timing is not None:
        for part, row in zip(found.parts, came_to.document["missions"], strict=True):
            windows, why = wanted.windows_of(part)
            row["launch_windows_utc"] = [] if why else windows.days()
    return came_to


def _timing(
    found: Arrangement, base: Arrangement, wanted: _Wanted, options: Options
) -> dict[str, Any]:
    """Return the launch dates; what is drawn alike was drawn before."""
    windows = [windows_task(part).key for part in found.parts]
    what = "\0".join((what_counts(found, base), *windows))
    if what not in wanted.drawn:
        wanted.drawn[what] = remembered(what, options.folder, lambda: _drawn(found, base, wanted))
    return wanted.drawn[what]


def _drawn(found: Arrangement, base: Arrangement, wanted: _Wanted) -> dict[str, Any]:
    """Return the launch dates, and what an added payload costs in days."""
    scans = {part.name: wanted.windows_of(part) for part in found.parts}
    schedule, added, notes = schedule_of(found, scans, base)
    how = found.study.file.schedule
    delays, extra = drawn(schedule, added, draws_n=how.draws_n, seed=how.seed)
    rows = {}
    for launch in delays.launches:
        dates = {key: getattr(launch, key) for key in ("planned", "p10", "p50", "p90")}
        rows[launch.name] = {
            **{key: None if at is None else at.utc_iso(0)[:10] for key, at in dates.items()},
            "missed_share": launch.missed_share,
            "window_wait_d": launch.window_wait_d,
            "waited_for": dict(launch.last),
            "left_behind": dict(launch.left_behind),
            "added": extra.get(launch.name),
        }
    return {"launches": rows, "notes": notes}
