"""A burn known by its length and by the orbit it was to lead to: its thrust and place inferred."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.state import State
from perilune.dynamics.propagate import propagate
from perilune.dynamics.trajectory import Trajectory
from perilune.errors import InputError
from perilune.phases.base import Condition, Context, Engine
from perilune.phases.burn import Burn, Steering, fly_burn
from perilune.phases.burn_place import Ellipse, burn_place
from perilune.phases.lunar_start import OpenOrbit
from perilune.phases.orbit_burn import LEAD_S, moon_state, osculating
from perilune.phases.relative import mean_motion
from perilune.phases.shot import COAST_EVENTS
from perilune.targeting.problem import Goal, Solution, Unknown, differences, solve

Array = NDArray[np.float64]

BRANCHES = ("after_perilune", "before_perilune")
"""The two places of an orbit from which a burn along its motion leads to another orbit."""

_WITHIN_KM = 0.05  # heights are published as whole kilometers
_LEAST_N = 1e-6


@dataclass(frozen=True)
class Intended:
    """The burn that was meant: its length, and the orbit it leads to (over the mean sphere)."""

    duration_s: float
    perilune_altitude_km: float
    apolune_altitude_km: float

    def __post_init__(self) -> None:
        if not self.perilune_altitude_km <= self.apolune_altitude_km:
            raise InputError(
                f"found {self.perilune_altitude_km:g}, expected at most the apolune's "
                f"{self.apolune_altitude_km:g}",
                key="intended.perilune_altitude_km",
            )

    @property
    def ellipse(self) -> Ellipse:
        """The orbit meant."""
        return Ellipse(
            MOON_RADIUS_KM + self.perilune_altitude_km, MOON_RADIUS_KM + self.apolune_altitude_km
        )


@dataclass(frozen=True, eq=False)
class Ignition:
    """Where a burn begins, and the coast to it (None: the motion begins with the burn)."""

    state: State
    coast: Trajectory | None = None


@dataclass(frozen=True, eq=False)
class Inferred:
    """What was inferred of a burn, and how to fly it for any time.

    Attributes
    ----------
    solution : Solution
    ignition : Ignition
    engine : Engine
        Of the thrust inferred.
    sense : float
        1 along the velocity, -1 against it.
    """

    solution: Solution
    ignition: Ignition
    engine: Engine
    sense: float

    def burn(self, duration_s: float, mass_kg: float, context: Context) -> Burn:
        """Return the burn, flown for so long."""
        return _along(self.ignition.state, self.engine, duration_s, mass_kg, self.sense, context)


def infer(
    start: Condition, intended: Intended, isp_s: float, branch: str, context: Context
) -> Inferred:
    """Return the thrust and the place from which a burn reaches the orbit intended.

    From an open orbit (`start.departure`) the burn begins at the start, and where the perilune
    lies is solved; from a state, the coast to the burn is.
    """
    mass = start.stack.mass_kg
    assert mass is not None
    unknown, ignite, change = _place(start, intended, branch, context)
    sense, wanted = 1.0 if change > 0.0 else -1.0, intended.ellipse
    guess = max(1e3 * mass * abs(change) / intended.duration_s, _LEAST_N)

    def miss(values: Array) -> Array:
        place, engine = ignite(float(values[0])).state, Engine("inferred", float(values[1]), isp_s)
        burn = _along(place, engine, intended.duration_s, mass, sense, context)
        reached = osculating(burn.cut_off, context)
        return np.array(
            [
                float(reached.periapsis_km) - wanted.periapsis_km,
                float(reached.apoapsis_km) - wanted.apoapsis_km,
            ]
        )

    thrust = Unknown("thrust_n", guess, 0.1 * guess, 0.1 * guess, 10.0 * guess)
    goals = (Goal("perilune_km", _WITHIN_KM), Goal("apolune_km", _WITHIN_KM))
    evaluate = differences(miss, [1e-4 * unknown.scale, 1e-5 * guess])
    solution = solve([unknown, thrust], goals, evaluate, max_iterations=20, broyden=False)
    engine = Engine("inferred", solution.values["thrust_n"], isp_s)
    return Inferred(solution, ignite(solution.values[unknown.name]), engine, sense)


_Place = tuple[Unknown, Callable[[float], Ignition], float]
"""What is solved for the place, the ignition it gives, and the change of speed there, km/s."""


def _place(start: Condition, intended: Intended, branch: str, context: Context) -> _Place:
    gm, env, half = context.env.constants.gm("moon"), context.env, 0.5 * intended.duration_s
    side = -1.0 if branch == "before_perilune" else 1.0
    if start.state is None:
        orbit: OpenOrbit = start.departure
        size = Ellipse(orbit.perilune_km, orbit.apolune_km)
        anomaly, change = burn_place(size, intended.ellipse, gm)
        begin = side * anomaly - half * float(np.sqrt(gm / size.a_km**3))
        unknown = Unknown("true_anomaly_rad", begin, 0.1)
        return unknown, lambda x: Ignition(orbit.at(x, env)), change
    here = moon_state(start.state, context)
    now = osculating(here, context)
    size = Ellipse(float(now.periapsis_km), float(now.apoapsis_km))
    anomaly, change = burn_place(size, intended.ellipse, gm)
    there, rate = replace(now, true_anomaly=side * anomaly), mean_motion(here, gm)
    ahead = (float(there.mean_anomaly) - float(now.mean_anomaly)) % (2.0 * np.pi)
    wait = ahead / rate - half
    wait += 0.0 if wait > LEAD_S else 2.0 * np.pi / rate

    def coasted(seconds: float) -> Ignition:
        coast = propagate(
            here,
            until=here.epoch + seconds,
            forces=context.model.moon,
            env=env,
            events=COAST_EVENTS,
        )
        return Ignition(coast.final, coast)

    return Unknown("wait_s", wait, 100.0, 0.0), coasted, change


def _along(
    at: State, engine: Engine, duration_s: float, mass_kg: float, sense: float, context: Context
) -> Burn:
    """Fly a burn along (or against) the velocity, turning as the orbit does."""
    steering = Steering.along(sense * at.v_km_s, at)
    rate = mean_motion(at, context.env.constants.gm("moon"))
    return fly_burn(at, duration_s, engine, mass_kg, steering, rate, context)
