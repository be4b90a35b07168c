"""Studies: variants laid over missions, what they change, what is kept, what makes no sense."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from perilune.cooperation.activities import activities
from perilune.cooperation.arrangement import arrange
from perilune.cooperation.changes import literal
from perilune.cooperation.criticality import replacements
from perilune.cooperation.enumeration import enumerated
from perilune.cooperation.evaluate import Options, evaluate, mission_task
from perilune.cooperation.flown import Flown
from perilune.cooperation.rules import judge_all
from perilune.cooperation.study import Study
from perilune.cooperation.study_load import load_study
from perilune.cooperation.tasks import Task, _content, compute
from perilune.errors import InputError
from perilune.scenarios.load import SCENARIOS
from perilune.scenarios.overlay import parse

FILE = """
schema = 1
name = "small"
as_of = 2017-06-15
baseline = "alone"
partners = ["roscosmos", "cnsa", "nasa"]

[[candidate]]
name = "soyuz"
role = "launcher"
provider = "roscosmos"
ready = 2017-01-01
kind = "launch-vehicle"
items = [{ name = "soyuz", origin = "ru", classes = ["none"] }]
confidence = "assumed"

[[candidate]]
name = "long-march"
role = "launcher"
provider = "cnsa"
ready = 2017-01-01
kind = "launch-vehicle"
items = [{ name = "long march", origin = "cn", classes = ["none"] }]
confidence = "assumed"
[candidate.set]
"phase.launch.site" = "xichang-lc2"
"phase.launch.vehicle" = "cz-3b-e"
"phase.launch.inclination_deg" = 28.5
"phase.launch.heading" = "southbound"
"phase.injection.burns" = [{ stage = "yf-75" }]

[[candidate]]
name = "orbiter-26"
role = "orbiter"
provider = "roscosmos"
kind = "orbiter"
ready = 2020-01-01
confidence = "assumed"

[[candidate]]
name = "camera"
role = "instrument"
provider = "cnsa"
mass_kg = 12
add = { "spacecraft.luna-26.dry_mass_kg" = 12 }
fits = ["luna-26"]
ready = 2019-01-01
items = [{ name = "camera", origin = "cn", classes = ["none"] }]
confidence = "assumed"

[[candidate]]
name = "radiometer"
role = "instrument"
provider = "nasa"
mass_kg = 11
add = { "spacecraft.luna-26.dry_mass_kg" = 11 }
ready = 2019-01-01
confidence = "assumed"

[[mission]]
name = "luna-26"
scenario = "luna-26"
lead = "roscosmos"
planned = 2020-07-01
kind = "orbiter"
roles = { launcher = "soyuz", orbiter = "orbiter-26" }
set = { "phase.station_keeping" = "NONE" }

[[mission]]
name = "second"
scenario = "luna-26"
lead = "cnsa"
planned = 2021-07-01
after = ["luna-26"]

[[variant]]
name = "alone"

[[variant]]
name = "with-camera"
set = { "luna-26.roles.instrument" = "camera" }

[[variant]]
name = "both"
set = { "luna-26.roles.instrument" = ["camera", "radiometer"] }

[[variant]]
name = "on-long-march"
set = { "luna-26.roles.launcher" = "long-march" }
missions = ["luna-26"]

[[variant]]
name = "without-china"
drop = ["cnsa"]

[enumerate]
missions = ["luna-26"]
roles = ["launcher", "orbiter"]
"""
FILE = FILE.replace('set = { "phase.station_keeping" = "NONE" }\n', "")


@pytest.fixture
def path(tmp_path: Path) -> str:
    where = tmp_path / "small.toml"
    where.write_text(FILE)
    return str(where)


def part(study: Study, variant: str, mission: str = "luna-26"):
    return arrange(study, study.variant(variant)).part(mission)


# ---- what a variant changes


def test_masses_of_what_is_added_are_added_to_the_scenario(path: str) -> None:
    study = load_study(path)
    before = part(study, "alone").changes
    assert before == {}
    assert part(study, "with-camera").changes == {"spacecraft.luna-26.dry_mass_kg": 1262.0}
    assert part(study, "both").changes == {"spacecraft.luna-26.dry_mass_kg": 1273.0}


def test_a_launcher_sets_site_vehicle_and_stages(path: str) -> None:
    changed = part(load_study(path), "on-long-march")
    assert changed.changes["phase.launch.vehicle"] == "cz-3b-e"
    assert [parse(each)[0] for each in changed.overrides] == list(changed.changes)
    assert dict(parse(each) for each in changed.overrides) == changed.changes


def test_who_drops_out_takes_its_missions_and_roles_along(path: str) -> None:
    study = load_study(path)
    found = arrange(study, study.variant("without-china"))
    assert [each.name for each in found.parts] == ["luna-26"]
    assert found.out == {"second": "cnsa leads it and is not taking part"}
    gone = study.variant("without-china").model_copy(
        update={"set": {}, "drop": ["roscosmos"], "name": "x"}
    )
    assert set(arrange(study, gone).out) == {"luna-26"}


@pytest.mark.parametrize(
    "value",
    [None, True, 3, 2.5, "a 'b' \"c\" \\", [1, 2], [{"stage": "yf-75"}], {"a": {"b": [1.5, "x"]}}],
)
def test_prop_a_value_is_written_as_it_is_read(value: object) -> None:
    assert parse(f"path={literal(value)}")[1] == value


# ---- law


def test_two_partners_are_bilateral_and_what_they_hand_over_is_named(path: str) -> None:
    study = load_study(path)
    assert activities(arrange(study, study.variant("alone"))) == []
    rows = activities(arrange(study, study.variant("both")))
    kinds = [(row.kind, row.actors) for row in rows]
    assert ("bilateral_cooperation", ("roscosmos", "cnsa")) in kinds
    assert ("bilateral_cooperation", ("roscosmos", "nasa")) in kinds
    assert ("hardware_contribution", ("nasa", "roscosmos")) in kinds


LAW_2017 = {
    "alone-china": "permitted",
    "nasa-data-change-4": "needs_approval",
    "nasa-data-uncertified": "forbidden",
}


@pytest.mark.parametrize(("variant", "law"), LAW_2017.items())
def test_val_law_of_2017(variant: str, law: str) -> None:
    """NASA with CNSA bilaterally: by certification under the act in force, forbidden without."""
    study = load_study("russia-china-2017")
    asked = study.variant(variant)
    found = judge_all(
        activities(arrange(study, asked)), book=study.book,
        closed_routes=asked.closed_routes, granted=asked.granted,
    )  # fmt: skip
    assert found.verdict == law
    if law != "permitted":
        assert any("115-31" in (reason.citation or "") for reason in found.deciding)


# ---- flying, keeping, resuming


def test_flights_are_kept_and_only_what_changes_is_flown_anew(path: str, tmp_path: Path) -> None:
    study, folder = load_study(path), tmp_path / "kept"
    options = Options(folder, with_schedule=False, with_criticality=False)
    first = evaluate(study, [study.variant("alone")], options)
    assert (first.reflown_n, first.computed_n) == (1, 1)  # both missions are one scenario
    again = evaluate(study, [study.variant("alone"), study.variant("with-camera")], options)
    assert (again.reflown_n, again.computed_n) == (1, 2)
    rows = {each.name: each.document for each in again.outcomes}
    before, after = (
        next(m for m in rows[name]["missions"] if m["name"] == "luna-26")
        for name in ("alone", "with-camera")
    )
    assert before["physics"] == "does_not_close"
    assert before["margin_of"] == "vehicle"
    assert before["margin_kg"] - after["margin_kg"] == pytest.approx(12.0, abs=0.5)
    assert rows["alone"]["law"] == "permitted"
    assert any("injected mass margin" in reason for reason in rows["alone"]["reasons"])
    kept = sorted(folder.glob("*.json"))
    assert len(kept) == 2
    kept[0].write_text("{ half")
    third = evaluate(study, [study.variant("with-camera")], options)
    assert third.reflown_n == 1  # what was cut off is computed again
    json.dumps(third.to_json(), allow_nan=False)


def test_a_mission_its_own_file_refuses_is_told_and_hides_nothing(tmp_path: Path) -> None:
    done, fresh = compute([Task("luna-26", ("phase.launch.site=nowhere",))], None)
    assert fresh == 1
    found = Flown.of(next(iter(done.values())))
    assert not found.closes
    assert "unknown launch site 'nowhere'" in found.why_not[0]


def test_changes_that_say_the_same_are_one_computation() -> None:
    first, second = 'phase.launch.site="kourou-els"', 'phase.launch.vehicle="proton-m"'
    assert Task("luna-26", (first, second)).key == Task("luna-26", (second, first)).key
    assert Task("luna-26", (first,)).key != Task("luna-26").key


def test_a_changed_catalogue_file_is_computed_anew(tmp_path: Path) -> None:
    mission, book = tmp_path / "own.toml", tmp_path / "book.toml"
    mission.write_text('catalog = "book.toml"\n' + SCENARIOS.bundled_text("luna-26"))
    keys = set()
    for mass in (1.0, 2.0):
        book.write_text(f"[vehicles.own]\nmass_kg = {mass}\n")
        _content.cache_clear()
        keys.add(Task(str(mission)).key)
    assert len(keys) == 2


def test_what_is_asked_of_one_flight_is_flown_once() -> None:
    with_contact = Task("luna-26", ("phase.station_keeping=null",), stations=("kashi",))
    assert with_contact.work == Task("luna-26", ("phase.station_keeping=null",)).work
    assert with_contact.key != Task("luna-26", ("phase.station_keeping=null",)).key


def test_replacements_are_of_other_partners_for_essential_roles(path: str) -> None:
    study = load_study(path)
    made = replacements(arrange(study, study.variant("alone")))
    assert [(each.mission, each.role, each.new.name) for each in made] == [
        ("luna-26", "launcher", "long-march")
    ]
    direct = mission_task(part(study, "on-long-march"))
    assert made[0].task.overrides == direct.overrides


def test_every_assignment_that_matches_is_enumerated_once(path: str) -> None:
    found = enumerated(load_study(path))
    assert found.tried_n == 2
    assert len(found.variants) == 2
    assert len({tuple(each.set.items()) for each in found.variants}) == 2


# ---- what makes no sense

BAD = {
    "partners=[]": "partners: found [], expected a list of at least 1",
    'partners=["roskosmos"]': "partners[0]: unknown partner 'roskosmos'. Did you mean 'roscosmos'?",
    'candidate.soyuz.provider="esa"': "candidate[0].provider: unknown partner of the study 'esa'",
    'candidate.camera.provider="cnsaa"': "candidate[3].provider: unknown partner of the study",
    'candidate.soyuz.role="booster"': "found 'booster', expected one of",
    'mission.luna-26.roles.relay="queqiao"': "and no candidate for the role relay of 'luna-26'",
    'mission.luna-26.roles.launcher="soyus"': "unknown candidate for launcher 'soyus'",
    'mission.luna-26.roles.launcher="camera"': "for the role instrument, expected launcher",
    'mission.second.roles.instrument="camera"': "'camera' fits luna-26: expected 'second' among",
    'mission.luna-26.after=["second"]': "a circle of dependencies: luna-26 after second after",
    'mission.luna-26.after=["third"]': "unknown mission of the study 'third'",
    'mission.luna-26.scenario="luna-62"': "unknown scenario",
    'baseline="lone"': "baseline: unknown variant 'lone'. Did you mean 'alone'?",
    'variant.with-camera.drop=["cnsa"]': "'camera' of cnsa, which the variant drops",
    'variant.with-camera.missions=["second"]': "changes 'luna-26', which `missions` leaves out",
    'variant.alone.missions=["first"]': "unknown mission of the study 'first'",
    'variant.alone.drop=["esa"]': "unknown partner of the study 'esa'",
    "as_of=2017": "as_of",
}


@pytest.mark.parametrize(("change", "said"), BAD.items(), ids=list(BAD))
def test_bad_input_is_one_message(path: str, change: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        load_study(path, overrides=[change])
    text = str(caught.value)
    assert said in text
    assert "\n" not in text


def test_paths_that_lead_nowhere_are_told(tmp_path: Path) -> None:
    bad = FILE.replace('"luna-26.roles.instrument" = "camera"', '"luna-62.roles.x" = "camera"')
    (tmp_path / "bad.toml").write_text(bad)
    with pytest.raises(InputError, match="unknown mission or station 'luna-62'"):
        load_study(tmp_path / "bad.toml")
    bad = FILE.replace('spacecraft.luna-26.dry_mass_kg" = 12', 'spacecraft.luna.dry_mass_kg" = 12')
    (tmp_path / "bad.toml").write_text(bad)
    with pytest.raises(InputError, match="the scenario of 'luna-26'"):
        load_study(tmp_path / "bad.toml")
