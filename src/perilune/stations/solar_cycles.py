"""Solar activity to come: past cycles, drawn again by their phase.

A path follows the days of a past cycle (20 on, daily F10.7 and Ap) from the same time after its
minimum, its excess over the quiet Sun scaled to the height of a cycle drawn from all that were
counted since 1755. Within a cycle under way the draws that match its last years count for more;
when a cycle is over another is drawn. Nothing after the day `known_until` is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray

from perilune.errors import InputError
from perilune.stations.space_weather import SpaceWeather, observed

Array = NDArray[np.float64]

QUIET_SFU = 67.0
"""The Sun without spots: the lowest 81-day means of 2008 and 2019 are 66 to 68 sfu."""

_MJD_0 = date(1858, 11, 17)
MINIMA = {
    20: date(1964, 10, 1), 21: date(1976, 3, 1), 22: date(1986, 9, 1), 23: date(1996, 8, 1),
    24: date(2008, 12, 1), 25: date(2019, 12, 1),
}  # fmt: skip
"""Months of the minima that open the cycles (SIDC, sunspot number version 2)."""
HEIGHTS = (
    144.1, 193.0, 264.3, 235.3, 82.0, 81.2, 119.2, 244.9, 219.9, 186.2, 234.0, 124.4, 146.5, 107.1,
    175.7, 130.2, 198.6, 218.7, 285.0, 156.6, 232.9, 212.5, 180.3, 116.4, 160.9,
)  # fmt: skip
"""Smoothed sunspot numbers (version 2) at the maxima of cycles 1 to 25 (SIDC)."""
_SFU_PER_SPOT, _SFU_WITHOUT, _SFU_SCATTER = 0.645, 64.0, 14.0
"""Smoothed flux at the maxima of cycles 19 to 25 over those numbers, and how far they stand off."""
_LOWEST_SFU = 62.0
_YEAR, _PHASE_DAYS, _MATCH_SFU = 365, 180, 12.0
_CANDIDATES_PER_PATH, _MATCHED_YEARS = 20, 3
_PERSISTENCE_DAYS = 120.0
"""How long the present departure from the drawn cycle lasts (of 81-day means, cycles 20 to 24)."""


@dataclass(frozen=True)
class _Draw:
    """A past cycle as a future one: whose days, how high, and how far it has run."""

    number: int
    scale: float
    offset: int


def forecast(
    start_mjd: float, days: float, *, paths_n: int = 100, known_until_mjd: float | None = None,
    seed: int = 0,
) -> SpaceWeather:  # fmt: skip
    """Return ways the space weather may go: observed as far as known, drawn from there on.

    Parameters
    ----------
    start_mjd : float
        First day wanted (modified Julian date, UTC).
    days : float
        How many days from there.
    paths_n : int
        How many ways; one where all days were observed.
    known_until_mjd : float, optional
        Day after which nothing is read; default the end of the observations.
    seed : int
        Of the draws.

    Raises
    ------
    InputError
        Where the days start before the observations, or fewer than one cycle is known.

    Model limits: six cycles of daily data give the shapes, 25 heights the sizes; no precursor of
    the next cycle is used. The minimum that opened the cycle under way is taken as known.
    """
    history = observed()
    known = history.last_mjd if known_until_mjd is None else int(known_until_mjd)
    known = min(known, history.last_mjd)
    first, last = int(np.floor(start_mjd)), int(np.ceil(start_mjd + days)) + 1
    if first < history.first_mjd:
        raise InputError(
            f"space weather from MJD {first}: expected {history.first_mjd} (1957-10-01) or later"
        )
    if last <= known:
        return history.cut(start_mjd, days)
    rng = np.random.default_rng(seed)
    to_come = [_path(draw, last - known, rng, known) for draw in _draws(known, paths_n, rng)]
    flux, mean, ap = (np.array(part) for part in zip(*to_come, strict=True))
    mean, flux = _from_now(mean, flux, known, rng)
    if first > known:
        skip = first - known - 1
        return SpaceWeather(first, flux[:, skip:], mean[:, skip:], ap[:, skip:], "drawn")
    past = slice(first - history.first_mjd, known - history.first_mjd + 1)
    own = (history.f107_sfu, history.f107_mean_sfu, history.ap)
    joined = [
        np.hstack([np.repeat(seen[:, past], paths_n, axis=0), drawn])
        for seen, drawn in zip(own, (flux, mean, ap), strict=True)
    ]
    return SpaceWeather(first, joined[0], joined[1], joined[2], "observed, then drawn")


def cycle_at(mjd: float) -> int:
    """Return the number of the cycle a day belongs to."""
    begun = [number for number, day in MINIMA.items() if _mjd(day) <= mjd]
    if not begun or min(begun) == max(begun):
        raise InputError(f"before MJD {_mjd(MINIMA[21])} no cycle has been seen whole")
    return max(begun)


def _mjd(day: date) -> int:
    return (day - _MJD_0).days


def _donors(known: int) -> list[int]:
    """Return the cycles seen whole by a day."""
    return [number for number in MINIMA if number < cycle_at(known)]


def _length(number: int) -> int:
    return _mjd(MINIMA[number + 1]) - _mjd(MINIMA[number])


def _days_of(number: int, offset: int, count: int) -> slice:
    """Return where a past cycle's days stand in the observations, from `offset` after its start."""
    begin = _mjd(MINIMA[number]) - observed().first_mjd
    end = begin + _length(number)
    return slice(min(begin + max(offset, 0), end), min(begin + max(offset, 0) + count, end))


@cache
def _peak(number: int) -> float:
    """Return the height of a past cycle: the largest of its means over 13 months, sfu."""
    days = observed().f107_sfu[0, _days_of(number, 0, _length(number))]
    return float(np.convolve(days, np.full(395, 1.0 / 395.0), "valid").max())


def _heights(known: int) -> Array:
    """Return the fluxes at maximum that cycles up to a day had, by their sunspot numbers."""
    seen = cycle_at(known) - 1
    return _SFU_WITHOUT + _SFU_PER_SPOT * np.array(HEIGHTS[:seen])


def _draw(count: int, offset: int, known: int, rng: np.random.Generator) -> list[_Draw]:
    donors, heights = _donors(known), _heights(known)
    peaks = {number: _peak(number) for number in donors}
    numbers = rng.choice(donors, count)
    sizes = rng.choice(heights, count) + rng.normal(0.0, _SFU_SCATTER, count)
    shifts = rng.integers(-_PHASE_DAYS, _PHASE_DAYS + 1, count)
    return [
        _Draw(int(n), float((max(size, 85.0) - QUIET_SFU) / (peaks[n] - QUIET_SFU)),
              offset + (int(shift) if offset else 0))
        for n, size, shift in zip(numbers, sizes, shifts, strict=True)
    ]  # fmt: skip


def _draws(known: int, paths_n: int, rng: np.random.Generator) -> list[_Draw]:
    """Return draws for the cycle under way, those like its last years more often."""
    history, number = observed(), cycle_at(known)
    age = known - _mjd(MINIMA[number]) + 1
    candidates = _draw(paths_n * _CANDIDATES_PER_PATH, age, known, rng)
    here = known - history.first_mjd + 1
    misfit = np.zeros(len(candidates))
    for back in range(min(age // _YEAR, _MATCHED_YEARS)):
        seen = history.f107_sfu[0, here - (back + 1) * _YEAR : here - back * _YEAR].mean()
        for i, draw in enumerate(candidates):
            days = _days_of(draw.number, draw.offset - (back + 1) * _YEAR, _YEAR)
            own = history.f107_sfu[0, days]
            flux = QUIET_SFU + draw.scale * (own.mean() - QUIET_SFU) if own.size else QUIET_SFU
            misfit[i] += ((flux - seen) / _MATCH_SFU) ** 2
    weight = np.exp(-0.5 * (misfit - misfit.min()))
    chosen = rng.choice(len(candidates), paths_n, p=weight / weight.sum())
    return [candidates[i] for i in chosen]


def _path(
    draw: _Draw, count: int, rng: np.random.Generator, known: int
) -> tuple[Array, Array, Array]:
    """Return flux, mean and Ap of `count` days along a draw and the cycles that follow it."""
    history = observed()
    parts: list[tuple[Array, Array, Array]] = []
    missing = count
    while missing > 0:
        days = _days_of(draw.number, draw.offset, missing)
        flux, mean = (
            np.maximum(QUIET_SFU + draw.scale * (own[0, days] - QUIET_SFU), _LOWEST_SFU)
            for own in (history.f107_sfu, history.f107_mean_sfu)
        )
        parts.append((flux, mean, history.ap[0, days]))
        missing -= flux.size
        draw = _draw(1, 0, known, rng)[0]
    flux, mean, ap = (np.concatenate(part) for part in zip(*parts, strict=True))
    return flux, mean, ap


def _from_now(
    mean: Array, flux: Array, known: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Start paths between their draw and where the Sun is now; the departure dies out in time."""
    here = known - observed().first_mjd + 1
    now = observed().f107_sfu[0, here - 81 : here].mean()
    fade = np.exp(-np.arange(1, mean.shape[1] + 1) / _PERSISTENCE_DAYS)
    shift = (now - mean[:, :1]) * fade * rng.uniform(size=(len(mean), 1))
    return np.maximum(mean + shift, _LOWEST_SFU), np.maximum(flux + shift, _LOWEST_SFU)
