"""The shape of a study's file: partners, missions with their roles, candidates, variants."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, field_validator

from perilune.catalog.shape_policy import SETTINGS
from perilune.cooperation.candidate_file import CandidateFile, Role
from perilune.scenarios.part import Name, Part, file_list, whole_schema

Status = Literal["draft", "offered", "countered", "accepted", "withdrawn"]
STATUSES: tuple[Status, ...] = get_args(Status)
"""What becomes of a proposal."""


class MissionFile(Part):
    """A mission of the study: its scenario, who leads it, who fills which role.

    `roles` gives a candidate's name for each role, or several.
    """

    name: Name
    """What variants call it."""
    scenario: str
    """A bundled mission, or a mission file beside this one."""
    lead: str
    """Partner who leads it."""
    title: str = ""
    """One line about it."""
    objective: str = ""
    """What it is for: missions alike are found by it."""
    capabilities: list[str] = []
    """What it can do: missions alike are found by it."""
    site: str | None = None
    """Where it goes: missions alike are found by it."""
    planned: date
    """Launch as announced."""
    kind: str = ""
    """What its past slips are looked up by."""
    program: str | None = None
    """Program it belongs to, which some rules name."""
    roles: dict[Role, str | list[str]] = {}
    """A candidate's name for each role, or several."""
    set: dict[str, Any] = {}
    """Paths of the scenario and what they become in this study."""
    after: list[str] = []
    """Missions it waits for."""
    pad: str | None = None
    """Missions on one pad are 30 days apart."""
    lands_on_far_side: bool = False
    """It does not fly without a relay."""
    contact_h_d: Annotated[float, Field(gt=0, le=24)] | None = None
    """Fewest hours of contact a day it does with; any will do where left out."""

    @field_validator("after")
    @classmethod
    def _not_itself(cls, value: list[str]) -> list[str]:
        if len(set(value)) != len(value):
            raise ValueError("found a mission twice, expected each once")
        return value


class RideFile(Part):
    """A module that could come to a station: on which vehicle, from which site."""

    module: str
    """Name of `perilune catalog modules` or `ships`."""
    vehicle: str
    """Name of `perilune catalog vehicles`."""
    site: str
    """Name of `perilune catalog launch_sites`."""
    mass_kg: Annotated[float, Field(gt=0, le=1e6)] | None = None
    """What is lifted, with a tug; the catalogue's mass where left out."""


class StationCaseFile(Part):
    """A station of the study: the station's file it is built by, who leads it."""

    name: Name
    """What variants call it."""
    station: str
    """A bundled station, or a station file beside this one."""
    lead: str
    """Partner who leads it."""
    partners: list[str] = []
    """Who takes part."""
    title: str = ""
    """One line about it."""
    program: str | None = None
    """Program it belongs to, which some rules name."""
    set: dict[str, Any] = {}
    """Paths of the station's file and what they become in this study."""
    rides: list[RideFile] = []
    """Modules that could come, with vehicle and site: which reach its inclination is told."""


class VariantFile(Part):
    """What a variant of cooperation changes.

    `missions` names the missions and stations it is about; all without it. `set` paths:
    `MISSION.roles.ROLE`, `MISSION.set.PATH` (the scenario's), `MISSION.planned`, `STATION.station`,
    `STATION.partners`. `drop` takes partners out. `setting` and `framework` say how the partners
    are bound together.
    """

    name: Name
    """What it is called."""
    title: str = ""
    """One line about it."""
    summary: str = ""
    """A few sentences."""
    set: dict[str, Any] = {}
    """Paths and what they become."""
    drop: list[str] = []
    """Partners who take no part."""
    missions: list[str] | None = None
    """Missions and stations it is about; all where left out."""
    setting: str | None = None
    """How the partners are bound together."""
    framework: str | None = None
    """Treaty or organization they meet in."""
    closed_routes: list[str] = []
    """Approvals that are not to be had."""
    granted: list[str] = []
    """Rules by name whose approval is in hand."""
    author: str | None = None
    """Who wrote a proposal."""
    partner: str | None = None
    """On whose behalf."""
    status: Status | None = None
    """What became of it."""
    parent: str | None = None
    """Hash of the version it follows."""

    @field_validator("setting")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is not None and value not in SETTINGS:
            raise ValueError(f"found '{value}', expected one of {', '.join(SETTINGS)}")
        return value


class EnumerateFile(Part):
    """Variants made of all assignments that match: which roles of which missions are open."""

    missions: list[str] = []
    """Whose roles are open; all where left out."""
    roles: list[Role] = []
    """Which roles are open; all where left out."""
    most_n: Annotated[int, Field(ge=1, le=100_000)] = 1000
    """Evaluated at most."""


class ScheduleFile(Part):
    """How launch dates are drawn."""

    draws_n: Annotated[int, Field(ge=100, le=1_000_000)] = 20_000
    """Histories drawn for the dates."""
    seed: Annotated[int, Field(ge=0)] = 1
    """The same seed draws the same dates."""


class StudyFile(Part):
    """A study's file."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    """Version of this format."""
    name: Name
    """Names the output folder."""
    title: str = ""
    """One line about the study."""
    as_of: date
    """The day whose knowledge and law count."""
    baseline: str
    """The variant all others stand beside."""
    partners: Annotated[list[str], Field(min_length=1)]
    """Names of `perilune catalog agencies`."""
    extends: str | None = None
    """Another study, whose keys hold where this one has none."""
    catalog: list[str] = []
    """Your own catalogue file beside this one, or a list."""
    candidate: list[CandidateFile] = []
    """What partners can bring."""
    mission: list[MissionFile] = []
    """Missions of the study."""
    station: list[StationCaseFile] = []
    """Stations of the study."""
    variant: Annotated[list[VariantFile], Field(min_length=1)]
    """Who does what, in each variant."""
    enumerate: EnumerateFile | None = None
    """For `--enumerate`: which roles are open."""
    schedule: ScheduleFile = ScheduleFile()
    """How launch dates are drawn."""

    _schema = field_validator("schema_", mode="before")(whole_schema)
    _files = field_validator("catalog", mode="before")(file_list)
