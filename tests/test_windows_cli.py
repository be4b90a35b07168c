"""`perilune windows`: what it prints where, what it writes, and how it refuses."""

from __future__ import annotations

import csv
import json
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from test_cli import WITHOUT_MASSES, Done, names, perilune, refused

import perilune as pl
from perilune.cli.main import Stopped
from perilune.cli.windows import span
from perilune.formats import files

CHEAP = ["--set", "windows.max_total_dv_m_s=3924"]  # few are feasible, so few windows are sized
FEW = ["--set", "windows.flight_time_h=[112,120]", "--set", "windows.flight_time_step_h=8"]
DAYS = ["--from", "2020-11-23", "--to", "2020-11-24"]
OUTPUTS = ["cells.parquet", "opportunities.csv", "windows.html", "windows.json"]
ROW = {"launch_utc", "window_open_utc", "window_close_utc", "arrival_utc", "landing_utc", "branch",
       "tli_dv_m_s", "loi_dv_m_s", "total_dv_m_s", "flight_time_h", "injected_mass_kg", "margin_kg",
       "azimuth_deg", "inclination_deg", "coast", "sun_elevation_deg", "earth_elevation_deg",
       "feasible", "why_not"}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("windows") / "deep" / "out"


@pytest.fixture(scope="module")
def scanned(folder: Path) -> Done:
    return perilune("windows", "change-5", *DAYS, *FEW, "--json", "-o", folder)


def untimed(data: dict[str, Any]) -> dict[str, Any]:
    """Return a result without what differs between runs of the same scan."""
    return {key: value for key, value in data.items() if key not in ("elapsed_s", "provenance")}


# ---- a scan with feasible opportunities


def test_a_feasible_scan_ends_with_0_and_the_keys_of_the_contract(scanned: Done) -> None:
    assert scanned.status == 0
    data = scanned.data
    assert {"opportunities", "cells_n", "solvable_n", "converged_n", "elapsed_s"} <= set(data)
    assert (data["perilune"], data["scenario"]) == (pl.__version__, "change-5")
    assert data["provenance"]["command"].startswith("perilune")
    assert data["converged_n"] <= data["solvable_n"] <= data["cells_n"]
    for row in data["opportunities"]:
        assert set(row) >= ROW
        assert row["coast"] in ("short", "long")
        assert row["feasible"] == (not row["why_not"])
        assert "2020-11-23T00:00:00Z" <= row["launch_utc"] < "2020-11-25T00:00:00Z"
    assert {row["launch_utc"][:10] for row in data["opportunities"]} == {"2020-11-23", "2020-11-24"}


def test_a_feasible_row_adds_up(scanned: Done) -> None:
    rows = [row for row in scanned.data["opportunities"] if row["feasible"]]
    assert len(rows) == scanned.data["feasible_n"] > 0
    for row in rows:
        assert row["total_dv_m_s"] == pytest.approx(row["tli_dv_m_s"] + row["loi_dv_m_s"])
        assert row["window_open_utc"] <= row["launch_utc"] <= row["window_close_utc"]
        assert row["launch_utc"] < row["arrival_utc"] < row["landing_utc"]


def test_progress_goes_to_stderr_only(scanned: Done) -> None:
    assert "1 of 1 parts done" in scanned.err
    assert "writing ..." in scanned.err
    assert "going on" not in scanned.err


def test_every_output_is_written_and_no_part_is_left(scanned: Done, folder: Path) -> None:
    assert names(folder) == OUTPUTS
    assert (folder / "windows.json").read_text() == scanned.out


def test_opportunities_csv_holds_those_of_the_json(scanned: Done, folder: Path) -> None:
    with (folder / "opportunities.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == len(scanned.data["opportunities"])
    for row, wanted in zip(rows, scanned.data["opportunities"], strict=True):
        assert set(wanted) == set(row)
        assert row["launch_utc"] == wanted["launch_utc"]
        assert float(row["total_dv_m_s"]) == pytest.approx(wanted["total_dv_m_s"])
        assert json.loads(row["why_not"]) == wanted["why_not"]
        assert row["feasible"] == str(wanted["feasible"]).lower()


def test_cells_parquet_holds_every_cell(scanned: Done, folder: Path) -> None:
    table = pq.read_table(folder / "cells.parquet")
    data = scanned.data
    assert table.num_rows == data["cells_n"]
    statuses = table["status"].to_pylist()
    assert statuses.count("converged") == data["converged_n"]
    metadata = {key.decode(): value for key, value in table.schema.metadata.items()}
    assert metadata["perilune"].decode() == pl.__version__
    assert metadata["scenario"] == b"change-5"
    assert metadata["constants"] == b"de440"
    gms = json.loads(metadata["provenance"])["gm_km3_s2"]
    assert gms["moon"] == data["provenance"]["gm_km3_s2"]["moon"]
    best = min(row["total_dv_m_s"] for row in data["opportunities"] if row["feasible"])
    total = np.array(table["total_dv_m_s"].to_pylist(), dtype=float)
    assert total[np.array(table["feasible"].to_pylist())].min() == best


def test_the_table_names_the_best_day_and_the_reasons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("perilune.cli.windows_show.ROWS", 2)
    done = perilune("windows", "change-5", *DAYS, *FEW, *CHEAP, "--quiet", "--no-report",
                    "-o", tmp_path)  # fmt: skip
    assert (done.status, done.err) == (0, "")
    assert names(tmp_path) == [name for name in OUTPUTS if name != "windows.html"]
    data = json.loads((tmp_path / "windows.json").read_text())
    rows = data["opportunities"]
    feasible = [row for row in rows if row["feasible"]]
    best = min(feasible, key=lambda row: float(row["total_dv_m_s"]))
    assert f"BEST DAY {best['launch_utc'][:10]}: {best['total_dv_m_s']:,.1f} m/s" in done.out
    assert f"Cells: {data['cells_n']}, of these {data['solvable_n']} solvable" in done.out
    assert len(feasible) > 2
    for row in feasible[:2]:
        assert row["launch_utc"][:16].replace("T", " ") in done.out
    assert f"... and {len(feasible) - 2} more in opportunities.csv" in done.out
    away = sum("no pass over" in reason for row in rows for reason in row["why_not"])
    assert f"{away} of {len(rows)}: no pass over mons-ruemker 2 to 5 d after" in done.out
    assert "Not confirmed by a source: " in done.out
    assert f"outputs in {tmp_path}/" in done.out


@pytest.mark.parametrize(
    ("last", "stop"),
    [
        ("2020-11-23", "2020-11-24T00:00:00Z"),
        ("2016-12-31", "2017-01-01T00:00:00Z"),  # ends in a leap second
        ("2020-11-23T06:00Z", "2020-11-23T06:00:00Z"),
        ("2016-12-31T23:59:60.5Z", "2016-12-31T23:59:60.5Z"),
    ],
)
def test_a_day_alone_is_searched_whole(last: str, stop: str) -> None:
    found = span("2016-11-01", last, pl.load("change-5"))
    assert found == (pl.Epoch.utc("2016-11-01"), pl.Epoch.utc(stop))


def test_a_mission_without_masses_has_nulls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text(WITHOUT_MASSES)
    done = perilune("windows", "mine.toml", "--from", "2020-11-23", "--to", "2020-11-23", "--json",
                    "--set", "windows.max_total_dv_m_s=3950")  # fmt: skip
    assert done.status == 0
    rows = done.data["opportunities"]
    assert rows
    for key in ("margin_kg", "landing_utc", "sun_elevation_deg", "earth_elevation_deg"):
        assert {row[key] for row in rows} == {None}
    assert names(tmp_path / "perilune-out" / "mine") == OUTPUTS


# ---- nothing feasible


def test_nothing_feasible_ends_with_1_every_output_and_the_reasons(tmp_path: Path) -> None:
    dark = ["--set", "windows.sun_elevation_deg=[80,90]"]
    done = perilune("windows", "change-5", *DAYS, *FEW, *dark, "--quiet", "-o", tmp_path)
    assert done.status == 1
    assert names(tmp_path) == OUTPUTS
    assert "NOTHING FEASIBLE: none of " in done.out
    assert ": expected 80 to 90 through 48 h" in done.out
    assert "Feasible opportunities" not in done.out
    page = (tmp_path / "windows.html").read_text()
    assert "launch opportunities is feasible" in page
    data = json.loads((tmp_path / "windows.json").read_text())
    assert data["feasible_n"] == 0
    assert all(row["why_not"] for row in data["opportunities"])


# ---- wrong input: status 2, one line, nothing written

WRONG = {
    "backwards": (["2020-11-24", "2020-11-23"], "--to: found 2020-11-23, expected a date after --"),
    "empty span": (["2020-11-23T06:00:00Z", "2020-11-23T06:00:00Z"], "expected a date after --fro"),
    "no such day": (["2020-02-30", "2020-03-02"], "--from: found '2020-02-30', which is no date"),
    "short day": (["2020-11-1", "2020-11-23"], "--from: found '2020-11-1', expected a date such"),
    "no zone": (["2020-11-01", "2020-11-23T06:00"], "--to: found '2020-11-23T06:00', expected a d"),
    "other zone": (["2020-11-01T00:00:00+08:00", "2020-11-23"], "--from: found '2020-11-01T00:00:"),
    "no date": (["tomorrow", "2020-11-23"], "--from: found 'tomorrow', expected a date such as"),
    "nothing": (["", "2020-11-23"], "--from: found '', expected a date such as 2020-11-01"),
    "digits": (["２０２０-11-01", "2020-11-23"], "--from: found"),
    "too early": (["1850-01-01", "1850-01-02"], "--from: found 1850-01-01, expected a date from"),
    "no Earth table": (["1960-01-01", "1960-01-02"], "(the span of the Earth orientation table"),
    "too late": (["2050-12-30", "2050-12-31"], "--to: found 2050-12-31: the flight would arrive"),
    "year 9999": (["2020-01-01", "9999-12-31"], "--to: found 9999-12-31, expected a date from"),
    "no lift-off": (["2020-11-22T08:00:00Z", "2020-11-22T08:10:00Z"], "change-5: no lift-off from"),
}  # fmt: skip


@pytest.mark.parametrize(("span", "says"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_span_ends_with_2(tmp_path: Path, span: list[str], says: str) -> None:
    out = tmp_path / "out"
    done = perilune("windows", "change-5", "--from", span[0], "--to", span[1], "--quiet", "-o", out)
    assert says in refused(done)
    assert not out.exists()


WORDS = {
    "unknown scenario": (["chang-5", *DAYS], "'chang-5'. Did you mean 'change-5'?"),
    "no from": (["change-5", "--to", "2020-11-23"], "missing option '--from'"),
    "no to": (["change-5", "--from", "2020-11-23"], "missing option '--to'"),
    "no workers": (["change-5", *DAYS, "--workers", "0"], "--workers"),
    "text for workers": (["change-5", *DAYS, "--workers", "two"], "--workers"),
    "unknown key": (["change-5", *DAYS, "--set", "phase.transfr.x=1"], "Did you mean 'transfer'?"),
    "no equals": (["change-5", *DAYS, "--set", "name"], "expected path.to.key=value"),
    "text for hours": (["change-5", *DAYS, "--set", "windows.surface_stay_h=x"], "surface_stay_h"),
    "too flat": (["change-5", *DAYS, "--set", "windows.inclinations_deg=[5]"], "19.493"),
    "a file in the way": (["change-5", *DAYS, "-o", "file"], "'file' is a file: expected a folder"),
    "no folder": (["change-5", *DAYS, "-o", ""], "-o: found an empty name"),
}


@pytest.mark.parametrize(("words", "says"), WORDS.values(), ids=WORDS.keys())
def test_a_wrong_command_line_ends_with_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    assert says in refused(perilune("windows", *words, "--quiet"))
    assert names(tmp_path) == ["file"]


def test_help_is_no_error() -> None:
    done = perilune("windows", "--help")
    assert (done.status, done.err) == (0, "")
    assert "--workers" in done.out


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    done = perilune("windows", "change-5", *DAYS, *FEW, "--quiet", "-o", tmp_path / "out")
    assert "cannot be written (No space left on device)" in refused(done)


def test_many_cells_are_warned_of_before_the_scan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("perilune.cli.windows.MANY", 10)

    def stop(*_: Any, **__: Any) -> None:
        raise Stopped(signal.SIGINT)

    monkeypatch.setattr("perilune.missions.windows.windows", stop)
    done = perilune("windows", "change-5", *DAYS, *FEW, "--quiet", "--workers", "2",
                    "-o", tmp_path)  # fmt: skip
    assert done.status == 130
    first, last = done.err.splitlines()
    assert first.startswith("perilune: warning: ")
    assert " cells take about 0.0 h on 2 processors. Ctrl-C stops" in first
    assert last == "perilune: stopped"
