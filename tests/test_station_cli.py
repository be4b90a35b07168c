"""`perilune station`: what it prints, writes and refuses, and what it says of stations."""

from __future__ import annotations

import csv
import io
import json
import re
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from perilune.cli.main import main
from perilune.errors import InputError
from perilune.report.save_station import SHEETS
from perilune.report.sheet import sheet_page
from perilune.scenarios.station_ask import ask
from perilune.scenarios.station_check import answers
from perilune.scenarios.station_load import bundled_stations, load_station
from perilune.stations.half import needs
from perilune.stations.split import parts

CONTRACT = {
    "access": {"sites", "inclination_trade", "best_inclination_deg"},
    "assemble": {"flights", "stack"},
    "crew": {"rotations", "gaps", "supplies_kg_y"},
    "upkeep": {"reboost_dv_m_s_y", "propellant_kg_y", "altitude_km", "reentry_utc"},
    "split": {"halves"},
}
ROWS = {
    ("access", "sites"): {
        "site", "vehicle", "partner", "direct_geometric", "direct_permitted", "azimuths_deg",
        "payload_kg", "penalty_geometric_m_s", "penalty_permitted_m_s", "payload_loss_kg",
        "why_not",
    },
    ("access", "inclination_trade"): {
        "inclination_deg", "altitude_km", "delivered_kg", "total_kg",
    },
    ("assemble", "flights"): {
        "name", "vehicle", "site", "launch_utc", "plane_offset_min", "docking_utc",
        "rendezvous_h", "port", "ok", "why_not",
    },
    ("assemble", "stack"): {"after", "mass_kg", "length_m", "inertia_kg_m2", "cg_m"},
    ("split", "halves"): {
        "name", "modules", "mass_kg", "propulsion", "control", "power_kw", "reentry_utc",
        "stands_alone", "needs",
    },
}  # fmt: skip
DOCS = Path(__file__).parent.parent / "docs" / "stations.md"


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    out: str
    err: str


def station(*arguments: str | Path) -> Done:
    """Run `perilune station` in this process."""
    return perilune("station", *arguments)


def perilune(*arguments: str | Path) -> Done:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main([str(word) for word in arguments])
    return Done(status, out.getvalue(), err.getvalue())


def answer(verb: str, name: str, *overrides: str) -> dict[str, Any]:
    return ask(verb, name, overrides, lambda _: None).to_json()


def row_of(document: dict[str, Any], key: str, **wanted: str) -> dict[str, Any]:
    return next(r for r in document[key] if all(r[k] == v for k, v in wanted.items()))


@pytest.fixture(scope="module")
def css() -> dict[str, Any]:
    return answer("access", "css")


@pytest.fixture(scope="module")
def iss() -> dict[str, Any]:
    return answer("access", "iss")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The Chinese station as built, through the command line, with all its files."""
    folder = tmp_path_factory.mktemp("css")
    done = station("assemble", "css", "-o", folder, "--json")
    assert done.status == 0, done.err
    return folder, json.loads(done.out)


@pytest.fixture(scope="module")
def parted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("iss")
    done = station("split", "iss", "-o", folder, "--json", "--quiet")
    assert (done.status, done.err) == (0, "")
    return folder, json.loads(done.out)


# ---- the contract


@pytest.fixture(scope="module")
def documents(
    css: dict[str, Any],
    built: tuple[Path, dict[str, Any]],
    parted: tuple[Path, dict[str, Any]],
) -> dict[str, dict[str, Any]]:
    return {
        "access": css,
        "assemble": built[1],
        "crew": answer("crew", "css"),
        "upkeep": answer("upkeep", "css", "upkeep.years=1"),
        "split": parted[1],
    }


@pytest.mark.parametrize("verb", CONTRACT)
def test_the_json_has_what_was_promised(verb: str, documents: dict[str, dict[str, Any]]) -> None:
    document = documents[verb]
    assert CONTRACT[verb] <= document.keys()
    assert {"perilune", "station", "title", "verb", "assumed", "provenance"} <= document.keys()
    for key in CONTRACT[verb]:
        promised = ROWS.get((verb, key), set())
        assert all(promised <= row.keys() for row in document[key] if promised)
    json.dumps(document, allow_nan=False)


@pytest.mark.parametrize("verb", CONTRACT)
def test_every_answer_has_a_page(verb: str, documents: dict[str, dict[str, Any]]) -> None:
    document = documents[verb]
    page = sheet_page(SHEETS[verb](document), document)
    assert "nan" not in re.findall(r">\s*(nan|None)\s*<", page)
    assert 1e6 < len(page) < 8e6
    assert "http://" not in page.split("<script", 1)[0]


def test_percentiles_are_in_order(documents: dict[str, dict[str, Any]]) -> None:
    kept = documents["upkeep"]
    for key in ("propellant_kg_y", "reboost_dv_m_s_y", "reentry_utc"):
        assert kept[key]["p10"] < kept[key]["p50"] < kept[key]["p90"]
    low, high = kept["band_km"]
    assert all(low - 2.0 < row["p50"] <= high for row in kept["altitude_km"])


def test_supplies_sum_up(documents: dict[str, dict[str, Any]]) -> None:
    parts = dict(documents["crew"]["supplies_kg_y"])
    total = parts.pop("total")
    assert total == pytest.approx(sum(parts.values()))
    carried = documents["crew"]["cargo"]
    assert total == pytest.approx(sum(r["dry_kg_y"] + r["propellant_kg_y"] for r in carried))


# ---- what is printed and written


def test_files_are_written(built: tuple[Path, dict[str, Any]]) -> None:
    folder, document = built
    names = {path.name for path in folder.iterdir()}
    assert {"assemble.json", "assemble.html", "assemble-flights.csv", "assemble-stack.csv"} <= names
    assert json.loads((folder / "assemble.json").read_text("utf-8")) == document
    table = (folder / "assemble-flights.csv").read_text("utf-8")
    rows = list(csv.DictReader(table.splitlines()))
    assert [row["name"] for row in rows] == [row["name"] for row in document["flights"]]
    assert "mass_kg" in rows[0]


def test_no_report_and_a_set_value(tmp_path: Path) -> None:
    done = station(
        "access", "tiangong-1", "-o", tmp_path, "--no-report", "--set", "orbit.altitude_km=320"
    )
    assert done.status == 0
    assert not list(tmp_path.glob("*.html"))
    written = json.loads((tmp_path / "access.json").read_text("utf-8"))
    assert written["altitude_km"] == 320
    assert "sites reach" in done.out
    assert f"outputs in {tmp_path}/" in done.out
    assert done.err.startswith("tiangong-1: access ...")


def test_words_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = station("assemble", "mir", "--quiet")
    assert (done.status, done.err) == (0, "")
    assert "129.6 t, 33.1 m from end to end." in done.out
    assert (tmp_path / "perilune-out" / "mir" / "assemble.html").is_file()


# ---- what is refused

BAD = [
    ("access", "cs", [], "unknown station (bundled name or path of a TOML file) 'cs'. Did you"),
    ("acces", "css", [], "unknown question about a station 'acces'. Did you mean 'access'?"),
    ("split", "css", [], "css: split: this key is missing: expected a table with `name`"),
    ("crew", "mir", [], "mir: crew: this key is missing: expected a table with `crew_n`"),
    ("upkeep", "css-joint", [], "css-joint: upkeep: this key is missing: expected a table"),
    ("access", "css", ["orbit.altitude_km=140"], "orbit.altitude_km: found 140, expected a"),
    ("upkeep", "css", ["orbit.drag_area_m2=0"], "orbit.drag_area_m2: found 0, expected a number"),
    ("upkeep", "css", ["upkeep.band_km=[400,390]"], "upkeep.band_km: found 400 to 390: expected"),
    ("upkeep", "css", ["orbit.altitude_km=1500"], "orbit.altitude_km: found 1500 km, expected"),
    ("upkeep", "css", ["upkeep.from_date=1900-01-01"], "upkeep.from_date: found 1900-01-01"),
    ("upkeep", "css", ["upkeep.attitude=x"], "upkeep.attitude: unknown attitude of 'css' 'x'"),
    ("assemble", "css", ["step.1.name=tianhe"], "step[1]: 'tianhe' is docked already"),
    ("assemble", "css", ["step.1.module=wentian", "step.1.ship=null", "step.1.name=null",
      "step.1.port=forward", 'step.1.to="mengtian.forward"'],
     "step[1].to: 'mengtian' is not there yet: it comes with step[15], expected it before"),
    ("assemble", "css", ["step.1.ship=soyuz-ms"], "does not mate with"),
    ("assemble", "css", ['step.1.to="tianhe"'], "found 'tianhe', expected 'MODULE.PORT'"),
    ("assemble", "css", ["step.1.launch_utc=2021-04-01T00:00:00Z"],
     "step[1].launch_utc: found 2021-04-01, after step[0] on 2021-04-29: expected steps in the"),
    ("assemble", "css", ["step.1.vehicle=cz-77"], "step[1].vehicle: unknown vehicle 'cz-77'."),
    ("assemble", "css", ["step=[]"], "step: this key is missing: expected [[step]] tables"),
    ("split", "iss", ["split.modules=[]"], "split.modules: found no module: expected those"),
    ("split", "iss", ['split.modules=["zarya","zarya"]'], "split.modules: found 'zarya' twice"),
    ("split", "iss", ["split.date=1990-01-01"], "split.modules[0]: no module 'zarya' on the"),
    ("crew", "css", ['crew.ships=["tianzhou"]'], "crew.ships: found a ship without seats"),
    ("crew", "css", ["crew.handover_d=200"], "crew.handover_d: found 200, expected less than"),
    ("crew", "css", ["crew.crew_n=3.5"], "crew.crew_n: found 3.5, expected a whole number"),
    ("access", "css", ['trade.partners=["x"]'], "trade.partners: unknown partner with a fleet"),
    ("access", "css", ['trade.flight=[{vehicle="x"}]'], "trade.flight[0].vehicle: unknown"),
    ("access", "css", ["-o="], "-o: found an empty name, expected a folder"),
]  # fmt: skip


@pytest.mark.parametrize(("verb", "name", "changes", "said"), BAD)
def test_bad_input_is_one_message(
    verb: str,
    name: str,
    changes: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    options = [part for change in changes for part in ("--set", change)]
    if changes == ["-o="]:
        options = ["-o", ""]
    done = station(verb, name, "--quiet", "--json", *options)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("perilune: ")
    assert done.err.count("\n") == 1
    assert said in done.err
    if changes and options[0] == "--set":
        assert f"{name} with --set: " in done.err
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    done = station("access", "css", "-o", tmp_path / "taken", "--quiet")
    assert (done.status, done.out) == (2, "")
    assert "expected a folder" in done.err


def test_a_mission_is_no_station(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text('schema = 1\nname = "m"\nphase = []\n')
    done = station("access", tmp_path / "m.toml", "--quiet")
    assert done.status == 2
    assert "m.toml: a mission, expected a station: 'perilune fly " in done.err


# ---- check and list


def test_list_shows_the_stations() -> None:
    listed = json.loads(perilune("list", "--json").out)["stations"]
    assert {row["name"] for row in listed} == set(bundled_stations())
    assert all(row["title"] for row in listed)
    shown = perilune("list").out
    assert "Bundled stations" in shown
    assert "css-joint-best" in shown


@pytest.mark.parametrize("name", bundled_stations())
def test_check_takes_every_station(name: str) -> None:
    done = perilune("check", name, "--json")
    assert (done.status, done.err) == (0, "")
    found = json.loads(done.out)
    assert (found["station"], found["valid"]) == (name, True)
    assert found["answers"] == answers(load_station(name))
    assert {"access", "assemble"} <= set(found["answers"])
    assert found["unconfirmed_n"] == len(found["assumed"]) > 0


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("css", 'step.1.to="tianhe.x"', "step[1]: unknown port of 'tianhe' 'x'"),
        ("iss", 'split.modules=["x"]', "split.modules[0]: no module 'x' on the station"),
        ("css", 'trade.flight=[{vehicle="x"}]', "trade.flight[0].vehicle: unknown vehicle 'x'"),
        ("css", "upkeep.years=100", "upkeep.years: found 100, expected a number from 0.1 to 30"),
    ],
)
def test_check_refuses_as_the_questions_do(name: str, change: str, said: str) -> None:
    done = perilune("check", name, "--set", change)
    assert (done.status, done.out) == (2, "")
    assert f"perilune: {name} with --set: {said}" in done.err
    assert done.err.count("\n") == 1


def test_check_names_the_nearest_of_both() -> None:
    done = perilune("check", "cs")
    assert done.status == 2
    assert done.err.startswith("perilune: unknown scenario, station")
    assert "Did you mean 'css'?" in done.err


def test_the_file_of_the_documentation(tmp_path: Path) -> None:
    """The example in docs/stations.md is a station that answers everything."""
    (text,) = re.findall(r"```toml\n(schema = 1\n.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    path = tmp_path / "lookout.toml"
    path.write_text(text)
    done = perilune("check", path)
    assert done.status == 0, done.err
    assert "answers: access, assemble, crew, upkeep, split" in done.out
    design = load_station(path)
    assert design.split is not None
    leaving, staying = parts(design, design.split)
    assert [bool(needs(half)) for half in (*leaving, *staying)] == [True, False]


# ---- what is said of the stations


def test_val_who_reaches_the_chinese_station(css: dict[str, Any]) -> None:
    """By geometry and by permission; penalties of a plane change at 400 km, computed by hand."""
    direct = {row["site"] for row in css["sites"] if row["direct_geometric"]}
    assert {"wenchang-lc101", "jiuquan-sls1", "xichang-lc2", "taiyuan-lc9"} <= direct
    assert {"kourou-els", "cape-canaveral-39a"} <= direct
    for site, penalty in (("baikonur-1-5", 570), ("vostochny-1s", 1370), ("plesetsk-43", 2840)):
        row = row_of(css, "sites", site=site, vehicle="soyuz-2-1b")
        assert not row["direct_geometric"]
        assert row["penalty_geometric_m_s"] == pytest.approx(penalty, abs=8.0)
    baikonur = row_of(css, "sites", site="baikonur-1-5", vehicle="soyuz-2-1b")
    assert baikonur["penalty_permitted_m_s"] == pytest.approx(1350, abs=5.0)
    assert baikonur["payload_kg"] < 7080  # a Soyuz ship
    xichang = row_of(css, "sites", site="xichang-lc2", vehicle="cz-3b-e")
    assert not xichang["direct_permitted"]
    assert "found 41.47" in xichang["why_not"]
    wenchang = row_of(css, "sites", site="wenchang-lc101", vehicle="cz-7")
    assert wenchang["azimuths_permitted"] == [False, True]


def test_val_who_reaches_the_iss(iss: dict[str, Any]) -> None:
    beyond = {row["site"] for row in iss["sites"] if not row["direct_geometric"]}
    assert beyond == {"plesetsk-43", "vostochny-1s"}
    vostochny = row_of(iss, "sites", site="vostochny-1s", vehicle="soyuz-2-1b")
    assert 0.0 < vostochny["penalty_geometric_m_s"] < 10.0  # 0.06 deg
    permitted = {row["site"] for row in iss["sites"] if row["direct_permitted"]}
    chinese = {"wenchang-lc101", "jiuquan-sls1", "xichang-lc2", "taiyuan-lc9"}
    assert permitted & chinese == {"wenchang-lc101"}
    assert "baikonur-1-5" in permitted
    assert row_of(iss, "sites", vehicle="cz-7")["payload_loss_kg"] > 500


def test_val_from_the_iss_to_the_chinese_station(iss: dict[str, Any]) -> None:
    (move,) = iss["moves"]
    assert move["to"] == "css"
    assert move["aligned_deg"] == pytest.approx(10.17, abs=0.005)
    assert move["aligned_m_s"] == pytest.approx(1360, abs=5.0)
    assert move["every_d"] == pytest.approx(323, abs=4.0)
    assert min(move["curve_m_s"]) == pytest.approx(move["aligned_m_s"], abs=1.0)


def test_val_the_chinese_station_as_built(built: tuple[Path, dict[str, Any]]) -> None:
    """Lift-offs as flown against the plane of the elements nearest in time, min."""
    flights = {row["name"]: row for row in built[1]["flights"]}
    assert len(flights) == 11
    late = flights.pop("shenzhou-15")
    first = flights.pop("tianhe")
    assert first["plane_offset_min"] is None
    for name, row in flights.items():
        limit = 6.0 if row["site"].startswith("wenchang") else 2.0
        assert abs(row["plane_offset_min"]) < limit, name
        assert row["ok"], row["why_not"]
        assert not row["notes"]
    assert 6.0 < late["plane_offset_min"] < 7.0
    assert late["ok"]
    assert "its vehicle steers that out" in late["notes"][0]
    assert flights["wentian"]["rendezvous_h"] == pytest.approx(13, abs=0.2)
    assert late["rendezvous_h"] == pytest.approx(6.5, abs=0.1)
    assert late["flown_rendezvous_h"] == pytest.approx(6.56, abs=0.01)


def test_val_sizes_beside_the_iss(built: tuple[Path, dict[str, Any]]) -> None:
    (beside,) = built[1]["compared"]
    assert beside["mass_kg"] == pytest.approx(450e3, rel=0.03)  # about 450 t (NASA)
    last = built[1]["stack"][-1]
    assert 36.0 < last["length_m"] < 40.0  # "37 m"
    assert beside["length_ratio"] == pytest.approx(1.0 / 3.0, abs=0.06)


@pytest.mark.parametrize(
    ("name", "lost"),
    [
        ("css-joint", {"nauka", "nem-iss", "poisk", "soyuz-1", "progress-1"}),
        ("css-joint-51", {"shenzhou-1"}),
        ("css-joint-best", {"shenzhou-1"}),
    ],
)
def test_which_flights_of_a_joint_build_close(name: str, lost: set[str]) -> None:
    """In the plane China chose no Russian flight closes; in that of the ISS all but Shenzhou."""
    document = answer("assemble", name)
    rows = {row["name"]: row for row in document["flights"]}
    assert {name for name, row in rows.items() if not row["ok"]} == lost
    assert document["ok"] is False
    assert all(rows[name]["why_not"] for name in lost)
    if name == "css-joint":
        assert "never in a plane of 41.50 deg" in rows["soyuz-1"]["why_not"]
        assert "proton-m lifts" in rows["nauka"]["why_not"]
    else:
        assert "permits nothing northbound" in rows["shenzhou-1"]["why_not"]


def test_the_iss_divided_says_what_each_part_needs(parted: tuple[Path, dict[str, Any]]) -> None:
    russian, rest = parted[1]["halves"]
    assert (russian["propulsion"], rest["propulsion"]) == (True, False)
    assert rest["needs"][0].startswith("propulsion: nothing on board can raise the orbit")
    assert "cannot stand alone" in rest["verdict"]
    assert parted[1]["parted"] == ["pma-1.apas from zarya.forward"]
    assert parted[1]["parting"]["is_safe"]
    assert (parted[0] / "split-halves.csv").is_file()


def test_ports_over_time_of_the_iss() -> None:
    """No Cygnus berths where Z1 has no hatch, and none at Harmony's top once PMA-3 is there."""
    found = answer("crew", "iss")
    used: dict[str, list[dict[str, Any]]] = {}
    for row in found["rotations"]:
        used.setdefault(row["port"], []).append(row)
        assert row["ok"], (row["name"], row["why_not"])
    assert "z1.mbm" not in used
    assert all(row["docking_utc"] < "2017-03-26" for row in used["harmony.zenith"])
    assert found["mean_crew_n"] == pytest.approx(5.5, abs=0.1)


def test_a_station_that_does_not_come_down_is_no_error() -> None:
    changes = ("upkeep.hold=false", "upkeep.altitude_km=1300", "upkeep.samples_n=10")
    found = answer("upkeep", "css", *changes)
    assert found["reentry_utc"] == {"p10": None, "p50": None, "p90": None}
    json.dumps(found, allow_nan=False)
    page = sheet_page(SHEETS["upkeep"](found), found)
    assert "Stays up for the 25 years looked at" in page


def test_the_way_down_ends_near_the_median() -> None:
    found = answer("upkeep", "mir", "upkeep.samples_n=50", "upkeep.deorbit=false")
    way = found["altitude_km"]
    assert way[0]["p50"] == pytest.approx(309.5, abs=0.5)
    assert way[-1]["p50"] < 150.0
    assert found["reentry_utc"]["p10"] < way[-1]["utc"] < found["reentry_utc"]["p90"]
    assert found["deorbit"] is None


def test_steps_of_one_day_keep_their_order() -> None:
    swapped = ["step.1.date=1998-11-20", "step.2.date=1998-11-20"]
    load_station("iss", overrides=swapped)
    with pytest.raises(InputError, match=r"step\[1\]\.date: found 1998-11-19, after step\[0\]"):
        load_station("iss", overrides=["step.1.date=1998-11-19"])
