"""Proposals: a variant of a study put by one partner to others, version by version.

Every version is a file of its own. It names the version it answers by that one's hash, so nobody
can change what was said before; a random salt keeps a hash from telling a content that was only
guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from perilune.cooperation.canonical import content_hash
from perilune.cooperation.study_file import VariantFile
from perilune.errors import InputError

BOOKKEEPING = ("author", "partner", "status", "parent")
"""What a version says of itself; all else are its terms."""

ROOTS = ("draft", "offered")
"""What a first version may be."""


@dataclass(frozen=True)
class Proposal:
    """One version of a proposal.

    Attributes
    ----------
    study : str
        Name of the study that the variant is of.
    variant : VariantFile
        With `author` (who wrote this version), `partner` (on whose behalf), `status`, and `parent`
        (hash of the version it answers; None for the first).
    salt : str
        Part of the hash and of the file.

    Raises
    ------
    InputError
        Where author, partner or status is missing, or the parent is no hash.
    """

    study: str
    variant: VariantFile
    salt: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        for key in ("author", "partner", "status"):
            if not getattr(self.variant, key):
                raise InputError("this key is missing: a proposal names it", key=f"variant.{key}")
        parent, status = self.variant.parent, self.status
        if parent is not None and not _is_hash(parent):
            raise InputError(
                f"found '{parent:.80}', expected the hash of a proposal (sha256: and 64 digits)",
                key="variant.parent",
            )
        if parent is None and status not in ROOTS:
            raise InputError(
                f"found '{status}' without `parent`: a first version is {' or '.join(ROOTS)}",
                key="variant.status",
            )

    @property
    def author(self) -> str:
        """Who wrote this version."""
        return str(self.variant.author)

    @property
    def partner(self) -> str:
        """The partner that it speaks for."""
        return str(self.variant.partner)

    @property
    def status(self) -> str:
        """One of draft, offered, countered, accepted, withdrawn."""
        return str(self.variant.status)

    @property
    def parent(self) -> str | None:
        """Hash of the version it answers."""
        return self.variant.parent

    @property
    def terms(self) -> dict[str, Any]:
        """What is proposed: the variant without who, status and parent."""
        return {k: v for k, v in variant_document(self.variant).items() if k not in BOOKKEEPING}

    @cached_property
    def hash(self) -> str:
        """`sha256:` of the content: study, variant with who, status and parent, and salt."""
        variant = variant_document(self.variant)
        return content_hash({"study": self.study, "variant": variant, "salt": self.salt})


def variant_document(variant: VariantFile) -> dict[str, Any]:
    """Return what a variant says, without the keys that are left at their defaults."""
    return variant.model_dump(mode="python", exclude_defaults=True)


def short(hashed: str) -> str:
    """Return the first twelve digits of a hash, for people."""
    return hashed.removeprefix("sha256:")[:12]


def _is_hash(text: str) -> bool:
    digits = text.removeprefix("sha256:")
    return digits != text and len(digits) == 64 and not set(digits) - set("0123456789abcdef")
