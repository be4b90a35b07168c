"""Find, read and validate scenario files; every refusal is one clear message."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from perilune.errors import InputError, UnknownName, nearest
from perilune.missions.mission import Mission
from perilune.scenarios import schema
from perilune.scenarios.build import build
from perilune.scenarios.explain import explain
from perilune.scenarios.overlay import apply, parse

LARGEST_FILE = 10**6
"""Bytes a scenario file may have: a slip (a device, a trajectory) is refused, not read."""


def bundled() -> dict[str, str]:
    """Return the bundled scenarios: title by name."""
    texts = {name: _bundled_text(name) for name in bundled_names()}
    return {name: str(tomllib.loads(text).get("title", "")) for name, text in texts.items()}


def bundled_names() -> list[str]:
    """Return the names of the bundled scenarios."""
    folder = files("perilune.scenarios") / "bundled"
    return sorted(p.name[:-5] for p in folder.iterdir() if p.name.endswith(".toml"))


def _bundled_text(name: str) -> str:
    return (files("perilune.scenarios") / "bundled" / f"{name}.toml").read_text("utf-8")


def load(scenario: str | Path, *, overrides: Sequence[str] = ()) -> Mission:
    """Return the mission of a bundled scenario's name, or of a file.

    Parameters
    ----------
    scenario : str or Path
        `change-5`, or a path to a TOML file.
    overrides : sequence of str
        `path.to.key=value`, as `--set` takes them.

    Raises
    ------
    InputError
        Says file, key, what was found, what is expected, and the nearest valid name.
    """
    text, where = _read(str(scenario))
    return build(validate(text, where, overrides), called(where, overrides))


def validate(text: str, where: str, overrides: Sequence[str] = ()) -> schema.ScenarioFile:
    """Return the validated content of a scenario text; `where` names it in messages."""
    document = _parsed(text, where)
    name = called(where, overrides)
    for assignment in overrides:
        path, value = parse(assignment)
        try:
            document = apply(document, path, value)
        except InputError as error:
            raise InputError(error.problem, file=name, key=path) from None
    try:
        return schema.ScenarioFile.model_validate(document)
    except ValidationError as error:
        raise explain(error, document, name) from None


def called(where: str, overrides: Sequence[str]) -> str:
    """Return what messages call a file, overridden or not."""
    return f"{where} with --set" if overrides else where


def _parsed(text: str, where: str) -> dict[str, Any]:
    if not text.strip():
        raise InputError("the file is empty: expected a scenario (TOML)", file=where)
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise InputError("not a scenario: nested too deeply", file=where) from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not valid TOML: {error}", file=where) from None
    except ValueError:
        raise InputError("not a scenario: a number of thousands of digits", file=where) from None


def _read(scenario: str) -> tuple[str, str]:
    """Return the text of a scenario and what to call it. A bundled name goes before a file's."""
    known = bundled_names()
    if scenario in known:
        return _bundled_text(scenario), scenario
    if not scenario.strip() or not scenario.isprintable():
        raise InputError("the scenario's name: expected a bundled name or a TOML file")
    path = Path(scenario)
    looks_like_path = "/" in scenario or "\\" in scenario or scenario.endswith(".toml")
    if not looks_like_path and not _is_file(path):
        raise _no_such_scenario(scenario, known)
    try:
        return _text(path), scenario
    except FileNotFoundError:
        raise InputError(f"there is no such file.{_nearest_file(path)}", file=scenario) from None
    except IsADirectoryError:
        raise InputError("is a folder: expected a scenario (TOML file)", file=scenario) from None
    except UnicodeDecodeError:
        raise InputError("not a text file: expected TOML in UTF-8", file=scenario) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=scenario) from None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name too long for a file
        return False


def _text(path: Path) -> str:
    with path.open("rb") as stream:
        content = stream.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        limit = f"{LARGEST_FILE // 10**6} MB"
        raise InputError(f"larger than {limit}: expected a scenario (TOML)", file=str(path))
    return content.decode("utf-8-sig")


def _no_such_scenario(scenario: str, known: list[str]) -> InputError:
    if _is_file(Path(f"{scenario}.toml")):
        return InputError(f"unknown scenario '{scenario}'. Did you mean the file {scenario}.toml?")
    return UnknownName("scenario (bundled name or path of a TOML file)", scenario, known)


def _nearest_file(path: Path) -> str:
    with suppress(OSError):
        names = [entry.name for entry in path.parent.iterdir() if entry.name.endswith(".toml")]
        near = nearest(path.name, names)
        return f" Did you mean '{path.parent / near}'?" if near else ""
    return ""
