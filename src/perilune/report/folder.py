"""The folder that results are written into: whether it can be, and the document that leads it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from perilune.errors import InputError
from perilune.formats.files import write_json


def require_writable(folder: Path) -> None:
    """Raise InputError where the folder cannot be made or written, before any work is done."""
    existing = folder
    while not existing.exists():
        existing = existing.parent
    if not existing.is_dir():
        raise InputError(f"'{existing}' is a file: expected a folder", file=str(folder))
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        raise InputError(
            f"cannot write here ({error.strerror}): name another folder with -o", file=str(folder)
        ) from None
    if not os.access(existing, os.W_OK):
        raise InputError("cannot write here: name another folder with -o", file=str(folder))


def begun(folder: Path, name: str, document: Mapping[str, Any]) -> list[Path]:
    """Make a folder and write the document that leads it; returns its path, for more to follow.

    Raises
    ------
    InputError
        Where the folder cannot be written.
    """
    require_writable(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    write_json(path, document, indent=2)
    return [path]
