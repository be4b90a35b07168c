"""What a launch waits for beside what is built for it: other launches, and relays in place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from perilune.catalog.book import Catalog
from perilune.catalog.entry import Mark
from perilune.cooperation.announced import AnnouncedDate
from perilune.cooperation.arrangement import Arrangement, Part
from perilune.cooperation.candidate_file import CandidateFile
from perilune.cooperation.partner import partner
from perilune.cooperation.schedule import After, Contribution, Spread
from perilune.cooperation.study import require_order
from perilune.cooperation.study_file import MissionFile

RELAY_PLACED = Spread.exactly(
    30.0, Mark(
        "assumed",
        "from a relay's launch to its service a month: Queqiao was in its halo after 24 days",
    ),
)  # fmt: skip
"""How long before those it serves a relay leaves."""


def waits_of(found: Arrangement, part: Part) -> tuple[After, ...]:
    """Return the launches of the variant that one waits for.

    Those of its mission's `after`, and of the missions that fly its relays: a relay is flown by the
    mission that has its scenario.
    """
    there = {each.name for each in found.parts}
    waits = {name: 0.0 for name in part.mission.after if name in there}
    for relay in part.of("relay"):
        carrier = _carrier(found, part, relay)
        if carrier is not None and carrier.name in there:
            waits[carrier.name] = RELAY_PLACED.likely_d
    return tuple(After(name, lag) for name, lag in waits.items())


def awaited(found: Arrangement, part: Part) -> list[Contribution]:
    """Return what a launch waits for that no launch of the variant brings.

    The day it is planned for: nothing leaves before that. Missions it comes after and relays it
    needs, where the variant is not about them: they count by their own plans, windows and pads
    apart. What its lead has dropped is waited for no more.
    """
    there = {each.name for each in found.parts}
    on, book = found.study.as_of, found.study.book
    rows = [_own_day(found, part)]
    for name in part.mission.after:
        if name not in there and found.study.missions[name].lead not in found.variant.drop:
            rows.append(_launch(found.study.missions[name], f"launch of {name}", on, book))
    for relay in part.of("relay"):
        carrier = _carrier(found, part, relay)
        if carrier is None:
            rows += _relay(relay, on, book)
        elif carrier.name not in there:
            name = f"{relay.name} in its place"
            rows.append(_launch(carrier, name, on, book, integration=RELAY_PLACED))
    return rows


def require_no_circle(found: Arrangement, key: str = "variant") -> None:
    """Refuse a variant in which launches wait for one another; names the circle."""
    waits = {part.name: [each.mission for each in waits_of(found, part)] for part in found.parts}
    require_order(waits, key)


def delivered(
    name: str, who: str, kind: str, ready: date, as_of: date, book: Catalog, **more: Any
) -> Contribution:
    """Return a contribution by the day it is planned for; what is there already slips no more."""
    is_there = ready <= as_of
    return Contribution(
        name,
        who,
        partner(who, book).side,
        kind,
        AnnouncedDate.of(max(ready, date.fromordinal(as_of.toordinal() + 1))),
        slip=Spread.exactly(0.0) if is_there else None,
        **more,
    )


def _own_day(found: Arrangement, part: Part) -> Contribution:
    """Return the day a launch is planned for, as something that never slips."""
    lead, on = part.mission.lead, found.study.as_of
    name, kind = f"{part.name}: the day planned", part.mission.kind or "lander"
    made = delivered(name, lead, kind, part.planned, on, found.study.book)
    return replace(made, slip=Spread.exactly(0.0))


def _carrier(found: Arrangement, part: Part, relay: CandidateFile) -> MissionFile | None:
    """Return the mission of the study that flies a relay, if another one does."""
    if relay.scenario is None:
        return None
    missions = (m for m in found.study.file.mission if m.name != part.name)
    return next((m for m in missions if m.scenario == relay.scenario), None)


def _launch(
    mission: MissionFile, name: str, as_of: date, book: Catalog, **more: Any
) -> Contribution:
    """Return another mission's launch as something delivered; one mission has one slip."""
    kind, lead = mission.kind or "lander", mission.lead
    more["slips_with"] = f"{mission.name}: {lead}"
    return delivered(name, lead, kind, mission.planned, as_of, book, **more)


def _relay(relay: CandidateFile, as_of: date, book: Catalog) -> Iterator[Contribution]:
    """Yield a relay of its own; one whose day nobody states is there."""
    if relay.ready is not None:
        name, kind = f"{relay.name} in its place", relay.kind or "orbiter"
        yield delivered(name, relay.provider, kind, relay.ready, as_of, book,
                        integration=RELAY_PLACED)  # fmt: skip
