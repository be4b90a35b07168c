"""What pushed a flown motion between its tabulated states, beyond the forces of the model.

From each state the model is followed half an interval on, from the next one half an interval back;
where they meet, they differ by what else acted:

    dv = integral of a dt,    dr = integral of (T/2 - s) a(s) ds

so that a push has its size in dv and its date in dr (the centroid of the acceleration, in time).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import RADIUS_KM
from perilune.astro.environment import Environment
from perilune.dynamics.batch import propagate_many
from perilune.missions.flown_nodes import Flags, Nodes
from perilune.phases.shot import Model

Array = NDArray[np.float64]

SMALLEST_M_S = 5e-4
"""A push within one interval below this is rounding of the file or of the model."""

_OVER_NOISE = 10.0
_HARDEST_NOISE_M_S2 = 2e-3  # no force that is left out pushes harder, outside the air
_NEARBY_S = 86400.0
_FALL = {"earth": 4.0, "moon": 11.0}  # zonals alone, and degree 8, in the default model


@dataclass(frozen=True, eq=False)
class Pushes:
    """Disagreement between each two neighboring states in the middle of their interval.

    Attributes
    ----------
    dv_m_s, dr_m : ndarray, shape (n - 1, 3)
        Later state brought back, less earlier state brought on; `icrf`. NaN where nothing can be
        said (a path through a body).
    steps_s : ndarray, shape (n - 1,)
    figure : ndarray, shape (n - 1,)
        How the figure of the body below that the model leaves out falls off with height: 1 at the
        surface; 0 beyond two radii.
    """

    dv_m_s: Array
    dr_m: Array
    steps_s: Array
    figure: Array

    @property
    def size_m_s(self) -> Array:
        """Size of each push."""
        return np.asarray(np.linalg.norm(self.dv_m_s, axis=-1))

    def centroid_s(self, k: int) -> float:
        """Return when in interval k it was pushed, on the mean, seconds from its start."""
        dv = self.dv_m_s[k]
        lever = float(self.dr_m[k] @ dv) / max(float(dv @ dv), 1e-30)
        return float(np.clip(0.5 * self.steps_s[k] - lever, 0.0, self.steps_s[k]))

    def burning(self, usable: Flags) -> Flags:
        """Say in which of the usable intervals something beyond noise pushed.

        The noise is what is usual within a day (median by duration) of three things: the push
        (rounding of the file), the push a second (small forces left out), and that over its
        fall with height (parts of the gravity field left out).
        """
        size = np.where(usable & np.isfinite(self.size_m_s), self.size_m_s, 0.0)
        ends = np.append(0.0, np.cumsum(self.steps_s))
        middle = 0.5 * (ends[:-1] + ends[1:])
        rate = size / np.maximum(self.steps_s, 1e-6)
        usual = np.zeros_like(size)
        for k in np.flatnonzero(size > SMALLEST_M_S):
            near = usable & (np.abs(middle - middle[k]) <= _NEARBY_S) & (self.steps_s > 0.0)
            low = near & (self.figure > 0.0)
            falling = self.figure[k] * _median(rate[low] / self.figure[low], self.steps_s[low])
            steady = max(falling, _median(rate[near], self.steps_s[near]))
            usual[k] = max(_median(size[near], self.steps_s[near]), steady * self.steps_s[k])
        usual = np.minimum(usual, _HARDEST_NOISE_M_S2 * np.maximum(self.steps_s, 1.0))
        return np.asarray(size > np.maximum(SMALLEST_M_S, _OVER_NOISE * usual))


def _median(values: Array, weights: Array) -> float:
    if not len(values):
        return 0.0
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][int(np.searchsorted(total, 0.5 * total[-1]))])


def pushes(nodes: Nodes, usable: Flags, model: Model, env: Environment) -> Pushes:
    """Return what pushed in each usable interval; zero in the others."""
    steps = nodes.steps_s
    gap = np.zeros((len(steps), 6))
    for center in ("earth", "moon"):
        mine = np.array([name == center for name in nodes.centers[:-1]]) & usable
        index = np.flatnonzero(mine)
        if not len(index):
            continue
        half, after = 0.5 * steps[index], nodes.about(index + 1, center, env)
        before = nodes.vectors[index].copy()
        moving = half > 0.0
        if moving.any():
            forces, start = model.about(center), index[moving]
            for vectors, epoch, span in (
                (before, nodes.epoch[start], half[moving]),
                (after, nodes.epoch[start + 1], -half[moving]),
            ):
                vectors[moving] = propagate_many(
                    vectors[moving], epoch=epoch, span_s=span,
                    center=center, forces=forces, env=env,
                )  # fmt: skip
        gap[index] = after - before
    return Pushes(1e3 * gap[:, 3:], 1e3 * gap[:, :3], steps, _figure(nodes))


def _figure(nodes: Nodes) -> Array:
    """Return how parts of the gravity field fall off: by the lowest degree the model leaves out."""
    far = np.linalg.norm(nodes.vectors[:, :3], axis=1)
    radius = np.array([RADIUS_KM[name] for name in nodes.centers])
    power = np.array([_FALL[name] for name in nodes.centers])
    shape = np.where(far < 2.0 * radius, np.minimum(radius / far, 1.0) ** power, 0.0)
    return np.asarray(np.maximum(shape[:-1], shape[1:]))
