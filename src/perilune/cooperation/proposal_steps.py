"""From one version of a proposal to the next: which steps are allowed, and whose they are."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from itertools import pairwise

from perilune.cooperation.canonical import same
from perilune.cooperation.proposal import Proposal, short
from perilune.cooperation.study_file import STATUSES, StudyFile, VariantFile
from perilune.errors import InputError, UnknownName

SAME, OTHER, ANY = "the same partner", "another partner", "any partner"

STEPS: dict[str, dict[str, str]] = {
    "draft": {"draft": SAME, "offered": SAME, "withdrawn": SAME},
    "offered": {"countered": OTHER, "accepted": OTHER, "withdrawn": ANY},
    "countered": {"countered": OTHER, "accepted": OTHER, "withdrawn": ANY},
    "accepted": {"accepted": OTHER, "withdrawn": ANY},
    "withdrawn": {},
}
"""For each status what may follow, and whose step it is. An accepted proposal may be accepted by
further partners, and left by any of them."""


def propose(
    study: StudyFile,
    variant: VariantFile | str,
    *,
    author: str,
    partner: str,
    status: str = "draft",
    salt: str | None = None,
) -> Proposal:
    """Return the first version of a proposal.

    Parameters
    ----------
    study : StudyFile
    variant : VariantFile or str
        A variant, or the name of one of the study.
    author, partner : str
        Who writes it, and for which partner of the study.
    status : str
        `draft` or `offered`.
    salt : str, optional
        Default: 128 random bits.

    Raises
    ------
    InputError
        Where a name is not known (with the nearest) or the status is none to begin with.
    """
    if isinstance(variant, str):
        known = {each.name: each for each in study.variant}
        if variant not in known:
            raise UnknownName("variant", variant, known)
        variant = known[variant]
    made = _version(study.name, variant, (author, partner, status, None), salt)
    require_known(made, study)
    return made


def follow(
    previous: Proposal,
    status: str,
    *,
    author: str,
    partner: str,
    variant: VariantFile | None = None,
    salt: str | None = None,
) -> Proposal:
    """Return the version that answers another one.

    Parameters
    ----------
    previous : Proposal
    status : str
        What it becomes.
    author, partner : str
    variant : VariantFile, optional
        The terms from now on; default: as they stand. To accept or withdraw leaves them.
    salt : str, optional
        Default: 128 random bits.

    Raises
    ------
    InputError
        Where this step is not allowed; says what is.
    """
    signs = (author, partner, status, previous.hash)
    made = _version(previous.study, variant or previous.variant, signs, salt)
    require_step(previous, made)
    return made


def require_step(before: Proposal, after: Proposal) -> None:
    """Hold a version to the one that it answers; raises InputError with what is allowed."""
    problem, key = _problem(before, after)
    if problem:
        raise InputError(problem, key=key)


def require_known(proposal: Proposal, study: StudyFile) -> None:
    """Hold a proposal to its study: its name, its partners. Raises InputError, UnknownName."""
    if proposal.study != study.name:
        raise InputError(
            f"found '{proposal.study}', expected '{study.name}', the study at hand", key="study"
        )
    if proposal.partner not in study.partners:
        raise UnknownName(
            "partner of the study", proposal.partner, study.partners, key="variant.partner"
        )


def chain(head: Proposal, versions: Iterable[Proposal]) -> tuple[Proposal, ...]:
    """Return the versions that lead to `head`, the first one first, every step verified.

    Raises
    ------
    InputError
        Where a parent is not among the versions, a step is not allowed, or a partner accepts what
        it offered itself.
    """
    known = {each.hash: each for each in versions}
    found = [head]
    while (parent := found[0].parent) is not None:
        if parent not in known:
            have = f"{len(known)} versions at hand" if known else "none at hand"
            raise InputError(
                f"the version {short(parent)} that {short(found[0].hash)} answers is missing: "
                f"{have}",
                key="variant.parent",
            )
        found.insert(0, known[parent])
    offered = found[0]
    for before, after in pairwise(found):
        require_step(before, after)
        if after.status == "accepted" and after.partner == offered.partner:
            raise InputError(
                f"'{after.partner}' accepts what it put forward itself in {short(offered.hash)}",
                key="variant.partner",
            )
        offered = after if after.status in ("offered", "countered") else offered
    return tuple(found)


def parties(versions: Iterable[Proposal]) -> dict[str, str]:
    """Return what each partner of a chain last did: its status by partner."""
    return {each.partner: each.status for each in versions}


def _version(
    study: str, variant: VariantFile, signs: tuple[str, str, str, str | None], salt: str | None
) -> Proposal:
    author, partner, status, parent = signs
    if status not in STATUSES:
        raise UnknownName("status", status, STATUSES, key="variant.status")
    signed = variant.model_copy(
        update={"author": author, "partner": partner, "status": status, "parent": parent}
    )
    return Proposal(study, signed, secrets.token_hex(16) if salt is None else salt)


def _problem(before: Proposal, after: Proposal) -> tuple[str | None, str]:
    if after.study != before.study:
        return f"found '{after.study}', expected '{before.study}' as in its parent", "study"
    if after.parent != before.hash:
        found = short(after.parent) if after.parent else "none"
        return f"found {found}, expected {short(before.hash)}, the version before", "variant.parent"
    allowed = STEPS[before.status]
    if after.status not in allowed:
        listed = ", ".join(allowed) or "nothing: it is closed"
        problem = f"found '{after.status}' after '{before.status}', where can follow: {listed}"
        return problem, "variant.status"
    whose, own = allowed[after.status], after.partner == before.partner
    if (whose == SAME and not own) or (whose == OTHER and own):
        return (
            f"found '{after.partner}' after '{before.partner}': from '{before.status}' to "
            f"'{after.status}' is a step of {whose}"
        ), "variant.partner"
    if after.status in ("accepted", "withdrawn") and not same(after.terms, before.terms):
        return (
            f"the terms changed with the step to '{after.status}': expected them as they stood, "
            "or a counter-proposal"
        ), "variant"
    return None, ""
