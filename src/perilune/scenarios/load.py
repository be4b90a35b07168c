"""Find, read and validate scenario files; every refusal is one clear message."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

from perilune.catalog.book import Catalog
from perilune.missions.mission import Mission
from perilune.scenarios import schema
from perilune.scenarios.build import build
from perilune.scenarios.source import Source, called, catalog_of, validated

SCENARIOS = Source("bundled", "scenario")


def bundled() -> dict[str, str]:
    """Return the bundled scenarios: title by name."""
    texts = {name: SCENARIOS.bundled_text(name) for name in bundled_names()}
    return {name: str(tomllib.loads(text).get("title", "")) for name, text in texts.items()}


def bundled_names() -> list[str]:
    """Return the names of the bundled scenarios."""
    return SCENARIOS.names()


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
    text, where = SCENARIOS.read(str(scenario))
    file, name = validate(text, where, overrides), called(where, overrides)
    return build(file, name, _catalog(file, where, name))


def validate(text: str, where: str, overrides: Sequence[str] = ()) -> schema.ScenarioFile:
    """Return the validated content of a scenario text; `where` names it in messages."""
    return validated(text, where, overrides, schema.ScenarioFile, SCENARIOS)


def _catalog(file: schema.ScenarioFile, where: str, name: str) -> Catalog:
    return catalog_of(file.catalog, SCENARIOS.folder(where), name)
