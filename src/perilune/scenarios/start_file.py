"""What a scenario file says of a mission that begins in lunar orbit, and of a burn gone wrong."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from perilune.scenarios.part import Confidence, Inclination, LunarAltitude, Part, aware

Duration = Annotated[float, Field(gt=0, le=36000)]
Turn = Annotated[float, Field(ge=-360, le=360)]


class Sourced(Part):
    """A table of figures: `source` says where they stand, or `confidence` that they do not."""

    confidence: Confidence | None = None
    """How far the figures are confirmed."""
    source: str | None = None
    """Where the figures stand."""

    @model_validator(mode="after")
    def _says_where_from(self) -> Sourced:
        if self.source is None and self.confidence is None:
            raise ValueError("found neither `source` nor `confidence`: every figure has one")
        return self


class OverflightFile(Part):
    """A lunar site the orbit's plane passes over at a date, were it left alone."""

    site: str
    """Name of `perilune catalog lunar_sites`."""
    utc: datetime
    """When the plane holds the site."""
    heading: Literal["northbound", "southbound"]
    """Which way it flies over it."""

    _utc = field_validator("utc", mode="before")(aware)


class LunarStartFile(Sourced):
    """The mission begins in a lunar orbit, in place of launch, transfer and capture.

    The argument of latitude (from the ascending node) is where the spacecraft is at `utc`. Without
    `true_anomaly_deg` the place of the perilune is left open to a `timed_burn` that comes next.
    """

    kind: Literal["lunar_start"]
    utc: datetime
    """When the mission begins."""
    perilune_altitude_km: LunarAltitude
    """Over the mean sphere, of the osculating ellipse."""
    apolune_altitude_km: LunarAltitude
    """Over the mean sphere, of the osculating ellipse."""
    inclination_deg: Inclination
    """To the Moon's equator."""
    passes_over: OverflightFile
    """Sets the node."""
    argument_of_latitude_deg: Turn
    """Where it is, from the ascending node."""
    true_anomaly_deg: Turn | None = None
    """Where it is, from the perilune."""

    _utc = field_validator("utc", mode="before")(aware)


class IntendedFile(Part):
    """The burn that was meant: its length, and the orbit it was to lead to."""

    duration_s: Duration
    """How long it was to burn."""
    perilune_altitude_km: LunarAltitude
    """Of the orbit it was to lead to."""
    apolune_altitude_km: LunarAltitude
    """Of the orbit it was to lead to."""


class TimedBurnFile(Sourced):
    """A burn along the motion that lasted `duration_s`, and the coast after it.

    Thrust and place are inferred from the burn intended. The coast ends at `until_utc`; without
    it, on the Moon, which ends the mission.
    """

    kind: Literal["timed_burn"]
    spacecraft: str
    """The spacecraft that does it."""
    isp_s: Annotated[float, Field(ge=10, le=1e5)]
    """Specific impulse."""
    duration_s: Duration
    """How long it burned."""
    intended: IntendedFile
    """The burn that was meant."""
    branch: Literal["after_perilune", "before_perilune"] | None = None
    """On which side of the perilune it burned; both are tried where left out."""
    until_utc: datetime | None = None
    """When the coast after it ends; on the Moon where left out."""

    _utc = field_validator("until_utc", mode="before")(aware)
