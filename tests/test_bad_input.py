"""Bad input: whatever a command is given, it ends with 2 and one message, and writes nothing."""

from __future__ import annotations

import errno
import re
from pathlib import Path
from typing import Any

import pytest
from support import TO_ORBIT
from terminals import perilune

import perilune as pl
from perilune.cli.main import main
from perilune.formats import files
from perilune.scenarios.load import SCENARIOS
from perilune.scenarios.station_load import STATIONS

MISSION = Path(TO_ORBIT).read_text("utf-8")
STATION = STATIONS.bundled_text("css")

SPAN = ["--from", "2020-11-20", "--to", "2020-11-21"]
READERS = {
    "fly": ["fly", "FILE"],
    "windows": ["windows", "FILE", *SPAN],
    "check": ["check", "FILE"],
    "station": ["station", "access", "FILE"],
    "study": ["study", "FILE"],
    "export": ["study", "export", "FILE", "cnsa"],
    "propose": ["study", "propose", "FILE", "v", "--author", "a", "--partner", "cnsa"],
    "reconstruct": ["reconstruct", "FILE"],
    "catalog": ["catalog", "vehicles", "--file", "FILE"],
}
"""Every command that reads a file."""

BROKEN: dict[str, bytes] = {
    "empty": b"",
    "binary": bytes(range(256)) * 8,
    "not-toml": b"schema = = 1",
    "not-utf-8": MISSION.replace("Ruemker", "R\xfcmker").encode("latin-1") + b"# \xfc",
    "utf-16": MISSION.encode("utf-16"),
    "null-byte": b"schema = 1\0",
    "deep": b"a = " + b"[" * 5000 + b"]" * 5000,
    "digits": b"schema = " + b"9" * 5000,
    "large": b"# " + b"x" * 11_000_000,
    "no-such-day": b"schema = 1\nname = 'x'\nday = 2020-02-30",
}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def one_sky(env: pl.Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("perilune.missions.fly.environment", lambda **_: env)


def refused(*arguments: str | Path, says: str = "") -> str:
    """Return the message of a refusal, after looking that it is the only one."""
    done = perilune(*arguments)
    said = [line for line in done.err.splitlines() if line.startswith("perilune: ")]
    assert done.status == 2, done
    assert done.out == ""
    assert len(said) == 1
    assert done.err.endswith(f"{said[0]}\n")
    assert "Traceback" not in done.err
    assert says in said[0]
    return said[0]


def everything(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


# ---- files that are none


@pytest.mark.parametrize("command", READERS)
@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_file_is_one_message_and_nothing_is_written(
    home: Path, command: str, kind: str
) -> None:
    (home / "mine.toml").write_bytes(BROKEN[kind])
    words = ["mine.toml" if word == "FILE" else word for word in READERS[command]]
    assert "mine.toml" in refused(*words)
    assert everything(home) == ["mine.toml"]


@pytest.mark.parametrize("command", READERS)
def test_a_folder_given_as_a_file(home: Path, command: str) -> None:
    (home / "mine.toml").mkdir()
    words = ["mine.toml" if word == "FILE" else word for word in READERS[command]]
    refused(*words, says="is a folder")


@pytest.mark.parametrize("command", READERS)
@pytest.mark.parametrize("name", ["", " ", "no/such/file.toml", "a\nb.toml", "x" * 300 + ".toml"])
def test_a_file_that_is_not_there(home: Path, command: str, name: str) -> None:
    words = [name if word == "FILE" else word for word in READERS[command]]
    refused(*words)
    assert everything(home) == []


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no /dev/zero here")
@pytest.mark.parametrize("command", READERS)
def test_a_device_without_end_is_not_read_to_its_end(command: str) -> None:
    words = ["/dev/zero" if word == "FILE" else word for word in READERS[command]]
    refused(*words, says="/dev/zero")


# ---- a file for another command


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["fly", "css"], "a station, expected a mission: 'perilune station access css' tells"),
        (["fly", "russia-china-2017"], "a study, expected a mission: 'perilune study russia-china"),
        (["windows", "iss", *SPAN], "a station, expected a mission: 'perilune station access iss'"),
        (["station", "access", "change-5"], "a mission, expected a station: 'perilune fly change-"),
        (["station", "crew", "ilrs-today"], "a study, expected a station: 'perilune study ilrs-to"),
        (["study", "change-5"], "a mission, expected a study: 'perilune fly change-5' flies it"),
        (["study", "diff", "a", "b", "--of", "css"], "a station, expected a study"),
        (["reconstruct", "change-5"], "a mission, expected an ephemeris (OEM): 'perilune fly cha"),
        (["fly", "flown.oem"], "an ephemeris (OEM), expected a mission: 'perilune reconstruct fl"),
        (["check", "flown.oem"], "an ephemeris (OEM), expected a mission"),
        (["fly", "mine.toml"], "a station, expected a mission: 'perilune station access mine.tom"),
    ],
    ids=lambda words: " ".join(words[:3]) if isinstance(words, list) else "",
)
def test_a_file_of_another_kind_names_its_command(
    home: Path, arguments: list[str], says: str
) -> None:
    (home / "flown.oem").write_text("CCSDS_OEM_VERS = 2.0\n")
    (home / "mine.toml").write_text(STATION)
    refused(*arguments, says=says)


def test_a_broken_file_is_not_said_to_be_of_another_kind(home: Path) -> None:
    (home / "mine.toml").write_text(MISSION.replace("flight_time_h", "flight_time"))
    refused("fly", "mine.toml", says="phase[1] (transfer).flight_time: unknown key")


# ---- values that are none


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e400", "-1", "'x'", "[]", "9" * 400])
@pytest.mark.parametrize(
    ("command", "path"),
    [
        (["fly", "change-5"], "phase.transfer.flight_time_h"),
        (["check", "change-5"], "spacecraft.orbiter.dry_mass_kg"),
        (["windows", "change-5", *SPAN], "windows.dv_allowance_m_s"),
        (["station", "upkeep", "css"], "upkeep.years"),
        (["check", "ilrs-today"], "as_of"),
    ],
    ids=["fly", "check", "windows", "station", "study"],
)
def test_a_value_that_makes_no_sense(home: Path, command: list[str], path: str, value: str) -> None:
    refused(*command, "--set", f"{path}={value}", says=path.rsplit(".", maxsplit=1)[-1])
    assert everything(home) == []


@pytest.mark.parametrize("setting", ["nowhere.to.go=1", "name", "=1", "a.b", "phase.transfr.x=1"])
@pytest.mark.parametrize(
    "command",
    [
        ["fly", "change-5"],
        ["windows", "change-5", *SPAN],
        ["check", "change-5"],
        ["station", "access", "css"],
        ["study", "ilrs-today"],
        ["study", "export", "ilrs-today", "cnsa"],
        ["study", "propose", "ilrs-today", "angara", "--author", "a", "--partner", "cnsa"],
        ["study", "diff", "angara", "together", "--of", "ilrs-today"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_a_path_that_leads_nowhere(home: Path, command: list[str], setting: str) -> None:
    refused(*command, "--set", setting)
    assert everything(home) == []


@pytest.mark.parametrize(
    "date",
    ["2020-02-30T00:00:00Z", "1066-01-01T00:00:00Z", "2020-11-23T20:30:12", "2020-11-23T25:00:00Z"],
)
def test_a_lift_off_on_no_day(home: Path, date: str) -> None:
    (home / "mine.toml").write_text(MISSION.replace("2020-11-23T20:30:12Z", date))
    for command in (["fly"], ["check"], ["windows"]):
        refused(*command, "mine.toml", *(SPAN if command == ["windows"] else []))
    assert everything(home) == ["mine.toml"]


@pytest.mark.parametrize(
    ("first", "last"),
    [("2020-02-30", "2020-03-01"), ("2020-03-05", "2020-03-01"), ("nan", "x"), ("", ""),
     ("1700-01-01", "1700-01-02"), ("2020-11-20", "9999-01-01")],
)  # fmt: skip
def test_a_span_that_is_none(home: Path, first: str, last: str) -> None:
    refused("windows", "change-5", "--from", first, "--to", last, says="--")
    assert everything(home) == []


# ---- ephemerides


def oem(center: str = "EARTH", frame: str = "ICRF", system: str = "UTC") -> str:
    """Return the text of a small ephemeris; its motion is refused before it matters."""
    head = ["CCSDS_OEM_VERS = 2.0", "CREATION_DATE = 2024-01-01T00:00:00", "ORIGINATOR = TEST", ""]
    meta = ["META_START", "OBJECT_NAME = x", "OBJECT_ID = x", f"CENTER_NAME = {center}",
            f"REF_FRAME = {frame}", f"TIME_SYSTEM = {system}",
            "START_TIME = 2024-03-20T01:00:00", "STOP_TIME = 2024-03-20T01:09:00",
            "META_STOP", ""]  # fmt: skip
    states = [f"2024-03-20T01:0{n}:00 {7000 + n} 0 0 0 7.5 0" for n in range(10)]
    return "\n".join([*head, *meta, *states, ""])


BAD_OEMS = {
    "cut in a line": (oem()[:-12], "expected an epoch and 6 (or 9) numbers"),
    "cut between lines": (oem().rsplit("\n", 4)[0] + "\n", "the file looks cut off"),
    "cut in its head": (oem().partition("META_STOP")[0], "the file ends here"),
    "another center": (oem(center="PHOBOS"), "CENTER_NAME is 'PHOBOS': expected EARTH, MOON"),
    "an unknown frame": (oem(frame="XYZZY"), "REF_FRAME is 'XYZZY': expected ICRF, EME2000"),
    "a turning frame": (oem(frame="ITRF-97"), "REF_FRAME is 'ITRF-97'"),
    "another time system": (oem(system="SCLK"), "TIME_SYSTEM is 'SCLK': expected UTC, TAI"),
    "no number": (oem().replace("7003 0", "nan 0"), "expected an epoch and 6 (or 9) numbers"),
    "no finite number": (oem().replace("7003 0", "1e999 0"), "expected an epoch"),
    "no time of day": (oem().replace("T01:03:00 7", "T99:99:99 7"), "no such time of day"),
    "backwards": (oem().replace("T01:03:00 7", "T01:01:30 7"), "is not after the state before it"),
    "XML": ("<?xml version='1.0'?><oem/>", "is XML: expected an OEM in keyword-value notation"),
    "another message": (oem().replace("OEM_VERS", "OPM_VERS"), "expected 'CCSDS_OEM_VERS = 2.0'"),
}


@pytest.mark.parametrize("case", BAD_OEMS)
def test_an_ephemeris_that_cannot_be_read(home: Path, case: str) -> None:
    text, says = BAD_OEMS[case]
    (home / "flown.oem").write_text(text)
    assert "flown.oem: " in refused("reconstruct", "flown.oem", "--quiet", says=says)
    assert everything(home) == ["flown.oem"]


@pytest.mark.parametrize("value", ["nan", "inf", "-1", "0", "x"])
def test_a_smallest_maneuver_that_is_none(home: Path, value: str) -> None:
    (home / "flown.oem").write_text(oem())
    refused("reconstruct", "flown.oem", "--smallest-dv", value)
    assert everything(home) == ["flown.oem"]


# ---- folders


@pytest.mark.parametrize(
    "command",
    [
        ["fly", "change-5"],
        ["windows", "change-5", *SPAN],
        ["station", "access", "css"],
        ["study", "ilrs-today"],
        ["study", "export", "ilrs-today", "cnsa"],
        ["study", "propose", "ilrs-today", "angara", "--author", "a", "--partner", "cnsa"],
        ["reconstruct", "flown.oem"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
@pytest.mark.parametrize("folder", ["file", "file/below", "/proc/no", " "])
def test_a_folder_that_cannot_be_one(home: Path, command: list[str], folder: str) -> None:
    if folder.startswith("/proc") and not Path("/proc/self").exists():
        pytest.skip("no /proc here")
    (home / "file").write_text("mine")
    (home / "flown.oem").write_text(oem())
    refused(*command, "-o", folder)
    assert everything(home) == ["file", "flown.oem"]
    assert (home / "file").read_text() == "mine"


@pytest.fixture(params=[errno.ENOSPC, errno.EROFS, errno.EIO], ids=errno.errorcode.get)
def no_room(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let every file that is written meet a disk that takes half of it."""
    number = int(request.param)

    def half_written(path: Path, data: bytes) -> None:
        path.write_bytes(data[: len(data) // 2])
        raise OSError(number, "no such luck", str(path))

    monkeypatch.setattr(files, "_write_through", half_written)
    return "no such luck"


@pytest.mark.usefixtures("one_sky")
@pytest.mark.parametrize(
    "command",
    [
        ["fly", TO_ORBIT],
        ["station", "upkeep", "css"],
        ["study", "export", "ilrs-today", "cnsa"],
        ["study", "propose", "ilrs-today", "angara", "--author", "a", "--partner", "cnsa"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_a_folder_without_room_is_one_message_and_no_half_a_file(
    home: Path, no_room: str, command: list[str]
) -> None:
    refused(*command, "-o", home / "out", "--quiet", says=no_room)
    assert [path for path in home.rglob("*") if path.is_file()] == []


def test_a_full_disk_met_anywhere_else_is_no_bug(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "some/file")

    monkeypatch.setattr("perilune.facade.fly", full)
    refused("fly", TO_ORBIT, says="some/file: cannot be written or read (No space left on device)")


def test_another_failure_of_the_system_is_a_bug(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise OSError(errno.ECHILD, "No child processes")

    monkeypatch.setattr("perilune.facade.fly", broken)
    assert main(["fly", TO_ORBIT, "--quiet"]) == 3
    assert re.search("internal error: .*No child processes", capsys.readouterr().err)


# ---- check says what the file says


@pytest.mark.parametrize("name", SCENARIOS.names())
def test_check_names_the_phases_as_the_file_does(name: str) -> None:
    said = perilune("check", name).out
    kinds = [str(phase["kind"]) for phase in SCENARIOS.document(name)["phase"]]
    assert f"  phases: {', '.join(kinds)}\n" in said
    assert not any(word in said for word in ("descentorbit", "entryof", "powereddescent"))


def test_check_says_when_from_where_and_whither() -> None:
    said = perilune("check", "change-5").out
    assert "  lift-off: 2020-11-23 20:30:12 UTC\n" in said
    assert "  from: wenchang-lc101\n" in said
    assert "  on: cz-5\n" in said
    assert "  to: mons-ruemker, siziwang\n" in said
