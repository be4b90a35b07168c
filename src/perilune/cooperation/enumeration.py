"""All variants that match: every assignment of open roles, pruned before anything is flown."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from perilune.cooperation.activities import activities
from perilune.cooperation.arrangement import arrange
from perilune.cooperation.interfaces import fits_together
from perilune.cooperation.rules import judge_all
from perilune.cooperation.study import Study
from perilune.cooperation.study_file import EnumerateFile, VariantFile
from perilune.errors import InputError


@dataclass(frozen=True)
class Enumerated:
    """The variants that are left, and what was pruned.

    Attributes
    ----------
    variants : tuple of VariantFile
    tried_n : int
        Assignments there are.
    by_interface_n, by_law_n : int
        Pruned because interfaces do not match, or because law forbids.
    cut_n : int
        Left out because more are left than were asked for.
    """

    variants: tuple[VariantFile, ...]
    tried_n: int
    by_interface_n: int
    by_law_n: int
    cut_n: int

    @property
    def in_words(self) -> str:
        """What became of the assignments."""
        cut = f", {self.cut_n} more than asked for" if self.cut_n else ""
        return (
            f"{self.tried_n} assignments: {self.by_interface_n} do not match, {self.by_law_n} are "
            f"forbidden{cut}; {len(self.variants)} are evaluated"
        )


def enumerated(study: Study, asked: EnumerateFile | None = None) -> Enumerated:
    """Return every assignment of candidates to the open roles that matches and is not forbidden.

    Roles that nobody but one candidate can fill, and those not asked for, stay as in the baseline.

    Raises
    ------
    InputError
        Where nothing is asked for, or an open role has no candidate.
    """
    asked = asked or study.file.enumerate
    if asked is None:
        raise InputError(
            "this key is missing: expected a table with the `missions` and `roles` that are open",
            key="enumerate",
        )
    seats = list(_open(study, asked))
    if not seats:
        raise InputError("found no open role, expected `missions` and `roles`", key="enumerate")
    base = study.variant(study.file.baseline)
    kept: list[VariantFile] = []
    tried = by_interface = by_law = cut = 0
    for choice in itertools.product(*(names for _, _, names in seats)):
        tried += 1
        made = _variant(base, seats, choice, tried)
        arrangement = arrange(study, made, "enumerate")
        if not all(
            fits_together(part.name, part, study.book)
            for part in arrangement.parts
            if any(mission == part.name for mission, _, _ in seats)
        ):
            by_interface += 1
        elif judge_all(activities(arrangement), book=study.book).verdict == "forbidden":
            by_law += 1
        elif len(kept) >= asked.most_n:
            cut += 1
        else:
            kept.append(made)
    return Enumerated(tuple(kept), tried, by_interface, by_law, cut)


Seats = Sequence[tuple[str, str, list[str]]]


def _open(study: Study, asked: EnumerateFile) -> Iterator[tuple[str, str, list[str]]]:
    """Yield each open role with its candidates."""
    for number, name in enumerate(asked.missions):
        if name not in study.missions:
            raise InputError(
                f"found '{name}', expected one of {', '.join(study.missions)}",
                key=f"enumerate.missions[{number}]",
            )
        for role in asked.roles:
            if role not in study.missions[name].roles:
                continue
            names = [each.name for each in study.candidates_for(name, role)]
            if not names:
                what = f"no candidate for the role {role} of '{name}': expected a [[candidate]]"
                raise InputError(what, key="enumerate.roles")
            yield name, role, names


def _variant(base: VariantFile, seats: Seats, choice: tuple[str, ...], number: int) -> VariantFile:
    filled = {
        f"{mission}.roles.{role}": name
        for (mission, role, _), name in zip(seats, choice, strict=True)
    }
    told = ", ".join(
        f"{mission} {role.replace('_', ' ')}: {name}"
        for (mission, role, _), name in zip(seats, choice, strict=True)
    )
    return base.model_copy(
        update={"name": f"v{number}", "title": told, "set": {**base.set, **filled}}
    )
