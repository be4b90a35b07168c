"""What moves ships and stations in low Earth orbit."""

from __future__ import annotations

from dataclasses import replace

from perilune.astro.atmosphere import Atmosphere, Msis
from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.dynamics.drag import Drag
from perilune.dynamics.forces import Forces
from perilune.phases.shot import Model

AREA_TO_MASS_M2_KG = 0.0045
"""Shenzhou has 0.0046, the Chinese station of 2022 some 0.004 to 0.005, by the areas of the
catalogue: assumed of all."""
MODERATE = Msis(120.0, 120.0, 10.0, version=0)
"""NRLMSISE-00 at moderate solar activity."""

SENSITIVITY = Forces(harmonics={"earth": (4, 0)})


def compact(env: Environment) -> Environment:
    """Return an environment whose engines compile in a second: tuned, this field takes minutes."""
    if not env.tuned:
        return env
    other: Environment = env.cache.setdefault("compact", replace(env, tuned=False, cache={}))
    return other


def low_orbit_model(
    epoch: Epoch,
    *,
    air: Atmosphere | None = MODERATE,
    area_to_mass_m2_kg: float = AREA_TO_MASS_M2_KG,
    inclination_deg: float = 51.6,
) -> Model:
    """Return the forces of a flight to a station, for a date.

    The Earth's field to degree and order 8, Moon, Sun and air drag; differences are taken in the
    zonals to 4.

    Parameters
    ----------
    epoch : Epoch
        Season of the air.
    air : Atmosphere or None
        None leaves drag out.
    area_to_mass_m2_kg : float
        Of ship and station alike.
    inclination_deg : float
        Latitudes the air is averaged over.

    Model limits: those of `Drag`; no radiation pressure, no tides.
    """
    drag = None
    if air is not None:
        drag = Drag.of(air, epoch, area_to_mass_m2_kg, inclination_deg=inclination_deg)
    return Model(earth=Forces(harmonics={"earth": (8, 8)}, drag=drag), sensitivity=SENSITIVITY)
