"""Proposals: versions, hashes, files, and the steps from one to the next."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from proposal_cases import VARIANTS, study, variant

from perilune.cooperation.canonical import canonical, json_document, json_text, same, toml_text
from perilune.cooperation.proposal import Proposal
from perilune.cooperation.proposal_file import load_proposal, load_proposals, save_proposal
from perilune.cooperation.proposal_steps import STEPS, chain, follow, parties, propose, require_step
from perilune.cooperation.study_file import STATUSES
from perilune.errors import InputError, UnknownName

STUDY = study()
RU = {"author": "A. Ivanov", "partner": "roscosmos"}
CN = {"author": "Li Wei", "partner": "cnsa"}
EU = {"author": "M. Rossi", "partner": "esa"}

LEAVES = (
    st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]))
    | st.dates()
    | st.datetimes(timezones=st.just(UTC)).map(lambda when: when.replace(microsecond=0))
)
KEYS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1)
VALUES = st.recursive(
    LEAVES, lambda v: st.lists(v, max_size=3) | st.dictionaries(KEYS, v), max_leaves=6
)
SETS = st.dictionaries(KEYS, VALUES, max_size=5)


def first(**keys: Any) -> Proposal:
    return propose(STUDY, "chinese-relay", **(RU | {"status": "offered"} | keys))


def test_an_offer_is_countered_and_accepted_and_left() -> None:
    draft = propose(STUDY, "chinese-relay", **RU)
    offer = follow(draft, "offered", **RU)
    later = offer.variant.set | {"luna-27.planned": date(2031, 2, 1)}
    changed = offer.variant.model_copy(update={"set": later})
    counter = follow(offer, "countered", variant=changed, **CN)
    accepted = follow(counter, "accepted", **RU)
    left = follow(accepted, "withdrawn", **CN)
    found = chain(left, [draft, offer, counter, accepted])
    assert found == (draft, offer, counter, accepted, left)
    assert accepted.terms["set"]["luna-27.planned"] == date(2031, 2, 1)
    assert parties(found[:-1]) == {"roscosmos": "accepted", "cnsa": "countered"}


@pytest.mark.parametrize(("before", "after"), list(product(STATUSES, STATUSES)))
def test_every_step_is_allowed_or_refused_by_the_table(before: str, after: str) -> None:
    parent = None if before in ("draft", "offered") else f"sha256:{'0' * 64}"
    old = Proposal("small", variant(**RU, status=before, parent=parent))
    allowed = sum(_is_allowed(old, after, who) for who in (RU, CN))
    whose = STEPS[before].get(after)
    assert allowed == {None: 0, "any partner": 2}.get(whose, 1)


def _is_allowed(old: Proposal, after: str, who: dict[str, str]) -> bool:
    new = Proposal("small", variant(**who, status=after, parent=old.hash))
    try:
        require_step(old, new)
    except InputError:
        return False
    return True


def test_nobody_accepts_their_own_offer_even_after_another_did() -> None:
    offer = first()
    with pytest.raises(InputError, match="a step of another partner"):
        follow(offer, "accepted", **RU)
    accepted = follow(offer, "accepted", **CN)
    both = follow(accepted, "accepted", **EU)
    assert parties(chain(both, [offer, accepted]))["esa"] == "accepted"
    own = follow(accepted, "accepted", **RU)
    with pytest.raises(InputError, match="accepts what it put forward itself"):
        chain(own, [offer, accepted])


def test_accepting_with_other_terms_is_a_counter_proposal() -> None:
    other = variant(set={"luna-27.roles.relay": "luna-26-orbiter"})
    with pytest.raises(InputError, match="or a counter-proposal"):
        follow(first(), "accepted", variant=other, **CN)


def test_a_chain_with_a_gap_or_a_changed_version_is_refused() -> None:
    offer = first()
    counter = follow(offer, "countered", **CN)
    accepted = follow(counter, "accepted", **RU)
    with pytest.raises(InputError, match="is missing"):
        chain(accepted, [offer])
    forged = Proposal("small", counter.variant.model_copy(update={"title": "else"}), counter.salt)
    with pytest.raises(InputError, match="is missing"):
        chain(accepted, [offer, forged])


@pytest.mark.parametrize("ending", ["toml", "json"])
def test_a_file_gives_back_the_proposal_and_its_text_is_stable(tmp_path: Path, ending: str) -> None:
    offer = first()
    path = save_proposal(offer, tmp_path / f"a.{ending}")
    again = load_proposal(path)
    assert again == offer
    assert again.hash == offer.hash
    assert save_proposal(again, tmp_path / f"b.{ending}").read_bytes() == path.read_bytes()
    assert save_proposal(again, path) == path


def test_both_forms_have_the_same_hash(tmp_path: Path) -> None:
    offer = first()
    loaded = [load_proposal(save_proposal(offer, tmp_path / f"a.{e}")) for e in ("toml", "json")]
    assert loaded[0].hash == loaded[1].hash == offer.hash


def test_the_hash_is_of_the_content_and_not_of_the_formatting(tmp_path: Path) -> None:
    offer = first(salt="s")
    path = save_proposal(offer, tmp_path / "a.toml")
    lines = path.read_text().splitlines()
    head, body = lines[: lines.index("[variant]")], lines[lines.index("[variant]") :]
    shuffled = "\n\n# by hand\n".join([*reversed([line for line in head if line]), *body])
    other = tmp_path / "b.toml"
    other.write_text(shuffled)
    assert load_proposal(other).hash == offer.hash


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2030-02-01", "2030-02-02"),
        ('"queqiao"', '"luna-26-orbiter"'),
        ('status = "offered"', 'status = "draft"'),
        ("A. Ivanov", "B. Ivanov"),
        ('salt = "s"', 'salt = "t"'),
        ('study = "small"', 'study = "smaller"'),
    ],
)
def test_a_change_after_saving_is_found(tmp_path: Path, old: str, new: str) -> None:
    path = save_proposal(first(salt="s"), tmp_path / "a.toml")
    text = path.read_text()
    path.write_text(text.replace(old, new))
    assert old in text
    with pytest.raises(InputError, match="it was changed after it was saved"):
        load_proposal(path)


def test_a_salt_makes_hashes_of_one_content_differ() -> None:
    assert first().hash != first().hash
    assert first(salt="s").hash == first(salt="s").hash
    assert "salt" not in repr(first(salt="s"))


def test_a_draft_by_hand_needs_no_hash_and_an_offer_does(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    text = 'schema = 1\nstudy = "small"\n[variant]\nname = "x"\nauthor = "A"\npartner = "cnsa"\n'
    path.write_text(f'{text}status = "draft"\n')
    assert load_proposal(path).status == "draft"
    path.write_text(f'{text}status = "offered"\n')
    with pytest.raises(InputError, match="only a draft may do without"):
        load_proposal(path)


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("a.txt", "", "expected .toml or .json"),
        ("a.toml", "", "the file is empty"),
        ("a.json", "{", "not valid JSON"),
        ("a.json", '{"schema": 1, "schema": 1}', "'schema' stands twice"),
        ("a.json", "[1]", "expected a table"),
        ("a.json", "[" * 100_000, "nested too deeply"),
        ("a.toml", "schema = 1\nstudy = 'x'\nvariant = { nam = 'x' }", "name"),
        ("a.toml", "schema = 1\nstudy = 'x'\nvariant = { name = 'x' }", "variant.author"),
        (
            "a.toml",
            "schema = 1\nstudy = 'x'\nhash = 'abc'\nvariant = { name = 'x' }",
            "hash: found",
        ),
        (
            "a.toml",
            "schema = 1\nstudy = 'x'\n[variant]\nname = 'x'\nauthor = 'a'\npartner = 'b'\n"
            "status = 'accepted'",
            "a first version is draft or offered",
        ),
    ],
)
def test_bad_files_are_one_clear_message(
    tmp_path: Path, name: str, content: str, match: str
) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(InputError, match=match) as found:
        load_proposal(path)
    assert str(path) in str(found.value)


def test_a_version_is_never_written_over(tmp_path: Path) -> None:
    path = save_proposal(first(), tmp_path / "a.toml")
    with pytest.raises(InputError, match="each version is a file of its own"):
        save_proposal(first(), path)
    assert len(load_proposals(tmp_path)) == 1
    with pytest.raises(InputError, match="no such folder"):
        load_proposals(tmp_path / "none")


def test_unknown_names_are_named_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'chinese-relay'"):
        propose(STUDY, "chinese-rely", **RU)
    with pytest.raises(UnknownName, match="Did you mean 'cnsa'"):
        propose(STUDY, "chinese-relay", author="x", partner="cnas")
    with pytest.raises(UnknownName, match="Did you mean 'offered'"):
        follow(first(), "offerd", **CN)


def test_null_goes_into_json_only(tmp_path: Path) -> None:
    left_out = propose(STUDY, variant(set={"luna-27.set.phase.wait": None}), **RU)
    assert load_proposal(save_proposal(left_out, tmp_path / "a.json")) == left_out
    with pytest.raises(InputError, match=r"save as \.json"):
        save_proposal(left_out, tmp_path / "a.toml")


@given(SETS)
def prop_toml_and_json_say_the_same(content: dict[str, Any]) -> None:
    from_toml = tomllib.loads(toml_text({"set": content}))
    from_json = json_document(json_text({"set": content}), "x", "proposal")
    assert canonical(from_toml) == canonical(from_json) == canonical({"set": content})


@given(VALUES, VALUES)
def prop_the_canonical_text_tells_values_apart(one: Any, other: Any) -> None:
    assert same(one, one)
    if json.dumps(one, default=str) == json.dumps(other, default=str):
        assert same(one, other)
    assert same(one, other) == (canonical(one) == canonical(other))


def test_numbers_are_equal_by_value_and_not_by_kind() -> None:
    assert same({"a": 1.0, "b": 2}, {"b": 2, "a": 1})
    assert not same(1, True)
    assert not same("1", 1)
    assert same(datetime(2030, 1, 1, tzinfo=UTC), "2030-01-01T00:00:00Z")
    with pytest.raises(InputError, match="finite"):
        canonical(float("nan"))


def test_the_terms_leave_out_who_and_when() -> None:
    assert first().terms == VARIANTS[1]
