"""The shape of a station's file: its orbit and the steps that build it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from perilune.scenarios.part import (
    Inclination,
    Mass,
    Name,
    Part,
    aware,
    file_list,
    whole_schema,
)
from perilune.scenarios.station_asks_file import (
    Altitude,
    CrewFile,
    SplitFile,
    TradeFile,
    UpkeepFile,
)

Area = Annotated[float, Field(gt=0, le=1e5)]


def _mate(value: str) -> str:
    module, _, port = value.partition(".")
    if not module or not port or "." in port:
        raise ValueError(f"found '{value}', expected 'MODULE.PORT', such as 'core.forward'")
    return value


Mate = Annotated[str, AfterValidator(_mate)]
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
