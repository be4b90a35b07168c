"""The shape of a station's file: its orbit, the steps that build it, its crew, upkeep, division."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from perilune.scenarios.part import (
    Inclination,
    Mass,
    Name,
    Part,
    aware,
    file_list,
    whole_schema,
)

Altitude = Annotated[float, Field(ge=150, le=2000)]
Area = Annotated[float, Field(gt=0, le=1e5)]
Mate = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*\.[a-z0-9][a-z0-9_-]*$")]
"""`MODULE.PORT`."""


class OrbitFile(Part):
    """What differs from the catalogue's entry of the station."""

    inclination_deg: Inclination | None = None
    altitude_km: Altitude | None = None
    lowest_altitude_km: Altitude | None = None
    highest_altitude_km: Altitude | None = None
    drag_area_m2: Area | None = None
    drag_coefficient: Annotated[float, Field(gt=0, le=10)] | None = None
    mass_kg: Mass | None = None
    propellant_kg: Annotated[float, Field(ge=0, le=1e6)] | None = None
    reserve_kg: Annotated[float, Field(ge=0, le=1e6)] | None = None
    isp_s: Annotated[float, Field(ge=10, le=1e5)] | None = None

    @model_validator(mode="after")
    def _band(self) -> OrbitFile:
        low, high = self.lowest_altitude_km, self.highest_altitude_km
        if low is not None and high is not None and low >= high:
            raise ValueError(
                f"`lowest_altitude_km` is {low:g} and `highest_altitude_km` {high:g}: "
                "expected the lower first"
            )
        return self


class _Docking(Part):
    """What comes to a port: a module, or a ship under a name of its own.

    `arm` names whose arm sets it there, where that is not on board, such as a shuttle's.
    """

    module: str | None = None
    ship: str | None = None
    name: Name | None = None
    port: str | None = None
    to: Mate | None = None
    clocking_deg: Annotated[float, Field(ge=-360, le=360)] = 0.0
    arm: str | None = None

    @property
    def called(self) -> str:
        """What it is called on the station."""
        return self.name or self.module or self.ship or ""

    @model_validator(mode="after")
    def _one_body(self) -> _Docking:
        if (self.module is None) == (self.ship is None):
            found = "neither" if self.module is None else "both"
            raise ValueError(f"found {found} of `module` and `ship`, expected one")
        return self


class JoinFile(_Docking):
    """A module or ship that is there from a day on; how it came is not asked."""

    kind: Literal["join"]
    date: date


class FlownFile(Part):
    """What really happened, for comparison."""

    launch_utc: datetime | None = None
    docking_utc: datetime | None = None
    rendezvous_h: Annotated[float, Field(gt=0, le=10_000)] | None = None
    source: str

    _utc = field_validator("launch_utc", "docking_utc", mode="before")(aware)


class FlightFile(_Docking):
    """A module or ship that flies up; give the lift-off, or a day whose next window is taken."""

    kind: Literal["flight"]
    vehicle: str
    site: str
    launch_utc: datetime | None = None
    launch_date: date | None = None
    rendezvous_h: Annotated[float, Field(ge=2, le=240)] | None = None
    as_flown: FlownFile | None = None

    _utc = field_validator("launch_utc", mode="before")(aware)

    @model_validator(mode="after")
    def _when(self) -> FlightFile:
        if (self.launch_utc is None) == (self.launch_date is None):
            found = "neither" if self.launch_utc is None else "both"
            raise ValueError(f"found {found} of `launch_utc` and `launch_date`, expected one")
        return self


class MoveFile(Part):
    """A module or ship that goes from one port to another."""

    kind: Literal["move"]
    module: str
    port: str
    to: Mate
    date: date
    clocking_deg: Annotated[float, Field(ge=-360, le=360)] = 0.0
    arm: str | None = None


class LeaveFile(Part):
    """A module or ship that leaves."""

    kind: Literal["leave"]
    module: str
    date: date


StepFile = Annotated[JoinFile | FlightFile | MoveFile | LeaveFile, Field(discriminator="kind")]


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


class StationFile(Part):
    """A station's file; with `extends` it is laid over another one, table by table."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    name: Name
    title: str = ""
    station: str
    extends: str | None = None
    catalog: list[str] = []
    orbit: OrbitFile = OrbitFile()
    step: list[StepFile] = []
    trade: TradeFile = TradeFile()
    crew: CrewFile | None = None
    split: SplitFile | None = None
    upkeep: UpkeepFile | None = None

    _schema = field_validator("schema_", mode="before")(whole_schema)
    _files = field_validator("catalog", mode="before")(file_list)

    @field_validator("step", mode="before")
    @classmethod
    def _dates(cls, value: Any) -> Any:
        for number, row in enumerate(value if isinstance(value, list) else []):
            if isinstance(row, dict) and isinstance(row.get("date"), datetime):
                raise ValueError(
                    f"step[{number}].date: found {row['date'].isoformat()}, expected a date "
                    "without a time"
                )
        return value
