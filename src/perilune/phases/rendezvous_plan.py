"""The plan of a phasing: which intermediate orbit closes the phase angle, and when to burn.

Closed forms and linear motion: they seed the solve in the full model and choose its burn times.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.state import State
from perilune.phases.relative import curvilinear, cw_matrix, mean_motion

Array = NDArray[np.float64]

_MOST_TURNS = 8  # whole turns the chaser may gain or lose on the target while phasing
_ROUNDS = 60  # of reweighting


@dataclass(frozen=True)
class Phasing:
    """An intermediate orbit that closes the phase angle.

    Attributes
    ----------
    turns : int
        Whole turns gained on the target.
    sma_km : float
        Of the intermediate orbit.
    perilune_km : float
        Its lowest distance from the center.
    cost_km_s : float
        Burns into it and out of it to the final circle, impulsive and in one plane.
    """

    turns: int
    sma_km: float
    perilune_km: float
    cost_km_s: float


def phasings(
    chaser: State,
    target: State,
    *,
    span_s: float,
    behind_km: float,
    final_km: float,
    lowest_km: float,
    gm: float,
) -> list[Phasing]:
    """Return the intermediate orbits reached by one burn here, cheapest first.

    Parameters
    ----------
    chaser, target : State
        At the first burn: an apsis of the chaser's orbit.
    span_s : float
        From the first burn to the last.
    behind_km : float
        How far behind the target the chaser is to end.
    final_km : float
        Distance from the center it is to end in.
    lowest_km : float
        The least distance from the center the intermediate orbit may have.

    Two-body motion. Among equal costs (all orbits between the two cost the sum of Hohmann's burns)
    the one with the highest perilune comes first: the lunar field bends it least.
    """
    arc, distance = curvilinear(chaser, target)[1], float(np.linalg.norm(target.r_km))
    here, speed = float(np.linalg.norm(chaser.r_km)), float(np.linalg.norm(chaser.v_km_s))
    found = []
    for turns in range(-_MOST_TURNS, _MOST_TURNS + 1):
        gain = (-behind_km - arc) / distance + 2.0 * np.pi * turns
        rate = mean_motion(target, gm) + gain / span_s
        if rate <= 0.0:
            continue
        sma = float((gm / rate**2) ** (1.0 / 3.0))
        other = 2.0 * sma - here
        if min(other, here) < lowest_km:
            continue
        first = abs(_speed(here, sma, gm) - speed)
        last = abs(_speed(here, 0.5 * (here + final_km), gm) - _speed(here, sma, gm))
        circle = abs(_speed(final_km, final_km, gm) - _speed(final_km, 0.5 * (here + final_km), gm))
        found.append(Phasing(turns, sma, min(other, here), first + last + circle))
    return sorted(found, key=lambda p: (round(p.cost_km_s, 4), -p.perilune_km))


def tangential(state: State, sma_km: float, gm: float) -> Array:
    """Return the change along the velocity (km/s, the state's axes) to a semi-major axis."""
    speed = float(np.linalg.norm(state.v_km_s))
    after = _speed(float(np.linalg.norm(state.r_km)), sma_km, gm)
    return np.asarray(state.v_km_s * (after / speed - 1.0))


def hohmann_m_s(perilune_km: float, apolune_km: float, radius_km: float, gm: float) -> float:
    """Return the least sum of two burns from an ellipse to a circle in its plane, m/s.

    Distances from the center; the cheaper of going over the apolune and over the perilune.
    """
    sums = []
    for here, other in ((apolune_km, perilune_km), (perilune_km, apolune_km)):
        between = 0.5 * (here + radius_km)
        first = abs(_speed(here, between, gm) - _speed(here, 0.5 * (here + other), gm))
        last = abs(_speed(radius_km, radius_km, gm) - _speed(radius_km, between, gm))
        sums.append(1e3 * (first + last))
    return min(sums)


def _speed(radius_km: float, sma_km: float, gm: float) -> float:
    return float(np.sqrt(gm * (2.0 / radius_km - 1.0 / sma_km)))


def least_total(effect: Array, wanted: Array, rounds: int = _ROUNDS) -> Array:
    """Return the velocity changes of least total size that have a wanted effect, shape (..., m, 3).

    Parameters
    ----------
    effect : ndarray, shape (..., 6, 3 m)
        Derivative of six relative coordinates at the end to the changes.
    wanted : ndarray, shape (..., 6)

    Minimizes the sum of lengths (not of squares, which would spread them over all burns) by
    reweighted least squares (Chartrand & Yin 2008, ICASSP, with p = 1, for groups of three).
    """
    count = effect.shape[-1] // 3
    scale = np.array([1e-3, 1e-3, 1e-3, 1.0, 1.0, 1.0])[:, None]
    a, b = effect * scale, np.asarray(wanted * scale[:, 0])[..., None]
    weight = np.ones((*effect.shape[:-2], count))
    floor = 1.0
    for _ in range(rounds):
        weighted = a * np.repeat(weight, 3, axis=-1)[..., None, :]
        gram = weighted @ np.swapaxes(a, -1, -2)
        x = np.swapaxes(weighted, -1, -2) @ np.linalg.solve(gram, b)
        change = x[..., 0].reshape(*effect.shape[:-2], count, 3)
        size = np.linalg.norm(change, axis=-1)
        top = size.max(axis=-1, keepdims=True)
        floor = max(0.7 * floor, 1e-5)
        weight = np.sqrt(size**2 + (floor * top) ** 2)
    return np.asarray(change)


@dataclass(frozen=True)
class Times:
    """When the four burns of a phasing are, s after the start, and what they cost by plan."""

    burns_s: tuple[float, float, float, float]
    cost_km_s: float


def burn_times(
    miss: Array,
    seeded: Array,
    first_s: float,
    last_s: float,
    period_s: float,
    rate_rad_s: float,
) -> Times:
    """Return the times of least total of the second and third burn between the first and last.

    Parameters
    ----------
    miss : ndarray, shape (6,)
        What the seeded flight misses by at the last burn (`curvilinear`, km and km/s).
    seeded : ndarray, shape (3,)
        The first burn of that flight in the axes of its orbit, km/s.
    first_s, last_s, period_s : float
    rate_rad_s : float
        Mean motion.

    The second burn looks for the line where the planes cross within a turn after the first, the
    third for the apsis before the last; linear motion about the target's orbit.
    """
    span = last_s - first_s
    early = first_s + np.linspace(0.2, min(1.25, 0.45 * span / period_s), 22) * period_s
    late = last_s - np.linspace(0.25, min(0.95, 0.45 * span / period_s), 12) * period_s
    second, third = (part.ravel() for part in np.meshgrid(early, late))
    ends = [np.full(second.shape, t) for t in (first_s, last_s)]
    times = np.stack([ends[0], second, third, ends[1]], axis=-1)
    effect = cw_matrix(rate_rad_s, last_s - times)[..., 3:]
    wanted = effect[:, 0] @ seeded - miss
    joined = np.concatenate([effect[:, i] for i in range(4)], axis=-1)
    totals = np.linalg.norm(least_total(joined, wanted, 25), axis=-1).sum(axis=-1)
    best = int(np.argmin(totals))
    t = times[best]
    return Times((float(t[0]), float(t[1]), float(t[2]), float(t[3])), float(totals[best]))
