"""Historic slips: what was announced for when, and when it came, as known on a given day.

Sources stand with each row of `data/slips.csv`. A row is one announcement; several rows of one
milestone tell one story, so together they weigh as much as a milestone announced once.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import groupby
from math import hypot

from perilune.catalog.entry import CONFIDENCES, Mark
from perilune.cooperation.announced import AnnouncedDate
from perilune.errors import InputError

KNOWN_UNTIL = date(2025, 12, 31)
"""The day up to which the bundled table was kept: its newest source is of that month."""

STATUSES = ("flown", "latest")


@dataclass(frozen=True)
class Slip:
    """One announcement, and what became of it.

    Attributes
    ----------
    milestone : str
        What was to come: a launch, or a station complete.
    country : str
        Code as in the catalogue's countries, or `esa`.
    kind : str
        What was to be built: `lander`, `orbiter`, `station-module` and so on.
    announced, planned, actual : AnnouncedDate
        `actual` is the latest plan where it has not come yet.
    status : str
        `flown`, or `latest`: not come by `KNOWN_UNTIL`.
    mark : Mark
    """

    milestone: str
    country: str
    kind: str
    announced: AnnouncedDate
    planned: AnnouncedDate
    actual: AnnouncedDate
    status: str
    mark: Mark


@dataclass(frozen=True)
class Seen:
    """A row as somebody on a given day could know it; times in days from the announcement.

    Attributes
    ----------
    milestone, country, kind : str
    horizon_d : float
        To the date planned.
    elapsed_d : float
        To when it came; or how long it takes at the least, where it had not come.
    came : bool
    horizon_spread_d, elapsed_spread_d : float
        Standard deviations of dates announced as years or months.
    weight : float
        One over the rows of the milestone.
    announced_d : float
        Days from 0001-01-01.
    """

    milestone: str
    country: str
    kind: str
    horizon_d: float
    elapsed_d: float
    came: bool
    horizon_spread_d: float
    elapsed_spread_d: float
    weight: float
    announced_d: float

    @property
    def ratio(self) -> float:
        """Time taken over time planned: 1 is on the day, 2 takes twice as long."""
        return self.elapsed_d / self.horizon_d


@cache
def slips() -> tuple[Slip, ...]:
    """Return the bundled history."""
    return read_slips((files("perilune.cooperation") / "data" / "slips.csv").read_text("utf-8"))


def read_slips(text: str, file: str = "slips.csv") -> tuple[Slip, ...]:
    """Read a history of slips from CSV with the columns of the bundled one.

    Raises
    ------
    InputError
        Says file, line and column.
    """
    rows = csv.DictReader(text.splitlines(), strict=True)
    return tuple(_slip(row, f"{file}, line {number}") for number, row in enumerate(rows, start=2))


def _slip(row: dict[str, str], where: str) -> Slip:
    for column in ("milestone", "country", "kind", "source"):
        if not (row.get(column) or "").strip():
            raise InputError("found nothing, expected text", file=where, key=column)
    for column, known in (("status", STATUSES), ("confidence", CONFIDENCES)):
        if row.get(column) not in known:
            found = f"found '{row.get(column)}', expected {', '.join(known)}"
            raise InputError(found, file=where, key=column)
    dates = []
    for column in ("announced", "planned", "actual"):
        try:
            dates.append(AnnouncedDate.of(row.get(column) or "", column))
        except InputError as error:
            raise InputError(error.problem, file=where, key=column) from None
    announced, planned, actual = dates
    for column, each in (("planned", planned), ("actual", actual)):
        if each.middle_d <= announced.middle_d:
            found = f"found {each.text}, expected a date after it was announced, {announced.text}"
            raise InputError(found, file=where, key=column)
    mark = Mark(row["confidence"], row["source"])
    return Slip(
        row["milestone"],
        row["country"],
        row["kind"],
        announced,
        planned,
        actual,
        row["status"],
        mark,
    )


def seen(as_of: date | None = None, history: Sequence[Slip] | None = None) -> tuple[Seen, ...]:
    """Return what could be known on a day; default all there is.

    Only announcements made by then count, the middle of a month or year taken for one announced
    so. What had not come by then takes at least until the newest plan of that day, or that day
    itself where it is later.

    Model limits: that a milestone does not come before its newest plan is an assumption (of the
    bundled rows 5 in 62 came early, by 60 days at most).
    """
    history = slips() if history is None else history
    day = min(as_of or KNOWN_UNTIL, KNOWN_UNTIL).toordinal() + 1.0
    made = sorted(
        (row for row in history if row.announced.middle_d <= day), key=lambda row: row.milestone
    )
    found: list[Seen] = []
    for _, group in groupby(made, key=lambda row: row.milestone):
        rows = list(group)
        newest = max(rows, key=lambda row: row.announced.middle_d).planned
        found += [_seen(row, newest, day, 1.0 / len(rows)) for row in rows]
    return tuple(found)


def _seen(row: Slip, newest: AnnouncedDate, day: float, weight: float) -> Seen:
    start = row.announced.middle_d
    came = row.status == "flown" and row.actual.middle_d <= day
    if came or (row.status == "latest" and day > KNOWN_UNTIL.toordinal()):
        end, end_spread = row.actual.middle_d, row.actual.spread_d
    else:
        end, end_spread = max((newest.middle_d, newest.spread_d), (day, 0.0))
    own = row.announced.spread_d
    return Seen(
        row.milestone, row.country, row.kind, row.planned.middle_d - start, end - start, came,
        hypot(row.planned.spread_d, own), hypot(end_spread, own), weight, start,
    )  # fmt: skip
