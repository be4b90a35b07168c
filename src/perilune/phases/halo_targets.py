"""Where a halo orbit is about the time of an insertion, at a continuum of its phases."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.dynamics.forces import Forces
from perilune.targeting.periodic import Halo
from perilune.targeting.periodic_ephemeris import Reference, carry

Array = NDArray[np.float64]

_SPREAD = 0.05
_STENCIL = (-2.0, -1.0, 0.0, 1.0, 2.0)
_LEAD = 0.4
"""A reference orbit begins this much of a revolution before insertion."""


class Targets:
    """The halo orbit in the full ephemeris about one insertion, at a continuum of phases.

    Reference orbits at a few phases, and between them the polynomial through their states.
    """

    def __init__(
        self,
        halo: Halo,
        about: Epoch,
        phase: float,
        revolutions: float,
        forces: Forces,
        env: Environment,
    ) -> None:
        self.offsets = _SPREAD * np.array(_STENCIL)
        self.references = [
            reference(halo, about, phase + shift, revolutions, forces, env)
            for shift in self.offsets
        ]

    @property
    def sound(self) -> bool:
        """Whether every reference orbit was found."""
        return all(r.converged for r in self.references)

    def slopes(self, shift: float, epoch: Epoch) -> tuple[Array, Array, Array]:
        """Return the state at an instant, the phase shifted at `about`, and its derivatives.

        Returns
        -------
        state, by_phase, by_time : ndarray, shape (6,)
            km, km/s; per period of phase; per second.
        """
        from scipy.interpolate import BarycentricInterpolator

        step_s = 60.0
        both = np.array([_pair(r, epoch, step_s) for r in self.references])
        now, later = (BarycentricInterpolator(self.offsets, both[:, k]) for k in (0, 1))
        near = np.asarray(now(np.array([shift, shift - 1e-4, shift + 1e-4])))
        by_time = (np.asarray(later(shift)) - near[0]) / step_s
        return near[0], (near[2] - near[1]) / 2e-4, by_time


def _pair(path: Reference, epoch: Epoch, step_s: float) -> Array:
    """Return a reference's states at an instant and a step later, shape (2, 6)."""
    assert path.trajectory is not None
    arcs = path.trajectory.arcs  # of one length: joint k is at k times it
    number = int(float(epoch - arcs[0].origin) / arcs[0].span_s[1])
    arc = arcs[min(max(number, 0), len(arcs) - 1)]
    since = float(epoch - arc.origin)
    return arc.vectors(np.array([since, since + step_s]))


def reference(
    halo: Halo, about: Epoch, phase: float, revolutions: float, forces: Forces, env: Environment
) -> Reference:
    """Return the reference orbit that has a phase at an instant, begun a little before it."""
    lead_s = _LEAD * halo.period * halo.problem.time_s
    return carry(
        halo, about + (-lead_s), phase=phase - _LEAD, revolutions=revolutions + _LEAD,
        forces=forces, env=env,
    )  # fmt: skip
