"""The data a computation uses, passed explicitly: there is no process-wide state."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from perilune.astro.bodies import Constants, constants
from perilune.astro.ephemeris import Ephemeris
from perilune.astro.orientation import EarthOrientation, MoonOrientation


@dataclass(frozen=True)
class Environment:
    """Ephemeris, orientation and constants, and the caches built from them.

    Make one with `environment()` and share it: the caches (ephemeris blocks, compiled
    integrators) live in it, and two environments never influence each other.

    `tuned` compiles integrators for speed: some 2 to 4 times faster to run, 2 to 10 s slower to
    compile the first time on a machine. For scans and Monte Carlo.
    """

    constants: Constants
    ephemeris: Ephemeris = field(default_factory=Ephemeris)
    earth: EarthOrientation = field(default_factory=EarthOrientation)
    moon: MoonOrientation = field(default_factory=MoonOrientation)
    tuned: bool = False
    cache: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def __repr__(self) -> str:
        return f"<Environment {', '.join(self.describe().values())}>"

    def describe(self) -> dict[str, str]:
        """Return what a result prints of its data: names and sources."""
        return {
            "constants": self.constants.name,
            "ephemeris": self.ephemeris.name,
            "earth_orientation": self.earth.name,
            "moon_orientation": self.moon.name,
        }


def environment(*, constants: str = "de440", tuned: bool = False) -> Environment:
    """Return the offline default environment, with a named set of constants.

    Raises
    ------
    UnknownName
        Where there is no such set.
    """
    return Environment(_constants(constants), tuned=tuned)


_constants = constants
