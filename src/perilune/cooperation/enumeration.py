"""All variants that match: every assignment of open roles, pruned before anything is flown."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from perilune.cooperation.activities import activities
from perilune.cooperation.arrangement import Arrangement, Part, arrange, part_of
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
    found = arrange(study, base)
    for number, name in enumerate(asked.missions):
        if name in found.out:
            raise InputError(
                f"found '{name}', which the baseline leaves out: {found.out[name]}",
                key=f"enumerate.missions[{number}]",
            )
    # what fits and what law forbids is a matter of one mission: no need to try all combinations
    missions = {part.name: _Mission.of(found, part, seats) for part in found.parts}
    tried, fit, left = (
        math.prod(getattr(each, name) for each in missions.values())
        for name in ("tried_n", "fit_n", "left_n")
    )
    if _forbidden(replace(found, parts=())):  # of stations
        left = 0
    choices = itertools.product(*(each.left for each in missions.values())) if left else iter(())
    kept = [
        _variant(
            base, seats, {seat: name for part in choice for seat, name in part.items()}, number
        )
        for number, choice in enumerate(itertools.islice(choices, asked.most_n), start=1)
    ]
    return Enumerated(tuple(kept), tried, tried - fit, fit - left, left - len(kept))


Seats = Sequence[tuple[str, str, list[str]]]
Choice = dict[tuple[str, str], str]
"""A candidate's name for each mission and role."""


@dataclass(frozen=True)
class _Mission:
    """The ways to fill a mission's open roles: how many, how many fit, and those law permits."""

    tried_n: int
    fit_n: int
    left: tuple[Choice, ...]

    @property
    def left_n(self) -> int:
        return len(self.left)

    @classmethod
    def of(cls, found: Arrangement, part: Part, seats: Seats) -> _Mission:
        mine = [(role, names) for mission, role, names in seats if mission == part.name]
        fit, left, tried = 0, [], 0
        for choice in itertools.product(*(names for _, names in mine)):
            tried += 1
            filled = dict(zip((role for role, _ in mine), choice, strict=True))
            made = _filled(found, part, filled)
            if mine and not fits_together(part.name, made, found.study.book):
                continue
            fit += 1
            if not _forbidden(replace(found, parts=(made,), stations=())):
                left.append({(part.name, role): name for role, name in filled.items()})
        return cls(tried, fit, tuple(left))


def _filled(found: Arrangement, part: Part, roles: Mapping[str, str]) -> Part:
    """Return a mission of the baseline with some roles filled by others."""
    start = f"{part.name}."
    own = {k[len(start) :]: v for k, v in found.variant.set.items() if k.startswith(start)}
    own |= {f"roles.{role}": name for role, name in roles.items()}
    return part_of(found.study, part.mission, found.variant, own, "enumerate")


def _forbidden(found: Arrangement) -> bool:
    asked, variant = activities(found), found.variant
    if not asked:
        return False
    verdict = judge_all(
        asked, book=found.study.book, closed_routes=variant.closed_routes, granted=variant.granted
    )
    return verdict.verdict == "forbidden"


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


def _variant(base: VariantFile, seats: Seats, choice: Choice, number: int) -> VariantFile:
    filled = {(mission, role): choice[mission, role] for mission, role, _ in seats}
    told = ", ".join(
        f"{mission} {role.replace('_', ' ')}: {name}" for (mission, role), name in filled.items()
    )
    own = {f"{mission}.roles.{role}": name for (mission, role), name in filled.items()}
    return base.model_copy(update={"name": f"v{number}", "title": told, "set": {**base.set, **own}})
