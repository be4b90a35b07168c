"""What a study's answer says of private contributions: their effect, never what they are."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from perilune.cooperation.arrangement import Part, Seat, arrange
from perilune.cooperation.calendar import windows_of
from perilune.cooperation.candidate_file import CandidateFile
from perilune.cooperation.shown import REFUSED, contact, refusal
from perilune.cooperation.study_load import load_study

QUOTING = "luna-26 with --set: parking_altitude_km: found 99173.4, expected a number to 2000"


def network(*private: str) -> CandidateFile:
    return CandidateFile(
        name="net", role="ground_network", provider="cnsa", confidence="assumed",
        ground_stations=["kashi"], private=list(private),
    )  # fmt: skip


def part_with(*private: str) -> Part:
    """Return a mission with one contribution, of which these fields are private."""
    study = load_study("russia-china-2017")
    part = arrange(study, study.variant(study.file.baseline)).part("luna-26")
    seat = part.seats[0]
    closed = seat.candidate.model_copy(update={"private": list(private)})
    return replace(part, seats=(Seat(seat.role, closed),))


COVERAGE: dict[str, Any] = {
    "name": "luna-25", "contact_h_d": 14.47, "longest_gap_h": 14.52, "stations": ["kashi"],
    "by_station": [{"station": "kashi", "agency": "cnsa"}],
    "dependencies": [
        {"without": "cnsa", "kind": "agency", "text": "without cnsa no contact at all"},
        {"without": "kashi", "kind": "station", "text": "without kashi 10.8 h"},
    ],
    "assumed": [{"what": "place of kashi"}], "text": "luna-25: 14.5 h. Without kashi 10.8 h.",
}  # fmt: skip


def test_private_ground_stations_give_their_hours_and_no_names() -> None:
    assert contact([network()], COVERAGE) == COVERAGE
    told = contact([network("ground_stations")], COVERAGE)
    assert told is not None
    assert "kashi" not in json.dumps(told)
    assert told["contact_h_d"] == COVERAGE["contact_h_d"]
    assert [each["without"] for each in told["dependencies"]] == ["cnsa"]
    assert told["text"] == "luna-25: 14.5 h of contact a day; longest gap 14.5 h."
    assert told.keys() == COVERAGE.keys()


def test_a_relay_whose_scenario_is_private_has_no_orbit_told() -> None:
    with_relay = COVERAGE | {"relay_orbit": "halo of 13,000 km", "text": "by a halo of 13,000 km"}
    assert contact([network()], with_relay) == with_relay
    told = contact([network("scenario")], with_relay)
    assert told is not None
    assert "13,000" not in json.dumps(told)
    assert told["stations"] == ["kashi"]


def test_a_refusal_quotes_nothing_where_anything_is_private() -> None:
    assert refusal([network()], QUOTING) == QUOTING
    assert refusal([network(), network("source")], QUOTING) == REFUSED
    assert contact([network("source")], {"refused": QUOTING}) == {"refused": REFUSED}
    assert contact([network("source")], None) is None


def test_notes_on_windows_quote_no_private_value() -> None:
    scan = {"refused": QUOTING}
    assert windows_of(part_with(), scan)[1] == QUOTING
    assert windows_of(part_with("set"), scan)[1] == REFUSED
