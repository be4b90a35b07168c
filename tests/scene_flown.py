"""A flight, its scene and its page, made once for the tests of either."""

from __future__ import annotations

from functools import cache

import perilune
from perilune.missions.flight import Flight
from perilune.report.page import fly_page
from perilune.report.scene import Scene, flight_scene


@cache
def flown() -> Flight:
    """Return a flight that brings a lander and its rover to the Moon, with stations named."""
    return perilune.fly("change-3")


@cache
def scene() -> Scene:
    """Return its scene."""
    found = flight_scene(flown())
    assert found is not None
    return found


@cache
def page() -> str:
    """Return its page."""
    return fly_page(flown().to_json(), scene())
