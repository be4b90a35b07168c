"""What `fly` writes when asked: CZML, ground tracks, parameter messages."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import TO_ORBIT

import perilune as pl
from perilune import Environment, Epoch, Flight
from perilune.cli.main import main
from perilune.errors import InputError
from perilune.formats.hermite import hermite, windows
from perilune.formats.opm_read import read_opm
from perilune.report.exports import Exports, export

CRUISE = Epoch.utc("2020-11-25T00:00:00")


@pytest.fixture(scope="module")
def flight(env: Environment) -> Flight:
    return pl.fly("change-5", env=env)


@pytest.fixture(scope="module")
def folder(flight: Flight, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("exports")
    paths = export(flight, out, Exports(czml=True, geojson=True, opm_at=CRUISE))
    assert sorted(paths) == sorted(out.iterdir())
    kinds = (".czml", "-earth.geojson", "-moon.geojson", ".opm")
    assert {p.name for p in paths} == {f"{n}{kind}" for n in flight.spacecraft for kind in kinds}
    return out


def _load(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


# ---- CZML


def test_czml_interpolates_to_the_trajectory(
    flight: Flight, folder: Path, env: Environment
) -> None:
    packets = _load(folder / "orbiter.czml")
    motion = flight.trajectory("orbiter")
    assert packets[0]["id"] == "document"
    assert packets[0]["version"] == "1.0"
    assert len(packets[1]["position"]) > 10
    for part in packets[1]["position"]:
        assert part["referenceFrame"] == "INERTIAL"
        rows = np.array(part["cartesianVelocity"]).reshape(-1, 7)
        times = 0.5 * (rows[:-1, 0] + rows[1:, 0])[:50]
        member = windows(rows[:, 0], times, min(4, len(rows)))
        found = hermite(rows[member, 0], rows[member, 1:], times[:, None])[:, 0, :3]
        truth = motion.at(Epoch.utc(part["epoch"]) + times, center="earth")
        assert np.linalg.norm(found - 1e3 * truth.r_km, axis=1).max() < 1.0


def test_czml_intervals_meet_and_fill_the_availability(folder: Path) -> None:
    craft = _load(folder / "orbiter.czml")[1]
    ends = [part["interval"].split("/") for part in craft["position"]]
    assert all(one[1] == other[0] for one, other in pairwise(ends))
    assert f"{ends[0][0]}/{ends[-1][1]}" == craft["availability"]


def test_czml_names_the_events_of_its_own_spacecraft(folder: Path) -> None:
    names = {name: [p["name"] for p in _load(folder / f"{name}.czml")[2:]]
             for name in ("orbiter", "lander")}  # fmt: skip
    assert any(name.startswith("powered_descent 1,9") for name in names["lander"])
    assert not any("descent" in name for name in names["orbiter"])
    assert any("trans_earth_injection_2" in name for name in names["orbiter"])


# ---- ground tracks


def _lines(path: Path) -> list[list[list[float]]]:
    shapes = [f["geometry"] for f in _load(path)["features"]]
    return [part for s in shapes if s["type"] == "MultiLineString" for part in s["coordinates"]]


def test_a_ground_track_has_no_member_that_its_type_forbids(folder: Path) -> None:
    """RFC 7946, section 7.1: a FeatureCollection has none of these."""
    found = _load(folder / "orbiter-moon.geojson")
    assert found["type"] == "FeatureCollection"
    assert not {"coordinates", "geometries", "geometry", "properties"} & set(found)
    assert found["axes"].startswith("moon_me")


@pytest.mark.parametrize("name", ["orbiter-moon", "orbiter-earth", "returner-earth"])
def test_ground_tracks_stay_on_the_map_and_never_cross_its_edge(folder: Path, name: str) -> None:
    for line in _lines(folder / f"{name}.geojson"):
        place = np.array(line)
        assert np.abs(place[:, 0]).max() <= 180.0
        assert np.abs(place[:, 1]).max() <= 90.0
        assert np.abs(np.diff(place[:, 0])).max(initial=0.0) <= 180.0


def test_the_lander_s_track_ends_at_its_site(flight: Flight, folder: Path) -> None:
    site = next(event for event in flight.events if event["name"] == "touchdown")
    end = _lines(folder / "lander-moon.geojson")[-1][-1]
    assert end == pytest.approx([site["longitude_deg"], site["latitude_deg"]], abs=1e-3)
    points = [f["properties"]["name"] for f in _load(folder / "lander-moon.geojson")["features"]
              if f["geometry"]["type"] == "Point"]  # fmt: skip
    assert "touchdown" in points
    assert "trans_earth_injection_1" not in points


# ---- parameter messages


def test_the_message_holds_the_state_and_the_burns_after_it(flight: Flight, folder: Path) -> None:
    opm = read_opm(folder / "orbiter.opm")
    state = flight.trajectory("orbiter").at(CRUISE)
    assert np.abs(opm.state.vector - state.vector).max() < 1e-8
    events = [e for e in flight.events if "insertion_" in e["name"] or "injection_" in e["name"]]
    assert len(opm.maneuvers) == len(events) == 4
    for burn, event in zip(opm.maneuvers, events, strict=True):
        assert 1e3 * np.linalg.norm(burn.dv_km_s) == pytest.approx(event["dv_m_s"], rel=1e-6)
        assert abs(float(burn.ignition - Epoch.utc(event["utc"]))) < 1e-3
        assert burn.propellant_kg == pytest.approx(event["propellant_kg"], abs=1e-5)
    assert opm.mass_kg == 8200.0


def test_a_braking_burn_points_against_the_motion(flight: Flight, folder: Path) -> None:
    burn = read_opm(folder / "orbiter.opm").maneuvers[0]
    middle = flight.trajectory("orbiter").at(burn.ignition + 0.5 * burn.duration_s)
    cosine = np.dot(burn.dv_km_s, middle.v_km_s) / (
        np.linalg.norm(burn.dv_km_s) * np.linalg.norm(middle.v_km_s)
    )
    assert cosine < -0.99


def test_an_instant_at_which_nothing_flies_is_refused(flight: Flight, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no spacecraft flies at 2021-01-01T00:00:00Z"):
        export(flight, tmp_path, Exports(opm_at=Epoch.utc("2021-01-01T00:00:00")))
    assert list(tmp_path.iterdir()) == []


# ---- the command


def test_fly_writes_them_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["fly", str(TO_ORBIT), "-o", str(tmp_path), "--quiet", "--no-report", "--czml"]
    assert main([*words, "--geojson", "--opm", "2020-11-25T00:00:00Z"]) == 0
    written = {path.name for path in tmp_path.iterdir()}
    assert {"orbiter.czml", "orbiter-moon.geojson", "orbiter.opm", "orbiter.bsp"} <= written
    capsys.readouterr()
    assert main([*words, "--opm", "yesterday"]) == 2
    assert "--opm: cannot read 'yesterday' as a date" in capsys.readouterr().err


def test_a_folder_without_room_is_one_message(
    flight: Flight, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("perilune.formats.files._write_through", full)
    with pytest.raises(InputError, match=r"No space left on device.*room for"):
        export(flight, tmp_path, Exports(czml=True))
    with pytest.raises(InputError, match=r"No space left on device.*room for"):
        flight.save(tmp_path, report=False)
    assert list(tmp_path.iterdir()) == []
