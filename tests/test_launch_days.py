"""Days a mission could leave, beside the whole scan of the same span."""

from __future__ import annotations

import numpy as np
import pytest

import perilune as pl
from perilune.errors import InputError
from perilune.missions.launch_days import launch_days
from perilune.missions.windows import windows
from perilune.phases.lift_offs import LUNAR_DAY_S

START = pl.Epoch.utc("2018-12-01")
STOP = START + 30.0 * pl.DAY
LOW_SUN = ("windows.sun_elevation_deg=[3, 20]", "windows.wait_d=[3, 8]")
ANY_LIGHT = ("windows.sun_elevation_deg=[-90, 90]",)
OF_MASS = ("injected mass", "propellant")


@pytest.mark.parametrize("changes", [LOW_SUN, ANY_LIGHT], ids=["low sun", "any light"])
def cross_days_are_those_of_the_whole_scan(changes: tuple[str, ...]) -> None:
    """One way a day is found where any is: the scan solves all of them."""
    mission = pl.load("change-4", overrides=("windows.flight_time_h=[110, 110]", *changes))
    found = launch_days(mission, START, STOP)
    whole = windows(mission, START, STOP)
    fine = [
        pl.Epoch.utc(row["launch_utc"]) - START
        for row in whole.opportunities
        if all(why.startswith(OF_MASS) for why in row["why_not"])
    ]
    days = found.lift_offs - START
    # each is a lift-off of the scan, and each of the scan's has one within its lunar day
    assert all(np.abs(np.array(fine) - day).min() < 1.0 for day in days)
    assert all(np.abs(days - each).min() < LUNAR_DAY_S for each in fine)
    assert 0 < len(days) <= found.days_n
    assert found.solved_n < whole.cells_n
    if changes is LOW_SUN:
        assert len(days) < found.days_n
        assert found.solved_n < whole.cells_n * 2 / 3  # a third of the days has no light to come


def test_a_span_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(InputError, match="ends before it starts"):
        launch_days(pl.load("change-4"), STOP, START)
