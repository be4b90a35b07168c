"""Instants of time, exact to well below a nanosecond, scalar or array.

An `Epoch` is TDB past J2000 (2000-01-01T12:00:00 TDB) held as whole seconds plus a fraction: one
float64 would step by 0.1 microseconds, a millimeter of low orbit. Scales and leap seconds come
from ERFA (the IAU's SOFA routines); TDB - TT is the full series of Fairhead & Bretagnon (1990) at
the geocenter, so it differs by up to 50 microseconds from the short formula SPICE uses.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import erfa
import numpy as np
from numpy.typing import NDArray

from perilune.astro.calendar import EXPECTED, iso_text, julian_date, to_tt
from perilune.errors import EpochError

if TYPE_CHECKING:
    from astropy.time import Time

Seconds = float | NDArray[np.float64]
TimeText = str | datetime | Sequence[str]

J2000_JD = 2451545.0
DAY = 86400.0
"""One day of elapsed TDB, in seconds."""

_LONGEST_S = 1e14


class Epoch:
    """An instant (or an array of instants) of TDB.

    Make one with a named constructor, so that the scale is never in doubt: `Epoch.utc(...)`,
    `.tdb(...)`, `.tt(...)`, `.tai(...)` take ISO 8601 text, a `datetime`, or a list of texts.
    Adding a number adds elapsed TDB seconds; subtracting two epochs gives elapsed TDB seconds.

    Model limits: UTC exists from 1972; before that ERFA's pre-1972 rubber seconds are used, and
    after the last announced leap second none is assumed.
    """

    __slots__ = ("_fraction", "_whole")
    __array_ufunc__ = None  # an array on the left of + leaves the sum to us

    def __init__(self, whole_s: Any, fraction_s: Any = 0.0) -> None:
        """Take TDB seconds past J2000 as a whole number plus a fraction (any size, any sign)."""
        whole = np.asarray(whole_s, dtype=np.float64)
        fraction = np.asarray(fraction_s, dtype=np.float64)
        if not (np.isfinite(whole).all() and np.isfinite(fraction).all()):
            raise EpochError("an epoch needs finite seconds, found NaN or infinity")
        if np.abs(whole).max(initial=0.0) > _LONGEST_S:
            raise EpochError(f"{whole} s past J2000 is beyond every calendar here")
        carry = np.floor(whole)
        fraction = fraction + (whole - carry)
        extra = np.floor(fraction)
        rest = fraction - extra
        over = rest >= 1.0  # a tiny negative fraction rounds up to a whole second
        self._whole = (carry + extra + over).astype(np.int64)
        self._fraction = np.where(over, 0.0, rest)

    # ---- constructors

    @classmethod
    def utc(cls, value: TimeText) -> Epoch:
        """Return the epoch of a UTC date."""
        return cls._from_calendar("UTC", value)

    @classmethod
    def tai(cls, value: TimeText) -> Epoch:
        """Return the epoch of a TAI date."""
        return cls._from_calendar("TAI", value)

    @classmethod
    def tt(cls, value: TimeText) -> Epoch:
        """Return the epoch of a TT date."""
        return cls._from_calendar("TT", value)

    @classmethod
    def tdb(cls, value: TimeText) -> Epoch:
        """Return the epoch of a TDB date."""
        return cls._from_calendar("TDB", value)

    @classmethod
    def from_astropy(cls, time: Time) -> Epoch:
        """Return the epoch of an `astropy.time.Time` (any scale)."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", erfa.ErfaWarning)  # no leap second is foreseen
            tdb = time.tdb
        return cls((tdb.jd1 - J2000_JD) * DAY, tdb.jd2 * DAY)

    @classmethod
    def stack(cls, epochs: Sequence[Epoch]) -> Epoch:
        """Return one array epoch made of scalar ones."""
        return cls([int(e._whole) for e in epochs], [float(e._fraction) for e in epochs])

    @classmethod
    def _from_calendar(cls, scale: str, value: TimeText) -> Epoch:
        jd1: Any
        jd2: Any
        if isinstance(value, str | datetime):
            jd1, jd2 = julian_date(scale, value)
        elif not isinstance(value, Sequence) or not value:
            raise EpochError(f"cannot read {value!r} as a date: {EXPECTED}")
        else:
            jd1, jd2 = np.array([julian_date(scale, text) for text in value]).T
        return cls._from_jd_tt(*to_tt(scale, jd1, jd2), is_tdb=scale == "TDB")

    @classmethod
    def _from_jd_tt(cls, jd1: Any, jd2: Any, *, is_tdb: bool) -> Epoch:
        offset = 0.0 if is_tdb else erfa.dtdb(jd1, jd2, 0.0, 0.0, 0.0, 0.0)
        return cls((jd1 - J2000_JD) * DAY, jd2 * DAY) + offset

    # ---- views

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape: () for a single instant."""
        return self._whole.shape

    @property
    def j2000_s(self) -> Seconds:
        """TDB seconds past J2000 as one float64 (steps of 0.1 microseconds: for tables only)."""
        return cast(Seconds, (self._whole + self._fraction)[()])

    @property
    def parts_s(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """TDB seconds past J2000 as (whole, fraction), exact."""
        return self._whole, self._fraction

    @property
    def jd_tdb(self) -> tuple[Any, Any]:
        """TDB Julian date, split for precision: (day count + 0.5 steps, rest of the day)."""
        days, rest = np.divmod(self._whole, 86400)
        return (J2000_JD + days)[()], ((rest + self._fraction) / DAY)[()]

    @property
    def jd_tt(self) -> tuple[Any, Any]:
        """TT Julian date, split for precision."""
        jd1, jd2 = self.jd_tdb
        return jd1, jd2 - erfa.dtdb(jd1, jd2, 0.0, 0.0, 0.0, 0.0) / DAY

    @property
    def jd_tai(self) -> tuple[Any, Any]:
        """TAI Julian date, split for precision."""
        return cast("tuple[Any, Any]", erfa.tttai(*self.jd_tt))

    @property
    def jd_utc(self) -> tuple[Any, Any]:
        """UTC quasi Julian date (ERFA's leap-second convention), split for precision."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", erfa.ErfaWarning)
            return cast("tuple[Any, Any]", erfa.taiutc(*self.jd_tai))

    def utc_iso(self, digits: int = 3) -> Any:
        """Return UTC as ISO 8601 text ending in Z (a list of texts for an array)."""
        return iso_text("UTC", *self.jd_utc, digits, "Z")

    def tdb_iso(self, digits: int = 3) -> Any:
        """Return TDB as ISO 8601 text (a list of texts for an array)."""
        return iso_text("TDB", *self.jd_tdb, digits, "")

    def tt_iso(self, digits: int = 3) -> Any:
        """Return TT as ISO 8601 text (a list of texts for an array)."""
        return iso_text("TT", *self.jd_tt, digits, "")

    def to_datetime(self) -> datetime:
        """Return a UTC `datetime`, to a microsecond (a leap second reads as 59.999999)."""
        if self.shape != ():
            raise EpochError("a datetime is one instant: use to_datetime64() for an array of them")
        text: str = self.utc_iso(6).rstrip("Z")
        if text[17:19] == "60":
            text = text[:17] + "59.999999"
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    def to_datetime64(self) -> Any:
        """Return UTC as `numpy.datetime64[us]`; a leap second reads as the second before it."""
        texts = [self.utc_iso(6)] if self.shape == () else self.utc_iso(6) if len(self) else []
        read = np.array([t[:-1].replace(":60.", ":59.") for t in texts], dtype="datetime64[us]")
        return read[0] if self.shape == () else read

    def to_astropy(self) -> Time:
        """Return an `astropy.time.Time` on the TDB scale (needs astropy)."""
        from astropy.time import Time

        jd1, jd2 = self.jd_tdb
        return Time(jd1, jd2, format="jd", scale="tdb")

    # ---- arithmetic

    def __add__(self, seconds: Any) -> Epoch:
        if isinstance(seconds, Epoch):
            raise EpochError("two epochs cannot be added: add elapsed seconds to an epoch")
        whole = np.floor(seconds)
        return Epoch(self._whole + whole, self._fraction + (seconds - whole))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        if not isinstance(other, Epoch):
            return self + (-np.asarray(other, dtype=np.float64))
        return ((self._whole - other._whole) + (self._fraction - other._fraction))[()]

    def __eq__(self, other: object) -> Any:
        if not isinstance(other, Epoch):
            return NotImplemented
        return ((self._whole == other._whole) & (self._fraction == other._fraction))[()]

    def __ne__(self, other: object) -> Any:
        equal = self.__eq__(other)
        return equal if equal is NotImplemented else np.logical_not(equal)[()]

    def __lt__(self, other: Epoch) -> Any:
        return (self - other) < 0.0

    def __le__(self, other: Epoch) -> Any:
        return (self - other) <= 0.0

    def __gt__(self, other: Epoch) -> Any:
        return (self - other) > 0.0

    def __ge__(self, other: Epoch) -> Any:
        return (self - other) >= 0.0

    def __hash__(self) -> int:
        return hash((self._whole.tobytes(), self._fraction.tobytes()))

    def __bool__(self) -> bool:
        return True

    def __len__(self) -> int:
        if self.shape == ():
            raise TypeError("a single epoch has no length")
        return len(self._whole)

    def __getitem__(self, index: Any) -> Epoch:
        return Epoch(self._whole[index], self._fraction[index])

    def __iter__(self) -> Iterator[Epoch]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        if self.shape == ():
            return f"<Epoch {self.utc_iso(3)}>"
        return f"<Epoch array of {len(self)}: {self[0].utc_iso(0)} ... {self[-1].utc_iso(0)}>"
