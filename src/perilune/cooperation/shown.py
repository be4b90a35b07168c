"""A candidate as a report may show it: its private fields replaced, or taken out."""

from __future__ import annotations

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


def shown(candidate: CandidateFile) -> CandidateFile:
    """Return a candidate without what its provider keeps to itself.

    A private mass becomes the interface value (`needs.mass_kg`). Private items keep origin and
    class, which law looks at, and lose their names. Paths of `set` and `add` are in no report.

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
