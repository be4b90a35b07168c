"""Contact a mission asks for: without it what has landed does not close."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from perilune.cooperation.study_file import MissionFile

_NONE_H_D = 0.005


def contact_short(mission: MissionFile, coverage: Mapping[str, Any] | None) -> str | None:
    """Return why a mission has too little contact; None where it has enough.

    A mission asks for its `contact_h_d`, and for some where it states none. Where contact was not
    computed (no ground station is named, or nothing has landed) nothing is said.

    Parameters
    ----------
    mission : MissionFile
    coverage : mapping or None
        Its hours of contact (`perilune.cooperation.coverage`).

    Model limits: hours a day averaged over a lunar day and night, by geometry; not when they come.
    """
    if not coverage or "contact_h_d" not in coverage:
        return None
    found, asked = float(coverage["contact_h_d"]), mission.contact_h_d or 0.0
    if found >= asked and found > _NONE_H_D:
        return None
    asks = f" ({asked:g} h a day asked)" if asked else ""
    if found > _NONE_H_D:
        return f"{found:.1f} h of contact a day{asks}: needs more ground stations or a relay"
    if mission.lands_on_far_side:
        return f"no contact from the far side{asks}: needs a relay{_what_its_own_sees(coverage)}"
    return f"no contact with its ground stations{asks}: needs others, or a relay"


def _what_its_own_sees(coverage: Mapping[str, Any]) -> str:
    """Return what the relay it has comes to."""
    relay, sees = coverage.get("relay"), float(coverage.get("relay_sees_h_d") or 0.0)
    if not relay:
        return ""
    if sees <= 0.0:
        return f" other than {relay}, which never sees it"
    return (
        f" other than {relay}, which sees it {sees:.1f} h a day and never it and a ground station "
        "at once"
    )
