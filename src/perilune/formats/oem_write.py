"""Writing a trajectory as a CCSDS OEM 2.0."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version

import erfa

from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.dynamics.trajectory import Trajectory
from perilune.errors import InputError, UnknownName
from perilune.formats.arc_tables import ArcTables, Table
from perilune.formats.files import write_whole
from perilune.formats.nodes import WIDTH

CENTERS = {
    "earth": "EARTH",
    "moon": "MOON",
    "sun": "SUN",
    "earth_moon_barycenter": "EARTH BARYCENTER",
    "solar_system_barycenter": "SOLAR SYSTEM BARYCENTER",
    "mercury": "MERCURY",
    "venus": "VENUS",
}
"""Our names of centers, and those of CCSDS (SANA registry of orbit centers)."""

_DEGREE = 2 * WIDTH - 1


def write_oem(
    path: str | os.PathLike[str],
    trajectory: Trajectory,
    *,
    name: str,
    originator: str = "PERILUNE",
    object_id: str,
    env: Environment,
    max_error_m: float = 1.0,
    tables: ArcTables | None = None,
) -> None:
    """Write a trajectory as an OEM: a segment for each arc, about that arc's center.

    Times are UTC to the microsecond, or TDB where a leap second falls inside or UTC is not yet
    what it is now (before 1972). Positions are written to 1e-9 km, velocities to 1e-12 km/s, at
    the very microseconds written. Segments that meet share their joint, so that a reader never
    interpolates over a burn's ignition, its cut-off or an impulse.

    Parameters
    ----------
    path : path
    trajectory : Trajectory
        Made with dense output.
    name, object_id, originator : str
        What the file calls the object (its international designator where it has one), and us.
    env : Environment
        Named in the comments.
    max_error_m : float
        Position error that degree-7 Hermite interpolation may add, whichever four neighboring
        states around the instant a reader uses.
    tables : ArcTables, optional
        Shared between files of one flight, so that each arc is laid out once; it goes before
        `max_error_m`.

    Raises
    ------
    InputError
        Where a name cannot be written in a message, the trajectory failed or has no duration, or
        the file cannot be written.
    ModelError
        Where the motion is not smooth enough to be interpolated that well.
    """
    tables = tables or ArcTables(max_error_m)
    laid_out = tables.of(trajectory)
    system = time_system(trajectory.start, trajectory.stop)
    identity = {
        "OBJECT_NAME": field("object name", name),
        "OBJECT_ID": field("object id", object_id),
    }
    lines = list(_header(field("originator", originator), env, tables.max_error_m))
    for table in laid_out:
        lines += _segment(table, identity, system)
    write_whole(path, "\n".join(lines) + "\n")


def time_system(start: Epoch, stop: Epoch) -> str:
    """Return "UTC" where it runs evenly from start to stop, else "TDB"."""
    first, last = _leap_seconds(start), _leap_seconds(stop)
    return "UTC" if first is not None and first == last else "TDB"


def _leap_seconds(epoch: Epoch) -> float | None:
    """Return TAI - UTC, s; None before 1972."""
    year, month, day = (int(part) for part in epoch.utc_iso(0)[:10].split("-"))
    if year < 1972:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", erfa.ErfaWarning)
        return float(erfa.dat(year, month, day, 0.0))


def field(what: str, text: str) -> str:
    """Return a value as KVN can hold it: one line of printable ASCII."""
    value = " ".join(text.split())
    if not value or not value.isascii() or not value.isprintable():
        raise InputError(f"{what} is {text!r}: a CCSDS message needs printable ASCII characters")
    return value


def _header(originator: str, env: Environment, max_error_m: float) -> Iterator[str]:
    yield "CCSDS_OEM_VERS = 2.0"
    yield f"COMMENT perilune {version('perilune')}"
    yield "COMMENT " + ", ".join(f"{key} {value}" for key, value in env.describe().items())
    yield f"COMMENT Hermite interpolation of degree {_DEGREE} adds less than {max_error_m:g} m"
    yield f"CREATION_DATE = {datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"
    yield f"ORIGINATOR = {originator}"


def _segment(table: Table, identity: dict[str, str], system: str) -> Iterator[str]:
    arc = table.arc
    if arc.center not in CENTERS:
        raise UnknownName("center of an OEM", arc.center, CENTERS)
    times = _texts(arc.origin + table.nodes_s, system)
    written = Epoch.utc(times) if system == "UTC" else Epoch.tdb(times)
    metadata = {
        **identity,
        "CENTER_NAME": CENTERS[arc.center],
        "REF_FRAME": "ICRF",
        "TIME_SYSTEM": system,
        "START_TIME": times[0],
        "STOP_TIME": times[-1],
        "INTERPOLATION": "HERMITE",
        "INTERPOLATION_DEGREE": str(_DEGREE),
    }
    yield ""
    yield "META_START"
    yield from (f"{key} = {value}" for key, value in metadata.items())
    yield "META_STOP"
    yield ""
    for time, row in zip(times, arc.vectors(written - arc.origin)[:, :6].tolist(), strict=True):
        position = " ".join(f"{x:.9f}" for x in row[:3])
        velocity = " ".join(f"{x:.12f}" for x in row[3:])
        yield f"{time} {position} {velocity}"


def _texts(epochs: Epoch, system: str) -> list[str]:
    texts = epochs.utc_iso(6) if system == "UTC" else epochs.tdb_iso(6)
    return [str(text).rstrip("Z") for text in texts]
