"""A variant in units that a merge can take one by one, and where two edits get in each other's way.

A unit is a path of `set`, one name of a list such as `drop`, or a field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from perilune.cooperation.canonical import same
from perilune.cooperation.study_file import StudyFile, VariantFile

LISTS = ("drop", "missions", "closed_routes", "granted")
"""Fields that are sets of names."""

Key = tuple[str, ...]
"""`("set", "luna-27.roles.relay")`, `("drop", "cnsa")`, `("title",)`."""


class Absent(Enum):
    """Stands for what is not there: a variant may well set something to null."""

    ABSENT = "not set"

    def __repr__(self) -> str:
        return self.value


ABSENT = Absent.ABSENT
Units = dict[Key, Any]


def lists_by_name(*variants: VariantFile) -> tuple[str, ...]:
    """Return the lists that are merged name by name: those that every variant has."""
    return tuple(k for k in LISTS if all(getattr(each, k) is not None for each in variants))


def units(variant: VariantFile, by_name: tuple[str, ...]) -> Units:
    """Return a variant's units; `by_name` are the lists taken apart."""
    found: Units = {("set", path): value for path, value in variant.set.items()}
    for key in VariantFile.model_fields:
        if key in by_name:
            found |= {(key, name): True for name in getattr(variant, key)}
        elif key != "set":
            found[(key,)] = getattr(variant, key)
    return found


def changes(base: Units, edited: Units) -> Units:
    """Return the units that an edit changed, ABSENT for what it took out."""
    keys = set(base) | set(edited)
    pairs = {key: (base.get(key, ABSENT), edited.get(key, ABSENT)) for key in keys}
    return {key: new for key, (old, new) in pairs.items() if not equal(old, new)}


def equal(one: Any, other: Any) -> bool:
    """Tell whether two units say the same."""
    if one is ABSENT or other is ABSENT:
        return one is other
    return same(one, other)


Clash = tuple[Key, Key, str]
"""A unit that one edit changed, the other edit's that does not go with it, and why."""


def clashes(
    one: Mapping[Key, Any],
    other: Mapping[Key, Any],
    sides: tuple[VariantFile, VariantFile, VariantFile],
    study: StudyFile | None,
) -> Iterator[Clash]:
    """Yield where the changes of one edit do not go with those of the other.

    Parameters
    ----------
    one, other : mapping
        What each edit changed, and not both alike.
    sides : tuple of VariantFile
        The base, the edit of `one`, the edit of `other`.
    study : StudyFile or None
        Says who provides a candidate.
    """
    base, edit, _ = sides
    for key in other:
        if key[0] != "set":
            continue
        path = key[1]
        for mine in one:
            if mine[0] == "set" and path.startswith(f"{mine[1]}."):
                yield mine, key, f"one edit sets {mine[1]}, the other {path} within it"
        left_out = _left_out(path, base, edit, one)
        if left_out and other[key] is not ABSENT:
            mission = path.split(".")[0]
            yield left_out, key, f"one edit leaves {mission} out, the other sets {path}"
        for partner in _providers(path, other[key], study):
            if one.get(("drop", partner), ABSENT) is True:
                yield ("drop", partner), key, f"one edit drops {partner}, the other gives it {path}"


def _left_out(
    path: str, base: VariantFile, edit: VariantFile, changed: Mapping[Key, Any]
) -> Key | None:
    """Return the change by which an edit leaves out the mission that a path is of."""
    mission, *rest = path.split(".")
    if rest[:1] == ["station"] or edit.missions is None or mission in edit.missions:
        return None
    if base.missions is not None and mission not in base.missions:
        return None
    return next((key for key in (("missions", mission), ("missions",)) if key in changed), None)


def _providers(path: str, value: Any, study: StudyFile | None) -> list[str]:
    """Return who provides the candidates that a path gives a role to."""
    if study is None or path.split(".")[1:2] != ["roles"]:
        return []
    names = value if isinstance(value, list) else [value]
    return sorted({each.provider for each in study.candidate if each.name in names})
