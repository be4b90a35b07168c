"""The shape of a candidate in a study's file: who brings what, with which interfaces and items."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, field_validator, model_validator

from perilune.catalog.shape_policy import CONTROLS
from perilune.scenarios.part import Confidence, Name, Part

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
ROLES: tuple[Role, ...] = get_args(Role)
"""What a partner can bring to a mission or a station."""


class InterfaceFile(Part):
    """One side of an interface: what a candidate offers to others, or needs of them."""

    docking: list[str] = []
    """Names of `perilune catalog docking_standards`."""
    bands: list[str] = []
    """Radio bands."""
    fairing_m: Annotated[float, Field(gt=0, le=30)] | None = None
    """Diameter inside."""
    power_w: Annotated[float, Field(ge=0, le=1e6)] | None = None
    """Electric power."""
    mass_kg: Annotated[float, Field(ge=0, le=1e6)] | None = None
    """Mass carried."""
    data_kbit_s: Annotated[float, Field(ge=0, le=1e9)] | None = None
    """Data rate."""


class ItemFile(Part):
    """What changes hands with a contribution, as export control sees it."""

    name: str
    """What it is."""
    origin: str | None = None
    """Country it comes from: name of `perilune catalog countries`."""
    classes: list[str] | None = None
    """Export-control classes."""

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
    """What roles call it."""
    role: Role
    """What it can be."""
    provider: str
    """Partner who brings it."""
    title: str = ""
    """One line about it."""
    fits: list[str] = []
    """Missions it can serve; every one that has its role where left out."""
    set: dict[str, Any] = {}
    """Paths of the mission's scenario and what they become with it."""
    add: dict[str, float] = {}
    """Paths of the mission's scenario and what is added to them."""
    mass_kg: Annotated[float, Field(ge=0, le=1e7)] | None = None
    """What it weighs."""
    offers: InterfaceFile = InterfaceFile()
    """Its interface towards others."""
    needs: InterfaceFile = InterfaceFile()
    """What it asks of the others."""
    ready: date | None = None
    """When it is there, as planned."""
    waited_d: Annotated[float, Field(ge=0, le=5000)] | None = None
    """Longest wait for it once the rest is ready: later it is left behind."""
    integration_d: Annotated[float, Field(ge=0, le=5000)] | None = None
    """To build it in, as planned."""
    kind: str = ""
    """What its past slips are looked up by."""
    items: list[ItemFile] | None = None
    """What changes hands, for law."""
    reliability: Share | None = None
    """Chance that it works; flight records of the catalogue where left out."""
    cost_musd: Annotated[float, Field(ge=0, le=1e6)] | None = None
    """What it costs."""
    ground_stations: list[str] = []
    """Of a ground network: names of `perilune catalog ground_stations`."""
    scenario: str | None = None
    """Of a relay: the scenario it is flown by."""
    private: list[str] = []
    """Fields that no other partner gets."""
    withheld: list[str] = []
    """Fields that were taken out by another partner."""
    confidence: Confidence | None = None
    """How far the figures are confirmed."""
    source: str | None = None
    """Where the figures stand."""

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
