"""The maria of the Moon, for maps: discs of the diameter that the nomenclature gives them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import RADIUS_KM

Array = NDArray[np.float64]

_ROUND_KM = 1200.0
_POINTS = 36


@dataclass(frozen=True)
class Mare:
    """A mare: name, center (deg) and diameter (km)."""

    name: str
    latitude_deg: float
    longitude_deg: float
    diameter_km: float

    @property
    def is_round(self) -> bool:
        """Whether a disc stands for it: not for Mare Frigoris (a belt), Oceanus Procellarum."""
        return self.diameter_km < _ROUND_KM

    def rim_deg(self) -> Array:
        """Return longitude and latitude (deg, shape (n, 2)) around the disc.

        Points at one angle from the center, by the sine and cosine rules of a spherical triangle.

        Model limits: a mare has no round shore; the disc tells where it is and about how wide.
        """
        turn = np.linspace(0.0, 2.0 * np.pi, _POINTS, endpoint=False)
        angle = 0.5 * self.diameter_km / RADIUS_KM["moon"]
        here = np.radians(self.latitude_deg)
        sine = np.sin(here) * np.cos(angle) + np.cos(here) * np.sin(angle) * np.cos(turn)
        east = np.arctan2(
            np.sin(turn) * np.sin(angle) * np.cos(here), np.cos(angle) - np.sin(here) * sine
        )
        longitude = self.longitude_deg + np.degrees(east)
        return np.column_stack([longitude, np.degrees(np.arcsin(sine))])


@cache
def maria() -> tuple[Mare, ...]:
    """Return the maria and the ocean of the IAU's nomenclature; source in the file's header."""
    text = files("perilune.report").joinpath("data", "maria.csv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return tuple(
        Mare(
            row["name"],
            float(row["latitude_deg"]),
            float(row["longitude_deg"]),
            float(row["diameter_km"]),
        )
        for row in csv.DictReader(lines)
    )
