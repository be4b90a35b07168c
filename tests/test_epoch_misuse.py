"""Epochs: what is refused, and what should be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from perilune import Epoch
from perilune.errors import EpochError, PeriluneError


@pytest.mark.parametrize(
    "text",
    ["tomorrow", "", "2021-02-30", "2021-13-01", "2021-1-1", "1500-01-01", "2651-01-01",
     "2021-01-01T24:00:00", "2021-01-01T00:60:00", "2021-01-01T00:00:61", "2021-01-01T00",
     "2021-01-01T00:00:00+02:00", "nan", "2459000.5"],
)  # fmt: skip
def test_bad_dates_are_refused_by_name(text: str) -> None:
    with pytest.raises(EpochError, match=r"date|years") as caught:
        Epoch.utc(text)
    assert f"'{text}'" in str(caught.value)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, [0.0, np.nan]])
def test_only_finite_seconds(value: Any) -> None:
    with pytest.raises(EpochError, match="finite"):
        Epoch(value)


def test_nan_cannot_be_added() -> None:
    with pytest.raises(EpochError, match="finite"):
        Epoch(0) + np.nan


def test_misuse_is_refused() -> None:
    with pytest.raises(EpochError, match="cannot be added"):
        Epoch(0) + Epoch(1)  # type: ignore[operator]
    with pytest.raises(EpochError, match="time zone"):
        Epoch.tdb(datetime(2029, 1, 1, tzinfo=UTC))


def test_equal_instants_are_equal() -> None:
    assert Epoch(0, -1e-20) == Epoch(0)
    assert hash(Epoch(0, -1e-20)) == hash(Epoch(0))


@pytest.mark.parametrize("name", ["__le__", "__gt__", "__ge__", "__ne__"])
def test_arrays_compare_elementwise(name: str) -> None:
    early, late = np.array([0.0, 10.0, 5.0]), np.array([5.0, 5.0, 5.0])
    found = getattr(Epoch(early), name)(Epoch(late))
    assert np.array_equal(found, getattr(early, name)(late))


def test_z_is_refused_on_other_scales() -> None:
    with pytest.raises(EpochError):
        Epoch.tdb("2029-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("scale", "text"),
    [("utc", "2020-01-01T23:59:60"), ("utc", "2016-12-31T12:00:60"), ("tt", "2020-01-01T23:59:60")],
)
def test_second_60_needs_a_leap_second(scale: str, text: str) -> None:
    with pytest.raises(EpochError):
        getattr(Epoch, scale)(text)


@pytest.mark.parametrize("value", [5, None, 2459000.5, []])
def test_what_is_no_date_is_refused(value: Any) -> None:
    with pytest.raises(PeriluneError):
        Epoch.utc(value)


def test_seconds_beyond_all_calendars_are_refused() -> None:
    with pytest.raises(EpochError):
        Epoch(1e30)


def test_an_array_may_stand_on_the_left() -> None:
    assert (np.array([5.0, 6.0]) + Epoch(0)).shape == (2,)
    assert isinstance(np.array([5.0, 6.0]) + Epoch(0), Epoch)


def test_datetime_of_a_leap_second_stays_before_the_next() -> None:
    found = Epoch.utc("2016-12-31T23:59:60.5").to_datetime()
    assert found == datetime(2016, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)


def test_more_digits_than_erfa_has_are_refused() -> None:
    with pytest.raises(EpochError, match="expected 0 to 9"):
        Epoch.tdb("2020-06-02T01:02:03.5").tdb_iso(12)
