"""What a scenario file says of what was flown."""

from __future__ import annotations

import re
from datetime import datetime

from pydantic import ConfigDict, field_validator, model_validator

from perilune.errors import nearest
from perilune.missions.mission import EVENT_NAMES
from perilune.scenarios.part import Part, aware

NUMBERED_EVENTS = (
    "phasing_burn",
    "correction",
    "lunar_orbit_insertion",
    "rendezvous_burn",
    "orbit_burn",
    "station_keeping",
    "trans_earth_injection",
)
"""Events that carry a number: `lunar_orbit_insertion_1`."""

_UNIT = re.compile("[a-z][a-z0-9_]*_(km|km_s|m_s|km2_s2|kg|s|min|h|d|deg|n)")


class AsFlownFile(Part):
    """What was flown, for the comparison column only."""

    model_config = ConfigDict(extra="allow", strict=True, allow_inf_nan=False, frozen=True)

    event: str
    """Name of an event, such as `lunar_orbit_insertion_1`."""
    utc: datetime | None = None
    """When it happened."""
    source: str
    """Where it stands."""

    _utc = field_validator("utc", mode="before")(aware)

    @field_validator("event")
    @classmethod
    def _known(cls, value: str) -> str:
        stem, _, number = value.rpartition("_")
        if stem in NUMBERED_EVENTS and re.fullmatch("[1-9][0-9]?", number):
            return value
        if value in NUMBERED_EVENTS:
            raise ValueError(f"'{value}' is numbered, even when there is one: '{value}_1'")
        known = [f"{name}_1" if name in NUMBERED_EVENTS else name for name in EVENT_NAMES]
        if value not in known:
            near = nearest(value, known)
            hint = f" Did you mean '{near}'?" if near else ""
            raise ValueError(f"unknown event '{value}'.{hint} Known: {', '.join(known)}.")
        return value

    @model_validator(mode="after")
    def _figures_are_numbers(self) -> AsFlownFile:
        for key, value in (self.model_extra or {}).items():
            if not _UNIT.fullmatch(key):
                raise ValueError(
                    f"`{key}` has no unit: a flown figure ends in one, such as `altitude_km`"
                )
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ValueError(f"`{key}`: found {value!r:.40}, expected a number")
            if not abs(value) <= 1e15:
                raise ValueError(f"`{key}`: found {value!r:.40}, expected a number up to 1e15")
        return self
