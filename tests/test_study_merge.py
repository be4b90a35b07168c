"""Three-way merges of variants: what goes together does, and what does not is reported."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from proposal_cases import study, variant

from perilune.cooperation.canonical import canonical
from perilune.cooperation.merge import merge
from perilune.cooperation.merge_units import ABSENT
from perilune.cooperation.study_file import VariantFile

NAMES = st.lists(st.sampled_from(["roscosmos", "cnsa", "esa", "nasa"]), max_size=3)
MISSIONS = st.lists(st.sampled_from(["luna-26", "luna-27", "change-7"]), unique=True, max_size=3)
PATHS = st.sampled_from(
    [
        "luna-27.roles.relay",
        "luna-27.roles.lander",
        "luna-27.planned",
        "luna-27.set.phase.wait",
        "luna-27.set.phase.wait.at_most_d",
        "luna-26.roles.launcher",
        "ros.station",
    ]
)
VALUES = st.sampled_from(["queqiao", "luna-26", ["a", "b"], 1, 1.0, True, None, date(2030, 1, 1)])
VARIANTS = st.builds(
    VariantFile,
    name=st.sampled_from(["x", "y"]),
    title=st.sampled_from(["", "one", "two"]),
    set=st.dictionaries(PATHS, VALUES, max_size=4),
    drop=NAMES,
    granted=NAMES,
    missions=st.none() | MISSIONS,
    setting=st.sampled_from([None, "bilateral", "multilateral"]),
    author=st.sampled_from([None, "A", "B"]),
    status=st.sampled_from([None, "draft", "offered"]),
)


def said(found: VariantFile) -> str:
    return canonical(found.model_dump())


@given(VARIANTS, VARIANTS)
def prop_what_only_one_changed_is_taken(base: VariantFile, edit: VariantFile) -> None:
    for found in (merge(base, edit, base), merge(base, base, edit)):
        assert found.ok
        assert said(found.variant) == said(edit)


@given(VARIANTS, VARIANTS)
def prop_two_equal_edits_are_one(base: VariantFile, edit: VariantFile) -> None:
    found = merge(base, edit, edit)
    assert found.ok
    assert said(found.variant) == said(edit)


@given(VARIANTS, VARIANTS, VARIANTS)
def prop_the_order_of_the_partners_makes_no_difference(
    base: VariantFile, one: VariantFile, other: VariantFile
) -> None:
    there, back = merge(base, one, other), merge(base, other, one)
    assert said(there.variant) == said(back.variant)
    turned = [(c.path, c.base, c.theirs, c.ours) for c in back.conflicts]
    assert [(c.path, c.base, c.ours, c.theirs) for c in there.conflicts] == turned


@given(VARIANTS, VARIANTS, VARIANTS)
def prop_merging_again_changes_nothing(
    base: VariantFile, one: VariantFile, other: VariantFile
) -> None:
    found = merge(base, one, other)
    assume(found.ok)
    again = merge(one, found.variant, one)
    assert again.ok
    assert said(again.variant) == said(found.variant)


@given(VARIANTS, VARIANTS, VARIANTS)
def prop_a_conflict_leaves_what_was_there(
    base: VariantFile, one: VariantFile, other: VariantFile
) -> None:
    found = merge(base, one, other)
    for conflict in found.conflicts:
        kind, _, rest = conflict.path.partition(".")
        if kind == "set":
            assert found.variant.set.get(rest, ABSENT) == conflict.base
        elif not rest:
            assert getattr(found.variant, kind) == conflict.base


def test_edits_of_different_roles_go_together() -> None:
    base = variant(set={"luna-27.roles.lander": "luna-27-lander"}, drop=["esa"])
    ours = variant(set={"luna-27.roles.lander": "luna-27-lander", "luna-27.planned": 1})
    theirs = variant(set={"luna-27.roles.relay": "queqiao"}, drop=["esa", "nasa"], title="Relay")
    found = merge(base, ours, theirs)
    assert found.ok
    assert found.variant == variant(
        set={"luna-27.planned": 1, "luna-27.roles.relay": "queqiao"}, drop=["nasa"], title="Relay"
    )


def test_a_conflict_says_path_base_ours_theirs() -> None:
    path = "luna-27.roles.relay"
    ours, theirs = variant(set={path: "queqiao"}), variant(set={path: "luna-26-orbiter"})
    found = merge(variant(), ours, theirs)
    (conflict,) = found.conflicts
    assert (conflict.path, conflict.base) == (f"set.{path}", ABSENT)
    assert (conflict.ours, conflict.theirs) == ("queqiao", "luna-26-orbiter")
    assert path not in found.variant.set
    assert conflict.text() == (
        "set.luna-27.roles.relay: was not set, ours 'queqiao', theirs 'luna-26-orbiter'"
    )
    assert "base" not in json.loads(json.dumps(conflict.to_json()))


CASES: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any], str]] = [
    (  # a table and a value within it
        {},
        {"set": {"luna-27.set.phase.wait": 1}},
        {"set": {"luna-27.set.phase.wait.at_most_d": 20}},
        "set.luna-27.set.phase.wait",
    ),
    (  # a mission left out that the other works on
        {},
        {"missions": ["change-4"]},
        {"set": {"luna-27.planned": date(2030, 1, 1)}},
        "set.luna-27.planned",
    ),
    (  # one of several taken out by name
        {"missions": ["change-4", "luna-27"]},
        {"missions": ["change-4"]},
        {"missions": ["change-4", "luna-27"], "set": {"luna-27.roles.relay": "queqiao"}},
        "set.luna-27.roles.relay",
    ),
    (  # a partner dropped that the other gives a role
        {},
        {"drop": ["cnsa"]},
        {"set": {"luna-27.roles.relay": ["luna-26-orbiter", "queqiao"]}},
        "drop.cnsa",
    ),
    ({"title": "a"}, {"title": "b"}, {"title": "c"}, "title"),
    ({}, {"missions": ["change-4"]}, {"missions": ["luna-27"]}, "missions"),
    ({"set": {"a.planned": 1}}, {}, {"set": {"a.planned": 2}}, "set.a.planned"),
]


@pytest.mark.parametrize(("base", "ours", "theirs", "path"), CASES)
def test_what_does_not_go_together_is_reported(
    base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any], path: str
) -> None:
    found = merge(variant(**base), variant(**ours), variant(**theirs), study=study())
    assert [each.path for each in found.conflicts] == [path]
    assert found.variant == variant(**base)


def test_a_mission_that_one_leaves_out_does_not_bother_a_station() -> None:
    found = merge(variant(), variant(missions=["luna-27"]), variant(set={"ros.station": "css"}))
    assert found.ok


def test_who_and_status_are_left_open_where_both_signed() -> None:
    ours = variant(author="A", partner="roscosmos", status="offered", title="t")
    theirs = variant(author="B", partner="cnsa", status="countered", summary="s")
    found = merge(variant(partner="roscosmos", status="draft"), ours, theirs)
    assert found.ok
    signs = (found.variant.author, found.variant.partner, found.variant.status)
    assert signs == (None, "cnsa", None)
    assert (found.variant.title, found.variant.summary) == ("t", "s")
