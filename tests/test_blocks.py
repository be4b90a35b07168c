"""The sky as polynomials: block series against the ephemeris and orientation they stand for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.polynomial import polynomial
from support import EPOCHS, MM, off

from perilune import Environment, Epoch
from perilune.astro import blocks
from perilune.astro.blocks import HALF_S, TERMS, Channel
from perilune.errors import DataRangeError

MOON, EARTH = ("moon_angles",), ("earth_angles",)


def position(body: str, center: str) -> Channel:
    return ("position", body, center)


def value(channel: Channel, epoch: Epoch, env: Environment) -> np.ndarray:
    """Evaluate a channel's series the plain way."""
    index = blocks.block_index(epoch)
    s = float(epoch - blocks.block_mid(index)) / HALF_S
    return polynomial.polyval(s, blocks.coefficients(channel, index, env).T)


def wrapped(angles: np.ndarray) -> np.ndarray:
    return (angles + np.pi) % (2.0 * np.pi) - np.pi


@pytest.mark.parametrize(
    ("body", "center", "mm"),
    # Re-expansion is exact: what is left is a few roundings at the distance of the body.
    [("moon", "earth", 1e-3), ("earth", "moon", 1e-3), ("sun", "earth", 0.5), ("sun", "moon", 0.5),
     ("venus", "earth", 0.5), ("jupiter", "earth", 2.0), ("mercury", "earth", 5.0),
     ("mars", "sun", 1.0), ("neptune", "moon", 10.0)],
)  # fmt: skip
def cross_positions_are_those_of_the_ephemeris(
    body: str, center: str, mm: float, env: Environment
) -> None:
    for seconds in np.random.default_rng(4).uniform(-788918400.0, 1420070400.0, 150):
        epoch = Epoch(seconds)
        expected = env.ephemeris.state(body, center, epoch)[0]
        assert off(value(position(body, center), epoch, env), expected) < mm * MM


@given(EPOCHS)
def cross_lunar_angles_are_those_of_the_table(env: Environment, epoch: Epoch) -> None:
    gap = wrapped(value(MOON, epoch, env) - env.moon.angles(epoch)[0])
    assert np.abs(gap).max() < 1e-11  # 0.02 mm on the Moon


def cross_earth_angles_are_those_of_the_models(env: Environment) -> None:
    seconds = np.random.default_rng(5).uniform(-788918400.0, 1420070400.0, 100)
    gaps = [
        wrapped(value(EARTH, Epoch(s), env) - env.earth.angles(Epoch(s))) for s in seconds.tolist()
    ]
    # Kinks of the interpolated UT1 at 0 h UTC do not fit a polynomial: 2e-10 rad, 1.3 mm on the
    # ground (the module's docstring says 1e-11).
    assert np.abs(gaps).max() < 5e-10
    assert np.abs(gaps)[:, [0, 1]].max() < 5e-11


@given(EPOCHS)
def prop_the_block_holds_the_instant(epoch: Epoch) -> None:
    index = blocks.block_index(epoch)
    since = epoch - blocks.block_mid(index)
    assert -HALF_S <= since < HALF_S


@given(st.integers(-1000, 100000))
def prop_a_block_owns_its_start(index: int) -> None:
    start = blocks.block_mid(index) - HALF_S
    assert blocks.block_index(start) == index
    assert blocks.block_index(start - 1e-5) == index - 1  # since 1549, a double steps 2e-6 s


@given(st.integers(39000, 45700), st.sampled_from([position("moon", "earth"), MOON, EARTH]))
def prop_blocks_meet(env: Environment, index: int, channel: Channel) -> None:
    end = polynomial.polyval(1.0, blocks.coefficients(channel, index, env).T)
    begin = polynomial.polyval(-1.0, blocks.coefficients(channel, index + 1, env).T)
    # DE440's own records meet to some hundredths of a millimeter; angles as fitted.
    gap = end - begin if channel[0] == "position" else wrapped(end - begin)
    assert np.abs(gap).max() < (1e-7 if channel[0] == "position" else 5e-10)


def test_channels_stand_side_by_side(env: Environment) -> None:
    channels = (position("moon", "earth"), MOON, EARTH)
    index = blocks.block_index(Epoch(0.0))
    side_by_side = blocks.flat(channels, index, env)
    assert side_by_side.shape == ((3 + 3 + 5) * TERMS,)
    assert np.array_equal(
        side_by_side[: 3 * TERMS].reshape(3, TERMS), blocks.coefficients(channels[0], index, env)
    )
    assert blocks.flat((), index, env).shape == (0,)


def test_the_same_body_both_ways_is_one_vector(env: Environment) -> None:
    index = blocks.block_index(Epoch(5e8))
    there = blocks.coefficients(position("moon", "earth"), index, env)
    back = blocks.coefficients(position("earth", "moon"), index, env)
    assert np.allclose(there, -back, rtol=1e-13, atol=1e-12)


@pytest.mark.parametrize(
    ("channel", "date", "what"),
    [
        (position("moon", "earth"), "2650-01-31T00:00:00", "DE440"),
        (position("sun", "earth"), "2650-01-31T00:00:00", "DE440"),
        (MOON, "1899-12-01T00:00:00", "DE421"),
        (MOON, "2051-02-01T00:00:00", "DE421"),
        (EARTH, "1960-01-01T00:00:00", "finals2000A"),
    ],
)
def test_beyond_the_data_is_refused(
    channel: Channel, date: str, what: str, env: Environment
) -> None:
    with pytest.raises(DataRangeError, match=what):
        blocks.coefficients(channel, blocks.block_index(Epoch.tdb(date)), env)


@pytest.mark.parametrize(("side", "inwards_s"), [(0, 10.0), (1, -10.0)])
def test_the_first_and_last_blocks_are_whole(side: int, inwards_s: float, env: Environment) -> None:
    epoch = Epoch(env.ephemeris.span_s[side]) + inwards_s
    found = value(position("moon", "earth"), epoch, env)
    assert off(found, env.ephemeris.state("moon", "earth", epoch)[0]) < 1.0 * MM


def test_the_first_blocks_of_earth_orientation_are_there(env: Environment) -> None:
    first = Epoch.utc("1973-01-10")
    assert np.isfinite(env.earth.angles(first)).all()
    assert np.isfinite(blocks.coefficients(EARTH, blocks.block_index(first), env)).all()
