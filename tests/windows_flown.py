"""The months in which lunar landers left, scanned; and how what was flown compares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import perilune as pl
from perilune import Epoch
from perilune.missions.scan_result import Windows


@dataclass(frozen=True)
class Flown:
    """A mission as it left and landed (or was to land): as published, for comparison only."""

    scenario: str
    start: str
    stop: str
    lift_off: str
    landing: str
    source: str


FLOWN = (
    Flown("change-3", "2013-12-01", "2014-01-01", "2013-12-01T17:30:00", "2013-12-14T13:11:00",
          "NSSDCA 2013-070A"),
    Flown("change-4", "2018-12-01", "2019-01-01", "2018-12-07T18:23:00", "2019-01-03T02:26:00",
          "NSSDCA 2018-103A"),
    Flown("change-5", "2020-11-01", "2020-12-01", "2020-11-23T20:30:12", "2020-12-01T15:11:00",
          "Wikipedia, Chang'e 5 (2025-06); CNSA releases"),
    Flown("luna-25", "2023-08-01", "2023-09-01", "2023-08-10T23:10:57", "2023-08-21T12:00:00",
          "NSSDCA, LUNA-25; the planned day of landing (SpaceNews, 2023-08), its hour unknown"),
)  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """How the flown lift-off stands among a month's opportunities.

    Attributes
    ----------
    outside_min : float
        From the nearest feasible window's edge, 0 inside.
    above_best_m_s : float
        Total delta-v of that window's opportunity over the month's least feasible one.
    landing_off_h : float
        Found less flown.
    infeasible_share : float
        Of the month's lift-offs.
    """

    outside_min: float
    above_best_m_s: float
    landing_off_h: float
    infeasible_share: float
    opportunity: dict[str, Any]
    windows: Windows


def compare(flown: Flown, step_h: float, workers: int = 1) -> Comparison:
    """Scan the month and compare."""
    found = pl.windows(
        flown.scenario,
        start=flown.start,
        stop=flown.stop,
        overrides=(f"windows.flight_time_step_h={step_h}",),
        workers=workers,
    )
    lift_off, landing = Epoch.utc(flown.lift_off), Epoch.utc(flown.landing)
    feasible = [row for row in found.opportunities if row["feasible"]]
    best = min(row["total_dv_m_s"] for row in feasible)

    def outside(row: dict[str, Any]) -> float:
        early = _utc(row["window_open_utc"]) - lift_off
        late = lift_off - _utc(row["window_close_utc"])
        return max(float(early), float(late), 0.0) / 60.0

    def off(row: dict[str, Any]) -> float:
        return float(_utc(row["landing_utc"]) - landing) / 3600.0

    nearest = min(feasible, key=lambda row: (outside(row), abs(off(row))))
    return Comparison(
        outside(nearest),
        nearest["total_dv_m_s"] - best,
        off(nearest),
        1.0 - len(feasible) / len(found.opportunities),
        nearest,
        found,
    )


def _utc(text: str) -> Epoch:
    return Epoch.utc(text.rstrip("Z"))
