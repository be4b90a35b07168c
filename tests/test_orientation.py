"""How Earth and Moon are turned: against NAIF's kernel and Orekit, rates, and table edges."""

from __future__ import annotations

import erfa
import numpy as np
import pytest
from authority import read
from hypothesis import given
from independent import itrf
from support import ARCSEC, EPOCHS, matrix, numbers, turned_rad

from perilune import DAY, Environment, Epoch
from perilune.astro.orientation import ERA_RATE, EarthOrientation, MoonOrientation
from perilune.errors import DataRangeError

LUNAR = read("spice_lunar_axes.csv")
ITRF = read("itrf_orekit.csv")
MAS = 1e-3 * ARCSEC


class FedEarth(EarthOrientation):
    """Earth orientation with the values of one row of Orekit's table."""

    def __init__(self, row: dict[str, str]) -> None:
        utc = Epoch.utc(row["utc"]).jd_utc
        year, month, day, rest = erfa.jd2cal(*utc)
        x_p, y_p, dx, dy = ARCSEC * numbers(
            row, "x_p_arcsec", "y_p_arcsec", "dX_arcsec", "dY_arcsec"
        )
        ut1_tai = float(row["ut1_minus_utc_s"]) - erfa.dat(year, month, day, rest)
        self.values = np.array([x_p, y_p, ut1_tai, dx, dy])

    def parameters(self, epoch: Epoch) -> tuple[np.ndarray, np.ndarray]:
        slope = super().parameters(epoch)[1][..., 2]  # of UT1, which the table has no column for
        return self.values, np.array([0.0, 0.0, float(slope), 0.0, 0.0])


def angular_velocity(turn: np.ndarray, rate: np.ndarray) -> np.ndarray:
    """Return the angular velocity (rad/s) of turning axes, in the axes they turn in."""
    w = -turn.T @ rate
    assert np.allclose(w, -w.T, rtol=0.0, atol=1e-17)
    return np.array([w[2, 1], w[0, 2], w[1, 0]])


def lunar(row: dict[str, str], moon: MoonOrientation) -> tuple[np.ndarray, np.ndarray]:
    method = moon.pa_from_icrf if row["frame"] == "MOON_PA" else moon.me_from_icrf
    return method(Epoch(float(row["et_s"])))


@pytest.mark.parametrize("frame", ["MOON_PA", "MOON_ME"])
def val_lunar_axes_agree_with_naif(frame: str, env: Environment) -> None:
    rows = [row for row in LUNAR if row["frame"] == frame]
    apart = [turned_rad(lunar(row, env.moon)[0], matrix(row, "r")) for row in rows]
    # The same series: only the rounding of psi, 6000 rad, is left (2e-7 arcsec).
    assert len(rows) > 40
    assert max(apart) < 1e-5 * ARCSEC


@pytest.mark.parametrize("frame", ["MOON_PA", "MOON_ME"])
def val_lunar_rates_agree_with_naif(frame: str, env: Environment) -> None:
    rows = [row for row in LUNAR if row["frame"] == frame]
    apart = [np.abs(lunar(row, env.moon)[1] - matrix(row, "d")).max() for row in rows]
    assert max(apart) < 1e-16  # 1/s: 4e-8 mm/s at the Earth's distance


@pytest.mark.parametrize("row", ITRF, ids=lambda row: row["utc"][:10])
def val_itrf_agrees_with_orekit_on_its_iers_values(row: dict[str, str]) -> None:
    found, _ = FedEarth(row).itrf_from_icrf(Epoch.utc(row["utc"]))
    # Orekit and ERFA sum the same IAU 2006/2000A series, to 2 microarcseconds.
    assert turned_rad(found, matrix(row, "r")) < 0.01 * MAS


@pytest.mark.parametrize("row", ITRF, ids=lambda row: row["utc"][:10])
def val_itrf_agrees_with_orekit_on_our_iers_values(row: dict[str, str], env: Environment) -> None:
    found, _ = env.earth.itrf_from_icrf(Epoch.utc(row["utc"]))
    # Interpolating the daily values in another way gives 0.014 mas; the IERS revises by more.
    assert turned_rad(found, matrix(row, "r")) < 0.5 * MAS


@pytest.mark.parametrize("row", ITRF, ids=lambda row: row["utc"][:10])
def val_earth_angular_velocity_agrees_with_orekit(row: dict[str, str]) -> None:
    w = angular_velocity(*FedEarth(row).itrf_from_icrf(Epoch.utc(row["utc"])))
    expected = numbers(row, "omega_x_rad_s", "omega_y_rad_s", "omega_z_rad_s")
    # Length of day against slope of UT1: 2e-14 rad/s; 1e-13 is 0.6 micrometers/s on the ground.
    assert np.abs(w - expected).max() < 1e-13


@given(EPOCHS)
def val_the_matrix_is_what_erfa_makes_of_its_parts(env: Environment, epoch: Epoch) -> None:
    assert turned_rad(env.earth.itrf_from_icrf(epoch)[0], itrf(epoch, env)) < 1e-15


@given(EPOCHS)
def cross_euler_rates_are_the_slopes_of_the_angles(env: Environment, epoch: Epoch) -> None:
    half = 100.0
    (ahead, _), (behind, _) = (env.moon.angles(epoch + dt) for dt in (half, -half))
    rates = env.moon.angles(epoch)[1]
    slope = (np.mod(ahead - behind + np.pi, 2 * np.pi) - np.pi) / (2.0 * half)
    assert np.abs(slope - rates).max() < 2e-14


@given(EPOCHS)
def cross_earth_rates_are_slopes_of_the_interpolation(env: Environment, epoch: Epoch) -> None:
    half = 3600.0
    ahead, behind = (env.earth.parameters(epoch + dt)[0] for dt in (half, -half))
    middle = env.earth.parameters(epoch)[1]
    # rad/s; the daily values of the poles have kinks of this size
    assert np.abs((ahead - behind) / (2 * half) - middle)[[0, 1, 3, 4]].max() < 3e-15
    assert abs((ahead - behind)[2] / (2 * half) - middle[2]) < 1e-10  # of UT1


def val_the_earth_turns_once_a_sidereal_day(env: Environment) -> None:
    w = angular_velocity(*env.earth.itrf_from_icrf(Epoch.utc("2015-06-01")))
    day = 2.0 * np.pi / np.linalg.norm(w)
    assert day == pytest.approx(86164.0989, abs=0.01)  # stellar day, IERS; a long day adds ms
    assert np.linalg.norm(w) == pytest.approx(ERA_RATE, rel=1e-7)


def val_the_moon_turns_once_a_sidereal_month(env: Environment) -> None:
    months = Epoch.tdb("2000-01-01") + np.arange(0.0, 18.6 * 365.25) * DAY
    spins = [angular_velocity(*env.moon.pa_from_icrf(t)) for t in months[::27]]
    month = 2.0 * np.pi / np.linalg.norm(np.mean(spins, axis=0)) / DAY
    assert month == pytest.approx(27.32, abs=0.05)  # 27.321661 d; the pole's 1.5 deg cone adds


def test_earth_before_its_table_is_refused(env: Environment) -> None:
    assert np.isfinite(env.earth.itrf_from_icrf(Epoch.utc("1973-01-03"))[0]).all()
    with pytest.raises(DataRangeError, match=r"1960-01-01.*finals2000A.*1973-01-02"):
        env.earth.itrf_from_icrf(Epoch.utc(["1990-01-01", "1960-01-01"]))


def test_earth_beyond_its_predictions_is_held(env: Environment) -> None:
    last = env.earth.predicted_after
    values, _ = env.earth.parameters(last)
    later, rates = env.earth.parameters(last + 3000 * DAY)
    assert np.array_equal(values, later)
    assert np.all(rates == 0.0)
    assert last > Epoch.utc("2025-01-01")


@pytest.mark.parametrize("date", ["1899-12-01T00:00:00", "2051-01-10T00:00:00"])
def test_moon_beyond_its_table_is_refused(date: str, env: Environment) -> None:
    with pytest.raises(DataRangeError, match="DE421") as caught:
        env.moon.pa_from_icrf(Epoch.tdb(["2000-01-01", date]))
    assert (caught.value.start, caught.value.stop) == ("1900-01-01", "2051-01-01")
    assert date[:10] in str(caught.value)


def test_arrays_do_what_scalars_do(env: Environment) -> None:
    epochs = Epoch.tdb(["1980-01-01", "2029-08-01T06:30:00"])
    for method in (env.earth.itrf_from_icrf, env.moon.pa_from_icrf, env.moon.me_from_icrf):
        many, one = method(epochs), method(epochs[1])
        assert many[0].shape == many[1].shape == (2, 3, 3)
        assert np.allclose(many[0][1], one[0], rtol=0.0, atol=1e-15)
        assert np.allclose(many[1][1], one[1], rtol=0.0, atol=1e-18)
