"""The entry at Siziwang that the tests of entries share."""

from __future__ import annotations

from collections.abc import Callable

from perilune import Epoch, environment
from perilune.astro.geometry import SurfacePoint
from perilune.astro.state import State
from perilune.phases.base import Condition, Context, Leg, Spacecraft, Stack
from perilune.phases.entry import Entry
from perilune.phases.entry_start import Interface, ahead_of
from perilune.phases.shot import Model

DATE = Epoch.utc("2020-12-16T17:33:00")
ENV = environment()
CONTEXT = Context(ENV, Model())
SITE = SurfacePoint("earth", 42.35, 111.43, 1.4)
ZONE_KM = 50.0
STACK = Stack((Spacecraft("returner", 330.0, 0.0),))
Record = Callable[[str, object], None]


def before_siziwang(path_deg: float, range_km: float = 6000.0, speed: float = 11.0) -> Interface:
    return ahead_of(
        SITE,
        range_km,
        43.6,
        speed_km_s=speed,
        path_angle_deg=path_deg,
        flight_s=range_km / 7.5,
    )


def flown(entry: Entry, state: State) -> Leg:
    (leg,) = entry.fly(Condition(STACK, state), CONTEXT)
    return leg


def check(leg: Leg, name: str) -> bool:
    return next(c.ok for c in leg.checks if c.name == name)
