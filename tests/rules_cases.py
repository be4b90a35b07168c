"""Activities that several tests of the rules judge."""

from __future__ import annotations

from datetime import date
from typing import Any

from perilune.cooperation.activity import Activity, Item

PILOT = Item("PILOT", "de", ("dual_use",))
PROSPECT = Item("PROSPECT", "it", ("dual_use",))


def activity(kind: str, actors: str, on: str, **more: Any) -> Activity:
    """Return an activity of actors named in one text, on a day as ISO text."""
    return Activity("test", kind, tuple(actors.split()), date.fromisoformat(on), **more)


def bilateral(actors: str, on: str, **more: Any) -> Activity:
    return activity("bilateral_cooperation", actors, on, **more)


def luna_27(on: str, *items: Item) -> Activity:
    more = {"program": "luna-27", "items": items or (PILOT, PROSPECT)}
    return activity("hardware_contribution", "esa roscosmos", on, **more)


def item(origin: str | None, *classes: str) -> Item:
    return Item("part", origin, classes or None)
