"""Differences of two variants: roles, settings, results."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from proposal_cases import VARIANTS, study, variant

from perilune.cooperation.diff import Filled, diff
from perilune.cooperation.diff_results import ResultDiff, variant_result
from perilune.cooperation.study_file import VariantFile
from perilune.errors import UnknownName

STUDY = study()


def result(**more: Any) -> dict[str, Any]:
    """Return a variant's entry in the JSON of `study`."""
    launch = {"p10": "2029-08-20", "p50": "2030-02-11", "p90": "2031-09-01"}
    return {
        "name": "alone",
        "physics": "closes",
        "law": "permitted",
        "verdict": "closes",
        "reasons": ["flies"],
        "missions": [{"name": "luna-27", "margin_kg": -80.5, "launch_date": launch}],
        "delay_d": {"p50": 175, "p90": 742},
        "rules": [{"rule": "ru-cn-2016", "effect": "permits", "source": "S38"}],
        "shares": [{"partner": "roscosmos", "mass_kg": 2200.0, "launches_n": 1, "roles_n": 3}],
        "critical_partners": ["roscosmos"],
        "reflown_n": 1,
    } | more


def test_a_role_says_who_and_from_whom() -> None:
    found = diff("alone", "chinese-relay", STUDY)
    (change,) = found.roles
    assert (change.mission, change.role) == ("luna-27", "relay")
    assert change.before == Filled(("luna-26-orbiter",), ("roscosmos",))
    assert change.after == Filled(("queqiao",), ("cnsa",))
    settings = {each.path: (each.before, each.after) for each in found.settings}
    assert settings == {
        "luna-27.planned": (date(2029, 8, 20), date(2030, 2, 1)),
        "title": ("", "Luna-27 lands with a Chinese relay"),
        "setting": (None, "bilateral"),
    }
    assert "luna-27, relay: luna-26-orbiter (roscosmos) -> queqiao (cnsa)" in found.text()
    assert json.loads(json.dumps(found.to_json()))["settings"][0]["to"] == "2030-02-01"


def test_a_dropped_partner_leaves_its_roles_to_nobody() -> None:
    found = diff("alone", "without-china", STUDY)
    gone = {(each.mission, each.role): each.after.text() for each in found.roles}
    assert gone == {("luna-27", "rover"): "nobody", ("change-4", "relay"): "nobody"}
    assert [each.path for each in found.settings] == ["luna-27.set.phase.wait.at_most_d", "drop"]
    assert "as it stands -> 25" in found.text()


def test_a_role_written_as_it_already_is_is_no_difference() -> None:
    same = variant(name="same", set={"luna-27.roles.relay": ["luna-26-orbiter"]})
    found = diff(STUDY.variant[0], same, STUDY)
    assert found.is_empty
    assert found.text() == "alone -> same\nno difference"


def test_a_mission_left_out_is_a_setting_and_not_a_list_of_roles() -> None:
    found = diff(variant(), variant(missions=["luna-27"]), STUDY)
    assert not found.roles
    assert [(c.path, c.before, c.after) for c in found.settings] == [
        ("change-4: flown", True, False)
    ]


@pytest.mark.parametrize(
    ("keys", "match"),
    [
        ({"set": {"luna-72.planned": 1}}, "Did you mean 'luna-27'"),
        ({"set": {"luna-27.roles.relay": "queqia"}}, "Did you mean 'queqiao'"),
        ({"set": {"luna-27.roles.relay": ["queqiao", 3]}}, "unknown candidate '3'"),
    ],
)
def test_unknown_names_are_named(keys: dict[str, Any], match: str) -> None:
    with pytest.raises(UnknownName, match=match):
        diff("alone", variant(**keys), STUDY)
    with pytest.raises(UnknownName, match="Did you mean 'alone'"):
        diff("alnoe", "alone", STUDY)


def test_results_say_verdicts_margins_and_dates() -> None:
    launch = {"p10": "2029-08-20", "p50": "2030-03-13", "p90": "2031-09-01"}
    after = result(
        verdict="needs_approval",
        law="needs_approval",
        missions=[{"name": "luna-27", "margin_kg": 12.0, "launch_date": launch}],
        rules=[{"rule": "wolf-2017", "effect": "prohibits"}],
        critical_partners=["roscosmos", "cnsa"],
    )
    found = diff("alone", "chinese-relay", STUDY, before=result(), after=after).results
    assert found is not None
    changes = {each.path: each for each in found.changes}
    assert list(changes) == [
        "law",
        "verdict",
        "luna-27.margin_kg",
        "luna-27.launch_date.p50",
        "rules.ru-cn-2016",
        "critical_partners",
        "rules.wolf-2017",
    ]
    assert changes["luna-27.margin_kg"].difference == 92.5
    assert changes["luna-27.launch_date.p50"].difference == 30
    assert changes["luna-27.launch_date.p50"].text().endswith("2030-03-13 (+30 d)")
    assert (changes["rules.wolf-2017"].before, changes["rules.wolf-2017"].after) == (
        None,
        "prohibits",
    )
    assert changes["critical_partners"].after == "cnsa, roscosmos"


def test_results_that_miss_a_figure_are_compared_without() -> None:
    bare = {"name": "x", "verdict": "closes", "missions": [{"name": "luna-27", "margin_kg": None}]}
    found = ResultDiff.of(bare, result(delay_d=None))
    assert {each.path for each in found.changes} >= {"luna-27.margin_kg", "physics"}
    assert all(each.difference is None for each in found.changes)


def test_an_evaluated_variant_is_found_by_name() -> None:
    whole = {"variants": [result(), result(name="chinese-relay")]}
    assert variant_result(whole, "chinese-relay")["name"] == "chinese-relay"
    with pytest.raises(UnknownName, match="Did you mean 'alone'"):
        variant_result(whole, "alon")


TWO = st.sampled_from([VariantFile.model_validate(each) for each in VARIANTS])


@given(TWO, TWO)
def prop_a_difference_turns_round(one: VariantFile, other: VariantFile) -> None:
    there, back = diff(one, other, STUDY), diff(other, one, STUDY)
    assert diff(one, one, STUDY).is_empty
    turned = {(c.mission, c.role, c.after.text(), c.before.text()) for c in back.roles}
    assert {(c.mission, c.role, c.before.text(), c.after.text()) for c in there.roles} == turned
    assert {c.path for c in there.settings} == {c.path for c in back.settings}


def test_figures_in_words_have_six_digits_and_no_empty_names() -> None:
    before = {
        "missions": [{"name": "luna-27", "margin_kg": 281.0334739227028, "note": ""}],
        "rules": [{"rule": None, "effect": "unknown"}],
    }
    found = ResultDiff.of(before, {"missions": [], "rules": []})
    assert [each.text() for each in found.changes] == [
        "luna-27.margin_kg: 281.033 -> none",
        "rules.no rule known: unknown -> none",
    ]
