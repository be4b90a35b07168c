"""Who weighs what while an injection's engines burn.

An upper stage carries just what its burns need. Of one that burns once, first of all, that follows
from the size of its burn; of others the propellant loaded is an unknown of the solve, and what is
left of it after the last burn a goal.
"""

from __future__ import annotations

import numpy as np

from perilune.phases.base import Stack
from perilune.phases.injection import Injection, InjectionBurn, UpperStage


def loaded(injection: Injection) -> list[UpperStage]:
    """Return the stages whose propellant has to be known before the size of their burns is."""
    stages = injection.stages
    if stages and sum(b.stage == stages[0] for b in injection.burns) == 1:
        return stages[1:]
    return stages


def guessed_kg(injection: Injection, stack: Stack, dvs_km_s: list[float]) -> dict[str, float]:
    """Return the propellant each stage needs for burns of these sizes (rocket equation)."""
    out: dict[str, float] = {}
    above = stack.mass_kg or 0.0
    for stage in reversed(injection.stages):
        pairs = zip(injection.burns, dvs_km_s, strict=True)
        total = sum(dv for burn, dv in pairs if burn.stage == stage)
        empty = above + stage.dry_mass_kg
        out[stage.name] = empty * float(np.expm1(total / stage.engine.exhaust_km_s))
        above = empty + out[stage.name]
    return out


class Masses:
    """The stack and the upper stages under it, burn after burn."""

    def __init__(self, injection: Injection, stack: Stack, loads_kg: dict[str, float]) -> None:
        self.stack = stack
        self.stages = injection.stages
        self.left_kg: dict[str, float | None] = {
            s.name: loads_kg[s.name] if s in loaded(injection) else None for s in self.stages
        }

    def change_kg(self, burn: InjectionBurn, dv_km_s: float) -> tuple[float, float] | None:
        """Return the masses before and after a burn; None where it has no engine."""
        motor, stack = burn.motor, self.stack.mass_kg
        if motor is None or stack is None:
            return None
        ratio = float(np.exp(dv_km_s / motor.exhaust_km_s))
        if burn.stage is None:
            return stack, stack / ratio
        above = stack + sum(
            s.dry_mass_kg + (self.left_kg[s.name] or 0.0)
            for s in self.stages[self.stages.index(burn.stage) + 1 :]
        )
        empty, left = above + burn.stage.dry_mass_kg, self.left_kg[burn.stage.name]
        if left is None:
            return empty * ratio, empty
        return empty + left, (empty + left) / ratio

    def use(self, burn: InjectionBurn, used_kg: float) -> None:
        """Take what a burn used from the stage's or the spacecraft's tank."""
        if burn.stage is not None:
            left = self.left_kg[burn.stage.name]
            self.left_kg[burn.stage.name] = 0.0 if left is None else left - used_kg
        elif burn.spacecraft is not None:
            self.stack = self.stack.burnt(burn.spacecraft, used_kg)
