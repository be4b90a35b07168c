"""What a partner keeps to itself: the private fields of a candidate, and what others get instead.

A private mass becomes a share of the interface value (`needs.mass_kg`, margin included), so that
the mission can still be flown; anything else is taken out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from perilune.cooperation.candidate_file import CandidateFile
from perilune.errors import InputError, UnknownName

Masses = Callable[[CandidateFile], Mapping[str, float]]
"""Gives the masses (kg) that the scenario a candidate flies in has by itself, by path."""

OPEN = ("name", "role", "provider", "fits", "offers", "needs", "private", "withheld")
"""What others need to know of a candidate: the interface, and who brings it to what."""

WEIGHTLESS = ("launcher", "upper_stage", "ground_network", "landing_zone", "funding")
"""Roles that no mission carries: their private mass is taken out."""

_MASS = re.compile(r"spacecraft\.[^.]+\.(dry_mass_kg|propellant_kg)")
_TABLES = ("set", "add")


def private_keys(candidate: CandidateFile) -> tuple[tuple[str, str], ...]:
    """Return the private fields as (field, path): the path is empty but for `set` and `add`.

    Raises
    ------
    InputError
        Where a name leads to no field (with the nearest), or to one that others need.
    """
    found: list[tuple[str, str]] = []
    for name in candidate.private:
        field, _, path = name.partition(".")
        where = f"candidate.{candidate.name}.private"
        if field not in CandidateFile.model_fields:
            raise UnknownName("field", field, CandidateFile.model_fields, key=where)
        if field in OPEN:
            raise InputError(
                f"found '{name}', which others evaluate with: it cannot be private", key=where
            )
        if field not in _TABLES:
            if path:
                raise InputError(f"found '{name}', expected '{field}' as a whole", key=where)
            found.append((field, ""))
            continue
        table = getattr(candidate, field)
        keys = [key for key in table if not path or _within(key, path) or _within(path, key)]
        if path and not keys:
            raise UnknownName(f"path of `{field}`", path, table, key=where)
        found += [(field, key) for key in keys]
    return tuple(dict.fromkeys(found))


def private_values(candidate: CandidateFile) -> Iterator[tuple[str, Any]]:
    """Yield the private fields' names and values, those that have one."""
    content = candidate.model_dump(mode="python")
    for field, path in private_keys(candidate):
        value = content[field][path] if path else content[field]
        if value not in (None, "", [], {}):
            yield (f"{field}.{path}" if path else field), value


def masked(candidate: CandidateFile, masses: Masses) -> dict[str, Any]:
    """Return a candidate's table as another partner gets it.

    Parameters
    ----------
    candidate : CandidateFile
    masses : callable
        Gives the masses that the scenario has by itself: they say how an envelope splits.

    Raises
    ------
    InputError
        Where a mass is private and there is no interface value for it.
    """
    table = candidate.model_dump(mode="python", exclude_defaults=True)
    keys = private_keys(candidate)
    if not keys:
        return table
    for field, path in keys:
        (table.get(field, {}) if path else table).pop(path or field, None)
    for field in _TABLES:
        if field in table and not table[field]:
            del table[field]
    if ("mass_kg", "") in keys and (envelope := _envelope(candidate, keys)) is not None:
        _require_room(candidate, envelope, candidate.mass_kg or 0.0)
        table["mass_kg"] = envelope
    for (field, path), value in _shares(candidate, keys, masses).items():
        table.setdefault(field, {})[path] = value
    if "source" not in table and "confidence" not in table:
        table["confidence"] = "unconfirmed"  # where its figures stand is not told
    del table["private"]
    return table | {"withheld": sorted({*candidate.withheld, *candidate.private})}


def private_masses(candidate: CandidateFile) -> list[tuple[str, str]]:
    """Return the private masses among `set` and `add`."""
    return [key for key in private_keys(candidate) if key[1] and _MASS.fullmatch(key[1])]


def _shares(
    candidate: CandidateFile, keys: tuple[tuple[str, str], ...], masses: Masses
) -> dict[tuple[str, str], float]:
    """Return what stands for the private masses of `set` and `add`: together, the envelope.

    What the candidate's spacecraft have beside (in the open, or in the scenario) counts with it.
    """
    hidden = private_masses(candidate)
    if not hidden:
        return {}
    envelope = _envelope(candidate, keys)
    if envelope is None:
        return {}
    given = masses(candidate)
    left = envelope - sum(_beside(candidate, hidden, given).values())
    tables = {"set": candidate.set, "add": candidate.add}
    _require_room(candidate, left, sum(float(tables[field][path]) for field, path in hidden))
    weights = [float(given.get(path, 0.0)) for _, path in hidden]
    if not all(weights):
        weights = [1.0] * len(hidden)
    found = [round(left * weight / sum(weights), 3) for weight in weights[:-1]]
    return dict(zip(hidden, [*found, round(left - sum(found), 6)], strict=True))


def _require_room(candidate: CandidateFile, room_kg: float, needed_kg: float) -> None:
    """Hold an envelope to what it stands for: others would plan with too little."""
    if room_kg < needed_kg or room_kg <= 0.0:
        raise InputError(
            "is less than the masses it stands for: expected the envelope of all, margin included",
            key=f"candidate.{candidate.name}.needs.mass_kg",
        )


def _beside(
    candidate: CandidateFile, hidden: list[tuple[str, str]], given: Mapping[str, float]
) -> dict[tuple[str, str], float]:
    """Return the masses of a candidate that stand in the open, kg."""
    tables = {"set": candidate.set, "add": candidate.add}
    found = {
        (field, path): float(value)
        for field, table in tables.items()
        for path, value in table.items()
        if _MASS.fullmatch(path) and (field, path) not in hidden
    }
    crafts = {path.rsplit(".", 1)[0] for field, path in hidden if field == "set"}
    for path, value in given.items():  # the rest of a spacecraft that it sets
        if path.rsplit(".", 1)[0] in crafts and path not in candidate.set:
            found["", path] = value
    return found


def _envelope(candidate: CandidateFile, keys: tuple[tuple[str, str], ...]) -> float | None:
    """Return the interface value of the mass, kg; None where nobody carries the candidate."""
    if candidate.needs.mass_kg is not None:
        return candidate.needs.mass_kg
    if candidate.mass_kg is not None and ("mass_kg", "") not in keys:
        return candidate.mass_kg
    if candidate.role in WEIGHTLESS:
        return None
    raise InputError(
        "this key is missing: others get it in place of the private mass, with the margin that "
        "the mission is to plan with",
        key=f"candidate.{candidate.name}.needs.mass_kg",
    )


def _within(key: str, path: str) -> bool:
    return key == path or key.startswith(f"{path}.")
