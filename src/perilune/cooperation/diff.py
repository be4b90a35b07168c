"""What is different between two variants of a study: who fills which role, and what else is set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from perilune.cooperation.candidate_file import CandidateFile
from perilune.cooperation.canonical import plain, same
from perilune.cooperation.diff_results import ResultDiff
from perilune.cooperation.study_file import MissionFile, StudyFile, VariantFile
from perilune.errors import UnknownName

_FIELDS = tuple(k for k in VariantFile.model_fields if k not in ("name", "set"))


@dataclass(frozen=True)
class Filled:
    """Who fills a role: the candidates' names and their providers, in the order they stand."""

    candidates: tuple[str, ...]
    providers: tuple[str, ...]

    def text(self) -> str:
        """Return it in words: `queqiao (cnsa)`, `nobody`."""
        pairs = zip(self.candidates, self.providers, strict=True)
        return ", ".join(f"{name} ({provider})" for name, provider in pairs) or "nobody"


@dataclass(frozen=True)
class RoleChange:
    """A role of a mission that somebody else fills."""

    mission: str
    role: str
    before: Filled
    after: Filled

    def text(self) -> str:
        """Return it as one line."""
        return f"{self.mission}, {self.role}: {self.before.text()} -> {self.after.text()}"


@dataclass(frozen=True)
class SettingChange:
    """Anything else that is different: a path of `set`, a field, a mission that is in or out.

    None stands for what is left as the mission's own file has it.
    """

    path: str
    before: Any
    after: Any

    def text(self) -> str:
        """Return it as one line."""
        return f"{self.path}: {_shown(self.before)} -> {_shown(self.after)}"


@dataclass(frozen=True)
class StudyDiff:
    """What is different between two variants.

    Attributes
    ----------
    a, b : str
        Their names.
    roles : tuple of RoleChange
    settings : tuple of SettingChange
    results : ResultDiff or None
        Where both were evaluated.
    """

    a: str
    b: str
    roles: tuple[RoleChange, ...]
    settings: tuple[SettingChange, ...]
    results: ResultDiff | None = None

    @property
    def is_empty(self) -> bool:
        """Whether both say the same (and, where evaluated, came out the same)."""
        quiet = self.results is None or self.results.is_empty
        return not self.roles and not self.settings and quiet

    def text(self) -> str:
        """Return it as lines for people."""
        parts = {
            "roles": [each.text() for each in self.roles],
            "settings": [each.text() for each in self.settings],
            "results": [each.text() for each in self.results.changes] if self.results else [],
        }
        lines = [f"{self.a} -> {self.b}"]
        for title, changes in parts.items():
            lines += [f"{title}:", *(f"  {each}" for each in changes)] if changes else []
        return "\n".join(lines if len(lines) > 1 else [*lines, "no difference"])

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "a": self.a,
            "b": self.b,
            "roles": [
                {
                    "mission": each.mission,
                    "role": each.role,
                    "from": _filled(each.before),
                    "to": _filled(each.after),
                }
                for each in self.roles
            ],
            "settings": [
                {"path": each.path, "from": plain(each.before), "to": plain(each.after)}
                for each in self.settings
            ],
            "results": None if self.results is None else self.results.to_json(),
        }


def diff(
    a: VariantFile | str,
    b: VariantFile | str,
    study: StudyFile,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> StudyDiff:
    """Return what is different in variant `b` from variant `a` of a study.

    Parameters
    ----------
    a, b : VariantFile or str
        Variants (also of proposals), or names of variants of the study.
    study : StudyFile
    before, after : mapping, optional
        What `a` and `b` came to: their entries under `variants` in the JSON of `study`.

    Raises
    ------
    UnknownName
        Where there is no such variant, mission, candidate or role; names the nearest.
    """
    one, other = _variant(a, study), _variant(b, study)
    results = None if before is None or after is None else ResultDiff.of(before, after)
    roles = _roles(one, other, study)
    return StudyDiff(one.name, other.name, roles, _settings(one, other, study), results)


def roles_filled(variant: VariantFile, mission: MissionFile, study: StudyFile) -> dict[str, Filled]:
    """Return who fills each role of a mission in a variant, dropped partners taken out.

    Raises
    ------
    UnknownName
        Where a role or a candidate is not known.
    """
    candidates = {each.name: each for each in study.candidate}
    asked: dict[str, Any] = {str(role): names for role, names in mission.roles.items()}
    start = f"{mission.name}.roles."
    for path, names in variant.set.items():
        if path.startswith(start):
            asked[path.removeprefix(start)] = names
    return {
        role: _filled_by(names, f"{start}{role}", candidates, variant.drop)
        for role, names in asked.items()
    }


def _filled_by(
    names: Any, key: str, candidates: Mapping[str, CandidateFile], drop: list[str]
) -> Filled:
    each = names if isinstance(names, list) else [] if names is None else [names]
    listed = [str(name) for name in each]
    for name in listed:
        if name not in candidates:
            raise UnknownName("candidate", name, candidates, key=key)
    kept = [name for name in listed if candidates[name].provider not in drop]
    return Filled(tuple(kept), tuple(candidates[name].provider for name in kept))


def _roles(a: VariantFile, b: VariantFile, study: StudyFile) -> tuple[RoleChange, ...]:
    found = []
    for mission in study.mission:
        if not (_flies(a, mission.name) and _flies(b, mission.name)):
            continue
        one, other = roles_filled(a, mission, study), roles_filled(b, mission, study)
        nobody = Filled((), ())
        for role in dict.fromkeys([*one, *other]):
            old, new = one.get(role, nobody), other.get(role, nobody)
            if old != new:
                found.append(RoleChange(mission.name, role, old, new))
    return tuple(found)


def _settings(a: VariantFile, b: VariantFile, study: StudyFile) -> tuple[SettingChange, ...]:
    missions = {each.name: each for each in study.mission}
    stations = {each.name: each for each in study.station}
    found = []
    for path in sorted({*a.set, *b.set}):
        name, _, rest = path.partition(".")
        if name not in missions and name not in stations:
            raise UnknownName("mission or station", name, [*missions, *stations], key=f"set.{path}")
        if name in missions and rest.startswith("roles."):
            continue
        own = _own(missions.get(name) or stations[name], rest)
        found.append(SettingChange(path, a.set.get(path, own), b.set.get(path, own)))
    for name in [*missions, *stations]:
        found.append(SettingChange(f"{name}: flown", _flies(a, name), _flies(b, name)))
    for key in _FIELDS:
        if key != "missions":
            found.append(SettingChange(key, getattr(a, key), getattr(b, key)))
    return tuple(each for each in found if not same(each.before, each.after))


def _own(part: Any, path: str) -> Any:
    """Return what a mission or station has itself at a path of a variant."""
    if path.startswith("set."):
        return part.set.get(path.removeprefix("set."))
    return getattr(part, path, None) if path in type(part).model_fields else None


def _flies(variant: VariantFile, mission: str) -> bool:
    return variant.missions is None or mission in variant.missions


def _variant(variant: VariantFile | str, study: StudyFile) -> VariantFile:
    known = {each.name: each for each in study.variant}
    if isinstance(variant, VariantFile):
        return variant
    if variant not in known:
        raise UnknownName("variant", variant, known)
    return known[variant]


def _filled(who: Filled) -> dict[str, list[str]]:
    return {"candidates": list(who.candidates), "providers": list(who.providers)}


def _shown(value: Any) -> str:
    if value is None:
        return "as it stands"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(plain(value)) if str(value) else "none"
