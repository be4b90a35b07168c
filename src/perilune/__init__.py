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
    from perilune.cooperation.comparison import Comparison
    from perilune.dynamics.batch import propagate_many
    from perilune.dynamics.forces import Forces, RadiationPressure
    from perilune.dynamics.propagate import Thrust, propagate
    from perilune.dynamics.trajectory import Trajectory
    from perilune.errors import PeriluneError
    from perilune.facade import evaluate, fly, station, study, windows
    from perilune.formats.ephemeris import Oem
    from perilune.formats.oem import read_oem
    from perilune.missions.flight import Flight
    from perilune.missions.mission import Mission
    from perilune.missions.reconstruct import Reconstruction, reconstruct
    from perilune.missions.scan_result import Windows
    from perilune.scenarios.load import load
    from perilune.stations.result import StationResult
    from perilune.views.table import Table

    __version__: str

_HOME = {
    "DAY": "perilune.astro.epoch",
    "Comparison": "perilune.cooperation.comparison",
    "Environment": "perilune.astro.environment",
    "Epoch": "perilune.astro.epoch",
    "Flight": "perilune.missions.flight",
    "Forces": "perilune.dynamics.forces",
    "Mission": "perilune.missions.mission",
    "Oem": "perilune.formats.ephemeris",
    "PeriluneError": "perilune.errors",
    "RadiationPressure": "perilune.dynamics.forces",
    "Reconstruction": "perilune.missions.reconstruct",
    "State": "perilune.astro.state",
    "StationResult": "perilune.stations.result",
    "Table": "perilune.views.table",
    "Thrust": "perilune.dynamics.propagate",
    "Trajectory": "perilune.dynamics.trajectory",
    "Windows": "perilune.missions.scan_result",
    "environment": "perilune.astro.environment",
    "evaluate": "perilune.facade",
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

__all__ = [
    "DAY",
    "Comparison",
    "Environment",
    "Epoch",
    "Flight",
    "Forces",
    "Mission",
    "Oem",
    "PeriluneError",
    "RadiationPressure",
    "Reconstruction",
    "State",
    "StationResult",
    "Table",
    "Thrust",
    "Trajectory",
    "Windows",
    "__version__",
    "environment",
    "evaluate",
    "fly",
    "load",
    "propagate",
    "propagate_many",
    "read_oem",
    "reconstruct",
    "station",
    "study",
    "windows",
]

if not TYPE_CHECKING:  # type checkers see the names above, and no others

    def __getattr__(name: str) -> Any:
        if name == "__version__":
            from importlib.metadata import version

            return version("perilune")
        if name in _HOME:
            return getattr(import_module(_HOME[name]), name)
        raise AttributeError(f"module 'perilune' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
