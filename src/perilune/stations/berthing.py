"""Ports and the ships that use them over time: what mates, what is taken, what is free."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from perilune.astro.epoch import Epoch
from perilune.errors import UnknownName
from perilune.stations.complex import Complex
from perilune.stations.docking import HasPort, Standard, why_not_mate
from perilune.stations.plan import Plan, after
from perilune.stations.visit import TOGETHER_S, Berth, Visit


@dataclass(frozen=True)
class Dock:
    """A port of the station for ships.

    Attributes
    ----------
    name : str
        `MODULE.PORT`.
    port : Port
    since, until : Epoch or None
        Between these it is there for ships: before, its module has not come; after, something
        else has taken it.
    """

    name: str
    port: HasPort
    since: Epoch | None = None
    until: Epoch | None = None

    def is_open(self, berth: Berth) -> bool:
        """Tell whether the dock is there for the whole of a stay."""
        early = self.since is not None and berth.start - self.since < 0.0
        late = self.until is not None and (berth.stop is None or berth.stop - self.until > 0.0)
        return not (early or late)


def docks_of(found: Complex) -> list[Dock]:
    """Return the free ports of a complex that have a hatch as docks."""
    free = ((f"{module}.{port.name}", port) for module, port in found.free_ports())
    return [Dock(name, port) for name, port in free if port.hatch]


def docks_over_time(plan: Plan) -> list[Dock]:
    """Return the ports for ships as a plan builds a station, each with when it is there.

    A port that modules take in between is there several times. The plan's own ships take none:
    who comes when is asked apart.
    """
    found, made = Complex(), []
    since: dict[str, Dock] = {}
    for step in plan.steps:
        found = after(found, step, plan)
        modules = [part.name for part in found.placed if not part.module.is_ship]
        free = {dock.name: dock for dock in docks_of(found.only(modules))}
        made += [
            replace(since.pop(name), until=step.instant) for name in list(since) if name not in free
        ]
        since |= {n: replace(d, since=step.instant) for n, d in free.items() if n not in since}
    made += since.values()
    order = {name: place for place, name in enumerate(dict.fromkeys(dock.name for dock in made))}
    return sorted(made, key=lambda dock: order[dock.name])


def assigned(
    visits: Sequence[Visit], docks: Sequence[Dock], standards: Mapping[str, Standard]
) -> list[Visit]:
    """Return the visits, those without a port in the first dock free for all of their stay.

    In the order of docking; docks are tried in the order given. A visit for which none is free
    keeps no port: `port_troubles` says why.
    """
    taken = [berth for found in visits for berth in found.berths]
    made: dict[int, Visit] = {}
    for number in sorted(range(len(visits)), key=lambda n: float(visits[n].docking.j2000_s)):
        found = visits[number]
        for dock in docks if not found.port else ():
            berth = Berth(dock.name, found.name, found.docking, found.undocking)
            mates = not why_not_mate(found.ship, dock.port, standards)
            if mates and dock.is_open(berth) and not _met(berth, taken):
                found = replace(found, port=dock.name)
                taken.append(berth)
                break
        made[number] = found
    return [made[number] for number in range(len(visits))]


def port_troubles(
    visits: Sequence[Visit], docks: Sequence[Dock], standards: Mapping[str, Standard]
) -> dict[str, tuple[str, ...]]:
    """Return what is wrong with the ports, in words, by the name of the visit.

    Raises
    ------
    UnknownName
        Where a visit names a port that the station has not.
    """
    by_name: dict[str, list[Dock]] = {}
    for dock in docks:
        by_name.setdefault(dock.name, []).append(dock)
    berths = [berth for found in visits for berth in found.berths]
    troubles: dict[str, list[str]] = {found.name: [] for found in visits}
    for found in visits:
        if not found.port:
            troubles[found.name].append(_why_none(found, docks, standards, berths))
        for berth in found.berths:
            if berth.port not in by_name:
                raise UnknownName("port of the station", berth.port, by_name, key="port")
            own = by_name[berth.port]
            why = why_not_mate(found.ship, own[0].port, standards)
            if why:
                troubles[found.name].append(f"port {berth.port}: {why}")
            if not any(dock.is_open(berth) for dock in own):
                troubles[found.name].append(f"port {berth.port} is not there for all of its stay")
    for a, b in itertools.combinations(berths, 2):
        if a.visit != b.visit and _overlap(a, b):
            later, other = (a, b) if a.start - b.start > 0.0 else (b, a)
            troubles[later.visit].append(f"port {a.port} is taken by {other.visit}")
    return {name: tuple(words) for name, words in troubles.items()}


def _why_none(
    found: Visit,
    docks: Sequence[Dock],
    standards: Mapping[str, Standard],
    berths: Sequence[Berth],
) -> str:
    reasons = [why_not_mate(found.ship, dock.port, standards) for dock in docks]
    fitting = [dock for dock, why in zip(docks, reasons, strict=True) if not why]
    if not fitting:
        return f"no port it mates with: {reasons[0] if reasons else 'the station has none'}"
    stays = {
        dock.name: Berth(dock.name, found.name, found.docking, found.undocking) for dock in fitting
    }
    there = {dock.name: stays[dock.name] for dock in fitting if dock.is_open(stays[dock.name])}
    if not there:
        return f"no port it mates with is there for all of its stay: {', '.join(stays)} at times"
    others = [held.visit for stay in there.values() for held in _met(stay, berths)]
    held_by = f", taken by {', '.join(dict.fromkeys(others))}" if others else ""
    return f"no free port: {', '.join(there)}{held_by}"


def _met(berth: Berth, taken: Sequence[Berth]) -> list[Berth]:
    return [other for other in taken if _overlap(berth, other)]


def _overlap(a: Berth, b: Berth) -> bool:
    if a.port != b.port:
        return False
    a_first = a.stop is not None and a.stop - b.start <= TOGETHER_S
    b_first = b.stop is not None and b.stop - a.start <= TOGETHER_S
    return not (a_first or b_first)
