"""Which of the figures a file used are not confirmed."""

from __future__ import annotations

from datetime import date
from typing import Any

from perilune.catalog.entry import KINDS, Entry


class Doubts:
    """Notes figures that are derived, unconfirmed or assumed, for the reader of a result.

    Attributes
    ----------
    assumed : list of dict
        Rows of `what`, `value`, `confidence`, `source`.
    """

    def __init__(self) -> None:
        self.assumed: list[dict[str, Any]] = []

    def note(self, what: str, value: Any, confidence: str | None, source: str | None) -> None:
        """Note figures that are not confirmed, once."""
        if confidence in ("derived", "unconfirmed", "assumed"):
            row = {"what": what, "value": value, "confidence": confidence, "source": source}
            if row not in self.assumed:  # a place may be named twice
                self.assumed.append(row)

    def note_entry(self, found: Entry, *keys: str) -> None:
        """Note the figures used of an entry, together where they stand on the same."""
        used = [key for key in keys if key in found.figures]
        for mark in dict.fromkeys(found.mark_of(key) for key in used):
            alike = [key for key in used if found.mark_of(key) == mark]
            which = "" if alike == used else f" ({', '.join(alike)})"
            what = f"{KINDS[found.kind]}: {found.name}{which}"
            figures = {key: _plain(found.figures[key]) for key in alike}
            self.note(what, figures, mark.confidence, mark.source)


def _plain(value: Any) -> Any:
    """Return a value as JSON has it; of tables, such as a module's ports, their names."""
    if isinstance(value, list):
        return [each["name"] if _is_named(each) else _plain(each) for each in value]
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return value.isoformat() if isinstance(value, date) else value


def _is_named(value: Any) -> bool:
    return isinstance(value, dict) and "name" in value
