"""Schedules drawn: windows, waiting for one another, pads, causes, and what an addition costs."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from evidence import Recorder, evidence
from hypothesis import given, settings
from hypothesis import strategies as st

from perilune.astro.epoch import DAY, Epoch
from perilune.cooperation.added_delays import added_delay
from perilune.cooperation.announced import AnnouncedDate
from perilune.cooperation.delay_causes import days_of, split
from perilune.cooperation.delays import Delays, delays
from perilune.cooperation.launch_order import _Turns, flown
from perilune.cooperation.launch_windows import NEVER_D, LaunchWindows
from perilune.cooperation.readiness import READINESS, drawn, on_plan
from perilune.cooperation.schedule import (
    PAYLOAD_INTEGRATION,
    PAYLOAD_TESTS,
    After,
    Contribution,
    Launch,
    Schedule,
    Spread,
)
from perilune.cooperation.slips import fit_slips
from perilune.errors import InputError, UnknownName

MONTH_D = 29.530589
MID_2017 = AnnouncedDate.of("2017-06")
START = Epoch.utc("2019-01-05")


def monthly(count: int = 24, *, days: float = 3.0, repeats: bool = True) -> LaunchWindows:
    """Windows of some days a month: made up, as a site's light would have them."""
    opens = START + MONTH_D * DAY * np.arange(count)
    return LaunchWindows(opens, opens + days * DAY, count * MONTH_D if repeats else None)


def item(name: str, planned: str = "2019-03-01", **more: object) -> Contribution:
    said = {"partner": "cnsa", "country": "cn", "kind": "orbiter"} | more
    return Contribution(name, planned=AnnouncedDate.of(planned), **said)  # type: ignore[arg-type]


def sure(name: str, planned: str = "2019-03-01", late_d: float = 0.0) -> Contribution:
    return item(name, planned, slip=Spread.exactly(late_d))


def day(text: str) -> float:
    return float(Epoch.utc(text).j2000_s) / DAY


# ---- windows


def test_a_slip_of_three_days_costs_a_month() -> None:
    windows = monthly()
    opens = windows.opens_d
    assert windows.first(np.array([opens[3] + 2.9])) == pytest.approx(opens[3] + 2.9)
    assert windows.first(np.array([opens[3] + 3.1])) == pytest.approx(opens[4])
    assert windows.close(np.array([opens[3] + 1.0])) == pytest.approx(opens[3] + 3.0)


@given(st.floats(0.0, 40_000.0), st.floats(1.0, 900.0))
def prop_the_first_window_is_never_early_and_repeats(after_d: float, period_d: float) -> None:
    windows = replace(monthly(40), repeats_d=period_d)
    ready = windows.opens_d[0] + np.array([after_d])
    flies = windows.first(ready)
    assert flies >= ready
    assert flies <= windows.close(ready) + 1e-6
    if after_d > windows.closes_d[-1] - windows.opens_d[0]:
        assert windows.first(ready + period_d) - flies == pytest.approx(period_d, abs=1e-5)


def test_after_the_last_window_nothing_flies() -> None:
    windows = monthly(repeats=False)
    assert windows.first(windows.closes_d[-1:] + 1.0) == NEVER_D


def test_windows_of_a_scan_are_the_feasible_ones_joined() -> None:
    def row(
        open_utc: str | None, close_utc: str | None, *, feasible: bool = True
    ) -> dict[str, object]:
        return {"feasible": feasible, "launch_utc": "2029-08-05T06:00:00Z",
                "window_open_utc": open_utc, "window_close_utc": close_utc}  # fmt: skip

    windows = LaunchWindows.of_opportunities(
        [
            row("2029-08-03T00:00:00Z", "2029-08-03T02:00:00Z"),
            row("2029-08-01T00:00:00Z", "2029-08-01T02:00:00Z"),
            row("2029-08-01T01:00:00Z", "2029-08-01T04:00:00Z"),
            row("2029-08-02T00:00:00Z", "2029-08-02T02:00:00Z", feasible=False),
            row(None, None),
        ]
    )
    assert windows.opens.utc_iso(0) == [
        "2029-08-01T00:00:00Z", "2029-08-03T00:00:00Z", "2029-08-05T06:00:00Z",
    ]  # fmt: skip
    assert windows.closes.utc_iso(0)[0] == "2029-08-01T04:00:00Z"
    with pytest.raises(InputError, match="no feasible launch opportunity among 1"):
        LaunchWindows.of_opportunities([row(None, None, feasible=False)])


@pytest.mark.parametrize("order", [[0, 2, 1], [0, 0, 1]])
def test_windows_out_of_order_are_refused(order: list[int]) -> None:
    opens = START + MONTH_D * DAY * np.array(order)
    with pytest.raises(InputError, match="out of order or over one another"):
        LaunchWindows(opens, opens + 3 * DAY)


# ---- waiting


def test_a_far_side_lander_waits_for_its_relay() -> None:
    windows = monthly()
    relay = Launch("relay", (sure("queqiao", "2019-02-01", 200.0),), windows)
    lander = Launch("lander", (sure("chang-e-4"),), windows, (After("relay", 60.0),))
    found = delays(Schedule(MID_2017, (lander, relay)), draws_n=100)
    assert found["relay"].p50 is not None
    assert found["lander"].p50 is not None
    assert found["lander"].p50 - found["relay"].p50 >= 60.0 * DAY
    assert found["lander"].last[0] == ("launch of relay", 1.0)
    assert [cause.contribution for cause in found["lander"].causes] == ["queqiao"]


def test_a_circle_is_named() -> None:
    def one(name: str, *after: str) -> Launch:
        return Launch(name, (sure(f"of-{name}"),), monthly(), tuple(After(each) for each in after))

    with pytest.raises(
        InputError, match="lander -> relay -> orbiter -> lander; expected no"
    ) as caught:
        Schedule(
            MID_2017,
            (
                one("lander", "relay"),
                one("relay", "orbiter"),
                one("orbiter", "lander"),
                one("other"),
            ),
        )
    assert caught.value.key is not None
    with pytest.raises(UnknownName, match="Did you mean 'relay'"):
        Schedule(MID_2017, (one("lander", "relai"), one("relay")))


def test_one_pad_serves_one_launch_at_a_time() -> None:
    every_day = LaunchWindows.at(START + DAY * np.arange(400))
    first = Launch("first", (sure("a", "2019-03-01"),), every_day, pad="lc-101")
    second = Launch("second", (sure("b", "2019-03-02"),), every_day, pad="lc-101")
    elsewhere = Launch("elsewhere", (sure("c", "2019-03-02"),), every_day)
    schedule = Schedule(MID_2017, (second, elsewhere, first), {"lc-101": 45.0})
    found = delays(schedule, draws_n=100)
    days = {launch.name: float(launch.day_d[0]) for launch in found.launches}
    assert days["second"] - days["first"] == pytest.approx(45.0, abs=1.0)
    assert days["elsewhere"] - days["first"] == pytest.approx(1.0, abs=0.01)
    assert found["second"].last[0] == ("pad lc-101", 1.0)
    with pytest.raises(UnknownName, match="unknown pad 'lc-102'"):
        Schedule(MID_2017, (replace(first, pad="lc-102"),), {"lc-101": 45.0})


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.0, 200.0))
def prop_pads_keep_their_turnaround_and_everyone_waits(seed: int, turnaround_d: float) -> None:
    """Five launches on two pads, some after others: nothing flies early or too close together."""
    rng = np.random.default_rng(seed)
    names = ["a", "b", "c", "d", "e"]
    after = {"c": (After("a", 10.0),), "e": (After("c"), After("d", 30.0))}
    launches = tuple(
        Launch(name, (sure(name),), monthly(), after.get(name, ()), "one" if name < "d" else "two")
        for name in names
    )
    schedule = Schedule(MID_2017, launches, {"one": turnaround_d, "two": 5.0})
    ready = day("2019-01-01") + rng.uniform(0.0, 500.0, (5, 20))
    flies = flown(schedule, ready).day_d
    assert np.all(flies >= ready)
    assert np.all(flies[2] >= flies[0] + 10.0)
    assert np.all(flies[4] >= np.maximum(flies[2], flies[3] + 30.0))
    apart = np.diff(np.sort(flies[:3], axis=0), axis=0)
    assert np.all(apart >= turnaround_d - 1e-6)


def cross_turns_without_pads_are_the_order_of_waiting() -> None:
    rng = np.random.default_rng(2)
    launches = tuple(
        Launch(
            name, (sure(name),), monthly(repeats=False), tuple(After(each, 15.0) for each in after)
        )
        for name, after in (("a", ""), ("b", "a"), ("c", ""), ("d", "bc"))
    )
    schedule = Schedule(MID_2017, launches)
    ready = day("2019-01-01") + rng.uniform(0.0, 900.0, (4, 500))
    one, other = flown(schedule, ready).day_d, _Turns(schedule, ready).fly().day_d
    assert np.array_equal(one, other)
    assert np.any(one == NEVER_D)


# ---- draws


def test_the_same_seed_gives_the_same_draws_and_additions_move_none() -> None:
    alone = Schedule(MID_2017, (Launch("x", (item("a"), item("b")), monthly()),))
    more = Schedule(MID_2017, (Launch("x", (item("c"), item("a"), item("b")), monthly()),))
    fit = fit_slips(MID_2017.last)
    one = drawn(alone, fit, draws_n=500, seed=4)
    for other in (drawn(alone, fit, draws_n=500, seed=4), drawn(more, fit, draws_n=500, seed=4)):
        for part, values in one.items():
            assert np.array_equal(values, other[part])
    assert not np.array_equal(
        one["a", READINESS], drawn(alone, fit, draws_n=500, seed=5)["a", READINESS]
    )


def cross_draws_have_the_quantiles_of_the_fit() -> None:
    fit = fit_slips()
    schedule = Schedule(
        AnnouncedDate.of("2026-01-01"),
        (Launch("x", (item("a", "2028-01-01", kind="lander", country="ru"),), monthly()),),
    )
    late = drawn(schedule, fit, draws_n=100_000, seed=1)["a", READINESS] - day(
        "2028-01-01T12:00:00"
    )
    said = fit.quantiles("ru", "lander", 730.0)
    for share, expected in ((0.1, said.p10_d), (0.5, said.p50_d), (0.9, said.p90_d)):
        assert np.quantile(late, share) == pytest.approx(expected, rel=0.04)


def test_a_plan_said_earlier_and_still_open_is_later() -> None:
    """Said in 2013 for 2016, open in 2017: nothing is ready before the day of the schedule."""
    old = item("a", "2016", announced=AnnouncedDate.of("2013-10"))
    schedule = Schedule(MID_2017, (Launch("x", (old,), monthly()),))
    ready = drawn(schedule, fit_slips(MID_2017.last), draws_n=2000, seed=0)["a", READINESS]
    assert ready.min() >= day("2017-06-30")
    assert np.quantile(ready, 0.9) > day("2019-01-01")


def test_a_year_is_any_of_its_days() -> None:
    year = item("a", "2019", slip=Spread.exactly(0.0))
    schedule = Schedule(MID_2017, (Launch("x", (year,), monthly()),))
    ready = drawn(schedule, fit_slips(), draws_n=5000, seed=0)["a", READINESS]
    assert ready.min() == pytest.approx(day("2019-01-01"), abs=1.0)
    assert ready.max() == pytest.approx(day("2020-01-01"), abs=1.0)


def test_plans_in_the_past_and_names_used_twice_are_refused() -> None:
    with pytest.raises(InputError, match="found 2016, expected a date after 2017-06"):
        Schedule(MID_2017, (Launch("x", (item("a", "2016"),), monthly()),))
    with pytest.raises(InputError, match="two contributions of this name"):
        Schedule(
            MID_2017,
            (Launch("x", (item("a"),), monthly()), Launch("y", (item("a", "2020"),), monthly())),
        )
    with pytest.raises(InputError, match="no contributions"):
        Schedule(MID_2017, (Launch("x", (), monthly()),))


@given(st.floats(-100.0, 100.0), st.floats(0.0, 300.0), st.floats(0.0, 300.0))
def prop_a_spread_stays_inside_and_has_the_mean_of_a_triangle(
    low: float, first: float, second: float
) -> None:
    spread = Spread(low, low + first, low + first + second)
    at = spread.at((np.arange(2000) + 0.5) / 2000)
    assert at.min() >= spread.low_d - 1e-9
    assert at.max() <= spread.high_d + 1e-9
    mean = (spread.low_d + spread.likely_d + spread.high_d) / 3.0
    assert at.mean() == pytest.approx(mean, abs=1e-3 * (first + second) + 1e-9)


# ---- causes


def cross_causes_are_shapley_values_over_all_orders() -> None:
    """One draw, three contributions late by 10, 50 and 55 days: by hand over the six orders."""
    every_day = LaunchWindows.at(START + DAY * np.arange(400))
    late = {"a": 10.0, "b": 50.0, "c": 55.0}
    launch = Launch("x", tuple(sure(name) for name in late), every_day)
    schedule = Schedule(MID_2017, (launch,))
    plan = on_plan(schedule)
    days = {
        (name, READINESS): np.full(6000, plan[name, READINESS] + by) for name, by in late.items()
    }
    (found,) = split(schedule, days, plan, seed=1)
    expected = dict.fromkeys(late, 0.0)
    for order in permutations(late):
        so_far = 0.0
        for name in order:
            expected[name] += max(late[name] - so_far, 0.0) / 6.0
            so_far = max(so_far, late[name])
    for cause in found:
        assert cause.delay_d == pytest.approx(expected[cause.contribution], abs=0.8)
    assert sum(cause.delay_d for cause in found) == pytest.approx(55.0, abs=1e-6)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000))
def prop_shares_add_up_to_one(seed: int) -> None:
    launches = (
        Launch("one", (item("a", country="ru"), item("b", "2019")), monthly(), pad="p"),
        Launch("two", (item("c"), item("d", joint_tests=PAYLOAD_TESTS)), monthly(),
               (After("one", 20.0),), "p"),
    )  # fmt: skip
    found = delays(Schedule(MID_2017, launches, {"p": 60.0}), draws_n=300, seed=seed)
    for launch in found.launches:
        assert sum(cause.share for cause in launch.causes) == pytest.approx(1.0)
        assert sum(share for _, share in launch.last) == pytest.approx(1.0)
        told = sum(cause.delay_d for cause in launch.causes)
        assert told == pytest.approx(launch.mean_delay_d, rel=1e-6)  # all draws tell causes here


def test_percentiles_after_the_last_window_are_none_with_a_remedy() -> None:
    few = monthly(6, repeats=False)
    host = item("a", "2019-03-01", country="ru")
    schedule = Schedule(MID_2017, (Launch("x", (host,), few),))
    found = delays(schedule, draws_n=2000)["x"]
    assert found.planned is not None
    assert found.p90 is None
    assert 0.3 < found.never_share < 1.0
    assert 0.0 < found.mean_delay_d < 150.0  # of those that fly
    assert found.missed_share >= found.never_share
    assert np.isinf(found.day_d).mean() == pytest.approx(found.never_share)
    assert "scan later dates" in found.remedy
    assert "2019-06-04" in found.remedy


def test_a_plan_after_the_last_window_has_no_delay_to_speak_of() -> None:
    few = monthly(6, repeats=False)
    both = (item("a", "2019-07-01", kind="orbiter"), item("b", "2019-02-01"))
    found = delays(Schedule(MID_2017, (Launch("x", both, few),)), draws_n=2000)["x"]
    assert found.planned is None
    assert 0.5 < found.never_share < 1.0
    assert found.missed_share == 1.0
    assert np.isnan(found.mean_delay_d)
    assert found.causes == ()


# ---- what an addition costs


def test_what_is_added_in_time_and_needs_no_tests_costs_nothing() -> None:
    host, extra = sure("host", "2020-03-01"), sure("extra", "2019-03-01")
    schedule = Schedule(MID_2017, (Launch("x", (host, extra), monthly(60)),))
    (found,) = added_delay(schedule, ["extra"], draws_n=200)
    assert (found.p90_d, found.mean_d, found.delayed_share) == (0.0, 0.0, 0.0)
    assert found.causes == ()


def test_three_days_of_tests_cost_a_window() -> None:
    host = sure("host", "2019-02-04")  # a day after a window has opened
    extra = replace(sure("extra", "2018-03-01"), joint_tests=Spread.exactly(3.0))
    schedule = Schedule(MID_2017, (Launch("x", (host, extra), monthly()),))
    (found,) = added_delay(schedule, ["extra"], draws_n=200)
    assert found.p50_d == pytest.approx(MONTH_D - 1.0, abs=0.1)
    assert found.lost_window_share == 1.0
    assert [(cause.part, cause.share) for cause in found.causes] == [("joint tests", 1.0)]


def test_additions_have_to_be_there_and_leave_something() -> None:
    schedule = Schedule(MID_2017, (Launch("x", (sure("host"),), monthly()),))
    with pytest.raises(UnknownName, match="Did you mean 'host'"):
        added_delay(schedule, ["hosts"])
    with pytest.raises(InputError, match="nothing left of launch 'x'"):
        added_delay(schedule, ["host"])


# ---- Luna-25 with a Chinese payload, as of June 2017


def luna_25(**lander: object) -> Schedule:
    """Planned for 2019; the payload agreed then, to be delivered a year later (assumed)."""
    host = item("luna-25", "2019", partner="roscosmos", country="ru", kind="lander", **lander)
    payload = item(
        "payload", "2018-06", kind="instrument",
        integration=PAYLOAD_INTEGRATION, joint_tests=PAYLOAD_TESTS,
    )  # fmt: skip
    return Schedule(MID_2017, (Launch("luna-25", (host, payload), monthly()),))


@pytest.fixture(scope="module")
def of_2017() -> Delays:
    without = luna_25()
    launch = replace(without.launches[0], contributions=without.launches[0].contributions[:1])
    return delays(replace(without, launches=(launch,)))


def val_luna_25_flew_between_the_p10_and_p90_of_2017(
    of_2017: Delays, record_property: Recorder
) -> None:
    """By what was known in June 2017, three years late is the middle: it flew on 2023-08-10."""
    found = of_2017["luna-25"]
    assert found.p10 is not None
    assert found.p50 is not None
    assert found.p90 is not None
    assert found.p10 < Epoch.utc("2023-08-10") < found.p90
    years = [(each - Epoch.utc("2000-01-01")) / (365.25 * DAY) + 2000 for each in
             (found.p10, found.p50, found.p90)]  # fmt: skip
    assert years == pytest.approx([2020.1, 2021.8, 2025.8], abs=0.3)
    assert found.missed_share > 0.95
    evidence(
        record_property,
        claim="Luna-25 as of 2017-06, planned for 2019, by the slips known then",
        reference="flown 2023-08-10",
        tolerance="between P10 and P90",
        achieved="P10 / P50 / P90 "
        + " / ".join(each.utc_iso(0)[:7] for each in (found.p10, found.p50, found.p90)),
    )


def test_a_chinese_payload_moves_luna_25_by_three_windows() -> None:
    """The lander is later than its payload: what costs is testing the whole again (assumed)."""
    (found,) = added_delay(luna_25(), ["payload"])
    assert found.p10_d == pytest.approx(2 * MONTH_D, abs=2.0)
    assert found.p50_d == pytest.approx(3 * MONTH_D, abs=2.0)
    assert found.p90_d == pytest.approx(5 * MONTH_D, abs=2.0)
    assert found.delayed_share > 0.99
    shares = {cause.part: cause.share for cause in found.causes}
    assert shares["joint tests"] > shares["readiness"] > shares["integration"] > 0.0
    assert sum(shares.values()) == pytest.approx(1.0)


def test_a_lander_on_its_plan_would_wait_for_its_payload() -> None:
    (found,) = added_delay(luna_25(slip=Spread.exactly(0.0)), ["payload"])
    assert found.p50_d == pytest.approx(6 * MONTH_D, abs=3.0)
    assert found.p90_d == pytest.approx(20 * MONTH_D, abs=31.0)
    assert found.causes[0].part == "readiness"


def test_days_of_a_schedule_have_one_row_for_each_launch() -> None:
    schedule = Schedule(
        MID_2017,
        (Launch("x", (sure("a"),), monthly()), Launch("y", (sure("b"), item("c")), monthly())),
    )
    days = drawn(schedule, fit_slips(), draws_n=300, seed=0)
    assert days_of(schedule, days).shape == (2, 300)
