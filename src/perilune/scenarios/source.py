"""Files by a bundled name or a path: read, overridden, validated; every refusal is one message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from perilune.catalog.book import Catalog, catalog
from perilune.errors import InputError, UnknownName
from perilune.formats.toml_file import parse as parse_toml
from perilune.formats.toml_file import read_text
from perilune.scenarios.explain import explain
from perilune.scenarios.overlay import apply, parse

LARGEST_FILE = 10**6
"""Bytes a file may have."""

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Source:
    """Where files of one kind come from.

    Attributes
    ----------
    bundle : str
        Folder of the bundled ones in their package.
    what : str
        What one is called: `scenario`.
    package : str
        Where the folder lies.
    """

    bundle: str
    what: str
    package: str = "perilune.scenarios"

    def names(self) -> list[str]:
        """Return the bundled names."""
        return list(_bundled(self.package, self.bundle))

    def bundled_text(self, name: str) -> str:
        """Return the text of a bundled file."""
        return _bundled(self.package, self.bundle)[name]

    def read(self, name: str) -> tuple[str, str]:
        """Return the text of a file and what to call it. A bundled name goes before a path.

        Raises
        ------
        InputError
            Where there is none; names the nearest.
        """
        known = self.names()
        if name in known:
            return self.bundled_text(name), name
        if not name.strip() or not name.isprintable():
            raise InputError(f"the {self.what}'s name: expected a bundled name or a TOML file")
        path = Path(name)
        looks_like_path = "/" in name or "\\" in name or name.endswith(".toml")
        if not looks_like_path and not _is_file(path):
            raise self._no_such(name, known)
        return read_text(path, name, self.what, largest=LARGEST_FILE), name

    def extended(self, document: dict[str, Any], where: str) -> dict[str, Any]:
        """Return a document with what it `extends` below it: its own keys go before that one's.

        Raises
        ------
        InputError
            Where the other file is not there, or the two extend each other.
        """
        names, below = [where], document
        while isinstance(below.get("extends"), str):
            name = below["extends"]
            if name in names:
                raise InputError(
                    f"found '{name}', which extends this file", file=where, key="extends"
                )
            names.append(name)
            beside = self.folder(where) / name
            try:
                text, _ = self.read(name if name in self.names() else str(beside))
            except InputError as error:
                raise InputError(str(error), file=where, key="extends") from None
            below = parse_toml(text, name, self.what)
            document = {**below, **{k: v for k, v in document.items() if k != "extends"}}
        return document

    def document(self, name: str, overrides: Sequence[str] = ()) -> dict[str, Any]:
        """Return a file's content, what it extends and overrides laid over it, not yet judged.

        Raises
        ------
        InputError
            Where there is no such file, it is not TOML, or a path leads nowhere in it.
        """
        text, where = self.read(name)
        document = self.extended(_parsed(text, where, self.what), where)
        return _overridden(document, overrides, called(where, overrides))

    def folder(self, where: str) -> Path:
        """Return the folder that names in a file are relative to."""
        return Path() if where in self.names() else Path(where).parent

    def _no_such(self, name: str, known: list[str]) -> InputError:
        if _is_file(Path(f"{name}.toml")):
            return InputError(f"unknown {self.what} '{name}'. Did you mean the file {name}.toml?")
        return UnknownName(f"{self.what} (bundled name or path of a TOML file)", name, known)


def validated(
    text: str,
    where: str,
    overrides: Sequence[str],
    model: type[Model],
    source: Source,
) -> Model:
    """Return the content of a file's text with overrides, held to its model.

    A text with the key `extends` is laid over the file that names, where its model has that key.

    Raises
    ------
    InputError
        Says file, key, what was found, what is expected, and the nearest valid name.
    """
    document = parse_toml(text, where, source.what)
    name = called(where, overrides)
    if "extends" in model.model_fields:
        document = source.extended(document, where)
    document = _overridden(document, overrides, name)
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise explain(error, document, name, model) from None


@cache
def _bundled(package: str, bundle: str) -> dict[str, str]:
    """Return the texts of a bundle by name, in order of names."""
    folder = files(package) / bundle
    names = sorted(p.name[:-5] for p in folder.iterdir() if p.name.endswith(".toml"))
    return {name: (folder / f"{name}.toml").read_text("utf-8") for name in names}


@lru_cache(maxsize=64)
def _parsed(text: str, where: str, what: str) -> dict[str, Any]:
    """Return a text's content: a study reads the same few files for each of its variants."""
    return parse_toml(text, where, what)


def _overridden(document: dict[str, Any], overrides: Sequence[str], file: str) -> dict[str, Any]:
    for assignment in overrides:
        path, value = parse(assignment)
        try:
            document = apply(document, path, value)
        except InputError as error:
            raise InputError(error.problem, file=file, key=path) from None
    return document


def catalog_of(names: Sequence[str], folder: Path, where: str) -> Catalog:
    """Return the catalogue with a file's own catalogue files over it."""
    book = catalog()
    for number, name in enumerate(names):
        try:
            book = book.with_file(folder / name)
        except InputError as error:
            if error.key:  # it lies within the catalogue's file
                raise
            key = f"catalog[{number}]" if len(names) > 1 else "catalog"
            raise InputError(str(error), file=where, key=key) from None
    return book


def called(where: str, overrides: Sequence[str]) -> str:
    """Return what messages call a file, overridden or not."""
    return f"{where} with --set" if overrides else where


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name too long for a file
        return False
