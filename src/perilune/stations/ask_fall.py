"""`upkeep` of a station nobody raises: when it comes down, and what makes that uncertain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from perilune.astro.epoch import Epoch
from perilune.stations.ballistic import Ballistic
from perilune.stations.decay import DecayOrbit, Satellite, decay
from perilune.stations.design import UpkeepRequest
from perilune.stations.lifetimes import Lifetimes, Spread, distribution, middle_way, shares
from perilune.stations.solar_cycles import forecast
from perilune.stations.space_weather import epoch_of_mjd, mjd_utc

Report = Callable[[str], None]

_SHARE_SAMPLES_N = 100
_WAYS_N, _POINTS_N, _STAYING_UP_Y, _YEAR_D = 50, 200, 5.0, 365.25


def left_alone(
    satellite: Satellite,
    orbit: DecayOrbit,
    found: Ballistic | None,
    asked: UpkeepRequest,
    report: Report,
) -> dict[str, Any]:
    """Return when it comes down, with what each unknown does to the date."""
    report("the fall, and what each unknown does to it")
    spread = Spread() if found is None else Spread(ballistic=found.spread)
    start = mjd_utc(orbit.epoch)
    fall = distribution(
        satellite,
        orbit,
        spread=spread,
        samples_n=asked.samples_n,
        known_until_mjd=start,
        enough_share=0.9,
        seed=asked.seed,
    )
    each: dict[str, float] = {}
    if np.isfinite(fall.days_p["p50"]):
        each = shares(
            satellite,
            orbit,
            spread,
            samples_n=_SHARE_SAMPLES_N,
            known_until_mjd=start,
            seed=asked.seed,
        )
    return {
        "held": False,
        "from_utc": orbit.epoch.utc_iso(0),
        "reboost_dv_m_s_y": None,
        "propellant_kg_y": None,
        "altitude_km": _way_down(satellite, orbit, fall, asked.seed),
        **fall.as_dict(),
        "half_width_shares": {k: v if np.isfinite(v) else None for k, v in each.items()},
        **_against(fall, orbit, asked),
    }


def _way_down(
    satellite: Satellite, orbit: DecayOrbit, fall: Lifetimes, seed: int
) -> list[dict[str, Any]]:
    """Return the way down of the middle case: drag as given, the Sun's middle way."""
    days, start = fall.days_p["p50"], mjd_utc(orbit.epoch)
    years = 1.0 + 2.0 * days / _YEAR_D if np.isfinite(days) else _STAYING_UP_Y
    ways = forecast(start, years * _YEAR_D, paths_n=_WAYS_N, known_until_mjd=start, seed=seed)
    way = decay(satellite, orbit, weather=middle_way(ways), longest_years=years)
    kept = np.unique(np.linspace(0, len(way.mjd) - 1, _POINTS_N).astype(int))
    return [
        {
            "utc": epoch_of_mjd(float(way.mjd[n])).utc_iso(0),
            "p10": None,
            "p50": round(float(way.altitude_km[n]), 2),
            "p90": None,
        }
        for n in kept
    ]


def _against(fall: Lifetimes, orbit: DecayOrbit, asked: UpkeepRequest) -> dict[str, Any]:
    """Return the miss against what flew, in percent of the life that remained."""
    if not asked.as_flown or not np.isfinite(fall.days_p["p50"]):
        return {"as_flown": dict(asked.as_flown) or None, "miss_percent": None, "lived_d": None}
    lived = mjd_utc(Epoch.utc(asked.as_flown["reentry_utc"])) - mjd_utc(orbit.epoch)
    miss = 100.0 * (fall.days_p["p50"] - lived) / lived
    return {"as_flown": dict(asked.as_flown), "miss_percent": miss, "lived_d": lived}
