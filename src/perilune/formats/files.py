"""Writing a file whole or not at all."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from pathlib import Path
from typing import Any

from perilune.errors import InputError


def write_whole(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Write a file so that a reader sees either the old one or the complete new one.

    The content goes to a temporary file in the same folder, reaches the disk, then takes the
    file's name. Missing folders are made; a symbolic link is written through. Text is written as
    UTF-8, its line ends as they are.

    Raises
    ------
    InputError
        Where the folder cannot be written or the disk is full; nothing is left behind.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name[:80]}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            _write_through(temporary, data)
            temporary.replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            f"cannot be written ({reason}): expected a writable folder with room for "
            f"{len(data)} bytes",
            file=os.fspath(path),
        ) from error


def write_json(path: str | os.PathLike[str], document: Any, *, indent: int | None = None) -> None:
    """Write a document as JSON, whole, with a line end; `write_whole` says what may go wrong."""
    write_whole(path, json.dumps(document, indent=indent, allow_nan=False) + "\n")


def _write_through(path: Path, data: bytes) -> None:
    """Create `path`, which must not exist, and wait until its bytes are on the disk."""
    with path.open("xb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
