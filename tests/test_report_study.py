"""What stands behind the charts and tables of a study's page, without a browser."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import perilune as pl
from perilune.cooperation.arrangement import arrange
from perilune.cooperation.launch_windows import LaunchWindows
from perilune.cooperation.study_load import load_study
from perilune.cooperation.told import latest
from perilune.cooperation.unconfirmed import unconfirmed
from perilune.report.charts import COLORS
from perilune.report.station_drawing import color_of, colors_of
from perilune.report.study_charts import approvals, front
from perilune.report.study_rules import every_rule
from perilune.report.windows_days import days, window
from tests.test_study_cli import SECRETS, SMALL

POINTS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 11)), min_size=1, max_size=40)


def mission(physics: str, p50: str | None) -> dict[str, Any]:
    return {"physics": physics, "launch_date": {"p10": p50, "p50": p50, "p90": None}}


# ---- the front


@given(POINTS)
def test_prop_the_front_is_what_nothing_beats(points: list[tuple[int, int]]) -> None:
    def beaten(point: tuple[int, int]) -> bool:
        return any(p[0] <= point[0] and p[1] >= point[1] and p != point for p in points)

    assert front(points) == sorted({point for point in points if not beaten(point)})


def test_the_last_launch_is_unknown_where_one_that_closes_leaves_later_than_looked_at() -> None:
    row = {"missions": [mission("closes", "2029-03-01"), mission("closes", "2028-01-01")]}
    assert latest(row) == "2029-03-01"
    assert latest(row, "p90") is None
    row["missions"].append(mission("does_not_close", None))
    assert latest(row) == "2029-03-01"
    row["missions"].append(mission("closes", None))
    assert latest(row) is None


# ---- rules


def test_a_rule_stands_once_with_all_variants_it_binds() -> None:
    def rule(name: str, verdict: str, because: str) -> dict[str, str]:
        return {"rule": name, "verdict": verdict, "because": because}

    rows = [
        {"name": "a", "rules": [rule("x", "needs_approval", "one"), rule("y", "permitted", "p")]},
        {"name": "b", "rules": [rule("x", "needs_approval", "two")] * 2},
    ]
    found = every_rule(rows)
    assert [(each["rule"], each["variants"]) for each in found] == [("x", ["a", "b"]), ("y", ["a"])]
    assert found[0]["said"] == ["one", "two", "two"]
    assert [approvals(row) for row in rows] == [1, 1]


# ---- colors


def test_partners_keep_their_colors_and_share_none_while_there_are_some() -> None:
    found = colors_of(["spacex", "cnsa", "roscosmos", "ula", "esa"])
    assert found["cnsa"] == color_of("cnsa") == 1
    assert found["roscosmos"] == 0
    assert len(set(found.values())) == 5
    many = colors_of([f"partner-{n}" for n in range(20)])
    assert set(many.values()) == set(range(len(COLORS)))


# ---- windows


def test_windows_near_one_another_are_told_as_one() -> None:
    start = pl.Epoch.utc("2020-01-01T12:00:00")
    at = [0.0, 1.0, 2.0, 10.0, 11.0, 30.0]
    found = LaunchWindows.at(start + [day * 86400.0 for day in at])
    assert found.days() == [
        ["2020-01-01", "2020-01-03"],
        ["2020-01-11", "2020-01-12"],
        ["2020-01-31", "2020-01-31"],
    ]
    assert len(found.days(apart_d=0.5)) == len(at)
    assert len(found.days(apart_d=100.0)) == 1


def opportunity(utc: str, dv_m_s: float | None, why_not: list[str]) -> dict[str, Any]:
    return {
        "launch_utc": utc,
        "total_dv_m_s": dv_m_s,
        "feasible": not why_not,
        "why_not": why_not,
        "window_open_utc": None,
        "window_close_utc": None,
    }


def test_a_day_has_its_cheapest_feasible_lift_off_or_says_why_not() -> None:
    dark = ["sun at 9.5 deg over luna-25 on 2020-11-03: expected 10 to 60"]
    rows = [
        opportunity("2020-11-02T01:00:00Z", 3900.0, dark),
        opportunity("2020-11-01T01:00:00Z", 3910.0, []),
        opportunity("2020-11-01T05:00:00Z", 3905.0, []),
        opportunity("2020-11-01T09:00:00Z", 3890.0, dark),
    ]
    first, second = days(rows)
    assert (first["day"], first["launch_utc"]) == ("2020-11-01", "2020-11-01T05:00:00Z")
    assert (first["feasible_n"], first["opportunities_n"]) == (2, 3)
    assert (second["is_good"], second["why_not"]) == (False, dark[0])


@pytest.mark.parametrize(
    ("closes", "told"),
    [("2020-11-01T23:10:00Z", "22:00 – 23:10<"), ("2020-11-02T00:10:00Z", "22:00 – 00:10 (+1 d)<")],
)
def test_a_window_over_midnight_says_so(closes: str, told: str) -> None:
    row = {"window_open_utc": "2020-11-01T22:00:00Z", "window_close_utc": closes}
    assert told in window(row)


# ---- what is not confirmed


def test_what_is_private_does_not_show_among_what_is_not_confirmed(tmp_path: Any) -> None:
    path = tmp_path / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    study = load_study(str(path))
    rows = unconfirmed([arrange(study, each) for each in study.file.variant], {})
    assert {row["candidate"] for row in rows} == {"soyuz", "camera"}
    assert next(row for row in rows if row["candidate"] == "soyuz")["confidence"] == "assumed"
    assert not any(secret in str(rows) for secret in SECRETS)
