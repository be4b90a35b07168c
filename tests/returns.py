"""Orbits, targets and stages that the tests of returns from the Moon share."""

from __future__ import annotations

import numpy as np
from transfers import MODEL

from perilune import Environment, Epoch, State, propagate
from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.geometry import SurfacePoint
from perilune.phases.base import Condition, Context, Engine, Leg, Spacecraft, Stack
from perilune.phases.earth_return import EarthReturn
from perilune.phases.earth_return_target import ReturnTarget

SIZIWANG = SurfacePoint("earth", 42.35, 111.43)
TRACK = ReturnTarget(SIZIWANG, -5.8, inclination_deg=43.6)
MAIN, FOUR = Engine("main", 3000.0, 310.0), Engine("four", 600.0, 310.0)
FLOWN_ENTRY = Epoch.utc("2020-12-16T17:33:00")
FIRST_BURN = Epoch.utc("2020-12-12T01:54:00")
RUMKER = SurfacePoint("moon", 43.0576, -51.9161)
ORBITER = Stack((Spacecraft("orbiter", 1700.0, 740.0, (MAIN, FOUR)),))


def orbit_over(
    site: SurfacePoint,
    when: Epoch,
    inclination_deg: float,
    env: Environment,
    *,
    northbound: bool,
    altitude_km: float = 200.0,
) -> State:
    """Return a circular lunar orbit that passes over a site at an instant."""
    up = site.state(when, env).r_km
    up = up / np.linalg.norm(up)
    pole = SurfacePoint("moon", 90.0, 0.0).state(when, env).r_km
    pole = pole / np.linalg.norm(pole)
    east = np.cross(pole, up)
    east = east / np.linalg.norm(east)
    sine = np.cos(np.radians(inclination_deg)) / np.cos(np.arcsin(up @ pole))
    heading = np.arcsin(sine) if northbound else np.pi - np.arcsin(sine)
    ahead = np.cos(heading) * np.cross(up, east) + np.sin(heading) * east
    radius = MOON_RADIUS_KM + altitude_km
    speed = np.sqrt(env.constants.gm("moon") / radius)
    return State(when, "moon", "icrf", radius * up, speed * ahead)


def change_5_orbit(env: Environment) -> State:
    """Return Chang'e-5's orbit: the plane that its ascent left the site in, two days before."""
    lift_off = Epoch.utc("2020-12-03T15:10:00")
    over = orbit_over(RUMKER, lift_off, 43.5, env, northbound=False)
    coast = propagate(over, until=FIRST_BURN + (-8000.0), forces=MODEL.moon, env=env)
    return coast.final


def home(phase: EarthReturn, state: State, context: Context, stack: Stack = ORBITER) -> list[Leg]:
    """Return the legs of a return, which there must be."""
    legs = phase.fly(Condition(stack, state), context)
    assert legs
    return legs
