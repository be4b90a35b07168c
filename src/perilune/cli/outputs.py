"""The folder a command writes into, and the command line it was given."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from perilune.errors import InputError
from perilune.report.folder import require_writable


def folder(directory: str | None, name: str) -> Path:
    """Return the output folder, once it is known that it can be written."""
    if directory is not None and not directory.strip():
        raise InputError("-o: found an empty name, expected a folder")
    chosen = Path(directory) if directory else Path("perilune-out") / name
    try:
        require_writable(chosen)
        if chosen.is_symlink() and not chosen.exists():
            raise InputError("a link to nowhere: expected a folder", file=str(chosen))
    except OSError as problem:
        raise unwritable(chosen, problem) from problem
    return chosen


def unwritable(chosen: Path, problem: OSError) -> InputError:
    """Return what to say of a folder that cannot be written."""
    reason = problem.strerror or str(problem)
    return InputError(
        f"cannot be written ({reason}): name another folder with -o", file=str(chosen)
    )


def command() -> str:
    """Return the command line as a shell takes it; bytes that are no text are substituted."""
    words = shlex.join(["perilune", *sys.argv[1:]])
    return words.encode("utf-8", "replace").decode("utf-8")
