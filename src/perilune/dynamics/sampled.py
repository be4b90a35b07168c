"""Trajectories from samples: what no Taylor integration made, in the form the rest reads."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.dynamics.taylor import Run
from perilune.dynamics.trajectory import Arc, Trajectory
from perilune.errors import InputError

Array = NDArray[np.float64]


def from_samples(
    center: str, origin: Epoch, seconds: Array, vectors: Array, env: Environment
) -> Trajectory:
    """Return the motion through samples: cubic in position between two, by place and velocity.

    Parameters
    ----------
    center : str
    origin : Epoch
    seconds : ndarray, shape (n,)
        Since the origin, ascending, the first one 0.
    vectors : ndarray, shape (n, 6)
        `icrf` axes, km and km/s.

    Raises
    ------
    InputError
        Where there are fewer than two samples, or they are not in order.

    Model limits: between samples the error is the fourth derivative times the step to the fourth
    over 384.
    """
    steps = np.diff(seconds)
    if len(seconds) < 2 or seconds[0] != 0.0 or (steps <= 0.0).any():
        raise InputError("samples of a trajectory: expected two or more, from 0 s on, in order")
    r, v = vectors[:, :3], vectors[:, 3:]
    h = steps[:, None]
    slope = (r[1:] - r[:-1]) / h
    second = (3.0 * slope - 2.0 * v[:-1] - v[1:]) / h
    third = (v[:-1] + v[1:] - 2.0 * slope) / h**2
    none = np.zeros_like(second)
    place = np.stack([r[:-1], v[:-1], second, third], axis=-1)
    speed = np.stack([v[:-1], 2.0 * second, 3.0 * third, none], axis=-1)
    run = Run(
        vectors[-1].copy(),
        float(seconds[-1]),
        ends_s=[float(t) for t in seconds[1:]],
        coefficients=list(np.concatenate([place, speed], axis=1)),
    )
    return Trajectory([Arc(center, origin, run)], env)
