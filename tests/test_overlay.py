"""Overlays: what `--set` and variants change in a document before it is read."""

from __future__ import annotations

import copy
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perilune.errors import InputError
from perilune.scenarios.overlay import apply, parse

DOCUMENT: dict[str, Any] = {
    "name": "a",
    "phase": [
        {"kind": "launch", "site": "x"},
        {"kind": "transfer", "flight_time_h": 112, "passes_over": {"site": "y"}},
    ],
    "spacecraft": [
        {"name": "orbiter", "engines": [{"name": "main", "thrust_n": 3000}]},
        {"name": "lander"},
    ],
    "as_flown": [{"event": "lift_off"}],
    "numbers": [1, 2, 3],
}


def changed(path: str, value: Any) -> dict[str, Any]:
    return apply(DOCUMENT, path, value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("112", 112),
        ("-1.5e3", -1500.0),
        ("true", True),
        ('"112"', "112"),
        ("'a = b'", "a = b"),
        ("north", "north"),
        ("Chang'e 5 = 嫦娥五号", "Chang'e 5 = 嫦娥五号"),
        ("", ""),
        ("[4, 0]", [4, 0]),
        ("{ site = 'z' }", {"site": "z"}),
        ("2020-11-23T20:30:12Z", datetime(2020, 11, 23, 20, 30, 12, tzinfo=UTC)),
        ("null", None),
        ("  7  ", 7),
    ],
)
def test_a_value_is_toml_or_else_text(text: str, value: Any) -> None:
    assert parse(f"path.to.key={text}") == ("path.to.key", value)


@pytest.mark.parametrize("assignment", ["", "a", "=1", " = 1", "a.b"])
def test_an_assignment_needs_a_path_and_an_equals_sign(assignment: str) -> None:
    with pytest.raises(InputError, match=r"--set: found .* expected path\.to\.key=value"):
        parse(assignment)


@pytest.mark.parametrize("text", ['"x', "'x", "[1, 2", "{ a = 1", "1\nb = 2"])
def test_half_a_value_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="not TOML") as caught:
        parse(f"title={text}")
    assert caught.value.key == "title"


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(InputError, match="UTF-8"):
        parse("title=\udcff")


def test_an_element_is_named_by_kind_name_event_or_number() -> None:
    assert changed("phase.transfer.flight_time_h", 90)["phase"][1]["flight_time_h"] == 90
    assert changed("phase.1.flight_time_h", 90)["phase"][1]["flight_time_h"] == 90
    thrust = changed("spacecraft.orbiter.engines.main.thrust_n", 1)
    assert thrust["spacecraft"][0]["engines"][0]["thrust_n"] == 1
    assert changed("as_flown.lift_off.utc", 1)["as_flown"][0]["utc"] == 1
    assert changed("numbers.2", 9)["numbers"] == [1, 2, 9]
    assert changed("spacecraft.lander", {"name": "z"})["spacecraft"][1] == {"name": "z"}


def test_null_takes_a_key_or_an_element_out() -> None:
    assert "flight_time_h" not in changed("phase.transfer.flight_time_h", None)["phase"][1]
    assert [c["name"] for c in changed("spacecraft.orbiter", None)["spacecraft"]] == ["lander"]
    assert "phase" not in changed("phase", None)


def test_tables_on_the_way_are_made() -> None:
    assert changed("model.constants", "gmat")["model"] == {"constants": "gmat"}
    assert changed("a.b.c", 1)["a"] == {"b": {"c": 1}}


def test_the_document_given_is_left_alone() -> None:
    before = copy.deepcopy(DOCUMENT)
    changed("phase.transfer.passes_over.site", "z")
    changed("spacecraft.orbiter", None)
    assert before == DOCUMENT


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("phase.transfr.flight_time_h", 1, "no 'transfr' here. Did you mean 'transfer'?"),
        ("phase.2.site", 1, "no '2' here. Known: launch, transfer."),
        ("phase.-1.site", 1, "no '-1' here"),
        ("phase.².site", 1, "no '²' here"),
        ("numbers.3", 1, "no '3' here. Known: 0, 1, 2."),
        ("name.first", 1, "leads into a plain value"),
        ("name.first.second", 1, "leads into a plain value"),
        ("phase..kind", 1, "empty step"),
        ("phase.", 1, "empty step"),
        (".", 1, "empty step"),
        ("nothing", None, "no 'nothing' here"),
        ("model.constants", None, "no 'model' here"),
        ("phase.transfer.flight_time", None, "Did you mean 'flight_time_h'?"),
    ],
)
def test_a_path_that_leads_nowhere_names_the_step(path: str, value: Any, says: str) -> None:
    with pytest.raises(InputError) as caught:
        changed(path, value)
    assert says in caught.value.problem
    assert path.startswith(str(caught.value.key))


def test_a_name_that_stands_twice_asks_for_a_number() -> None:
    twice = {"phase": [{"kind": "orbit"}, {"kind": "orbit"}]}
    with pytest.raises(InputError, match=r"not one alone: expected a number \(0, 1\)"):
        apply(twice, "phase.orbit.until_utc", 1)
    assert apply(twice, "phase.1.x", 1)["phase"][1]["x"] == 1


KEYS = st.sampled_from(["a", "b", "name", "phase"])
VALUES = st.one_of(st.integers(), st.booleans(), st.text(max_size=5), st.none())
DOCUMENTS = st.dictionaries(
    KEYS,
    st.recursive(
        VALUES,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
        max_leaves=8,
    ),
)


@given(DOCUMENTS, st.text("ab.0-2= phsenm", max_size=12), VALUES)
def prop_a_path_is_followed_or_refused(document: dict[str, Any], path: str, value: Any) -> None:
    before = copy.deepcopy(document)
    out = None
    with suppress(InputError):
        out = apply(document, path, value)
    assert document == before
    if out is not None and value is not None and "." not in path:
        assert out == {**document, path: value}


@given(st.text(max_size=40))
def prop_an_assignment_is_parsed_or_refused(text: str) -> None:
    try:
        path, _ = parse(text)
    except InputError:
        return
    assert text.startswith(path) or text.strip().startswith(path)
