"""Launches, approaches and force models that the tests of phases and missions share."""

from __future__ import annotations

from functools import cache

import numpy as np

from perilune import Environment, Epoch, State
from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.catalog.entry import entry
from perilune.phases.launch import Ascent, Launch, LaunchSite
from perilune.phases.request import Request, Transfer
from perilune.phases.shot import Controls, Model, Shot
from perilune.phases.transfer import solve_transfers
from perilune.targeting.problem import Solution

HOUR = 3600.0
MODEL = Model()
ASCENT = Ascent(775.0, 25.0)
CHANGE_5 = Epoch.utc("2020-11-23T20:30:12")
ALONG = ("azimuth_rad", "coast_s", "dv_km_s")
"""What is solved for where lift-off and flight time are given."""


@cache
def launch_from(site: str) -> Launch:
    """Return a launch from a site of the catalogue into a parking orbit 200 km up."""
    return Launch(LaunchSite(site, entry("launch_sites", site).point("earth")), ASCENT, 200.0)


def converged(request: Request, env: Environment) -> list[Transfer]:
    """Return the transfers of a request, all of which have to converge."""
    found = solve_transfers(request, env)
    assert [t.solution.status for t in found] == ["converged"] * len(found)
    return found


def flown(transfer: Transfer) -> tuple[Shot, Controls, Solution]:
    """Return what a converged transfer flew."""
    assert transfer.shot is not None
    return transfer.shot, transfer.shot.controls, transfer.solution


def hyperbolic_perilune(
    altitude_km: float, env: Environment, *, inclination_deg: float = 60.0
) -> State:
    """Return the perilune of an approach with 0.8 km/s far away."""
    r, tilt = MOON_RADIUS_KM + altitude_km, np.radians(inclination_deg)
    speed = np.sqrt(0.8**2 + 2.0 * env.constants.gm("moon") / r)
    ahead = [0.0, speed * np.cos(tilt), speed * np.sin(tilt)]
    return State(Epoch.utc("2029-08-08T00:00:00"), "moon", "icrf", [r, 0.0, 0.0], ahead)
