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
    """To the equator."""
    altitude_km: Altitude | None = None
    """Height in place of the entry's."""
    lowest_altitude_km: Altitude | None = None
    """Of the band it may fly in."""
    highest_altitude_km: Altitude | None = None
    """Of the band it may fly in."""
    drag_area_m2: Area | None = None
    """Area that drag counts on."""
    drag_coefficient: Annotated[float, Field(gt=0, le=10)] | None = None
    """On that area."""
    mass_kg: Mass | None = None
    """Of the whole station."""
    propellant_kg: Annotated[float, Field(ge=0, le=1e6)] | None = None
    """On board for raising it."""
    reserve_kg: Annotated[float, Field(ge=0, le=1e6)] | None = None
    """Propellant that stays."""
    isp_s: Annotated[float, Field(ge=10, le=1e5)] | None = None
    """Of the engines that raise it."""

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
    """Name of `perilune catalog modules`."""
    ship: str | None = None
    """Or name of `perilune catalog ships`."""
    name: Name | None = None
    """What it is called on the station; ships of one kind need names of their own."""
    port: str | None = None
    """Its own port."""
    to: Mate | None = None
    """`MODULE.PORT` where it docks; the first module has none."""
    clocking_deg: Annotated[float, Field(ge=-360, le=360)] = 0.0
    """Turned about the axis of the port."""
    arm: str | None = None
    """Whose arm sets it there, where none is on board."""

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
    """From when on it is there."""


class FlownFile(Part):
    """What really happened, for comparison."""

    launch_utc: datetime | None = None
    """Lift-off."""
    docking_utc: datetime | None = None
    """Docking."""
    rendezvous_h: Annotated[float, Field(gt=0, le=10_000)] | None = None
    """From one to the other."""
    source: str
    """Where it stands."""

    _utc = field_validator("launch_utc", "docking_utc", mode="before")(aware)


class FlightFile(_Docking):
    """A module or ship that flies up; give the lift-off, or a day whose next window is taken."""

    kind: Literal["flight"]
    vehicle: str
    """Name of `perilune catalog vehicles`."""
    site: str
    """Name of `perilune catalog launch_sites`."""
    launch_utc: datetime | None = None
    """Lift-off."""
    launch_date: date | None = None
    """Or a day, from which on the next window is taken."""
    rendezvous_h: Annotated[float, Field(ge=2, le=240)] | None = None
    """From lift-off to docking; 6.5 h where left out."""
    as_flown: FlownFile | None = None
    """For comparison: nothing is solved from it."""

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
    """What moves."""
    port: str
    """Its own port."""
    to: Mate
    """`MODULE.PORT` where it goes."""
    date: date
    """When."""
    clocking_deg: Annotated[float, Field(ge=-360, le=360)] = 0.0
    """Turned about the axis of the port."""
    arm: str | None = None
    """Whose arm moves it, where none is on board."""


class LeaveFile(Part):
    """A module or ship that leaves."""

    kind: Literal["leave"]
    module: str
    """What leaves."""
    date: date
    """When."""


StepFile = Annotated[JoinFile | FlightFile | MoveFile | LeaveFile, Field(discriminator="kind")]


class StationFile(Part):
    """A station's file; with `extends` it is laid over another one, table by table."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    """Version of this format."""
    name: Name
    """Names the output folder."""
    title: str = ""
    """One line about the station."""
    station: str
    """Name of `perilune catalog stations`: orbit, drag, engines, partners."""
    extends: str | None = None
    """Another station's file, whose tables hold where this one has none."""
    catalog: list[str] = []
    """Your own catalogue file beside this one, or a list."""
    orbit: OrbitFile = OrbitFile()
    """What differs from the catalogue's entry."""
    step: list[StepFile] = []
    """How it is built, in the order of dates."""
    trade: TradeFile = TradeFile()
    """For `access`: whose flights the inclinations are compared for."""
    crew: CrewFile | None = None
    """For `crew`."""
    split: SplitFile | None = None
    """For `split`."""
    upkeep: UpkeepFile | None = None
    """For `upkeep`."""

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
