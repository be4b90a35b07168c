"""What differs in a mission's scenario under a variant, as overrides of its file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from perilune.cooperation.candidate_file import CandidateFile
from perilune.cooperation.study_file import MissionFile
from perilune.errors import InputError
from perilune.scenarios.load import SCENARIOS
from perilune.scenarios.overlay import apply, value_at


def changes_of(
    mission: MissionFile,
    aboard: Iterable[CandidateFile],
    changes: Mapping[str, Any],
    key: str = "mission",
) -> dict[str, Any]:
    """Return all that differs in a mission's scenario with these candidates, sums worked out.

    Raises
    ------
    InputError
        Where a path leads nowhere in the scenario.
    """
    found = dict(changes)
    candidates = list(aboard)
    for each in candidates:
        found |= each.set
    try:
        document = SCENARIOS.document(mission.scenario)
        for path, value in found.items():
            document = apply(document, path, value)
        for each in candidates:
            for path, more in each.add.items():
                found[path] = _number(document, path) + more
                document = apply(document, path, found[path])
    except InputError as error:
        raise InputError(
            f"the scenario of '{mission.name}': {error.problem}", key=error.key or key
        ) from None
    return found


def _number(document: dict[str, Any], path: str) -> float:
    """Return the number at a path of a scenario."""
    here = value_at(document, path)
    if isinstance(here, bool) or not isinstance(here, int | float):
        raise InputError(f"found {here!r:.40}, expected a number to add to", key=path)
    return float(here)


def literal(value: Any) -> str:
    """Return a value as TOML writes it; None is `null`, which takes a key out."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, datetime | date):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Mapping):
        inner = ", ".join(f"{key} = {literal(each)}" for key, each in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(literal(each) for each in value)}]"
    return repr(value)
