"""The catalogue as a whole: the bundled tables, and what a user's files change in them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from perilune.catalog.entry import KINDS, Entry, Mark, parsed
from perilune.catalog.merge import changed
from perilune.catalog.shape import SHAPES, shown
from perilune.errors import InputError, UnknownName
from perilune.formats.toml_file import parse, read_text

Tables = Mapping[str, Mapping[str, Entry]]
"""Entries by kind and name."""

LARGEST_FILE = 10**7
"""Bytes a catalogue file may have."""

_PARTIES = ("agencies", "countries", "treaties")
_ABOUT = (
    ("sites", ("launch_sites",)),
    ("site", ("launch_sites",)),
    ("upper_stage", ("upper_stages",)),
    ("vehicles", ("vehicles",)),
    ("landing_zones", ("landing_zones",)),
    ("standard", ("docking_standards",)),
    ("mates_with", ("docking_standards",)),
    ("country", ("countries",)),
    ("treaty", ("treaties",)),
    ("exports_under", ("treaties",)),
    ("frameworks", ("treaties",)),
    ("binds", _PARTIES),
    ("counterparts", _PARTIES),
    ("except_counterparts", _PARTIES),
)
"""Keys that name an entry of another kind, or of one of several."""


@dataclass(frozen=True, eq=False)
class Catalog:
    """The bundled entries with a user's changes laid over them.

    Attributes
    ----------
    changes : mapping
        Entries added or changed, by kind and name.
    files : tuple of str
        Where they come from, in the order read.
    """

    changes: Tables = field(default_factory=dict)
    files: tuple[str, ...] = ()

    def table(self, kind: str) -> dict[str, Entry]:
        """Return the entries of a kind by name; raises UnknownName."""
        if kind not in KINDS:
            raise UnknownName("catalogue", kind, KINDS)
        return {**_bundled(kind), **self.changes.get(kind, {})}

    def entry(self, kind: str, name: str) -> Entry:
        """Return one entry; raises UnknownName with the nearest name."""
        rows = self.table(kind)
        if name not in rows:
            raise UnknownName(KINDS[kind], name, rows)
        return rows[name]

    def with_file(self, path: str | Path) -> Catalog:
        """Return a catalogue in which a user's TOML file adds entries or changes them.

        The file holds tables `[KIND.NAME]`. What is said of a known name changes that entry key by
        key; a new entry must be complete. Each figure needs a `source` or a `confidence`: the
        table's own, or its own in `figures.KEY`.

        Raises
        ------
        InputError
            Says file and key.
        """
        file = str(path)
        text = read_text(Path(path), file, "catalogue", largest=LARGEST_FILE)
        document = parse(text, file, "catalogue")
        try:
            return self._overlaid(document, file)
        except InputError as error:
            raise InputError(error.problem, file=file, key=error.key) from None

    def _overlaid(self, document: Mapping[str, Any], file: str) -> Catalog:
        changes = {kind: dict(rows) for kind, rows in self.changes.items()}
        for kind, rows in document.items():
            if kind not in KINDS:
                raise UnknownName("catalogue", kind, KINDS, key=kind)
            if not isinstance(rows, dict):
                raise InputError(f"found {shown(rows)}, expected tables [{kind}.NAME]", key=kind)
            known = self.table(kind)
            for name, content in rows.items():
                key = f"{kind}.{name}"
                made = changed(kind, name, content, key, known, file)
                changes.setdefault(kind, {})[name] = made
        book = Catalog(changes, (*self.files, file))
        for kind, rows in document.items():
            for name in rows:
                require_references(book, book.entry(kind, name), f"{kind}.{name}")
        return book


@cache
def catalog() -> Catalog:
    """Return the bundled catalogue."""
    return Catalog()


@cache
def _bundled(kind: str) -> dict[str, Entry]:
    """Return a bundled table; the tests hold it to its shape, so that no flight has to."""
    rows = tomllib.loads(bundled_text(kind))
    return {
        n: parsed(kind, n, row, Mark(row["confidence"], row["source"])) for n, row in rows.items()
    }


def bundled_text(kind: str) -> str:
    """Return the TOML of a bundled table."""
    return (files("perilune.catalog") / "data" / f"{kind}.toml").read_text("utf-8")


def require_references(book: Catalog, found: Entry, key: str) -> None:
    """Refuse an entry that names another one which the catalogue has not."""
    for name, kinds in _ABOUT:
        value = found.figures.get(name, [])
        for each in [value] if isinstance(value, str) else value:
            if not any(each in book.table(kind) for kind in kinds):
                known = [known for kind in kinds for known in book.table(kind)]
                what = ", ".join(KINDS[kind] for kind in kinds)
                raise UnknownName(what, each, known, key=f"{key}.{name}")
    for name in SHAPES[found.kind].rows:
        for number, row in enumerate(found.rows(name)):
            require_references(book, row, f"{key}.{name}[{number}]")
