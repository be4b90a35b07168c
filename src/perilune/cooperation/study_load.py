"""From a study's name or file to the study."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

from perilune.cooperation.arrangement import arrange
from perilune.cooperation.study import Study
from perilune.cooperation.study_file import StudyFile
from perilune.errors import InputError
from perilune.scenarios.source import Source, called, catalog_of, validated

STUDIES = Source("studies", "study", "perilune.cooperation")


def bundled_studies() -> dict[str, str]:
    """Return the bundled studies: title by name."""
    texts = {name: STUDIES.bundled_text(name) for name in STUDIES.names()}
    return {name: str(tomllib.loads(text).get("title", "")) for name, text in texts.items()}


def load_study(name: str | Path, *, overrides: Sequence[str] = ()) -> Study:
    """Load a bundled study, or a TOML file by its path, with `path.to.key=value` overrides.

    Every variant is tried on its missions, so that what contradicts itself is said at once.

    Raises
    ------
    InputError
        Says file, key, what was found, what is expected, and the nearest valid name.
    """
    text, where = STUDIES.read(str(name))
    file = validated(text, where, overrides, StudyFile, STUDIES)
    shown = called(where, overrides)
    book = catalog_of(file.catalog, STUDIES.folder(where), shown)
    try:
        study = Study(file, book)
        for number, variant in enumerate(file.variant):
            arrange(study, variant, f"variant[{number}]")
    except InputError as error:
        raise InputError(error.problem, file=error.file or shown, key=error.key) from None
    return study
