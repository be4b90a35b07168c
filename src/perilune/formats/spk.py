"""Writing a trajectory as a SPICE kernel (SPK, type 13: Hermite, uneven steps), by jplephem's DAF.

Layout: NAIF, "SPK Required Reading" (type 13) and "DAF Required Reading".
"""

from __future__ import annotations

import io
import os
from importlib.metadata import version

import numpy as np
from jplephem.daf import DAF, FTPSTR
from numpy.typing import NDArray

from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.dynamics.trajectory import Trajectory
from perilune.errors import InputError, UnknownName
from perilune.formats.arc_tables import ArcTables, Table
from perilune.formats.files import write_whole
from perilune.formats.nodes import WIDTH

Array = NDArray[np.float64]

NAIF_IDS = {
    "solar_system_barycenter": 0,
    "earth_moon_barycenter": 3,
    "sun": 10,
    "mercury": 199,
    "venus": 299,
    "moon": 301,
    "earth": 399,
}
"""Numbers of the centers in SPICE (NAIF Integer ID codes)."""

FIRST_ID = -999001
"""What the first spacecraft of a mission is called in its kernel; the next have one less."""

_RECORD, _LINE = 1024, 1000  # bytes of a record, and of them a comment's
_J2000_FRAME, _TYPE = 1, 13
_DIRECTORY = 100  # every so many epochs one is repeated, for the search


def write_spk(
    path: str | os.PathLike[str],
    trajectory: Trajectory,
    *,
    name: str,
    naif_id: int = FIRST_ID,
    env: Environment,
    tables: ArcTables | None = None,
) -> None:
    """Write a trajectory as an SPK kernel: a segment for each arc, about that arc's center.

    Frame J2000 (SPICE's name of the ICRF), times TDB; load it beside a planetary kernel (DE440).
    The comments say what the object's number stands for.

    Parameters
    ----------
    path : path
    trajectory : Trajectory
        Made with dense output.
    name : str
        Of the object.
    naif_id : int
        Its number in SPICE, negative.
    env : Environment
        Named in the comments.
    tables : ArcTables, optional
        Shared between files of one flight, so that each arc is laid out once; it holds what
        interpolation may add to the position (default 1 m).

    Raises
    ------
    InputError
        Where the number is not a spacecraft's, the name is no ASCII text, the trajectory failed or
        has no duration, or the file cannot be written.
    ModelError
        Where the motion is not smooth enough to be interpolated that well.
    """
    if naif_id >= 0:
        raise InputError(f"naif_id is {naif_id}: expected a negative number, as spacecraft have")
    if not name.isascii() or not name.isprintable() or not name.strip():
        raise InputError(f"object name is {name!r}: an SPK needs printable ASCII characters")
    tables = tables or ArcTables()
    comments = [
        f"perilune {version('perilune')}: {name} is {naif_id}",
        ", ".join(f"{key} {value}" for key, value in env.describe().items()),
        f"Hermite interpolation of degree {2 * WIDTH - 1} adds less than {tables.max_error_m:g} m",
    ]
    kernel = DAF(io.BytesIO(_empty(name, comments)))
    for table in tables.of(trajectory):
        center = table.arc.center
        if center not in NAIF_IDS:
            raise UnknownName("center of an SPK", center, NAIF_IDS)
        et, data = _segment(table)
        ids = (naif_id, NAIF_IDS[center], _J2000_FRAME, _TYPE, 0, 0)
        kernel.add_array(name.encode()[:40], (float(et[0]), float(et[-1]), *ids), data)
    content = kernel.file.getvalue()
    write_whole(path, content + b"\0" * (-len(content) % _RECORD))


def _segment(table: Table) -> tuple[Array, Array]:
    """Return the epochs of a type 13 segment, and its words: states, epochs, directory, sizes."""
    et = np.unique(np.asarray((table.arc.origin + table.nodes_s).j2000_s))
    vectors = table.arc.vectors(np.asarray(Epoch(et) - table.arc.origin))[:, :6]
    directory = et[_DIRECTORY - 1 :: _DIRECTORY]
    if len(et) % _DIRECTORY == 0:
        directory = directory[:-1]
    sizes = np.array([min(WIDTH, len(et)) - 1, len(et)], dtype=np.float64)
    return et, np.concatenate([vectors.ravel(), et, directory, sizes])


def _empty(name: str, comments: list[str]) -> bytes:
    """Return a kernel without segments: file record, comments, one summary and one name record."""
    text = "".join(f"{line}\0" for line in comments).encode("ascii", "replace") + b"\4"
    lines = [text[i : i + _LINE] for i in range(0, len(text), _LINE)]
    area = b"".join(line.ljust(_LINE, b"\0").ljust(_RECORD, b"\0") for line in lines)
    first = 2 + len(lines)
    free = (first + 1) * _RECORD // 8 + 1
    words = (2, 6), (first, first, free)
    head = (
        b"DAF/SPK "
        + np.array(words[0], "<i4").tobytes()
        + name.encode()[:60].ljust(60)
        + np.array(words[1], "<i4").tobytes()
        + b"LTL-IEEE"
    )
    record = (head.ljust(699, b"\0") + FTPSTR).ljust(_RECORD, b"\0")
    return bytes(record + area + b"\0" * _RECORD + b" " * _RECORD)
