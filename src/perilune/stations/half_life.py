"""How long a part of a station lasts by itself, how the parts drift, and the verdict in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from perilune.astro.bodies import EARTH_RADIUS_KM, constants
from perilune.astro.epoch import Epoch
from perilune.stations.assembly import complex_at
from perilune.stations.decay import Decay, DecayOrbit, Satellite, decay
from perilune.stations.design import Design, SplitRequest
from perilune.stations.half import Half, half_of
from perilune.stations.lifetimes import distribution
from perilune.stations.parting import parting
from perilune.stations.upkeep import Holding, upkeep

COMPACT = 2.2
"""Drag coefficient of bodies whose areas are summed up without shadows."""

_SAMPLES_N, _YEARS = 60, 3.0
_BAND_KM = 2.5
_POINTS_N = 120
_DAYS_SHOWN, _FIRST_D = 1.0, 10.0


@dataclass(frozen=True, eq=False)
class Lasting:
    """How long a part lasts: what the air slows down, its fall, and its row."""

    row: dict[str, Any]
    fall: Decay


def lasting(half: Half, design: Design, date: Epoch) -> Lasting:
    """Return how long a part lasts: left alone, and held with the propellant it has.

    Model limits: its drag area is the sum of its modules' own, less what shadows take on the whole
    station where that one's is stated; nothing for attitude.
    """
    orbit = DecayOrbit(date, design.station.altitude_km, design.station.inclination_deg)
    satellite = Satellite(half.body.mass_kg, _area_m2(half, design, date), COMPACT)
    found = decay(satellite, orbit)
    need: float | None = None
    if half.propulsion:
        own = [m.isp_s for m in half.modules if m.propulsion and not m.is_ship]
        isp = max(own, default=0.0) or design.station.isp_s
        band = Holding(orbit.altitude_km - _BAND_KM, orbit.altitude_km + _BAND_KM, isp)
        kept = upkeep(satellite, orbit, band, years=_YEARS, samples_n=_SAMPLES_N)
        need, alone = kept.propellant_kg_y["p50"], kept.alone
    else:
        alone = distribution(satellite, orbit, samples_n=_SAMPLES_N, enough_share=0.9)
    row = {
        "reentry_utc": alone.reentry_utc["p50"],
        "reentry": alone.reentry_utc,
        "drag_area_m2": satellite.drag_area_m2,
        "propellant_kg_y": need,
        "propellant_life_y": None if need is None else half.propellant_kg / need,
        **_way_down(found, orbit),
    }
    return Lasting(row, found)


def _area_m2(half: Half, design: Design, date: Epoch) -> float:
    """Return a part's area less the share that shadows take on the whole station."""
    station = design.station
    if station.drag_area_m2 is None or station.drag_coefficient is None:
        return half.drag_area_m2
    whole = half_of("whole", complex_at(design.plan, date), station.altitude_km)
    seen = station.drag_area_m2 * station.drag_coefficient / COMPACT
    return half.drag_area_m2 * min(seen / whole.drag_area_m2, 1.0)


def _way_down(found: Decay, orbit: DecayOrbit) -> dict[str, Any]:
    keep = np.unique(np.linspace(0, len(found.mjd) - 1, _POINTS_N).astype(int))
    days = found.mjd[keep] - found.mjd[0]
    return {
        "altitude_utc": [(orbit.epoch + 86400.0 * float(d)).utc_iso(0) for d in days],
        "altitude_km": [round(float(h), 2) for h in found.altitude_km[keep]],
    }


def drift(
    leaving: Lasting, staying: Lasting, design: Design, asked: SplitRequest
) -> dict[str, Any]:
    """Return how the parts drift after the push, with the drag of each."""
    altitude = design.station.altitude_km
    drags = tuple(_drag_m_s2(part.fall) for part in (leaving, staying))
    found = parting(altitude, asked.separation_m_s, asked.direction, (drags[0], drags[1]))
    shown = found.hours <= 24.0 * _DAYS_SHOWN
    return {
        "push_m_s": asked.separation_m_s,
        "direction": asked.direction,
        "is_safe": found.is_safe,
        "words": f"After {asked.separation_m_s:g} m/s {asked.direction}, {found.in_words}.",
        "closest_km": found.closest_km,
        "closest_h": found.closest_h,
        "after_turn_km": found.after_turn_km,
        "after_day_km": found.after_day_km,
        "hours_h": [round(float(h), 3) for h in found.hours[shown][::5]],
        "up_km": [round(float(x), 4) for x in found.up_km[shown][::5]],
        "ahead_km": [round(float(x), 4) for x in found.ahead_km[shown][::5]],
    }


def _drag_m_s2(fall: Decay) -> float:
    """Return the deceleration by drag that the fall of the first days asks for."""
    altitude = float(fall.altitude_km[0])
    rate = np.sqrt(constants("de440").gm("earth") / (EARTH_RADIUS_KM + altitude) ** 3)
    fall_km_d = (altitude - fall.altitude_at_km(fall.mjd[0] + _FIRST_D)) / _FIRST_D
    return float(500.0 * rate * fall_km_d / 86400.0)  # half the rate of fall in m/s, times n


def verdict(row: dict[str, Any]) -> str:
    """Return what becomes of a part, in words."""
    name, down = row["name"], row["reentry_utc"]
    left = f"left to itself it comes down about {down[:10]}" if down else "it stays up for decades"
    if row["stands_alone"]:
        held = row["propellant_life_y"] or 0.0
        crew = (
            f"; for a crew it lacks {' and '.join(row['crew_needs'])}"
            if row["crew_needs"]
            else ("; it can keep a crew")
        )
        return f"{name} stands alone: its propellant lasts {held:.1f} years{crew}."
    if not row["propulsion"]:
        return (
            f"{name} cannot stand alone: nothing that stays on board can raise its orbit, and "
            f"{left}; it needs {_mend(row)}."
        )
    mend = f"; '{row['mended_by'][0]['module']}' would mend it" if row["mended_by"] else ""
    return f"{name} cannot stand alone: it lacks {'; '.join(row['needs'])}{mend}; {left}."


def _mend(row: dict[str, Any]) -> str:
    if row["mended_by"]:
        best = row["mended_by"][0]
        return (
            f"a module with engines ('{best['module']}', {best['mass_kg'] / 1000.0:.1f} t, fits "
            f"{best['port']}), or ships that raise it"
        )
    ships = [ship["ship"] for ship in row["ships"]]
    return f"ships that raise it ({', '.join(ships)})" if ships else "a port for a ship that does"
