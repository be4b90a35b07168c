"""Three-way merge: what two partners made of one variant, put together; conflicts are reported.

Nothing is chosen: where both changed the same thing differently, the merged variant has it as it
was, and the conflict says what either wants.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from perilune.cooperation.merge_units import (
    ABSENT,
    Key,
    Units,
    changes,
    clashes,
    equal,
    lists_by_name,
    units,
)
from perilune.cooperation.proposal import BOOKKEEPING
from perilune.cooperation.study_file import StudyFile, VariantFile


@dataclass(frozen=True)
class Conflict:
    """What the two edits want differently.

    Attributes
    ----------
    path : str
        `set.luna-27.roles.relay`, `drop.cnsa`, `title`.
    base, ours, theirs : Any
        What stood there and what either wants; `ABSENT` for nothing.
    why : str
        In words, where it is more than two values for one path.
    """

    path: str
    base: Any
    ours: Any
    theirs: Any
    why: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values; what is not there is left out."""
        sides = {"base": self.base, "ours": self.ours, "theirs": self.theirs}
        shown = {side: value for side, value in sides.items() if value is not ABSENT}
        return {"path": self.path, **shown, "why": self.why}

    def text(self) -> str:
        """Return it as one line."""
        said = f"{self.path}: was {self.base!r}, ours {self.ours!r}, theirs {self.theirs!r}"
        return f"{said} ({self.why})" if self.why else said


@dataclass(frozen=True)
class Merge:
    """A merged variant, and what remains to be agreed.

    Attributes
    ----------
    variant : VariantFile
        All that does not conflict; what conflicts stands as in the base.
    conflicts : tuple of Conflict
        By path.
    """

    variant: VariantFile
    conflicts: tuple[Conflict, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing conflicts."""
        return not self.conflicts


def merge(
    base: VariantFile, ours: VariantFile, theirs: VariantFile, *, study: StudyFile | None = None
) -> Merge:
    """Return what two edits of a variant make together.

    Parameters
    ----------
    base, ours, theirs : VariantFile
        What both started from, and what either made of it.
    study : StudyFile, optional
        Also finds a partner dropped by one and given a role by the other.

    Returns
    -------
    Merge
        Author, partner, status and parent are no matter of agreement: where both edits changed
        one of them differently it is left open, for whoever puts the merge forward.

    Notes
    -----
    Model limits: paths that name one element of a list in two ways (`phase.0`, `phase.launch`) are
    two paths here. Edits that go together path by path may make no sense together: evaluate them.
    """
    by_name = lists_by_name(base, ours, theirs)
    was, own, others = (units(each, by_name) for each in (base, ours, theirs))
    mine, yours = changes(was, own), changes(was, others)
    agreed = {key for key in mine if key in yours and equal(mine[key], yours[key])}
    mine, yours = ({k: v for k, v in each.items() if k not in agreed} for each in (mine, yours))
    found, held = _conflicts((base, ours, theirs), (was, own, others), (mine, yours), study)
    put = {key: value for key, value in (mine | yours).items() if key not in held}
    merged = was | put | {key: own.get(key, ABSENT) for key in agreed}
    merged |= {key: None for key in mine if key in yours and key[0] in BOOKKEEPING}
    kept = {key: value for key, value in merged.items() if value is not ABSENT}
    return Merge(_variant(kept, by_name, (base, ours, theirs)), found)


def _conflicts(
    sides: tuple[VariantFile, VariantFile, VariantFile],
    all_units: tuple[Units, Units, Units],
    changed: tuple[Units, Units],
    study: StudyFile | None,
) -> tuple[tuple[Conflict, ...], set[Key]]:
    """Return the conflicts, and the units that stay as they were."""
    base, ours, theirs = sides
    mine, yours = changed
    whys = {key: "" for key in mine if key in yours and key[0] not in BOOKKEEPING}
    held = set(whys)
    forth = clashes(mine, yours, (base, ours, theirs), study)
    back = clashes(yours, mine, (base, theirs, ours), study)
    for first, second, why in (*forth, *back):
        held |= {first, second}
        key = second if first[0] == "missions" else first
        whys[key] = whys.get(key) or why
    was, own, others = all_units
    made = [
        Conflict(
            ".".join(key), was.get(key, ABSENT), own.get(key, ABSENT), others.get(key, ABSENT), why
        )
        for key, why in whys.items()
    ]
    return tuple(sorted(made, key=lambda each: each.path)), held


def _variant(
    merged: Units, by_name: tuple[str, ...], sides: tuple[VariantFile, VariantFile, VariantFile]
) -> VariantFile:
    fields: dict[str, Any] = {key[0]: value for key, value in merged.items() if len(key) == 1}
    fields["set"] = {key[1]: value for key, value in sorted(merged.items()) if key[0] == "set"}
    for name in by_name:
        names = {key[1] for key in merged if key[0] == name and len(key) == 2}
        fields[name] = _in_order(names, [getattr(each, name) for each in sides])
    return VariantFile.model_validate(fields)


def _in_order(names: set[str], lists: list[list[str]]) -> list[str]:
    """Return names as the one list that changed has them, else as the base, new ones last."""
    base, ours, theirs = lists
    changed = [each for each in (ours, theirs) if each != base] or [base]
    if all(each == changed[0] for each in changed) and set(changed[0]) == names:
        return changed[0]
    return [*dict.fromkeys(n for n in base if n in names), *sorted(names - set(base))]
