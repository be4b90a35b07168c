"""A user's catalogue files: what they change, what is refused; what `perilune catalog` shows."""

from __future__ import annotations

import io
import json
import re
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perilune.catalog.book import LARGEST_FILE, Catalog, catalog
from perilune.catalog.entry import CONFIDENCES, KINDS, MARKS, Entry
from perilune.catalog.merge import changed
from perilune.catalog.shape import SHAPES
from perilune.cli.main import main
from perilune.errors import InputError
from perilune.scenarios.load import load

PAD = """
[launch_sites.my-pad]
title = "A pad of my own"
latitude_deg = 10.5
longitude_deg = 20
azimuths_deg = [[80, 120]]
confidence = "assumed"

[vehicles.my-rocket]
sites = ["my-pad"]
ascent_duration_s = 600
ascent_range_angle_deg = 20
upper_stage = "my-stage"
source = "maker's manual"

[[vehicles.my-rocket.payloads]]
kind = "stated"
payload_kg = 9000
inclination_deg = 10.5
perigee_altitude_km = 200
c3_km2_s2 = -2
confidence = "unconfirmed"

[upper_stages.my-stage]
engine = "X-1"
thrust_n = 20e3
isp_s = 320
propellant_kg = 5000
dry_mass_kg = 900
source = "maker's manual"

[launch_sites.vostochny-1s]
altitude_km = 0.3
inclinations_deg = [[42, 52]]
headings = ["northbound"]
source = "my survey"
figures.altitude_km = { confidence = "derived" }
"""

SCENARIO = """
schema = 1
name = "mine"
catalog = "figures.toml"

[[phase]]
kind = "launch"
site = "my-pad"
vehicle = "my-rocket"
lift_off_utc = 2020-11-23T20:30:12Z

[[phase]]
kind = "transfer"
flight_time_h = 112
perilune_altitude_km = 200
inclination_deg = 43.5
"""


def written(folder: Path, text: str | bytes, name: str = "figures.toml") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def laid_over(folder: Path, text: str) -> Catalog:
    return catalog().with_file(written(folder, text))


def perilune(*arguments: str | Path) -> tuple[int, str, str]:
    """Run a command in this process; returns status, stdout and stderr."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main([str(word) for word in arguments])
    return status, out.getvalue(), err.getvalue()


def shown(*arguments: str | Path) -> str:
    status, out, err = perilune("catalog", *arguments)
    assert (status, err) == (0, "")
    return out


def document(*arguments: str | Path) -> dict[str, Any]:
    return dict(json.loads(shown(*arguments, "--json")))


def refused(*arguments: str | Path) -> str:
    """Return the one line of a refusal, after looking that nothing else was said."""
    status, out, err = perilune(*arguments)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert err.startswith("perilune: ")
    return err


# ---- what a file changes


def test_a_new_entry_stands_where_its_file_says(tmp_path: Path) -> None:
    book = laid_over(tmp_path, PAD)
    pad = book.entry("launch_sites", "my-pad")
    assert pad.point("earth").latitude_deg == 10.5
    assert (pad.confidence, pad.source) == ("assumed", "as stated in figures.toml")
    rocket = book.entry("vehicles", "my-rocket")
    assert (rocket.confidence, rocket.source) == ("sourced", "maker's manual")
    (payload,) = rocket.rows("payloads")
    assert (payload.confidence, payload.source) == ("unconfirmed", "maker's manual")
    assert book.files == (str(tmp_path / "figures.toml"),)


def test_a_change_merges_key_by_key(tmp_path: Path) -> None:
    old = catalog().entry("launch_sites", "vostochny-1s")
    new = laid_over(tmp_path, PAD).entry("launch_sites", "vostochny-1s")
    assert new.figures["altitude_km"] == 0.3
    assert new.figures["inclinations_deg"] == [[42, 52]]
    assert new.confidence_of("inclinations_deg") == "sourced"
    assert new.source_of("inclinations_deg") == "my survey"
    assert new.mark_of("altitude_km").confidence == "derived"
    assert new.source_of("altitude_km") == "my survey"
    for key in ("latitude_deg", "longitude_deg", "title", "drop_zones"):
        assert new.figures[key] == old.figures[key]
        assert new.mark_of(key) == old.mark_of(key)


def test_the_bundled_catalogue_stays_as_it_was(tmp_path: Path) -> None:
    laid_over(tmp_path, PAD)
    assert "my-pad" not in catalog().table("launch_sites")
    assert catalog().entry("launch_sites", "vostochny-1s").figures["altitude_km"] == 0.265


def test_the_last_file_wins(tmp_path: Path) -> None:
    again = '[launch_sites.my-pad]\nlatitude_deg = 11\nsource = "map"\n'
    book = laid_over(tmp_path, PAD).with_file(written(tmp_path, again, "more.toml"))
    pad = book.entry("launch_sites", "my-pad")
    assert (pad.figures["latitude_deg"], pad.figures["longitude_deg"]) == (11, 20)
    assert (pad.confidence_of("latitude_deg"), pad.confidence_of("longitude_deg")) == (
        "sourced",
        "assumed",
    )
    assert [Path(file).name for file in book.files] == ["figures.toml", "more.toml"]


def test_a_figure_can_be_confirmed_without_being_said_again(tmp_path: Path) -> None:
    one = '[launch_sites.vostochny-1s]\nfigures.latitude_deg = { source = "survey" }\n'
    found = laid_over(tmp_path, one).entry("launch_sites", "vostochny-1s")
    assert found.mark_of("latitude_deg").confidence == "sourced"
    assert found.confidence_of("longitude_deg") == "unconfirmed"
    whole = '[launch_sites.vostochny-1s]\nsource = "survey"\n'
    found = laid_over(tmp_path, whole).entry("launch_sites", "vostochny-1s")
    assert {found.confidence_of(key) for key in found.figures} == {"sourced"}
    assert found.figures == catalog().entry("launch_sites", "vostochny-1s").figures


def test_a_changed_table_replaces_the_rows(tmp_path: Path) -> None:
    text = """
[[vehicles.cz-5.payloads]]
kind = "maximum"
payload_kg = 9400
inclination_deg = 22
perigee_altitude_km = 200
c3_km2_s2 = -2
source = "a table of mine"
"""
    found = laid_over(tmp_path, text).entry("vehicles", "cz-5")
    (row,) = found.rows("payloads")
    assert (row.figures["payload_kg"], row.confidence, row.source) == (
        9400,
        "sourced",
        "a table of mine",
    )
    assert len(found.rows("stages")) == 3


# ---- what is refused: one message, with file and key

NEW = "[launch_sites.new]\nlatitude_deg = 1\nlongitude_deg = 2\nsource = 'x'\n"
KNOWN = "[launch_sites.vostochny-1s]\nsource = 'x'\n"
STAGE = "[upper_stages.new]\nthrust_n = 1e4\nisp_s = 300\npropellant_kg = 10\nsource = 'x'\n"
ROW = "[[vehicles.cz-5.payloads]]\npayload_kg = 1\ninclination_deg = 22\nkind = 'stated'\n"
ROW += "perigee_altitude_km = 200\n"

WRONG = {
    "no unit": (
        NEW + "altitude = 5",
        "launch_sites.new.altitude: has no unit: expected altitude_km",
    ),
    "other unit": (
        NEW + "altitude_m = 5",
        "altitude_m: has another unit than this catalogue's: exp",
    ),
    "unit of a change": (
        KNOWN + "latitude = 5",
        "vostochny-1s.latitude: has no unit: expected lat",
    ),
    "unknown key": (
        NEW + "azimuth_deg = 5",
        "azimuth_deg: unknown key. Did you mean 'azimuths_deg'",
    ),
    "text": (
        KNOWN + "altitude_km = '5'",
        "altitude_km: found '5', expected a number from -12 to 12",
    ),
    "flag": (KNOWN + "altitude_km = true", "altitude_km: found true, expected a number"),
    "nan": (KNOWN + "altitude_km = nan", "altitude_km: found nan, expected a number"),
    "infinite": (KNOWN + "altitude_km = -inf", "altitude_km: found -inf, expected a number"),
    "huge": (KNOWN + f"altitude_km = {10**400}", "found a whole number above 1e15, expected"),
    "latitude": (KNOWN + "latitude_deg = 91", "found 91, expected a number from -90 to 90"),
    "longitude": (KNOWN + "longitude_deg = 181", "found 181, expected a number from -180 to 180"),
    "inclination": (KNOWN + "inclinations_deg = [[51, 190]]", "found [[51, 190]], expected a list"),
    "range the wrong way": (
        KNOWN + "inclinations_deg = [[60, 50]]",
        "a list of ranges [low, high]",
    ),
    "no range": (KNOWN + "azimuths_deg = [50, 60]", "found [50, 60], expected a list of ranges"),
    "empty list": (KNOWN + "azimuths_deg = []", "found [], expected a list of ranges"),
    "headings": (
        KNOWN + "inclinations_deg = [[51, 52]]",
        "headings: found 4, expected one for each",
    ),
    "heading": (
        KNOWN + "headings = ['up']",
        "list of names in quotes: northbound, southbound, eit",
    ),
    "missing": (
        STAGE,
        "upper_stages.new.dry_mass_kg: this key is missing: expected a number above",
    ),
    "misspelt name": (
        "[launch_sites.vostochny-1]\naltitude_km = 1\nsource = 'x'",
        "latitude_deg: this key is missing: expected a number from -90 to 90 ('vostochny-1' is "
        "new; did you mean to change 'vostochny-1s'?)",
    ),
    "no source": (
        "[launch_sites.vostochny-1s]\naltitude_km = 1",
        "altitude_km: found neither `sour",
    ),
    "no source of a new one": (
        NEW.replace("source = 'x'", ""),
        "latitude_deg: found neither `sour",
    ),
    "sourced by nothing": (
        "[launch_sites.vostochny-1s]\naltitude_km = 1\nconfidence = 'sourced'",
        "altitude_km: is called sourced: expected also its `source`",
    ),
    "nothing sourced by nothing": (
        "[launch_sites.vostochny-1s]\nconfidence = 'sourced'",
        "vostochny-1s: is called sourced: expected also its `source`",
    ),
    "confidence": (
        KNOWN + "confidence = 'asumed'",
        "found 'asumed', expected text in quotes: sourced",
    ),
    "near confidence": (KNOWN + "confidence = 'asumed'", "Did you mean 'assumed'?"),
    "empty source": (
        "[launch_sites.vostochny-1s]\nsource = ' '",
        "source: found ' ', expected text",
    ),
    "mark of nothing": (
        KNOWN + "figures.radius_km = { source = 'x' }",
        "figures.radius_km: marks `radius_km`, which the entry has not",
    ),
    "empty mark": (KNOWN + "figures.altitude_km = {}", "found {}, expected a table of `source`"),
    "mark that is none": (KNOWN + "figures = 3", "figures: found 3, expected a table figures.KEY"),
    "kind": (
        "[launch_site.x]\nlatitude_deg = 1",
        "launch_site: unknown catalogue 'launch_site'. Did",
    ),
    "kind that is no table": ("vehicles = 3", "vehicles: found 3, expected tables [vehicles.NAME]"),
    "entry that is no table": (
        "[vehicles]\ncz-5 = 3",
        "vehicles.cz-5: found 3, expected a table of",
    ),
    "empty entry": ("[vehicles.cz-5]", "vehicles.cz-5: the table is empty"),
    "name": ("[vehicles.'My Rocket']\nx = 1", "found the name 'My Rocket', expected lower-case"),
    "row that is no list": (
        "[vehicles.cz-5]\nstages = 3",
        "expected tables in double brackets: [[veh",
    ),
    "row": (ROW + "source = 'x'", "payloads[0]: found neither of apogee_altitude_km and c3_km2_s2"),
    "row without source": (
        ROW + "c3_km2_s2 = -2",
        "vehicles.cz-5.payloads[0]: found neither `source`",
    ),
    "kind of payload": (
        ROW.replace("stated", "sated") + "c3_km2_s2 = -2\nsource = 'x'",
        "payloads[0].kind: found 'sated', expected text in quotes: maximum, stated, flown",
    ),
    "upper stage": (
        "[vehicles.cz-5]\nupper_stage = 'fregat-n'",
        "vehicles.cz-5.upper_stage: unknown upper stage 'fregat-n'. Did you mean 'fregat-m",
    ),
    "site": (
        "[vehicles.cz-5]\nsites = ['wenchang']\nsource = 'x'",
        "vehicles.cz-5.sites: unknown launch site 'wenchang'",
    ),
    "empty": ("", "the file is empty: expected a catalogue (TOML)"),
    "not TOML": ("[vehicles", "not valid TOML"),
    "binary": (b"\xff\xfe\x00", "not a text file: expected TOML in UTF-8"),
    "deep": ("x = " + "[" * 5000 + "]" * 5000, "nested too deeply"),
    "digits": ("x = " + "9" * 5000, "a number of thousands of digits"),
    "large": (b"#" * (LARGEST_FILE + 1), "larger than 10 MB"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_is_refused_in_one_line(tmp_path: Path, case: str) -> None:
    text, says = WRONG[case]
    path = written(tmp_path, text)
    line = refused("catalog", "launch_sites", "--file", path)
    assert line.startswith(f"perilune: {path}: ")
    assert says in line


PLAIN = st.one_of(st.integers(), st.floats(), st.booleans(), st.text(max_size=20), st.dates())
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from([*MARKS, "payload_kg", "x"]), inner, max_size=4),
    ),
    max_leaves=8,
)


def made_or_refused(kind: str, name: str, content: Any) -> Entry | InputError:
    try:
        return changed(kind, name, content, f"{kind}.{name}", catalog().table(kind), "mine.toml")
    except InputError as error:
        return error


@given(st.data())
def prop_any_value_anywhere_is_taken_or_refused_with_its_key(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(KINDS)))
    name = data.draw(st.sampled_from([*sorted(catalog().table(kind))[:3], "new", "", "A b"]))
    keys = st.sampled_from([*SHAPES[kind].keys, *MARKS, "altitude"])
    content = data.draw(st.one_of(VALUES, st.dictionaries(keys, VALUES, max_size=4)))
    found = made_or_refused(kind, name, content)
    if isinstance(found, InputError):
        assert found.key
        assert found.key.startswith(kind)
        assert len(found.problem) < 1000
        return
    for part in [found, *(row for key in SHAPES[kind].rows for row in found.rows(key))]:
        assert all(part.confidence_of(key) in CONFIDENCES for key in part.figures)
        assert all(part.source_of(key).strip() for key in part.figures)


@pytest.mark.parametrize("case", ["no unit", "no source", "kind", "large"])
def test_the_error_carries_file_and_key(tmp_path: Path, case: str) -> None:
    text, _ = WRONG[case]
    path = written(tmp_path, text)
    with pytest.raises(InputError) as caught:
        catalog().with_file(path)
    assert caught.value.file == str(path)
    assert (caught.value.key is None) == (case == "large")


def test_a_path_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    written(tmp_path, PAD)
    line = refused("catalog", "--file", tmp_path / "figure.toml")
    assert f"there is no such file. Did you mean '{tmp_path / 'figures.toml'}'?" in line
    assert "is a folder: expected a catalogue" in refused("catalog", "--file", tmp_path)
    assert "File name too long" in refused("catalog", "--file", "x" * 300)
    assert "is a folder" in refused("catalog", "--file", "")


# ---- in a scenario


def test_a_scenario_takes_its_own_figures(tmp_path: Path) -> None:
    written(tmp_path, PAD)
    mission = load(written(tmp_path, SCENARIO, "mine.toml"))
    launch = mission.phases[0].launch  # type: ignore[attr-defined]
    assert (launch.site.name, launch.site.point.latitude_deg) == ("my-pad", 10.5)
    assert launch.ascent.duration_s == 600.0
    (row,) = mission.assumed  # the pad; the rocket's ascent has a source
    assert row["what"] == "launch site: my-pad"
    assert row["value"] == {"latitude_deg": 10.5, "longitude_deg": 20}
    assert row["confidence"] == "assumed"


def test_figures_of_one_entry_that_stand_differently_are_noted_apart(tmp_path: Path) -> None:
    text = """[vehicles.cz-5]
ascent_duration_s = 750
confidence = "unconfirmed"
[launch_sites.wenchang-lc101]
altitude_km = 0.02
confidence = "assumed"
"""
    path = written(tmp_path, text)
    mission = load("change-5", overrides=[f'catalog="{path}"'])
    noted = {row["what"]: row for row in mission.assumed if row["what"][:4] in ("vehi", "laun")}
    assert noted.pop("vehicle: cz-5 (injected mass)")["confidence"] == "unconfirmed"
    assert {what: row["value"] for what, row in noted.items()} == {
        "launch site: wenchang-lc101 (altitude_km)": {"altitude_km": 0.02},
        "vehicle: cz-5 (ascent_duration_s)": {"ascent_duration_s": 750},
        "vehicle: cz-5 (ascent_range_angle_deg)": {"ascent_range_angle_deg": 25},
    }
    assert noted["vehicle: cz-5 (ascent_duration_s)"]["confidence"] == "unconfirmed"
    assert noted["vehicle: cz-5 (ascent_duration_s)"]["source"] == "as stated in figures.toml"


def test_a_figure_the_scenario_gives_itself_is_not_noted(tmp_path: Path) -> None:
    given = ["phase.launch.ascent_duration_s=700", "phase.launch.ascent_range_angle_deg=24"]
    noted = {row["what"] for row in load("change-5", overrides=given).assumed}
    assert "vehicle: cz-5" not in noted


def test_a_bundled_scenario_takes_a_file_of_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, PAD)
    monkeypatch.chdir(tmp_path)
    changes = ["catalog=figures.toml", "phase.launch.vehicle=my-rocket"]
    mission = load("change-5", overrides=changes)
    assert mission.phases[0].launch.ascent.duration_s == 600.0  # type: ignore[attr-defined]


IN_SCENARIO = {
    "missing": ('"nowhere.toml"', "mine.toml: catalog: ", "nowhere.toml: there is no such file"),
    "second missing": ('["figures.toml", "no.toml"]', "mine.toml: catalog[1]: ", "no such file"),
    "no text": (
        "3",
        "mine.toml: catalog: ",
        "found 3, expected a file's name in quotes, or a list",
    ),
    "no texts": ('["a", 3]', "mine.toml: catalog: ", "expected a file's name in quotes"),
    "blank": ('""', "mine.toml: catalog: ", "is a folder: expected a catalogue"),
    "null": ('"a\\u0000b"', "mine.toml: catalog: ", "cannot be read"),
    "wrong file": ('"wrong.toml"', "wrong.toml: launch_sites.new.altitude: ", "has no unit"),
}


@pytest.mark.parametrize("case", IN_SCENARIO)
def test_a_scenario_with_a_wrong_catalogue_is_refused(tmp_path: Path, case: str) -> None:
    value, where, says = IN_SCENARIO[case]
    written(tmp_path, PAD)
    written(tmp_path, NEW + "altitude = 5", "wrong.toml")
    text = SCENARIO.replace('"figures.toml"', value)
    line = refused("check", written(tmp_path, text, "mine.toml"))
    assert where in line
    assert says in line


# ---- what is shown


def test_the_kinds_are_shown_with_counts() -> None:
    listed = {row["kind"]: row for row in document()["kinds"]}
    assert set(listed) == set(KINDS)
    for kind, row in listed.items():
        assert row["entries_n"] == len(catalog().table(kind))
        assert re.search(rf"{kind} +{row['entries_n']} +{row['not_sourced_n']}\n", shown())


@pytest.mark.parametrize("kind", KINDS)
def test_every_entry_reads_in_100_columns_with_each_figure_marked(kind: str) -> None:
    listed = shown(kind)
    assert max(map(len, listed.splitlines())) <= 100
    for name, found in catalog().table(kind).items():
        assert name in listed
        text = shown(kind, name)
        assert max(map(len, text.splitlines())) <= 100, name
        assert text.startswith(f"{KINDS[kind]} {name}: {found.figures['title']}")
        flat = " ".join(text.split())
        shown_one = ("_deg", "_n", "_kg", "_kg_y", "androgynous", "form", "effect", "memberships")
        key = next(key for key in found.figures if key.endswith(shown_one))
        assert " ".join(found.source_of(key).split()) in flat
        marks = {found.confidence_of(key) for key in found.figures if key.endswith(("_deg", "_n"))}
        for confidence, sign in (("unconfirmed", "? "), ("assumed", "! ")):
            assert confidence not in marks or sign + confidence in text


@pytest.mark.parametrize("kind", KINDS)
def test_the_json_has_unit_confidence_and_source_of_every_figure(kind: str) -> None:
    data = document(kind)
    assert data["kind"] == kind
    assert [row["name"] for row in data["entries"]] == list(catalog().table(kind))
    for row in data["entries"]:
        for key, figure in row["figures"].items():
            assert set(figure) == {"value", "unit", "confidence", "source"}
            assert figure["source"]
            is_number = isinstance(figure["value"], float)
            assert figure["unit"] or not is_number or key.endswith("_coefficient"), key
        assert document(kind, row["name"])["entries"] == [row]


def test_rows_are_shown_with_their_own_standing() -> None:
    (row,) = document("vehicles", "cz-5")["entries"]
    wanted = catalog().entry("vehicles", "cz-5").rows("payloads")
    assert [part["confidence"] for part in row["payloads"]] == [part.confidence for part in wanted]
    mass = row["payloads"][0]["figures"]["payload_kg"]
    assert (mass["value"], mass["unit"]) == (wanted[0].figures["payload_kg"], "kg")
    assert "? [" in shown("vehicles", "cz-5")


def test_a_users_entries_are_shown_with_the_others(tmp_path: Path) -> None:
    path = written(tmp_path, PAD)
    text = shown("launch_sites", "my-pad", "--file", path)
    assert "A pad of my own" in text
    assert re.search(r"azimuths +80 to 120 +deg +! assumed", text)
    assert "as stated in figures.toml" in text
    data = document("upper-stages", "--file", path)
    assert data["files"] == [str(path)]
    assert data["entries"][-1]["name"] == "my-stage"


def test_unknown_names_are_refused() -> None:
    assert "Did you mean 'vehicles'?" in refused("catalog", "vehicle")
    assert "unknown vehicle 'cz5'. Did you mean 'cz-5'?" in refused("catalog", "vehicles", "cz5")
    assert "unexpected extra argument" in refused("catalog", "vehicles", "cz-5", "x")
    assert "--json" in refused("catalog", "--jsn")


def test_control_characters_of_a_file_do_not_reach_the_terminal(tmp_path: Path) -> None:
    text = PAD.replace("A pad of my own", "\\u001b[31mred")
    out = shown("launch_sites", "my-pad", "--file", written(tmp_path, text))
    assert "\x1b" not in out
    assert "\\x1b[31mred" in out
