"""A study: missions and stations with roles, candidates for them, and variants of cooperation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from perilune.catalog.book import Catalog
from perilune.cooperation.candidate_file import CandidateFile
from perilune.cooperation.study_file import MissionFile, StationCaseFile, StudyFile, VariantFile
from perilune.errors import InputError, UnknownName


@dataclass(frozen=True)
class Study:
    """A study's file with its catalogue.

    Attributes
    ----------
    file : StudyFile
    book : Catalog

    Raises
    ------
    InputError
        Where names do not fit together: says which key.
    """

    file: StudyFile
    book: Catalog

    def __post_init__(self) -> None:
        self._require_once()
        self._require_partners()
        self._require_candidates()
        require_order({m.name: m.after for m in self.file.mission})
        if self.file.baseline not in self.variants:
            raise UnknownName("variant", self.file.baseline, self.variants, key="baseline")

    @property
    def name(self) -> str:
        """Of the study."""
        return self.file.name

    @property
    def as_of(self) -> date:
        """The day whose knowledge and law count."""
        return self.file.as_of

    @cached_property
    def candidates(self) -> Mapping[str, CandidateFile]:
        """Candidates by name."""
        return {candidate.name: candidate for candidate in self.file.candidate}

    @cached_property
    def missions(self) -> Mapping[str, MissionFile]:
        """Missions by name."""
        return {mission.name: mission for mission in self.file.mission}

    @cached_property
    def stations(self) -> Mapping[str, StationCaseFile]:
        """Stations by name."""
        return {station.name: station for station in self.file.station}

    @cached_property
    def variants(self) -> Mapping[str, VariantFile]:
        """Variants by name."""
        return {variant.name: variant for variant in self.file.variant}

    def variant(self, name: str) -> VariantFile:
        """Return a variant; raises UnknownName."""
        if name not in self.variants:
            raise UnknownName(f"variant of '{self.name}'", name, self.variants)
        return self.variants[name]

    def candidates_for(self, mission: str, role: str) -> list[CandidateFile]:
        """Return who can fill a role of a mission."""
        return [
            each
            for each in self.file.candidate
            if each.role == role and (not each.fits or mission in each.fits)
        ]

    # ---- what has to fit

    def _require_once(self) -> None:
        for what in ("candidate", "mission", "station", "variant"):
            seen: set[str] = set()
            for number, each in enumerate(getattr(self.file, what)):
                if each.name in seen:
                    raise InputError(
                        f"{what} '{each.name}' stands twice: expected once",
                        key=f"{what}[{number}].name",
                    )
                seen.add(each.name)
        both = set(self.missions) & set(self.stations)
        if both:
            raise InputError(
                f"'{min(both)}' is a mission and a station: expected one", key="station"
            )

    def _require_partners(self) -> None:
        known = self.book.table("agencies")
        for number, name in enumerate(self.file.partners):
            if name not in known:
                raise UnknownName("partner", name, known, key=f"partners[{number}]")
        for key, name in self._named_partners():
            if name not in self.file.partners:
                raise UnknownName("partner of the study", name, self.file.partners, key=key)

    def _named_partners(self) -> Iterable[tuple[str, str]]:
        for n, candidate in enumerate(self.file.candidate):
            yield f"candidate[{n}].provider", candidate.provider
        for n, mission in enumerate(self.file.mission):
            yield f"mission[{n}].lead", mission.lead
        for n, station in enumerate(self.file.station):
            yield f"station[{n}].lead", station.lead
            for m, name in enumerate(station.partners):
                yield f"station[{n}].partners[{m}]", name
        for n, variant in enumerate(self.file.variant):
            for m, name in enumerate(variant.drop):
                yield f"variant[{n}].drop[{m}]", name

    def _require_candidates(self) -> None:
        for n, mission in enumerate(self.file.mission):
            for role, given in mission.roles.items():
                for name in named(given):
                    self.require_candidate(mission.name, role, name, f"mission[{n}].roles.{role}")
            for m, before in enumerate(mission.after):
                if before not in self.missions:
                    raise UnknownName(
                        "mission of the study",
                        before,
                        self.missions,
                        key=f"mission[{n}].after[{m}]",
                    )

    def require_candidate(self, mission: str, role: str, name: str, key: str) -> None:
        """Refuse a candidate that is not there, or not for this role or mission."""
        if name not in self.candidates:
            fitting = [c.name for c in self.candidates_for(mission, role)]
            if not fitting:
                raise InputError(
                    f"found '{name}', and no candidate for the role {role} of '{mission}': "
                    "expected a [[candidate]] with it",
                    key=key,
                )
            raise UnknownName(f"candidate for {role}", name, fitting, key=key)
        found = self.candidates[name]
        if found.role != role:
            raise InputError(f"'{name}' is for the role {found.role}, expected {role}", key=key)
        if found.fits and mission not in found.fits:
            fits = ", ".join(found.fits)
            raise InputError(f"'{name}' fits {fits}: expected '{mission}' among them", key=key)


def named(given: str | Sequence[str]) -> tuple[str, ...]:
    """Return the candidates' names in a role; an empty text is nobody."""
    names = [given] if isinstance(given, str) else given
    return tuple(name for name in names if name)


def require_order(after: Mapping[str, Sequence[str]], key: str = "mission.after") -> None:
    """Refuse missions that wait for each other in a circle; names it."""
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        if name in way:
            circle = " after ".join([*way[way.index(name) :], name])
            raise InputError(f"a circle of dependencies: {circle}", key=key)
        if name in done:
            return
        for before in after.get(name, ()):
            visit(before, (*way, name))
        done.add(name)

    for name in after:
        visit(name, ())
