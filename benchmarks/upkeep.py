"""Keeping a station up, and a distribution of decays: nothing beside, only what they take."""

from __future__ import annotations

import numpy as np
from compare import Row, Times, timed_ms

from perilune.astro.epoch import Epoch
from perilune.stations.decay import DecayOrbit, Satellite
from perilune.stations.lifetimes import distribution
from perilune.stations.upkeep import Holding, upkeep

_ISS = Satellite(460_724.0, 1505.0, 2.2)
_LOW = Satellite(8_000.0, 30.0, 2.2)
_SAMPLES_N = 10_000
_YEARS = ((1.0, 1.0), (5.0, 3.0), (11.0, 6.0))
"""Years kept, and in how many seconds."""


def rows(repeats: int) -> list[Row]:
    """Time the upkeep of the ISS over some years, and a decay from 297 km with all unknowns."""
    start = Epoch.utc("2026-12-01T00:00:00")
    orbit, holding = DecayOrbit(start, 417.0, 51.64), Holding(415.0, 419.0)
    found: list[Row] = []
    for years, most_s in _YEARS:
        each = [
            timed_ms(lambda: upkeep(_ISS, orbit, holding, years=years))  # noqa: B023
            for _ in range(repeats)
        ]
        name = f"upkeep of the ISS for {years:g} y, 100 ways"
        found.append(_row(name, each, most_s))
    low = DecayOrbit(Epoch.utc("2017-11-24T09:32:00"), 297.3, 42.75, 0.0018)
    each = [timed_ms(lambda: distribution(_LOW, low, samples_n=_SAMPLES_N)) for _ in range(2)]
    found.append(_row(f"{_SAMPLES_N:,} decays from 297 km", each, 60.0))
    return found


def _row(name: str, each_ms: list[float], most_s: float) -> Row:
    target = f"under {most_s:g} s"
    return Row(name, Times(np.array(each_ms)), target=target, at_most_ms=1e3 * most_s)
