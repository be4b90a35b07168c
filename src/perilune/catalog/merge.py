"""A user's table becomes an entry: a new one, or a known one with some figures changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from perilune.catalog.entry import KINDS, MARKS, Entry, Mark, inherited, parsed
from perilune.catalog.shape import SHAPES, check
from perilune.errors import InputError, nearest

_NAME = re.compile("[a-z0-9][a-z0-9_-]{0,63}")


def changed(
    kind: str, name: str, content: Any, key: str, known: Mapping[str, Entry], file: str
) -> Entry:
    """Return the entry that a table of a file makes, beside or out of the known ones."""
    if not _NAME.fullmatch(name):
        wanted = "lower-case letters, digits, - and _ (at most 64)"
        raise InputError(f"found the name {name!r:.60}, expected {wanted}", key=kind)
    if name in known:
        return _merged(known[name], content, key, file)
    return _added(kind, name, content, key, known, file)


def _added(kind: str, name: str, content: Any, key: str, known: Iterable[str], file: str) -> Entry:
    """Return the new entry that a table makes; `key` is where it stands in the file."""
    try:
        check(SHAPES[kind], content, key)
    except InputError as error:
        near = nearest(name, known)
        hint = f" ('{name}' is new; did you mean to change '{near}'?)" if near else ""
        raise InputError(f"{error.problem}{hint}", key=error.key) from None
    _require_marks(kind, content, content, key)
    return parsed(kind, name, content, _stated(content, file))


def _merged(base: Entry, content: Any, key: str, file: str) -> Entry:
    """Return an entry with some figures changed; the others stand where they stood."""
    shape = SHAPES[base.kind]
    check(shape, content, key, complete=False)
    figures = {name: value for name, value in content.items() if name not in MARKS}
    whole = {**base.figures, **figures}
    _require_marks(base.kind, content, whole, key)
    check(shape, whole, key)
    changes = parsed(base.kind, base.name, content, _stated(content, file))
    own = Mark(changes.confidence, changes.source)
    if not figures and "figures" not in content:  # nothing but a mark: it is the entry's
        return Entry(base.kind, base.name, base.figures, own.confidence, own.source)
    own_marks = {key: own for key in figures if key not in changes.marks}
    marks = {**base.marks, **own_marks, **changes.marks}
    return Entry(base.kind, base.name, whole, base.confidence, base.source, marks)


def _stated(content: Mapping[str, Any], file: str) -> Mark:
    """Return the mark of a table, where one half of it may be left out."""
    return inherited(content, Mark("sourced", f"as stated in {Path(file).name}"))


def _require_marks(
    kind: str, content: Mapping[str, Any], whole: Mapping[str, Any], key: str
) -> None:
    """Refuse a figure that stands on nothing, a mark of no figure, a source left unsaid."""
    if not content:
        raise InputError("the table is empty: expected keys and values", key=key)
    shape, marks = SHAPES[kind], content.get("figures", {})
    for name in marks:
        if name not in whole:
            raise InputError(
                f"marks `{name}`, which the entry has not", key=f"{key}.figures.{name}"
            )
    prose = [name for name, figure in shape.figures.items() if figure.is_prose]
    said = [name for name in content if name not in (*MARKS, *prose)]
    for name in dict.fromkeys([*said, *marks]):
        for at, given in _standing(name, content.get(name), content, marks):
            _require_mark(given, f"{key}.{at}")
            if shape.needs_source and "source" not in given:
                problem = f"has no `source`: a {KINDS[kind]} stands on the text it names"
                raise InputError(problem, key=f"{key}.{at}")
    if not said and not marks and _marks_in(content):
        _require_mark(content, key)


def _standing(
    name: str, value: Any, content: Mapping[str, Any], marks: Mapping[str, Any]
) -> list[tuple[str, dict[str, Any]]]:
    """Return what a figure, or each row under its key, stands on: place and mark."""
    own = {**_marks_in(content), **marks.get(name, {})}
    if not (isinstance(value, list) and isinstance(value[0], dict)):
        return [(name, own)]
    return [(f"{name}[{number}]", {**own, **_marks_in(row)}) for number, row in enumerate(value)]


def _marks_in(row: Mapping[str, Any]) -> dict[str, Any]:
    return {mark: row[mark] for mark in ("source", "confidence") if mark in row}


def _require_mark(mark: Mapping[str, Any], key: str) -> None:
    if not mark:
        problem = "found neither `source` nor `confidence`: every figure has one"
        raise InputError(problem, key=key)
    if mark.get("confidence") == "sourced" and "source" not in mark:
        raise InputError("is called sourced: expected also its `source`", key=key)
