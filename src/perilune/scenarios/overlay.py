"""Overlays: what `--set` and variants change in a file before it is read.

A path names keys with dots. An element of a list is named by its number (from 0), its `name`, its
`kind` or its `event`: `phase.transfer.flight_time_h`, `spacecraft.orbiter.propellant_kg`. The value
is TOML (`112`, `true`, `"text"`, `[1, 2]`, a date); anything else is taken as text, and `null`
takes the key out.
"""

from __future__ import annotations

import copy
import re
import tomllib
from typing import Any

from perilune.errors import InputError, nearest

_LABELS = ("name", "kind", "event")


def apply(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return a copy of a document with the value at a path replaced (None takes the key out).

    Tables on the way that the document does not have are made: its schema judges them.

    Raises
    ------
    InputError
        Where the path leads nowhere; names the nearest key.
    """
    *way, last = _steps(path)
    out = dict(document)
    here: Any = out
    for number, step in enumerate(way):
        key: Any = _key(here, step, ".".join(way[: number + 1]), make=value is not None)
        here[key] = copy.copy(here[key])  # what lies beside the way is shared, never changed
        here = here[key]
    if not isinstance(here, dict | list):
        raise _plain_value(path)
    key = _index(here, last, path) if isinstance(here, list) else last
    if value is not None:
        here[key] = value
    elif isinstance(here, dict) and key not in here:
        raise _no_such(last, list(here), path)
    else:
        del here[key]
    return out


def value_at(document: dict[str, Any], path: str) -> Any:
    """Return the value at a path of a document.

    Raises
    ------
    InputError
        Where the path leads nowhere; names the nearest key.
    """
    here: Any = document
    steps = _steps(path)
    for number, step in enumerate(steps):
        here = here[_key(here, step, ".".join(steps[: number + 1]), make=False)]
    return here


def _steps(path: str) -> list[str]:
    steps = path.split(".")
    if "" in steps:
        raise InputError("an empty step: expected path.to.key", key=path)
    return steps


def parse(assignment: str) -> tuple[str, Any]:
    """Return path and value of `path.to.key=value`.

    Raises
    ------
    InputError
        Where there is no `=`, no path, or a list, table or quoted text is not TOML.
    """
    path, equals, text = (part.strip() for part in assignment.partition("="))
    if not equals or not path:
        raise InputError(f"--set: found '{assignment}', expected path.to.key=value")
    if not _is_text(assignment):
        raise InputError(f"--set {path}: found bytes that are no text, expected UTF-8")
    if text == "null":
        return path, None
    try:
        parsed = tomllib.loads(f"value = {text}")
        if list(parsed) == ["value"]:
            return path, parsed["value"]
        problem = "more than one value"
    except (ValueError, RecursionError) as error:
        if text[:1] not in ("'", '"', "[", "{"):
            return path, text
        problem = str(error)
    raise InputError(f"found {text}, which is not TOML: {problem}", key=path)


def _is_text(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _key(here: Any, step: str, path: str, *, make: bool) -> Any:
    """Return the index or key of a step; makes the table where it is missing and asked to."""
    if isinstance(here, list):
        return _index(here, step, path)
    if not isinstance(here, dict):
        raise _plain_value(path)
    if step not in here:
        if not make:
            raise _no_such(step, list(here), path)
        here[step] = {}
    return step


def _index(items: list[Any], step: str, path: str) -> int:
    if re.fullmatch("[0-9]{1,9}", step) and int(step) < len(items):
        return int(step)
    labels = [
        next((str(item[k]) for k in _LABELS if isinstance(item, dict) and k in item), "")
        for item in items
    ]
    if labels.count(step) > 1:
        numbers = ", ".join(str(i) for i, label in enumerate(labels) if label == step)
        raise InputError(f"'{step}' is not one alone: expected a number ({numbers})", key=path)
    if step in labels:
        return labels.index(step)
    raise _no_such(step, [label or str(i) for i, label in enumerate(labels)], path)


def _plain_value(path: str) -> InputError:
    return InputError("leads into a plain value, which has no keys", key=path)


def _no_such(step: str, known: list[str], path: str) -> InputError:
    near = nearest(step, known)
    hint = f" Did you mean '{near}'?" if near else ""
    listed = f" Known: {', '.join(known)}." if known else ""
    return InputError(f"there is no '{step}' here.{hint}{listed}", key=path)
