"""A variant laid over its study: who does what, and what each mission becomes with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from perilune.cooperation.candidate_file import ROLES, CandidateFile
from perilune.cooperation.changes import changes_of, literal
from perilune.cooperation.study import Study, named
from perilune.cooperation.study_file import MissionFile, StationCaseFile, VariantFile
from perilune.errors import InputError, UnknownName
from perilune.scenarios.load import SCENARIOS

ESSENTIAL = ("launcher", "orbiter", "lander", "ascender", "return_capsule")
"""Without these a mission that has them does not fly."""


def is_essential(mission: MissionFile, role: str) -> bool:
    """Whether a mission that has the role does not fly without it; behind the Moon a relay is."""
    return role in ESSENTIAL or (role == "relay" and mission.lands_on_far_side)


@dataclass(frozen=True)
class Seat:
    """A role filled: who brings what."""

    role: str
    candidate: CandidateFile


@dataclass(frozen=True)
class Part:
    """A mission under a variant.

    Attributes
    ----------
    mission : MissionFile
    seats : tuple of Seat
    empty : tuple of str
        Roles nobody fills any more.
    changes : mapping
        What differs in its scenario: values by path.
    planned : date
    """

    mission: MissionFile
    seats: tuple[Seat, ...]
    empty: tuple[str, ...]
    changes: Mapping[str, Any]
    planned: date

    @property
    def name(self) -> str:
        """Of the mission."""
        return self.mission.name

    @property
    def partners(self) -> tuple[str, ...]:
        """Who takes part, the lead first."""
        return tuple(
            dict.fromkeys([self.mission.lead, *(s.candidate.provider for s in self.seats)])
        )

    @property
    def lacks(self) -> tuple[str, ...]:
        """The empty roles without which it does not fly."""
        return tuple(role for role in self.empty if is_essential(self.mission, role))

    def of(self, role: str) -> list[CandidateFile]:
        """Return who fills a role."""
        return [seat.candidate for seat in self.seats if seat.role == role]

    @property
    def overrides(self) -> list[str]:
        """The changes as `path.to.key=value`."""
        return [f"{path}={literal(value)}" for path, value in self.changes.items()]

    @cached_property
    def document(self) -> dict[str, Any]:
        """The content of its scenario with the changes."""
        return SCENARIOS.document(self.mission.scenario, self.overrides)

    def phase(self, kind: str) -> dict[str, Any]:
        """Return its first phase of a kind; nothing where there is none."""
        found = (p for p in self.document.get("phase", []) if p.get("kind") == kind)
        return next(found, {})


@dataclass(frozen=True)
class Arrangement:
    """A variant laid over its study.

    Attributes
    ----------
    study : Study
    variant : VariantFile
    parts : tuple of Part
    stations : tuple of StationCaseFile
    out : mapping
        Missions and stations that are left out, with why.
    """

    study: Study
    variant: VariantFile
    parts: tuple[Part, ...]
    stations: tuple[StationCaseFile, ...]
    out: Mapping[str, str]

    @property
    def partners(self) -> tuple[str, ...]:
        """Who takes part in anything."""
        found = [who for part in self.parts for who in part.partners]
        found += [who for each in self.stations for who in (each.lead, *each.partners)]
        return tuple(dict.fromkeys(found))

    def part(self, name: str) -> Part:
        """Return a mission; raises UnknownName."""
        for part in self.parts:
            if part.name == name:
                return part
        raise UnknownName("mission of the variant", name, [p.name for p in self.parts])


def arrange(study: Study, variant: VariantFile, key: str = "variant") -> Arrangement:
    """Return a variant laid over its study.

    Raises
    ------
    InputError
        Where the variant names what is not there, or contradicts itself.
    """
    own = _by_owner(study, variant, key)
    known = [*study.missions, *study.stations]
    chosen = set(known if variant.missions is None else variant.missions)
    for name in sorted(chosen - set(known)):
        raise UnknownName("mission of the study", name, known, key=f"{key}.missions")
    for name in sorted(set(own) - chosen):
        raise InputError(
            f"changes '{name}', which `missions` leaves out: expected one of both", key=f"{key}.set"
        )
    everything: dict[str, MissionFile | StationCaseFile] = {**study.missions, **study.stations}
    out = {name: "not part of this variant" for name in everything if name not in chosen}
    for name, each in everything.items():
        if name in chosen and each.lead in variant.drop:
            out[name] = f"{each.lead} leads it and is not taking part"
    parts = [
        part_of(study, mission, variant, own.get(name, {}), key)
        for name, mission in study.missions.items()
        if name not in out
    ]
    stations = [
        _station(station, variant, own.get(name, {}), key)
        for name, station in study.stations.items()
        if name not in out
    ]
    return Arrangement(study, variant, tuple(parts), tuple(stations), out)


def _by_owner(study: Study, variant: VariantFile, key: str) -> dict[str, dict[str, Any]]:
    """Return what the variant sets, by mission or station."""
    known = [*study.missions, *study.stations]
    found: dict[str, dict[str, Any]] = {}
    for path, value in variant.set.items():
        owner, dot, rest = path.partition(".")
        if owner not in known:
            raise UnknownName("mission or station", owner, known, key=f"{key}.set.{path}")
        if not dot:
            raise InputError(
                f"found '{path}', expected {owner}.roles.ROLE, {owner}.set.PATH or {owner}.planned",
                key=f"{key}.set",
            )
        found.setdefault(owner, {})[rest] = value
    return found


def part_of(
    study: Study, mission: MissionFile, variant: VariantFile, own: Mapping[str, Any], key: str
) -> Part:
    """Return a mission with what a variant changes in it: `roles.ROLE`, `set.PATH`, `planned`.

    Raises
    ------
    InputError
        Where that names what is not there, or contradicts itself.
    """
    roles: dict[str, tuple[str, ...]] = {r: named(given) for r, given in mission.roles.items()}
    changes, planned = dict(mission.set), mission.planned
    for path, value in own.items():
        where = f"{key}.set.{mission.name}.{path}"
        kind, _, rest = path.partition(".")
        if kind == "roles":
            if rest not in ROLES:
                raise UnknownName("role", rest, ROLES, key=where)
            roles[rest] = _names(value, where)
            for name in roles[rest]:
                study.require_candidate(mission.name, rest, name, where)
                _require_there(study.candidates[name], variant, where)
        elif kind == "set" and rest:
            changes[rest] = value
        elif kind == "planned":
            planned = _day(value, where)
        else:
            raise InputError(f"found '{path}', expected roles.ROLE, set.PATH or planned", key=where)
    seats, empty = [], []
    for role, names in roles.items():
        there = [study.candidates[name] for name in names]
        kept = [each for each in there if each.provider not in variant.drop]
        seats += [Seat(role, each) for each in kept]
        if there and not kept:
            empty.append(role)
    changes = changes_of(mission, [seat.candidate for seat in seats], changes, key)
    return Part(mission, tuple(seats), tuple(empty), changes, planned)


def _require_there(candidate: CandidateFile, variant: VariantFile, key: str) -> None:
    if candidate.provider in variant.drop:
        raise InputError(
            f"found '{candidate.name}' of {candidate.provider}, which the variant drops: expected "
            "one of both",
            key=key,
        )


def _station(
    station: StationCaseFile, variant: VariantFile, own: Mapping[str, Any], key: str
) -> StationCaseFile:
    changed: dict[str, Any] = {
        "set": dict(station.set),
        "partners": [who for who in station.partners if who not in variant.drop],
    }
    for path, value in own.items():
        kind, _, rest = path.partition(".")
        where = f"{key}.set.{station.name}.{path}"
        if kind == "station" and isinstance(value, str):
            changed["station"] = value
        elif kind == "set" and rest:
            changed["set"][rest] = value
        elif kind == "partners":
            changed["partners"] = list(_names(value, where))
        else:
            raise InputError(f"found '{path}', expected station, set.PATH or partners", key=where)
    return station.model_copy(update=changed)


def _names(value: Any, key: str) -> tuple[str, ...]:
    if isinstance(value, str):
        return named(value)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return named(value)
    raise InputError(f"found {value!r:.40}, expected a name in quotes, or a list of them", key=key)


def _day(value: Any, key: str) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise InputError(f"found {value!r:.40}, expected a date such as 2019-10-01", key=key)
