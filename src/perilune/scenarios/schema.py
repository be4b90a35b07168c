"""The shape of a scenario file: what a mission is, in the words of its TOML.

Keys carry their units. Unknown keys, text where a number belongs, NaN and impossible values are
refused; `load` turns each refusal into one message with file, key, what was found and what is
expected.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from perilune.scenarios import home_file, moon_file, start_file
from perilune.scenarios.as_flown_file import AsFlownFile as AsFlownFile
from perilune.scenarios.injection_file import InjectionBurnFile as InjectionBurnFile
from perilune.scenarios.injection_file import InjectionFile as InjectionFile
from perilune.scenarios.part import (
    Confidence,
    Inclination,
    LunarAltitude,
    Mass,
    Name,
    Part,
    aware,
    file_list,
    whole_schema,
)
from perilune.scenarios.way import require_way
from perilune.scenarios.windows_file import WindowsFile


class EngineFile(Part):
    """An engine of a spacecraft."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    """What phases call it."""
    thrust_n: Annotated[float, Field(gt=0, le=1e8)]
    """In vacuum."""
    isp_s: Annotated[float, Field(ge=10, le=1e5)]
    """Specific impulse in vacuum."""


class SpacecraftFile(Part):
    """A spacecraft. `source` says where its figures stand, or `confidence` that they do not."""

    name: Name
    """What phases and outputs call it."""
    partner: str | None = None
    """Whose it is; a name of `perilune catalog agencies`."""
    dry_mass_kg: Mass
    """Without the propellant of its engines."""
    propellant_kg: Annotated[float, Field(ge=0, le=1e7)] = 0.0
    """Loaded at launch."""
    engines: list[EngineFile] = []
    """Tables of `name`, `thrust_n`, `isp_s`."""
    confidence: Confidence | None = None
    """How far the figures are confirmed."""
    source: str | None = None
    """Where the figures stand."""

    @model_validator(mode="after")
    def _says_where_from(self) -> SpacecraftFile:
        if self.source is None and self.confidence is None:
            raise ValueError("found neither `source` nor `confidence`: every figure has one")
        _once("engine", (engine.name for engine in self.engines))
        return self


class PassesOver(Part):
    """A lunar site the orbit plane passes over at a date."""

    site: str
    """Name of `perilune catalog lunar_sites`."""
    utc: datetime
    """When the plane holds the site."""
    within_km: Annotated[float, Field(gt=0, le=6000)] = 30.0
    """How near counts."""

    _utc = field_validator("utc", mode="before")(aware)


class LaunchFile(Part):
    """Launch to a circular parking orbit.

    Give `lift_off_utc` (azimuth free), or `lift_off_date` with `inclination_deg` (the lift-offs of
    that day), or `lift_off_utc` with `inclination_deg` (the injection then also turns the plane).
    """

    kind: Literal["launch"]
    site: str
    """Name of `perilune catalog launch_sites`."""
    vehicle: str | None = None
    """Name of `perilune catalog vehicles`: its ascent, and what it lifts."""
    upper_stage: str | None = None
    """Name of `perilune catalog upper_stages`; the vehicle's own where left out."""
    lift_off_utc: datetime | None = None
    """The instant; the azimuth is solved."""
    lift_off_date: date | None = None
    """A day; the lift-off into the plane is solved."""
    inclination_deg: Inclination | None = None
    """Of the parking orbit, to the equator of date."""
    heading: Literal["northbound", "southbound"] | None = None
    """Which of the two ways into that inclination; both are tried where left out."""
    coast: Literal["short", "long"] | None = None
    """Injection on the first (`short`) or the other arc of the parking orbit; both are tried where
    left out."""
    parking_altitude_km: Annotated[float, Field(ge=120, le=2000)] = 200.0
    """Of the circular parking orbit."""
    ascent_duration_s: Annotated[float, Field(gt=0, le=7200)] | None = None
    """From lift-off to the parking orbit; the vehicle's where left out."""
    ascent_range_angle_deg: Annotated[float, Field(ge=0, lt=180)] | None = None
    """Arc flown meanwhile; the vehicle's where left out."""

    _utc = field_validator("lift_off_utc", mode="before")(aware)

    @model_validator(mode="after")
    def _determined(self) -> LaunchFile:
        if (self.lift_off_utc is None) == (self.lift_off_date is None):
            found = "neither" if self.lift_off_utc is None else "both"
            raise ValueError(f"found {found} of `lift_off_utc` and `lift_off_date`, expected one")
        if self.lift_off_date is not None and self.inclination_deg is None:
            raise ValueError("`lift_off_date` needs `inclination_deg`: a day has many lift-offs")
        if self.inclination_deg is None and self.heading is not None:
            raise ValueError("over-determined: without `inclination_deg` the heading is solved")
        if self.lift_off_date is None and self.coast is not None:
            raise ValueError("over-determined: with `lift_off_utc` the coast is solved")
        if self.vehicle is None and self.upper_stage is not None:
            raise ValueError("`upper_stage` flies on a vehicle: expected also `vehicle`")
        if self.vehicle is None and None in (self.ascent_duration_s, self.ascent_range_angle_deg):
            raise ValueError(
                "found no `vehicle`: expected it, or both `ascent_duration_s` and "
                "`ascent_range_angle_deg`"
            )
        return self


class TransferFile(Part):
    """Translunar transfer to a perilune. Without `flight_time_h` total delta-v is minimized.

    The inclination is to the Moon's equator at arrival; `"lowest"` is what the approach allows.
    """

    kind: Literal["transfer"]
    flight_time_h: Annotated[float, Field(ge=48, le=160)] | None = None
    """From injection to perilune; the one of least delta-v where left out."""
    perilune_altitude_km: LunarAltitude
    """Over the mean sphere of 1737.4 km."""
    inclination_deg: Inclination | None
    """To the Moon's equator at arrival, or `"lowest"`."""
    choose: Literal["least_delta_v", "north", "south"] | None = None
    """Which of the two branches past the Moon; the cheaper one where left out."""
    passes_over: PassesOver | None = None
    """Or the branch whose plane holds this site at a date."""

    @field_validator("inclination_deg", mode="before")
    @classmethod
    def _lowest(cls, value: Any) -> Any:
        return None if value == "lowest" else value

    @model_validator(mode="after")
    def _determined(self) -> TransferFile:
        if self.choose is not None and self.passes_over is not None:
            raise ValueError(
                "over-determined: `passes_over` chooses the branch already, so leave out `choose`"
            )
        return self


class BurnFile(Part):
    """One capture burn: give one of period, apolune or circle."""

    engine: str | None = None
    """Name of an engine of the spacecraft; an impulse without mass where left out."""
    period_h: Annotated[float, Field(ge=1.81, le=400)] | None = None
    """Goal: period of the orbit after the burn."""
    apolune_altitude_km: LunarAltitude | None = None
    """Goal: height of the apolune after the burn."""
    circular_altitude_km: LunarAltitude | None = None
    """Goal: a circle of this height."""
    after_revolutions: Annotated[int, Field(ge=1, le=100)] = 1
    """At which perilune after the last burn."""
    impulsive: bool = False
    """One instant in place of a burn with its duration."""

    @model_validator(mode="after")
    def _one_goal(self) -> BurnFile:
        goals = ("period_h", "apolune_altitude_km", "circular_altitude_km")
        found = [goal for goal in goals if getattr(self, goal) is not None]
        if len(found) != 1:
            raise ValueError(
                f"found {' and '.join(found) or 'no goal'}, expected one of {', '.join(goals)}"
            )
        return self


class CaptureFile(Part):
    """Capture into lunar orbit by one burn or several."""

    kind: Literal["capture"]
    spacecraft: str | None = None
    """Whose engines burn."""
    burns: Annotated[list[BurnFile], Field(min_length=1, max_length=20)]
    """In their order; the first at the perilune of arrival."""

    @model_validator(mode="after")
    def _first_at_arrival(self) -> CaptureFile:
        if self.burns[0].after_revolutions != 1:
            raise ValueError(
                "burns[0] is at the perilune of arrival: `after_revolutions` is for later burns"
            )
        return self


class OrbitFile(Part):
    """Waiting in orbit until a date."""

    kind: Literal["orbit"]
    until_utc: datetime
    """When the next phase begins."""
    spacecraft: str | None = None
    """Whose group waits; the only one where left out."""

    _utc = field_validator("until_utc", mode="before")(aware)


PhaseFile = Annotated[
    LaunchFile
    | InjectionFile
    | TransferFile
    | CaptureFile
    | OrbitFile
    | start_file.LunarStartFile
    | moon_file.SeparationFile
    | moon_file.WaitFile
    | moon_file.SwingByFile
    | moon_file.HaloFile
    | moon_file.ApsisBurnFile
    | moon_file.PlaneChangeFile
    | moon_file.PhaseShiftFile
    | start_file.TimedBurnFile
    | moon_file.StationKeepingFile
    | moon_file.DescentOrbitFile
    | moon_file.LandingFile
    | moon_file.SurfaceFile
    | moon_file.LunarAscentFile
    | moon_file.RendezvousFile
    | home_file.EarthReturnFile
    | home_file.DirectReturnFile
    | home_file.EntryFile,
    Field(discriminator="kind"),
]


FieldSize = Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=2, max_length=2)]
"""Degree and order."""


class ModelFile(Part):
    """Force models and constants, where they differ from the defaults."""

    constants: str = "de440"
    """Set of constants: `de440`, or `gmat` for comparisons."""
    point_masses: list[str] = ["earth", "moon", "sun", "venus", "jupiter"]
    """Bodies whose gravity acts."""
    earth_field: FieldSize = [4, 0]
    """Degree and order of the Earth's field."""
    moon_field: FieldSize = [8, 8]
    """Degree and order of the Moon's field (GL0660B, up to 20)."""


class ScenarioFile(Part):
    """A mission's file."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    """Version of this format."""
    name: Name
    """Names the output folder."""
    title: str = ""
    """One line about the mission."""
    catalog: list[str] = []
    """Your own catalogue file beside this one, or a list."""
    spacecraft: list[SpacecraftFile] = []
    """All that fly, as launched together."""
    phase: Annotated[list[PhaseFile], Field(min_length=1)]
    """What happens, in order."""
    model: ModelFile = ModelFile()
    """Forces and constants, where they differ from the defaults."""
    as_flown: list[AsFlownFile] = []
    """What really happened; read by no solver."""
    windows: WindowsFile = WindowsFile()
    """What a scan of launch dates tries and asks for."""

    _whole = field_validator("schema_", mode="before")(whole_schema)
    _files = field_validator("catalog", mode="before")(file_list)

    @model_validator(mode="after")
    def _chain(self) -> ScenarioFile:
        _once("spacecraft", (craft.name for craft in self.spacecraft))
        _once("as_flown event", (row.event for row in self.as_flown))
        require_way(self.phase)
        return self


def _once(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{what} '{name}' stands twice: expected once")
        seen.add(name)
