"""Why no way leads home on a date, in words that name what binds."""

from __future__ import annotations

import numpy as np

from perilune.astro.bodies import EARTH_RADIUS_KM
from perilune.astro.epoch import Epoch
from perilune.astro.frames import from_icrf
from perilune.phases.earth_return_target import ReturnTarget
from perilune.phases.return_seeds import leaving
from perilune.phases.tei import Parking


def obstacle_words(
    parking: Parking,
    target: ReturnTarget,
    flight_time_h: tuple[float, float],
    arrive: Epoch | None,
) -> str:
    """Return what stands in the way of every guess: latitude, declination, downrange or time."""
    env = parking.context.env
    zone = target.zone.geocentric_latitude_deg
    tilt = target.inclination_deg
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
    reached, possible = [], False
    for way in target.ways():
        epochs = Epoch.stack([leave] * len(hours))
        _, found = leaving(epochs, 3600.0 * hours, target, way, env)
        possible = possible or bool(found.possible.any())
        timely = (found.flight_s >= 3600.0 * hours[0]) & (found.flight_s <= 3600.0 * hours[-1])
        reached += (found.downrange[found.possible & timely] * EARTH_RADIUS_KM).tolist()
    if not possible:
        return (
            f"the Moon's declination of {declination:.1f} deg on leaving allows no such track to "
            "the zone: ask for another inclination, azimuth or downrange"
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
