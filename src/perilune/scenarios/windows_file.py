"""What a scenario file says of its launch windows: what a scan tries, and what it asks for."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from perilune.scenarios.part import Inclination, Part

Elevation = Annotated[float, Field(ge=-90, le=90)]
Days = Annotated[float, Field(ge=0, le=366)]
Hours = Annotated[float, Field(ge=48, le=160)]


def _pair(name: str, low: float, high: float) -> None:
    if low > high:
        raise ValueError(f"`{name}`: found {low:g} to {high:g}, expected the smaller one first")


class WindowsFile(Part):
    """Launch windows: the flights a scan tries and the limits an opportunity has to keep.

    Everything may be left out. `flight_time_h` (shortest and longest) is 72 to 144 unless the
    transfer gives one; without `inclinations_deg` the lowest parking inclination permitted is
    tried, and a higher one where the Moon's declination asks for it. A landing needs its
    `landing_site` (or the transfer's `passes_over`) and `wait_d`.
    """

    inclinations_deg: Annotated[list[Inclination], Field(min_length=1, max_length=20)] | None = None
    """Parking inclinations tried."""
    flight_time_h: Annotated[list[Hours], Field(min_length=2, max_length=2)] | None = None
    """Shortest and longest flight tried."""
    flight_time_step_h: Annotated[float, Field(ge=0.05, le=48)] = 4.0
    """Step between flight times tried."""
    azimuth: Literal["steered", "fixed"] = "steered"
    """Whether the vehicle may steer its azimuth within the day's window."""
    dv_allowance_m_s: Annotated[float, Field(gt=0, le=1000)] = 30.0
    """Spent at most on leaving early or late: decides the daily window."""
    max_total_dv_m_s: Annotated[float, Field(gt=0, le=20000)] | None = None
    """Injection and capture together."""
    landing_site: str | None = None
    """Name of `perilune catalog lunar_sites`; the transfer's `passes_over` where left out."""
    wait_d: Annotated[list[Days], Field(min_length=2, max_length=2)] | None = None
    """Shortest and longest wait in lunar orbit before the landing."""
    sun_elevation_deg: Annotated[list[Elevation], Field(min_length=2, max_length=2)] | None = None
    """Lowest and highest Sun at the landing."""
    surface_stay_h: Annotated[float, Field(ge=0, le=9000)] = 0.0
    """How long after the landing the Sun has to stay within that."""
    earth_elevation_deg: Elevation | None = None
    """Lowest Earth at the landing."""
    within_km: Annotated[float, Field(gt=0, le=6000)] = 30.0
    """How far from the orbit's plane the site may be at touchdown."""
    ground_stations: list[str] = []
    """Names of `perilune catalog ground_stations`, one of which has to see arrival and landing."""
    station_elevation_deg: Annotated[float, Field(ge=0, lt=90)] = 10.0
    """Lowest elevation at a station that counts."""
    confidence: Literal["sourced", "derived", "unconfirmed", "assumed"] | None = None
    """How far the limits are confirmed."""
    source: str | None = None
    """Where the limits stand."""

    @field_validator("azimuth", mode="before")
    @classmethod
    def _way(cls, value: Any) -> Any:
        if value not in ("steered", "fixed"):
            raise ValueError(f"found {value!r:.40}, expected 'steered' or 'fixed'")
        return value

    @model_validator(mode="after")
    def _in_order(self) -> WindowsFile:
        for name in ("flight_time_h", "wait_d", "sun_elevation_deg"):
            pair = getattr(self, name)
            if pair is not None:
                _pair(name, *pair)
        light = ("sun_elevation_deg", "earth_elevation_deg", "landing_site")
        given = [name for name in light if getattr(self, name) is not None]
        if given and self.wait_d is None:
            raise ValueError(
                f"`{given[0]}` is about a landing: expected also `wait_d`, the shortest and "
                "longest wait in lunar orbit"
            )
        return self
