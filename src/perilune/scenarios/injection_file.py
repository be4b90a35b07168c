"""What a scenario file says of an injection by engines."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from perilune.scenarios.part import Part


class InjectionBurnFile(Part):
    """One burn of an injection: an upper stage's, a spacecraft's engine's, or an impulse."""

    stage: str | None = None
    """Upper stage that burns: name of `perilune catalog upper_stages`."""
    spacecraft: str | None = None
    """Or the spacecraft that burns."""
    engine: str | None = None
    """Its engine."""
    period_h: Annotated[float, Field(ge=1.5, le=240)] | None = None
    """Goal: period of the orbit after the burn."""
    apogee_altitude_km: Annotated[float, Field(gt=0, le=400000)] | None = None
    """Or goal: height of its apogee."""
    after_revolutions: Annotated[int, Field(ge=1, le=100)] = 1
    """At which perigee after the last burn."""
    impulsive: bool = False
    """One instant in place of a burn with its duration."""

    @model_validator(mode="after")
    def _one_engine(self) -> InjectionBurnFile:
        if self.stage is not None and (self.spacecraft or self.engine) is not None:
            raise ValueError(
                "found `stage` and a spacecraft's engine, expected one of them to burn"
            )
        if (self.spacecraft is None) != (self.engine is None):
            raise ValueError("`spacecraft` and `engine` belong together: expected both or neither")
        if self.period_h is not None and self.apogee_altitude_km is not None:
            raise ValueError("found `period_h` and `apogee_altitude_km`, expected one goal")
        return self


class InjectionFile(Part):
    """Translunar injection by engines; without this phase it is one impulse.

    Every burn but the last says which orbit it leads to; the last is solved by the transfer.
    """

    kind: Literal["injection"]
    burns: Annotated[list[InjectionBurnFile], Field(min_length=1, max_length=20)]
    """In their order; the last is the translunar injection."""

    @model_validator(mode="after")
    def _goals(self) -> InjectionFile:
        if self.burns[0].after_revolutions != 1:
            raise ValueError(
                "burns[0] is in the parking orbit: `after_revolutions` is for later burns"
            )
        for number, burn in enumerate(self.burns):
            goal = burn.period_h or burn.apogee_altitude_km
            last = number == len(self.burns) - 1
            if last and goal is not None:
                raise ValueError(
                    f"burns[{number}] is the translunar injection, whose size is solved: leave "
                    "out its goal, or add the burn that follows it"
                )
            if not last and goal is None:
                raise ValueError(
                    f"burns[{number}] has no goal, expected `period_h` or `apogee_altitude_km`: "
                    "only the last burn is solved"
                )
        return self
