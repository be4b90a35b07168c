"""Charts of powered descents, ascents and entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.missions.profiles import EntryProfile, PoweredProfile
from perilune.report import words
from perilune.report.charts import Chart, Series
from perilune.report.panels import Panel, Panels

Array = NDArray[np.float64]

_LEVELS_G = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0)
_FELT_G = 0.02  # below this the air is too thin to tell its density from the motion
_BIN_KM = 2.0
_LONG_S = 180.0
_SHORT_KM = 1.0  # a range below this is no axis


def powered_charts(profile: PoweredProfile, number: int = 1) -> list[Panels]:
    """Return a powered flight against time, and against the range where there is one.

    Parameters
    ----------
    profile : PoweredProfile
    number : int
        Of the profiles of its kind in a page.
    """
    is_landing = profile.name == "powered_descent"
    title = "Powered descent" if is_landing else "Ascent from the Moon"
    key = f"{'descent' if is_landing else 'ascent'}-{number}"
    note = (
        f"of {profile.spacecraft}. Altitude over 1,737.4 km; speed relative to the ground, its "
        "vertical part dashed."
    )
    since = "ignition" if is_landing else "lift-off"
    unit, passed = _clock(profile.time_s)
    found = [Panels(f"{key}-time", f"{title} against time", f"{unit} since {since}",
                    _rows(profile, passed, is_landing), note, labels_left=is_landing)]  # fmt: skip
    if float(profile.range_km.max()) > _SHORT_KM:
        way = "range to go, km" if is_landing else "range flown, km"
        what = "range to go" if is_landing else "range"
        rows = _rows(profile, profile.range_km, is_landing)
        found.append(
            Panels(f"{key}-range", f"{title} against {what}", way, rows, "along the ground.",
                   is_reversed=is_landing, labels_left=is_landing)
        )  # fmt: skip
    return found


def _rows(profile: PoweredProfile, x: Array, is_landing: bool) -> list[Panel]:
    ground = float(profile.altitude_km[-1 if is_landing else 0])
    site = {f"ground {words.plain(ground, 1)} km": ground}
    across = _short(x)
    speed = [
        Series("speed", across, _short(profile.speed_m_s)),
        Series("vertical", across, _short(profile.climb_m_s), color=0, dash=True, width=1.5),
    ]
    return [
        Panel("altitude, km", [Series("altitude", across, _short(profile.altitude_km))], site),
        Panel("speed, m/s", speed),
        Panel(
            "thrust, N",
            [Series("thrust", across, _short(profile.thrust_n), color=1)],
            from_zero=True,
        ),
        Panel("mass, kg", [Series("mass", across, _short(profile.mass_kg), color=2)]),
    ]


def entry_charts(
    profile: EntryProfile, checks: Sequence[Mapping[str, Any]] = (), number: int = 1
) -> list[Chart | Panels]:
    """Return an entry against time, and its altitude over its speed among lines of equal load.

    `checks` gives the limits that the entry is held to.
    """
    unit, since = _clock(profile.time_s)
    passed = _short(since)
    rows = [
        Panel("altitude, km", [Series("altitude", passed, _short(profile.altitude_km))]),
        Panel("speed, km/s", [Series("speed", passed, _short(profile.speed_km_s))]),
        Panel("load, g", [Series("load", passed, _short(profile.load_g), color=1)],
              _limit(checks, "entry peak load")),
    ]  # fmt: skip
    if profile.flux_mw_m2 is not None:
        flux = Series("heat flux", passed, _short(profile.flux_mw_m2), color=6)
        rows.append(Panel("heat flux, MW/m²", [flux], _limit(checks, "entry peak heat flux")))
    note = (
        f"of {profile.spacecraft}, from the interface to the parachute. Speed relative to the air; "
        "heat flux at the stagnation point, by convection alone."
    )
    title = f"{unit} since the interface"
    return [
        Panels(f"entry-{number}-time", "Entry against time", title, rows, note),
        _corridor(profile, number),
    ]


def _limit(checks: Sequence[Mapping[str, Any]], name: str) -> dict[str, float]:
    limits = [str(c["limit"]).split()[-1] for c in checks if c.get("name") == name]
    return {"limit": float(limits[0])} if limits else {}


def _corridor(profile: EntryProfile, number: int) -> Chart:
    speed, height = _short(profile.speed_km_s), _short(profile.altitude_km)
    text = [
        f"{t:,.0f} s: {h:.1f} km, {v:.2f} km/s, {g:.2f} g"
        for t, h, v, g in zip(profile.time_s, height, speed, profile.load_g, strict=True)
    ]
    series = [Series("flown", speed, height, text=text, width=3.0), *_load_lines(profile)]
    note = (
        "Dashed: where this capsule would feel so many g in the air it met. To the right and below "
        "the loads grow; above, the air does not hold it."
    )
    return Chart(f"entry-{number}-corridor", "Entry corridor", "speed relative to the air, km/s",
                 "altitude, km", series, note)  # fmt: skip


def _load_lines(profile: EntryProfile) -> list[Series]:
    """Return lines of equal load: at one height it goes with the square of the speed."""
    heights, ratios = _load_over_speed2(profile)
    fastest, most = float(profile.speed_km_s.max()), float(profile.load_g.max())
    levels = [g for g in _LEVELS_G if 0.1 * most <= g <= 2.5 * most]
    series = []
    for color, level in enumerate(levels, start=1):
        speeds = np.sqrt(level / ratios)
        seen = speeds <= 1.1 * fastest
        if np.count_nonzero(seen) > 1:
            x, y = _short(speeds[seen]), _short(heights[seen])
            series.append(Series(f"{level:g} g", x, y, color=color, dash=True, width=1.5))
    return series


def _load_over_speed2(profile: EntryProfile) -> tuple[Array, Array]:
    """Return heights (km) and the load over the square of the speed there, g s2/km2."""
    felt = profile.load_g > _FELT_G
    bins = np.floor(profile.altitude_km[felt] / _BIN_KM).astype(int)
    ratio = np.log(profile.load_g[felt] / profile.speed_km_s[felt] ** 2)
    places = np.unique(bins)
    middles = np.array([profile.altitude_km[felt][bins == n].mean() for n in places])
    return middles, np.exp([ratio[bins == n].mean() for n in places])


def _clock(seconds: Array) -> tuple[str, Array]:
    """Return a time in a unit that suits its length, named."""
    is_long = float(seconds[-1]) > _LONG_S
    return ("minutes", seconds / 60.0) if is_long else ("seconds", seconds)


def _short(values: Array) -> list[float]:
    """Return numbers to five digits: what a chart can show."""
    return [float(f"{value:.5g}") for value in values]
