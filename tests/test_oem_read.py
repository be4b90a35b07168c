"""Reading other people's OEM files, whole and broken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import off

from perilune import Epoch
from perilune.errors import DataRangeError, InputError, ModelError
from perilune.formats.hermite import hermite, lagrange, windows
from perilune.formats.nodes import choose_nodes, interval_errors
from perilune.formats.oem import Oem, read_oem

GOOD = """CCSDS_OEM_VERS = 2.0
COMMENT made by hand
CREATION_DATE = 2022-11-16T00:00:00
ORIGINATOR = SOMEONE

META_START
COMMENT about the craft
OBJECT_NAME          = CRAFT
OBJECT_ID            = 2022-156A
CENTER_NAME          = EARTH
REF_FRAME            = EME2000
TIME_SYSTEM          = UTC
START_TIME           = 2022-11-16T00:00:00.000
USEABLE_START_TIME   = 2022-11-16T00:01:00.000
USEABLE_STOP_TIME    = 2022-11-16T00:04:00.000
STOP_TIME            = 2022-11-16T00:05:00.000
INTERPOLATION        = LAGRANGE
INTERPOLATION_DEGREE = 3
META_STOP
COMMENT states
2022-11-16T00:00:00.000 7000.0 0.0 0.0 0.0 7.5 0.0
2022-11-16T00:01:00.000 6980.0 450.0 0.0 -0.5 7.4 0.0
2022-11-16T00:02:00.000 6930.0 895.0 0.0 -1.0 7.3 0.0

2022-11-16T00:03:00.000 6850.0 1333.0 0.0 -1.4 7.2 0.0
2022-320T00:04:00Z 6750.0 1760.0 0.0 -1.9 7.1 0.0
2022-11-16T00:05:00.000 6620.0 2180.0 0.0 -2.4 7.0 0.0
COVARIANCE_START
EPOCH = 2022-11-16T00:00:00.000
COV_REF_FRAME = RTN
1.0
0.0 1.0
0.0 0.0 1.0
0.0 0.0 0.0 1.0
0.0 0.0 0.0 0.0 1.0
0.0 0.0 0.0 0.0 0.0 1.0
COVARIANCE_STOP
"""
DATA = "2022-11-16T00:02:00.000 6930.0 895.0 0.0 -1.0 7.3 0.0"


def _read(tmp_path: Path, text: str) -> Oem:
    path = tmp_path / "a.oem"
    path.write_bytes(text.encode())
    return read_oem(path)


def test_a_foreign_file_is_read(tmp_path: Path) -> None:
    file = _read(tmp_path, GOOD)
    segment = file.segments[0]
    assert (file.originator, file.creation_date) == ("SOMEONE", "2022-11-16T00:00:00")
    assert file.comments == ("made by hand",)
    assert segment.comments == ("about the craft", "states")
    assert (segment.object_name, segment.object_id) == ("CRAFT", "2022-156A")
    assert (segment.ref_frame, segment.states.axes, segment.center) == ("EME2000", "icrf", "earth")
    assert (segment.interpolation, segment.degree) == ("LAGRANGE", 3)
    assert len(segment.states) == 6
    assert segment.epochs[4] == Epoch.utc("2022-11-16T00:04:00")
    assert segment.interpolate(segment.epochs[2]).r_km == pytest.approx([6930.0, 895.0, 0.0])


def test_only_the_useable_span_is_interpolated(tmp_path: Path) -> None:
    file = _read(tmp_path, GOOD)
    assert file.start == Epoch.utc("2022-11-16T00:01:00")
    with pytest.raises(DataRangeError):
        file.interpolate(Epoch.utc("2022-11-16T00:00:30"))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["\n", ""])
def test_line_ends_do_not_matter(tmp_path: Path, end: str, last: str) -> None:
    text = GOOD.rstrip("\n").replace("\n", end) + last
    assert len(_read(tmp_path, text).segments[0].states) == 6


@pytest.mark.parametrize("system", ["UTC", "TAI", "TT", "TDB"])
def test_time_systems(tmp_path: Path, system: str) -> None:
    file = _read(tmp_path, GOOD.replace("= UTC", f"= {system}"))
    made = {"UTC": Epoch.utc, "TAI": Epoch.tai, "TT": Epoch.tt, "TDB": Epoch.tdb}[system]
    assert file.segments[0].epochs[0] == made("2022-11-16T00:00:00")


@pytest.mark.parametrize("center", ["MOON", "Sun", "EARTH BARYCENTER", "SOLAR SYSTEM BARYCENTER"])
@pytest.mark.parametrize("frame", ["ICRF", "GCRF", "EME2000"])
def test_centers_and_frames(tmp_path: Path, center: str, frame: str) -> None:
    text = GOOD.replace("EME2000", frame).replace("= EARTH", f"= {center}")
    segment = _read(tmp_path, text).segments[0]
    assert segment.center.replace("earth_moon", "earth") == center.lower().replace(" ", "_")


def test_accelerations_are_stepped_over(tmp_path: Path) -> None:
    lines = [line + " 0.1 0.2 0.3" if line[:3] == "202" else line for line in GOOD.splitlines()]
    states = _read(tmp_path, "\n".join(lines)).segments[0].states
    assert states.v_km_s[0] == pytest.approx([0.0, 7.5, 0.0])


def test_without_a_method_hermite_is_taken(tmp_path: Path) -> None:
    text = "\n".join(line for line in GOOD.splitlines() if not line.startswith("INTERPOLATION"))
    segment = _read(tmp_path, text).segments[0]
    assert (segment.interpolation, segment.degree) == ("HERMITE", 7)
    linear = _read(tmp_path, text.replace("META_STOP", "INTERPOLATION = LINEAR\nMETA_STOP"))
    halfway = linear.interpolate(Epoch.utc("2022-11-16T00:01:30"))
    assert halfway.r_km == pytest.approx([6955.0, 672.5, 0.0])


BAD = {
    "empty": ("", "", "line 1: .*expected 'CCSDS_OEM_VERS"),
    "foreign": ("CCSDS_OEM_VERS = 2.0", "stk.v.11.0", "line 1: found 'stk.v.11.0'"),
    "another message": ("CCSDS_OEM_VERS", "CCSDS_OPM_VERS", "line 1: .*CCSDS_OPM_VERS"),
    "newer": ("= 2.0", "= 9.0", "line 1: OEM version '9.0': expected 1.0, 2.0 or 3.0"),
    "xml": ("CCSDS_OEM_VERS = 2.0", '<?xml version="1.0"?>', "is XML"),
    "frame": ("= EME2000", "= EME200", "line 11: REF_FRAME is 'EME200'.*Did you mean EME2000"),
    "turning frame": ("= EME2000", "= ITRF-97", "line 11: REF_FRAME is 'ITRF-97': expected ICRF"),
    "center": ("= EARTH", "= EART", "line 10: CENTER_NAME is 'EART'.*Did you mean EARTH"),
    "time": ("= UTC", "= GPS", "line 12: TIME_SYSTEM is 'GPS': expected UTC, TAI, TT, TDB"),
    "method": ("= LAGRANGE", "= SPLINE", "line 17: INTERPOLATION is 'SPLINE'"),
    "degree": ("= 3\n", "= many\n", "line 18: INTERPOLATION_DEGREE is 'many'"),
    "missing key": ("REF_FRAME ", "REFFRAME ", "line 19: .*no REF_FRAME"),
    "twice": ("OBJECT_ID  ", "OBJECT_NAME", "line 9: OBJECT_NAME stands twice: first in line 8"),
    "not a key": ("COMMENT about the craft", "hello", "line 7: found 'hello'"),
    "few numbers": (DATA, DATA[:-4], "line 23: .*expected an epoch and 6"),
    "not a number": (DATA, DATA.replace("895.0", "abc"), "line 23: .*expected an epoch and 6"),
    "nan": (DATA, DATA.replace("895.0", "nan"), "line 23: .*expected an epoch and 6"),
    "date": (DATA, DATA.replace("2022-11-16", "2022-13-16"), "line 23: cannot read '2022-13-16"),
    "day of year": ("2022-320T", "2022-400T", "line 26: cannot read '2022-400"),
    "order": (DATA, DATA.replace("00:02", "00:00"), "line 23: .*not after the state before"),
    "stop": ("2022-11-16T00:05:00.000\nI", "someday\nI", "line 16: cannot read 'someday'"),
    "no covariance stop": ("COVARIANCE_STOP\n", "", "the file ends here: expected COVARIANCE_STOP"),
    "after the states": ("COVARIANCE_START\n", "HELLO\n", "found 'HELLO'"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_in_words(tmp_path: Path, name: str) -> None:
    old, new, message = BAD[name]
    text = GOOD.replace(old, new, 1) if old else ""
    with pytest.raises(InputError, match=message) as caught:
        _read(tmp_path, text)
    assert caught.value.file == str(tmp_path / "a.oem")


def prop_every_cut_is_noticed(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Wherever the file is cut before its last state is whole, reading it says so."""
    folder = tmp_path_factory.mktemp("cut")
    end = GOOD.index("COVARIANCE_START") - 1
    for length in range(end):
        with pytest.raises(InputError, match=r"line|cannot|found"):
            _read(folder, GOOD[:length])
    assert len(_read(folder, GOOD[:end]).segments[0].states) == 6


def test_files_that_are_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_oem(tmp_path / "none.oem")
    with pytest.raises(InputError, match="cannot be read"):
        read_oem(tmp_path)
    (tmp_path / "b.oem").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(InputError, match="not text"):
        read_oem(tmp_path / "b.oem")


@given(
    st.lists(st.floats(-5.0, 5.0), min_size=8, max_size=8),
    st.lists(st.floats(0.3, 3.0), min_size=3, max_size=3),
    st.floats(1.0, 1e5),
)
def prop_hermite_is_exact_to_degree_seven(
    coefficients: list[float], steps: list[float], unit: float
) -> None:
    curve = np.polynomial.Polynomial(coefficients, domain=[0.0, 10.0 * unit], window=[-1.0, 1.0])
    x = np.append(0.0, np.cumsum(steps))[None] * unit
    t = np.linspace(0.0, x[0, -1], 17)[None]
    states = np.stack([curve(x)] * 3 + [curve.deriv()(x)] * 3, axis=-1)
    found = hermite(x, states, t)
    assert off(found[0, :, 0], curve(t[0])) < 1e-10
    assert off(found[0, :, 3] * unit, curve.deriv()(t[0]) * unit) < 1e-9
    cubic = np.polynomial.Polynomial(coefficients[:4], curve.domain, curve.window)
    assert off(lagrange(x, cubic(x)[..., None], t)[0, :, 0], cubic(t[0])) < 1e-11


def test_windows_are_centered_and_stop_at_the_ends() -> None:
    nodes, t = np.arange(6.0), np.array([-0.1, 0.5, 2.0, 2.5, 4.5, 5.0, 5.1])
    assert windows(nodes, t, 4)[:, 0].tolist() == [0, 0, 1, 1, 2, 2, 2]


def test_nodes_meet_the_error_in_every_window() -> None:
    def passage(t: np.ndarray) -> np.ndarray:  # some 1e5 km along a line that bends in minutes
        bend = np.hypot(t, 600.0)
        rows = [t, bend, 0 * t, 1.0 + 0 * t, t / bend, 0 * t]
        return np.stack(rows, axis=-1)

    nodes = choose_nodes(passage, -1e5, 1e5, 1e-4)
    assert interval_errors(passage, nodes).max() <= 1e-4
    assert (nodes[0], nodes[-1]) == (-1e5, 1e5)
    assert len(nodes) < 80


def test_a_kink_is_refused() -> None:
    def kinked(t: np.ndarray) -> np.ndarray:
        return np.stack([np.abs(t - 1.0)] * 3 + [np.sign(t - 1.0)] * 3, axis=-1)

    with pytest.raises(ModelError, match="not smooth"):
        choose_nodes(kinked, -1e4, 1e4, 1e-9)
