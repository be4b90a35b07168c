"""What all parts of a scenario file share: strict tables, and the kinds of number they hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

# Upper bounds are far outside what is flown: they catch a slip of units and keep numbers finite.
Mass = Annotated[float, Field(gt=0, le=1e7)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64)]
Inclination = Annotated[float, Field(ge=0, le=180)]
LunarAltitude = Annotated[float, Field(gt=0, le=60000)]
Confidence = Literal["sourced", "derived", "unconfirmed", "assumed"]


def aware(value: Any) -> Any:
    """Take dates as TOML writes them; a time without an offset is refused."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"found {value.isoformat()}, expected UTC: end it with Z")
        if value.utcoffset() != timedelta(0):
            raise ValueError(f"found {value.isoformat()}, expected UTC: an end in Z, no offset")
        return value.astimezone(UTC)
    return value


def whole_schema(value: Any) -> Any:
    """Refuse a schema's number that only looks like 1."""
    if isinstance(value, bool | float):
        raise ValueError(f"found {str(value).lower()}, expected 1")
    return value


def file_list(value: Any) -> Any:
    """Take one file's name for a list of one."""
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError(f"found {value!r:.40}, expected a file's name in quotes, or a list")
    return names


class Part(BaseModel):
    """A table of a file: no unknown keys, no guessed types, nothing infinite."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)
