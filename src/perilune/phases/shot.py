"""What a translunar shot is flown with, what decides it, and what it leaves."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.dynamics.events import Apsis, Distance, impact, periapsis
from perilune.dynamics.forces import Forces
from perilune.dynamics.trajectory import Trajectory
from perilune.phases.launch import Insertion

Array = NDArray[np.float64]

_PLANETS = ("venus", "jupiter")

IMPULSE = ("dv_x", "dv_y", "dv_z")
"""Controls of an impulse given by its three `icrf` components."""


def coast_events(center: str) -> tuple[Apsis, Distance]:
    """Return what every coast about a body looks for."""
    return periapsis(center), impact(center)


COAST_EVENTS = coast_events("moon")

AIM_EVENTS = (periapsis("moon"), replace(impact("moon"), distance_km=0.5 * MOON_RADIUS_KM))
"""The same system while aiming: a trial may dip below the surface, but not to the center."""


@dataclass(frozen=True)
class Model:
    """The force models of a transfer, and where its center changes.

    Attributes
    ----------
    earth, moon : Forces
        About the Earth (parking orbit, cruise) and about the Moon (approach and after): what is
        flown, and what the goals are met in.
    sensitivity : Forces
        About both, for state-transition matrices: without the terms that cost much and bend
        little. It decides how fast a solve converges, not where.
    handover_s : float
        The approach is integrated about the Moon for this long before arrival.
    """

    earth: Forces = field(
        default_factory=lambda: Forces(
            ("earth", "moon", "sun", *_PLANETS), harmonics={"earth": (4, 0)}
        )
    )
    moon: Forces = field(
        default_factory=lambda: Forces(
            ("earth", "moon", "sun", *_PLANETS), harmonics={"earth": (2, 0), "moon": (8, 8)}
        )
    )
    sensitivity: Forces = field(default_factory=lambda: Forces(harmonics={"earth": (2, 0)}))
    handover_s: float = 64800.0

    def about(self, center: str) -> Forces:
        """Return what is flown about a body: Earth or Moon."""
        return self.earth if center == "earth" else self.moon


@dataclass(frozen=True)
class Controls:
    """What decides a shot.

    Attributes
    ----------
    lift_off : Epoch
    azimuth_rad : float
        Inertial launch azimuth to the equator of date.
    coast_s : float
        From parking-orbit insertion to injection.
    dv_km_s : float or tuple of float
        Injection impulse: along the velocity, or three `icrf` components.
    flight_time_s : float
        From injection to perilune.
    """

    lift_off: Epoch
    azimuth_rad: float
    coast_s: float
    dv_km_s: float | tuple[float, float, float]
    flight_time_s: float

    def moved(self, values: dict[str, float]) -> Controls:
        """Return the controls with some replaced (`lift_off_s` shifts the instant)."""
        changes: dict[str, object] = {
            k: v for k, v in values.items() if k not in ("lift_off_s", *IMPULSE)
        }
        if "lift_off_s" in values:
            changes["lift_off"] = self.lift_off + values["lift_off_s"]
        if "dv_x" in values:
            changes["dv_km_s"] = (values["dv_x"], values["dv_y"], values["dv_z"])
        return replace(self, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class Shot:
    """A flown shot.

    Attributes
    ----------
    controls : Controls
    insertion : Insertion
    parking, cruise : Trajectory
    approach : Trajectory or None
        About the Moon; None where the Moon was made massless.
    before, after : State
        At injection, before and after the impulse.
    arrival : State
        At the end of the flight time, Moon-centered.
    columns : dict of str to ndarray, shape (6,)
        Derivative of the arrival's components to each control asked for.
    """

    controls: Controls
    insertion: Insertion
    parking: Trajectory
    cruise: Trajectory
    approach: Trajectory | None
    before: State
    after: State
    arrival: State
    columns: dict[str, Array]

    @property
    def injection_dv_km_s(self) -> float:
        """Size of the injection impulse."""
        return float(np.linalg.norm(self.after.v_km_s - self.before.v_km_s))
