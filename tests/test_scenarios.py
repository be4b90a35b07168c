"""Scenario files: what they become, and how every wrong one is refused in one clear line."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import TO_ORBIT

import perilune as pl
from perilune.errors import InputError, UnknownName
from perilune.missions.mission import Mission
from perilune.phases.orbit import Orbit
from perilune.scenarios.build import build
from perilune.scenarios.load import bundled, load, validate
from perilune.scenarios.schema import ScenarioFile
from perilune.scenarios.source import LARGEST_FILE

CHANGE_5 = Path(TO_ORBIT).read_text("utf-8")
DOCUMENT = tomllib.loads(CHANGE_5)

SMALL = """
schema = 1
name = "small"

[[phase]]
kind = "launch"
site = "wenchang-lc101"
vehicle = "cz-5"
lift_off_utc = 2020-11-23T20:30:12Z

[[phase]]
kind = "transfer"
perilune_altitude_km = 200
inclination_deg = 43.5
"""
CAPTURE = """
[[phase]]
kind = "capture"
burns = [{ period_h = 7.8 }, { circular_altitude_km = 200 }]
"""
ORBIT = """
[[phase]]
kind = "orbit"
until_utc = 2020-12-01T15:00:00Z
"""


def read(text: str) -> Mission:
    return build(validate(text, "mine.toml"), "mine.toml")


def refusal(text: str) -> InputError:
    """Return how a text is refused: one line that names the file."""
    with pytest.raises(InputError) as caught:
        read(text)
    error = caught.value
    assert error.file == "mine.toml"
    assert str(error).startswith("mine.toml: ")
    assert "\n" not in str(error)
    assert len(str(error)) < 600
    return error


def replaced(old: str, new: str, text: str = CHANGE_5) -> str:
    assert old in text
    return text.replace(old, new, 1)


# ---- what a file becomes


def test_a_small_file_is_enough() -> None:
    mission = read(SMALL)
    assert mission.name == "small"
    assert mission.stack.mass_kg is None
    assert mission.choice.goal == "least_delta_v"
    assert len(mission.phases) == 2


def test_the_phases_that_may_be_left_out() -> None:
    assert len(read(SMALL + CAPTURE).phases) == 3
    assert isinstance(read(SMALL + CAPTURE + ORBIT).phases[-1], Orbit)


def test_comments_line_ends_and_a_byte_order_mark_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    text = "# a comment: schema = 2\r\n" + SMALL.replace("\n", " # why\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert load(path).name == "small"


def test_a_file_may_give_a_day_and_an_inclination() -> None:
    text = replaced(
        "lift_off_utc = 2020-11-23T20:30:12Z",
        "lift_off_date = 2020-11-23\ninclination_deg = 30\ncoast = 'short'",
        SMALL,
    )
    launch: Any = read(text).phases[0]
    assert (launch.fixed_lift_off, launch.inclination_deg, launch.coast) == (False, 30, "short")
    assert launch.lift_off == pl.Epoch.utc("2020-11-23")


def test_the_ascent_stands_in_for_a_vehicle_and_overrides_one() -> None:
    own = "ascent_duration_s = 600\nascent_range_angle_deg = 0"
    alone: Any = read(replaced('vehicle = "cz-5"', own, SMALL)).phases[0]
    assert (alone.launch.ascent.duration_s, alone.launch.ascent.range_angle_deg) == (600.0, 0.0)
    both: Any = read(replaced('vehicle = "cz-5"', f'vehicle = "cz-5"\n{own}', SMALL)).phases[0]
    assert both.launch == alone.launch


def test_the_choice_between_branches() -> None:
    choose = "inclination_deg = 43.5\nchoose = "
    north = read(replaced("inclination_deg = 43.5", choose + '"north"', SMALL)).choice
    assert (north.goal, north.branch) == ("branch", "north")
    least = read(replaced("inclination_deg = 43.5", choose + '"least_delta_v"', SMALL)).choice
    assert least.goal == "least_delta_v"
    over = load("change-5").choice
    assert (over.goal, over.site_name, over.within_km) == ("passes_over", "mons-ruemker", 30.0)


def test_the_model_is_what_the_file_says() -> None:
    model = '[model]\npoint_masses = ["earth", "moon", "sun"]\nconstants = "gmat"\n'
    text = SMALL + model + "earth_field = [8, 8]\nmoon_field = [12, 10]\n"
    mission = read(text)
    assert mission.constants == "gmat"
    assert dict(mission.model.earth.harmonics) == {"earth": (8, 8)}
    assert dict(mission.model.moon.harmonics) == {"earth": (2, 0), "moon": (12, 10)}


def test_overrides_reach_the_mission() -> None:
    mission = load(
        "change-5",
        overrides=[
            "spacecraft.orbiter.propellant_kg=1000",
            "phase.transfer.passes_over=null",
            "phase.transfer.choose=south",
            "model.moon_field=[4, 4]",
            "title=Another one",
        ],
    )
    assert mission.stack.member("orbiter").propellant_kg == 1000.0
    assert (mission.choice.goal, mission.choice.branch) == ("branch", "south")
    assert mission.model.moon.harmonics["moon"] == (4, 4)
    assert mission.title == "Another one"


# ---- the bundled file


def test_every_bundled_file_is_valid_and_has_a_title() -> None:
    assert "change-5" in bundled()
    for name, title in bundled().items():
        assert load(name).name == name
        assert title


def test_the_bundled_file_says_where_its_figures_stand() -> None:
    file = ScenarioFile.model_validate(DOCUMENT)
    for craft in file.spacecraft:
        assert craft.source
        assert craft.confidence != "sourced" or "memory" not in craft.source
    assert all(row.source for row in file.as_flown)
    noted = {row["what"]: row for row in load(TO_ORBIT).assumed}
    assert set(noted) == {
        *(f"spacecraft: {craft.name}" for craft in file.spacecraft),
        "vehicle: cz-5",
        "vehicle: cz-5 (injected mass)",
    }
    for row in noted.values():
        assert row["confidence"] in ("derived", "unconfirmed", "assumed")
        assert row["source"]
        assert row["value"]


def test_a_bundled_name_goes_before_a_file_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("change-5").write_text(SMALL)
    Path("other").write_text(SMALL)
    assert load("change-5").name == "change-5"
    assert load("./change-5").name == "small"
    assert load("other").name == "small"


# ---- files that are none


def test_a_missing_file_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "luna-27.toml").write_text(SMALL)
    with pytest.raises(InputError, match=r"no such file\. Did you mean '.*luna-27\.toml'\?"):
        load(tmp_path / "lunar-27.toml")
    with pytest.raises(InputError, match="no such file"):
        load(tmp_path / "nowhere" / "luna-27.toml")


def test_a_missing_name_names_the_nearest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnknownName, match=r"'chang5'\. Did you mean 'change-5'"):
        load("chang5")
    (tmp_path / "mine.toml").write_text(SMALL)
    with pytest.raises(InputError, match=r"Did you mean the file mine\.toml\?"):
        load("mine")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b" \n\t\r\n", "empty"),
        (bytes(range(256)), "not a text file"),
        (CHANGE_5.encode("utf-16"), "not a text file"),
        ("name = 'Rümker'".encode("latin-1"), "not a text file"),
        (b"schema = = 1", "not valid TOML: Invalid value (at line 1, column 10)"),
        (b"hello", "not valid TOML"),
        (b'{"schema": 1}', "not valid TOML"),
        (b"schema = 1\nschema = 1", "not valid TOML"),
        (b"x = " + b"[" * 5000, "nested too deeply"),
        (b"x = " + b"1" * 5000, "thousands of digits"),
        (b"#" * (LARGEST_FILE + 1), "larger than 1 MB"),
    ],
    ids=lambda value: "" if isinstance(value, bytes) else value,
)
def test_a_file_that_is_no_scenario(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        load(path)
    assert says in str(caught.value)
    assert caught.value.file == str(path)


def test_a_folder_is_no_scenario(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder: expected a scenario"):
        load(tmp_path)


@pytest.mark.parametrize("name", ["", "  ", "a\0b", "x\ny", "./a\0.toml", "x" * 300, "-"])
def test_a_name_that_is_none(name: str) -> None:
    with pytest.raises(InputError):
        load(name)


# ---- keys

UNKNOWN_KEYS = [
    ("schema = 1", "schema = 1\nauthor = 'me'", "author", "Known: as_flown, catalog, model, name"),
    ("title =", "titel =", "titel", "Did you mean 'title'?"),
    ("dry_mass_kg = 1_370", "dry_mass = 1", "spacecraft[0] (orbiter).dry_mass", "'dry_mass_kg'?"),
    ("isp_s = 310", "isp = 3", "spacecraft[0] (orbiter).engines[0] (main).isp", "'isp_s'?"),
    ('vehicle = "cz-5"', "vehicel = 1", "phase[0] (launch).vehicel", "Did you mean 'vehicle'?"),
    ("flight_time_h", "flight_time", "phase[1] (transfer).flight_time", "'flight_time_h'?"),
    ("perilune_altitude", "perilune_altitud", "phase[1] (transfer).perilune_altitud_km", "Did you"),
    ("{ site = ", "{ sight = ", "phase[1] (transfer).passes_over.sight", "Did you mean 'site'?"),
    ("burns = [", "burn = [", "phase[2] (capture).burn", "Did you mean 'burns'?"),
    ("period_h", "periode_h", "phase[2] (capture).burns[0].periode_h", "Did you mean 'period_h'?"),
    ("until_utc", "until", "phase[3] (orbit).until", "Did you mean 'until_utc'?"),
    ("[[spacecraft]]", "[model]\nconst = 1\n[[spacecraft]]", "model.const", "'constants'?"),
]


@pytest.mark.parametrize(("old", "new", "key", "says"), UNKNOWN_KEYS)
def test_an_unknown_key_names_the_nearest(old: str, new: str, key: str, says: str) -> None:
    error = refusal(replaced(old, new))
    assert error.key == key
    assert error.problem.startswith("unknown key.")
    assert says in error.problem


MISSING_KEYS = [
    ("schema = 1\n", "schema", "expected schema = 1"),
    ('name = "change-5"\n', "name", "expected text"),
    ("dry_mass_kg = 1_370\n", "spacecraft[0] (orbiter).dry_mass_kg", "expected a number above 0"),
    ("thrust_n = 3_000, ", "spacecraft[0] (orbiter).engines[0] (main).thrust_n", "a number"),
    ('site = "wenchang-lc101"\n', "phase[0] (launch).site", "expected text"),
    (
        'kind = "launch"\n',
        "phase[0].kind",
        "expected one of launch, injection, transfer, capture, orbit",
    ),
    ("perilune_altitude_km = 200\n", "phase[1] (transfer).perilune_altitude_km", "up to 60000"),
    ("inclination_deg = 43.5\n", "phase[1] (transfer).inclination_deg", "from 0 to 180"),
    (", utc = 2020-12-01T15:00:00Z", "phase[1] (transfer).passes_over.utc", "a date and time"),
    ("until_utc = 2020-12-01T15:00:00Z\n", "phase[3] (orbit).until_utc", "a date and time"),
    ('source = "CNSA release, 2020-11-30"\n', "as_flown[3] (lunar_orbit_insertion_2).source", ""),
]


@pytest.mark.parametrize(("line", "key", "says"), MISSING_KEYS)
def test_a_missing_key_says_what_belongs_there(line: str, key: str, says: str) -> None:
    error = refusal(replaced(line, ""))
    assert error.key == key
    assert error.problem.startswith("this key is missing: expected")
    assert says in error.problem


def test_the_phases_cannot_be_left_out() -> None:
    error = refusal("schema = 1\nname = 'a'")
    assert error.key == "phase"
    assert "[[phase]]" in error.problem


def test_single_brackets_are_explained() -> None:
    single = 'schema = 1\nname = "a"\n[phase]\nkind = "launch"\n'
    assert "write [[phase]] in double brackets" in refusal(single).problem
    craft = SMALL.replace("[[phase]]", "[spacecraft]\nname = 'b'\n[[phase]]", 1)
    assert "write [[spacecraft]] in double brackets" in refusal(craft).problem


# ---- values

LIFT_OFF = "lift_off_utc = 2020-11-23T20:30:12Z"
INCLINED = f"{LIFT_OFF}\ninclination_deg = "
DRY, ALTITUDE, HOURS = "dry_mass_kg = 1_370", "perilune_altitude_km = 200", "flight_time_h = 112"
ENGINE, THRUST = "spacecraft[0] (orbiter).engines[0] (main)", "thrust_n = 3_000"
CRAFT, BURNS = "spacecraft[0] (orbiter)", "phase[2] (capture).burns"
FLOWN = "as_flown[2] (lunar_orbit_insertion_1)"

WRONG_VALUES = [
    # old, new, key, what the message holds
    ("schema = 1", "schema = 2", "schema", "found 2, expected 1"),
    ("schema = 1", 'schema = "1"', "schema", "found '1', expected 1"),
    ("schema = 1", "schema = true", "schema", "found true, expected 1"),
    ("schema = 1", "schema = 1.0", "schema", "found 1.0, expected 1"),
    ('name = "change-5"', 'name = "Change 5"', "name", "found 'Change 5', expected lower-case"),
    ('name = "change-5"', 'name = "../../x"', "name", "found '../../x', expected lower-case"),
    ('name = "change-5"', "name = 5", "name", "found 5, expected text in quotes"),
    ('name = "change-5"', f'name = "{"a" * 300}"', "name", "expected at most 64 characters"),
    ('"returner"', '"../x"', "spacecraft[1] (../x).name", "expected lower-case"),
    (DRY, 'dry_mass_kg = "1370"', f"{CRAFT}.dry_mass_kg", "found '1370', expected a number"),
    (DRY, "dry_mass_kg = true", f"{CRAFT}.dry_mass_kg", "found true, expected a number"),
    (DRY, "dry_mass_kg = nan", f"{CRAFT}.dry_mass_kg", "found nan, expected a number"),
    (DRY, "dry_mass_kg = inf", f"{CRAFT}.dry_mass_kg", "found inf, expected a number"),
    (DRY, "dry_mass_kg = 1e400", f"{CRAFT}.dry_mass_kg", "found inf, expected a number"),
    (DRY, f"dry_mass_kg = 1{'0' * 400}", f"{CRAFT}.dry_mass_kg", "a number of fewer digits"),
    (DRY, "dry_mass_kg = 0", f"{CRAFT}.dry_mass_kg", "found 0, expected a number above 0"),
    (DRY, "dry_mass_kg = [1]", f"{CRAFT}.dry_mass_kg", "found [1], expected a number"),
    (DRY, "dry_mass_kg = {a = 1}", f"{CRAFT}.dry_mass_kg", "found { a = 1 }, expected a number"),
    (DRY, "dry_mass_kg = 2020-01-01", f"{CRAFT}.dry_mass_kg", "found 2020-01-01, expected"),
    ("propellant_kg = 2_700", "propellant_kg = -5", f"{CRAFT}.propellant_kg", "found -5, expected"),
    (THRUST, "thrust_n = 0", f"{ENGINE}.thrust_n", "found 0, expected a number above 0"),
    (THRUST, "thrust_n = -3", f"{ENGINE}.thrust_n", "found -3, expected a number above 0"),
    ("isp_s = 310", "isp_s = 0", f"{ENGINE}.isp_s", "found 0, expected a number from 10"),
    ('{ name = "main", ', '{ name = "", ', f"{CRAFT}.engines[0].name", "at least 1 characters"),
    ('"assumed"', '"asumed"', f"{CRAFT}.confidence", "Did you mean 'assumed'?"),
    ('site = "wenchang-lc101"', "site = 3", "phase[0] (launch).site", "expected text in quotes"),
    ("parking_altitude_km = 200", "parking_altitude_km = -200", "phase[0] (launch)"
     ".parking_altitude_km", "found -200, expected a number from 120 to 2000"),
    (LIFT_OFF, f"{INCLINED}-3", "phase[0] (launch).inclination_deg", "from 0 to 180"),
    (LIFT_OFF, f"{INCLINED}30\nheading = 'north'", "phase[0] (launch).heading", "'northbound'?"),
    (ALTITUDE, "perilune_altitude_km = -200", "phase[1] (transfer).perilune_altitude_km", "-200"),
    (ALTITUDE, "perilune_altitude_km = 70000", "phase[1] (transfer).perilune_altitude_km", "60000"),
    (HOURS, "flight_time_h = 5", "phase[1] (transfer).flight_time_h", "found 5, expected a number"
     " from 48 to 160"),
    (HOURS, "flight_time_h = 161", "phase[1] (transfer).flight_time_h", "from 48 to 160"),
    (ALTITUDE, f"{ALTITUDE}\nchoose = 'nort'", "phase[1] (transfer).choose", "mean 'north'?"),
    ("period_h = 7.8", "period_h = 0", f"{BURNS}[0].period_h", "found 0, expected a number from"),
    ("period_h = 7.8", "period_h = 1.9", f"{BURNS}[0].period_h", "expected at least 1.97"),
    ("circular_altitude_km = 200", "circular_altitude_km = -1", f"{BURNS}[1].circular_altitude_km",
     "found -1"),
    ("after_revolutions = 3", "after_revolutions = 2.5", f"{BURNS}[1].after_revolutions",
     "found 2.5, expected a whole number from 1 to 100"),
    ("period_h = 7.8", "period_h = 7.8, impulsive = 1", f"{BURNS}[0].impulsive", "true or false"),
    ("altitude_km = 400", "altitude_km = '400'", FLOWN, "`altitude_km`: found '400', expected a n"),
    ("altitude_km = 400", "altitude_km = true", FLOWN, "found True, expected a number"),
    ("altitude_km = 400", "altitude_km = nan", FLOWN, "found nan, expected a number"),
    ("altitude_km = 400", "altitude_km = inf", FLOWN, "found inf, expected a number"),
    ("altitude_km = 400", f"altitude_km = 1{'0' * 400}", FLOWN, "expected a number up to 1e15"),
    ("altitude_km = 400", "altitude = 400", FLOWN, "`altitude` has no unit"),
    ("altitude_km = 400", "note = 'x'", FLOWN, "`note` has no unit"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key", "says"), WRONG_VALUES)
def test_a_wrong_value_says_what_was_found_and_what_is_expected(
    old: str, new: str, key: str, says: str
) -> None:
    error = refusal(replaced(old, new))
    assert error.key == key
    assert says in error.problem


MODEL_VALUES = [
    ('constants = "de441"', "constants", "unknown constants set 'de441'. Did you mean 'de440'?"),
    ('constants = "gmat"', "point_masses", "constants 'gmat' have no GM for 'venus'"),
    ('point_masses = ["earth", "mon"]', "point_masses", "Did you mean 'moon'?"),
    ('point_masses = ["earth", "sun"]', "point_masses", "harmonics of 'moon' need it"),
    ('point_masses = ["earth", "moon", "moon"]', "point_masses", "'moon' is named twice"),
    ("point_masses = []", "point_masses", "need it"),
    ("point_masses = [1]", "point_masses[0]", "found 1, expected text"),
    ("earth_field = [4]", "earth_field", "found [4], expected a list of at least 2"),
    ("earth_field = [4, 5]", "earth_field", "found degree 4, order 5"),
    ("earth_field = [-1, 0]", "earth_field[0]", "found -1, expected a whole number from 0"),
    ("moon_field = [30, 30]", "moon_field", "GL0660B is held to degree 20"),
]


@pytest.mark.parametrize(("line", "key", "says"), MODEL_VALUES)
def test_a_wrong_model_is_refused_before_anything_flies(line: str, key: str, says: str) -> None:
    error = refusal(f"{SMALL}\n[model]\n{line}\n")
    assert error.key == f"model.{key}"
    assert says in error.problem


NAMES = [
    ('"wenchang-lc101"', '"wenchang-101"', "phase[0] (launch).site", "'wenchang-lc101'?"),
    ('"cz-5"', '"cz-6"', "phase[0] (launch).vehicle", "unknown vehicle 'cz-6'. Did you mean"),
    ('"mons-ruemker"', '"mons-rumker"', "phase[1] (transfer).passes_over.site", "'mons-ruemker'?"),
    ('"launch"', '"lanch"', "phase[0] (lanch).kind", "Did you mean 'launch'?"),
    ('spacecraft = "orbiter"', 'spacecraft = "orbitr"', "phase[2] (capture).spacecraft",
     "unknown spacecraft 'orbitr'. Did you mean 'orbiter'?"),
    ('engine = "main", p', 'engine = "mian", p', f"{BURNS}[0].engine", "Did you mean 'main'?"),
    ('"lift_off"', '"liftoff"', "as_flown[0] (liftoff).event", "Did you mean 'lift_off'?"),
    ('"lift_off"', '"lift_off_1"', "as_flown[0] (lift_off_1).event", "Did you mean 'lift_off'?"),
    ("insertion_1", "insertion", "as_flown[2] (lunar_orbit_insertion).event", "is numbered"),
    ("insertion_1", "insertion_0", "as_flown[2] (lunar_orbit_insertion_0).event", "unknown event"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key", "says"), NAMES)
def test_an_unknown_name_names_the_nearest(old: str, new: str, key: str, says: str) -> None:
    error = refusal(replaced(old, new))
    assert error.key == key
    assert says in error.problem


# ---- dates


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("2020-11-23T20:30:12", "found 2020-11-23T20:30:12, expected UTC: end it with Z"),
        ("2020-11-24T04:30:12+08:00", "expected UTC: an end in Z, no offset"),
        ("2020-11-23", "found 2020-11-23, expected a date and time without quotes"),
        ("20:30:12", "found 20:30:12, expected a date and time"),
        ('"2020-11-23T20:30:12Z"', "expected a date and time without quotes"),
        ("5", "found 5, expected a date and time"),
        ("2700-01-01T00:00:00Z", "expected a date from 1900-01-01 to 2051-01-01"),
        ("1500-01-01T00:00:00Z", "expected a date from 1900-01-01 to 2051-01-01"),
        ("9999-12-31T23:59:59.999999Z", "expected a date from 1900-01-01 to 2051-01-01"),
        ("0001-01-01T00:00:00Z", "expected a date from 1900-01-01 to 2051-01-01"),
        ("1600-01-01T00:00:00Z", "found 1600-01-01T00:00:00Z, expected a date from 1900-01-01"),
        ("1899-01-01T00:00:00Z", "the span of the lunar orientation"),
        ("1960-01-01T00:00:00Z", "expected a date from 1973-01-02 on"),
        ("2060-01-01T00:00:00Z", "expected a date from 1900-01-01 to 2051-01-01"),
    ],
)
def test_a_date_that_cannot_be_flown_says_which_can(value: str, says: str) -> None:
    error = refusal(replaced(LIFT_OFF, f"lift_off_utc = {value}"))
    assert error.key == "phase[0] (launch).lift_off_utc"
    assert says in error.problem


def test_a_day_that_cannot_be_flown_names_its_key() -> None:
    day = "lift_off_date = 1500-11-23\ninclination_deg = 30"
    assert refusal(replaced(LIFT_OFF, day)).key == "phase[0] (launch).lift_off_date"


def test_an_arrival_beyond_the_tables_is_refused() -> None:
    error = refusal(replaced("2020-11-23T20:30:12Z", "2050-12-31T00:00:00Z", SMALL))
    assert error.key == "phase[1] (transfer)"
    assert "would arrive on 2051-01-06, expected by 2051-01-01" in error.problem


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("utc = 2020-12-01T15:00:00Z }", "utc = 2019-12-01T15:00:00Z }", "passes_over.utc"),
        ("until_utc = 2020", "until_utc = 2019", "until_utc"),
    ],
)
def test_a_date_before_the_lift_off_is_refused(old: str, new: str, key: str) -> None:
    error = refusal(replaced(old, new))
    assert str(error.key).endswith(key)
    assert "expected a date after the lift-off (2020-11-23T20:30:12Z)" in error.problem


def test_a_flown_date_no_scale_covers_names_its_row() -> None:
    error = refusal(replaced("utc = 2020-11-28T12:58:00Z", "utc = 1500-11-28T12:58:00Z"))
    assert error.key == f"{FLOWN}.utc"


# ---- what does not go together


@pytest.mark.parametrize("inclination", ["0", "10", "19.4", "160.6", "170", "180"])
def test_an_inclination_the_site_cannot_reach_names_the_range(inclination: str) -> None:
    error = refusal(replaced(LIFT_OFF, INCLINED + inclination))
    assert error.key == "phase[0] (launch).inclination_deg"
    assert f"inclination {inclination} deg cannot be reached" in error.problem
    assert "expected 19.493 to 160.507 deg" in error.problem


TOGETHER = [
    (f"{LIFT_OFF}\n", "", "found neither of `lift_off_utc` and `lift_off_date`, expected one"),
    (LIFT_OFF, f"{LIFT_OFF}\nlift_off_date = 2020-11-23", "found both of `lift_off_utc` and"),
    (LIFT_OFF, "lift_off_date = 2020-11-23", "needs `inclination_deg`"),
    (LIFT_OFF, f"{LIFT_OFF}\nheading = 'northbound'", "over-determined"),
    (LIFT_OFF, f"{LIFT_OFF}\ncoast = 'short'", "over-determined"),
    ('vehicle = "cz-5"\n', "", "expected it, or both `ascent_duration_s` and"),
    (ALTITUDE, f"{ALTITUDE}\nchoose = 'north'", "over-determined: `passes_over` chooses"),
    ("period_h = 7.8", "period_h = 7.8, circular_altitude_km = 9", "found period_h and circular"),
    (", period_h = 7.8", "", "found no goal, expected one of period_h"),
    ("period_h = 7.8", "period_h = 7.8, after_revolutions = 2", "is for later burns"),
    ('spacecraft = "orbiter"\n', "", "expected also the capture's `spacecraft`"),
    ('spacecraft = "orbiter"', 'spacecraft = "returner"', "'returner' has no engines"),
    ('name = "returner"', 'name = "orbiter"', "spacecraft 'orbiter' stands twice"),
    ("insertion_1", "insertion_2", "as_flown event 'lunar_orbit_insertion_2' stands twice"),
    ('source = "310 to 335 kg, from memory"', "", None),
    ('confidence = "unconfirmed"\nsource = "310 to 335 kg, from memory"', "", "found neither"),
    (
        "[{ name = 'main'",
        "[{ name = 'main', thrust_n = 1, isp_s = 300 }, { name = 'main'",
        "engine 'main' stands twice",
    ),
]


@pytest.mark.parametrize(("old", "new", "says"), TOGETHER)
def test_what_does_not_go_together_is_refused(old: str, new: str, says: str | None) -> None:
    text = replaced(old, new, CHANGE_5.replace('[{ name = "main"', "[{ name = 'main'"))
    if says is None:
        assert read(text).name == "change-5"
        return
    assert says in refusal(text).problem


def test_a_capture_without_any_spacecraft_says_so() -> None:
    text = SMALL + replaced('kind = "capture"', 'kind = "capture"\nspacecraft = "a"', CAPTURE)
    error = refusal(text)
    assert error.key == "phase[2] (capture).spacecraft"
    assert "the file has no [[spacecraft]]" in error.problem


@pytest.mark.parametrize(
    "order", ["10", "0", "1", "02", "013", "0011", "0123210", "01232", "0122", "3210"]
)
def test_phases_in_another_order_are_refused(order: str) -> None:
    head, *phases = SMALL.split("[[phase]]")
    parts = [f"[[phase]]{part}" for part in phases] + [CAPTURE, ORBIT]
    problem = refusal(head + "".join(parts[int(i)] for i in order)).problem
    assert "expected launch, transfer, then capture, then orbit" in problem


# ---- overrides


@pytest.mark.parametrize(
    ("assignment", "says"),
    [
        ("phase.transfr.flight_time_h=3", "there is no 'transfr' here. Did you mean 'transfer'?"),
        ("phase.transfer.flight_time_h=abc", "found 'abc', expected a number from 48 to 160"),
        ("phase.transfer.flight_tim_h=90", "unknown key. Did you mean 'flight_time_h'?"),
        ("spacecraft.orbiter.propellant_kg=true", "found true, expected a number"),
        ("modle.constants=gmat", "modle: unknown key. Did you mean 'model'?"),
        ("name=Big Name", "found 'Big Name', expected lower-case"),
        ("phase.transfer=null", "phases are launch, capture, orbit"),
        ("phase.1.kind=orbit", "unknown key"),
        ("phase=3", "found 3, expected a list"),
    ],
)
def test_a_wrong_override_is_told_from_a_wrong_file(assignment: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        load("change-5", overrides=["title=fine", assignment])
    assert str(caught.value).startswith("change-5 with --set: ")
    assert says in str(caught.value)


# ---- a hostile user


def paths(node: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield way
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(
        node, list) else ()  # fmt: skip
    for key, value in items:
        yield from paths(value, (*way, key))


PATHS = [way for way in paths(DOCUMENT) if way]
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.sampled_from(["kind", "name", "site", "utc"]), st.text(max_size=3)),
    st.sampled_from([0, -1, 1e308, 10**400, "orbit", "earth", "main", [], {}, [[]], [{}]]),
)


@given(st.sampled_from(PATHS), ODD, st.sampled_from(["replace", "remove", "add"]))
@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
def prop_any_value_anywhere_is_read_or_refused_in_one_line(
    way: tuple[Any, ...], value: Any, what: str
) -> None:
    document = copy.deepcopy(DOCUMENT)
    here: Any = document
    for step in way[:-1]:
        here = here[step]
    if what == "remove":
        del here[way[-1]]
    elif what == "add" and isinstance(here, dict):
        here[f"{way[-1]}_x"] = value
    else:
        here[way[-1]] = value
    outcome = outcome_of(lambda: read_document(document))
    if isinstance(outcome, InputError):
        assert outcome.file == "mine.toml"
        assert outcome.problem
        assert len(str(outcome)) < 900
    else:
        assert outcome.phases


def outcome_of(reading: Callable[[], Mission]) -> Mission | InputError:
    try:
        return reading()
    except InputError as error:
        return error


def read_document(document: dict[str, Any]) -> Mission:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("perilune.scenarios.load.tomllib.loads", lambda _: document)
        return read("schema = 1")


@given(st.text(max_size=60))
def prop_any_text_is_refused(text: str) -> None:
    refusal(text)


@given(st.sampled_from(CHANGE_5.splitlines()), st.integers(0, 80), st.characters())
def prop_one_wrong_character_is_read_or_refused(line: str, place: int, wrong: str) -> None:
    broken = line[:place] + wrong + line[place + 1 :]
    outcome = outcome_of(lambda: read(CHANGE_5.replace(line, broken, 1)))
    assert "\n" not in str(outcome).replace(wrong, "")
