"""perilune: joint lunar missions and space stations, designed in full ephemeris.

The facade: everything a user needs stands here; heavy parts load when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from perilune.astro.environment import Environment, environment
    from perilune.astro.epoch import DAY, Epoch
    from perilune.astro.state import State
    from perilune.dynamics.batch import propagate_many
    from perilune.dynamics.forces import Forces, RadiationPressure
    from perilune.dynamics.propagate import Thrust, propagate
    from perilune.dynamics.trajectory import Trajectory
    from perilune.errors import PeriluneError
    from perilune.facade import fly, station, study, windows
    from perilune.formats.oem import read_oem
    from perilune.missions.flight import Flight
    from perilune.missions.reconstruct import Reconstruction, reconstruct
    from perilune.scenarios.load import load

_HOME = {
    "DAY": "perilune.astro.epoch",
    "Environment": "perilune.astro.environment",
    "Epoch": "perilune.astro.epoch",
    "Flight": "perilune.missions.flight",
    "Forces": "perilune.dynamics.forces",
    "PeriluneError": "perilune.errors",
    "RadiationPressure": "perilune.dynamics.forces",
    "Reconstruction": "perilune.missions.reconstruct",
    "State": "perilune.astro.state",
    "Thrust": "perilune.dynamics.propagate",
    "Trajectory": "perilune.dynamics.trajectory",
    "environment": "perilune.astro.environment",
    "fly": "perilune.facade",
    "load": "perilune.scenarios.load",
    "propagate": "perilune.dynamics.propagate",
    "propagate_many": "perilune.dynamics.batch",
    "read_oem": "perilune.formats.oem",
    "reconstruct": "perilune.missions.reconstruct",
    "station": "perilune.facade",
    "study": "perilune.facade",
    "windows": "perilune.facade",
}

__all__ = [*sorted(_HOME), "__version__"]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("perilune")
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'perilune' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
