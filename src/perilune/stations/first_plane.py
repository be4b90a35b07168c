"""The plane a station gets from the lift-off of its first module."""

from __future__ import annotations

import erfa
import numpy as np

from perilune.astro.environment import Environment
from perilune.astro.epoch import DAY, Epoch
from perilune.phases.corridor import HEADINGS, Corridor
from perilune.phases.launch import LaunchSite
from perilune.stations.mean_orbit import MeanOrbit
from perilune.stations.plane import Plane


def first_plane(
    site: LaunchSite,
    corridor: Corridor,
    inclination_deg: float,
    altitude_km: float,
    lift_off: Epoch,
    env: Environment,
) -> MeanOrbit | None:
    """Return the orbit that a launch straight into an inclination makes; None where it cannot.

    The heading is the one the site's corridors hold, northbound where both are; the plane is the
    one the site is in at lift-off. Where along it the station is counts for nothing yet.
    """
    plane = Plane(lift_off, inclination_deg, 0.0, 0.0)
    hours = plane.hours_rad(site)
    if hours is None:
        return None
    free = [corridor.refusal(inclination_deg, heading, site) is None for heading in HEADINGS]
    hour = hours[free.index(True)] if any(free) else hours[0]
    x, y, _ = site.point.fixed_km()
    tai1, tai2 = lift_off.jd_tai
    ut1 = env.earth.parameters(lift_off)[0][..., 2]
    ascension = float(erfa.gmst82(tai1, tai2 + ut1 / DAY) + np.arctan2(y, x))
    node = float(np.degrees(ascension - hour)) % 360.0
    return MeanOrbit(lift_off, altitude_km, inclination_deg, node)
