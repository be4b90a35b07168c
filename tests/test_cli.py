"""The command line: what it prints where, what it writes, and with which status it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support import TO_ORBIT

import perilune as pl
from perilune.cli import output
from perilune.cli.main import Stopped, main
from perilune.errors import DataRangeError

CHANGE_5 = Path(TO_ORBIT).read_text("utf-8")
PLAIN_OUTPUTS = ["events.csv", "mission.json", "report.html"]
PERILUNE = [sys.executable, "-c", "from perilune.cli.main import run; run()"]

WITHOUT_MASSES = """
# My first mission: no spacecraft at all, so no masses.
schema = 1            # always
name = "mine"

[[phase]]             # from Wenchang
kind = "launch"
site = "wenchang-lc101"
vehicle = "cz-5"
lift_off_utc = 2020-11-23T20:30:12Z

[[phase]]
kind = "transfer"
flight_time_h = 112
perilune_altitude_km = 200
inclination_deg = 43.5
choose = "north"

[[phase]]
kind = "capture"
burns = [{ period_h = 7.8 }, { circular_altitude_km = 200, after_revolutions = 3 }]
"""


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, Any]:
        return dict(json.loads(self.out))


def perilune(*arguments: str | Path) -> Done:
    """Run a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main([str(word) for word in arguments])
    return Done(status, out.getvalue(), err.getvalue())


def refused(done: Done) -> str:
    """Return the one line of a refusal, after looking that nothing else was said."""
    assert done.status == 2
    assert done.out == ""
    assert done.err.count("\n") == 1
    assert done.err.startswith("perilune: ")
    assert "Traceback" not in done.err
    return done.err


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(scope="module", autouse=True)
def one_sky(env: pl.Environment) -> Iterator[None]:
    """Fly everything in the shared environment: nothing compiles twice."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("perilune.missions.fly.environment", lambda **_: env)
        yield


@dataclass(frozen=True)
class Flown:
    """A flight flown once for all tests that look at it."""

    done: Done
    folder: Path


@pytest.fixture(scope="module")
def flown(tmp_path_factory: pytest.TempPathFactory) -> Flown:
    folder = tmp_path_factory.mktemp("flown") / "deep" / "out"
    return Flown(perilune("fly", TO_ORBIT, "--json", "-o", folder), folder)


@pytest.fixture(scope="module")
def massless(tmp_path_factory: pytest.TempPathFactory) -> Flown:
    folder = tmp_path_factory.mktemp("massless")
    (folder / "mine.toml").write_text(WITHOUT_MASSES)
    out = folder / "out"
    return Flown(perilune("fly", folder / "mine.toml", "-o", out, "--json", "--quiet"), out)


# ---- a flight that closes


def test_a_flight_that_closes_ends_with_0_and_one_json_document(flown: Flown) -> None:
    assert flown.done.status == 0
    assert flown.done.out.startswith("{\n")
    data = flown.done.data
    assert data["scenario"] == "change-5"
    assert data["status"] == "converged"
    assert data["constants"] == "de440"
    assert all(check["ok"] for check in data["checks"])
    assert data["perilune"] == pl.__version__


def test_progress_goes_to_stderr_only(flown: Flown) -> None:
    assert "transfer north ..." in flown.done.err
    assert "writing ..." in flown.done.err
    assert "\x1b" not in flown.done.err


def test_every_output_is_written_and_nothing_else(flown: Flown) -> None:
    names_of = ("ascender", "lander", "orbiter", "returner")
    crafts = [f"{craft}.{kind}" for craft in names_of for kind in ("bsp", "oem")]
    assert names(flown.folder) == sorted([*PLAIN_OUTPUTS, *crafts])


def test_mission_json_is_what_json_prints(flown: Flown) -> None:
    assert (flown.folder / "mission.json").read_text() == flown.done.out


def test_the_keys_of_the_json_are_the_contract(flown: Flown) -> None:
    data = flown.done.data
    assert {"perilune", "scenario", "status", "constants", "elapsed_s", "events", "ledger",
            "checks", "solution"} <= set(data)  # fmt: skip
    event = {"name", "spacecraft", "utc", "end_utc", "body", "altitude_km", "latitude_deg",
             "longitude_deg", "speed_km_s", "flight_path_angle_deg", "inclination_deg", "dv_m_s",
             "mass_before_kg", "mass_after_kg", "propellant_kg", "branch", "stage", "members",
             "propellant_of", "as_flown"}  # fmt: skip
    assert all(set(row) == event for row in data["events"])
    ledger = {"spacecraft", "dry_mass_kg", "propellant_loaded_kg", "propellant_used_kg",
              "margin_kg"}  # fmt: skip
    assert all(set(row) == ledger for row in data["ledger"])
    assert all(set(row) == {"name", "value", "unit", "limit", "ok"} for row in data["checks"])
    solution = {"flight_time_h", "c3_km2_s2", "perigee_utc", "perilune_utc", "branches"}
    assert solution <= set(data["solution"])
    for row in data["solution"]["branches"]:
        assert {"name", "total_dv_m_s", "chosen", "why"} <= set(row)
    assert [row["chosen"] for row in data["solution"]["branches"]].count(True) == 1


def test_events_csv_holds_the_events_of_the_json(flown: Flown) -> None:
    with (flown.folder / "events.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    events = flown.done.data["events"]
    assert [row["name"] for row in rows] == [event["name"] for event in events]
    for row, event in zip(rows, events, strict=True):
        assert row["utc"] == event["utc"]
        for key in ("altitude_km", "speed_km_s", "dv_m_s", "mass_after_kg"):
            wanted = event[key]
            assert row[key] == "" if wanted is None else float(row[key]) == pytest.approx(wanted)


def test_every_spacecraft_has_an_oem_that_reads_back(flown: Flown) -> None:
    events = {event["name"]: event for event in flown.done.data["events"]}
    for name in ("orbiter", "returner", "lander", "ascender"):
        ephemeris = pl.read_oem(flown.folder / f"{name}.oem")
        assert {segment.object_name for segment in ephemeris.segments} == {name}
        first, last = ephemeris.segments[0], ephemeris.segments[-1]
        assert (first.center, last.center) == ("earth", "moon")
        assert abs(first.start - pl.Epoch.utc(events["parking_orbit"]["utc"])) < 1e-3
        assert abs(last.stop - pl.Epoch.utc("2020-12-01T15:00:00")) < 1e-3


def test_the_command_line_is_part_of_the_provenance(flown: Flown) -> None:
    assert flown.done.data["provenance"]["command"].startswith("perilune")


def test_quiet_and_no_report(tmp_path: Path) -> None:
    done = perilune("fly", TO_ORBIT, "--quiet", "--no-report", "-o", tmp_path / "out")
    assert done.status == 0
    assert done.err == ""
    assert "report.html" not in names(tmp_path / "out")
    assert "CLOSES: all" in done.out
    assert "translunar_injection" in done.out
    assert f"outputs in {tmp_path / 'out'}/" in done.out
    assert "…" not in done.out


def test_the_default_folder_carries_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = perilune("fly", TO_ORBIT, "--set", "name=other", "--quiet", "--no-report", "--json")
    assert done.status == 0
    assert done.data["scenario"] == "other"
    assert "mission.json" in names(tmp_path / "perilune-out" / "other")


# ---- as flown: the comparison column only


def test_what_was_flown_changes_nothing_but_its_column(flown: Flown, tmp_path: Path) -> None:
    other = tmp_path / "change-5.toml"
    other.write_text(with_other_figures_flown())
    done = perilune("fly", other, "--json", "--no-report", "--quiet", "-o", tmp_path / "out")
    assert done.status == 0
    ours, theirs = without_comparison(flown.done.data), without_comparison(done.data)
    assert ours == theirs  # to the last digit
    column = [event["as_flown"] for event in done.data["events"] if event["as_flown"]]
    assert len(column) == 4
    assert all(row["utc"].startswith("1999-") for row in column)
    assert all(row["source"] == "nobody" for row in column)
    before = [event["as_flown"] for event in flown.done.data["events"] if event["as_flown"]]
    assert not any(row in before for row in column)


def with_other_figures_flown() -> str:
    """Return the bundled file with every flown figure changed."""
    head, *rows = CHANGE_5.split("[[as_flown]]")
    changed = []
    for row in rows:
        fields = tomllib.loads(row)
        lines = [f'event = "{fields["event"]}"', "utc = 1999-01-02T03:04:05Z", 'source = "nobody"']
        figures = {key: value for key, value in fields.items() if isinstance(value, int | float)}
        lines += [f"{key} = {7.0 * value + 1000.0}" for key, value in figures.items()]
        changed.append("[[as_flown]]\n" + "\n".join(lines) + "\n")
    return head + "\n".join(changed)


def without_comparison(data: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in data.items() if key not in ("elapsed_s", "provenance")}
    kept["events"] = [{**event, "as_flown": None} for event in data["events"]]
    return kept


# ---- a file of one's own, without masses


def test_a_mission_without_masses_flies_with_nulls(massless: Flown) -> None:
    assert massless.done.status == 0
    data = massless.done.data
    assert data["ledger"] == []
    assert names(massless.folder) == sorted([*PLAIN_OUTPUTS, "spacecraft.bsp", "spacecraft.oem"])
    for event in data["events"]:
        assert event["mass_before_kg"] is None
        assert event["mass_after_kg"] is None
        assert event["propellant_kg"] is None
        assert event["as_flown"] is None
    burns = [event for event in data["events"] if event["dv_m_s"] is not None]
    assert [event["name"] for event in burns] == [
        "translunar_injection",
        "lunar_orbit_insertion_1",
        "lunar_orbit_insertion_2",
    ]
    assert all(event["end_utc"] == event["utc"] for event in burns)
    assert data["solution"]["branches"][0]["why"] == "named in the scenario"


# ---- a flight that does not close


def test_too_little_propellant_ends_with_1_and_every_output(tmp_path: Path) -> None:
    done = perilune("fly", TO_ORBIT, "--set", "spacecraft.orbiter.propellant_kg=100", "--quiet",
                    "-o", tmp_path)  # fmt: skip
    assert done.status == 1
    assert "FAILED propellant margin of orbiter: -" in done.out
    assert "DOES NOT CLOSE: 1 of" in done.out
    assert len(names(tmp_path)) == len(PLAIN_OUTPUTS) + 2 * 4
    data = json.loads((tmp_path / "mission.json").read_text())
    orbiter = next(row for row in data["ledger"] if row["spacecraft"] == "orbiter")
    assert orbiter["margin_kg"] < 0.0
    assert orbiter["margin_kg"] == pytest.approx(100.0 - orbiter["propellant_used_kg"])


def test_an_inclination_below_the_approach_ends_with_1_and_says_which(tmp_path: Path) -> None:
    override = "phase.transfer.inclination_deg=3"
    done = perilune("fly", TO_ORBIT, "--set", override, "--quiet", "-o", tmp_path)
    assert done.status == 1
    assert (
        "DOES NOT CLOSE: no_solution. inclination 3 deg is outside what this approach" in done.out
    )
    assert names(tmp_path) == PLAIN_OUTPUTS  # no motion, so no ephemeris
    data = json.loads((tmp_path / "mission.json").read_text())
    assert data["events"] == []
    assert data["remedy"]


def test_a_site_no_branch_passes_over_ends_with_1(tmp_path: Path) -> None:
    done = perilune("fly", TO_ORBIT, "--set", "phase.transfer.passes_over.site=apollo-basin",
                    "--set", "phase.transfer.passes_over.within_km=1", "--json", "--quiet",
                    "--no-report", "-o", tmp_path)  # fmt: skip
    assert done.status == 1
    assert done.data["status"] == "converged"
    failed = [check for check in done.data["checks"] if not check["ok"]]
    assert [check["name"] for check in failed] == ["orbit plane passes over apollo-basin"]
    assert failed[0]["value"] > 1.0
    assert len(names(tmp_path)) == 2 + 2 * 4


# ---- wrong input: status 2, one line, nothing written

WRONG = {
    "missing file": (["nowhere.toml"], "nowhere.toml: there is no such file"),
    "folder": (["folder.toml"], "folder.toml: is a folder: expected a scenario"),
    "unknown name": (
        ["chang-5"],
        "'chang-5'. Did you mean 'change-5'? Known: change-1, change-3, change-4, change-5,",
    ),
    "empty": (["empty.toml"], "empty.toml: the file is empty"),
    "binary": (["binary.toml"], "binary.toml: not a text file"),
    "not TOML": (["broken.toml"], "broken.toml: not valid TOML"),
    "unknown key": (["typo.toml"], "typo.toml: phase[1] (transfer).flight_time: unknown key. Did"),
    "site": (["change-5", "--set", "phase.launch.site=wenchang"], "unknown launch site 'wenchang'"),
    "date": (["change-5", "--set", "phase.launch.lift_off_utc=2700-01-01T00:00:00Z"], "found 2700"),
    "low inclination": (["change-5", "--set", "phase.launch.inclination_deg=5"], "19.493"),
    "override": (["change-5", "--set", "phase.transfr.x=1"], "Did you mean 'transfer'?"),
    "no equals": (["change-5", "--set", "name"], "--set: found 'name', expected path.to.key=value"),
    "file in the way": (["change-5", "-o", "file"], "'file' is a file: expected a folder"),
    "below a file": (["change-5", "-o", "file/deep/out"], "'file' is a file: expected a folder"),
    "no folder name": (["change-5", "-o", ""], "-o: found an empty name"),
    "link to nowhere": (["change-5", "-o", "link"], "link"),
    "long folder name": (["change-5", "-o", "x" * 300], "File name too long"),
    "option": (["change-5", "--nope"], "no such option: --nope"),
    "near option": (["change-5", "--jsn"], "--json"),
    "two files": (["change-5", "change-5"], "unexpected extra argument"),
    "no file": ([], "missing argument 'SCENARIO'"),
    "no value": (["change-5", "-o"], "requires an argument"),
}


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "file").write_text("a file")
    (tmp_path / "empty.toml").write_text("")
    (tmp_path / "binary.toml").write_bytes(bytes(range(256)))
    (tmp_path / "broken.toml").write_text("schema = = 1")
    (tmp_path / "typo.toml").write_text(CHANGE_5.replace("flight_time_h", "flight_time"))
    (tmp_path / "link").symlink_to(tmp_path / "no" / "where")
    return tmp_path


@pytest.mark.parametrize("case", WRONG)
def test_wrong_input_ends_with_2_and_one_line(workplace: Path, case: str) -> None:
    arguments, says = WRONG[case]
    before = names(workplace)
    assert says in refused(perilune("fly", "--json", *arguments))
    assert names(workplace) == before


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no /proc here")
def test_a_folder_nobody_may_write_is_refused_before_the_flight() -> None:
    assert "/proc/perilune-out" in refused(perilune("fly", "change-5", "-o", "/proc/perilune-out"))


def test_a_wrong_line_in_a_message_stays_one_line() -> None:
    refused(perilune("check", "a\nb\x1b[31m.toml"))
    refused(perilune("check", "change-5", "--set", "phase.launch.site=a\nb"))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["fyl"],
            "no such command 'fyl'. Did you mean 'fly'? Known: fly, windows, station, study, "
            "orbit, reconstruct, check, list, catalog.",
        ),
        (["study", "x"], "unknown study (bundled name or path of a TOML file) 'x'"),
        (["station", "acces", "css"], "unknown question about a station 'acces'. Did you mean"),
        (["station", "access", "csx"], "unknown station (bundled name or path of a TOML file)"),
        (["--nope"], "no such option: --nope"),
        (["list", "x"], "unexpected extra argument"),
        (["check"], "missing argument 'SCENARIO'"),
        (["check", "change-5", "--no-report"], "no such option: --no-report"),
    ],
)
def test_a_wrong_command_line_ends_with_2(arguments: list[str], says: str) -> None:
    assert says in refused(perilune(*arguments))


def test_no_command_shows_the_help_on_stderr() -> None:
    done = perilune()
    assert (done.status, done.out) == (2, "")
    assert "fly" in done.err
    assert "Usage" in done.err


@pytest.mark.parametrize("arguments", [["--help"], ["fly", "--help"], ["check", "--help"]])
def test_help_is_no_error(arguments: list[str]) -> None:
    done = perilune(*arguments)
    assert (done.status, done.err) == (0, "")
    assert "Usage" in done.out


def test_the_version() -> None:
    assert perilune("--version") == Done(0, f"perilune {pl.__version__}\n", "")


# ---- errors that come late, and bugs


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr("perilune.facade.fly", fail)


def test_a_late_error_names_the_file_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, DataRangeError("the table", "2051-01-05", "1900-01-01", "2051-01-01"))
    done = perilune("fly", "change-5", "-o", tmp_path / "out", "--quiet")
    assert "change-5: 2051-01-05 is outside the table, which covers 1900" in refused(done)
    assert names(tmp_path) == []


def test_a_bug_ends_with_3_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, RuntimeError("broken"))
    done = perilune("fly", TO_ORBIT, "-o", tmp_path / "out", "--quiet", "--json")
    assert (done.status, done.out) == (3, "")
    assert done.err == ("perilune: internal error: RuntimeError: broken (--debug shows where)\n")
    assert names(tmp_path) == []


@pytest.mark.parametrize("before", [True, False], ids=["before the verb", "after it"])
def test_debug_shows_the_traceback_and_keeps_the_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: bool
) -> None:
    failing(monkeypatch, RuntimeError("broken"))
    words = ["fly", TO_ORBIT, "-o", str(tmp_path / "out"), "--quiet"]
    done = perilune(*(["--debug", *words] if before else [*words, "--debug"]))
    assert (done.status, done.out) == (3, "")
    assert "Traceback (most recent call last)" in done.err
    assert done.err.endswith("internal error: RuntimeError: broken (--debug shows where)\n")
    wrong = perilune(*(["--debug", "check", "x"] if before else ["check", "x", "--debug"]))
    assert wrong.status == 2
    assert "Traceback" in wrong.err


@pytest.mark.parametrize("verb", [["check", "change-5"], ["list"]])
def test_debug_and_quiet_are_taken_by_every_command(verb: list[str]) -> None:
    plain = perilune(*verb)
    assert plain.status == 0
    assert perilune(*verb, "--quiet", "--debug") == plain


# ---- check and list


def test_check_reports_without_flying(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, RuntimeError("flown"))
    monkeypatch.chdir(tmp_path)
    done = perilune("check", "change-5")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("change-5: valid. Chang'e-5")
    assert "phases: launch, transfer, capture, orbit" in done.out
    assert "orbiter, returner, lander, ascender (8,200 kg)" in done.out
    assert "assumed: vehicle: cz-5." in done.out
    assert names(tmp_path) == []


def test_check_as_json() -> None:
    done = perilune("check", TO_ORBIT, "--json", "--set", "spacecraft.orbiter.dry_mass_kg=1000")
    assert (done.status, done.err) == (0, "")
    data = done.data
    assert (data["scenario"], data["valid"]) == ("change-5", True)
    assert data["phases"] == ["launch", "transfer", "capture", "orbit"]
    assert data["mass_kg"] == 7830.0
    assert data["unconfirmed_n"] == len(data["assumed"]) == 6
    assert {row["what"] for row in data["assumed"]} >= {"vehicle: cz-5", "spacecraft: lander"}


def test_check_of_a_file_without_masses(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(WITHOUT_MASSES)
    assert "spacecraft: none" in perilune("check", tmp_path / "mine.toml").out
    data = perilune("check", tmp_path / "mine.toml", "--json").data
    assert (data["mass_kg"], data["spacecraft"]) == (None, [])


def test_check_refuses_as_fly_does(workplace: Path) -> None:
    assert "Did you mean 'flight_time_h'?" in refused(perilune("check", "typo.toml", "--json"))


def test_list_shows_the_bundled_scenarios() -> None:
    assert "change-5" in perilune("list").out
    listed = perilune("list", "--json").data["scenarios"]
    assert "change-5" in {row["name"] for row in listed}
    assert all(row["title"] for row in listed)


# ---- printing


def test_a_table_never_cuts_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    columns = [("event", "left"), ("dv m/s", "right"), ("why", "text")]
    out = io.StringIO()
    with redirect_stdout(out):
        output.table("Title", columns, [["translunar_injection", "3,134.6", "[red] a\x1b " * 20]])
    assert "translunar_injection" in out.getvalue()
    assert "3,134.6" in out.getvalue()
    assert "[red] a\\x1b" in out.getvalue()


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        WITHOUT_MASSES.replace('name = "mine"', 'name = "mine"\ntitle = "\\u001b[31mx"')
    )
    done = perilune("check", path)
    assert done.status == 0
    assert "\x1b" not in done.out
    assert "\\x1b[31mx" in done.out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_behind_stdout_is_told() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*PERILUNE, "list"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert done.stderr == ("perilune: standard output cannot be written: No space left on device\n")


def test_a_reader_that_goes_away_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([*PERILUNE, "list"], stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


# ---- stopping


@pytest.mark.skipif(sys.platform == "win32", reason="signals as POSIX has them")
def test_ctrl_c_ends_a_flight_with_130_and_nothing_half_written(tmp_path: Path) -> None:
    command = [*PERILUNE, "fly", TO_ORBIT, "-o", str(tmp_path / "out")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith(b"transfer"):
                break
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == b""
    assert err.endswith(b"perilune: stopped\n")
    assert b"Traceback" not in err
    assert names(tmp_path) == []


def test_a_stop_while_writing_leaves_no_temporary_file(
    flown: Flown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []

    def stop_at_the_third(_: int) -> None:
        written.append(1)
        if len(written) == 3:
            raise Stopped(signal.SIGINT)

    monkeypatch.setattr("perilune.formats.files.os.fsync", stop_at_the_third)
    done = perilune("fly", TO_ORBIT, "--quiet", "--json", "-o", tmp_path)
    assert (done.status, done.out, done.err) == (130, "", "perilune: stopped\n")
    assert len(names(tmp_path)) == 2  # finished work stays
    assert all(
        path.suffix in (".json", ".csv", ".oem", ".bsp", ".html") for path in tmp_path.iterdir()
    )
