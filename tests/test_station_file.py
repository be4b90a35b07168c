"""A station's file: what it builds, and what is said of one that makes no sense."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from perilune.errors import InputError
from perilune.scenarios.station_ask import ask
from perilune.scenarios.station_load import load_station
from perilune.stations.assembly import complex_at, stages
from perilune.stations.body import body_of

PARTS = """
[modules.core]
title = "Core"
partner = "a"
mass_kg = 20000
length_m = 16
diameter_m = 4
propulsion = true
control = true
propellant_kg = 1000
isp_s = 300
power_kw = 10
power_use_kw = 4
crew_n = 3
life_support = true
momentum_n_m_s = 6000
source = "made up"
confidence = "assumed"
ports = [
  { name = "forward", standard = "ssvp-g4000", side = "passive", axis = "+x" },
  { name = "aft", standard = "ssvp-g4000", side = "passive", axis = "-x" },
  { name = "nadir", standard = "ssvp-g4000", side = "passive", axis = "+z", position_m = [6,0,2] },
]

[modules.lab]
title = "Lab"
partner = "b"
mass_kg = 10000
length_m = 12
diameter_m = 4
power_use_kw = 8
source = "made up"
confidence = "assumed"
ports = [
  { name = "forward", standard = "ssvp-g4000", side = "active", axis = "+x" },
  { name = "aft", standard = "ssvp-g4000", side = "passive", axis = "-x" },
]
"""

FILE = """
schema = 1
name = "mine"
station = "css"
catalog = "parts.toml"

[[step]]
kind = "join"
module = "core"
date = 2030-01-01

[[step]]
kind = "join"
module = "lab"
date = 2030-06-01
port = "forward"
to = "core.nadir"

[[step]]
kind = "join"
ship = "soyuz-ms"
name = "soyuz-1"
date = 2030-07-01
to = "core.aft"

[[step]]
kind = "leave"
module = "soyuz-1"
date = 2031-01-01

[split]
name = "lab-part"
date = 2032-01-01
modules = ["lab"]
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    (tmp_path / "parts.toml").write_text(PARTS)
    path = tmp_path / "mine.toml"
    path.write_text(FILE)
    return str(path)


def test_val_body_by_hand(file: str) -> None:
    """Two cylinders at right angles, against the parallel-axis theorem worked by hand."""
    core, lab, *_ = stages(load_station(file).plan)
    assert core.body.mass_kg == 20000.0
    assert core.body.length_m == pytest.approx(16.0)
    # the lab hangs from (6, 0, 2): its middle is 6 m below, at (6, 0, 8)
    assert lab.complex.part("lab").position_m == pytest.approx([6.0, 0.0, 8.0], abs=1e-12)
    assert lab.body.mass_kg == 30000.0
    assert lab.body.cg_m == pytest.approx([2.0, 0.0, 8.0 / 3.0])
    reduced = 20000.0 * 10000.0 / 30000.0
    own_core = np.array([1, 0, 0]) * 20000 * 16 / 8 + np.array([0, 1, 1]) * 20000 * (12 + 256) / 12
    own_lab = np.array([0, 0, 1]) * 10000 * 16 / 8 + np.array([1, 1, 0]) * 10000 * (12 + 144) / 12
    apart = np.array([6.0, 0.0, 8.0])
    between = reduced * (apart @ apart * np.eye(3) - np.outer(apart, apart))
    wanted = np.diag(own_core + own_lab) + between
    assert lab.body.inertia_kg_m2 == pytest.approx(wanted, rel=1e-12)
    assert lab.body.extent_m == pytest.approx([16.0, 4.0, 16.0])


def test_stack_after_each_step(file: str) -> None:
    made = stages(load_station(file).plan)
    assert [stage.label for stage in made] == ["core", "lab", "soyuz-1", "soyuz-1 leaves"]
    assert "power is short by 2.0 kW" in made[1].notes
    assert made[2].body.mass_kg == made[3].body.mass_kg + 7080.0
    assert all(not stage.why_not for stage in made)


def test_prop_moments_do_not_depend_on_who_came_first(file: str) -> None:
    """The same modules joined from the other end make the same body."""
    overrides = [
        'step.0.module="lab"', 'step.1.module="core"', 'step.1.port="nadir"',
        'step.1.to="lab.forward"', 'step.2.to="core.aft"',
    ]  # fmt: skip
    one = body_of(complex_at(load_station(file).plan))
    other = body_of(complex_at(load_station(file, overrides=overrides).plan))
    assert other.moments_kg_m2 == pytest.approx(one.moments_kg_m2, rel=1e-12)


def test_a_module_in_the_way_is_told(file: str) -> None:
    """What hangs under the core's front is in the lane of a ship to the core's own nadir port."""
    blocked = ["step.1.clocking_deg=90", 'step.2.to="lab.aft"']
    assert not stages(load_station(file, overrides=blocked).plan)[2].why_not
    inside = ['catalog="near.toml"']
    parts = PARTS.replace(
        'axis = "-x" },\n  { name = "nadir"',
        'axis = "+z", position_m = [5, 0, 2] },\n  { name = "nadir"',
    )
    (Path(file).parent / "near.toml").write_text(parts)
    made = stages(load_station(file, overrides=inside).plan)
    assert "no room: it would stand where 'lab' is" in made[2].why_not


BAD = {
    'step.1.module="core"': "step[1]: 'core' is docked already: expected it once",
    'step.1.name="core"': "step[1]: 'core' is docked already: expected it once",
    'step.1.to="core.naidr"': "step[1]: unknown port of 'core' 'naidr'. Did you mean 'nadir'?",
    'step.1.to="lap.aft"': "step[1].to: no module 'lap' on the station. Did you mean 'lab'?",
    'step.1.to="soyuz-1.nose"': "step[1].to: 'soyuz-1' is not there yet: it comes with step[2]",
    'step.1.port="aft"': "both ports are passive",
    'step.2.to="core.nadir"': "step[2]: port 'nadir' of 'core' is taken by 'lab'",
    'step.3.module="soyuz-2"': "no module 'soyuz-2' on the station. Did you mean 'soyuz-1'?",
    'step.3.module="core"': "step[3]: 'core' cannot leave",
    'step.2.ship="sojuz"': "step[2].ship: unknown ship 'sojuz'",
    "orbit.altitude_km=140": "orbit.altitude_km: found 140, expected a number from 150 to 2000",
    "orbit.drag_area_m2=0": "orbit.drag_area_m2: found 0, expected a number above 0",
    "split.modules=[]": "split.modules: found no module: expected those that leave",
    'split.modules=["lab", "core"]': "split.modules: found every module of the station",
    'split.modules=["lob"]': "split.modules[0]: no module 'lob' on the station at 2032-01-01",
    'station="cs"': "station: unknown station 'cs'. Did you mean 'css'?",
    'step.1.kind="dock"': "step[1] (dock).kind: found 'dock', expected one of",
}  # fmt: skip


@pytest.mark.parametrize(("change", "said"), BAD.items(), ids=list(BAD))
def test_bad_input_is_one_message(file: str, change: str, said: str) -> None:
    verb = "split" if change.startswith("split") else "assemble"
    with pytest.raises(InputError) as caught:
        ask(verb, file, [change], lambda _: None)
    text = str(caught.value)
    assert said in text
    assert "\n" not in text
    assert text.startswith(f"{file} with --set: ")


def test_ports_that_cannot_mate_say_what_would_mend_it(file: str) -> None:
    (Path(file).parent / "other.toml").write_text(
        PARTS.replace('"ssvp-g4000", side = "active"', '"cbm", side = "active"')
    )
    with pytest.raises(InputError, match=r"step\[1\]: .* does not mate with .*: an adapter"):
        ask("assemble", file, ['catalog="other.toml"'], lambda _: None)
