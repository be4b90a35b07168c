"""Return capsules: what decides how they fall through air."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from perilune.errors import InputError


@dataclass(frozen=True)
class Parachute:
    """A parachute that opens at a height.

    Attributes
    ----------
    opens_km : float
        Geodetic height.
    sink_m_s : float
        Rate of descent under it at sea level of the standard atmosphere.

    Model limits: opens fully at once; no drogue, no wind.
    """

    opens_km: float = 10.0
    sink_m_s: float = 8.0

    def __post_init__(self) -> None:
        if not (0.0 < self.opens_km < 50.0 and self.sink_m_s > 0.0):
            raise InputError(
                f"parachute opens_km {self.opens_km}, sink_m_s {self.sink_m_s}: expected 0 to 50 "
                "and > 0"
            )

    @property
    def ballistic_kg_m2(self) -> float:
        """Mass over drag area of capsule and parachute, from the balance of drag and weight."""
        return 0.5 * 1.225 * self.sink_m_s**2 / 9.80665


@dataclass(frozen=True)
class Capsule:
    """A body of constant drag and lift coefficients.

    Attributes
    ----------
    name : str
    mass_kg, diameter_m : float
    drag : float
        Drag coefficient on the area of `diameter_m`.
    lift_to_drag : float
    nose_radius_m : float
        Of the stagnation region, for heating.
    parachute : Parachute

    Model limits: coefficients do not change with Mach or Reynolds number; trimmed at all times;
    no ablation.
    """

    name: str
    mass_kg: float
    diameter_m: float
    drag: float
    lift_to_drag: float = 0.0
    nose_radius_m: float = 1.0
    parachute: Parachute = Parachute()

    def __post_init__(self) -> None:
        sizes = (self.mass_kg, self.diameter_m, self.drag, self.nose_radius_m)
        if not all(np.isfinite(x) and x > 0.0 for x in sizes):
            raise InputError(
                f"capsule '{self.name}': mass_kg, diameter_m, drag and nose_radius_m are {sizes}, "
                "expected positive numbers"
            )
        if not 0.0 <= self.lift_to_drag < 3.0:
            raise InputError(
                f"capsule '{self.name}': lift_to_drag is {self.lift_to_drag}, expected 0 to 3"
            )

    @property
    def ballistic_kg_m2(self) -> float:
        """Mass over drag area, kg/m2."""
        return self.mass_kg / (self.drag * 0.25 * np.pi * self.diameter_m**2)
