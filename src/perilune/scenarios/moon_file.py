"""What a scenario file says of lunar orbit, the ground and the way between them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from perilune.scenarios.part import Inclination, LunarAltitude, Part, aware

Thrust = Annotated[float, Field(gt=0, le=1e8)]
Elevation = Annotated[float, Field(ge=-90, le=90)]


class SeparationFile(Part):
    """Spacecraft leave their group, at once or at a date the group coasts to."""

    kind: Literal["separation"]
    spacecraft: Annotated[list[str], Field(min_length=1, max_length=20)]
    at_utc: datetime | None = None

    _utc = field_validator("at_utc", mode="before")(aware)


class WaitFile(Part):
    """Wait in orbit until a site passes under the orbit plane in the light wanted."""

    kind: Literal["wait"]
    spacecraft: str | None = None
    site: str
    sun_elevation_deg: Annotated[list[Elevation], Field(min_length=2, max_length=2)] = [-90.0, 90.0]
    within_km: Annotated[float, Field(gt=0, le=6000)] = 30.0
    not_before_utc: datetime | None = None
    at_most_d: Annotated[float, Field(gt=0, le=400)] = 30.0

    _utc = field_validator("not_before_utc", mode="before")(aware)


class SwingByFile(Part):
    """Transfer to the perilune from which a halo orbit is cheapest, in place of `transfer`."""

    kind: Literal["swing_by"]
    height_km: Annotated[float, Field(ge=1000, le=70000)]
    point: Literal[1, 2] = 2
    north: bool = False
    perilune_altitude_km: LunarAltitude = 100.0
    flight_time_h: Annotated[float, Field(ge=48, le=160)] | None = None


class HaloFile(Part):
    """A powered swing-by and an insertion into the halo orbit of the swing-by, and a stay there."""

    kind: Literal["halo"]
    spacecraft: str
    engine: str
    revolutions: Annotated[float, Field(ge=1.2, le=60)] = 4.0


class ApsisBurnFile(Part):
    """A burn at an apsis that gives the opposite side of the orbit a height."""

    kind: Literal["apsis_burn"]
    spacecraft: str
    engine: str
    at: Literal["perilune", "apolune"]
    opposite_altitude_km: LunarAltitude
    after_revolutions: Annotated[int, Field(ge=1, le=1000)] = 1
    impulsive: bool = False


class PlaneChangeFile(Part):
    """A turn of the orbit plane: to an inclination, or to hold a site at a date."""

    kind: Literal["plane_change"]
    spacecraft: str
    engine: str
    inclination_deg: Inclination | None = None
    site: str | None = None
    date_utc: datetime | None = None
    impulsive: bool = False

    _utc = field_validator("date_utc", mode="before")(aware)

    @model_validator(mode="after")
    def _one_goal(self) -> PlaneChangeFile:
        by_site = self.site is not None and self.date_utc is not None
        if (self.inclination_deg is not None) == by_site or (self.site is None) != (
            self.date_utc is None
        ):
            raise ValueError("expected `inclination_deg`, or both `site` and `date_utc`")
        return self


class PhaseShiftFile(Part):
    """Two burns that move a spacecraft ahead (or back, where negative) along its orbit."""

    kind: Literal["phase_shift"]
    spacecraft: str
    engine: str
    shift_deg: Annotated[float, Field(ge=-6000, le=6000)]
    revolutions: Annotated[int, Field(ge=1, le=100)] = 5
    impulsive: bool = False


class StationKeepingFile(Part):
    """A low orbit kept at a height until a date."""

    kind: Literal["station_keeping"]
    spacecraft: str
    engine: str
    altitude_km: LunarAltitude
    tolerance_km: Annotated[float, Field(gt=0, le=10000)]
    until_utc: datetime
    impulsive: bool = False

    _utc = field_validator("until_utc", mode="before")(aware)


class DescentOrbitFile(Part):
    """One burn that lowers the perilune ahead of a landing site."""

    kind: Literal["descent_orbit"]
    spacecraft: str
    engine: str
    site: str
    perilune_altitude_km: LunarAltitude = 15.0
    descent_engine: str | None = None
    impulsive: bool = False
    not_before_utc: datetime | None = None
    latest_utc: datetime | None = None

    _utc = field_validator("not_before_utc", "latest_utc", mode="before")(aware)

    @model_validator(mode="after")
    def _span(self) -> DescentOrbitFile:
        first, last = self.not_before_utc, self.latest_utc
        if first is not None and last is not None and last <= first:
            raise ValueError("`latest_utc` is not after `not_before_utc`: expected a later one")
        return self


class LandingFile(Part):
    """Powered descent to a site, of the least propellant."""

    kind: Literal["landing"]
    spacecraft: str
    engine: str
    min_thrust_n: Annotated[float, Field(ge=0, le=1e8)]
    site: str
    not_before_utc: datetime | None = None
    approach_altitude_m: Annotated[float, Field(ge=0, le=10000)] = 2400.0
    view_angle_deg: Annotated[float, Field(gt=0, le=85)] = 45.0
    vertical_altitude_m: Annotated[float, Field(ge=1, le=2000)] = 30.0
    hover_s: Annotated[float, Field(ge=0, le=300)] = 0.0
    touchdown_speed_m_s: Annotated[float, Field(ge=0, le=20)] = 2.0

    _utc = field_validator("not_before_utc", mode="before")(aware)


class SurfaceFile(Part):
    """A stay on the ground, until a date or for so long."""

    kind: Literal["surface"]
    spacecraft: str
    site: str
    until_utc: datetime | None = None
    stay_h: Annotated[float, Field(gt=0, le=90000)] | None = None

    _utc = field_validator("until_utc", mode="before")(aware)

    @model_validator(mode="after")
    def _one_end(self) -> SurfaceFile:
        if (self.until_utc is None) == (self.stay_h is None):
            found = "neither" if self.until_utc is None else "both"
            raise ValueError(f"found {found} of `until_utc` and `stay_h`, expected one")
        return self


class LunarAscentFile(Part):
    """Lift-off from the Moon into an orbit, in the plane of `target` where one is named."""

    kind: Literal["lunar_ascent"]
    spacecraft: str
    engine: str
    site: str
    target: str | None = None
    azimuth_deg: Annotated[float, Field(ge=0, le=360)] = 90.0
    perilune_altitude_km: LunarAltitude = 15.0
    apolune_altitude_km: LunarAltitude = 180.0
    lift_off_utc: datetime | None = None
    exact_plane: bool = False

    _utc = field_validator("lift_off_utc", mode="before")(aware)


class RendezvousFile(Part):
    """Rendezvous and docking of a spacecraft with another one's group."""

    kind: Literal["rendezvous"]
    spacecraft: str
    engine: str
    fine_engine: str | None = None
    target: str
    docking_utc: datetime | None = None
    in_light: bool = False

    _utc = field_validator("docking_utc", mode="before")(aware)
