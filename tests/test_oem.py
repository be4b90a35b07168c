"""OEM files: read back by us and by another library, and refused in words where they are bad."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import oem as other
import pytest
from astropy.time import Time
from support import LUNAR, ZONAL, low_orbit, lunar_orbit, off, translunar

from perilune import DAY, Environment, Epoch, Forces, State, Thrust, Trajectory, propagate
from perilune.errors import DataRangeError, InputError, UnknownName
from perilune.formats.oem import Oem, read_oem, write_oem

START = Epoch.utc("2022-11-16T08:44:51.1503217")  # astropy warns of dates it calls dubious
PERILUNE = State(START, "moon", "icrf", (1837.4, 0.0, 0.0), (0.0, 1.75, 1.79))
METER = 1e-3


def _coast(state: State, duration_s: float, env: Environment) -> Trajectory:
    forces = ZONAL if state.center == "earth" else LUNAR
    return propagate(state, until=state.epoch + duration_s, forces=forces, env=env)


def _burn(state: State, duration_s: float, env: Environment) -> Trajectory:
    along = state.v_km_s / np.linalg.norm(state.v_km_s)
    across = np.cross(state.r_km, state.v_km_s)
    engine = Thrust(
        80e3, 450.0, tuple(along), tuple(across / np.linalg.norm(across)), state.epoch, 2e-4
    )
    until = state.epoch + duration_s
    return propagate(state, until=until, forces=ZONAL, env=env, thrust=engine, mass_kg=26e3)


MOTIONS: dict[str, Callable[[Environment], Trajectory]] = {
    "translunar": lambda env: _coast(translunar(START), 5.0 * DAY, env),
    "hyperbola": lambda env: _coast(_coast(PERILUNE, -2.0 * DAY, env).final, 3.0 * DAY, env),
    "lunar orbit": lambda env: _coast(lunar_orbit(START), 1.0 * DAY, env),
    "low orbit": lambda env: _coast(low_orbit(START), 0.5 * DAY, env),
    "backwards": lambda env: _coast(PERILUNE, -1.0 * DAY, env),
    "burn": lambda env: _burn(low_orbit(START), 600.0, env),
}


@pytest.fixture(params=MOTIONS, scope="module")
def written(
    request: pytest.FixtureRequest, env: Environment, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Trajectory]:
    path = tmp_path_factory.mktemp("oem") / "craft.oem"
    motion = MOTIONS[request.param](env)
    write_oem(path, motion, name="craft", object_id="2022-156A", env=env)
    return path, motion


def _instants(motion: Trajectory, count: int) -> Epoch:
    inside = np.random.default_rng(5).uniform(0.0, 1.0, count)
    near_ends = np.array([1e-5, 1e-3, 1.0 - 1e-3, 1.0 - 1e-5])
    return motion.start + np.sort(np.append(inside, near_ends)) * motion.duration_s


def val_oem_read_by_another_library(written: tuple[Path, Trajectory]) -> None:
    """The PyPI package `oem` (0.4.5) parses the file and interpolates it below 1 m."""
    path, motion = written
    theirs = other.OrbitEphemerisMessage.open(path)
    epochs = _instants(motion, 80)
    truth = motion.at(epochs)
    segment = theirs.segments[0]
    assert segment.metadata["CENTER_NAME"] == motion.arcs[0].center.upper()
    assert segment.metadata["REF_FRAME"] == "ICRF"
    for i, text in enumerate(epochs.utc_iso(9)):
        found = theirs(Time(text.rstrip("Z"), scale="utc"))
        assert off(found.position, truth.r_km[i]) < 0.1 * METER  # ten times better than promised
        assert off(found.velocity, truth.v_km_s[i]) < 5e-6  # 5 mm/s over steps of minutes


def cross_oem_round_trip(written: tuple[Path, Trajectory]) -> None:
    path, motion = written
    segment = read_oem(path).segments[0]
    nodes = motion.at(segment.epochs[1:-1])
    assert off(segment.states.r_km[1:-1], nodes.r_km) < 2e-9  # the digits written
    assert off(segment.states.v_km_s[1:-1], nodes.v_km_s) < 2e-12
    epochs = _instants(motion, 500)
    truth = motion.at(epochs)
    found = segment.interpolate(epochs)
    assert off(found.r_km, truth.r_km) < 0.1 * METER
    assert off(found.v_km_s, truth.v_km_s) < 5e-6
    assert off(segment.interpolate(epochs[7]).r_km, found.r_km[7]) == 0.0


def regress_few_states_are_written(written: tuple[Path, Trajectory]) -> None:
    """An even step fit for the perigee would take some 4000 over five days."""
    path, motion = written
    steps = np.diff(read_oem(path).segments[0].epochs.j2000_s)
    hours = motion.duration_s / 3600.0
    assert len(steps) < 45 + 12 * hours
    assert np.abs(np.diff(np.log(steps))).max() < np.log(2.0)


def _mission(env: Environment) -> Trajectory:
    """Return a coast, a burn, a coast, then one about the Moon: four arcs."""
    park = _coast(low_orbit(START), 1800.0, env)
    burn = _burn(park.final, 300.0, env)
    coast = _coast(burn.final, 7200.0, env)
    return park + burn + coast + _coast(coast.final.to(center="moon", env=env), 3600.0, env)


def test_each_arc_is_a_segment_and_joints_are_shared(env: Environment, tmp_path: Path) -> None:
    motion, path = _mission(env), tmp_path / "m.oem"
    write_oem(path, motion, name="craft", object_id="UNKNOWN", env=env, originator="TEST")
    file = read_oem(path)
    assert (file.version, file.originator) == ("2.0", "TEST")
    assert [segment.center for segment in file.segments] == ["earth"] * 3 + ["moon"]
    assert {segment.degree for segment in file.segments} == {7}
    for before, after in zip(file.segments, file.segments[1:], strict=False):
        assert before.epochs[-1] == after.epochs[0]
    for epoch in _instants(motion, 60):
        assert off(file.interpolate(epoch).r_km, motion.at(epoch).r_km) < 0.1 * METER
    with pytest.raises(InputError, match="earth and moon"):
        file.interpolate(_instants(motion, 60))
    early = motion.start + np.linspace(0.0, 9000.0, 50)
    assert off(file.interpolate(early).r_km, motion.at(early).r_km) < 0.1 * METER


def test_an_impulse_keeps_both_velocities(env: Environment, tmp_path: Path) -> None:
    before = _coast(lunar_orbit(START), 3600.0, env)
    kicked = State.from_vector(
        before.final.vector + np.array([0, 0, 0, 0.1, 0, 0]), epoch=before.stop, center="moon"
    )
    path = tmp_path / "m.oem"
    write_oem(path, before + _coast(kicked, 3600.0, env), name="a", object_id="b", env=env)
    first, second = read_oem(path).segments
    jump = second.states.v_km_s[0] - first.states.v_km_s[-1]
    assert off(jump, (0.1, 0.0, 0.0)) < 1e-9  # the file's microsecond, times the acceleration
    theirs = other.OrbitEphemerisMessage.open(path)
    assert len(theirs.segments) == 2


def test_arcs_of_no_duration_are_left_out(env: Environment, tmp_path: Path) -> None:
    first = _coast(lunar_orbit(START), 3600.0, env)
    instant = _coast(first.final, 1e-4, env)
    path = tmp_path / "m.oem"
    motion = first + instant + _coast(instant.final, 3600.0, env)
    write_oem(path, motion, name="a", object_id="b", env=env)
    file = read_oem(path)
    assert len(file.segments) == 2
    assert file.segments[0].epochs[-1] == file.segments[1].epochs[0]


@pytest.mark.parametrize(
    ("epoch", "system"),
    [
        ("2022-11-16T08:44:51.15", "UTC"),
        ("2016-12-31T22:00:00", "TDB"),  # a leap second inside
        ("1969-07-20T20:17:40", "TDB"),  # UTC ran unevenly then
    ],
)
def test_time_runs_evenly(env: Environment, tmp_path: Path, epoch: str, system: str) -> None:
    motion, path = _coast(lunar_orbit(Epoch.utc(epoch)), 4.0 * 3600.0, env), tmp_path / "m.oem"
    write_oem(path, motion, name="a", object_id="b", env=env)
    segment = read_oem(path).segments[0]
    assert segment.time_system == system
    epochs = _instants(motion, 100)
    assert off(segment.interpolate(epochs).r_km, motion.at(epochs).r_km) < 0.1 * METER


@pytest.mark.parametrize("error_m", [100.0, 0.01])
def test_the_error_allowed_decides_the_steps(
    env: Environment, tmp_path: Path, error_m: float
) -> None:
    motion, path = MOTIONS["lunar orbit"](env), tmp_path / "m.oem"
    write_oem(path, motion, name="a", object_id="b", env=env, max_error_m=error_m)
    segment = read_oem(path).segments[0]
    epochs = _instants(motion, 300)
    achieved = off(segment.interpolate(epochs).r_km, motion.at(epochs).r_km)
    assert 1e-3 * error_m * METER < achieved < 0.1 * error_m * METER


def test_what_cannot_be_written_is_said(env: Environment, tmp_path: Path) -> None:
    motion, path = MOTIONS["burn"](env), tmp_path / "m.oem"
    with pytest.raises(InputError, match="object name"):
        write_oem(path, motion, name="Чанъэ", object_id="x", env=env)
    with pytest.raises(InputError, match="max_error_m"):
        write_oem(path, motion, name="a", object_id="b", env=env, max_error_m=0.0)
    still = _coast(motion.at(motion.start), 0.0, env)
    with pytest.raises(InputError, match="no duration"):
        write_oem(path, still, name="a", object_id="b", env=env)
    fallen = _coast(State(START, "moon", "icrf", (3e3, 0.0, 0.0), (-1.0, 1e-9, 0.0)), DAY, env)
    assert fallen.status == "failed"
    with pytest.raises(InputError, match="failed"):
        write_oem(path, fallen, name="a", object_id="b", env=env)
    far = motion.final.to(center="jupiter", env=env)
    forces = Forces(point_masses=("jupiter", "sun", "earth"))
    arc = propagate(far, until=far.epoch + 3600.0, forces=forces, env=env)
    with pytest.raises(UnknownName, match="center of an OEM 'jupiter'"):
        write_oem(path, arc, name="a", object_id="b", env=env)
    assert not path.exists()


def test_outside_is_refused(written: tuple[Path, Trajectory]) -> None:
    file = read_oem(written[0])
    assert isinstance(file, Oem)
    with pytest.raises(DataRangeError):
        file.interpolate(file.stop + 1.0)
    with pytest.raises(DataRangeError):
        file.segments[0].interpolate(Epoch.stack([file.start, file.start + -1.0]))
