"""Contact a mission asks for: what does not close for want of it, and what would replace it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from perilune.cooperation.arrangement import arrange
from perilune.cooperation.contact_asked import contact_short
from perilune.cooperation.criticality import replacements
from perilune.cooperation.flown import Flown
from perilune.cooperation.outcome import outcome
from perilune.cooperation.rules import judge_all
from perilune.cooperation.study_file import MissionFile
from perilune.cooperation.study_load import load_study


def mission(**more: Any) -> MissionFile:
    said = {"name": "m", "scenario": "change-6", "lead": "cnsa", "planned": date(2020, 7, 1)}
    return MissionFile(**{**said, **more})


def contact(hours: float, **more: Any) -> dict[str, Any]:
    return {"contact_h_d": hours, "relay": None, "relay_sees_h_d": 0.0, "dependencies": []} | more


@pytest.mark.parametrize(
    ("asks", "found", "said"),
    [
        ({}, contact(0.1), None),
        ({}, contact(0.0), "no contact with its ground stations: needs others, or a relay"),
        ({"contact_h_d": 4.0}, contact(4.0), None),
        ({"contact_h_d": 4.0}, contact(3.9), "3.9 h of contact a day (4 h a day asked)"),
        ({"lands_on_far_side": True}, contact(0.0), "no contact from the far side: needs a relay"),
        (
            {"lands_on_far_side": True},
            contact(0.0, relay="luna-26", relay_sees_h_d=0.94),
            "other than luna-26, which sees it 0.9 h a day and never it and a ground station at",
        ),
        (
            {"lands_on_far_side": True},
            contact(0.0, relay="luna-26"),
            "other than luna-26, which never sees it",
        ),
        ({"lands_on_far_side": True}, None, None),
        ({"lands_on_far_side": True}, {"refused": "it has not landed"}, None),
    ],
)
def test_what_has_too_little_contact_says_so(
    asks: dict[str, Any], found: dict[str, Any] | None, said: str | None
) -> None:
    why = contact_short(mission(**asks), found)
    assert why is None if said is None else said in str(why)


def flown(cover: dict[str, Any] | None) -> Flown:
    """A flight that closes, with this contact."""
    return Flown("completed", True, 100.0, "lander", 900.0, (), {"events": [], "coverage": cover})


def test_a_far_side_lander_without_contact_does_not_close_and_names_it() -> None:
    study = load_study("russia-china-2017")
    laid = arrange(study, study.variant("luna-26-only-relay"))
    silent = contact(0.0, relay="luna-26", relay_sees_h_d=0.9)
    flights = {part.name: flown(contact(12.0)) for part in laid.parts}
    law = judge_all([])
    heard = outcome(laid, flights, {}, law, [], [], None)
    flights["change-6"] = flown(silent)
    found = outcome(laid, flights, {}, law, [], [], None)
    assert (heard.document["physics"], found.document["physics"]) == ("closes", "does_not_close")
    row = next(row for row in found.document["missions"] if row["name"] == "change-6")
    assert row["why_not"] == [contact_short(laid.part("change-6").mission, silent)]
    assert "needs a relay" in row["why_not"][0]
    assert any("change-6: no contact from the far side" in why for why in found.document["reasons"])


def test_a_relay_that_gives_no_contact_replaces_none() -> None:
    study = load_study("russia-china-2017")
    base = arrange(study, study.variant(study.file.baseline))
    made = [r for r in replacements(base) if (r.mission, r.role) == ("change-6", "relay")]
    assert {each.new.name for each in made} == {"luna-26-relay"}
    assert made[0].task.relay == "luna-26"
    assert "kashi" in made[0].task.stations
    for hours, mends in ((12.0, True), (0.0, False)):
        assert made[0].closes(flown(contact(hours, relay="luna-26"))) is mends
