"""One state that a whole coast follows from, fitted to its ephemeris in the full model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.environment import Environment
from perilune.astro.state import State
from perilune.dynamics.propagate import propagate
from perilune.missions.flown_nodes import Nodes
from perilune.phases.shot import Model

Array = NDArray[np.float64]

_STEPS = np.array([1e-3, 1e-3, 1e-3, 1e-6, 1e-6, 1e-6])  # km, km/s: differences for derivatives
_ROUNDS = 4
_GOOD_KM = 1e-6  # the file's own first state will do: it is worth no more digits
_WILD_KM = 100.0
_FEWEST = 4  # intervals a fit has at least
_ENOUGH = 0.99  # a round that leaves more than this share of the misfit is the last


@dataclass(frozen=True)
class Fit:
    """How well one coast in the model passes through the states of a file.

    Attributes
    ----------
    rms_m, worst_m : float
        Distance of the fitted motion from the states; NaN where the model's motion ends before
        them (it meets a body).
    fits_n : int
        States fitted: more than one where the coast is too unstable for one.
    """

    rms_m: float
    worst_m: float
    fits_n: int


@dataclass(frozen=True, eq=False)
class _Coast:
    nodes: Nodes
    first: int
    last: int
    model: Model
    env: Environment

    def legs(self) -> list[tuple[int, int]]:
        """Return first and last node of each stretch about one center; a leg starts at a node."""
        centers = self.nodes.centers
        starts = [self.first]
        starts += [k for k in range(self.first + 1, self.last + 1) if centers[k] != centers[k - 1]]
        return list(zip(starts, [*starts[1:], self.last], strict=True))

    def misfit(self, vector: Array) -> Array | None:
        """Return how far the coast from a state is from each of its nodes, km, shape (m, 3)."""
        nodes, out = self.nodes, np.empty((self.last + 1 - self.first, 3))
        center = nodes.centers[self.first]
        state = State.from_vector(vector, epoch=nodes.epoch[self.first], center=center)
        for start, stop in self.legs():
            state = state.to(center=nodes.centers[start], env=self.env)
            here = slice(start - self.first, stop + 1 - self.first)
            if float(nodes.epoch[stop] - state.epoch) <= 0.0:
                out[here] = state.r_km
                continue
            motion = propagate(
                state, until=nodes.epoch[stop], forces=self.model.about(state.center), env=self.env
            )
            if motion.status != "completed":
                return None
            seconds = np.asarray(nodes.epoch[start : stop + 1] - state.epoch)
            out[here] = motion.arcs[0].vectors(seconds)[:, :3]
            state = motion.final
        return out - nodes.vectors[self.first : self.last + 1, :3]


def fit_coast(nodes: Nodes, first: int, last: int, model: Model, env: Environment) -> Fit:
    """Fit the state at the first node of a coast to the positions of all its nodes.

    Gauss-Newton from the file's own first state; derivatives by differences. A coast along which a
    meter grows to 100 km (a halo orbit in a month) is fitted in halves: no one state holds it.

    Parameters
    ----------
    nodes : Nodes
    first, last : int
        Nodes the coast begins and ends at.
    model : Model
    env : Environment

    Returns
    -------
    Fit

    Model limits: positions alone, all of one weight.
    """
    off = _best(_Coast(nodes, first, last, model, env))
    if off is not None:
        return Fit(1e3 * _rms(off), 1e3 * float(np.linalg.norm(off, axis=1).max()), 1)
    if last - first < _FEWEST:
        return Fit(float("nan"), float("nan"), 1)
    middle = (first + last) // 2
    one, other = (fit_coast(nodes, *part, model, env) for part in ((first, middle), (middle, last)))
    share = (middle - first) / (last - first)
    rms = np.sqrt(share * one.rms_m**2 + (1.0 - share) * other.rms_m**2)
    return Fit(float(rms), max(one.worst_m, other.worst_m), one.fits_n + other.fits_n)


def _best(coast: _Coast) -> Array | None:
    """Return what the best fit leaves at each node, km; None where no one state holds the coast."""
    vector = coast.nodes.vectors[coast.first].copy()
    best: Array | None = None
    for _ in range(_ROUNDS):
        off = coast.misfit(vector)
        if off is None or (best is not None and _rms(off) > _ENOUGH * _rms(best)):
            break
        best = off
        if _rms(off) < _GOOD_KM:
            break
        slopes = [coast.misfit(vector + step) for step in np.diag(_STEPS)]
        if any(slope is None or np.abs(slope - off).max() > _WILD_KM for slope in slopes):
            return None
        matrix = np.stack([np.ravel(slope - off) for slope in slopes if slope is not None], axis=1)
        vector = vector - _STEPS * np.linalg.lstsq(matrix, off.ravel(), rcond=None)[0]
    return best


def _rms(off: Array) -> float:
    return float(np.sqrt(np.mean(np.sum(off**2, axis=1))))
