"""Calendar dates in and out: ISO 8601 text to split Julian dates on a time scale, and back."""

from __future__ import annotations

import re
import warnings
from datetime import UTC, datetime
from typing import Any

import erfa
import numpy as np

from perilune.errors import EpochError

_ISO = re.compile(
    r"(?P<y>-?\d{4})-(?P<mo>\d{2})-(?P<d>\d{2})"
    r"(?:[T ](?P<h>\d{2}):(?P<mi>\d{2})(?::(?P<s>\d{2}(?:\.\d*)?))?)?\s*(?P<z>Z?)"
)
EXPECTED = "expected ISO 8601 such as 2020-11-23T20:30:12 (no offset other than Z)"
_YEARS = (1550, 2650)


def julian_date(scale: str, value: str | datetime) -> tuple[float, float]:
    """Return the split Julian date of one calendar date on `scale`."""
    if isinstance(value, datetime):
        value = _plain_text(scale, value)
    match = _ISO.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise EpochError(f"cannot read '{value}' as a date: {EXPECTED}")
    if match["z"] and scale != "UTC":
        raise EpochError(f"'{value}': Z says UTC, and this is {scale}: leave it out")
    year = int(match["y"])
    if not _YEARS[0] <= year <= _YEARS[1]:
        raise EpochError(f"'{value}': years {_YEARS[0]} to {_YEARS[1]} are covered (DE440)")
    clock = (int(match["h"] or 0), int(match["mi"] or 0), float(match["s"] or 0.0))
    if clock[0] > 23 or clock[1] > 59 or clock[2] >= 61.0:
        raise EpochError(f"cannot read '{value}' as a date: no such time of day")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", erfa.ErfaWarning)
            jd1, jd2 = erfa.dtf2d(scale, year, int(match["mo"]), int(match["d"]), *clock)
    except erfa.ErfaError as error:
        raise EpochError(f"cannot read '{value}' as a date: no such day in the calendar") from error
    if clock[2] >= 60.0 and not (scale == "UTC" and _has_leap_second(jd1, clock)):
        raise EpochError(f"'{value}': there is no second 60 in that minute")
    return float(jd1), float(jd2)


def _has_leap_second(jd_midnight: float, clock: tuple[int, int, float]) -> bool:
    """Say whether the UTC day that starts at a Julian date ends in a leap second, now."""
    year, month, day, _ = erfa.jd2cal(jd_midnight, 0.0)
    after = erfa.jd2cal(jd_midnight, 1.0)
    step = erfa.dat(*after[:3], 0.0) - erfa.dat(year, month, day, 0.0)
    return clock[:2] == (23, 59) and bool(step > 0.5)


def _plain_text(scale: str, value: datetime) -> str:
    if value.tzinfo is not None:
        if scale != "UTC":
            raise EpochError(f"a datetime with a time zone is UTC, not {scale}")
        value = value.astimezone(UTC).replace(tzinfo=None)
    return value.isoformat()


def to_tt(scale: str, jd1: Any, jd2: Any) -> tuple[Any, Any]:
    """Return TT for a split Julian date of UTC, TAI or TT (TDB is passed through)."""
    if scale == "UTC":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", erfa.ErfaWarning)
            jd1, jd2 = erfa.utctai(jd1, jd2)
    if scale in ("UTC", "TAI"):
        jd1, jd2 = erfa.taitt(jd1, jd2)
    return jd1, jd2


def iso_text(scale: str, jd1: Any, jd2: Any, digits: int, suffix: str) -> Any:
    """Return ISO 8601 text of a split Julian date on a scale (a list of texts for an array)."""
    if not 0 <= digits <= 9:
        raise EpochError(f"{digits} digits of a second: expected 0 to 9")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", erfa.ErfaWarning)
        year, month, day, clock = erfa.d2dtf(scale, digits, jd1, jd2)

    def text(i: Any) -> str:
        h, m, s, f = (int(clock[name][i]) for name in ("h", "m", "s", "f"))
        fraction = f".{f:0{digits}d}" if digits > 0 else ""
        return (
            f"{int(year[i]):04d}-{int(month[i]):02d}-{int(day[i]):02d}"
            f"T{h:02d}:{m:02d}:{s:02d}{fraction}{suffix}"
        )

    if np.ndim(year) == 0:
        year, month, day = np.asarray(year), np.asarray(month), np.asarray(day)
        return text(())
    return [text(i) for i in range(len(year))]
