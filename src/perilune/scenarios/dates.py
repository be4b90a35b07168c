"""Dates of a scenario: inside what the orientation tables cover, and after the mission's beginning.

Both tables lie inside the span of the ephemeris.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache

from perilune.astro.epoch import Epoch
from perilune.astro.orientation import EarthOrientation, MoonOrientation
from perilune.errors import DataRangeError, EpochError, InputError

_OUTSIDE = Epoch.utc("1600-01-01")  # of every table: what years no scale covers stand for


def read(
    value: datetime | str,
    *,
    on_earth: bool = False,
    after: Epoch | None = None,
    beginning: str = "the lift-off",
) -> Epoch:
    """Return the epoch of a date of a file.

    Parameters
    ----------
    value : datetime or str
        UTC.
    on_earth : bool
        The turning of the Earth is needed too.
    after : Epoch, optional
        Where the mission begins, which `beginning` names.

    Raises
    ------
    InputError
        Where no table covers it, or it is too early; says what is expected.
    """
    found = str(value).replace(" ", "T").replace("+00:00", "Z")
    try:
        epoch = Epoch.utc(value)
    except EpochError:
        epoch = _OUTSIDE
    try:
        _moon().require(epoch)
        if on_earth:
            _earth().parameters(epoch)
    except DataRangeError as error:
        span = f"from {error.start} " + ("on" if error.stop == "future" else f"to {error.stop}")
        raise InputError(
            f"found {found}, expected a date {span} (the span of {error.what})"
        ) from error
    if after is not None and epoch < after:
        start = after.utc_iso(0)
        raise InputError(f"found {found}, expected a date after {beginning} ({start})")
    return epoch


def require_arrival(lift_off: Epoch, flight_time_h: float) -> None:
    """Raise InputError where a flight would last beyond the tables."""
    arrival = lift_off + 3600.0 * flight_time_h
    try:
        _moon().require(arrival)
    except DataRangeError as error:
        raise InputError(
            f"the flight would arrive on {_day(arrival)}, expected by {error.stop} (the end of "
            f"{error.what})"
        ) from error


@cache
def _moon() -> MoonOrientation:
    return MoonOrientation()


@cache
def _earth() -> EarthOrientation:
    return EarthOrientation()


def _day(epoch: Epoch) -> str:
    return str(epoch.tdb_iso(0))[:10]
