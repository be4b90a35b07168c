"""Phases that need more than their own physics: other groups, a wait on the ground, a mass."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from perilune.astro.epoch import Epoch
from perilune.astro.geometry import SurfacePoint
from perilune.dynamics.propagate import propagate
from perilune.dynamics.trajectory import Trajectory
from perilune.phases.base import Condition, Context, Engine, Leg, Phase
from perilune.phases.burn import burn_time_s
from perilune.phases.direct_return import DirectReturn
from perilune.phases.entry import Entry
from perilune.phases.lunar_ascent import LunarAscent
from perilune.phases.rendezvous import Rendezvous
from perilune.phases.shot import COAST_EVENTS
from perilune.phases.surface import Surface

_SMALL_KM_S, _LONGEST_S = 0.01, 3600.0  # a phasing burn, and half a turn: longer is no burn


@dataclass(frozen=True, eq=False)
class Ascent:
    """A lift-off from the Moon, into the plane of another group's orbit where there is one.

    Attributes
    ----------
    ascent : LunarAscent
        Its normal is the target's at lift-off (at the start, where the lift-off is solved).
    target : str, optional
        A spacecraft of the other group.
    """

    ascent: LunarAscent
    target: str | None = None
    kind: ClassVar[str] = "lunar_ascent"

    @property
    def spacecraft(self) -> str:
        """The spacecraft that lifts off."""
        return self.ascent.spacecraft

    def fly(self, start: Condition, context: Context) -> list[Leg]:
        """Return the leg of the ascent, with the wait on the ground before it."""
        assert start.state is not None
        ascent = self.ascent
        if self.target is not None:
            into = self._plane(self.target, start, context)
            if into is None:
                remedy = f"'{self.target}' is not in orbit at lift-off: lift off at another time"
                return [Leg("lunar_ascent", start, status="no_solution", remedy=remedy)]
            ascent = replace(ascent, normal=into)
        (leg,) = ascent.fly(start, context)
        return [_waited(leg, ascent.site, start, context)]

    def _plane(
        self, target: str, start: Condition, context: Context
    ) -> tuple[float, float, float] | None:
        assert start.state is not None
        other = start.group(target)
        motion = coast(other, self.ascent.lift_off or start.state.epoch, context)
        if motion is None:
            return None
        normal = np.cross(motion.final.r_km, motion.final.v_km_s)
        x, y, z = (normal / np.linalg.norm(normal)).tolist()
        return x, y, z


@dataclass(frozen=True, eq=False)
class Straight:
    """A lift-off straight to the Earth, with the wait on the ground before it.

    Attributes
    ----------
    direct : DirectReturn
    """

    direct: DirectReturn
    kind: ClassVar[str] = "direct_return"

    @property
    def spacecraft(self) -> str:
        """The spacecraft that lifts off."""
        return self.direct.spacecraft

    def fly(self, start: Condition, context: Context) -> list[Leg]:
        """Return the leg from the start to the interface."""
        assert start.state is not None
        late = float(start.state.epoch - self.direct.lift_off)
        if late > 1e-6:
            remedy = f"lift-off is {late / 3600.0:.1f} h before the phase begins: set it later"
            return [Leg("direct_return", start, status="no_solution", remedy=remedy)]
        (leg,) = self.direct.fly(start, context)
        return [_waited(leg, self.direct.site, start, context)]


def _waited(leg: Leg, site: SurfacePoint, start: Condition, context: Context) -> Leg:
    """Put the ground's motion before a lift-off that comes after the start."""
    assert start.state is not None
    if leg.trajectory is None or leg.trajectory.start - start.state.epoch < 1e-6:
        return leg
    (wait,) = Surface(site, until=leg.trajectory.start).fly(start, context)
    if wait.trajectory is None:
        return leg
    return replace(leg, trajectory=wait.trajectory + leg.trajectory, begins=None)


@dataclass(frozen=True, eq=False)
class Docking:
    """A rendezvous with another group, which from then on is one with the chaser's.

    Attributes
    ----------
    spacecraft : str
        The chaser.
    target : str
        A spacecraft of the other group.
    engine, fine_engine, docking, in_light
        See `Rendezvous`.
    """

    spacecraft: str
    target: str
    engine: Engine | None = None
    fine_engine: Engine | None = None
    docking: Epoch | None = None
    in_light: bool = False
    kind: ClassVar[str] = "rendezvous"

    def fly(self, start: Condition, context: Context) -> list[Leg]:
        """Return the leg of the chaser; the target's coast meanwhile stands beside it."""
        other = start.group(self.target)
        if other.state is None:
            remedy = f"'{self.target}' is nowhere: it has to fly before"
            return [Leg("rendezvous", start, status="no_solution", remedy=remedy)]
        assert start.state is not None
        ahead = float(other.state.epoch - start.state.epoch)
        if ahead > 1.0:
            remedy = (
                f"'{self.target}' has flown {ahead / 3600.0:.1f} h further already: let the "
                "chaser wait for it (kind orbit), or dock before"
            )
            return [Leg("rendezvous", start, status="no_solution", remedy=remedy)]
        mass = start.stack.mass_kg
        if self.engine is not None and mass is not None:
            lasts = burn_time_s(_SMALL_KM_S, self.engine, mass)
            if lasts > _LONGEST_S:
                remedy = f"{1e3 * _SMALL_KM_S:.0f} m/s take {lasts / 3600.0:,.1f} h: more thrust"
                return [Leg("rendezvous", start, status="no_solution", remedy=remedy)]
        phase = Rendezvous(
            other.state,
            other.stack,
            self.spacecraft,
            self.engine,
            self.fine_engine,
            self.docking,
            self.in_light,
        )
        (leg,) = phase.fly(start, context)
        if leg.status != "converged" or leg.end.state is None:
            return [leg]
        motion = coast(other, leg.end.state.epoch, context)
        rest = tuple(group for group in start.others or () if group is not other)
        beside = () if motion is None else ((other.names, motion),)
        return [replace(leg, end=replace(leg.end, others=rest), beside=beside)]


@dataclass(frozen=True, eq=False)
class Of:
    """A phase of the group that a spacecraft flies in.

    Attributes
    ----------
    spacecraft : str or None
        None: the group that flew last.
    phase : Phase
    """

    spacecraft: str | None
    phase: Phase

    def fly(self, start: Condition, context: Context) -> list[Leg]:
        """Return the legs of the phase."""
        return self.phase.fly(start, context)


@dataclass(frozen=True, eq=False)
class EntryOf:
    """An entry, of the group that a capsule flies in.

    Attributes
    ----------
    entry : Entry
    spacecraft : str
    """

    entry: Entry
    spacecraft: str
    kind: ClassVar[str] = "entry"

    def fly(self, start: Condition, context: Context) -> list[Leg]:
        """Return the leg of the entry, with the mass the group has."""
        mass = start.stack.mass_kg
        if mass is None:
            return self.entry.fly(start, context)
        capsule = replace(self.entry.capsule, mass_kg=mass)
        return replace(self.entry, capsule=capsule).fly(start, context)


def coast(group: Condition, until: Epoch, context: Context) -> Trajectory | None:
    """Return a group's coast about the Moon until an epoch; None where it does not get there."""
    if group.state is None or group.state.center != "moon" or until < group.state.epoch:
        return None
    motion = propagate(
        group.state, until=until, forces=context.model.moon, env=context.env, events=COAST_EVENTS
    )
    return motion if motion.status == "completed" else None
