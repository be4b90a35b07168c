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
    title: str = ""
    date: date
    modules: list[str]
    separation_m_s: Annotated[float, Field(gt=0, le=10)] = 0.3
    direction: Literal["prograde", "retrograde", "radial"] = "retrograde"

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
    flights_n: Annotated[float, Field(gt=0, le=1000)] = 1.0
    partner: str | None = None
    site: str | None = None


class TradeFile(Part):
    """Which inclinations are compared: whose fleets fly, how much, and to which other stations.

    Without `flight` each partner flies once, with what delivers most.
    """

    partners: list[str] | None = None
    lowest_deg: Inclination = 28.0
    highest_deg: Inclination = 98.0
    step_deg: Annotated[float, Field(ge=0.01, le=10)] = 0.25
    altitudes_km: list[Altitude] | None = None
    permitted: bool = True
    doglegs: bool = False
    flight: list[ManifestFile] = []
    tonnes: dict[str, Annotated[float, Field(gt=0, le=1e5)]] = {}
    move_to: list[str] = []

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
    source: str

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
    years: Annotated[float, Field(ge=0.1, le=30)] = 1.0
    hold: bool = True
    altitude_km: Altitude | None = None
    deorbit: bool = False
    band_km: Annotated[list[Altitude], Field(min_length=2, max_length=2)] | None = None
    ballistic: Literal["stated", "estimated"] = "stated"
    attitude: str | None = None
    collision_avoidance_m_s_y: Annotated[float, Field(ge=0, le=100)] = 1.0
    samples_n: Annotated[int, Field(ge=10, le=100_000)] = 100
    seed: Annotated[int, Field(ge=0)] = 1
    as_flown: LeftAloneFile | None = None

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
    ship: str
    launch_utc: datetime | None = None
    docking_utc: datetime | None = None
    undocking_utc: datetime | None = None
    landing_utc: datetime | None = None
    crew_n: Annotated[int, Field(ge=0, le=20)] = 0
    crew_down_n: Annotated[int, Field(ge=0, le=20)] | None = None
    port: str = ""
    unfit_from_utc: datetime | None = None

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
    from_date: date
    to_date: date
    ships: list[str] = []
    stay_d: Annotated[float, Field(gt=0, le=2000)] = 180.0
    handover_d: Annotated[float, Field(ge=-365, le=365)] = 5.0
    first_docking_date: date | None = None
    least_handover_d: Annotated[float, Field(ge=0, le=365)] | None = None
    beta_limit_deg: Annotated[float, Field(gt=0, le=90)] | None = None
    aboard_n: Annotated[int, Field(ge=0, le=50)] = 0
    life_support: str | None = None
    cargo_ships: list[str] = []
    shares: dict[str, Annotated[float, Field(ge=0, le=1)]] = {}
    propellant_kg_y: Annotated[float, Field(ge=0, le=1e6)] = 0.0
    visit: list[VisitFile] = []

    @model_validator(mode="after")
    def _span(self) -> CrewFile:
        if self.to_date <= self.from_date:
            raise ValueError("`to_date` is not after `from_date`: expected a later one")
        if not self.ships and not self.visit:
            raise ValueError("found neither `ships` nor `visit`, expected one: who brings the crew")
        return self
