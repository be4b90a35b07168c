"""What a scenario file says of the way home: injection to the Earth, and entry."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from perilune.scenarios.part import Inclination, Part, aware

Angle = Annotated[float, Field(ge=-89, lt=0)]
Angles = Annotated[list[Angle], Field(min_length=2, max_length=2)]
Hours = Annotated[float, Field(ge=24, le=240)]


class ReturnBurnFile(Part):
    """One burn of an injection to the Earth: its engine, and the ellipse it leads to."""

    engine: str
    """Name of its engine."""
    period_h: Annotated[float, Field(gt=1.8, le=240)] | None = None
    """Of the ellipse after the first of two burns."""
    revolutions: Annotated[int, Field(ge=1, le=100)] = 3
    """Of that ellipse, up to the second burn."""
    impulsive: bool = False
    """One instant in place of a burn with its duration."""


class EarthReturnFile(Part):
    """Injection to the Earth by one burn or two, to an entry interface over a landing zone.

    Give one of `inclination_deg`, `azimuth_deg` and `downrange_km`: the others follow.
    """

    kind: Literal["earth_return"]
    spacecraft: str
    """The spacecraft that does it."""
    burns: Annotated[list[ReturnBurnFile], Field(min_length=1, max_length=2)]
    """One burn, or two with an ellipse between them."""
    zone: str
    """Name of `perilune catalog landing_zones`."""
    radius_km: Annotated[float, Field(gt=0, le=3000)] = 50.0
    """How far the track may pass beside the middle of the zone."""
    flight_path_angle_deg: Angle
    """At the entry interface, 120 km over the Earth, inertial."""
    inclination_deg: Inclination | None = None
    """Of the way in, to the Earth's equator."""
    azimuth_deg: Annotated[float, Field(ge=0, le=360)] | None = None
    """Or its direction at the interface."""
    downrange_km: Annotated[float, Field(gt=0, le=20000)] | None = None
    """Or the distance from interface to zone."""
    date_utc: datetime | None = None
    """About when it leaves the Moon."""
    arrive_utc: datetime | None = None
    """About when it arrives."""
    flight_time_h: Annotated[list[Hours], Field(min_length=2, max_length=2)] = [72.0, 120.0]
    """Shortest and longest way home."""
    entry_duration_s: Annotated[float, Field(gt=0, le=20000)] | None = None
    """From interface to landing; estimated from the downrange where left out."""
    track: Literal["ascending", "descending"] | None = None
    """Keep only the way over the zone that goes north (`ascending`) or south."""

    _utc = field_validator("date_utc", "arrive_utc", mode="before")(aware)

    @model_validator(mode="after")
    def _one_goal(self) -> EarthReturnFile:
        goals = ("inclination_deg", "azimuth_deg", "downrange_km")
        given = [goal for goal in goals if getattr(self, goal) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise ValueError(f"found {found}, expected one of {', '.join(goals)}")
        if len(self.burns) == 2 and self.burns[0].period_h is None:
            raise ValueError("burns[0] leads to an ellipse: expected its `period_h`")
        if self.burns[-1].period_h is not None:
            raise ValueError("the last burn leads to the Earth: leave out its `period_h`")
        leave, arrive = self.date_utc, self.arrive_utc
        if leave is not None and arrive is not None and arrive <= leave:
            raise ValueError("`arrive_utc` is not after `date_utc`: expected a later one")
        return self


class DirectReturnFile(Part):
    """Straight up from the ground to the Earth, without an orbit.

    With a `zone`, `lift_off_utc` is the earliest: the hour after it and the size of the burn are
    chosen to come down there.
    """

    kind: Literal["direct_return"]
    spacecraft: str
    """The spacecraft that does it."""
    engine: str
    """Name of its engine."""
    site: str
    """Name of `perilune catalog lunar_sites`."""
    lift_off_utc: datetime
    """The instant, or the earliest with a `zone`."""
    flight_path_angle_deg: Angles = [-70.0, -20.0]
    """Lowest and highest angle at the entry interface."""
    arrive_utc: datetime | None = None
    """When it arrives, where no zone settles it."""
    zone: str | None = None
    """Name of `perilune catalog landing_zones`."""
    zone_km: Annotated[float, Field(gt=0, le=3000)] = 100.0
    """Radius about the zone within which a landing counts."""
    lift_off_within_h: Annotated[float, Field(gt=0, le=720)] = 27.0
    """How long after the earliest it may leave."""

    _utc = field_validator("lift_off_utc", "arrive_utc", mode="before")(aware)

    @model_validator(mode="after")
    def _span(self) -> DirectReturnFile:
        if self.arrive_utc is not None and self.arrive_utc <= self.lift_off_utc:
            raise ValueError("`arrive_utc` is not after `lift_off_utc`: expected a later one")
        if self.zone is not None and self.arrive_utc is not None:
            raise ValueError(
                "found both `zone` and `arrive_utc`, expected one: it settles the other"
            )
        return self


class EntryFile(Part):
    """Entry of a capsule and its landing."""

    kind: Literal["entry"]
    spacecraft: str
    """The capsule."""
    mode: Literal["ballistic", "lifting", "skip"] = "ballistic"
    """Without lift, with lift all the way, or by a skip out of the air."""
    zone: str | None = None
    """Name of `perilune catalog landing_zones`; not aimed where left out."""
    zone_km: Annotated[float, Field(gt=0, le=3000)] = 50.0
    """Radius about the zone within which a landing counts."""
    diameter_m: Annotated[float, Field(gt=0, le=20)]
    """Of the capsule: the area that drag counts on."""
    drag: Annotated[float, Field(gt=0, le=5)]
    """Drag coefficient."""
    lift_to_drag: Annotated[float, Field(ge=0, lt=3)] = 0.0
    """Lift over drag."""
    nose_radius_m: Annotated[float, Field(gt=0, le=20)] = 1.0
    """Of the stagnation region, for heating."""

    @model_validator(mode="after")
    def _aims(self) -> EntryFile:
        if self.mode == "skip" and self.zone is None:
            raise ValueError("a skip is aimed: expected the `zone` it lands in")
        return self
