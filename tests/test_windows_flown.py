"""Days on which missions really left come out as good days, and other days do not."""

from __future__ import annotations

import pytest
from evidence import Recorder, evidence
from windows_flown import FLOWN, Flown, compare


@pytest.mark.parametrize("flown", FLOWN, ids=lambda flown: flown.scenario)
def val_the_flown_day_is_feasible(flown: Flown, record_property: Recorder) -> None:
    found = compare(flown, step_h=8.0)
    evidence(
        record_property,
        claim=f"launch windows of {flown.scenario}: the flown lift-off among its month's",
        reference=flown.source,
        tolerance="within 15 min of a window; landing within a day; part of the month infeasible",
        achieved=(
            f"{found.outside_min:.0f} min outside, {found.above_best_m_s:.0f} m/s above the "
            f"month's best, landing {found.landing_off_h:+.1f} h, "
            f"{100.0 * found.infeasible_share:.0f} % of the lift-offs infeasible"
        ),
        headline=flown.scenario == "change-3",
    )
    assert found.outside_min <= 15.0
    assert abs(found.landing_off_h) <= 24.0
    assert 0.1 < found.infeasible_share < 1.0
    assert found.windows.converged_n >= 0.99 * found.windows.solvable_n
