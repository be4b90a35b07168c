"""A study for another partner: private fields become interface values, or are taken out.

What comes out is a study's file that can be evaluated. It names what was withheld. Before it is
given back it is searched for the private values; hashes of earlier versions are left out of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from perilune.cooperation.candidate_file import CandidateFile
from perilune.cooperation.canonical import json_text, toml_text
from perilune.cooperation.leaks import derivable, leaks, secrets_of
from perilune.cooperation.private import masked
from perilune.cooperation.proposal import Proposal, variant_document
from perilune.cooperation.study_file import StudyFile
from perilune.errors import InputError, UnknownName
from perilune.formats.files import write_whole
from perilune.formats.toml_file import parse
from perilune.scenarios.load import SCENARIOS
from perilune.scenarios.overlay import apply


@dataclass(frozen=True)
class Withheld:
    """What one candidate keeps to itself: names of fields, no values.

    Attributes
    ----------
    candidate, provider : str
    fields : tuple of str
        As `private` names them.
    """

    candidate: str
    provider: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Export:
    """A study as another partner gets it.

    Attributes
    ----------
    study : StudyFile
    to : str or None
        Whom it is for; None for everybody.
    withheld : tuple of Withheld
    """

    study: StudyFile = field(repr=False)
    to: str | None
    withheld: tuple[Withheld, ...]

    def text(self, *, form: str = "toml") -> str:
        """Return the study's file, `toml` or `json`."""
        content = document(self.study)
        if form == "json":
            return json_text(content)
        lines = [f"Study '{self.study.name}' for {self.to or 'everybody'}."]
        lines += [
            f"Withheld by {each.provider}, of {each.candidate}: {', '.join(each.fields)}."
            for each in self.withheld
        ]
        return toml_text(content, comment="\n".join(lines))

    def save(self, path: str | Path) -> Path:
        """Write the file (`.toml` or `.json`); raises InputError where it cannot be written."""
        path = Path(path)
        if path.suffix not in (".toml", ".json"):
            raise InputError("expected a name that ends in .toml or .json", file=str(path))
        write_whole(path, self.text(form=path.suffix[1:]))
        return path


def export(
    study: StudyFile, to: str | None, *, folder: str | Path = ".", chance: Sequence[str] = ()
) -> Export:
    """Return a study as another partner may have it.

    Parameters
    ----------
    study : StudyFile
    to : str or None
        The partner; its own candidates stay as they are. None withholds from everybody.
    folder : str or Path
        What scenario files are relative to.
    chance : sequence of str
        Places that hold a private value by chance (`candidate.queqiao.mass_kg`).

    Raises
    ------
    UnknownName
        Where the study has no such partner, or a candidate no such field.
    InputError
        Where a private mass has no interface value, or a private value would still stand
        somewhere or follow from others; says where, never what.

    Notes
    -----
    Private masses of spacecraft are replaced so that the whole weighs the envelope
    (`needs.mass_kg`). Where both dry mass and propellant are private it splits as in the scenario.
    Model limits: the launch is then judged with the envelope and its margin; the propellant margin
    of that spacecraft is the scenario's split and not its owner's. Scenario files are not exported.
    """
    if to is not None and to not in study.partners:
        raise UnknownName("partner of the study", to, study.partners)
    kept = [each for each in study.candidate if each.provider != to]
    content = document(study) | {
        "candidate": [
            masked(each, _ScenarioMasses(study, Path(folder))) if each in kept else _table(each)
            for each in study.candidate
        ]
    }
    for variant in content["variant"]:
        variant.pop("parent", None)
    if not content["candidate"]:
        del content["candidate"]
    _require_discreet(
        leaks(content, secrets_of(study.candidate, to), chance=chance)
        + [line for each in kept for line in derivable(each)]
    )
    made = _validated(content)
    return Export(made, to, _withheld(made, to))


def require_discreet(
    proposal: Proposal, study: StudyFile, *, to: str | None, chance: Sequence[str] = ()
) -> None:
    """Refuse a proposal whose variant would tell a partner a private value of the study.

    Parameters
    ----------
    proposal : Proposal
    study : StudyFile
    to : str or None
        The partner, who knows its own; None: anybody.
    chance : sequence of str
        Places that hold a private value by chance (`variant.mine.summary`).

    Raises
    ------
    InputError
        Says where, never what.
    """
    content = {"variant": [variant_document(proposal.variant)]}
    _require_discreet(leaks(content, secrets_of(study.candidate, to), chance=chance))


def document(study: StudyFile) -> dict[str, Any]:
    """Return what a study's file says, without the keys that are left at their defaults."""
    return study.model_dump(mode="python", exclude_defaults=True, by_alias=True)


class _ScenarioMasses:
    """The masses that the scenario of a candidate's mission has by itself."""

    def __init__(self, study: StudyFile, folder: Path) -> None:
        self._study, self._folder = study, folder

    def __call__(self, candidate: CandidateFile) -> Mapping[str, float]:
        crafts = {path.split(".")[1] for path in (*candidate.set, *candidate.add) if "." in path}
        for mission in self._study.mission:
            if candidate.fits and mission.name not in candidate.fits:
                continue
            content = self._scenario(mission.scenario)
            for path, value in mission.set.items():
                content = apply(content, path, value)
            found = _masses(content)
            if any(f"spacecraft.{craft}.dry_mass_kg" in found for craft in crafts):
                return found
        return {}

    def _scenario(self, name: str) -> dict[str, Any]:
        known = name in SCENARIOS.names()
        text, where = SCENARIOS.read(name if known else str(self._folder / name))
        return parse(text, where, SCENARIOS.what)


def _masses(scenario: dict[str, Any]) -> dict[str, float]:
    return {
        f"spacecraft.{craft.get('name')}.{key}": float(craft[key])
        for craft in scenario.get("spacecraft", [])
        for key in ("dry_mass_kg", "propellant_kg")
        if key in craft
    }


def _table(candidate: CandidateFile) -> dict[str, Any]:
    return candidate.model_dump(mode="python", exclude_defaults=True)


def _require_discreet(found: list[str]) -> None:
    if not found:
        return
    shown = "; ".join(found[:5]) + (f"; and {len(found) - 5} more" if len(found) > 5 else "")
    raise InputError(
        f"this would give private values away: {shown}. Make that private too, add a margin, or "
        "take it out; what is the same by chance, name in `chance`"
    )


def _validated(content: dict[str, Any]) -> StudyFile:
    """Return the exported study; a finding of the schema would show values, so it is not raised."""
    places: list[str] = []
    try:
        return StudyFile.model_validate(content)
    except ValidationError as error:
        places = [".".join(map(str, each["loc"])) for each in error.errors()]
    raise InputError(f"the export would not be a valid study: {', '.join(places)}")


def _withheld(study: StudyFile, to: str | None) -> tuple[Withheld, ...]:
    return tuple(
        Withheld(each.name, each.provider, tuple(each.withheld))
        for each in study.candidate
        if each.withheld and each.provider != to
    )
