"""Epochs: scales against SPICE, exact arithmetic, round trips, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import erfa
import numpy as np
import pytest
from authority import read
from hypothesis import given
from hypothesis import strategies as st

from perilune import DAY, Epoch

CENTURY_S = 36525.0 * DAY
TIMES = read("spice_time.csv")
SECONDS = st.floats(-5 * CENTURY_S, 5 * CENTURY_S)
MOMENTS = st.datetimes(datetime(1972, 1, 1), datetime(2045, 1, 1))
LEAP_DAYS = [
    f"{int(y) - (m == 1):04d}-{'12-31' if m == 1 else '06-30'}"
    for y, m, _ in erfa.leap_seconds.get().tolist()
    if (y, m) > (1972, 1)
]


def exact(epoch: Epoch) -> Fraction:
    whole, fraction = epoch.parts_s
    return int(whole) + Fraction(float(fraction))


@pytest.mark.parametrize("row", TIMES, ids=lambda row: row["utc"])
def val_utc_to_tdb_agrees_with_spice(row: dict[str, str]) -> None:
    # SPICE's TDB - TT is a two-term formula, up to some 50 us from the full series.
    assert abs(Epoch.utc(row["utc"]) - Epoch(float(row["et_s"]))) < 50e-6


@pytest.mark.parametrize("row", TIMES, ids=lambda row: row["utc"])
def val_utc_to_tt_agrees_with_spice(row: dict[str, str]) -> None:
    jd1, jd2 = Epoch.utc(row["utc"]).jd_tt
    tt_s = (jd1 - 2451545.0) * DAY + jd2 * DAY
    assert tt_s == pytest.approx(float(row["tt_s"]), abs=2.5e-7, rel=0)  # a step of the doubles


@pytest.mark.parametrize("row", TIMES, ids=lambda row: row["utc"])
def test_utc_text_comes_back(row: dict[str, str]) -> None:
    digits = len(row["utc"].partition(".")[2])
    assert Epoch.utc(row["utc"]).utc_iso(digits) == row["utc"] + "Z"


@given(MOMENTS)
def prop_utc_round_trip_to_the_microsecond(moment: datetime) -> None:
    text = moment.isoformat(timespec="microseconds")
    assert Epoch.utc(text).utc_iso(6) == text + "Z"
    assert Epoch.utc(moment).to_datetime() == moment.replace(tzinfo=UTC)


@given(st.datetimes(datetime(1551, 1, 1), datetime(2649, 1, 1)), st.sampled_from(["tdb", "tt"]))
def prop_dynamical_scales_round_trip_to_the_nanosecond(moment: datetime, scale: str) -> None:
    text = moment.isoformat(timespec="microseconds") + "789"
    assert getattr(getattr(Epoch, scale)(text), f"{scale}_iso")(9) == text


@given(st.sampled_from(LEAP_DAYS), st.integers(0, 999999))
def prop_leap_seconds_round_trip(day: str, micro: int) -> None:
    text = f"{day}T23:59:60.{micro:06d}"
    assert Epoch.utc(text).utc_iso(6) == text + "Z"


@pytest.mark.parametrize("day", LEAP_DAYS)
def val_a_leap_second_makes_two_elapsed(day: str) -> None:
    before = Epoch.utc(f"{day}T23:59:59")
    after = Epoch.utc((datetime.fromisoformat(day) + timedelta(days=1)).isoformat())
    assert after - before == pytest.approx(2.0, abs=1e-9)  # TDB runs 3e-10 off TT at most


def val_there_are_27_leap_seconds_to_2026() -> None:
    elapsed = Epoch.utc("2026-01-01T00:00:00") - Epoch.utc("1972-01-01T00:00:00")
    days = (datetime(2026, 1, 1) - datetime(1972, 1, 1)).days
    assert elapsed - days * DAY == pytest.approx(27.0, abs=1e-3)  # IERS Bulletin C 52


def val_tt_is_32184_ms_ahead_of_tai() -> None:
    gap = Epoch.tai("2020-05-05T00:00:00") - Epoch.tt("2020-05-05T00:00:32.184")
    assert abs(gap) < 1e-10  # the definition of TT (IAU 1991)


@given(SECONDS, SECONDS)
def prop_sums_are_exact(start: float, step: float) -> None:
    error = exact(Epoch(start) + step) - exact(Epoch(start)) - Fraction(step)
    assert abs(error) < Fraction(1, 10**15)


@given(SECONDS, st.lists(st.floats(-1e3, 1e3), max_size=30))
def prop_many_small_steps_lose_nothing(start: float, steps: list[float]) -> None:
    epoch = Epoch(start)
    for step in steps:
        epoch = epoch + step
    error = exact(epoch) - exact(Epoch(start)) - sum(map(Fraction, steps))
    assert abs(error) < Fraction(1, 10**14)  # one rounding of the fraction a step


@given(SECONDS, SECONDS)
def prop_difference_undoes_sum(start: float, step: float) -> None:
    assert (Epoch(start) + step) - Epoch(start) == pytest.approx(step, rel=2.3e-16, abs=1e-15)
    assert abs((Epoch(start) + step - step) - Epoch(start)) < 1e-15


@given(SECONDS, st.floats(0.0, 1.0, exclude_max=True))
def prop_fraction_is_normal(whole: float, fraction: float) -> None:
    assert 0.0 <= Epoch(np.floor(whole), fraction).parts_s[1] < 1.0
    assert 0.0 <= Epoch(whole).parts_s[1] < 1.0


@given(st.lists(SECONDS, min_size=1, max_size=5))
def prop_arrays_do_what_scalars_do(seconds: list[float]) -> None:
    many, ones = Epoch(seconds), [Epoch(s) for s in seconds]
    assert many.shape == (len(seconds),)
    assert all(a == b for a, b in zip(many, ones, strict=True))
    assert np.all(Epoch.stack(ones) == many)
    assert np.array_equal(many - ones[0], [one - ones[0] for one in ones])


def test_order_and_hash() -> None:
    early, late = Epoch(5.25), Epoch(5.5)
    assert early < late <= late
    assert late > early >= early
    assert early != late
    assert {early, Epoch(5, 0.25)} == {early}


def test_lists_of_texts_make_arrays() -> None:
    texts = ["2016-12-31T23:59:60.5Z", "2029-08-01T00:00:00.0Z"]
    assert Epoch.utc(texts).utc_iso(1) == texts
    assert Epoch.tdb(["2030-01-01", "2030-01-02"]).tdb_iso(0)[1] == "2030-01-02T00:00:00"


def test_astropy_round_trip_is_exact() -> None:
    pytest.importorskip("astropy")
    epoch = Epoch.utc("2029-08-01T06:30:00.123456789")
    assert abs(Epoch.from_astropy(epoch.to_astropy()) - epoch) < 1e-10
    assert epoch.to_astropy().isot == epoch.tdb_iso(3)
