"""Matching of two mission lists, and what was said of them in June 2017."""

from __future__ import annotations

import json
from datetime import date
from itertools import permutations
from math import asin, cos, degrees, radians, sin, sqrt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perilune.cooperation.matching import LEAST, MissionProfile, match, measured, profile
from perilune.cooperation.similarity import WEIGHTS, purposes, similarity
from perilune.cooperation.study_file import MissionFile
from perilune.errors import InputError, UnknownName
from perilune.scenarios.load import load

# The programs as they stood in June 2017. Dates: Chang'e-5 in November 2017 (press), Chang'e-4 at
# the end of 2018, Chang'e-6 about 2020 (from memory); Luna-26 2020, Luna-27 2021 (Lavochkin, June
# 2017), Luna-28 2024 (IKI, 2016). Masses: 3,780 and 8,200 kg (NSSDCA), 2,100 (Luna-26), 2,200
# (TASS), some 4,400 kg for Luna-28 (a study). Chang'e-6 had no site yet.
CHANGE = [
    MissionProfile(
        "change-4",
        "cnsa",
        "first landing on the far side, with a rover",
        latitude_deg=-45.5,
        longitude_deg=177.6,
        date=date(2018, 12, 1),
        mass_kg=3780.0,
        capabilities=("landing", "far_side", "rover", "soil_analysis"),
    ),
    MissionProfile(
        "change-5",
        "cnsa",
        "samples of the Moon",
        latitude_deg=43.1,
        longitude_deg=-51.9,
        date=date(2017, 11, 30),
        mass_kg=8200.0,
        capabilities=("landing", "sample_return", "lunar_orbit_rendezvous"),
    ),
    MissionProfile(
        "change-6",
        "cnsa",
        "samples of the Moon, by the second craft of Chang'e-5's kind",
        date=date(2020, 7, 1),
        mass_kg=8200.0,
        capabilities=("landing", "sample_return", "lunar_orbit_rendezvous"),
    ),
]
LUNA = [
    MissionProfile(
        "luna-26",
        "roscosmos",
        "survey and relay from polar orbit",
        orbit="low",
        inclination_deg=90.0,
        altitude_km=100.0,
        date=date(2020, 7, 1),
        mass_kg=2100.0,
        capabilities=("orbit", "polar", "survey", "relay"),
    ),
    MissionProfile(
        "luna-27",
        "roscosmos",
        "landing near the south pole, ice and volatiles",
        latitude_deg=-81.0,
        longitude_deg=20.0,
        date=date(2021, 7, 1),
        mass_kg=2200.0,
        capabilities=("landing", "polar", "drill", "soil_analysis"),
    ),
    MissionProfile(
        "luna-28",
        "roscosmos",
        "samples from near the south pole",
        latitude_deg=-84.0,
        longitude_deg=30.0,
        date=date(2024, 7, 1),
        mass_kg=4400.0,
        capabilities=("landing", "polar", "sample_return", "lunar_orbit_rendezvous"),
    ),
]
QUEQIAO = MissionProfile(
    "queqiao",
    "cnsa",
    "relay for the far side",
    orbit="halo",
    date=date(2018, 6, 1),
    mass_kg=449.0,
    capabilities=("orbit", "relay", "far_side"),
)


def names(found: Any) -> list[tuple[str, str]]:
    return [(each.ours.name, each.theirs.name) for each in found.pairs]


def val_two_of_the_three_pairs_of_2017_come_out() -> None:
    """ "Their missions are similar": Chang'e-4/5/6 with Luna-26/27/28 (CNSA, June 2017)."""
    found = match(CHANGE, LUNA)
    assert names(found) == [("change-6", "luna-28"), ("change-4", "luna-27")]
    assert (found.alone_ours, found.alone_theirs) == (("change-5",), ("luna-26",))
    in_order = [(a.name, b.name) for a, b in zip(CHANGE, LUNA, strict=True)]
    scores = {each.ours.name: each.score for each in measured(found, in_order)}
    assert scores["change-6"] > 0.5  # samples both: the claim holds
    assert scores["change-4"] < LEAST  # a lander and an orbiter: number by number it does not
    assert scores["change-5"] < scores["change-6"]
    assert sum(scores.values()) < found.total


def regress_the_table_of_the_documentation() -> None:
    scores = [[round(each.score, 2) for each in row] for row in match(CHANGE, LUNA).table]
    assert scores == [[0.17, 0.48, 0.40], [0.10, 0.25, 0.53], [0.24, 0.39, 0.69]]


def val_luna_26_finds_its_like_in_the_relay_and_not_in_a_lander() -> None:
    found = match([QUEQIAO, *CHANGE], LUNA)
    assert set(names(found)) == {
        ("queqiao", "luna-26"),
        ("change-4", "luna-27"),
        ("change-6", "luna-28"),
    }
    scores = {each.theirs.name: each.score for each in found.table[0]}
    assert max(scores, key=lambda name: scores[name]) == "luna-26"


def val_either_sample_return_goes_with_luna_28_before_all_others() -> None:
    for ours in CHANGE[1:]:
        assert names(match([ours], LUNA)) == [(ours.name, "luna-28")]


def test_every_score_has_a_reason_in_words() -> None:
    pair = similarity(CHANGE[0], LUNA[1])
    said = {each.name: each.reason for each in pair.features}
    assert said["objective"] == "both for landing"
    assert said["capabilities"] == (
        "both landing, soil_analysis; only change-4: far_side, rover; only luna-27: drill, polar"
    )
    assert said["place"] == "53 deg apart, near and far side"
    assert said["date"] == "2.6 years apart (2018-12-01, 2021-07-01)"
    assert said["mass"] == "3,780 and 2,200 kg: the same class"
    assert similarity(CHANGE[0], LUNA[0]).features[2].reason == (
        "one lands, the other stays in orbit"
    )
    assert similarity(QUEQIAO, LUNA[0]).features[2].reason == "halo and low orbit"
    assert "0.25" in pair.text()


def test_the_figures_of_each_feature() -> None:
    scores = {each.name: each.score for each in similarity(CHANGE[0], LUNA[1]).features}
    assert scores["capabilities"] == pytest.approx(2 / 6)
    assert scores["mass"] == pytest.approx(2200 / 3780)
    assert scores["date"] == pytest.approx(0.5 ** (943 / 365.25 / 2.0))
    # purposes landing and roving against landing and ice: a third; all on the ground: one
    assert scores["objective"] == pytest.approx(0.5 / 3 + 0.5)
    lat, other, apart = radians(-45.5), radians(-81.0), radians(177.6 - 20.0)
    haversine = sin((lat - other) / 2) ** 2 + cos(lat) * cos(other) * sin(apart / 2) ** 2
    assert scores["place"] == pytest.approx(1.0 - degrees(2 * asin(sqrt(haversine))) / 90.0)


def test_what_is_not_said_is_left_out_and_not_held_against() -> None:
    bare = MissionProfile("x", "cnsa", mass_kg=2200.0)
    pair = similarity(bare, LUNA[1])
    assert pair.known == pytest.approx(WEIGHTS["mass"])
    assert pair.score == 1.0
    assert all(each.score is None for each in pair.features if each.name != "mass")
    empty = similarity(MissionProfile("x", "cnsa"), LUNA[1])
    assert (empty.known, empty.score) == (0.0, 0.0)
    assert not match([MissionProfile("x", "cnsa")], LUNA).pairs


@pytest.mark.parametrize(
    ("objective", "found"),
    [
        ("Samples from near the pole", {"samples"}),
        ("a service to others", set()),  # no ice in it
        ("mapping of water ice", {"mapping", "ice"}),
        ("a relay and an orbiter", {"relay", "mapping"}),
        ("the landscape", set()),
    ],
)
def test_purposes_are_read_from_words(objective: str, found: set[str]) -> None:
    assert set(purposes(objective)) == found


def test_orbits_are_compared_by_inclination_and_height() -> None:
    other = MissionProfile(
        "y", "cnsa", orbit="low", inclination_deg=45.0, altitude_km=200.0, mass_kg=1.0
    )
    place = similarity(LUNA[0], other).features[2]
    assert place.score == pytest.approx(0.5 * (1 - 45 / 90) + 0.5 * 100 / 200)


@pytest.mark.parametrize(
    ("scenario", "has", "lacks"),
    [
        ("change-5", {"landing", "sample_return", "lunar_orbit_rendezvous"}, "orbit"),
        ("luna-29", {"landing", "sample_return"}, "lunar_orbit_rendezvous"),
        ("luna-27", {"landing", "deep_drill"}, "sample_return"),
        ("luna-26", {"orbit"}, "landing"),
        ("queqiao", {"orbit"}, "landing"),
    ],
)
def test_a_profile_is_read_from_file_and_scenario(scenario: str, has: set[str], lacks: str) -> None:
    capabilities = ["Deep-Drill"] if scenario == "luna-27" else []
    file = MissionFile(
        name=scenario,
        scenario=scenario,
        lead="x",
        planned=date(2021, 7, 1),
        capabilities=capabilities,
    )
    mission = load(scenario)
    found = profile(file, mission)
    assert set(found.capabilities) == has
    assert lacks not in found.capabilities
    assert (found.mass_kg, found.date) == (mission.stack.mass_kg, date(2021, 7, 1))
    assert found.objective == mission.title
    assert found.lands == ("landing" in has)
    assert found.orbit == {"queqiao": "halo", "luna-26": "low"}.get(scenario, "")


def test_a_site_of_the_file_goes_before_the_scenarios() -> None:
    keys: dict[str, Any] = {"name": "x", "scenario": "luna-27", "lead": "x"}
    file = MissionFile(**keys, planned=date(2021, 7, 1), site="change-7")
    assert profile(file, load("luna-27")).latitude_deg == -88.8
    file = MissionFile(**keys, planned=date(2021, 7, 1), site="chang-7")
    with pytest.raises(UnknownName, match="Did you mean 'change-7'"):
        profile(file, load("luna-27"))


@pytest.mark.parametrize(
    ("keys", "match"),
    [
        ({"latitude_deg": 91.0, "longitude_deg": 0.0}, "expected -90 to 90"),
        ({"latitude_deg": 9.0}, "one coordinate"),
        ({"mass_kg": 0.0}, "mass_kg: found 0"),
        ({"mass_kg": float("nan")}, "mass_kg: found nan"),
    ],
)
def test_impossible_profiles_are_refused(keys: dict[str, float], match: str) -> None:
    with pytest.raises(InputError, match=match):
        MissionProfile("x", "cnsa", **keys)  # type: ignore[arg-type]


def test_bad_weights_lists_and_claims_are_refused() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'mass'"):
        similarity(CHANGE[0], LUNA[0], weights={"mas": 1.0})
    with pytest.raises(InputError, match="0 or more"):
        similarity(CHANGE[0], LUNA[0], weights={"mass": -1.0})
    with pytest.raises(InputError, match="no weight above 0"):
        similarity(CHANGE[0], LUNA[0], weights={})
    with pytest.raises(InputError, match="stands twice"):
        match([CHANGE[0], CHANGE[0]], LUNA)
    with pytest.raises(InputError, match="least"):
        match(CHANGE, LUNA, least=2.0)
    with pytest.raises(UnknownName, match="unknown mission of the list 'luna-30'"):
        measured(match(CHANGE, LUNA), [("change-4", "luna-30")])
    assert match([], LUNA).alone_theirs == ("luna-26", "luna-27", "luna-28")


def test_weights_say_what_counts() -> None:
    light, heavy = CHANGE[0], CHANGE[1]
    assert similarity(light, heavy, weights={"mass": 2.0}).score == pytest.approx(3780 / 8200)
    assert len(similarity(light, heavy, weights={"mass": 1.0, "date": 0.0}).features) == 1
    assert sum(WEIGHTS.values()) == pytest.approx(1.0)
    found = json.loads(json.dumps(match(CHANGE, LUNA).to_json()))
    assert found["pairs"][0]["features"][0]["because"]


PROFILES = st.builds(
    MissionProfile,
    name=st.just("x"),
    partner=st.just("p"),
    objective=st.sampled_from(["", "samples", "relay", "ice and soil", "a map", "rover landing"]),
    orbit=st.sampled_from(["", "low", "halo"]),
    inclination_deg=st.none() | st.floats(0.0, 180.0),
    altitude_km=st.none() | st.floats(0.0, 1e5),
    date=st.none() | st.dates(date(2000, 1, 1), date(2060, 1, 1)),
    mass_kg=st.none() | st.floats(1.0, 1e5),
    capabilities=st.lists(st.sampled_from("abcd"), max_size=4).map(tuple),
)
LANDING = st.builds(
    lambda lat, lon, mass: MissionProfile(
        "x", "p", latitude_deg=lat, longitude_deg=lon, mass_kg=mass
    ),
    st.floats(-90.0, 90.0),
    st.floats(-360.0, 360.0),
    st.none() | st.floats(1.0, 1e5),
)


@given(PROFILES | LANDING, PROFILES | LANDING)
def prop_similarity_is_the_same_both_ways_and_whole_with_itself(
    one: MissionProfile, other: MissionProfile
) -> None:
    there, back = similarity(one, other), similarity(other, one)
    assert there.score == pytest.approx(back.score, abs=1e-12)
    assert 0.0 <= there.score <= 1.0 + 1e-12
    assert all(f.score is None or 0.0 <= f.score <= 1.0 for f in there.features)
    own = similarity(one, one)
    assert own.score == pytest.approx(1.0 if own.known else 0.0)


@given(st.lists(PROFILES | LANDING, max_size=4), st.lists(PROFILES | LANDING, max_size=4))
def prop_no_other_pairs_are_more_similar_in_all(
    ours: list[MissionProfile], theirs: list[MissionProfile]
) -> None:
    named = [
        [MissionProfile(**(vars(each) | {"name": f"m{i}"})) for i, each in enumerate(side)]
        for side in (ours, theirs)
    ]
    found = match(*named)
    assert len(found.pairs) + len(found.alone_ours) == len(ours)
    short, long = sorted((found.table and (len(ours), len(theirs))) or (0, 0))
    flip = len(ours) > len(theirs)
    best = 0.0
    for order in permutations(range(long), short):
        pairs = [(j, i) if flip else (i, j) for i, j in enumerate(order)]
        scores = [found.table[i][j].score for i, j in pairs]
        best = max(best, sum(score for score in scores if score >= LEAST))
    assert found.total == pytest.approx(best, abs=1e-9)
