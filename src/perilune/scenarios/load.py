"""Find, read and validate scenario files; every refusal is one clear message."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from perilune.catalog.book import Catalog, catalog
from perilune.errors import InputError, UnknownName
from perilune.formats.toml_file import parse as parse_toml
from perilune.formats.toml_file import read_text
from perilune.missions.mission import Mission
from perilune.scenarios import schema
from perilune.scenarios.build import build
from perilune.scenarios.explain import explain
from perilune.scenarios.overlay import apply, parse

LARGEST_FILE = 10**6
"""Bytes a scenario file may have."""


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
    file, name = validate(text, where, overrides), called(where, overrides)
    folder = Path() if where in bundled_names() else Path(where).parent
    return build(file, name, _catalog(file, folder, name))


def validate(text: str, where: str, overrides: Sequence[str] = ()) -> schema.ScenarioFile:
    """Return the validated content of a scenario text; `where` names it in messages."""
    document = parse_toml(text, where, "scenario")
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
        raise explain(error, document, name, schema.ScenarioFile) from None


def _catalog(file: schema.ScenarioFile, folder: Path, where: str) -> Catalog:
    """Return the catalogue of a scenario; its own files lie beside it, or where a path says."""
    book = catalog()
    for number, name in enumerate(file.catalog):
        try:
            book = book.with_file(folder / name)
        except InputError as error:
            if error.key:  # it lies within the catalogue's file
                raise
            key = f"catalog[{number}]" if len(file.catalog) > 1 else "catalog"
            raise InputError(str(error), file=where, key=key) from None
    return book


def called(where: str, overrides: Sequence[str]) -> str:
    """Return what messages call a file, overridden or not."""
    return f"{where} with --set" if overrides else where


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
    return read_text(path, scenario, "scenario", largest=LARGEST_FILE), scenario


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name too long for a file
        return False


def _no_such_scenario(scenario: str, known: list[str]) -> InputError:
    if _is_file(Path(f"{scenario}.toml")):
        return InputError(f"unknown scenario '{scenario}'. Did you mean the file {scenario}.toml?")
    return UnknownName("scenario (bundled name or path of a TOML file)", scenario, known)
