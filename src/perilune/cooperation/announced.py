"""A date as it was announced: a year, a month or a day."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

from perilune.astro.epoch import DAY, Epoch
from perilune.errors import InputError

EXPECTED = "expected a year, a month or a day: 2019, 2019-06 or 2019-06-15"
_EARLIEST, _LATEST = 1957, 2200

AnnouncedText = str | int | date
"""What an announced date is written as: a year may be a number."""


@dataclass(frozen=True)
class AnnouncedDate:
    """All the days an announced date may mean.

    Attributes
    ----------
    first, last : date
        Both included; the same where a day was named.
    """

    first: date
    last: date

    @classmethod
    def of(cls, value: AnnouncedText, key: str | None = None) -> AnnouncedDate:
        """Read a year, a month or a day; raises InputError, which names the `key`."""
        if isinstance(value, date):
            return cls(value, date(value.year, value.month, value.day))
        try:
            parts = [int(part) for part in str(value).split("-")]
            if not (1 <= len(parts) <= 3 and _EARLIEST <= parts[0] <= _LATEST):
                raise ValueError
            return cls._of_parts(*parts)
        except (ValueError, TypeError):
            raise InputError(f"found '{value}', {EXPECTED}", key=key) from None

    @classmethod
    def _of_parts(
        cls, year: int, month: int | None = None, day: int | None = None
    ) -> AnnouncedDate:
        first = date(year, month or 1, day or 1)
        if day is not None:
            return cls(first, first)
        after = date(year + 1, 1, 1) if month in (None, 12) else date(year, (month or 0) + 1, 1)
        return cls(first, after - timedelta(days=1))

    @property
    def days_n(self) -> int:
        """How many days it may mean."""
        return (self.last - self.first).days + 1

    @property
    def spread_d(self) -> float:
        """Standard deviation of a day drawn evenly from it; none where a day was named."""
        return self.days_n / math.sqrt(12.0) if self.days_n > 1 else 0.0

    @property
    def middle(self) -> date:
        """The day in the middle."""
        return self.first + (self.last - self.first) // 2

    @property
    def middle_d(self) -> float:
        """Noon or midnight in the middle, as days from 0001-01-01."""
        return self.first.toordinal() + 0.5 * self.days_n

    @property
    def text(self) -> str:
        """The date as it was announced."""
        if self.days_n == 1:
            return self.first.isoformat()
        return self.first.isoformat()[: 4 if self.days_n > 31 else 7]

    def tdb_d(self) -> float:
        """Return its middle as TDB days past J2000."""
        start = Epoch.utc(self.first.isoformat()).j2000_s
        return float(start) / DAY + 0.5 * self.days_n
