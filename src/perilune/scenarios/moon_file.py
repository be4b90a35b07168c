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
    """Who leaves, together."""
    at_utc: datetime | None = None
    """The group coasts until then; at once where left out."""

    _utc = field_validator("at_utc", mode="before")(aware)


class WaitFile(Part):
    """Wait in orbit until a site passes under the orbit plane in the light wanted."""

    kind: Literal["wait"]
    spacecraft: str | None = None
    """Whose group waits; the only one where left out."""
    site: str
    """Name of `perilune catalog lunar_sites`."""
    sun_elevation_deg: Annotated[list[Elevation], Field(min_length=2, max_length=2)] = [-90.0, 90.0]
    """Lowest and highest Sun at the site then."""
    within_km: Annotated[float, Field(gt=0, le=6000)] = 30.0
    """How near the plane counts where it never passes over the site itself."""
    not_before_utc: datetime | None = None
    """When to begin to look."""
    at_most_d: Annotated[float, Field(gt=0, le=400)] = 30.0
    """The longest wait."""

    _utc = field_validator("not_before_utc", mode="before")(aware)


class SwingByFile(Part):
    """Transfer to the perilune from which a halo orbit is cheapest, in place of `transfer`."""

    kind: Literal["swing_by"]
    height_km: Annotated[float, Field(ge=1000, le=70000)]
    """Of the halo orbit: greatest distance from the plane of the Moon's orbit."""
    point: Literal[1, 2] = 2
    """Libration point: 1 this side of the Moon, 2 behind it."""
    north: bool = False
    """Whether the halo goes farthest north of that plane."""
    perilune_altitude_km: LunarAltitude = 100.0
    """Of the swing-by."""
    flight_time_h: Annotated[float, Field(ge=48, le=160)] | None = None
    """From injection to perilune; searched where left out."""


class HaloFile(Part):
    """A powered swing-by and an insertion into the halo orbit of the swing-by, and a stay there."""

    kind: Literal["halo"]
    spacecraft: str
    """The spacecraft that does it."""
    engine: str
    """Name of its engine."""
    revolutions: Annotated[float, Field(ge=1.2, le=60)] = 4.0
    """Flown in the halo."""


class ApsisBurnFile(Part):
    """A burn at an apsis that gives the opposite side of the orbit a height."""

    kind: Literal["apsis_burn"]
    spacecraft: str
    """The spacecraft that does it."""
    engine: str
    """Name of its engine."""
    at: Literal["perilune", "apolune"]
    """Where it burns."""
    opposite_altitude_km: LunarAltitude
    """Height of the other side afterwards, over the mean sphere."""
    after_revolutions: Annotated[int, Field(ge=1, le=1000)] = 1
    """At which passage of the apsis."""
    impulsive: bool = False
    """One instant in place of a burn with its duration."""


class PlaneChangeFile(Part):
    """A turn of the orbit plane: to an inclination, or to hold a site at a date."""

    kind: Literal["plane_change"]
    spacecraft: str
    """The spacecraft that does it."""
    engine: str
    """Name of its engine."""
    inclination_deg: Inclination | None = None
    """Goal: inclination to the Moon's equator."""
    site: str | None = None
    """Goal: a site the plane holds at `date_utc`."""
    date_utc: datetime | None = None
    """When it holds the site."""
    impulsive: bool = False
    """One instant in place of a burn with its duration."""

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
    """The spacecraft that does it."""
    engine: str
    """Name of its engine."""
    shift_deg: Annotated[float, Field(ge=-6000, le=6000)]
    """Ahead of where it would be."""
    revolutions: Annotated[int, Field(ge=1, le=100)] = 5
    """Turns between the two burns: the more, the cheaper."""
    impulsive: bool = False
    """One instant in place of a burn with its duration."""


class StationKeepingFile(Part):
    """A low orbit kept at a height until a date."""

    kind: Literal["station_keeping"]
    spacecraft: str
    """The spacecraft that does it."""
    engine: str
    """Name of its engine."""
    altitude_km: LunarAltitude
    """Height kept, over the mean sphere."""
    tolerance_km: Annotated[float, Field(gt=0, le=10000)]
    """Perilune and apolune stay this near."""
    until_utc: datetime
    """When the phase ends."""
    impulsive: bool = False
    """One instant in place of a burn with its duration."""

    _utc = field_validator("until_utc", mode="before")(aware)


class DescentOrbitFile(Part):
    """One burn that lowers the perilune ahead of a landing site."""

    kind: Literal["descent_orbit"]
    spacecraft: str
    """The spacecraft that does it."""
    engine: str
    """Name of its engine."""
    site: str
    """Where it shall land: name of `perilune catalog lunar_sites`."""
    perilune_altitude_km: LunarAltitude = 15.0
    """Where the powered descent begins."""
    descent_engine: str | None = None
    """The engine that lands, where it is another one: it decides how far ahead of the site the
    perilune lies."""
    impulsive: bool = False
    """One instant in place of a burn with its duration."""
    not_before_utc: datetime | None = None
    """Earliest landing."""
    latest_utc: datetime | None = None
    """Latest landing; with it the pass nearest to the site is taken, else the first."""

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
    """The spacecraft that does it."""
    engine: str
    """Name of its engine."""
    min_thrust_n: Annotated[float, Field(ge=0, le=1e8)]
    """The engine throttles down to this."""
    site: str
    """Name of `perilune catalog lunar_sites`."""
    not_before_utc: datetime | None = None
    """Passes of the site earlier than this are let go by."""
    approach_altitude_m: Annotated[float, Field(ge=0, le=10000)] = 2400.0
    """Over the site; from here down the site stays in view; 0: no approach."""
    view_angle_deg: Annotated[float, Field(gt=0, le=85)] = 45.0
    """The site sees the lander no lower than this during the approach."""
    vertical_altitude_m: Annotated[float, Field(ge=1, le=2000)] = 30.0
    """From here down the lander is upright over the site."""
    hover_s: Annotated[float, Field(ge=0, le=300)] = 0.0
    """It stands still there first."""
    touchdown_speed_m_s: Annotated[float, Field(ge=0, le=20)] = 2.0
    """Speed at touchdown."""

    _utc = field_validator("not_before_utc", mode="before")(aware)


class SurfaceFile(Part):
    """A stay on the ground, until a date or for so long."""

    kind: Literal["surface"]
    spacecraft: str
    """Who stays."""
    site: str
    """Name of `perilune catalog lunar_sites`."""
    until_utc: datetime | None = None
    """When the stay ends."""
    stay_h: Annotated[float, Field(gt=0, le=90000)] | None = None
    """Or how long it is."""

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
    """The spacecraft that does it."""
    engine: str
    """Name of its engine."""
    site: str
    """Name of `perilune catalog lunar_sites`."""
    target: str | None = None
    """The spacecraft whose plane it goes into."""
    azimuth_deg: Annotated[float, Field(ge=0, le=360)] = 90.0
    """Direction flown without a `target`, from north over east."""
    perilune_altitude_km: LunarAltitude = 15.0
    """Of the orbit reached."""
    apolune_altitude_km: LunarAltitude = 180.0
    """Of the orbit reached."""
    lift_off_utc: datetime | None = None
    """The instant; the next passage of the target's plane, or at once, where left out."""
    exact_plane: bool = False
    """Steer into the target's plane; else into the plane through the site that is nearest to it."""

    _utc = field_validator("lift_off_utc", mode="before")(aware)


class RendezvousFile(Part):
    """Rendezvous and docking of a spacecraft with another one's group."""

    kind: Literal["rendezvous"]
    spacecraft: str
    """Who goes to the other one."""
    engine: str
    """Its engine for phasing."""
    fine_engine: str | None = None
    """Its engine for the approach, where it is another one."""
    target: str
    """The spacecraft it docks with."""
    docking_utc: datetime | None = None
    """The instant of docking; solved where left out."""
    in_light: bool = False
    """Dock in sunlight: contact moves on to the next lit arc."""

    _utc = field_validator("docking_utc", mode="before")(aware)
