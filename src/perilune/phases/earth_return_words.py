"""Why no way leads home on a date, in words that name what binds."""

from __future__ import annotations

import numpy as np

from perilune.astro import bplane
from perilune.astro.bodies import EARTH_RADIUS_KM
from perilune.astro.epoch import Epoch
from perilune.astro.frames import from_icrf
from perilune.astro.state import State
from perilune.phases.base import Stack
from perilune.phases.earth_return_days import DayOffer
from perilune.phases.earth_return_target import ReturnTarget
from perilune.phases.return_seeds import leaving
from perilune.phases.tei import Parking

_TURNING_KM_S = 0.05
_SAME_DAY_S = 1.0


def obstacle_words(
    parking: Parking,
    target: ReturnTarget,
    flight_time_h: tuple[float, float],
    arrive: Epoch | None,
    track: str | None = None,
) -> str:
    """Return what stands in the way of every guess: latitude, declination, downrange or time.

    With a `track`, only of the ways of that name.
    """
    env = parking.context.env
    zone = target.zone.geocentric_latitude_deg
    tilt = target.inclination_deg
    if track is not None and target.downrange_km is not None:
        return f"the downrange given leaves no {track} track to choose: leave `track` out"
    if tilt is not None and min(tilt, 180.0 - tilt) < abs(zone):
        return (
            f"a track inclined {tilt:g} deg never reaches the zone's latitude of {zone:.2f} deg: "
            f"ask for {abs(zone):.1f} to {180.0 - abs(zone):.1f} deg"
        )
    leave = parking.date + parking.injection.wait_s()
    moon = env.ephemeris.state("moon", "earth", leave)[0]
    pole = from_icrf("itrf", leave, env)[0][2]
    declination = float(np.degrees(np.arcsin(moon @ pole / np.linalg.norm(moon))))
    hours = np.arange(flight_time_h[0], flight_time_h[1] + 12.0, 12.0)
    named = "such" if track is None else f"such {track}"
    reached, possible = [], False
    for way in target.ways(track):
        epochs = Epoch.stack([leave] * len(hours))
        _, found = leaving(epochs, 3600.0 * hours, target, way, env)
        possible = possible or bool(found.possible.any())
        timely = (found.flight_s >= 3600.0 * hours[0]) & (found.flight_s <= 3600.0 * hours[-1])
        reached += (found.downrange[found.possible & timely] * EARTH_RADIUS_KM).tolist()
    if not possible:
        return (
            f"the Moon's declination of {declination:.1f} deg on leaving allows no {named} track "
            "to the zone: ask for another inclination, azimuth or downrange"
        )
    low, high = target.downrange_limits_km
    if target.downrange_km is None and not any(low <= x <= high for x in reached):
        near = min(reached, key=lambda x: max(low - x, x - high), default=None)
        there = "at no flight time" if near is None else f"{near:,.0f} km at best"
        return (
            f"with the Moon at declination {declination:.1f} deg the zone lies {there} down the "
            f"track from the interface, outside the {low:,.0f} to {high:,.0f} km allowed"
        )
    if arrive is not None:
        return "no passage of the zone within 12 h of the arrival asked for"
    return (
        f"no passage of the zone at flight times of {flight_time_h[0]:g} to {flight_time_h[1]:g} h "
        "from a safe height over the Moon"
    )


def cost_words(before: State, after: State, gm: float) -> str:
    """Return what a last burn's size is spent on: turning the velocity, or leaving at all.

    Parameters
    ----------
    before, after : State
        About the Moon, without and with the burn as an impulse.
    gm : float
        Of the Moon.
    """
    size = float(np.linalg.norm(after.v_km_s - before.v_km_s))
    gain = float(np.linalg.norm(after.v_km_s) - np.linalg.norm(before.v_km_s))
    # backwards in time the way out comes in
    way = bplane.from_vectors(after.r_km, -after.v_km_s, gm, np.array([0.0, 0.0, 1.0])).s
    normal = np.cross(before.r_km, before.v_km_s)
    off = abs(float(np.arcsin(np.clip(way @ normal / np.linalg.norm(normal), -1.0, 1.0))))
    plane = f"the way out lies {np.degrees(off):.0f} deg off the orbit's plane"
    if size - gain > _TURNING_KM_S:
        return f"{1e3 * (size - gain):.0f} m/s of it turn the velocity, for {plane}"
    return f"hardly any of it turns the velocity ({plane}): only another flight time costs less"


def cheapest_words(days: list[DayOffer], asked: Epoch) -> str:
    """Return the cheapest of the days offered, in words; says so where it is the one asked for."""
    if not days:
        return "none of the next 14 days has a return either: ask for another track or flight time"
    best = min(days, key=lambda day: day.last_dv_m_s)
    same = ", the one asked for" if abs(float(best.date - asked)) < _SAME_DAY_S else ""
    return f"the cheapest day of the next 14 is {best.words}{same}"


def short_words(stack: Stack, total_m_s: float) -> str:
    """Return what a stack lacks for a return of so much delta-v."""
    short = min(stack.members, key=lambda craft: craft.propellant_kg)
    return (
        f"{short.name} lacks {-short.propellant_kg:.0f} kg of propellant for the return of "
        f"{total_m_s:.0f} m/s"
    )
