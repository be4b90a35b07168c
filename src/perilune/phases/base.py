"""What every phase takes and gives back: one chain, one ledger.

A phase starts from a `Condition` and returns one `Leg`, or several where there are alternatives
(the two branches of a transfer). A leg holds the arcs flown, the events, the masses left and the
checks; the chain in `missions` strings legs together and accounts for nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from perilune.astro.bodies import STANDARD_GRAVITY_M_S2
from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.dynamics.trajectory import Trajectory
from perilune.errors import UnknownName
from perilune.phases.shot import Model
from perilune.runs.tally import Tally


@dataclass(frozen=True)
class Engine:
    """A rocket engine: thrust (N) and specific impulse (s)."""

    name: str
    thrust_n: float
    isp_s: float

    @property
    def exhaust_km_s(self) -> float:
        """Effective exhaust speed, km/s."""
        return self.isp_s * STANDARD_GRAVITY_M_S2 * 1e-3


@dataclass(frozen=True)
class Spacecraft:
    """A spacecraft: dry mass, propellant on board, engines."""

    name: str
    dry_mass_kg: float
    propellant_kg: float
    engines: tuple[Engine, ...] = ()

    @property
    def mass_kg(self) -> float:
        """Dry mass and propellant."""
        return self.dry_mass_kg + self.propellant_kg

    def engine(self, name: str) -> Engine:
        """Return an engine by name; raises UnknownName."""
        for engine in self.engines:
            if engine.name == name:
                return engine
        raise UnknownName(f"engine of '{self.name}'", name, [e.name for e in self.engines])


@dataclass(frozen=True)
class Stack:
    """Spacecraft flying together, each with what propellant it has left."""

    members: tuple[Spacecraft, ...] = ()

    @property
    def mass_kg(self) -> float | None:
        """Mass of all, or None where the mission knows no masses."""
        return sum(s.mass_kg for s in self.members) if self.members else None

    @property
    def name(self) -> str:
        """The member's own name, or `stack` for several."""
        return self.members[0].name if len(self.members) == 1 else "stack"

    def member(self, name: str) -> Spacecraft:
        """Return a spacecraft by name; raises UnknownName."""
        for craft in self.members:
            if craft.name == name:
                return craft
        raise UnknownName("spacecraft", name, [s.name for s in self.members])

    def burnt(self, name: str, propellant_kg: float) -> Stack:
        """Return the stack after one member used propellant (it may fall below zero)."""
        self.member(name)
        return Stack(
            tuple(
                replace(s, propellant_kg=s.propellant_kg - propellant_kg) if s.name == name else s
                for s in self.members
            )
        )


@dataclass(frozen=True)
class Check:
    """A requirement on a flight: value, limit, and whether it holds."""

    name: str
    value: float
    unit: str
    limit: float
    relation: str = "<="

    @property
    def ok(self) -> bool:
        """Whether the value keeps the limit (NaN never does)."""
        return bool(self.value <= self.limit if self.relation == "<=" else self.value >= self.limit)


@dataclass(frozen=True, eq=False)
class Happening:
    """Something that happened: a burn, or an instant worth a line in the timeline.

    Attributes
    ----------
    name : str
        From the list of INTERFACE names.
    state : State
        At the instant (of ignition, for a burn), about the body named by its center.
    end : Epoch or None
        Cut-off of a burn.
    dv_m_s : float or None
        A burn's integral of thrust over mass.
    spacecraft : str
    mass_before_kg, mass_after_kg : float or None
    branch : str or None
    stage : str or None
        The upper stage that burns or is dropped: its mass is part of the masses, and not of the
        spacecraft's.
    members : tuple of str
        The spacecraft it happens to; set by the chain, as is
    propellant_of : str or None
        the one whose propellant a burn takes.
    """

    name: str
    state: State
    spacecraft: str = "stack"
    end: Epoch | None = None
    dv_m_s: float | None = None
    mass_before_kg: float | None = None
    mass_after_kg: float | None = None
    branch: str | None = None
    stage: str | None = None
    members: tuple[str, ...] = ()
    propellant_of: str | None = None

    @property
    def epoch(self) -> Epoch:
        """The instant."""
        return self.state.epoch


@dataclass(frozen=True, eq=False)
class Condition:
    """Where a phase starts or ends: a state and a stack, or a launch that is not yet pinned down.

    Attributes
    ----------
    stack : Stack
        The spacecraft flying together.
    state : State, optional
    departure : optional
        An open launch.
    others : tuple of Condition, optional
        The other groups of the mission. As the end of a leg, None leaves them as they were.
    """

    stack: Stack
    state: State | None = None
    departure: Any = None
    others: tuple[Condition, ...] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The spacecraft of the group."""
        return tuple(craft.name for craft in self.stack.members)

    def group(self, name: str) -> Condition:
        """Return the other group a spacecraft flies in; raises UnknownName."""
        others = self.others or ()
        for other in others:
            if name in other.names:
                return other
        raise UnknownName("spacecraft apart", name, [n for other in others for n in other.names])


@dataclass(frozen=True, eq=False)
class Leg:
    """What a phase gives back.

    Attributes
    ----------
    kind : str
        The phase.
    end : Condition
    trajectory : Trajectory or None
        The arcs flown.
    happenings, checks : tuple
    begins : Epoch or None
        Where it takes over, if before the end of the leg before it.
    status : str
        `converged`, or why not.
    remedy : str
        What would help, in words.
    solution : dict
        Figures of the solve, merged into the result's `solution`.
    members : tuple of str
        The spacecraft that fly it; set by the chain.
    beside : tuple of (names, Trajectory)
        What other groups flew meanwhile, such as the target of a rendezvous.
    """

    kind: str
    end: Condition
    trajectory: Trajectory | None = None
    happenings: tuple[Happening, ...] = ()
    checks: tuple[Check, ...] = ()
    begins: Epoch | None = None
    status: str = "converged"
    remedy: str = ""
    solution: dict[str, Any] = field(default_factory=dict)
    members: tuple[str, ...] = ()
    beside: tuple[tuple[tuple[str, ...], Trajectory], ...] = ()


@dataclass(frozen=True, eq=False)
class Context:
    """What the chain lends to every phase: the sky, the force models, a way to report progress."""

    env: Environment
    model: Model
    report: Callable[[str], None] = lambda _message: None
    phases_n: int = 0

    def after(self, legs_n: int) -> Context:
        """Return it for the phase that comes after so many: what it reports says where it is."""
        return replace(self, report=lambda text: self.report(Tally(text, legs_n, self.phases_n)))


class Phase(Protocol):
    """A leg of a mission, ready to be flown from a condition."""

    def fly(self, start: Condition, context: Context) -> list[Leg]:
        """Return the leg, or the alternatives where there are several."""
