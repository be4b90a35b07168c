"""A scan finds the transfers that geometry allows; the whole campaign is in docs/convergence.md."""

from __future__ import annotations

import numpy as np
import pytest
import solvable
from evidence import Recorder, evidence

from builders.scan_convergence import COLUMNS, INCLINATIONS, Task, compared, pad_of, scan_of, solved
from perilune import DAY, Environment, Epoch

# a site near the limit of what its planes reach, and one far inside
SPANS = {
    "wenchang-lc101": ("2025-01-17", "2025-01-20"),
    "vostochny-1s": ("2015-07-10", "2015-07-12"),
}
HOURS = (72.0, 108.0, 144.0)


@pytest.fixture(scope="module")
def campaign(env: Environment) -> list[Task]:
    """Return the cells of a few days, to all inclinations."""
    scans = [
        scan_of(site, span, inclination, env, HOURS)
        for site, span in SPANS.items()
        for inclination in INCLINATIONS
    ]
    return [Task(s, cells) for s, cells in zip(scans, solved(scans, env), strict=True)]


def val_solvable_cells_converge(campaign: list[Task], record_property: Recorder) -> None:
    counts = sum(np.asarray(compared(task)["counts"]).sum(axis=0) for task in campaign)
    n = dict(zip(COLUMNS, counts.tolist(), strict=True))
    assert n["solvable"] > 200
    assert n["found"] >= 0.99 * n["solvable"]
    assert n["silent"] == 0
    assert n["unsolvable_found"] <= 0.01 * n["cells"]
    evidence(
        record_property,
        claim="launch windows: cells that geometry allows and the scan solves in full ephemeris "
        f"({' and '.join(SPANS)}, a few days; seven sites in docs/convergence.md)",
        reference="geometry: turning pad, DE440, patched conics; no code shared",
        tolerance="99 %",
        achieved=f"{n['found']} of {n['solvable']}",
    )


def test_the_geometry_knows_the_known(env: Environment) -> None:
    """The independent test against two things known without it."""
    scan = scan_of("vostochny-1s", SPANS["vostochny-1s"], 90.0, env)
    pad = pad_of(scan, 0)
    goal = solvable.Goal(108.0 * 3600.0, 90.0, True, 1837.4)
    start = float(scan.start.j2000_s)
    month = solvable.chances(pad, goal, start, start + 27.0 * DAY)
    # twice a lunar day of 24.84 h, as the plane always holds the Moon
    assert len(month.lift_off_s) in (52, 53)
    assert np.abs(month.declination_deg).max() < 20.0  # the minor standstill: 18.1 to 18.5 deg
    assert np.abs(month.declination_deg).max() > 17.5
    assert solvable.permits(month, goal).all()
    quick = solvable.Goal(60.0 * 3600.0, 90.0, True, 1837.4)
    assert not solvable.permits(solvable.chances(pad, quick, start, start + DAY), quick).any()
    low = solvable.Goal(108.0 * 3600.0, 0.1, True, 1837.4)
    few = solvable.permits(solvable.chances(pad, low, start, start + 27.0 * DAY), low)
    assert few.mean() < 0.2


def test_the_moon_of_the_geometry_is_ours(env: Environment) -> None:
    epochs = Epoch.tdb("2025-01-05") + np.arange(30.0) * DAY
    place, motion = solvable.moon(np.asarray(epochs.j2000_s))
    ours = env.ephemeris.state("moon", "earth", epochs)
    assert np.abs(place - ours[0]).max() < 1e-3
    assert np.abs(motion - ours[1]).max() < 1e-8
