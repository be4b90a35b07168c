"""What came out differently for two variants: verdicts, margins, dates, rules, shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from perilune.cooperation.canonical import same
from perilune.errors import UnknownName

_VERDICTS = ("physics", "law", "verdict")
_NAMES = ("name", "title", "partner")


@dataclass(frozen=True)
class ResultChange:
    """One figure or verdict that is different.

    Attributes
    ----------
    path : str
        `verdict`, `luna-27.margin_kg`, `luna-27.launch_date.p50`, `rules.wolf-2017`.
    before, after : Any
        None where one of the two does not have it.
    difference : float or None
        Of numbers, in the unit of the path; of dates, days.
    """

    path: str
    before: Any
    after: Any
    difference: float | None = None

    def text(self) -> str:
        """Return it as one line."""
        old, new = map(_shown, (self.before, self.after))
        unit = " d" if isinstance(self.before, str) else ""
        by = "" if self.difference is None else f" ({self.difference:+.6g}{unit})"
        return f"{self.path}: {old} -> {new}{by}"


@dataclass(frozen=True)
class ResultDiff:
    """All that came out differently, verdicts first."""

    changes: tuple[ResultChange, ...]

    @classmethod
    def of(cls, before: Mapping[str, Any], after: Mapping[str, Any]) -> ResultDiff:
        """Compare two entries of `variants` in the JSON of `study`."""
        old, new = _figures(before), _figures(after)
        changes = [
            ResultChange(path, old.get(path), new.get(path), _step(old.get(path), new.get(path)))
            for path in dict.fromkeys([*old, *new])
            if not same(old.get(path), new.get(path))
        ]
        return cls(tuple(changes))

    @property
    def is_empty(self) -> bool:
        """Whether both came out the same."""
        return not self.changes

    def to_json(self) -> list[dict[str, Any]]:
        """Return it as plain values."""
        return [
            {"path": c.path, "from": c.before, "to": c.after, "difference": c.difference}
            for c in self.changes
        ]


def variant_result(result: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a variant's entry in the JSON of `study`; raises UnknownName with the nearest."""
    found: dict[str, Mapping[str, Any]] = {each["name"]: each for each in result["variants"]}
    if name not in found:
        raise UnknownName("evaluated variant", name, found)
    return found[name]


def _figures(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plain values of a variant's entry by path."""
    found = {key: entry.get(key) for key in _VERDICTS}
    for mission in entry.get("missions") or ():
        found |= _flat(mission, str(mission["name"]))
    found |= _flat(entry.get("delay_d") or {}, "delay_d")
    for rule in entry.get("rules") or ():
        found[f"rules.{rule['rule'] or 'no rule known'}"] = rule.get("effect")
    for share in entry.get("shares") or ():
        found |= _flat(share, f"shares.{share['partner']}")
    partners = sorted(map(str, entry.get("critical_partners") or ()))
    found["critical_partners"] = ", ".join(partners) or None
    return found


def _flat(table: Mapping[str, Any], path: str) -> dict[str, Any]:
    """Return the plain values of a table by path; lists are words for people and left out."""
    found: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{path}.{key}")
        elif key not in _NAMES and not isinstance(value, list):
            found[f"{path}.{key}"] = None if value == "" else value
    return found


def _shown(value: Any) -> str:
    """Return a value for a line of text, numbers to six digits."""
    if value is None:
        return "none"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _step(old: Any, new: Any) -> float | None:
    """Return by how much a number (its unit) or a date (days) moved; None for anything else."""
    if any(isinstance(each, bool) or each is None for each in (old, new)):
        return None
    if isinstance(old, int | float) and isinstance(new, int | float):
        return float(new) - float(old)
    try:
        days = date.fromisoformat(str(new)[:10]) - date.fromisoformat(str(old)[:10])
    except ValueError:
        return None
    return float(days.days)
