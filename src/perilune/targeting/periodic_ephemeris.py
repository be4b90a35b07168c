"""A halo orbit carried from the circular problem into the full ephemeris.

The circular orbit is laid into the turning, breathing frame of the true Earth and Moon and cut into
arcs; multiple shooting then closes every joint. What comes out is a quasi-periodic motion that
needs no maneuver in the model it was solved in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.dynamics.forces import Forces
from perilune.dynamics.propagate import propagate
from perilune.dynamics.trajectory import Trajectory
from perilune.errors import InputError
from perilune.targeting.periodic import Halo

Array = NDArray[np.float64]

SENSITIVITY = Forces()
"""What transition matrices are integrated in: points of mass decide how fast a solve converges."""
_NODES = 8
_WEIGHT = np.array([1.0, 1.0, 1.0, 1e-5, 1e-5, 1e-5])
"""Changes taken as equally small: 1 km and 1 cm/s (a day's motion apart)."""
_CLOSED = (1e-6, 1e-9)  # km, km/s


@dataclass(frozen=True, eq=False)
class Reference:
    """A halo orbit in the full ephemeris.

    Attributes
    ----------
    halo : Halo
        The circular orbit it grew from.
    phase : float
        Of the circular orbit at the start, in periods.
    nodes : State
        The joints, Moon-centered `icrf`.
    trajectory : Trajectory or None
        An arc from each node to the next.
    gap_km, gap_km_s : float
        Largest jump left at a joint.
    status : str
        `converged`, or `no_solution`.
    remedy : str
    iterations : int
    """

    halo: Halo
    phase: float
    nodes: State
    trajectory: Trajectory | None
    gap_km: float
    gap_km_s: float
    status: str
    remedy: str
    iterations: int

    @property
    def converged(self) -> bool:
        """Whether every joint is closed."""
        return self.status == "converged"


def laid_out(halo: Halo, phases: Array, epochs: Epoch, env: Environment) -> State:
    """Return the circular orbit in the true frame of Earth and Moon, Moon-centered `icrf`.

    Parameters
    ----------
    halo : Halo
    phases : ndarray, shape (n,)
    epochs : Epoch, shape (n,)

    Model limits: lengths breathe with the Earth-Moon distance, rates are the mean ones: off the
    motion in the full ephemeris by some thousand km.
    """
    problem = halo.problem
    r, v = env.ephemeris.state("moon", "earth", epochs)
    distance = np.linalg.norm(r, axis=-1, keepdims=True)
    opening = np.sum(r * v, axis=-1, keepdims=True) / distance
    s = halo.at(phases) - np.array([1.0 - problem.mu, 0.0, 0.0, 0.0, 0.0, 0.0])
    place = distance * s[:, :3]
    rate = distance / problem.time_s * s[:, 3:] + opening * s[:, :3]
    return State(epochs, "moon", "earth_moon_rotating", place, rate).to(axes="icrf", env=env)


def carry(
    halo: Halo,
    start: Epoch,
    *,
    phase: float,
    revolutions: float,
    forces: Forces,
    env: Environment,
    max_iterations: int = 15,
) -> Reference:
    """Return a halo orbit in the full ephemeris, over some revolutions.

    Parameters
    ----------
    halo : Halo
        An Earth-Moon orbit in km and s.
    start : Epoch
    phase : float
        Of the circular orbit at the start, in periods from its highest crossing.
    revolutions : float
    forces : Forces
        What it is to be a motion of, about the Moon.

    Raises
    ------
    InputError
        Where the halo did not converge, or there are no revolutions to fly.

    Source: Newton's method on all joints at once, smallest weighted change (Keller 1968; as in
    Pavlak & Howell 2012, AIAA 2012-4665).
    """
    if not halo.converged or not 0.0 < revolutions < 1e3:
        raise InputError(
            f"a reference orbit needs a converged halo ({halo.status}) and revolutions from 0 to "
            f"1000, found {revolutions!r}"
        )
    count = max(2, int(np.ceil(revolutions * _NODES)) + 1)
    share = np.linspace(0.0, revolutions, count)
    epochs = start + share * halo.period * halo.problem.time_s
    nodes = laid_out(halo, phase + share, epochs, env).vector.copy()
    arcs: list[Trajectory] = []
    gap, iteration = (np.inf, np.inf), 0
    while True:
        arcs = _fly(nodes, epochs, forces, env)
        jumps = np.array([arc.final.vector for arc in arcs]) - nodes[1:]
        gap = _largest(jumps)
        if not np.isfinite(gap).all() or (gap[0] < _CLOSED[0] and gap[1] < _CLOSED[1]):
            break
        if iteration == max_iterations:
            break
        iteration += 1
        nodes = nodes + _least_change(jumps, _transitions(nodes, epochs, env))
    closed = gap[0] < _CLOSED[0] and gap[1] < _CLOSED[1]
    whole = arcs[0]
    for arc in arcs[1:]:
        whole = whole + arc
    return Reference(
        halo,
        phase % 1.0,
        State.from_vector(nodes, epoch=epochs, center="moon"),
        whole if closed else None,
        *gap,
        "converged" if closed else "no_solution",
        "" if closed else f"joints stay {gap[0]:.3g} km open: fewer revolutions, or a lower orbit",
        iteration,
    )


def _largest(jumps: Array) -> tuple[float, float]:
    return (
        float(np.linalg.norm(jumps[:, :3], axis=1).max()),
        float(np.linalg.norm(jumps[:, 3:], axis=1).max()),
    )


def _fly(nodes: Array, epochs: Epoch, forces: Forces, env: Environment) -> list[Trajectory]:
    return [
        propagate(
            State.from_vector(nodes[i], epoch=epochs[i], center="moon"),
            until=epochs[i + 1],
            forces=forces,
            env=env,
        )
        for i in range(len(nodes) - 1)
    ]


def _transitions(nodes: Array, epochs: Epoch, env: Environment) -> list[Array]:
    out = []
    for i in range(len(nodes) - 1):
        flown = propagate(
            State.from_vector(nodes[i], epoch=epochs[i], center="moon"),
            until=epochs[i + 1],
            forces=SENSITIVITY,
            env=env,
            stm=True,
            dense=False,
            tolerance=1e-11,
        )
        assert flown.stm is not None
        out.append(flown.stm)
    return out


def _least_change(jumps: Array, transitions: list[Array]) -> Array:
    """Return the smallest weighted change of the nodes that closes every joint, shape (n, 6).

    The normal equations of the joints couple neighbors only: a band of 11 diagonals.
    """
    from scipy.linalg import solveh_banded

    count = len(jumps)
    turned = [_WEIGHT[None, :] * f * (1.0 / _WEIGHT)[:, None] for f in transitions]
    band = np.zeros((12, 6 * count))
    for i, f in enumerate(turned):
        _store(band, i, i, f @ f.T + np.eye(6))
        if i > 0:
            _store(band, i, i - 1, -f)
    scaled = (jumps / _WEIGHT).ravel()
    multiplier = solveh_banded(band, -scaled, lower=True).reshape(count, 6)
    change = np.zeros((count + 1, 6))
    for i, f in enumerate(turned):
        change[i] += f.T @ multiplier[i]
        change[i + 1] -= multiplier[i]
    return np.asarray(change * _WEIGHT)


def _store(band: Array, row: int, column: int, block: Array) -> None:
    """Put a 6 x 6 block into the lower band storage."""
    for a in range(6):
        for b in range(6):
            below = 6 * (row - column) + a - b
            if 0 <= below < 12:
                band[below, 6 * column + b] = block[a, b]
