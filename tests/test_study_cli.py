"""`perilune study`: what it prints and writes, what it keeps, what stays private."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import perilune as pl
from perilune.cli.main import main
from perilune.cooperation import answers
from perilune.cooperation.enumeration import enumerated
from perilune.cooperation.evaluate import Options, evaluate
from perilune.cooperation.study_load import load_study
from perilune.cooperation.tasks import MISSION, WINDOWS, Task

SMALL = """
schema = 1
name = "small"
title = "A camera on Luna-26"
as_of = 2017-06-15
baseline = "alone"
partners = ["roscosmos", "cnsa", "nasa"]
schedule = { draws_n = 2000, seed = 7 }

[[candidate]]
name = "soyuz"
role = "launcher"
provider = "roscosmos"
ready = 2017-01-01
kind = "launch-vehicle"
cost_musd = 48.5
confidence = "assumed"

[[candidate]]
name = "camera"
title = "GX-77 camera"
role = "instrument"
provider = "cnsa"
mass_kg = 12.375
needs = { mass_kg = 15 }
add = { "spacecraft.luna-26.dry_mass_kg" = 12.375 }
fits = ["luna-26"]
ready = 2020-03-17
items = [{ name = "detector HX-9", origin = "cn", classes = ["none"] }]
cost_musd = 31.725
reliability = 0.8642
source = "Contract 0173/LR"
private = ["mass_kg", "add", "title", "items", "cost_musd", "reliability", "source"]

[[mission]]
name = "luna-26"
scenario = "luna-26"
lead = "roscosmos"
planned = 2020-07-01
kind = "orbiter"
roles = { launcher = "soyuz" }

[[variant]]
name = "alone"

[[variant]]
name = "with-camera"
set = { "luna-26.roles.instrument" = "camera" }
"""
SECRETS = ["12.375", "31.725", "0.8642", "86.42", "GX-77", "HX-9", "0173"]
ROW = {
    "name", "physics", "law", "verdict", "reasons", "missions", "delay_d", "rules", "shares",
    "critical_partners", "reflown_n",
}  # fmt: skip


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    out: str
    err: str


def perilune(*words: object) -> Done:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main([str(word) for word in words])
    return Done(status, out.getvalue(), err.getvalue())


@pytest.fixture(scope="module", autouse=True)
def one_sky(env: pl.Environment) -> Iterator[None]:
    """Fly everything in the shared environment: nothing compiles twice."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("perilune.missions.fly.environment", lambda **_: env)
        yield


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    (folder / "small.toml").write_text(SMALL)
    return folder


@pytest.fixture(scope="module")
def done(home: Path) -> Done:
    """A study evaluated once for all tests that look at it."""
    return perilune(
        "study", home / "small.toml", "--json", "--workers", 1, "-o", home / "perilune-out/small"
    )


@pytest.fixture(scope="module")
def data(done: Done) -> dict[str, Any]:
    return dict(json.loads(done.out))


def row(data: dict[str, Any], name: str) -> dict[str, Any]:
    return next(dict(each) for each in data["variants"] if each["name"] == name)


# ---- what is printed and written


def test_a_study_ends_with_0_whatever_closes_and_one_json_document(
    done: Done, data: dict[str, Any]
) -> None:
    assert done.status == 0
    assert {each["verdict"] for each in data["variants"]} == {"does_not_close"}
    assert done.out.startswith("{\n")
    assert "of 4 parts done" in done.err or "of 3 parts done" in done.err


def test_the_json_has_the_keys_of_the_contract(data: dict[str, Any]) -> None:
    assert data["as_of"] == "2017-06-15"
    assert data["baseline"] == "alone"
    for each in data["variants"]:
        assert set(each) >= ROW
        assert each["physics"] in ("closes", "does_not_close", "not_evaluated")
        assert each["law"] in ("permitted", "needs_approval", "forbidden", "unknown")
        assert set(each["delay_d"]) == {"p50", "p90"}
        for mission in each["missions"]:
            assert set(mission) >= {"name", "margin_kg", "launch_date"}
            assert set(mission["launch_date"]) == {"p10", "p50", "p90"}
        for rule in each["rules"]:
            assert set(rule) >= {"rule", "effect", "because", "lifted_by", "source"}
        for share in each["shares"]:
            assert set(share) >= {"partner", "mass_kg", "launches_n", "roles_n"}


def test_every_output_is_written(home: Path, data: dict[str, Any]) -> None:
    folder = home / "perilune-out/small"
    written = sorted(each.name for each in folder.iterdir() if not each.name.startswith("."))
    assert written == ["missions.csv", "study.html", "study.json", "variants.csv"]
    assert json.loads((folder / "study.json").read_text()) == data
    with (folder / "variants.csv").open() as file:
        assert [each["name"] for each in csv.DictReader(file)] == ["alone", "with-camera"]
    page = (folder / "study.html").read_text()
    assert "<details>" in page
    assert 'id="variant-with-camera"' in page


def test_a_second_run_flies_nothing_and_tells_it_in_words(home: Path, data: dict[str, Any]) -> None:
    folder = home / "perilune-out/small"
    again = perilune("study", home / "small.toml", "-o", folder, "--no-report", "--quiet")
    assert again.status == 0
    assert again.err == ""
    assert f"0 of {data['computed_n']} computations done anew" in again.out
    assert "Not legal advice" in again.out
    for each in data["variants"]:
        assert f"{each['name']}: {' '.join(each['summary'])}" in again.out


def test_an_added_payload_costs_mass_and_time(data: dict[str, Any]) -> None:
    alone, camera = (row(data, name)["missions"][0] for name in ("alone", "with-camera"))
    assert alone["margin_kg"] - camera["margin_kg"] == pytest.approx(12.375, abs=0.5)
    assert row(data, "alone")["delay_d"] == {"p50": None, "p90": None}
    delay = row(data, "with-camera")["delay_d"]
    assert 0.0 < delay["p50"] <= delay["p90"]
    for key in ("p10", "p50", "p90"):
        assert camera["launch_date"][key] > alone["launch_date"][key]
    said = " ".join(row(data, "with-camera")["summary"])
    assert f"moves luna-26 by {delay['p50']:.0f} d in the median" in said


def test_check_and_list_know_studies(home: Path) -> None:
    checked = perilune("check", home / "small.toml", "--json")
    found = json.loads(checked.out)
    assert (checked.status, found["valid"]) == (0, True)
    assert found["variants"] == ["alone", "with-camera"]
    assert found["refused"] == []
    listed = json.loads(perilune("list", "--json").out)["studies"]
    assert {each["name"] for each in listed} == {"ilrs-today", "russia-china-2017"}


# ---- variants compared, passed on, saved


def test_diff_says_what_differs_in_roles_and_results(
    home: Path, data: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home)
    found = perilune("study", "diff", "alone", "with-camera", "--of", "small.toml", "--json")
    assert found.status == 0
    text = json.dumps(json.loads(found.out))
    assert "camera" in text
    assert "margin_kg" in text
    assert len(data["variants"]) == 2


def test_a_variant_is_saved_as_a_proposal(home: Path) -> None:
    made = perilune(
        "study", "propose", home / "small.toml", "with-camera", "--author", "us", "--partner",
        "cnsa", "-o", home / "proposals", "--json",
    )  # fmt: skip
    assert made.status == 0
    found = json.loads(made.out)
    assert found["status"] == "draft"
    assert found["hash"] in Path(found["file"]).read_text()


def test_a_proposal_that_repeats_a_private_value_is_refused(home: Path) -> None:
    loose = home / "loose.toml"
    loose.write_text(
        (home / "small.toml").read_text()
        + f'\n[[variant]]\nname = "loose"\nsummary = "with {SECRETS[0]} inside"\n'
    )
    words = ("study", "propose", loose, "loose", "--author", "A", "--partner", "cnsa", "-o", home)
    made = perilune(*words)
    assert made.status == 2
    assert "would give private values away" in made.err
    assert SECRETS[0] not in made.err
    assert not list(home.glob("loose-*.toml"))
    let = perilune(*words, "--chance", "variant.loose.summary", "--json")
    assert let.status == 0


def test_no_private_value_is_in_what_an_export_comes_to(home: Path, data: dict[str, Any]) -> None:
    """Evaluated from the export, and by the owner himself: not in files, not in what is printed."""
    made = perilune("study", "export", home / "small.toml", "roscosmos", "-o", home, "--json")
    assert made.status == 0
    exported = Path(json.loads(made.out)["file"])
    out = home / "from-export"
    # the same computations but for the envelope: only one is flown
    parts = home / "perilune-out/small/.study-parts"
    out.mkdir()
    (out / ".study-parts").symlink_to(parts)
    found = perilune("study", exported, "-o", out, "--workers", 1)
    assert found.status == 0
    evaluated = json.loads((out / "study.json").read_text())
    less = row(data, "with-camera")["missions"][0]["margin_kg"]
    assert row(evaluated, "with-camera")["missions"][0]["margin_kg"] == pytest.approx(
        less - (15.0 - 12.375), abs=0.5
    )
    of_others = [exported.read_text(), found.out, found.err]
    owned = home / "perilune-out/small"
    for folder in (out, owned):
        of_others += [path.read_text() for path in folder.iterdir() if path.is_file()]
    assert len(of_others) == 3 + 4 + 4
    assert "48.5" in of_others[0]  # what is not private is there
    for text in of_others:
        for secret in SECRETS:
            assert secret not in text


# ---- kept and gone on with: flights replaced by their answer


@pytest.fixture
def instant(monkeypatch: pytest.MonkeyPatch) -> list[Task]:
    """Replace flights and window scans by what they might have come to; lists what was asked."""
    asked: list[Task] = []

    def missions(tasks: Sequence[Task]) -> list[dict[str, Any]]:
        asked.append(tasks[0])
        flown = {
            "status": "converged", "closes": True, "checks": [],
            "ledger": [{"spacecraft": "x", "margin_kg": 5.0, "propellant_loaded_kg": 9.0}],
            "events": [{"name": "lift_off", "utc": "2020-07-01T00:00:00Z"}],
        }  # fmt: skip
        return [flown for _ in tasks]

    def windows(tasks: Sequence[Task]) -> list[dict[str, Any]]:
        asked.append(tasks[0])
        days = [f"2020-{month:02d}-05T00:00:00Z" for month in range(1, 13)]
        return [{"opportunities": [{"launch_utc": day, "feasible": True} for day in days]}]

    monkeypatch.setattr(answers, "_ANSWERS", {MISSION: missions, WINDOWS: windows})
    return asked


def test_an_interrupted_study_goes_on_where_it_stopped(
    home: Path, tmp_path: Path, instant: list[Task]
) -> None:
    study = load_study(home / "small.toml")
    folder = tmp_path / "parts"

    def stop_after_one(message: str) -> None:
        if message.startswith("1 of"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate(study, options=Options(folder), report=stop_after_one)
    assert len(list(folder.glob("*.json"))) == 1
    told: list[str] = []
    found = evaluate(study, options=Options(folder), report=told.append)
    assert found.reflown_n == found.computed_n - 1
    assert any("1 of" in each and "done before" in each for each in told)
    assert len(instant) == len(set(instant)) == found.computed_n


def test_dates_are_drawn_again_from_their_seed(home: Path, instant: list[Task]) -> None:
    def dates(*overrides: str) -> list[Any]:
        study = load_study(home / "small.toml", overrides=overrides)
        rows = evaluate(study, options=Options(with_criticality=False)).to_json()["variants"]
        return [(m["launch_date"], m["added_delay"]) for r in rows for m in r["missions"]]

    first = dates()
    assert dates() == first
    assert dates("schedule.seed=8") != first
    assert instant


MANY_CANDIDATES = """
[[candidate]]
name = "{role}-{n}"
role = "{role}"
provider = "{provider}"
fits = ["luna-26"]
ready = 2017-01-01
set = {{ {change} }}
{more}
confidence = "assumed"
"""


def many() -> str:
    """A study of a thousand assignments: ten launchers, ten orbiters, ten instruments."""
    text = SMALL
    for n in range(9):
        more = "offers = { fairing_m = 1.5 }" if n == 0 else ""
        change = f'"phase.launch.parking_altitude_km" = {200 + n % 3}'
        text += MANY_CANDIDATES.format(
            role="launcher", n=n, provider="roscosmos", change=change, more=more
        )
    for n in range(10):
        text += MANY_CANDIDATES.format(
            role="orbiter", n=n, provider="roscosmos", change="", more="needs = { fairing_m = 3 }"
        )
    for n in range(9):
        text += MANY_CANDIDATES.format(
            role="instrument", n=n, provider="cnsa" if n else "nasa", change="", more=""
        )
    roles = 'roles = { launcher = "soyuz", orbiter = "orbiter-0", instrument = "instrument-1" }'
    text = text.replace('roles = { launcher = "soyuz" }', roles)
    return f'{text}\n[enumerate]\nmissions = ["luna-26"]\n' + (
        'roles = ["launcher", "orbiter", "instrument"]\n'
    )


def test_a_thousand_assignments_are_pruned_and_flown_only_where_they_differ(
    tmp_path: Path, instant: list[Task]
) -> None:
    (tmp_path / "many.toml").write_text(many())
    study = load_study(tmp_path / "many.toml")
    found = enumerated(study)
    assert found.tried_n == 1000
    assert found.by_interface_n == 100  # the narrow fairing
    assert len(found.variants) + found.by_interface_n + found.by_law_n == 1000
    assert instant == []  # pruned before anything is flown
    told: list[str] = []
    options = Options(tmp_path / "parts", with_schedule=False, with_criticality=False)
    result = evaluate(study, found.variants, options, told.append)
    # three parking orbits, the scenario's own among them, each with and without the camera's mass
    assert result.computed_n == 6
    assert len(instant) == len(set(instant)) == result.computed_n
    assert len(result.outcomes) == len(found.variants) + 1
    assert sum(each.startswith("variant ") for each in told) == len(result.outcomes)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--only", "alon"], "Did you mean 'alone'?"),
        (["--only", "alone", "--enumerate"], "found --enumerate and --only, expected one of both"),
        (["--enumerate"], "enumerate: this key is missing"),
        (["--set", "as_of=soon"], "as_of"),
    ],
)
def test_bad_input_is_one_message(home: Path, words: list[str], said: str) -> None:
    found = perilune("study", home / "small.toml", *words)
    assert (found.status, found.out) == (2, "")
    assert found.err.count("\n") == 1
    assert said in found.err


# ---- the documentation


def test_the_study_in_the_documentation_loads(tmp_path: Path) -> None:
    text = (Path(__file__).parents[1] / "docs" / "study.md").read_text("utf-8")
    example = text.split("```toml\n")[1].split("```")[0]
    (tmp_path / "guest.toml").write_text(example)
    checked = perilune("check", tmp_path / "guest.toml", "--json")
    found = json.loads(checked.out)
    assert found["variants"] == ["alone", "with-camera", "together", "china-leaves"]
    assert found["refused"] == []
    made = enumerated(load_study(tmp_path / "guest.toml"))
    assert made.tried_n == 2  # nobody is an instrument in the baseline's roles
