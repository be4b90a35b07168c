"""Air drag in low Earth orbit, in a form every engine integrates: the density a smooth curve.

A density model is a table or a program; a Taylor integrator wants a formula. So the logarithm of
the density, averaged around the orbits asked about, is fitted by a cubic in height.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from perilune.astro.atmosphere import Atmosphere
from perilune.astro.bodies import EARTH_FLATTENING, EARTH_RADIUS_KM
from perilune.astro.epoch import Epoch
from perilune.astro.orientation import ERA_RATE
from perilune.errors import InputError

Vector = list[Any]

REFERENCE_KM, UNIT_KM = 300.0, 100.0
"""The cubic is in (height - reference) / unit."""
_TERMS = 4
_HEIGHTS_N, _LATITUDES_N, _LONGITUDES_N = 14, 15, 12


@dataclass(frozen=True)
class Drag:
    """Drag on a body of constant ballistic coefficient.

    Attributes
    ----------
    area_to_mass_m2_kg : float
        Cross-section over mass.
    log_density : tuple of float
        Four coefficients: of the natural logarithm of the density (kg/m3) at 300 km over the
        ellipsoid, and of the powers of each 100 km above.
    coefficient : float
        Of drag.

    Model limits: no day and night, no seasons within an arc: the density at a place is half to
    twice that; good between the heights fitted. The air turns with the Earth.
    """

    area_to_mass_m2_kg: float
    log_density: tuple[float, float, float, float]
    coefficient: float = 2.2

    def __post_init__(self) -> None:
        if not (self.area_to_mass_m2_kg >= 0.0 and 0.0 <= self.coefficient <= 10.0):
            raise InputError(
                f"drag: found area_to_mass_m2_kg {self.area_to_mass_m2_kg} and coefficient "
                f"{self.coefficient}; expected >= 0, and 0 to 10"
            )
        if len(self.log_density) != _TERMS:
            raise InputError(f"drag: found {len(self.log_density)} coefficients, expected four")

    @classmethod
    def of(
        cls,
        atmosphere: Atmosphere,
        epoch: Epoch,
        area_to_mass_m2_kg: float,
        *,
        inclination_deg: float = 51.6,
        heights_km: tuple[float, float] = (180.0, 450.0),
        coefficient: float = 2.2,
    ) -> Drag:
        """Return drag in an atmosphere averaged over the latitudes and hours an orbit sees."""
        heights = np.linspace(*heights_km, _HEIGHTS_N)
        angle = np.pi * (np.arange(_LATITUDES_N) + 0.5) / _LATITUDES_N - 0.5 * np.pi
        sine = np.sin(np.radians(inclination_deg)) * np.sin(angle)
        longitude = 360.0 * np.arange(_LONGITUDES_N) / _LONGITUDES_N
        grid = np.meshgrid(heights, np.degrees(np.arcsin(sine)), longitude, indexing="ij")
        mean = atmosphere.density_kg_m3(grid[0], grid[1], grid[2], epoch).mean(axis=(1, 2))
        curve = np.polyfit((heights - REFERENCE_KM) / UNIT_KM, np.log(mean), _TERMS - 1)
        d, c, b, a = (float(x) for x in curve)
        return cls(area_to_mass_m2_kg, (a, b, c, d), coefficient)

    def values(self) -> dict[str, float]:
        """Return the runtime values of a system's static parameters."""
        air = {f"air:{i}": x for i, x in enumerate(self.log_density)}
        return {"drag": self.coefficient * self.area_to_mass_m2_kg, **air}


def drag(
    m: Any, coefficient: Any, log_density: Sequence[Any], r: Vector, v: Vector, pole: Vector
) -> Vector:
    """Return the acceleration by the air, km/s^2.

    Half the density times drag coefficient and area over mass (m2/kg), against the motion through
    air that turns with the Earth (Montenbruck & Gill 2000, eq. 3.97 and 3.98).
    """
    distance = m.sqrt(r[0] * r[0] + r[1] * r[1] + r[2] * r[2])
    sine = (pole[0] * r[0] + pole[1] * r[1] + pole[2] * r[2]) / distance
    height = distance - EARTH_RADIUS_KM * (1.0 - EARTH_FLATTENING * sine * sine)
    x = (height - REFERENCE_KM) / UNIT_KM
    a, b, c, d = log_density
    density = m.exp(a + x * (b + x * (c + x * d)))
    wind = [
        pole[1] * r[2] - pole[2] * r[1],
        pole[2] * r[0] - pole[0] * r[2],
        pole[0] * r[1] - pole[1] * r[0],
    ]
    u = [own - ERA_RATE * air for own, air in zip(v, wind, strict=True)]
    speed = m.sqrt(u[0] * u[0] + u[1] * u[1] + u[2] * u[2])
    size = -500.0 * coefficient * density * speed  # 1/m is 1000/km
    return [size * part for part in u]
