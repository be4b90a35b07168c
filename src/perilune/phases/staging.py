"""The staged rocket equation: what a stack of stages gives a payload, boosters in parallel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.phases.vehicle import Stage

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Steps:
    """A stack as the steps it burns in, from lift-off on.

    A step ends where any stage runs dry and falls off.

    Attributes
    ----------
    burned_kg, exhaust_km_s : ndarray, shape (steps,)
        Propellant and mean exhaust speed of all that burns.
    above_kg : ndarray, shape (steps,)
        Mass left at the step's end, before anything falls off, without the payload.
    burn_s : float
        How long it burns in all.
    """

    burned_kg: Array
    exhaust_km_s: Array
    above_kg: Array
    burn_s: float

    @classmethod
    def of(cls, stages: Sequence[Stage]) -> Steps:
        """Return the steps of stages given from the ground up.

        Model limits: flows and exhaust speeds are those of vacuum from lift-off on (the nozzles'
        losses in the air belong to the ascent's losses); a stage burns all its propellant.
        """
        left = np.array([s.count * s.propellant_kg for s in stages], dtype=float)
        dry = np.array([s.count * s.dry_mass_kg for s in stages])
        on = np.ones(len(stages), dtype=bool)
        rows = []
        while on.any():
            flow = _flows(stages, on)
            time = float(np.min(left[flow > 0.0] / flow[flow > 0.0]))
            used = flow * time
            left = left - used
            left[left < 1e-9 * used] = 0.0
            exhaust = (
                sum(u * s.exhaust_km_s for u, s in zip(used, stages, strict=True)) / used.sum()
            )
            rows.append((used.sum(), exhaust, (left + dry)[on].sum(), time))
            on = on & (left > 0.0)
        burned, exhausts, above, times = np.array(rows).T
        return cls(burned, exhausts, above, float(times.sum()))

    def velocity_km_s(self, payload_kg: Array) -> Array:
        """Return the ideal velocity of a payload (dead mass in the last stage included), km/s."""
        rest = np.asarray(payload_kg)[..., None] + self.above_kg
        return np.asarray((self.exhaust_km_s * np.log1p(self.burned_kg / rest)).sum(axis=-1))


def _flows(stages: Sequence[Stage], on: NDArray[np.bool_]) -> Array:
    """Return the propellant flow of each stage now: the lowest group of those still on, kg/s."""
    flow = np.zeros(len(stages))
    beside = False
    for index, stage in enumerate(stages):
        if not on[index]:
            continue
        if stage.parallel:
            flow[index], beside = stage.flow_kg_s, True
            continue
        flow[index] = stage.flow_kg_s * (stage.throttle if beside else 1.0)
        break
    return flow
