"""A candidate as a report may show it: its private fields replaced, or taken out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from perilune.cooperation.candidate_file import CandidateFile, ItemFile

_WITHOUT: dict[str, Any] = {
    "title": "",
    "kind": "",
    "ready": None,
    "integration_d": None,
    "reliability": None,
    "cost_musd": None,
    "source": None,
    "confidence": "derived",
}
SOME_ITEM = "an item that is not named"
REFUSED = "its scenario is refused with these contributions, some of it private"
_STATIONS = ("stations", "by_station", "assumed")


def shown(candidate: CandidateFile) -> CandidateFile:
    """Return a candidate without what its provider keeps to itself.

    A private mass becomes the interface value (`needs.mass_kg`). Private items keep origin and
    class, which law looks at, and lose their names. Paths of `set` and `add`, ground stations and
    scenarios are in no report by themselves (`contact`, `refusal`).

    Model limits: what a flight with private masses comes to is shown; pass on the evaluation of
    an export, where the envelope is flown instead.
    """
    hidden = {name for name in candidate.private if "." not in name}
    if not hidden:
        return candidate
    changed = {name: value for name, value in _WITHOUT.items() if name in hidden}
    if "source" in hidden and candidate.confidence is None:
        changed["confidence"] = "derived"
    if "mass_kg" in hidden:
        changed["mass_kg"] = candidate.needs.mass_kg
    if "items" in hidden and candidate.items is not None:
        changed["items"] = [
            ItemFile(name=SOME_ITEM, origin=each.origin, classes=each.classes)
            for each in candidate.items
        ]
    return candidate.model_copy(update=changed)


def refusal(candidates: Iterable[CandidateFile], why: str) -> str:
    """Return why a scenario is refused with some candidates; what is private could be quoted."""
    return REFUSED if any(each.private for each in candidates) else why


def contact(
    candidates: Iterable[CandidateFile], coverage: Mapping[str, Any] | None
) -> Mapping[str, Any] | None:
    """Return hours of contact (`perilune.cooperation.coverage`) as a report may show them.

    Where the ground stations are private the hours stay and their names go; where the scenario of
    a relay is, its orbit.
    """
    aboard = list(candidates)
    if coverage is None or "refused" in coverage:
        return coverage and {"refused": refusal(aboard, coverage["refused"])}
    private = {name for each in aboard for name in each.private}
    if not private & {"ground_stations", "scenario"}:
        return coverage
    found = dict(coverage)
    found["text"] = (
        f"{coverage['name']}: {coverage['contact_h_d']:.1f} h of contact a day; longest gap "
        f"{coverage['longest_gap_h']:.1f} h."
    )
    if "scenario" in private:
        found["relay_orbit"] = None
    if "ground_stations" in private:
        found |= {key: [] for key in _STATIONS}
        found["dependencies"] = [e for e in coverage["dependencies"] if e["kind"] != "station"]
    return found
