"""What a long job has finished so far, on disk: parts that a later run takes up again."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from perilune.formats.files import write_whole

Arrays = Mapping[str, NDArray[Any]]


class Store:
    """Finished parts of one job, each a file of arrays.

    Parts belong to a fingerprint of everything that decides the result: a job with another one
    finds nothing here, and removes what it finds.

    Parameters
    ----------
    folder : Path
        Made when the first part is kept.
    request : object
        Anything whose `repr` says all that decides the result.
    """

    def __init__(self, folder: Path, request: object) -> None:
        self.folder = folder
        self.fingerprint = hashlib.sha256(repr(request).encode()).hexdigest()

    def finished(self) -> dict[int, Arrays]:
        """Return the parts of this very job that are there, by number."""
        if self._owner() != self.fingerprint:
            return {}
        found: dict[int, Arrays] = {}
        for path in sorted(self.folder.glob("part-*.npz")):
            number = int(path.stem.rpartition("-")[2])
            with contextlib.suppress(
                OSError, ValueError, EOFError, BadZipFile
            ):  # redone if damaged
                found[number] = dict(np.load(io.BytesIO(path.read_bytes()), allow_pickle=False))
        return found

    def keep(self, number: int, arrays: Arrays) -> None:
        """Write one part, whole; the first clears what another job left."""
        if self._owner() != self.fingerprint:
            self.clear()
            write_whole(self.folder / "job.json", json.dumps({"fingerprint": self.fingerprint}))
        stream = io.BytesIO()
        np.savez(stream, allow_pickle=False, **arrays)
        write_whole(self.folder / f"part-{number:06d}.npz", stream.getvalue())

    def clear(self) -> None:
        """Remove every part, and the folder around them if it holds nothing else."""
        if (self.folder / "job.json").is_file():
            shutil.rmtree(self.folder, ignore_errors=True)
            with contextlib.suppress(OSError):  # not empty
                self.folder.parent.rmdir()

    def _owner(self) -> str:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            return str(json.loads((self.folder / "job.json").read_text("utf-8"))["fingerprint"])
        return ""
