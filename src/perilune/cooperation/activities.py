"""What partners do together under a variant, as the rules of law look at it."""

from __future__ import annotations

from perilune.cooperation.activity import Activity, Item
from perilune.cooperation.arrangement import Arrangement, Part, Seat
from perilune.cooperation.shown import shown

_OF_ROLE = {
    "launcher": "launch_services",
    "upper_stage": "launch_services",
    "relay": "data_exchange",
    "ground_network": "ground_support",
    "landing_zone": "ground_support",
    "funding": "funding",
}
_OTHERWISE = "hardware_contribution"


def activities(found: Arrangement) -> list[Activity]:
    """Return the activities of a variant: that partners cooperate, and what changes hands.

    Without a setting the lead of a mission works with each partner bilaterally; what a partner
    brings goes from it to the lead.
    """
    rows: list[Activity] = []
    for part in found.parts:
        rows += _together(found, part.name, part.partners, part.mission.program)
        rows += [
            _handed_over(found, part, seat)
            for seat in part.seats
            if seat.candidate.provider != part.mission.lead
        ]
    for station in found.stations:
        partners = tuple(dict.fromkeys([station.lead, *station.partners]))
        rows += _together(found, station.name, partners, station.program)
    return rows


def _together(
    found: Arrangement, name: str, partners: tuple[str, ...], program: str | None
) -> list[Activity]:
    variant, on = found.variant, found.study.as_of
    if len(partners) < 2:
        return []
    if variant.setting == "multilateral" or variant.framework:
        return [
            Activity(
                f"{name}: cooperation",
                "multilateral_cooperation",
                partners,
                on,
                setting="multilateral",
                framework=variant.framework,
                program=program or name,
            )
        ]
    lead, *others = partners
    return [
        Activity(
            f"{name}: {lead} with {who}",
            "bilateral_cooperation",
            (lead, who),
            on,
            setting="bilateral",
            program=program or name,
        )
        for who in others
    ]


def _handed_over(found: Arrangement, part: Part, seat: Seat) -> Activity:
    candidate, variant = shown(seat.candidate), found.variant
    items = None
    if candidate.items is not None:
        items = tuple(
            Item(each.name, each.origin, None if each.classes is None else tuple(each.classes))
            for each in candidate.items
        )
    is_shared = variant.setting == "multilateral" or variant.framework is not None
    return Activity(
        f"{part.name}: {candidate.title or candidate.name} ({seat.role})",
        _OF_ROLE.get(seat.role, _OTHERWISE),
        (candidate.provider, part.mission.lead),
        found.study.as_of,
        items=items,
        setting="multilateral" if is_shared else "bilateral",
        framework=variant.framework,
        program=part.mission.program or part.name,
    )
