"""Overlays: what `--set` and variants change in a file before it is read.

A path names keys with dots. An element of a list is named by its number (from 0), its `name`, its
`kind` or its `event`: `phase.transfer.flight_time_h`, `spacecraft.orbiter.propellant_kg`. The value
is TOML (`112`, `true`, `"text"`, `[1, 2]`, a date); anything else is taken as text, and `null`
takes the key out.
"""

from __future__ import annotations

import copy
import tomllib
from typing import Any

from perilune.errors import InputError, nearest

_LABELS = ("name", "kind", "event")


def apply(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return a copy of a document with the value at a path replaced (None takes the key out).

    Raises
    ------
    InputError
        Where the path leads nowhere; names the nearest key.
    """
    out = copy.deepcopy(document)
    *way, last = path.split(".")
    here: Any = out
    for number, step in enumerate(way):
        here = _child(here, step, ".".join(way[: number + 1]))
    if isinstance(here, list):
        index = _index(here, last, path)
        if value is None:
            del here[index]
        else:
            here[index] = value
        return out
    if not isinstance(here, dict):
        raise InputError(f"'{path}' leads into a plain value", key=path)
    if value is None:
        here.pop(last, None)
    else:
        here[last] = value
    return out


def parse(assignment: str) -> tuple[str, Any]:
    """Return path and value of `path.to.key=value`.

    Raises
    ------
    InputError
        Where there is no `=` or no path.
    """
    path, equals, text = assignment.partition("=")
    if not equals or not path.strip():
        raise InputError(f"--set '{assignment}': expected path.to.key=value")
    text = text.strip()
    if text == "null":
        return path.strip(), None
    try:
        return path.strip(), tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return path.strip(), text


def _child(here: Any, step: str, path: str) -> Any:
    if isinstance(here, list):
        return here[_index(here, step, path)]
    if not isinstance(here, dict) or step not in here:
        known = list(here) if isinstance(here, dict) else []
        near = nearest(step, known)
        hint = f" Did you mean '{near}'?" if near else ""
        raise InputError(f"there is no '{step}' here.{hint} Known: {', '.join(known)}", key=path)
    return here[step]


def _index(items: list[Any], step: str, path: str) -> int:
    if step.isdigit() and int(step) < len(items):
        return int(step)
    labels = [
        next((str(item[k]) for k in _LABELS if isinstance(item, dict) and k in item), "")
        for item in items
    ]
    if step in labels:
        return labels.index(step)
    near = nearest(step, labels)
    hint = f" Did you mean '{near}'?" if near else ""
    known = [label or str(i) for i, label in enumerate(labels)]
    raise InputError(f"there is no '{step}' here.{hint} Known: {', '.join(known)}", key=path)
