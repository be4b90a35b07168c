"""The shape of what a station's file asks: trade, crew, upkeep, division."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from perilune.scenarios.part import Inclination, Name, Part, aware

Altitude = Annotated[float, Field(ge=150, le=2000)]


class SplitFile(Part):
    """Modules that leave together, and how they are pushed off."""

    name: Name
    """What the part that leaves is called."""
    title: str = ""
    """One line about it."""
    date: date
    """When it leaves."""
    modules: list[str]
    """Which modules leave."""
    separation_m_s: Annotated[float, Field(gt=0, le=10)] = 0.3
    """How fast it is pushed off."""
    direction: Literal["prograde", "retrograde", "radial"] = "retrograde"
    """Which way."""

    @field_validator("modules")
    @classmethod
    def _some(cls, value: list[str]) -> list[str]:
        if not value:
            raise ValueError("found no module: expected those that leave")
        twice = next((name for name in value if value.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"found '{twice}' twice: expected each module once")
        return value


class ManifestFile(Part):
    """Flights of one vehicle in a manifest."""

    vehicle: str
    """Name of `perilune catalog vehicles`."""
    flights_n: Annotated[float, Field(gt=0, le=1000)] = 1.0
    """How often it flies."""
    partner: str | None = None
    """Whose flights; the vehicle's partner where left out."""
    site: str | None = None
    """From where; its best site where left out."""


class TradeFile(Part):
    """Which inclinations are compared: whose fleets fly, how much, and to which other stations.

    Without `flight` each partner flies once, with what delivers most.
    """

    partners: list[str] | None = None
    """Whose fleets; the station's partners where left out."""
    lowest_deg: Inclination = 28.0
    """Lowest inclination."""
    highest_deg: Inclination = 98.0
    """Highest inclination."""
    step_deg: Annotated[float, Field(ge=0.01, le=10)] = 0.25
    """Step between them."""
    altitudes_km: list[Altitude] | None = None
    """Heights compared; the station's where left out."""
    permitted: bool = True
    """Only through the sites' corridors."""
    doglegs: bool = False
    """Count turns on the way up as permitted."""
    flight: list[ManifestFile] = []
    """The manifest."""
    tonnes: dict[str, Annotated[float, Field(gt=0, le=1e5)]] = {}
    """What each partner has to bring: gives the number of flights."""
    move_to: list[str] = []
    """Stations of the catalogue a move to which is priced."""

    @model_validator(mode="after")
    def _span(self) -> TradeFile:
        if self.lowest_deg >= self.highest_deg:
            raise ValueError(
                f"`lowest_deg` is {self.lowest_deg:g} and `highest_deg` {self.highest_deg:g}: "
                "expected the lower first"
            )
        return self


class LeftAloneFile(Part):
    """When it really came down, for comparison."""

    reentry_utc: datetime
    """When it came down."""
    source: str
    """Where it stands."""

    _utc = field_validator("reentry_utc", mode="before")(aware)


class UpkeepFile(Part):
    """How the station is kept up; without `hold` only its fall is asked for.

    It starts at `altitude_km`, else at the station's own, and is held within `band_km` (mean
    altitudes), else within 2.5 km of its altitude. With `deorbit` it is also brought down over the
    South Pacific.
    `ballistic = "estimated"` takes the drag from the station's two-line elements up to the start,
    and nothing that was observed later.
    """

    from_date: date
    """When it starts."""
    years: Annotated[float, Field(ge=0.1, le=30)] = 1.0
    """How long it is kept up."""
    hold: bool = True
    """Whether it is kept up at all."""
    altitude_km: Altitude | None = None
    """Mean height at the start."""
    deorbit: bool = False
    """Also bring it down over the South Pacific."""
    band_km: Annotated[list[Altitude], Field(min_length=2, max_length=2)] | None = None
    """Lowest and highest mean height it is held within."""
    ballistic: Literal["stated", "estimated"] = "stated"
    """Drag as stated, or estimated from the two-line elements."""
    attitude: str | None = None
    """Whose drag area counts, of the entry's `attitudes`."""
    collision_avoidance_m_s_y: Annotated[float, Field(ge=0, le=100)] = 1.0
    """Allowance for maneuvers out of the way of debris."""
    samples_n: Annotated[int, Field(ge=10, le=100_000)] = 100
    """How many ways of the Sun are drawn."""
    seed: Annotated[int, Field(ge=0)] = 1
    """The same seed draws the same ways."""
    as_flown: LeftAloneFile | None = None
    """For comparison."""

    @field_validator("band_km")
    @classmethod
    def _rises(cls, value: list[float] | None) -> list[float] | None:
        if value is not None and value[0] >= value[1]:
            raise ValueError(
                f"found {value[0]:g} to {value[1]:g}: expected the lower altitude first"
            )
        return value


class VisitFile(Part):
    """One ship's stay, stated: what is left out follows from the ship."""

    name: Name
    """What the visit is called."""
    ship: str
    """Name of `perilune catalog ships`."""
    launch_utc: datetime | None = None
    """Lift-off."""
    docking_utc: datetime | None = None
    """Docking."""
    undocking_utc: datetime | None = None
    """Undocking."""
    landing_utc: datetime | None = None
    """Landing."""
    crew_n: Annotated[int, Field(ge=0, le=20)] = 0
    """Who comes with it."""
    crew_down_n: Annotated[int, Field(ge=0, le=20)] | None = None
    """Who leaves with it; as many where left out."""
    port: str = ""
    """`MODULE.PORT`; the first free one where left out."""
    unfit_from_utc: datetime | None = None
    """From when on its seats do not count: a damaged ship."""

    _utc = field_validator(
        "launch_utc",
        "docking_utc",
        "undocking_utc",
        "landing_utc",
        "unfit_from_utc",
        mode="before",
    )(aware)

    @model_validator(mode="after")
    def _begun(self) -> VisitFile:
        if self.launch_utc is None and self.docking_utc is None:
            raise ValueError("found neither `launch_utc` nor `docking_utc`, expected one")
        return self


class CrewFile(Part):
    """Who shall be on board, in which ships.

    With `ships`, crews of `crew_n` are relieved in turn; `visit` tables are flights by themselves.
    """

    crew_n: Annotated[int, Field(ge=1, le=50)]
    """Wanted on board."""
    from_date: date
    """From when."""
    to_date: date
    """Until when."""
    ships: list[str] = []
    """Names of `perilune catalog ships` that bring the crews in turn."""
    stay_d: Annotated[float, Field(gt=0, le=2000)] = 180.0
    """How long each crew stays."""
    handover_d: Annotated[float, Field(ge=-365, le=365)] = 5.0
    """Days with the crew it relieves; below zero for a gap."""
    first_docking_date: date | None = None
    """Of the first crew."""
    least_handover_d: Annotated[float, Field(ge=0, le=365)] | None = None
    """A limit that is checked."""
    beta_limit_deg: Annotated[float, Field(gt=0, le=90)] | None = None
    """Largest beta angle at docking: a limit that is checked."""
    aboard_n: Annotated[int, Field(ge=0, le=50)] = 0
    """Who is there before the first visit."""
    life_support: str | None = None
    """Name of `perilune catalog life_support`: what a person uses up."""
    cargo_ships: list[str] = []
    """Names of `perilune catalog ships` that bring it."""
    shares: dict[str, Annotated[float, Field(ge=0, le=1)]] = {}
    """Which part of the cargo each ship brings; together 1."""
    propellant_kg_y: Annotated[float, Field(ge=0, le=1e6)] = 0.0
    """Propellant brought for the upkeep."""
    visit: list[VisitFile] = []
    """Flights by themselves."""

    @model_validator(mode="after")
    def _span(self) -> CrewFile:
        if self.to_date <= self.from_date:
            raise ValueError("`to_date` is not after `from_date`: expected a later one")
        if not self.ships and not self.visit:
            raise ValueError("found neither `ships` nor `visit`, expected one: who brings the crew")
        return self
