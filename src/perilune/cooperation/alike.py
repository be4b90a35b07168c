"""Which missions of a study's two leads are alike."""

from __future__ import annotations

from collections import Counter
from typing import Any

from perilune.cooperation.arrangement import Arrangement, Part
from perilune.cooperation.matching import match
from perilune.cooperation.mission_profile import MissionProfile, profile
from perilune.errors import PeriluneError
from perilune.scenarios.load import load


def alike(found: Arrangement) -> dict[str, Any] | None:
    """Return the pairs of the two partners that lead most missions; None for a single lead.

    A mission whose file is refused takes no part.
    """
    leads = Counter(part.mission.lead for part in found.parts).most_common(2)
    if len(leads) < 2:
        return None
    ours, theirs = (who for who, _ in leads)
    lists: dict[str, list[MissionProfile]] = {ours: [], theirs: []}
    for part in found.parts:
        if part.mission.lead in lists:
            lists[part.mission.lead] += _profile(found, part)
    return {"ours": ours, "theirs": theirs, **match(lists[ours], lists[theirs]).to_json()}


def _profile(found: Arrangement, part: Part) -> list[MissionProfile]:
    try:
        mission = load(part.mission.scenario, overrides=part.overrides)
        return [profile(part.mission, mission, found.study.book)]
    except PeriluneError:
        return []
