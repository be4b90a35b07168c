"""Where the target of a rendezvous is: a function, a trajectory, or a state propagated here."""

from __future__ import annotations

from collections.abc import Callable

from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.dynamics.propagate import propagate
from perilune.dynamics.trajectory import Trajectory
from perilune.errors import InputError
from perilune.phases.base import Context
from perilune.phases.shot import coast_events

Target = State | Trajectory | Callable[[Epoch], State]
"""How a target may be given: a state at some epoch, its flown trajectory, or a function from an
instant to a state."""

Motion = Callable[[Epoch], State]


def target_motion(
    target: Target, begin: Epoch, end: Epoch, context: Context, *, center: str = "moon"
) -> Motion | None:
    """Return the target's state about a body in `icrf` axes, as a function of the instant.

    A state is propagated in the full model, from its own epoch over the span asked for; a
    trajectory that ends before the span does is propagated on. None where the target falls to the
    ground before the span ends.

    Raises
    ------
    InputError
        Where a trajectory begins after the span does.
    """
    env = context.env
    if isinstance(target, State):
        there = target.to(center=center, axes="icrf", env=env)
        opening = there if there.epoch == begin else _coast(there, begin, context)
        if isinstance(opening, Trajectory):
            if opening.status != "completed":
                return None
            opening = opening.final
        flown = _coast(opening, end, context)
        return flown.at if flown.status == "completed" else None
    if isinstance(target, Trajectory):
        return _continued(target, begin, end, context, center)
    function = target
    return lambda epoch: function(epoch).to(center=center, axes="icrf", env=env)


def _continued(
    known: Trajectory, begin: Epoch, end: Epoch, context: Context, center: str
) -> Motion | None:
    """Return a trajectory's motion, propagated on to the end of the span."""
    if known.start - begin > 0.0:
        raise InputError(
            f"the target's trajectory begins at {known.start.utc_iso(0)}, after the rendezvous "
            f"does at {begin.utc_iso(0)}"
        )
    if known.stop - end >= 0.0:
        return lambda epoch: known.at(epoch, center=center)
    onward = _coast(known.at(known.stop, center=center), end, context)
    if onward.status != "completed":
        return None

    def motion(epoch: Epoch) -> State:
        late = epoch - known.stop > 0.0
        return onward.at(epoch) if late else known.at(epoch, center=center)

    return motion


def _coast(state: State, until: Epoch, context: Context) -> Trajectory:
    return propagate(
        state,
        until=until,
        forces=context.model.about(state.center),
        env=context.env,
        events=coast_events(state.center),
    )
