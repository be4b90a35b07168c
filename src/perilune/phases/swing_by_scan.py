"""Where a braking at perilune leads: every way past the Moon from one approach, scanned for halos.

An approach fixes its asymptote; which side of the Moon it passes, and how hard it brakes, are free.
Each choice is flown on for weeks and compared with a halo orbit at every phase: position and
velocity apart, weighed as what it would cost to close them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro import bplane, frames
from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.environment import Environment
from perilune.astro.epoch import DAY, Epoch
from perilune.astro.state import State
from perilune.dynamics.batch import propagate_many
from perilune.phases.arrival import lunar_pole
from perilune.targeting.periodic import Halo
from perilune.targeting.periodic_ephemeris import SENSITIVITY

Array = NDArray[np.float64]

ENERGIES_KM2_S2 = (-0.26, -0.10)
"""Twice the energy about the Moon after braking: from where orbits just reach the halo's distance
to where they leave the Moon for good."""
_SPEEDS, _SIDES, _PHASES = 64, 24, 256
_STEP_S, _FIRST_S = 0.5 * DAY, 4.0 * DAY
_CLOSING_1_S = 6e-6
"""What a gap costs to close, km/s per km: the rate at which motions about L2 part."""
_FAR_KM = 150000.0
LONGEST_S = 14.0 * DAY
"""Flights longer than this, around L2 first, part too fast for a scan by steps."""


@dataclass(frozen=True, eq=False)
class Option:
    """A way from the approach to the halo, to be solved exactly.

    Attributes
    ----------
    side_rad : float
        Angle of the perilune about the asymptote: 0 over the lunar north.
    braking_km_s : float
        Impulse against the velocity at perilune.
    flight_time_s : float
        From perilune to insertion.
    phase : float
        Of the halo at insertion, in periods from its highest crossing.
    cost_km_s : float
        Estimate of both impulses.
    perilune : State
        Unbraked, Moon-centered `icrf`, of the two-body hyperbola.
    """

    side_rad: float
    braking_km_s: float
    flight_time_s: float
    phase: float
    cost_km_s: float
    perilune: State


def perilunes(arrival: State, sides_rad: Array, radius_km: float, env: Environment) -> Array:
    """Return the perilunes of the hyperbolas with an arrival's asymptote, shape (n, 6).

    Parameters
    ----------
    arrival : State
        An unbraked perilune, Moon-centered `icrf`.
    sides_rad : ndarray, shape (n,)
        Angle of each aim point about the asymptote: 0 towards lunar north.

    Model limits: two-body about the Moon.
    """
    gm, pole = env.constants.gm("moon"), lunar_pole(arrival.epoch, env)
    here = bplane.from_vectors(arrival.r_km, arrival.v_km_s, gm, pole)
    s, v_inf = here.s, float(here.v_inf_km_s)
    up = pole - s * (s @ pole)
    up /= np.linalg.norm(up)
    aim = np.cos(sides_rad)[:, None] * up + np.sin(sides_rad)[:, None] * np.cross(s, up)
    e = 1.0 + radius_km * v_inf**2 / gm
    k = np.sqrt(1.0 - 1.0 / e**2)
    toward = s / e + k * aim
    ahead = k * s - aim / e
    speed = np.sqrt(v_inf**2 + 2.0 * gm / radius_km)
    return np.concatenate([radius_km * toward, speed * ahead], axis=1)


def scan(
    arrival: State,
    halo: Halo,
    env: Environment,
    *,
    longest_s: float = LONGEST_S,
    fixed: bool = False,
    count: int = 6,
    workers: int | None = None,
) -> list[Option]:
    """Return the most promising ways from an approach to a halo orbit, cheapest first.

    Parameters
    ----------
    arrival : State
        An unbraked perilune, Moon-centered `icrf`.
    halo : Halo
    longest_s : float
        Longest flight from perilune to insertion.
    fixed : bool
        Keep this very perilune; without, any perilune of its height with its asymptote.
    count : int
        How many to return, 30 degrees of side or three days of flight apart.

    Model limits: Earth, Moon and Sun as points; the halo is the circular problem's, laid into the
    true frame: costs are estimates to some 10 m/s.
    """
    gm = env.constants.gm("moon")
    radius = float(np.linalg.norm(arrival.r_km))
    if fixed:
        sides = np.array([np.nan])
        starts = arrival.vector[None, :]
    else:
        sides = np.linspace(0.0, 2.0 * np.pi, _SIDES, endpoint=False)
        starts = perilunes(arrival, sides, radius, env)
    before = np.linalg.norm(starts[:, 3:], axis=1)
    after = np.sqrt(
        np.linspace(*ENERGIES_KM2_S2, 4 * _SPEEDS if fixed else _SPEEDS) + 2.0 * gm / radius
    )
    which, speed = (a.ravel() for a in np.meshgrid(np.arange(len(sides)), after, indexing="ij"))
    moving = starts[which].copy()
    moving[:, 3:] *= (speed / before[which])[:, None]
    braking = np.abs(before[which] - speed)
    seen = _march(moving, arrival.epoch, halo, env, longest_s, workers)
    options = []
    for cost, row, seconds, phase in _best(seen, braking, which, count):
        side = float(sides[which[row]])
        kick = float(before[which[row]] - speed[row])
        perilune = State.from_vector(starts[which[row]], epoch=arrival.epoch, center="moon")
        options.append(Option(side, kick, seconds, phase, cost, perilune))
    return options


def _march(
    vectors: Array, epoch: Epoch, halo: Halo, env: Environment, longest_s: float,
    workers: int | None,
) -> list[tuple[float, Array, Array]]:  # fmt: skip
    """Fly all on in steps; return instants, gaps to the halo (km/s) and its nearest phases."""
    from scipy.spatial import cKDTree

    problem = halo.problem
    phases = np.linspace(0.0, 1.0, _PHASES, endpoint=False)
    moon = np.array([1.0 - problem.mu, 0.0, 0.0, 0.0, 0.0, 0.0])
    weight = np.repeat([_CLOSING_1_S * problem.length_km, problem.speed_km_s], 3)
    tree = cKDTree((halo.at(phases) - moon) * weight)
    seen, elapsed = [], 0.0
    while elapsed < longest_s:
        step = _FIRST_S if elapsed == 0.0 else _STEP_S
        vectors = propagate_many(
            vectors, epoch=epoch + elapsed, span_s=step, center="moon", forces=SENSITIVITY,
            env=env, workers=workers, tolerance=1e-9,
        )  # fmt: skip
        elapsed += step
        distance = np.linalg.norm(vectors[:, :3], axis=1)
        vectors[~((distance > MOON_RADIUS_KM) & (distance < _FAR_KM))] = np.nan
        alive = np.isfinite(vectors).all(axis=1)
        gaps, nearest = np.full(len(vectors), np.inf), np.zeros(len(vectors))
        if alive.any():
            there = _breathing(vectors[alive], epoch + elapsed, problem.time_s, env)
            gaps[alive], index = tree.query(there * weight)
            nearest[alive] = phases[index]
        seen.append((elapsed, gaps, nearest))
    return seen


def _breathing(vectors: Array, epoch: Epoch, time_s: float, env: Environment) -> Array:
    """Return Moon-centered `icrf` states in the turning frame, over the Earth-Moon distance."""
    r, v = env.ephemeris.state("moon", "earth", epoch)
    distance = float(np.linalg.norm(r))
    opening = float(r @ v) / distance
    matrix, rate = frames.from_icrf("earth_moon_rotating", epoch, env)
    place = vectors[:, :3] @ matrix.T
    motion = vectors[:, 3:] @ matrix.T + vectors[:, :3] @ rate.T
    place = place / distance
    return np.concatenate([place, (motion - opening * place) / distance * time_s], axis=1)


def _best(
    seen: list[tuple[float, Array, Array]], braking: Array, which: NDArray[np.int64], count: int
) -> list[tuple[float, int, float, float]]:
    """Return cost, row, instant and phase of the cheapest: one in 30 degrees and three days."""
    cost = np.array([braking + gaps for _, gaps, _ in seen])
    taken: set[tuple[int, int]] = set()
    out: list[tuple[float, int, float, float]] = []
    for flat in np.argsort(cost, axis=None):
        at, row = np.unravel_index(flat, cost.shape)
        seconds, _, nearest = seen[int(at)]
        if not np.isfinite(cost[at, row]) or len(out) == count:
            break
        kind = (int(which[row]) // 2, int(seconds // (3.0 * DAY)))
        if kind not in taken:
            taken.add(kind)
            out.append((float(cost[at, row]), int(row), seconds, float(nearest[row])))
    return out
