"""Exports for another partner: they can be evaluated, and no private value is in their bytes."""

from __future__ import annotations

import copy
import io
import logging
import re
import tomllib
import traceback
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from proposal_cases import LANDER, LUNA_26, RELAY, ROVER, VARIANTS, document, study

from perilune.cooperation.candidate_file import CandidateFile
from perilune.cooperation.canonical import json_document
from perilune.cooperation.export import Export, export, require_discreet
from perilune.cooperation.proposal_steps import propose
from perilune.cooperation.study_file import StudyFile
from perilune.errors import InputError, PeriluneError, UnknownName
from perilune.scenarios.load import load

NUMBERS = [937.25, 1_161.5, 2_098.75, 143.0, 0.8642, 151.75]
TEXTS = ["GX-77", "Contract 0173", "heritage", "2028-03-17", "20280317"]


def numbers_in(content: bytes) -> set[float]:
    """Every number that can be read anywhere in a text, however it is cut out."""
    found = set()
    for match in re.finditer(rb"\d[\d_]*(?:[.,]\d[\d_]*)*(?:[eE][-+]?\d{1,2})?", content):
        text = match.group().decode().replace("_", "")
        for word in (text.replace(",", "."), text.replace(",", ""), *text.split(",")):
            if re.fullmatch(r"\d+(\.\d+)?([eE][-+]?\d+)?", word):
                found |= {float(word) * scale for scale in (1e-3, 1.0, 1e3)}
    return found


def lander(**keys: Any) -> dict[str, Any]:
    return copy.deepcopy(LANDER) | keys


def of(*candidates: dict[str, Any], **more: Any) -> StudyFile:
    return study(candidate=[*candidates, RELAY, ROVER, LUNA_26], **more)


def everything(found: Export, folder: Path) -> bytes:
    """Return all that an export can be seen as."""
    saved = [found.save(folder / f"a.{end}").read_bytes() for end in ("toml", "json")]
    shown = [found, found.study, found.withheld, found.study.model_dump(), vars(found)]
    return b"\n".join([*saved, *(f"{each!r} {each}".encode() for each in shown)])


@pytest.mark.parametrize("to", ["cnsa", "esa", None])
def test_no_private_value_is_in_the_bytes_of_an_export(
    tmp_path: Path, to: str | None, caplog: pytest.LogCaptureFixture, capfd: Any
) -> None:
    with caplog.at_level(logging.DEBUG):
        content = everything(export(study(), to), tmp_path)
    out = capfd.readouterr()
    content += (caplog.text + out.out + out.err).encode()
    assert not numbers_in(content) & set(NUMBERS)
    for text in TEXTS:
        assert text.lower() not in content.decode().lower()
    if to != "cnsa":
        assert not numbers_in(content) & {31.375, 12.4375}
    for number in NUMBERS:  # nor its digits in a row, wherever the point stands
        digits = str(number).replace(".", "").strip("0")
        assert len(digits) < 4 or digits.encode() not in content


def test_the_search_of_these_tests_finds_what_is_there(tmp_path: Path) -> None:
    assert set(NUMBERS) <= numbers_in(everything(export(study(), "roscosmos"), tmp_path))
    for text in (b"1234.5", b"1_234.5", b"1.2345e3", b"1,234.5", b"1234,5", b"1.2345 t"):
        assert 1234.5 in numbers_in(text)


def test_a_partner_gets_its_own_values() -> None:
    found = {each.name: each for each in export(study(), "cnsa").study.candidate}
    assert found["guest-rover"] == CandidateFile.model_validate(ROVER)
    assert found["luna-27-lander"].cost_musd is None


@pytest.mark.parametrize("form", ["toml", "json"])
def test_an_export_is_a_study_and_says_what_was_withheld(form: str) -> None:
    found = export(study(), "cnsa")
    text = found.text(form=form)
    content = tomllib.loads(text) if form == "toml" else json_document(text, "x", "study")
    again = StudyFile.model_validate(content)
    assert again == found.study
    assert again.candidate[0].withheld == sorted(LANDER["private"])
    assert (found.withheld[0].candidate, found.withheld[0].provider) == (
        "luna-27-lander",
        "roscosmos",
    )
    assert export(again, "cnsa").text() == found.text()
    assert export(again, "esa").text(form="json") == export(study(), "esa").text(form="json")


def test_others_fly_the_mission_with_the_envelope() -> None:
    for private in (
        ["set.spacecraft.luna-27.dry_mass_kg", "set.spacecraft.luna-27.propellant_kg"],
        ["set.spacecraft.luna-27.propellant_kg"],
        ["set.spacecraft.luna-27.dry_mass_kg", "mass_kg"],
        ["set"],
    ):
        keep = {"mass_kg": None} if "mass_kg" not in private else {}
        found = export(of(lander(private=private, **keep)), "cnsa").study.candidate[0]
        mission = load("luna-27", overrides=[f"{key}={value}" for key, value in found.set.items()])
        assert mission.stack.mass_kg == pytest.approx(2200.0, abs=1e-6)
    assert found.set["spacecraft.luna-27.dry_mass_kg"] == pytest.approx(980.0)  # as the scenario's


def test_a_mass_that_is_added_becomes_its_envelope() -> None:
    found = {each.name: each for each in export(study(), "esa").study.candidate}["guest-rover"]
    assert found.add == {"spacecraft.luna-27.dry_mass_kg": 40.0}
    assert (found.mass_kg, found.cost_musd, found.confidence) == (40.0, None, "derived")


def test_what_the_scenario_has_already_counts_with_the_envelope() -> None:
    own = lander(set={"spacecraft.luna-27.propellant_kg": 1161.5}, mass_kg=None)
    own["private"] = ["set.spacecraft.luna-27.propellant_kg"]
    found = export(of(own), "cnsa").study.candidate[0]
    assert found.set["spacecraft.luna-27.propellant_kg"] == pytest.approx(2200.0 - 980.0)


def test_other_private_settings_go_back_to_the_scenario() -> None:
    engines = [{"name": "main", "thrust_n": 4321.5, "isp_s": 317.25}]
    own = lander(set={"spacecraft.luna-27.engines": engines, "phase.wait.at_most_d": 19})
    own["private"] = ["set.spacecraft.luna-27.engines", "mass_kg"]
    found = export(of(own), "cnsa")
    assert found.study.candidate[0].set == {"phase.wait.at_most_d": 19}
    assert not numbers_in(found.text().encode()) & {4321.5, 317.25}


def test_a_launcher_without_an_envelope_loses_its_mass() -> None:
    rocket = {"name": "soyuz", "role": "launcher", "provider": "roscosmos", "mass_kg": 312_345.0}
    rocket |= {"private": ["mass_kg"], "source": "x"}
    assert export(of(rocket), "cnsa").study.candidate[0].mass_kg is None


REFUSED: list[tuple[dict[str, Any], str]] = [
    (lander(needs={}), "needs.mass_kg: this key is missing"),
    (lander(needs={"mass_kg": 2098.75}), "mass_kg of 'luna-27-lander' stands in"),
    (lander(needs={"mass_kg": 900.0}, private=["set.spacecraft.luna-27.dry_mass_kg"]), "less than"),
    (lander(needs={"mass_kg": 2098.5}), "is less than the masses it stands for"),
    (lander(needs={"mass_kg": 2098.5}, private=["set"]), "is less than the masses it stands for"),
    (lander(private=["set.spacecraft.luna-27.dry_mass_kg"]), "follows from its other masses"),
    (lander(private=["mass_kg"]), "follows from its other masses"),
    (lander(private=["cost_muds"]), "Did you mean 'cost_musd'"),
    (lander(private=["set.spacecraft.luna-26.dry_mass_kg"]), "unknown path of `set`"),
    (lander(private=["needs.mass_kg"]), "it cannot be private"),
    (lander(private=["items.name"]), "expected 'items' as a whole"),
    (lander(title="A lander of 2098.75 kg"), "luna-27-lander.title"),
    (lander(title="Heritage Lander"), "kind of 'luna-27-lander' stands in"),
]


@pytest.mark.parametrize(("candidate", "match"), REFUSED)
def test_what_would_give_a_value_away_is_refused_without_showing_it(
    candidate: dict[str, Any], match: str
) -> None:
    with pytest.raises(InputError, match=match) as found:
        export(of(candidate), "cnsa")
    require_silent(found.value, NUMBERS, TEXTS)


def require_silent(error: PeriluneError, numbers: list[float], texts: list[str]) -> None:
    """Hold an exception, and all it carries, to show no private value."""
    seen: list[BaseException | None] = [error, error.__cause__, error.__context__]
    stream = io.StringIO()
    for each in filter(None, seen):
        traceback.print_exception(each, file=stream)
        stream.write(f"{each} {each!r} {vars(each)}")
    shown = re.sub(r'File "[^"]*", line \d+', "", stream.getvalue())
    shown = "\n".join(line for line in shown.splitlines() if not line.startswith("    "))
    assert not numbers_in(shown.encode()) & set(numbers)
    for text in texts:
        assert text.lower() not in shown.lower()


WRITTEN = ["2098.75", "2_098.75", "2.09875e3", "2,098.75", "2 098.75", "2098,75", "2.09875 t"]


@pytest.mark.parametrize("written", WRITTEN)
def test_a_private_number_in_a_text_is_found_however_it_is_written(written: str) -> None:
    variants = [*VARIANTS, {"name": "loose", "summary": f"the lander weighs {written} in all"}]
    with pytest.raises(InputError, match=r"mass_kg of 'luna-27-lander' stands in variant\.loose"):
        export(study(variant=variants), "cnsa")


@pytest.mark.parametrize(
    "keys",
    [
        {"set": {"luna-27.set.spacecraft.luna-27.propellant_kg": 1161.5}},
        {"set": {"luna-27.set.windows": {"x": [{"y": 1161.5}]}}},
        {"title": "with GYROSCOPE gx-77"},
        {"summary": "ready on 2028-03-17"},
        {"set": {"luna-27.planned": date(2028, 3, 17)}},
    ],
)
def test_a_private_value_in_a_variant_is_found(keys: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"stands in variant\.loose") as found:
        export(study(variant=[*VARIANTS, {"name": "loose"} | keys]), "cnsa")
    require_silent(found.value, NUMBERS, TEXTS)
    proposal = propose(
        study(),
        study(variant=[{"name": "loose"} | keys]).variant[0],
        author="A",
        partner="roscosmos",
    )
    with pytest.raises(InputError, match="give private values away"):
        require_discreet(proposal, study(), to="cnsa")
    require_discreet(proposal, study(), to="roscosmos")


def test_what_is_the_same_by_chance_is_let_through_by_name() -> None:
    twin = LUNA_26 | {"mass_kg": 2098.75}
    asked = study(candidate=[LANDER, RELAY, ROVER, twin])
    with pytest.raises(InputError, match=r"stands in candidate\.luna-26-orbiter\.mass_kg"):
        export(asked, "cnsa")
    export(asked, "cnsa", chance=["candidate.luna-26-orbiter.mass_kg"])


def test_no_hash_of_an_earlier_version_goes_out(tmp_path: Path) -> None:
    offer = propose(study(), "chinese-relay", author="A", partner="roscosmos", status="offered")
    signed = {"parent": offer.hash, "author": "A", "partner": "roscosmos", "status": "countered"}
    found = export(study(variant=[VARIANTS[0], VARIANTS[1] | signed]), "cnsa")
    assert found.study.variant[1].parent is None
    assert found.study.variant[1].status == "countered"
    assert not re.search(rb"[0-9a-f]{32}", everything(found, tmp_path))


def test_private_values_are_not_printed_where_they_are_held() -> None:
    shown = f"{study()!r} {study()} {study().candidate[0]!r} {study().candidate}"
    assert not numbers_in(shown.encode()) & {*NUMBERS, 31.375, 12.4375}
    assert not any(text in shown for text in TEXTS)


def test_an_unknown_partner_and_a_bad_path_are_one_message(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'cnsa'"):
        export(study(), "cnas")
    with pytest.raises(InputError, match=r"\.toml or \.json"):
        export(study(), "cnsa").save(tmp_path / "a.txt")


MASSES = st.integers(100_001, 999_999).filter(lambda n: n % 10).map(lambda n: n / 1000.0)


@given(MASSES, MASSES, MASSES, st.text("abcdefgh", min_size=6, max_size=12))
def prop_no_private_value_gets_out(dry: float, fuel: float, cost: float, text: str) -> None:
    own = lander(
        set={
            "spacecraft.luna-27.dry_mass_kg": dry,
            "spacecraft.luna-27.propellant_kg": fuel,
        },
        mass_kg=dry + fuel,
        cost_musd=cost,
        source=text,
    )
    assume(len({dry, fuel, cost}) == 3)
    found = export(of(own), "cnsa")
    content = found.text().encode() + found.text(form="json").encode() + repr(found.study).encode()
    assert not numbers_in(content) & {dry, fuel, dry + fuel, cost}
    assert text.encode() not in content
    assert StudyFile.model_validate(tomllib.loads(found.text())) == found.study


def test_the_document_of_these_tests_is_a_study() -> None:
    assert study().name == document()["name"]
