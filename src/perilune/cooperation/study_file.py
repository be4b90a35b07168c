"""The shape of a study's file: partners, missions with their roles, candidates, variants."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from perilune.catalog.shape_policy import CONTROLS, SETTINGS
from perilune.scenarios.part import Confidence, Name, Part, file_list, whole_schema

ROLES = (
    "launcher",
    "upper_stage",
    "orbiter",
    "lander",
    "rover",
    "instrument",
    "ascender",
    "return_capsule",
    "relay",
    "ground_network",
    "landing_zone",
    "module",
    "crew_vehicle",
    "cargo_vehicle",
    "funding",
)
"""What a partner can bring to a mission or a station."""

STATUSES = ("draft", "offered", "countered", "accepted", "withdrawn")
"""What becomes of a proposal."""

Share = Annotated[float, Field(gt=0, le=1)]
Role = Literal[
    "launcher",
    "upper_stage",
    "orbiter",
    "lander",
    "rover",
    "instrument",
    "ascender",
    "return_capsule",
    "relay",
    "ground_network",
    "landing_zone",
    "module",
    "crew_vehicle",
    "cargo_vehicle",
    "funding",
]


class InterfaceFile(Part):
    """One side of an interface: what a candidate offers to others, or needs of them."""

    docking: list[str] = []
    bands: list[str] = []
    fairing_m: Annotated[float, Field(gt=0, le=30)] | None = None
    power_w: Annotated[float, Field(ge=0, le=1e6)] | None = None
    mass_kg: Annotated[float, Field(ge=0, le=1e6)] | None = None
    data_kbit_s: Annotated[float, Field(ge=0, le=1e9)] | None = None


class ItemFile(Part):
    """What changes hands with a contribution, as export control sees it."""

    name: str
    origin: str | None = None
    classes: list[str] | None = None

    @field_validator("classes")
    @classmethod
    def _known(cls, value: list[str] | None) -> list[str] | None:
        for each in value or []:
            if each not in CONTROLS:
                raise ValueError(f"found '{each}', expected one of {', '.join(CONTROLS)}")
        return value


class CandidateFile(Part):
    """Something a partner can bring, and what a mission becomes with it.

    `set` and `add` change the mission's scenario (paths as of `--set`): values put, numbers added.
    `fits` names the missions it can serve; empty for every one that has its role. `private` names
    fields that no other partner gets (`cost_musd`, `set.spacecraft.lander.propellant_kg`), and
    `withheld` those that were taken out of a file that came from another partner.
    """

    name: Name
    role: Role
    provider: str
    title: str = ""
    fits: list[str] = []
    set: dict[str, Any] = {}
    add: dict[str, float] = {}
    mass_kg: Annotated[float, Field(ge=0, le=1e7)] | None = None
    offers: InterfaceFile = InterfaceFile()
    needs: InterfaceFile = InterfaceFile()
    ready: date | None = None
    integration_d: Annotated[float, Field(ge=0, le=5000)] | None = None
    kind: str = ""
    items: list[ItemFile] | None = None
    reliability: Share | None = None
    cost_musd: Annotated[float, Field(ge=0, le=1e6)] | None = None
    ground_stations: list[str] = []
    scenario: str | None = None
    private: list[str] = []
    withheld: list[str] = []
    confidence: Confidence | None = None
    source: str | None = None

    @model_validator(mode="after")
    def _says_where_from(self) -> CandidateFile:
        if self.source is None and self.confidence is None:
            raise ValueError("found neither `source` nor `confidence`: every figure has one")
        return self

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Show no private value, wherever a candidate is printed or logged."""
        hidden = {path.split(".")[0] for path in self.private}
        for key, value in super().__repr_args__():
            yield key, "private" if key in hidden else value


class MissionFile(Part):
    """A mission of the study: its scenario, who leads it, who fills which role.

    `roles` gives a candidate's name for each role, or several.
    """

    name: Name
    scenario: str
    lead: str
    title: str = ""
    objective: str = ""
    capabilities: list[str] = []
    site: str | None = None
    planned: date
    kind: str = ""
    program: str | None = None
    roles: dict[Role, str | list[str]] = {}
    set: dict[str, Any] = {}
    after: list[str] = []
    pad: str | None = None
    lands_on_far_side: bool = False

    @field_validator("after")
    @classmethod
    def _not_itself(cls, value: list[str]) -> list[str]:
        if len(set(value)) != len(value):
            raise ValueError("found a mission twice, expected each once")
        return value


class StationCaseFile(Part):
    """A station of the study: the station's file it is built by, who leads it."""

    name: Name
    station: str
    lead: str
    partners: list[str] = []
    title: str = ""
    program: str | None = None
    set: dict[str, Any] = {}


class VariantFile(Part):
    """What a variant of cooperation changes.

    `missions` names the missions and stations it is about; all without it. `set` paths:
    `MISSION.roles.ROLE`, `MISSION.set.PATH` (the scenario's), `MISSION.planned`, `STATION.station`,
    `STATION.partners`. `drop` takes partners out. `setting` and `framework` say how the partners
    are bound together.
    """

    name: Name
    title: str = ""
    summary: str = ""
    set: dict[str, Any] = {}
    drop: list[str] = []
    missions: list[str] | None = None
    setting: str | None = None
    framework: str | None = None
    closed_routes: list[str] = []
    granted: list[str] = []
    author: str | None = None
    partner: str | None = None
    status: Literal["draft", "offered", "countered", "accepted", "withdrawn"] | None = None
    parent: str | None = None

    @field_validator("setting")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is not None and value not in SETTINGS:
            raise ValueError(f"found '{value}', expected one of {', '.join(SETTINGS)}")
        return value


class EnumerateFile(Part):
    """Variants made of all assignments that match: which roles of which missions are open."""

    missions: list[str] = []
    roles: list[Role] = []
    most_n: Annotated[int, Field(ge=1, le=100_000)] = 1000


class ScheduleFile(Part):
    """How launch dates are drawn."""

    draws_n: Annotated[int, Field(ge=100, le=1_000_000)] = 20_000
    seed: Annotated[int, Field(ge=0)] = 1
    horizon: date | None = None


class StudyFile(Part):
    """A study's file."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    name: Name
    title: str = ""
    as_of: date
    baseline: str
    partners: Annotated[list[str], Field(min_length=1)]
    extends: str | None = None
    catalog: list[str] = []
    candidate: list[CandidateFile] = []
    mission: list[MissionFile] = []
    station: list[StationCaseFile] = []
    variant: Annotated[list[VariantFile], Field(min_length=1)]
    enumerate: EnumerateFile | None = None
    schedule: ScheduleFile = ScheduleFile()

    _schema = field_validator("schema_", mode="before")(whole_schema)
    _files = field_validator("catalog", mode="before")(file_list)
