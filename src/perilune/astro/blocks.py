"""The sky as polynomials: what an integrator needs of ephemeris and orientation, block by block.

DE440's Moon and Earth segments are Chebyshev series over 4 days; Sun and barycenter over 16,
planets over 8 to 32, lunar orientation over 8, all on the same grid. Each is re-expanded exactly
on the common 4-day blocks as monomials in s = (t - mid) / half, s in [-1, 1], degree 12. Earth
orientation, which has no series, is fitted on 13 Chebyshev nodes per block (below 2e-10 rad:
daily values of UT1 have kinks).

A *channel* is one such vector function of time:

| channel | components |
|---|---|
| `("position", body, center)` | x, y, z (km, `icrf`) |
| `("moon_angles",)` | phi, theta, psi (rad) |
| `("earth_angles",)` | X, Y, Earth rotation angle - s + s', x_p, y_p (rad) |
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from perilune.astro.environment import Environment
from perilune.astro.ephemeris import route
from perilune.astro.epoch import DAY, J2000_JD, Epoch
from perilune.astro.orientation import ERA_RATE

Array = NDArray[np.float64]
Channel = tuple[str, ...]

GRID_JD = 2287184.5
"""Start of DE440's segments, to which every block is aligned (TDB)."""
HALF_S = 2.0 * DAY
TERMS = 13
_CHUNK = 8  # blocks built together: building one costs nearly what building eight does

SIZES = {"position": 3, "moon_angles": 3, "earth_angles": 5}
"""Components by kind of channel."""


def block_index(epoch: Epoch) -> Any:
    """Return the number of the block each instant is in (a block owns its start)."""
    whole, fraction = epoch.parts_s
    since = (whole - round((GRID_JD - J2000_JD) * DAY)) + fraction
    return (since // (2.0 * HALF_S)).astype(np.int64)[()]


def block_mid(index: Any) -> Epoch:
    """Return the middle of each block."""
    return Epoch(round((GRID_JD - J2000_JD) * DAY) + (2 * np.asarray(index) + 1) * int(HALF_S))


def values(channel: Channel, epoch: Epoch, env: Environment) -> Array:
    """Return a channel at many instants, shape (n, components): a microsecond each."""
    index = np.asarray(block_index(epoch))
    known, which = np.unique(index, return_inverse=True)
    table = np.array([coefficients(channel, int(i), env) for i in known])
    table = np.ascontiguousarray(np.moveaxis(table, -1, 0))  # by term: quicker to pick from
    s = np.asarray((epoch - block_mid(index)) / HALF_S)[:, None]
    total = table[-1][which]
    for terms in table[-2::-1]:
        total *= s
        total += terms[which]
    return np.asarray(total)


def coefficients(channel: Channel, index: int, env: Environment) -> Array:
    """Return a channel's monomial coefficients on one block, shape (components, 13).

    Raises
    ------
    DataRangeError
        Where the block is outside the data.
    """
    chunk = index // _CHUNK
    key = ("block", channel, chunk)
    if key not in env.cache:
        env.cache[key] = _build(channel, np.arange(chunk * _CHUNK, (chunk + 1) * _CHUNK), env)
    found: Array = env.cache[key][index - chunk * _CHUNK]
    if np.isnan(found[0, 0]):
        _require(channel, index, env)
    return found


def flat(channels: tuple[Channel, ...], index: int, env: Environment) -> Array:
    """Return the coefficients of several channels side by side, flattened to one vector."""
    key = ("flat", channels, index)
    if key not in env.cache:
        parts = [coefficients(channel, index, env).ravel() for channel in channels]
        env.cache[key] = np.concatenate(parts) if parts else np.empty(0)
    found: Array = env.cache[key]
    return found


def _require(channel: Channel, index: int, env: Environment) -> None:
    mid = block_mid(index)
    if channel[0] == "moon_angles":
        env.moon.require(mid)
    if channel[0] == "earth_angles":
        env.earth.parameters(mid + (-HALF_S))
    env.ephemeris.require(mid)


def _build(channel: Channel, indices: NDArray[np.int64], env: Environment) -> Array:
    """Return coefficients of shape (blocks, components, 13), NaN outside the data."""
    if channel[0] == "position":
        _, body, center = channel
        total = np.zeros((len(indices), 3, TERMS))
        for key, sign in route(center, body):
            init_jd, interval_d, series = env.ephemeris.chebyshev(key)
            total += sign * _reexpand(init_jd, interval_d, series, indices)
        return total
    if channel[0] == "moon_angles":
        table = env.moon.table
        init_jd = J2000_JD + table.start_s / DAY
        out = _reexpand(init_jd, table.interval_s / DAY, table.coefficients, indices)
        out[:, :, 0] = np.fmod(out[:, :, 0], 2.0 * np.pi)
        return out
    return _fit_earth(indices, env)


def _reexpand(init_jd: float, interval_d: float, series: Any, indices: NDArray[np.int64]) -> Array:
    """Turn Chebyshev records (component, record, term) into monomials on the 4-day blocks."""
    start_d = (GRID_JD - init_jd) + 4.0 * indices
    record = np.floor(start_d / interval_d).astype(int)
    out = np.full((len(indices), len(series), TERMS), np.nan)
    ratio = 4.0 / interval_d
    for i, (start, number) in enumerate(zip(start_d, record, strict=True)):
        if not 0 <= number < series.shape[1]:
            continue
        left = 2.0 * (start - number * interval_d) / interval_d - 1.0
        out[i] = np.asarray(series[:, number]) @ _restriction(series.shape[2], left, ratio)
    return out


@cache
def _restriction(terms: int, left: float, ratio: float) -> Array:
    """Return the matrix from Chebyshev terms on a record to monomials on part of it.

    The part starts at `left` (in the record's [-1, 1]) and is `ratio` of its length; rows are
    Chebyshev terms, columns monomials. Exact: each T_k is a polynomial in s.
    """
    argument = np.array([left + ratio, ratio])  # record variable = mid of part + half width * s
    rows = [np.array([1.0]), argument]
    for _ in range(2, terms):
        rows.append(
            np.polynomial.polynomial.polysub(
                2.0 * np.polynomial.polynomial.polymul(argument, rows[-1]), rows[-2]
            )
        )
    matrix = np.zeros((terms, TERMS))
    for k, row in enumerate(rows[:terms]):
        matrix[k, : min(len(row), TERMS)] = row[:TERMS]
    return matrix


def _fit_earth(indices: NDArray[np.int64], env: Environment) -> Array:
    """Fit the Earth's angles on Chebyshev nodes of each block."""
    nodes = np.cos(np.pi * (np.arange(TERMS) + 0.5) / TERMS)
    to_chebyshev = np.linalg.inv(chebyshev.chebvander(nodes, TERMS - 1))
    to_monomial = _restriction(TERMS, -1.0, 1.0)
    out = np.empty((len(indices), SIZES["earth_angles"], TERMS))
    known = [int(i) for i in indices if env.earth.covers(block_mid(i) + (-HALF_S))]
    out[:] = np.nan
    if not known:
        return out
    mid = block_mid(known)
    times = Epoch(np.repeat(mid.parts_s[0], TERMS), np.tile(HALF_S * nodes, len(known)))
    values = env.earth.angles(times).reshape(len(known), TERMS, -1)
    spin = ERA_RATE * HALF_S  # the turn itself is steep: fit what remains of it, add it back
    rest = values[..., 2] - spin * nodes
    values[..., 2] = rest[:, :1] + (rest - rest[:, :1] + np.pi) % (2.0 * np.pi) - np.pi
    for i, block in zip(np.isin(indices, known).nonzero()[0], values, strict=True):
        out[i] = (to_chebyshev @ block).T @ to_monomial
    out[:, 2, 0] = np.fmod(out[:, 2, 0], 2.0 * np.pi)
    out[:, 2, 1] += spin
    return out
