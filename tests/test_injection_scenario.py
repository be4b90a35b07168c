"""Scenarios with an injection phase: from the file to the outputs, and what a file may not say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import off

import perilune as pl
from perilune import Environment, Epoch, Flight, read_oem
from perilune.errors import InputError

TEXT = """
schema = 1
name = "phased"

[[spacecraft]]
name = "orbiter"
dry_mass_kg = 1150
propellant_kg = 1200
engines = [{ name = "main", thrust_n = 490, isp_s = 308 }]
confidence = "assumed"

[[phase]]
kind = "launch"
site = "xichang-lc2"
lift_off_utc = 2007-10-24T10:05:04Z
ascent_duration_s = 616
ascent_range_angle_deg = 22

[[phase]]
kind = "injection"
burns = [
  { stage = "yf-75", period_h = 16 },
  { spacecraft = "orbiter", engine = "main", apogee_altitude_km = 70000, after_revolutions = 2 },
  { spacecraft = "orbiter", engine = "main" },
]

[[phase]]
kind = "transfer"
flight_time_h = 114
perilune_altitude_km = 200
inclination_deg = 90

[[phase]]
kind = "capture"
spacecraft = "orbiter"
burns = [{ engine = "main", period_h = 12 }]

[[as_flown]]
event = "phasing_burn_2"
utc = 2007-10-26T08:50:00Z
source = "a report"
"""
BURNS = "phase.injection.burns="


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the scenario as a file."""
    path = tmp_path_factory.mktemp("injection") / "phased.toml"
    path.write_text(TEXT)
    return path


@pytest.fixture(scope="module")
def flight(file: Path, env: Environment) -> Flight:
    """Return the scenario flown."""
    return pl.fly(file, env=env)


def event(flight: Flight, name: str) -> dict[str, Any]:
    return next(e for e in flight.events if e["name"] == name)


def test_a_mission_closes_with_its_stage_and_its_own_engine(flight: Flight) -> None:
    # the lift-off is any instant: the pad's corridors do not permit what it asks for
    off = "launch outside the site's corridors"
    assert flight.status == "converged"
    assert [c["name"] for c in flight.checks if not c["ok"]] == [off]
    assert [e["name"] for e in flight.events] == [
        "lift_off", "parking_orbit", "phasing_burn_1", "separation", "phasing_burn_2",
        "translunar_injection", "lunar_orbit_insertion_1", "perilune", "lunar_orbit",
    ]  # fmt: skip
    assert event(flight, "phasing_burn_1")["spacecraft"] == "stack"
    assert event(flight, "phasing_burn_2")["spacecraft"] == "orbiter"
    assert event(flight, "phasing_burn_2")["as_flown"]["source"] == "a report"
    assert event(flight, "separation")["mass_after_kg"] == pytest.approx(2350.0, abs=1e-6)
    assert any(row["what"] == "upper stage: yf-75" for row in flight.assumed)


def conserve_the_ledger_knows_only_the_spacecraft(flight: Flight) -> None:
    (row,) = flight.ledger
    burns = ("phasing_burn_2", "translunar_injection", "lunar_orbit_insertion_1")
    used = sum(event(flight, name)["propellant_kg"] for name in burns)
    assert row["propellant_used_kg"] == pytest.approx(used, abs=1e-6)
    final = event(flight, "lunar_orbit")["mass_after_kg"]
    assert final == pytest.approx(1150.0 + row["margin_kg"], abs=1e-6)


def cross_the_ephemeris_written_holds_burns_about_the_earth(flight: Flight, tmp_path: Path) -> None:
    flight.save(tmp_path, report=False)
    segments = read_oem(tmp_path / "orbiter.oem").segments
    motion = flight.trajectory("orbiter")
    assert len(segments) == len(motion.arcs)
    centers = [s.center for s in segments]
    assert centers[: centers.index("moon")] == ["earth"] * 7  # three coasts, three burns, cruise
    for name in ("phasing_burn_1", "phasing_burn_2", "translunar_injection"):
        burn = event(flight, name)
        start, end = Epoch.utc(burn["utc"]), Epoch.utc(burn["end_utc"])
        arc = next(a for a in motion.arcs if a.has_mass and abs(a.origin - start) < 1e-2)
        segment = segments[motion.arcs.index(arc)]
        assert abs(segment.start - start) < 1e-2
        assert abs(segment.stop - end) < 1e-2
        for share in np.linspace(0.01, 0.99, 9):
            when = start + float(share * (end - start))
            assert off(segment.interpolate(when).r_km, motion.at(when).r_km) < 1e-3


def test_unknown_upper_stage_has_a_nearest_name(file: Path) -> None:
    with pytest.raises(InputError) as found:
        pl.load(file, overrides=(f"{BURNS}[{{ stage = 'fregat-n' }}]",))
    assert "unknown upper stage 'fregat-n'. Did you mean 'fregat-m'?" in str(found.value)
    assert found.value.key == "phase[1] (injection).burns[0].stage"


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (["[{ stage = 'yf-75', period_h = 16 }]"], "is the translunar injection, whose size is"),
        (["[{ stage = 'yf-75' }, { stage = 'yf-75' }]"], r"burns\[0\] has no goal"),
        (["[{ stage = 'yf-75', after_revolutions = 2 }]"], r"burns\[0\] is in the parking orbit"),
        (["[{ period_h = 16, apogee_altitude_km = 5e4 }, {}]"], "expected one goal"),
        (["[{ stage = 'yf-75', spacecraft = 'orbiter', engine = 'main' }]"], "one of them to burn"),
        (["[{ spacecraft = 'orbiter' }]"], "belong together"),
        (["[{ spacecraft = 'orbiter', engine = 'mian' }]"], "Did you mean 'main'"),
        (["[{ spacecraft = 'orbitr', engine = 'main' }]"], "Did you mean 'orbiter'"),
        (["[{ period_h = 16 }, { stage = 'yf-75' }]"], "before the spacecraft it carries"),
        (["[]"], "burns"),
        (["[{ stage = 'yf-75' }]", "spacecraft=[]", "phase.capture=null"], "accelerates a mass"),
    ],
)
def test_what_a_file_may_not_say(overrides: list[str], words: str, file: Path) -> None:
    first, *others = overrides
    with pytest.raises(InputError, match=words):
        pl.load(file, overrides=(BURNS + first, *others))


def test_phasing_and_a_plane_turned_at_injection_exclude_each_other(file: Path) -> None:
    with pytest.raises(InputError, match="takes one burn"):
        pl.load(file, overrides=("phase.launch.inclination_deg=31",))


def test_the_phase_stands_between_launch_and_transfer(file: Path) -> None:
    text = file.read_text()
    launch, injection = text.index("[[phase]]"), text.index('[[phase]]\nkind = "injection"')
    transfer = text.index('[[phase]]\nkind = "transfer"')
    moved = file.with_name("moved.toml")
    moved.write_text(
        text[:launch] + text[injection:transfer] + text[launch:injection] + text[transfer:]
    )
    with pytest.raises(InputError, match="an injection may follow the launch"):
        pl.load(moved)


def test_a_flight_may_not_outlast_the_tables_by_its_phasing(file: Path) -> None:
    late = "phase.launch.lift_off_utc=2050-12-01T00:00:00Z"
    plain = f"{BURNS}[{{ stage = 'yf-75' }}]"
    pl.load(file, overrides=(late, plain, "as_flown=[]"))
    slow = f"{BURNS}[{{ stage = 'yf-75', period_h = 200 }}, {{ after_revolutions = 9 }}]"
    with pytest.raises(InputError, match="the flight would arrive on"):
        pl.load(file, overrides=(late, slow, "as_flown=[]"))


def test_chang_e_1_as_bundled_closes(env: Environment) -> None:
    found = pl.fly("change-1", env=env)
    assert [c["name"] for c in found.checks if not c["ok"]] == []
    assert found.closes
    assert found.solution["injected_mass_kg"] == pytest.approx(1990.0, abs=20.0)
    assert found.solution["injection_burn_s"] > 2000.0
