"""Which parking orbits a scan tries where a scenario does not say: the lowest that serve."""

from __future__ import annotations

import numpy as np

from perilune.astro.environment import Environment
from perilune.astro.epoch import DAY, Epoch
from perilune.errors import InputError
from perilune.missions.mission import Mission
from perilune.missions.scan import Direction
from perilune.phases.corridor import HEADINGS, Corridor
from perilune.phases.departure import LaunchPhase
from perilune.phases.launch import LaunchSite

_ROOM_DEG = 2.0
"""How far the inclination should exceed the Moon's declination: a branch passes the Moon a degree
to one side, and near the limit lift-offs become sensitive."""


def directions(
    mission: Mission, launch: LaunchPhase, start: Epoch, stop: Epoch, env: Environment
) -> tuple[Direction, ...]:
    """Return the parking orbits to try.

    The inclination a launch names, in every permitted heading; else the lowest permitted
    inclination (which carries most) and, where the Moon's declination in the span asks for more,
    the lowest permitted one that holds it every day.

    Raises
    ------
    InputError
        Where the site does not permit the inclination named.
    """
    site, corridor = launch.launch.site, mission.corridor or Corridor()
    if launch.inclination_deg is not None:
        return _named(launch, site, corridor)
    permitted = [
        (low, high, heading)
        for low, high, heading in corridor.permitted_inclinations(site)
        if low <= 90.0 and launch.heading in (None, heading)
    ]
    if not permitted:
        raise InputError(f"{site.name} permits no prograde launch: name an inclination")
    lowest = min(permitted)
    needed = _greatest_declination_deg(start, stop, env) + _ROOM_DEG
    chosen = [Direction(_above(lowest[0], site), lowest[2])]
    higher = [(max(low, needed), heading) for low, high, heading in permitted if high >= needed]
    if lowest[0] < needed and higher:
        inclination, heading = min(higher)
        chosen.append(Direction(round(inclination, 3), heading))
    return tuple(chosen)


def _named(launch: LaunchPhase, site: LaunchSite, corridor: Corridor) -> tuple[Direction, ...]:
    assert launch.inclination_deg is not None
    wanted = launch.inclination_deg
    headings = [launch.heading] if launch.heading else list(HEADINGS)
    found = [h for h in headings if corridor.permits(wanted, h, site)]
    if not found:
        raise InputError(corridor.refusal(wanted, launch.heading, site) or "not permitted")
    return tuple(Direction(wanted, heading) for heading in found)


def _above(inclination_deg: float, site: LaunchSite) -> float:
    """Return an inclination rounded up to the millidegree, so that the site reaches it."""
    return max(float(np.ceil(1e3 * inclination_deg - 1e-6)) / 1e3, site.lowest_inclination_deg)


def _greatest_declination_deg(start: Epoch, stop: Epoch, env: Environment) -> float:
    """Return the greatest declination of the Moon on the arrival dates of a span, deg."""
    count = max(2, int(float(stop - start) / DAY * 2) + 12)
    dates = start + np.linspace(3.0 * DAY, float(stop - start) + 6.0 * DAY, count)
    moon = env.ephemeris.state("moon", "earth", dates)[0]
    pole = env.earth.itrf_matrix(start)[2]
    sine = moon @ pole / np.linalg.norm(moon, axis=1)
    return float(np.degrees(np.abs(np.arcsin(sine)).max()))
