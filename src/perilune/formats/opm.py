"""CCSDS Orbit Parameter Messages, version 2.0, keyword-value notation (CCSDS 502.0-B-2 and -3)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.errors import InputError, UnknownName
from perilune.formats.files import write_whole
from perilune.formats.oem_write import CENTERS, field, time_system

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class OpmManeuver:
    """A maneuver as an OPM states it.

    Attributes
    ----------
    ignition : Epoch
    duration_s : float
        0 where it is an impulse.
    dv_km_s : tuple of float
        `icrf`.
    propellant_kg : float
        What it uses; 0 where unknown.
    """

    ignition: Epoch
    duration_s: float
    dv_km_s: Vector
    propellant_kg: float = 0.0


@dataclass(frozen=True, eq=False)
class Opm:
    """A state at one instant, and the maneuvers after it.

    Attributes
    ----------
    object_name, object_id : str
    state : State
        A single one; `icrf` axes.
    maneuvers : tuple of OpmManeuver
        In order of time.
    mass_kg : float, optional
        At the state's instant; a message with maneuvers needs it.
    originator, creation_date : str
        Of a message that was read.
    comments : tuple of str
    """

    object_name: str
    object_id: str
    state: State
    maneuvers: tuple[OpmManeuver, ...] = ()
    mass_kg: float | None = None
    originator: str = "PERILUNE"
    creation_date: str = ""
    comments: tuple[str, ...] = ()


def write_opm(path: str | os.PathLike[str], opm: Opm) -> None:
    """Write an Orbit Parameter Message.

    Times are UTC to the microsecond, or TDB where a leap second falls between the state and its
    last maneuver, or UTC is not yet what it is now (before 1972).

    Raises
    ------
    InputError
        Where a name cannot be written in a message, the state is not a single one, maneuvers come
        without the mass, or the file cannot be written.
    FrameMismatch
        Where the state is not in `icrf` axes.
    """
    if opm.state.epoch.shape != ():
        raise InputError(f"an OPM holds one state: found {len(opm.state)}")
    if opm.maneuvers and not (opm.mass_kg is not None and opm.mass_kg > 0.0):
        raise InputError("an OPM with maneuvers needs the mass before them (mass_kg)")
    if opm.state.center not in CENTERS:
        raise UnknownName("center of an OPM", opm.state.center, CENTERS)
    opm.state.require(axes="icrf")
    write_whole(path, "\n".join(_lines(opm)) + "\n")


def _lines(opm: Opm) -> Iterator[str]:
    last = opm.maneuvers[-1].ignition if opm.maneuvers else opm.state.epoch
    system = time_system(opm.state.epoch, last)
    yield "CCSDS_OPM_VERS = 2.0"
    yield f"COMMENT perilune {version('perilune')}"
    yield from (f"COMMENT {field('comment', comment)}" for comment in opm.comments)
    yield f"CREATION_DATE = {datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"
    yield f"ORIGINATOR = {field('originator', opm.originator)}"
    yield f"OBJECT_NAME = {field('object name', opm.object_name)}"
    yield f"OBJECT_ID = {field('object id', opm.object_id)}"
    yield f"CENTER_NAME = {CENTERS[opm.state.center]}"
    yield "REF_FRAME = ICRF"
    yield f"TIME_SYSTEM = {system}"
    yield f"EPOCH = {_text(opm.state.epoch, system)}"
    position, velocity = opm.state.r_km.tolist(), opm.state.v_km_s.tolist()
    yield from (f"{axis} = {x:.9f} [km]" for axis, x in zip("XYZ", position, strict=True))
    yield from (f"{axis}_DOT = {v:.12f} [km/s]" for axis, v in zip("XYZ", velocity, strict=True))
    if opm.mass_kg is not None:
        yield f"MASS = {opm.mass_kg:.6f} [kg]"
    for burn in opm.maneuvers:
        yield f"MAN_EPOCH_IGNITION = {_text(burn.ignition, system)}"
        yield f"MAN_DURATION = {burn.duration_s:.6f} [s]"
        yield f"MAN_DELTA_MASS = {-burn.propellant_kg:.6f} [kg]"
        yield "MAN_REF_FRAME = ICRF"
        for number, part in enumerate(burn.dv_km_s, start=1):
            yield f"MAN_DV_{number} = {part:.12f} [km/s]"


def _text(epoch: Epoch, system: str) -> str:
    text: str = epoch.utc_iso(6) if system == "UTC" else epoch.tdb_iso(6)
    return text.rstrip("Z")
