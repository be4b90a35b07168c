"""Flown ephemerides taken apart: burns found, sized and dated, coasts fitted, bad files refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from evidence import Recorder, evidence
from support import translunar

import perilune as pl
from perilune import DAY, Environment, Epoch, Flight, Reconstruction, State
from perilune.astro.geometry import SurfacePoint
from perilune.cli.main import main
from perilune.errors import InputError
from perilune.formats.oem import Oem, Segment, read_oem
from perilune.phases.shot import Model

START = Epoch.utc("2024-03-20T01:00:00")
CONTACT_M_S = 0.05  # two craft dock with less


@pytest.fixture(scope="module")
def flight(env: Environment) -> Flight:
    return pl.fly("change-5", env=env)


@pytest.fixture(scope="module")
def files(flight: Flight, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("flown")
    flight.save(folder, report=False)
    return folder


@pytest.fixture(scope="module")
def found(flight: Flight, files: Path, env: Environment) -> dict[str, Reconstruction]:
    return {
        name: pl.reconstruct(read_oem(files / f"{name}.oem"), env=env) for name in flight.spacecraft
    }


def _seconds(one: Epoch, other: str) -> float:
    return abs(float(one - Epoch.utc(other)))


def _alike(event: dict[str, Any], burn: Any) -> bool:
    return (
        _seconds(burn.start, event["utc"]) < 60.0
        and _seconds(burn.end, event["end_utc"]) < 60.0
        and abs(burn.dv_m_s / event["dv_m_s"] - 1.0) < 0.01
    )


def val_every_burn_of_a_mission_comes_back_from_its_files(
    flight: Flight, found: dict[str, Reconstruction], record_property: Recorder
) -> None:
    burns = [event for event in flight.events if event["dv_m_s"]]
    assert len(burns) == 14
    worst_s, worst = 0.0, 0.0
    for event in burns:
        alike = [m for each in found.values() for m in each.maneuvers if _alike(event, m)]
        assert alike, event["name"]
        worst_s = max(worst_s, *(_seconds(m.start, event["utc"]) for m in alike))
        worst = max(worst, *(abs(m.dv_m_s / event["dv_m_s"] - 1.0) for m in alike))
    evidence(
        record_property,
        claim="every burn of Chang'e-5, whole, comes back from the OEMs written",
        reference="the flight itself",
        tolerance="delta-v within 1 %, time within a minute",
        achieved=f"{len(burns)} of {len(burns)}; {100.0 * worst:.2f} %, {worst_s:.2f} s",
    )


def val_nothing_is_found_that_was_not_flown(
    flight: Flight, found: dict[str, Reconstruction]
) -> None:
    burns = [event for event in flight.events if event["dv_m_s"]]
    docking = next(event["utc"] for event in flight.events if event["name"] == "docking")
    for each in found.values():
        for burn in each.maneuvers:
            is_contact = burn.dv_m_s < CONTACT_M_S and _seconds(burn.start, docking) < 1.0
            assert is_contact or any(_alike(event, burn) for event in burns), burn


def val_coasts_written_by_us_fit_the_model_to_a_centimeter(
    found: dict[str, Reconstruction],
) -> None:
    fits = [coast.fit.worst_m for each in found.values() for coast in each.coasts]
    assert len(fits) > 20
    assert max(fits) < 0.01


def test_ground_and_air_are_neither_coast_nor_maneuver(found: dict[str, Reconstruction]) -> None:
    assert [each.what for each in found["ascender"].others] == ["ground"]
    assert [each.what for each in found["returner"].others] == ["air"]
    assert found["orbiter"].others == ()


def test_a_hover_is_a_burn_and_a_long_rest_is_ground(env: Environment) -> None:
    above = SurfacePoint("moon", 44.0, -19.5, 0.1)
    hover = pl.reconstruct(_file(above.state(START + np.arange(0.0, 61.0, 10.0), env)), env=env)
    (burn,) = hover.maneuvers
    assert burn.dv_m_s == pytest.approx(1.62 * 60.0, rel=0.01)
    assert hover.others == ()
    stay = pl.reconstruct(_file(above.state(START + np.arange(0.0, 601.0, 10.0), env)), env=env)
    assert stay.maneuvers == ()
    assert [each.what for each in stay.others] == ["ground"]


def _sampled(oem: Oem, env: Environment, step_s: float, center: str, digits: int) -> Oem:
    """Return an ephemeris as another tool might write it: one segment, even steps, few digits."""
    count = int((oem.stop - oem.start) // step_s)
    epochs = oem.start + np.arange(count + 1) * step_s
    states = [oem.interpolate(epoch).to(center=center, env=env) for epoch in epochs]
    rows = [[*np.round(s.r_km, digits), *np.round(s.v_km_s, digits + 3)] for s in states]
    return _file(State.from_vector(np.array(rows), epoch=epochs, center=center))


def _file(*parts: State, name: str = "craft") -> Oem:
    segments = tuple(Segment(name, "2024-001A", "ICRF", "UTC", states) for states in parts)
    return Oem("2.0", "ELSEWHERE", "2024-01-01", segments)


def val_burns_are_found_in_a_file_that_marks_none(
    flight: Flight, files: Path, env: Environment
) -> None:
    oem = read_oem(files / "orbiter.oem")
    kept = [s for s in oem.segments if float(s.stop - Epoch.utc("2020-11-30T00:00:00")) < 0.0]
    result = pl.reconstruct(_sampled(replace(oem, segments=tuple(kept)), env, 60.0, "earth", 6))
    names = ("translunar_injection", "lunar_orbit_insertion_1", "lunar_orbit_insertion_2")
    burns = [event for event in flight.events if event["name"] in names]
    assert len(result.maneuvers) == len(burns) == 3
    for event, burn in zip(burns, result.maneuvers, strict=True):
        assert abs(burn.dv_m_s / event["dv_m_s"] - 1.0) < 0.001
        assert _seconds(burn.start, event["utc"]) < 1.0
        assert _seconds(burn.end, event["end_utc"]) < 1.0
    assert max(coast.fit.rms_m for coast in result.coasts) < 1.0


def _coast(env: Environment, state: State, seconds: np.ndarray[Any, Any]) -> State:
    until = state.epoch + float(seconds[-1])
    motion = pl.propagate(state, until=until, forces=Model().about(state.center), env=env)
    return motion.at(state.epoch + seconds)


def test_an_impulse_inside_a_step_is_dated_and_sized(env: Environment) -> None:
    before = _coast(env, translunar(START), np.arange(0.0, 2.0 * DAY + 1.0, 1800.0))
    middle = _coast(env, before[-1], np.array([0.0, 700.0]))[-1]
    kicked = State(
        middle.epoch, "earth", "icrf", middle.r_km, middle.v_km_s + np.array([3e-3, 0.0, 4e-3])
    )
    after = _coast(env, kicked, np.arange(0.0, DAY, 1800.0) + 1100.0)
    merged = State.from_vector(
        np.concatenate([before.vector, after.vector]),
        epoch=Epoch(np.concatenate([before.epoch.j2000_s, after.epoch.j2000_s])),
        center="earth",
    )
    (burn,) = pl.reconstruct(_file(merged), env=env).maneuvers
    assert burn.dv_m_s == pytest.approx(5.0, rel=1e-5)
    assert burn.direction == pytest.approx((0.6, 0.0, 0.8), abs=1e-4)
    assert abs(float(burn.start - middle.epoch)) < 0.1
    assert burn.start == burn.end


def test_a_gap_is_bridged_and_named(env: Environment) -> None:
    states = _coast(env, translunar(START), np.arange(0.0, 2.0 * DAY, 900.0))
    result = pl.reconstruct(_file(states[:60], states[90:]), env=env)
    assert result.maneuvers == ()
    (gap,) = result.others
    assert (gap.what, gap.start, gap.end) == ("gap", states.epoch[59], states.epoch[90])
    (coast,) = result.coasts
    assert coast.fit.worst_m < 0.1
    inside = pl.reconstruct(_file(states[np.r_[0:60, 90 : len(states)]]), env=env)
    assert [each.what for each in inside.others] == ["gap"]


def test_any_center_a_file_may_have_gives_the_same(env: Environment) -> None:
    states = _coast(env, translunar(START), np.arange(0.0, DAY, 900.0))
    for center in ("moon", "sun", "solar_system_barycenter", "earth_moon_barycenter"):
        result = pl.reconstruct(_file(states.to(center=center, env=env)), env=env)
        assert result.maneuvers == ()
        assert result.coasts[0].fit.worst_m < 1.0, center


@pytest.mark.parametrize(
    ("cut", "message"),
    [
        ("objects", "holds 2 objects \\(craft, other\\): expected one"),
        ("overlap", "segments 1 and 2 overlap by 900.000 s"),
        ("single", "a single state: expected at least two"),
        ("far", "from the Earth \\(about 'sun'\\): expected the neighborhood"),
    ],
)
def test_a_file_that_cannot_be_taken_apart_is_refused(
    env: Environment, cut: str, message: str
) -> None:
    states = _coast(env, translunar(START), np.arange(0.0, DAY, 900.0))
    sun = State.from_vector(states.vector + 1e6, epoch=states.epoch, center="sun")
    other = _file(states[50:], name="other").segments
    oem = {
        "objects": replace(_file(states[:40]), segments=(*_file(states[:40]).segments, *other)),
        "overlap": _file(states[:50], states[48:]),
        "single": _file(states[:1]),
        "far": _file(sun),
    }[cut]
    with pytest.raises(InputError, match=message):
        pl.reconstruct(oem, env=env)


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan")])
def test_the_smallest_maneuver_has_a_size(env: Environment, value: float) -> None:
    states = _coast(env, translunar(START), np.array([0.0, 900.0]))
    with pytest.raises(InputError, match="smallest maneuver"):
        pl.reconstruct(_file(states), env=env, smallest_m_s=value)


def test_a_field_that_is_left_out_is_no_maneuver(files: Path, env: Environment) -> None:
    oem = read_oem(files / "orbiter.oem")
    orbit = tuple(s for s in oem.segments if len(s.states) > 100)[:1]
    other = pl.Forces(harmonics={"moon": (12, 12)})
    result = pl.reconstruct(replace(oem, segments=orbit), env=env, model=Model(moon=other))
    assert result.maneuvers == ()
    assert 1.0 < result.coasts[0].fit.rms_m < 1000.0  # told as a poor fit


# ---- the command


def test_the_command_writes_and_prints(
    files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["reconstruct", str(files / "ascender.oem"), "-o", str(out), "--quiet"]) == 0
    text = capsys.readouterr().out
    assert "13 maneuvers" in text
    assert "On the ground" in text
    assert sorted(p.name for p in out.iterdir()) == ["maneuvers.csv", "reconstruction.json"]
    document = json.loads((out / "reconstruction.json").read_text("utf-8"))
    assert {"utc", "end_utc", "dv_m_s", "direction_icrf"} <= set(document["maneuvers"][0])
    assert {"start_utc", "end_utc", "fit_m"} <= set(document["coasts"][0])
    header = (out / "maneuvers.csv").read_text("utf-8").splitlines()[0]
    assert header.startswith("utc,end_utc,dv_m_s,body,in_gap,direction_icrf_x")


def _refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["reconstruct", *arguments, "--quiet"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    return captured.err


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("REF_FRAME = ICRF", "REF_FRAME = ITRF2000", "REF_FRAME is 'ITRF2000': expected ICRF"),
        ("TIME_SYSTEM = UTC", "TIME_SYSTEM = GPS", "TIME_SYSTEM is 'GPS': expected UTC"),
        ("CENTER_NAME = EARTH", "CENTER_NAME = TITAN", "CENTER_NAME is 'TITAN'"),
        ("CCSDS_OEM_VERS = 2.0", "CCSDS_TDM_VERS = 1.0", "expected 'CCSDS_OEM_VERS = 2.0'"),
    ],
)
def test_a_foreign_file_is_one_message(
    files: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    old: str,
    new: str,
    message: str,
) -> None:
    path = tmp_path / "foreign.oem"
    path.write_text((files / "orbiter.oem").read_text("utf-8").replace(old, new), "utf-8")
    assert message in _refused(capsys, str(path), "-o", str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_a_truncated_file_is_one_message(
    files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cut.oem"
    content = (files / "orbiter.oem").read_bytes()
    path.write_bytes(content[: len(content) // 2])
    text = _refused(capsys, str(path), "-o", str(tmp_path / "out"))
    assert "line" in text
    assert str(path) in text


def test_a_wrong_key_of_the_model_is_one_message(
    files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("-o", str(tmp_path), "--set", "model.moon_fild=[8,8]")
    assert "Did you mean 'moon_field'?" in _refused(capsys, str(files / "lander.oem"), *words)
