"""The chain: phases strung together, group by group, every alternative as far as it goes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from perilune.astro.epoch import Epoch
from perilune.dynamics.trajectory import Trajectory
from perilune.errors import PeriluneError
from perilune.phases.base import Check, Condition, Context, Happening, Leg, Phase, Stack

_Piece = tuple[Trajectory | None, Epoch | None]
"""What is flown, and when it takes over if before the end of what is before it."""

_GROUND = ("powered_descent", "surface", "lunar_ascent", "direct_return", "entry", "impact")
"""Kinds of leg that begin or end on the ground: their height is a matter of their own."""

_EDGES, _SAME_S = ("entry_interface",), 5.0


@dataclass(frozen=True, eq=False)
class Chain:
    """One alternative, flown as far as it goes.

    Attributes
    ----------
    legs : tuple of Leg
    groups : tuple of Condition
        Where each group of spacecraft is at the end; the first one flew last.
    """

    legs: tuple[Leg, ...]
    groups: tuple[Condition, ...]

    @property
    def status(self) -> str:
        """`converged`, or the status of the leg that failed."""
        return next((leg.status for leg in self.legs if leg.status != "converged"), "converged")

    @property
    def remedy(self) -> str:
        """What would help the leg that failed."""
        return next((leg.remedy for leg in self.legs if leg.remedy), "")

    @property
    def happenings(self) -> list[Happening]:
        """All events, in order of time; where one leg ends and the next begins with it, once."""
        every = [h for leg, burner in self._burners() for h in _owned(leg, burner)]
        found = sorted(every, key=lambda h: float(h.epoch - every[0].epoch))
        return [
            h
            for i, h in enumerate(found)
            if not any(
                h.name == other.name and h.name in _EDGES and h.epoch - other.epoch < _SAME_S
                for other in found[:i]
            )
        ]

    def _burners(self) -> Iterator[tuple[Leg, str | None]]:
        """Yield each leg with the spacecraft whose propellant it takes, if one alone."""
        before: dict[str, float] = {}
        for leg in self.legs:
            groups = (leg.end, *(leg.end.others or ()))
            after = {c.name: c.propellant_kg for group in groups for c in group.stack.members}
            used = [name for name, left in after.items() if left < before.get(name, left)]
            yield leg, used[0] if len(used) == 1 else None
            before |= after

    @property
    def checks(self) -> list[Check]:
        """All checks of the phases."""
        return [check for leg in self.legs for check in leg.checks]

    @property
    def total_dv_m_s(self) -> float:
        """Delta-v of every burn from injection on."""
        return sum(h.dv_m_s or 0.0 for h in self.happenings)

    @property
    def branch(self) -> str:
        """The names of the alternatives taken."""
        names = [str(leg.solution["branch"]) for leg in self.legs if "branch" in leg.solution]
        return ", ".join(names)

    @property
    def figures(self) -> dict[str, object]:
        """What the legs say of their solves, together."""
        out: dict[str, object] = {}
        for leg in self.legs:
            out.update(leg.solution)
        out.pop("branch", None)
        return out

    @property
    def stack(self) -> Stack:
        """All spacecraft at the end, wherever they are."""
        return Stack(tuple(craft for group in self.groups for craft in group.stack.members))

    @property
    def trajectory(self) -> Trajectory | None:
        """The motion of what the last group is made of, from parking-orbit insertion on."""
        names = self.groups[0].names
        return self.trajectory_of(names[0] if names else None)

    def trajectory_of(self, name: str | None) -> Trajectory | None:
        """Return the whole motion of a spacecraft (None where the mission names none)."""
        return self._joined(self._pieces(name))

    @cached_property
    def trajectories(self) -> dict[str | None, Trajectory]:
        """The motions by spacecraft; those that flew together all the way share one."""
        shared: dict[tuple[int, ...], Trajectory | None] = {}
        out: dict[str | None, Trajectory] = {}
        names: list[str | None] = [craft.name for craft in self.stack.members]
        for name in names or [None]:
            pieces = self._pieces(name)
            key = tuple(id(piece) for piece, _ in pieces if piece is not None)
            if key not in shared:
                shared[key] = self._joined(pieces)
            motion = shared[key]
            if motion is not None:
                out[name] = motion
        return out

    @property
    def in_space(self) -> list[Trajectory]:
        """The pieces flown clear of the ground, to look for the lowest height."""
        flown = [leg.trajectory for leg in self.legs if leg.kind not in _GROUND]
        beside = [motion for leg in self.legs for _, motion in leg.beside]
        return [piece for piece in (*flown, *beside) if piece is not None]

    def _pieces(self, name: str | None) -> list[_Piece]:
        found: list[_Piece] = []
        for leg in self.legs:
            if name is None or name in leg.members:
                found.append((leg.trajectory, leg.begins))
            found += [(motion, None) for names, motion in leg.beside if name in names]
        return found

    def _joined(self, pieces: Sequence[_Piece]) -> Trajectory | None:
        whole: Trajectory | None = None
        for piece, begins in pieces:
            if whole is not None and begins is not None and begins < whole.stop:
                whole = whole.until(begins)  # a capture ignites before the unbraked perilune
            if piece is not None:
                whole = piece if whole is None else whole + piece
        return whole


def _owned(leg: Leg, burner: str | None) -> Iterator[Happening]:
    """Yield what happens in a leg, to whom, and by whose propellant (a launcher's is nobody's)."""
    for happening in leg.happenings:
        is_own = bool(happening.dv_m_s) and happening.mass_before_kg is not None
        whose = burner if is_own and happening.stage is None else None
        yield replace(happening, members=leg.members, propellant_of=whose)


def extend(chain: Chain, phases: Sequence[Phase], context: Context) -> list[Chain]:
    """Return every chain that continues one through phases; a failed leg ends its own."""
    if not phases:
        return [chain]
    found = []
    phase = phases[0]
    number = acting(phase, chain.groups)
    others = (*chain.groups[:number], *chain.groups[number + 1 :])
    start = replace(chain.groups[number], others=others)
    for leg in _flown(phase, start, context.after(len(chain.legs))):
        left = others if leg.end.others is None else leg.end.others
        groups = (replace(leg.end, others=None), *left)
        longer = Chain((*chain.legs, replace(leg, members=start.names)), groups)
        if leg.status == "converged":
            found += extend(longer, phases[1:], context)
        else:
            found.append(longer)
    return found


def _flown(phase: Phase, start: Condition, context: Context) -> list[Leg]:
    """Return a phase's legs; what it cannot use once the flight has begun ends the flight there.

    What was flown before is worth keeping: a stay beyond the end of the ephemeris, say, shows only
    when the landing's date is known.
    """
    if start.state is None:
        return phase.fly(start, context)
    try:
        return phase.fly(start, context)
    except PeriluneError as error:
        return [Leg(_kind(phase), start, status="no_solution", remedy=str(error))]


def _kind(phase: Phase) -> str:
    inner = getattr(phase, "phase", phase)
    own = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(inner).__name__).lower()
    return str(getattr(inner, "kind", own))


def acting(phase: Phase, groups: Sequence[Condition]) -> int:
    """Return which group a phase moves: that of the spacecraft it names, else the last to fly."""
    name = getattr(phase, "spacecraft", None)
    for number, group in enumerate(groups):
        if name is not None and name in group.names:
            return number
    return 0
