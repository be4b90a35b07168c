"""What launches wait for: relays, missions a variant is not about, and slips drawn together."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from perilune.astro.epoch import DAY, Epoch
from perilune.cooperation.announced import AnnouncedDate
from perilune.cooperation.arrangement import Arrangement, arrange
from perilune.cooperation.calendar import schedule_of
from perilune.cooperation.delays import delays
from perilune.cooperation.launch_windows import LaunchWindows
from perilune.cooperation.readiness import READINESS, drawn
from perilune.cooperation.schedule import Contribution, Launch, Schedule, Spread
from perilune.cooperation.slips import fit_slips
from perilune.cooperation.study_load import load_study
from perilune.cooperation.waits import RELAY_PLACED, awaited, require_no_circle, waits_of
from perilune.errors import InputError

MID_2017 = AnnouncedDate.of("2017-06")
ALWAYS = LaunchWindows(Epoch.utc(["2017-01-01"]), Epoch.utc(["2090-01-01"]))


@cache
def laid(variant: str, study: str = "russia-china-2017") -> Arrangement:
    found = load_study(study)
    return arrange(found, found.variant(variant))


def item(name: str, **more: object) -> Contribution:
    said: dict[str, object] = {"partner": "cnsa", "country": "cn", "kind": "lander"}
    said |= {"planned": AnnouncedDate.of("2019-03-01")} | more
    return Contribution(name, **said)  # type: ignore[arg-type]


def days(schedule: Schedule, mission: str) -> np.ndarray:
    return delays(schedule, draws_n=2_000, seed=3)[mission].day_d


# ---- relays


def test_a_lander_waits_for_the_mission_that_flies_its_relay() -> None:
    found = laid("luna-26-for-change-6")
    waits = {each.mission: each.lag_d for each in waits_of(found, found.part("change-6"))}
    lag = RELAY_PLACED.likely_d
    assert waits == {"queqiao": lag, "luna-26": lag, "change-5": 0.0}


def prop_a_relay_leaves_before_those_it_serves_in_every_draw() -> None:
    found = laid("luna-26-for-change-6")
    scans = {each.name: (ALWAYS, "") for each in found.parts}
    schedule, _, _ = schedule_of(found, scans, found)
    relay, lander = days(schedule, "luna-26"), days(schedule, "change-6")
    assert np.all(lander - relay >= RELAY_PLACED.likely_d - 1e-6)
    assert np.mean(lander - relay < RELAY_PLACED.likely_d + 1.0) > 0.1  # often it is what holds


def test_a_relay_the_variant_is_not_about_counts_by_its_own_plan() -> None:
    found = laid("esa-tracks")
    rows = {each.name: each for each in awaited(found, found.part("change-4"))}
    others = {"launch of queqiao", "queqiao-relay in its place"}
    assert set(rows) == {"change-4: the day planned", *others}
    relay = rows["queqiao-relay in its place"]
    assert relay.planned.text == "2018-06-15"
    assert relay.integration == RELAY_PLACED
    assert len({rows[name].slips_with for name in others}) == 1  # one launch, one slip


def test_a_relay_of_nobodys_mission_counts_by_its_own_day() -> None:
    found = laid("polar-relay")
    (relay,) = (each for each in awaited(found, found.part("luna-27")) if each.partner == "cnsa")
    assert (relay.planned.text, relay.kind, relay.country) == ("2021-01-01", "orbiter", "cn")


def test_nobody_waits_for_who_has_left() -> None:
    """Luna-28 comes after Luna-27, which is not in the variant; of one dropped nothing is left."""
    found = laid("samples-on-long-march-5")
    assert "launch of luna-27" in [each.name for each in awaited(found, found.part("luna-28"))]
    gone = replace(found, variant=found.variant.model_copy(update={"drop": ["roscosmos"]}))
    left = [each.name for each in awaited(gone, gone.part("luna-28"))]
    assert left == ["luna-28: the day planned"]


def test_relays_that_wait_for_one_another_are_refused_by_name() -> None:
    set_ = {"change-6.roles.relay": "luna-26-relay"}
    study = load_study("russia-china-2017", overrides=["mission.luna-26.after=['change-6']"])
    variant = study.variant("luna-26-only-relay").model_copy(update={"set": set_})
    with pytest.raises(
        InputError, match=r"circle.*(luna-26 after change-6|change-6 after luna-26)"
    ):
        require_no_circle(arrange(study, variant))


def prop_nothing_leaves_before_the_day_it_is_planned_for() -> None:
    found = laid("alone-china")
    scans = {each.name: (ALWAYS, "") for each in found.parts}
    schedule, _, _ = schedule_of(found, scans, found)
    for each in found.parts:
        planned = float(Epoch.utc(each.planned.isoformat()).j2000_s) / DAY
        assert days(schedule, each.name).min() >= planned


# ---- one partner, one slip


def test_what_one_partner_builds_for_one_mission_slips_together() -> None:
    """Same plan and kind: the same day in every draw; another plan keeps its order."""
    both = (item("a", slips_with="x: cnsa"), item("b", slips_with="x: cnsa"))
    later = item("c", planned=AnnouncedDate.of("2019-09-01"), slips_with="x: cnsa")
    found = drawn(
        Schedule(MID_2017, (Launch("x", (*both, later), ALWAYS),)),
        fit_slips(MID_2017.last), draws_n=2_000, seed=1,
    )  # fmt: skip
    assert np.array_equal(found["a", READINESS], found["b", READINESS])
    assert np.corrcoef(found["a", READINESS], found["c", READINESS])[0, 1] > 0.99


def test_a_second_part_of_the_same_partner_costs_nothing_more_and_shares_the_cause() -> None:
    group = "x: cnsa"
    one = Schedule(MID_2017, (Launch("x", (item("a", slips_with=group),), ALWAYS),))
    parts = (item("a", slips_with=group), item("b", slips_with=group))
    two = Schedule(MID_2017, (Launch("x", parts, ALWAYS),))
    assert np.array_equal(days(one, "x"), days(two, "x"))
    found = delays(two, draws_n=5_000, seed=3)["x"]
    assert sum(cause.share for cause in found.causes) == pytest.approx(1.0)
    shares = {cause.contribution: cause.share for cause in found.causes}
    assert shares["a"] == pytest.approx(0.5, abs=0.02)
    assert shares["b"] == pytest.approx(0.5, abs=0.02)


def test_two_partners_are_later_than_one_with_the_same_parts() -> None:
    alone = (item("a", slips_with="x: cnsa"), item("b", slips_with="x: cnsa"))
    apart = (item("a", slips_with="x: cnsa"), item("b", slips_with="x: other"))
    late = [
        np.median(days(Schedule(MID_2017, (Launch("x", parts, ALWAYS),)), "x"))
        for parts in (alone, apart)
    ]
    assert late[1] > late[0] + 60.0


def test_given_slips_are_drawn_together_too() -> None:
    slip = Spread(0.0, 100.0, 400.0)
    parts = tuple(item(n, slip=slip, slips_with="x: cnsa") for n in "ab")
    found = drawn(
        Schedule(MID_2017, (Launch("x", parts, ALWAYS),)),
        fit_slips(MID_2017.last), draws_n=500, seed=1,
    )  # fmt: skip
    assert np.array_equal(found["a", READINESS], found["b", READINESS])
    assert found["a", READINESS].std() > 10.0


# ---- left behind


def test_what_is_too_late_is_left_behind_and_its_share_is_told() -> None:
    """A guest 100 days late in each draw, waited for 30: the host leaves 30 days late, alone."""
    host = item("host", slip=Spread.exactly(0.0))
    guest = item("guest", slip=Spread.exactly(100.0), partner="esa")
    late, left = (
        delays(Schedule(MID_2017, (Launch("x", (host, each), ALWAYS),)), draws_n=200)["x"]
        for each in (guest, replace(guest, waited_d=30.0))
    )
    assert late.mean_delay_d == pytest.approx(100.0)
    assert left.mean_delay_d == pytest.approx(30.0)
    assert (late.left_behind, left.left_behind) == ((), (("guest", 1.0),))
    assert left.last[0] == ("guest", 1.0)
    assert sum(cause.share for cause in left.causes) == pytest.approx(1.0)


def test_a_guest_in_time_is_not_left_behind() -> None:
    parts = (item("host", slip=Spread.exactly(50.0)), item("guest", slip=Spread.exactly(60.0)))
    guest = replace(parts[1], waited_d=30.0)
    found = delays(Schedule(MID_2017, (Launch("x", (parts[0], guest), ALWAYS),)), draws_n=200)["x"]
    assert found.left_behind == (("guest", 0.0),)
    assert found.mean_delay_d == pytest.approx(60.0)


def test_a_launch_waits_for_something() -> None:
    with pytest.raises(InputError, match="no contribution that is waited for"):
        Schedule(MID_2017, (Launch("x", (item("guest", waited_d=30.0),), ALWAYS),))
