"""Parameter messages: written, read back, refused in words where they are bad."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support import low_orbit, lunar_orbit

from perilune import Environment, Epoch, State
from perilune.errors import FrameMismatch, InputError, UnknownName
from perilune.formats.opm import Opm, OpmManeuver, write_opm
from perilune.formats.opm_read import read_opm

START = Epoch.utc("2029-08-01T06:30:00.123456")
BURNS = (
    OpmManeuver(START + 600.0, 95.5, (0.01, -0.02, 0.3), 12.5),
    OpmManeuver(START + 7200.0, 0.0, (1e-5, 0.0, 0.0)),
)
OPM = Opm("Luna 99", "2029-077A", lunar_orbit(START), BURNS, 1250.0, comments=("checked twice",))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_opm(tmp_path / "craft.opm", OPM)
    return tmp_path / "craft.opm"


def test_what_is_written_is_read_back(path: Path) -> None:
    back = read_opm(path)
    assert (back.object_name, back.object_id) == ("Luna 99", "2029-077A")
    assert (back.state.center, back.state.axes) == ("moon", "icrf")
    assert abs(float(back.state.epoch - START)) < 1e-6
    assert np.abs(back.state.vector - OPM.state.vector).max() < 1e-9
    assert back.mass_kg == 1250.0
    assert back.originator == "PERILUNE"
    assert "checked twice" in back.comments
    assert len(back.maneuvers) == 2
    for burn, other in zip(back.maneuvers, BURNS, strict=True):
        assert abs(float(burn.ignition - other.ignition)) < 1e-6
        assert burn.dv_km_s == pytest.approx(other.dv_km_s, abs=1e-12)
        assert (burn.duration_s, burn.propellant_kg) == (other.duration_s, other.propellant_kg)


def test_a_state_alone_needs_no_mass(tmp_path: Path) -> None:
    write_opm(tmp_path / "x.opm", replace(OPM, maneuvers=(), mass_kg=None))
    back = read_opm(tmp_path / "x.opm")
    assert (back.mass_kg, back.maneuvers) == (None, ())


def test_a_leap_second_between_makes_it_tdb(tmp_path: Path) -> None:
    start = Epoch.utc("2016-12-31T12:00:00")
    burn = replace(BURNS[0], ignition=start + 86400.0)
    write_opm(tmp_path / "x.opm", replace(OPM, state=low_orbit(start), maneuvers=(burn,)))
    assert "TIME_SYSTEM = TDB" in (tmp_path / "x.opm").read_text("utf-8")
    back = read_opm(tmp_path / "x.opm")
    assert abs(float(back.maneuvers[0].ignition - back.state.epoch) - 86400.0) < 2e-6


def test_a_foreign_message_is_read(path: Path) -> None:
    text = path.read_text("utf-8")
    text = text.replace("REF_FRAME = ICRF", "REF_FRAME = EME2000").replace(" [km]", "")
    text = text.replace("MASS", "SEMI_MAJOR_AXIS = 1900 [km]\nUSER_DEFINED_X = y\nMASS", 1)
    text = text.replace("2029-08-01T06:30:00.123456", "2029-213T06:30:00.123456Z")
    path.write_text(text.replace("\n", "\r\n"), "utf-8")
    assert abs(float(read_opm(path).state.epoch - START)) < 1e-6


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("CCSDS_OPM_VERS = 2.0", "CCSDS_OEM_VERS = 2.0", "expected 'CCSDS_OPM_VERS = 2.0'"),
        ("CCSDS_OPM_VERS = 2.0", "CCSDS_OPM_VERS = 9.0", "OPM version '9.0'"),
        ("CENTER_NAME = MOON", "CENTER_NAME = MOOON", "Did you mean MOON?"),
        ("MAN_REF_FRAME = ICRF", "MAN_REF_FRAME = RSW", "MAN_REF_FRAME is 'RSW': expected ICRF"),
        ("TIME_SYSTEM = UTC", "TIME_SYSTEM = GPS", "TIME_SYSTEM is 'GPS'"),
        ("MASS = 1250.000000 [kg]", "MASS = heavy", "MASS is 'heavy': expected a number"),
        ("MASS = 1250.000000 [kg]", "MASS = 1 [t]", "expected a number [kg]"),
        ("MAN_DURATION = 95.500000 [s]", "", "a maneuver has no MAN_DURATION"),
        ("X_DOT", "X_DIT", "unknown keyword X_DIT"),
        ("Y = ", "X = ", "X stands twice"),
        ("Z = ", "Z: ", "expected KEYWORD = value"),
        ("EPOCH = 2029-08-01", "EPOCH = 2029-13-01", "line 11: cannot read"),
    ],
)
def test_a_bad_message_is_refused_with_its_line(
    path: Path, old: str, new: str, message: str
) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(InputError) as refused:
        read_opm(path)
    assert message in str(refused.value)
    assert f"{path}: line " in str(refused.value)


def test_a_message_that_is_cut_off_is_refused(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: content.index(b"MAN_DV_3")])
    with pytest.raises(InputError, match="a maneuver has no MAN_DV_3: the file may be cut off"):
        read_opm(path)


def test_what_no_message_can_hold_is_not_written(tmp_path: Path, env: Environment) -> None:
    out = tmp_path / "x.opm"
    with pytest.raises(InputError, match="needs the mass"):
        write_opm(out, replace(OPM, mass_kg=None))
    with pytest.raises(InputError, match="printable ASCII"):
        write_opm(out, replace(OPM, object_name="Луна"))
    with pytest.raises(FrameMismatch):
        write_opm(out, replace(OPM, state=OPM.state.to(axes="moon_pa", env=env)))
    far = State(START, "jupiter", "icrf", OPM.state.r_km, OPM.state.v_km_s)
    with pytest.raises(UnknownName, match="center of an OPM"):
        write_opm(out, replace(OPM, state=far))
    many = State.from_vector(np.ones((2, 6)), epoch=START + np.arange(2.0), center="moon")
    with pytest.raises(InputError, match="holds one state: found 2"):
        write_opm(out, replace(OPM, state=many))
    assert not out.exists()
