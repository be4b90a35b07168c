"""What a transfer is asked for, and what is answered."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.phases.arrival import Perilune
from perilune.phases.launch import Launch
from perilune.phases.seeds import Seed
from perilune.phases.shot import Model, Shot
from perilune.targeting.problem import Solution

FLIGHT_TIMES_H = (72.0, 144.0)
"""The interval searched where the flight time is free."""


@dataclass(frozen=True)
class Request:
    """What a transfer is asked for.

    Attributes
    ----------
    launch : Launch
    wanted : Perilune
    lift_off : Epoch
        The instant of lift-off, or the start of the day to search where `inclination_deg` is
        given and `fixed_lift_off` is not set.
    fixed_lift_off : bool
    inclination_deg : float, optional
        Of the parking orbit, to the equator of date.
    flight_time_s : float, optional
        None: least total delta-v over `FLIGHT_TIMES_H`.
    coast, heading : str, optional
        Keep only the short or long coast, the northbound or southbound lift-off.
    model : Model
    """

    launch: Launch
    wanted: Perilune
    lift_off: Epoch
    fixed_lift_off: bool = True
    inclination_deg: float | None = None
    flight_time_s: float | None = None
    coast: str | None = None
    heading: str | None = None
    model: Model = field(default_factory=Model)

    @property
    def turns_plane(self) -> bool:
        """Whether lift-off and inclination are both given, so that the injection must turn."""
        return self.fixed_lift_off and self.inclination_deg is not None


@dataclass(frozen=True, eq=False)
class Transfer:
    """A solved (or failed) transfer on one branch.

    Attributes
    ----------
    name : str
        Branch, with heading and coast where several lift-offs were tried.
    branch : str
        `north` or `south`: where the aim point passes the Moon.
    solution : Solution
        Of the last stage reached.
    shot : Shot or None
    plane_change_dv_km_s : float or None
        What the impulse costs over the coplanar one, where lift-off and inclination were given.
    curve : tuple of (flight time h, total delta-v km/s)
        Where the flight time was free: the values tried.
    """

    name: str
    branch: str
    solution: Solution
    shot: Shot | None
    seed: Seed
    plane_change_dv_km_s: float | None = None
    curve: tuple[tuple[float, float], ...] = ()

    @property
    def converged(self) -> bool:
        """Whether the perilune wanted was reached."""
        return self.shot is not None and self.solution.converged

    def total_dv_km_s(self, env: Environment) -> float:
        """Return injection plus an impulsive capture into a circle at perilune, km/s."""
        if not self.converged or self.shot is None:
            return float("inf")
        r = float(np.linalg.norm(self.shot.arrival.r_km))
        v = float(np.linalg.norm(self.shot.arrival.v_km_s))
        return self.shot.injection_dv_km_s + v - float(np.sqrt(env.constants.gm("moon") / r))
