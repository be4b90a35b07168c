"""The file of a proposal: TOML or JSON, written the same way every time, checked when read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_validator

from perilune.cooperation.canonical import HASH_FORM, json_document, json_text, toml_text
from perilune.cooperation.proposal import Proposal, short, variant_document
from perilune.cooperation.study_file import VariantFile
from perilune.errors import InputError
from perilune.formats.files import write_whole
from perilune.formats.toml_file import parse, read_text
from perilune.scenarios.explain import explain
from perilune.scenarios.part import Name, Part, whole_schema

LARGEST_FILE = 10**6
"""Bytes a file may have."""

_WHAT = "proposal"


class ProposalFile(Part):
    """A proposal's file. `hash` may be left out of a draft that is written by hand."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    study: Name
    hash: Annotated[str, Field(pattern=HASH_FORM)] | None = None
    salt: Annotated[str, Field(max_length=200)] = ""
    variant: VariantFile

    _schema = field_validator("schema_", mode="before")(whole_schema)


def proposal_text(proposal: Proposal, *, form: str = "toml") -> str:
    """Return the text of a proposal's file, `toml` or `json`: the same for the same proposal."""
    document: dict[str, Any] = {"schema": 1, "study": proposal.study, "hash": proposal.hash}
    if proposal.salt:
        document["salt"] = proposal.salt
    variant = variant_document(proposal.variant)
    if proposal.variant.set:
        variant["set"] = dict(sorted(proposal.variant.set.items()))
    document["variant"] = variant
    return json_text(document) if form == "json" else toml_text(document)


def save_proposal(proposal: Proposal, path: str | Path) -> Path:
    """Write a proposal to a `.toml` or `.json` file, and return its path.

    Raises
    ------
    InputError
        Where the file has another ending, holds something else already, or cannot be written.
    """
    path = Path(path)
    text = proposal_text(proposal, form=_form(path))
    try:
        if path.exists():
            if path.read_bytes() == text.encode():
                return path
            raise InputError(
                "is there already and holds something else: each version is a file of its own",
                file=str(path),
            )
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=str(path)) from None
    write_whole(path, text)
    return path


def load_proposal(path: str | Path) -> Proposal:
    """Return the proposal of a file, its hash verified.

    Raises
    ------
    InputError
        Says file, key, what was found and what is expected; also where the content was changed
        after it was saved.
    """
    path, name = Path(path), str(path)
    form = _form(path)
    text = read_text(path, name, _WHAT, largest=LARGEST_FILE)
    if not text.strip():
        raise InputError(f"the file is empty: expected a {_WHAT}", file=name)
    read = json_document if form == "json" else parse
    document = read(text, name, _WHAT)
    try:
        file = ProposalFile.model_validate(document)
    except ValidationError as error:
        raise explain(error, document, name, ProposalFile) from None
    try:
        proposal = Proposal(file.study, file.variant, file.salt)
        _require_hash(file.hash, proposal)
    except InputError as error:
        raise InputError(error.problem, file=name, key=error.key) from None
    return proposal


def load_proposals(folder: str | Path) -> list[Proposal]:
    """Return the proposals of a folder's `.toml` and `.json` files, by file name.

    Raises
    ------
    InputError
        As `load_proposal`; also where there is no such folder.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError("there is no such folder: expected one with proposals", file=str(folder))
    paths = sorted(path for path in folder.iterdir() if path.suffix in (".toml", ".json"))
    return [load_proposal(path) for path in paths]


def _form(path: Path) -> str:
    if path.suffix not in (".toml", ".json"):
        found = f"'{path.suffix}'" if path.suffix else "none"
        raise InputError(
            f"the ending of the file's name: found {found}, expected .toml or .json", file=str(path)
        )
    return path.suffix[1:]


def _require_hash(stated: str | None, proposal: Proposal) -> None:
    found = proposal.hash
    if stated is None and proposal.status != "draft":
        raise InputError(
            f"this key is missing: only a draft may do without; its content gives {found}",
            key="hash",
        )
    if stated is not None and stated != found:
        raise InputError(
            f"found {short(stated)}, but the content gives {short(found)}: it was changed after "
            "it was saved. Save what you want to say as a new version",
            key="hash",
        )
