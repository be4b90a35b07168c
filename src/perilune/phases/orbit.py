"""Waiting in orbit until a date."""

from __future__ import annotations

from dataclasses import dataclass, replace

from perilune.astro.epoch import Epoch
from perilune.dynamics.propagate import propagate
from perilune.phases.base import Condition, Context, Leg
from perilune.phases.shot import COAST_EVENTS

SAME_S = 1e-3
"""Instants closer than this are the same: dates are rounded."""


@dataclass(frozen=True)
class Orbit:
    """A coast until an epoch.

    Attributes
    ----------
    until : Epoch
    spacecraft : str, optional
        One of the group that waits.
    """

    until: Epoch
    spacecraft: str | None = None

    def fly(self, start: Condition, context: Context) -> list[Leg]:
        """Return the leg; its status is `impact` where the orbit falls onto the Moon."""
        assert start.state is not None
        late = float(start.state.epoch - self.until)
        if abs(late) <= SAME_S:
            return [Leg("orbit", replace(start, others=None))]
        if late > 0.0:
            remedy = (
                f"the orbit phase ends {late / 3600.0:.1f} h before it begins: set a later date"
            )
            return [Leg("orbit", start, status="no_solution", remedy=remedy)]
        context.report("lunar orbit")
        coast = propagate(
            start.state,
            until=self.until,
            forces=context.model.moon if start.state.center == "moon" else context.model.earth,
            env=context.env,
            events=COAST_EVENTS if start.state.center == "moon" else (),
        )
        status = "converged" if coast.status == "completed" else coast.status
        remedy = "" if status == "converged" else "the orbit decays onto the Moon: raise it"
        return [
            Leg("orbit", Condition(start.stack, coast.final), coast, status=status, remedy=remedy)
        ]
