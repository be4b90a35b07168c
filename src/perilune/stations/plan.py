"""How a station comes about: modules and ships that join it, move on it and leave it, in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from perilune.astro.epoch import Epoch
from perilune.catalog.entry import Entry
from perilune.errors import InputError, nearest
from perilune.stations.complex import Complex
from perilune.stations.docking import Standard, why_not_mate
from perilune.stations.module import Module
from perilune.stations.station import Station

JOIN, MOVE, LEAVE = "join", "move", "leave"


@dataclass(frozen=True)
class Ride:
    """How a module or ship gets to the station.

    Attributes
    ----------
    vehicle, site : Entry
        Of the catalogue.
    launch : Epoch or None
        Lift-off; None where only the day is known (`Step.date`).
    rendezvous_h : float or None
        From lift-off to docking, as wished.
    payload_kg : float or None
        What the vehicle has to lift, where it is more than the module at docking.
    as_flown : mapping
        For comparison.
    """

    vehicle: Entry
    site: Entry
    launch: Epoch | None = None
    rendezvous_h: float | None = None
    payload_kg: float | None = None
    as_flown: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """One step of an assembly.

    Attributes
    ----------
    kind : str
        `join`, `move` or `leave`.
    name : str
        Of the module or ship as it is called on the station.
    key : str
        Where the step stands in its file: `step[3]`.
    module : Module or None
        What joins.
    port : str
        Its own.
    to : tuple of str or None
        Module and port it mates with; None for the first module.
    clocking_deg : float
    arm : str or None
        Whose arm sets it there, where that is not on board.
    date : Epoch or None
    ride : Ride or None
        For what flies up as part of the plan; without one it is there.
    """

    kind: str
    name: str
    key: str
    module: Module | None = None
    port: str = ""
    to: tuple[str, str] | None = None
    clocking_deg: float = 0.0
    arm: str | None = None
    date: Epoch | None = None
    ride: Ride | None = None

    @property
    def instant(self) -> Epoch | None:
        """When it happens: the lift-off of a flight, else the date."""
        launch = self.ride.launch if self.ride is not None else None
        return launch if launch is not None else self.date


@dataclass(frozen=True)
class Plan:
    """A station and the steps that build it.

    Attributes
    ----------
    station : Station
    steps : tuple of Step
    standards : mapping
        Docking standards by name.
    """

    station: Station
    steps: tuple[Step, ...]
    standards: Mapping[str, Standard]

    def until(self, date: Epoch | None) -> Plan:
        """Return the plan without the steps dated later; None keeps all."""
        if date is None:
            return self
        kept = (s for s in self.steps if s.instant is None or s.instant - date <= 0.0)
        return replace(self, steps=tuple(kept))


def after(found: Complex, step: Step, plan: Plan) -> Complex:
    """Return the complex after a step.

    Raises
    ------
    InputError
        Where the step makes no sense: says which key of it, what was found and what is expected.
    """
    try:
        if step.kind == LEAVE:
            _require_there(found, step, plan)
            return found.without(step.name)
        if step.kind == MOVE:
            _require_there(found, step, plan)
            module = found.part(step.name).module
            return _docked(found.without(step.name), replace(step, module=module), plan)
        return _docked(found, step, plan)
    except InputError as error:
        key = ".".join(part for part in (step.key, error.key) if part)
        raise InputError(error.problem, key=key) from None


def _docked(found: Complex, step: Step, plan: Plan) -> Complex:
    assert step.module is not None
    if step.name in found.names:
        raise InputError(
            f"'{step.name}' is docked already: expected it once; a second of its kind "
            "needs a `name` of its own",
        )
    if not found.placed:
        if step.to is not None:
            raise _not_there(step.to[0], found, step, plan)
        return found.begin(step.name, step.module)
    if step.to is None:
        raise InputError("this key is missing: expected 'MODULE.PORT' to mate with", key="to")
    if step.to[0] not in found.names:
        raise _not_there(step.to[0], found, step, plan)
    own, port = step.module.port(step.port), found.part(step.to[0]).module.port(step.to[1])
    why = why_not_mate(own, port, plan.standards)
    if why:
        raise InputError(
            f"port '{step.port}' of '{step.name}' and port '{step.to[1]}' of '{step.to[0]}': {why}"
        )
    return found.dock(step.name, step.module, step.port, step.to, step.clocking_deg)


def _require_there(found: Complex, step: Step, plan: Plan) -> None:
    if step.name not in found.names:
        raise _not_there(step.name, found, step, plan)


def _not_there(name: str, found: Complex, step: Step, plan: Plan) -> InputError:
    """Return what to say of a module that a step needs and that is not on the station."""
    later = [s for s in plan.steps if s.kind == JOIN and s.name == name]
    own = [int(s.key[5:-1]) for s in later] if later else []
    here = int(step.key[5:-1])
    if any(number > here for number in own):
        return InputError(
            f"'{name}' is not there yet: it comes with step[{min(n for n in own if n > here)}], "
            "expected it before",
            key="to" if step.to else "",
        )
    if own:
        return InputError(f"'{name}' is not there any more", key="to" if step.to else "")
    known = {s.name for s in plan.steps if s.kind == JOIN}
    near = nearest(name, known)
    hint = f" Did you mean '{near}'?" if near else ""
    return InputError(
        f"no module '{name}' on the station.{hint} There: {', '.join(found.names) or 'nothing'}",
        key="to" if step.to else "",
    )
