"""Two-line elements: SGP4's states in `icrf`, checked against SPICE and the older precession."""

from __future__ import annotations

from collections.abc import Iterator

import erfa
import numpy as np
import pytest
import spiceypy as spice
from css import elements
from evidence import Recorder, evidence

from perilune import Environment, Epoch
from perilune.errors import InputError, ModelError
from perilune.stations.elements import TwoLine, icrf_from_teme, nearest

CSS = elements()
_WGS72 = [1.082616e-3, -2.53881e-6, -1.65597e-6, 0.0743669161, 120.0, 78.0, 6378.135, 1.0]


def _spice_elements(lines: TwoLine) -> list[float]:
    """Return what SPICE's SGP4 takes, read from the lines here (rad, minutes, TDB seconds)."""
    one, two = lines.line_1, lines.line_2
    turn = 2.0 * np.pi / 1440.0
    drag = float(f"{one[53]}.{one[54:59]}e{one[59:61]}".replace(" ", "0", 1))
    angles = [float(two[a:b]) for a, b in ((8, 16), (17, 25))]
    node, tilt = np.radians(angles[1]), np.radians(angles[0])
    perigee, anomaly = np.radians([float(two[34:42]), float(two[43:51])])
    rate, shape = float(two[52:63]) * turn, float("0." + two[26:33])
    return [0.0, 0.0, drag, tilt, node, shape, perigee, anomaly, rate,
            float(lines.epoch.j2000_s)]  # fmt: skip


@pytest.fixture(scope="module")
def _leap_seconds() -> Iterator[None]:
    """Lend SPICE the leap seconds since 2017, without a kernel file."""
    spice.pdpool("DELTET/DELTA_T_A", [32.184])
    spice.pdpool("DELTET/K", [1.657e-3])
    spice.pdpool("DELTET/EB", [1.671e-2])
    spice.pdpool("DELTET/M", [6.239996, 1.99096871e-7])
    spice.pdpool("DELTET/DELTA_AT", [36.0, 488980800.0, 37.0, 536500800.0])
    yield
    spice.kclear()


@pytest.mark.usefixtures("_leap_seconds")
def val_states_agree_with_spice(env: Environment, record_property: Recorder) -> None:
    worst = 0.0
    for lines in CSS:
        for hours in (-30.0, 0.0, 7.3):
            epoch = lines.epoch + 3600.0 * hours
            theirs = spice.evsgp4(float(epoch.j2000_s), _WGS72, _spice_elements(lines))
            state, back = lines.at(epoch, env), icrf_from_teme(epoch, env).T
            worst = max(worst, 1e3 * float(np.linalg.norm(back @ state.r_km - theirs[:3])))
            assert np.linalg.norm(back @ state.v_km_s - theirs[3:]) < 2e-6
    evidence(
        record_property,
        claim="SGP4's motion of six sets of the Chinese station's elements",
        reference="SPICE toolkit, EVSGP4 (its own SGP4, constants of WGS72)",
        tolerance="1 m: SPICE takes the epoch as TDB, 0.1 ms of rounding in the day is 0.8 m",
        achieved=f"{worst:.2f} m at worst",
    )
    assert worst < 1.0


def cross_turn_from_teme_agrees_with_the_older_precession(env: Environment) -> None:
    """TEME by way of the Earth's rotation, and by the equation of the equinoxes of 1994."""
    for year in (2000, 2021, 2030):
        epoch = Epoch.utc(f"{year}-05-01T07:00:00")
        tt1, tt2 = epoch.jd_tt
        equinoxes = erfa.rz(-erfa.eqeq94(tt1, tt2), np.eye(3))
        older = erfa.pnm80(tt1, tt2).T @ equinoxes
        apart = icrf_from_teme(epoch, env) @ older.T
        assert np.degrees(np.linalg.norm(apart - np.eye(3)) / np.sqrt(2.0)) * 3600.0 < 0.3


def conserve_lengths(env: Environment) -> None:
    epochs = CSS[0].epoch + np.linspace(-8e4, 8e4, 5)
    matrix = icrf_from_teme(epochs, env)
    assert np.abs(matrix @ np.swapaxes(matrix, -1, -2) - np.eye(3)).max() < 1e-14
    states = CSS[0].at(epochs, env)
    alone = CSS[0].at(epochs[3], env)
    assert states.r_km.shape == (5, 3)
    assert np.abs(states.r_km[3] - alone.r_km).max() < 1e-9


def test_mean_elements_are_read() -> None:
    first = CSS[0]
    assert first.epoch.utc_iso(0) == "2021-06-01T22:02:51Z"
    assert first.inclination_deg == pytest.approx(41.4713)
    assert first.node_deg == pytest.approx(16.3199)
    assert first.mean_altitude_km == pytest.approx(374.9, abs=0.1)
    # J2 alone (Vallado, eq. 9-37): -6.12 deg a day at 41.47 deg and 375 km
    assert np.degrees(first.node_rate_rad_s) * 86400.0 == pytest.approx(-6.12, abs=0.02)


def cross_the_mean_plane_is_the_average_of_the_states(env: Environment) -> None:
    lines = CSS[1]
    turn = 2.0 * np.pi * np.sqrt(lines.sma_km**3 / 398600.4)
    states = lines.at(lines.epoch + turn * (np.arange(60) / 60.0 - 0.5), env)
    normal = np.cross(states.r_km, states.v_km_s)
    normal = (normal / np.linalg.norm(normal, axis=1)[:, None]).mean(axis=0)
    angle = np.degrees(np.linalg.norm(np.cross(normal, lines.mean_normal(env))))
    assert angle < 0.005  # short-period swing of 0.03 deg averages out


def test_nearest_in_time() -> None:
    assert nearest(CSS, Epoch.utc("2022-11-29T15:08:17")) is CSS[5]
    with pytest.raises(InputError, match="at least one"):
        nearest([], Epoch.utc("2022-11-29T15:08:17"))


def test_a_wrong_character_is_found() -> None:
    one, two = CSS[0].line_1, CSS[0].line_2
    for bad in (one.replace("16.", "17."), one[:40] + "7" + one[41:]):
        if bad != one:
            with pytest.raises(InputError, match="check digit"):
                TwoLine(bad, two)
    with pytest.raises(InputError, match="69 characters"):
        TwoLine(one[:-1], two)
    with pytest.raises(InputError, match="expected line 2"):
        TwoLine(one, one)
    other = "2 37820" + two[7:-1]
    digits = sum(int(c) if c.isdigit() else c == "-" for c in other) % 10
    with pytest.raises(InputError, match="two satellites"):
        TwoLine(one, f"{other}{digits}")


def test_a_fallen_satellite_is_said(env: Environment) -> None:
    lines = TwoLine(
        "1 37820U 11053A   17328.39767988  .00068071  99780-5  19636-3 0  9996",
        "2 37820  42.7547 290.8811 0018225 150.6126 347.4134 15.92513370353383",
    )
    with pytest.raises(ModelError, match="SGP4 loses 37820"):
        lines.at(lines.epoch + 400.0 * 86400.0, env)
