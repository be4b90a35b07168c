"""The bundled studies as files: everything they name is there, every change fits its scenario."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

import perilune.cooperation
from perilune.catalog.entry import table
from perilune.cooperation.arrangement import arrange
from perilune.cooperation.candidate_file import CandidateFile
from perilune.cooperation.interfaces import match
from perilune.cooperation.study import named
from perilune.cooperation.study_file import StudyFile
from perilune.cooperation.study_load import STUDIES, load_study
from perilune.errors import InputError
from perilune.scenarios import schema
from perilune.scenarios.load import SCENARIOS, bundled_names, load
from perilune.scenarios.overlay import apply
from perilune.scenarios.station_load import STATIONS

FOLDER = Path(perilune.cooperation.__file__).parent / "studies"
FILES = {path.stem: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.toml"))}
FEWEST = {"russia-china-2017": 12, "ilrs-today": 8}
BUILT = ("orbiter", "lander", "ascender", "return_capsule", "rover", "instrument")


def study(name: str) -> StudyFile:
    return StudyFile.model_validate(tomllib.loads(FILES[name]))


def changes(file: StudyFile) -> Iterator[tuple[str, CandidateFile, str]]:
    """Yield each candidate with each mission it may serve, and that mission's scenario."""
    for mission in file.mission:
        for candidate in file.candidate:
            if mission.name in (candidate.fits or [mission.name]) and candidate.role != "relay":
                yield mission.name, candidate, mission.scenario


def test_the_studies_are_the_ones_that_are_bundled() -> None:
    assert sorted(FILES) == sorted(STUDIES.names()) == sorted(FEWEST)


@pytest.mark.parametrize("name", FILES)
def test_a_study_is_valid_and_every_variant_of_it_can_be_arranged(name: str) -> None:
    found = load_study(name)
    assert len(found.file.variant) >= FEWEST[name]
    for variant in found.file.variant:
        laid = arrange(found, variant)
        assert laid.parts or laid.stations
        assert not set(laid.partners) & set(variant.drop)


@pytest.mark.parametrize("name", FILES)
def test_everything_a_study_names_is_there(name: str) -> None:
    file = study(name)
    assert set(file.partners) <= set(table("agencies"))
    assert {mission.scenario for mission in file.mission} <= set(bundled_names())
    assert {c.scenario for c in file.candidate if c.scenario} <= set(bundled_names())
    sites = {mission.site for mission in file.mission if mission.site}
    assert sites <= set(table("lunar_sites"))
    assert {m.pad for m in file.mission if m.pad} <= set(table("launch_sites"))
    stations = chain.from_iterable(c.ground_stations for c in file.candidate)
    assert set(stations) <= set(table("ground_stations"))
    known = {mission.name for mission in file.mission}
    assert set(chain.from_iterable(c.fits for c in file.candidate)) <= known
    frameworks = {variant.framework for variant in file.variant if variant.framework}
    assert frameworks <= set(table("treaties"))
    cases = {station.station for station in file.station}
    cases |= {
        value
        for variant in file.variant
        for path, value in variant.set.items()
        if path.endswith(".station")
    }
    assert cases <= set(STATIONS.names())


@pytest.mark.parametrize("name", FILES)
def test_an_item_comes_from_somewhere_and_has_a_class(name: str) -> None:
    """Without them the verdict on it would be unknown for want of a fact that we can state."""
    origins = {*table("countries"), *table("agencies"), "eu"}
    for candidate in study(name).candidate:
        for item in candidate.items or []:
            assert item.origin in origins, candidate.name
            assert item.classes, candidate.name


@pytest.mark.parametrize("name", FILES)
def test_what_a_partner_brings_to_anothers_mission_says_what_changes_hands(name: str) -> None:
    file = study(name)
    leads = {mission.name: mission.lead for mission in file.mission}
    for mission, candidate, _ in changes(file):
        if candidate.role in ("landing_zone", "funding"):
            continue  # a place and money: nothing is handed over
        own = candidate.provider == leads[mission]
        assert own or candidate.items, f"{candidate.name} on {mission}"


@pytest.mark.parametrize("name", FILES)
def test_what_a_candidate_changes_is_there_in_its_scenario(name: str) -> None:
    """A path that leads nowhere would make a key, which the scenario's own schema refuses."""
    file = study(name)
    missions = {mission.name: mission for mission in file.mission}
    for mission, candidate, scenario in changes(file):
        document = whole = tomllib.loads(SCENARIOS.read(scenario)[0])
        for path, value in {**missions[mission].set, **candidate.set}.items():
            document = apply(document, path, value)
        for path, more in candidate.add.items():
            assert isinstance(number(document, path), int | float), f"{candidate.name}: {path}"
            document = apply(document, path, number(document, path) + more)
        schema.ScenarioFile.model_validate(document)
        if candidate.set or candidate.add:
            assert document != whole, candidate.name


def number(document: dict[str, Any], path: str) -> Any:
    here: Any = document
    for step in path.split("."):
        here = (
            next(row for row in here if row.get("name") == step)
            if isinstance(here, list)
            else here[step]
        )
    return here


@pytest.mark.parametrize("name", FILES)
def test_every_variant_makes_missions_that_can_be_built(name: str) -> None:
    found = load_study(name)
    wanted = {
        (part.mission.scenario, tuple(part.overrides))
        for variant in found.file.variant
        for part in arrange(found, variant).parts
    }
    for scenario, overrides in sorted(wanted):
        assert load(scenario, overrides=overrides).phases


@pytest.mark.parametrize("name", FILES)
def test_plans_lie_ahead_of_the_day_of_the_study(name: str) -> None:
    file = study(name)
    assert all(mission.planned > file.as_of for mission in file.mission)


@pytest.mark.parametrize("name", FILES)
def test_of_what_a_lead_builds_for_a_mission_one_part_slips(name: str) -> None:
    """History counts missions: several of them drawn for one mission would make it late twice."""
    file = study(name)
    candidates = {candidate.name: candidate for candidate in file.candidate}
    for mission in file.mission:
        own = [
            each
            for role in BUILT
            for each in (candidates[n] for n in named(mission.roles.get(role, [])))
            if each.provider == mission.lead
        ]
        ahead = [each.name for each in own if each.ready is None or each.ready > file.as_of]
        assert len(ahead) == 1, mission.name


@pytest.mark.parametrize("name", FILES)
def test_interfaces_of_the_first_plan_fit(name: str) -> None:
    found = load_study(name)
    for part in arrange(found, found.variant(found.file.baseline)).parts:
        fitted = match(part.name, [seat.candidate for seat in part.seats], book=found.book)
        assert [each.text() for each in fitted.mismatches] == [], part.name


def test_a_capsule_too_heavy_for_its_rocket_does_not_fit_either() -> None:
    found = load_study("russia-china-2017")
    laid = arrange(found, found.variant("chinese-capsule-straight-home"))
    part = laid.part("luna-29")
    (wrong,) = match(part.name, [seat.candidate for seat in part.seats]).mismatches
    assert wrong.what == "mass_kg"
    assert "295 kg more" in wrong.mended_by


@pytest.mark.parametrize("name", FILES)
def test_masses_of_the_first_plan_add_up_to_those_flown(name: str) -> None:
    """What the seats of a mission weigh in the study is what its scenario flies, within 3 %."""
    file = study(name)
    candidates = {candidate.name: candidate for candidate in file.candidate}
    for mission in file.mission:
        names = chain.from_iterable(named(mission.roles.get(role, [])) for role in BUILT)
        total = sum(candidates[n].mass_kg or 0.0 for n in names)
        file_of = schema.ScenarioFile.model_validate(
            tomllib.loads(SCENARIOS.read(mission.scenario)[0])
        )
        flown = sum(craft.dry_mass_kg + craft.propellant_kg for craft in file_of.spacecraft)
        assert total == pytest.approx(flown, rel=0.03), mission.name


def test_a_path_that_leads_nowhere_is_refused() -> None:
    wrong = "candidate.cz-3b-e.set={'phase.launsh.vehicle' = 'cz-5'}"
    with pytest.raises(InputError, match=r"launsh"):
        load_study("russia-china-2017", overrides=[wrong])


def test_missions_of_a_variant_choose_among_stations_too() -> None:
    found = load_study("russia-china-2017")
    laid = arrange(found, found.variant("station-51"))
    assert [each.station for each in laid.stations] == ["css-joint-51"]
    assert laid.stations[0].partners == ["cnsa", "roscosmos"]
    assert not laid.parts
    assert laid.out["iss"] == "not part of this variant"
    with pytest.raises(InputError, match="changes 'iss', which `missions` leaves out"):
        load_study(
            "russia-china-2017", overrides=["variant.station-51.set={'iss.station' = 'css'}"]
        )
