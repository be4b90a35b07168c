"""Chasers, targets and engines that the tests of rendezvous and orbit changes share."""

from __future__ import annotations

import numpy as np
from transfers import MODEL

from perilune import Environment, Epoch, State
from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.elements import Elements
from perilune.phases.base import Condition, Context, Engine, Spacecraft, Stack
from perilune.phases.rendezvous import Rendezvous

ASCENT_END = Epoch.utc("2020-12-03T15:16:00")
DOCKING = Epoch.utc("2020-12-05T21:42:00")
THRUSTERS = Engine("thrusters", 480.0, 290.0)
"""Four of 120 N: as Chang'e-5's ascender is said to have (unconfirmed)."""
MAIN = Engine("main", 3000.0, 310.0)
ASCENDER = Stack((Spacecraft("ascender", 350.0, 50.0, (THRUSTERS, MAIN)),))
ORBITER = Stack((Spacecraft("orbiter", 2000.0, 1500.0, (MAIN,)),))


def orbit(
    low_km: float,
    high_km: float,
    env: Environment,
    *,
    inclination_deg: float = 43.5,
    node_deg: float = 10.0,
    angle_deg: float = 0.0,
    epoch: Epoch = ASCENT_END,
) -> State:
    """Return the perilune of an orbit given by heights; `angle_deg` is that from the node."""
    a = MOON_RADIUS_KM + 0.5 * (low_km + high_km)
    turned = np.radians([inclination_deg, node_deg, angle_deg])
    shape = Elements(a, 0.5 * (high_km - low_km) / a, *turned, 0.0, env.constants.gm("moon"))
    return State(epoch, "moon", "icrf", *shape.to_vectors())


def ascender(env: Environment, *, plane_error_deg: float = 0.0) -> Condition:
    """Return the chaser as its ascent leaves it, 15 x 180 km up."""
    start = orbit(15.0, 180.0, env, inclination_deg=43.5 + plane_error_deg, angle_deg=40.0)
    return Condition(ASCENDER, start)


def orbiter(env: Environment, ahead_deg: float = 90.0) -> State:
    """Return the target on its circle 200 km up."""
    return orbit(200.0, 200.0, env, angle_deg=40.0 + ahead_deg)


def change_5(env: Environment) -> Rendezvous:
    """Return the rendezvous with Chang'e-5's own dates; where the orbiter stands is assumed."""
    return Rendezvous(
        target=orbiter(env),
        target_stack=ORBITER,
        spacecraft="ascender",
        engine=THRUSTERS,
        docking=DOCKING,
    )


def sky(env: Environment) -> Context:
    """Return what a phase is lent."""
    return Context(env, MODEL)
