"""`perilune orbit`: lifetimes, frozen orbits, halos and coverage, asked on the command line."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from terminals import perilune

import perilune as pl
from perilune import Environment, Epoch
from perilune.errors import InputError
from perilune.missions.lunar_orbits import OrbitLife, life_of, orbit_at
from perilune.phases.halo import HaloOrbit

START = Epoch.utc("2030-01-01T00:00:00")


@pytest.fixture(scope="module", autouse=True)
def one_sky(env: Environment) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("perilune.astro.environment.environment", lambda **_: env)
        yield


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def asked(*words: str, status: int = 0) -> dict[str, Any]:
    done = perilune("orbit", *words, "--json", "--quiet")
    assert (done.status, done.err) == (status, "")
    return dict(json.loads(done.out))


def life(env: Environment, inclination_deg: float, days: float, degree: int = 20) -> OrbitLife:
    state = orbit_at(START, env, perilune_altitude_km=100.0, apolune_altitude_km=100.0,
                     inclination_deg=inclination_deg)  # fmt: skip
    return life_of(state, env, days=days, degree=degree)


# ---- lifetime


def val_the_subsatellite_of_apollo_16_falls_within_weeks(env: Environment) -> None:
    """PFS-2: 100 x 100 km inclined 10 degrees, fell 34 days after 1972-04-24 (Siddiqi, NASA).

    Released retrograde; its node is not told there, so this holds an order of magnitude, no date.
    """
    let_go = orbit_at(Epoch.utc("1972-04-24T21:56:00"), env, perilune_altitude_km=100.0,
                      apolune_altitude_km=100.0, inclination_deg=170.0)  # fmt: skip
    found = life_of(let_go, env, days=80.0)
    assert found.status == "impact"
    assert 10.0 < found.days < 70.0


def test_the_inclination_decides_whether_a_low_orbit_stays(env: Environment) -> None:
    low, polar = life(env, 10.0, 20.0), life(env, 85.0, 20.0)
    assert (low.status, polar.status) == ("impact", "stays")
    assert low.days < 20.0 == polar.days
    assert len(polar.rows) == 20
    assert low.rows[-1]["perilune_altitude_km"] < 20.0


def conserve_a_lone_field_of_degree_2_keeps_the_size_of_an_orbit(env: Environment) -> None:
    rows = life(env, 60.0, 10.0, degree=2).rows
    size = [row["perilune_altitude_km"] + row["apolune_altitude_km"] for row in rows]
    assert np.ptp(size) < 5.0


def test_the_first_row_is_what_was_asked_for(env: Environment) -> None:
    state = orbit_at(START, env, perilune_altitude_km=80.0, apolune_altitude_km=300.0,
                     inclination_deg=63.0, node_deg=40.0, arg_perilune_deg=110.0)  # fmt: skip
    row = life_of(state, env, days=1.0, degree=2).rows[0]
    keys = ("perilune_altitude_km", "apolune_altitude_km", "inclination_deg", "node_deg")
    assert [row[key] for key in keys] == pytest.approx([80.0, 300.0, 63.0, 40.0], abs=1e-6)
    assert row["arg_perilune_deg"] == pytest.approx(110.0, abs=1e-6)


@pytest.mark.parametrize(
    ("low", "high", "tilt"),
    [(-1.0, 100.0, 0.0), (200.0, 100.0, 0.0), (100.0, 1e6, 0.0), (100.0, 100.0, 181.0),
     (float("nan"), 100.0, 0.0)],
)  # fmt: skip
def test_an_orbit_that_is_none(env: Environment, low: float, high: float, tilt: float) -> None:
    with pytest.raises(InputError):
        orbit_at(START, env, perilune_altitude_km=low, apolune_altitude_km=high,
                 inclination_deg=tilt)  # fmt: skip


def test_lifetime_on_the_command_line(home: Path) -> None:
    words = ["lifetime", "--altitude-km", "100", "--inclination-deg", "10", "--days", "20"]
    data = asked(*words)
    assert data["status"] == "impact"
    assert data["end_utc"] > "2030-01-10"
    folder = home / "perilune-out" / "orbit-lifetime"
    assert json.loads((folder / "orbit-lifetime.json").read_text())["rows"] == data["rows"]
    with (folder / "orbit-lifetime.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["utc"] for row in rows] == [row["utc"] for row in data["rows"]]
    shown = perilune("orbit", *words).out
    assert f"FALLS after {data['days']:.1f} d" in shown


# ---- halo, frozen, coverage


def cross_a_halo_of_the_command_is_that_of_the_library(env: Environment) -> None:
    data, found = asked("halo", "--height-km", "13000"), HaloOrbit(13000.0).solve(env)
    assert data["period_d"] == pytest.approx(found.period_d, rel=1e-12)
    assert data["stability_index"] == pytest.approx(found.stability_index, rel=1e-6)
    assert max(abs(row["z_km"]) for row in data["rows"]) == pytest.approx(13000.0, abs=1e-3)
    assert data["rows"][0]["x_km"] == pytest.approx(data["rows"][-1]["x_km"], abs=1e-3)


def test_a_halo_that_is_not_there_ends_with_1() -> None:
    data = asked("halo", "--height-km", "10000000", status=1)
    assert data["status"] == "no_solution"
    assert data["remedy"]


def test_a_frozen_orbit_drifts_less_than_its_seed() -> None:
    data = asked("frozen", "--period-h", "24", "--perilune-km", "300", "--days", "90")
    turned = [np.ptp(data[key]["arg_perilune_deg"]) for key in ("drift", "seed_drift")]
    assert turned[0] < turned[1]
    assert [row["to"] for row in data["rows"]] == ["moon's orbit", "lunar equator"]


def test_a_relay_adds_hours() -> None:
    site = ["coverage", "--site", "-81,20", "--station", "bear-lakes", "--days", "10"]
    alone = asked(*site)
    helped = asked(*site, "--period-h", "24", "--perilune-km", "300")
    assert alone["relay"] is None
    assert helped["contact_h_d"] > alone["contact_h_d"] == pytest.approx(helped["direct_h_d"])


def test_a_site_of_the_catalogue_is_a_place() -> None:
    data = asked("coverage", "--site", "mons-ruemker", "--station", "kashi", "--days", "2")
    assert 2.0 < data["direct_h_d"] < 24.0  # near side: whenever the Moon is up at Kashi


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["liftime"], "Did you mean 'lifetime'?"),
        (["halo", "--height-km", "nan"], "--height-km: found nan"),
        (["halo", "--days", "3"], "orbit halo: found --days, expected one of --height-km"),
        (["halo"], "a halo orbit needs height_km or period_d"),
        (["halo", "--height-km", "9000", "--point", "3"], "libration point L3"),
        (["lifetime"], "--perilune-km is missing"),
        (["lifetime", "--altitude-km", "-5"], "expected altitudes above 0"),
        (["lifetime", "--altitude-km", "9", "--perilune-km", "9"], "expected one or the other"),
        (["lifetime", "--altitude-km", "100", "--days", "0"], "--days: found 0"),
        (["lifetime", "--altitude-km", "100", "--degree", "50"], "found degree 50"),
        (["lifetime", "--altitude-km", "100", "--from", "soon"], "--from: found 'soon'"),
        (["frozen", "--period-h", "24"], "--perilune-km is missing"),
        (["frozen", "--period-h", "1", "--perilune-km", "100"], "expected an ellipse"),
        (["coverage"], "--site is missing"),
        (["coverage", "--site", "nowhere"], "unknown lunar site 'nowhere'"),
        (["coverage", "--site", "91,0"], "expected -90 to 90"),
        (["coverage", "--site", "1,2", "--station", "x"], "unknown ground station 'x'"),
        (["coverage", "--site", "1,2", "--altitude-km", "9", "--height-km", "9"], "several orbits"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else "",
)
def test_bad_input_is_one_message(home: Path, words: list[str], says: str) -> None:
    done = perilune("orbit", *words, "--quiet")
    assert (done.status, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert says in done.err
    assert list(home.iterdir()) == []


def test_the_version_stands_in_the_document() -> None:
    assert asked("halo", "--period-d", "6.5")["perilune"] == pl.__version__
