"""Which figures of a study no source confirms: of what partners bring, and of what is flown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from perilune.cooperation.arrangement import Arrangement
from perilune.cooperation.candidate_file import CandidateFile
from perilune.cooperation.shown import shown
from perilune.cooperation.tasks import Task

Row = dict[str, Any]

_FIGURES = ("mass_kg", "integration_d", "reliability", "cost_musd")
_SOURCED = "sourced"


def unconfirmed(
    arrangements: Iterable[Arrangement], flights: Mapping[Task, Mapping[str, Any]]
) -> list[Row]:
    """Return `what`, `value`, `confidence` and `source` of each figure that is not confirmed.

    Rows of a contribution also have `candidate`, its name. A flight's rows leave the values out:
    a private mass would show in them.
    """
    seats = {s.candidate.name: s.candidate for a in arrangements for p in a.parts for s in p.seats}
    rows = [row for candidate in seats.values() for row in _brought(shown(candidate))]
    seen: set[tuple[str, str]] = set()
    for task, document in flights.items():
        for row in document.get("assumed") or ():
            what = f"{Path(task.name).stem}: {row['what']}"
            if (what, str(row.get("source"))) not in seen:
                seen.add((what, str(row.get("source"))))
                known = {key: row.get(key) for key in ("confidence", "why", "source")}
                rows.append({"what": what, "value": None, **known})
    return rows


def _brought(candidate: CandidateFile) -> Iterator[Row]:
    confidence = candidate.confidence or _SOURCED
    if confidence == _SOURCED:
        return
    value = {key: found for key in _FIGURES if (found := getattr(candidate, key)) is not None}
    if candidate.ready is not None:
        value["ready"] = candidate.ready.isoformat()
    yield {
        "what": f"{candidate.role.replace('_', ' ')} of {candidate.provider}: {candidate.name}",
        "candidate": candidate.name,
        "value": value or None,
        "confidence": confidence,
        "why": None,
        "source": candidate.source,
    }
