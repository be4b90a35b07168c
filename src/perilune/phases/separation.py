"""Spacecraft part: one group becomes two, and each flies on by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

from perilune.astro.epoch import Epoch
from perilune.dynamics.propagate import propagate
from perilune.dynamics.trajectory import Trajectory
from perilune.phases.base import Condition, Context, Happening, Leg, Stack
from perilune.phases.orbit import SAME_S
from perilune.phases.shot import COAST_EVENTS


@dataclass(frozen=True)
class Separation:
    """Some spacecraft leave their group, at once or at an epoch the group coasts to.

    Attributes
    ----------
    leaving : tuple of str
        The spacecraft that leave, together.
    at : Epoch, optional

    Model limits: no separation velocity.
    """

    leaving: tuple[str, ...]
    at: Epoch | None = None

    @property
    def spacecraft(self) -> str:
        """A spacecraft of the group that parts."""
        return self.leaving[0]

    def fly(self, start: Condition, context: Context) -> list[Leg]:
        """Return the leg of the whole group until it parts; the leaving group ends it."""
        assert start.state is not None
        staying = tuple(c for c in start.stack.members if c.name not in self.leaving)
        if not staying:
            remedy = "all spacecraft would leave: name some of them"
            return [Leg("separation", start, status="no_solution", remedy=remedy)]
        state, coast = start.state, None
        if self.at is not None and abs(float(self.at - state.epoch)) > SAME_S:
            coast, why = _coast(start, self.at, context)
            if coast is None:
                return [Leg("separation", start, status="no_solution", remedy=why)]
            state = coast.final
        leaving = Stack(tuple(start.stack.member(name) for name in self.leaving))
        stack = Stack(staying)
        happening = Happening(
            "separation",
            state,
            leaving.name,
            mass_before_kg=start.stack.mass_kg,
            mass_after_kg=leaving.mass_kg,
            stage="",  # what leaves is not burnt: the mass balance counts both groups
        )
        rest = Condition(stack, state)
        end = Condition(leaving, state, others=(*(start.others or ()), rest))
        return [Leg("separation", end, coast, (happening,))]


def _coast(start: Condition, at: Epoch, context: Context) -> tuple[Trajectory | None, str]:
    """Return the coast to an epoch, or why there is none."""
    assert start.state is not None
    late = float(start.state.epoch - at)
    if late > 0.0:
        return None, f"the spacecraft part {late / 3600.0:.1f} h before the phase: set a later date"
    forces = context.model.moon if start.state.center == "moon" else context.model.earth
    coast = propagate(
        start.state, until=at, forces=forces, env=context.env,
        events=COAST_EVENTS if start.state.center == "moon" else (),
    )  # fmt: skip
    if coast.status != "completed":
        return None, "the orbit ends before the spacecraft part: raise it"
    return coast, ""


def joined(first: Condition, second: Condition) -> Condition:
    """Return two groups as one, where the first one is."""
    members = (*first.stack.members, *second.stack.members)
    return replace(first, stack=Stack(members))
