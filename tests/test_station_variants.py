"""Stations in studies: which modules reach an inclination, what it costs, and who is gone."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from perilune.cooperation.arrangement import arrange
from perilune.cooperation.module_reach import module_reach
from perilune.cooperation.station_outcome import station_row
from perilune.cooperation.study_load import load_study
from perilune.errors import UnknownName


@cache
def reach(station: str) -> dict[tuple[str, str, str], dict[str, Any]]:
    case = load_study("russia-china-2017").stations["css"].model_copy(update={"station": station})
    rows = module_reach(case)
    return {(row["module"], row["vehicle"], row["site"]): row for row in rows}


def test_russian_modules_reach_51_and_not_41_degrees_and_kourou_both() -> None:
    low, high = reach("css-joint"), reach("css-joint-51")
    for ride, row in high.items():
        assert row["ok"], ride
    missed = {ride[:1] + ride[2:] for ride, row in low.items() if not row["ok"]}
    assert missed == {
        ("prichal", "baikonur-1-5"), ("prichal", "vostochny-1s"),
        ("poisk", "baikonur-1-5"), ("poisk", "vostochny-1s"),
        ("nauka", "baikonur-200-39"), ("nauka", "vostochny-1s"),
        ("nem-iss", "baikonur-200-39"), ("nem-iss", "vostochny-1s"),
        ("soyuz-ms", "baikonur-1-5"),
    }  # fmt: skip
    assert low["prichal", "soyuz-2-1b", "kourou-els"]["ok"]


def test_51_degrees_costs_the_chinese_fleet_three_in_a_hundred() -> None:
    low, high = reach("css-joint"), reach("css-joint-51")
    ride = ("wentian", "cz-5b", "wenchang-lc101")
    loss = 1.0 - high[ride]["payload_kg"] / low[ride]["payload_kg"]
    assert loss == pytest.approx(0.032, abs=0.003)


def test_a_module_comes_with_its_tug_where_one_is_stated() -> None:
    assert reach("css-joint-51")["prichal", "soyuz-2-1b", "baikonur-1-5"]["mass_kg"] == 8000.0
    assert reach("css-joint-51")["nauka", "angara-a5", "vostochny-1s"]["mass_kg"] == 20300.0


def test_a_vehicle_that_has_no_such_pad_is_refused() -> None:
    case = load_study("russia-china-2017").stations["css"]
    wrong = case.rides[0].model_copy(update={"site": "kourou-els"})
    with pytest.raises(UnknownName, match=r"kourou-els"):
        module_reach(case.model_copy(update={"rides": [wrong]}))


def test_modules_of_who_has_left_do_not_come_and_those_in_orbit_stay() -> None:
    study = load_study("russia-china-2017")
    laid = arrange(study, study.variant("russia-leaves"))
    case = study.stations["iss"].model_copy(update={"rides": []})
    flight = {"vehicle": "proton-m", "site": "baikonur-200-39", "mass_kg": 2e4, "payload_kg": 2.2e4,
              "ok": True, "why_not": None, "partner": "roscosmos"}  # fmt: skip
    flights = [
        flight | {"name": "zarya", "launch_utc": "1998-11-20T06:40:00Z"},
        flight | {"name": "nauka", "launch_utc": "2021-07-21T14:58:00Z"},
    ]
    stack = [{"after": "nauka", "why_not": [], "mass_kg": 4e4}]
    row = station_row(laid, case, {"flights": flights, "stack": stack})
    assert row["physics"] == "does_not_close"
    assert row["why_not"] == ["nauka: roscosmos is not taking part"]
    assert (row["flights_n"], row["closing_n"]) == (2, 1)
