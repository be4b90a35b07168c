"""Straight up from the Moon and home: one burn from the surface, no orbit.

What decides a direct return is the angular momentum about the Earth. A burn straight up leaves the
Moon with an excess velocity along the site's vertical; home it comes where that velocity takes away
what the Moon's own motion gives across the line to the Earth, but for the little that the
flight-path angle at the interface stands for. The speed at burn-out settles the part along the
Moon's motion; what is left across the Moon's orbit, the latitude of the site and the librations
settle, and a tilt of the thrust has to make good.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import EARTH_RADIUS_KM
from perilune.astro.epoch import Epoch
from perilune.astro.geometry import SurfacePoint
from perilune.astro.state import State
from perilune.dynamics.events import Distance, impact, periapsis
from perilune.dynamics.propagate import propagate
from perilune.dynamics.trajectory import Trajectory
from perilune.phases.base import Context, Engine
from perilune.phases.burn import Burn, Steering, burn_time_s, fly_burn
from perilune.phases.tei_flight import crossing
from perilune.targeting.problem import Goal, Solution, Unknown, differences, minimize, solve

Array = NDArray[np.float64]

_LONGEST_S = 10.0 * 86400.0
_FLOOR = (
    periapsis("earth", terminal=True),
    Distance(terminal=True, direction=-1, name="floor", body="earth", distance_km=6450.0),
)
_ENTRY_KM = 120.0
_TRIES = 15
_UNLIKED = 1e6  # beyond any preference: outside the window comes last
_OUTSIDE_S = 10.0  # how much later an arrival may be for each km2/s nearer to the window


@dataclass(frozen=True, eq=False)
class Straight:
    """A burn from the surface and the coast after it, to the interface or the perigee.

    Attributes
    ----------
    dv_km_s : float
        Integral of thrust over mass.
    tilt : ndarray, shape (2,)
        Of the thrust from the vertical, rad: to the east, to the north.
    momentum : ndarray, shape (3,)
        Angular momentum about the Earth at the end, km2/s.
    interface : State or None
        At 120 km, where it comes down to it.
    """

    dv_km_s: float
    tilt: Array
    burn: Burn
    coast: Trajectory
    momentum: Array
    interface: State | None


@dataclass(frozen=True)
class Site:
    """Where and when a stage lifts off, with what."""

    point: SurfacePoint
    lift_off: Epoch
    engine: Engine
    mass_kg: float


class Shooter:
    """Flies straight returns from one site."""

    def __init__(self, site: Site, context: Context) -> None:
        self.site, self.context = site, context

    @cached_property
    def state(self) -> State:
        """The stage at rest on the turning Moon."""
        return self.site.point.state(self.site.lift_off, self.context.env)

    @cached_property
    def axes(self) -> tuple[Array, Array, Array]:
        """East, north and up at lift-off, `icrf`."""
        pole = SurfacePoint("moon", 90.0, 0.0).state(self.site.lift_off, self.context.env).r_km
        up = self.state.r_km / np.linalg.norm(self.state.r_km)
        east = np.cross(pole, up)
        east = east / np.linalg.norm(east)
        return east, np.cross(up, east), up

    def fly(self, dv_km_s: float, tilt: Array) -> Straight | None:
        """Burn and coast; None where the flight does not come back within ten days."""
        burn = self.burn(dv_km_s, tilt)
        model, env = self.context.model, self.context.env
        near = propagate(
            burn.cut_off,
            until=burn.cut_off.epoch + model.handover_s,
            forces=model.moon,
            env=env,
            events=(impact("moon"),),
        )
        if near.status != "completed":
            return None
        far = propagate(
            near.final.to(center="earth", env=env),
            until=near.final.epoch + _LONGEST_S,
            forces=model.earth,
            env=env,
            events=_FLOOR,
        )
        if far.status != "stopped":
            return None
        end = far.final
        epoch = crossing(far, _ENTRY_KM) if far.events[-1].name == "floor" else None
        cut = far if epoch is None else far.until(epoch)
        return Straight(
            dv_km_s,
            tilt,
            burn,
            near + cut,
            np.cross(end.r_km, end.v_km_s),
            None if epoch is None else cut.final,
        )

    def burn(self, dv_km_s: float, tilt: Array) -> Burn:
        """Fly the burn from the surface, thrusting in a fixed direction."""
        east, north, up = self.axes
        aim = up + tilt[0] * east + tilt[1] * north
        aim = aim / np.linalg.norm(aim)
        lead = np.cross(north, aim)
        lead = lead / np.linalg.norm(lead)
        steering = Steering(_triple(aim), _triple(lead), self.site.lift_off)
        lasts = burn_time_s(dv_km_s, self.site.engine, self.site.mass_kg)
        return fly_burn(
            self.state, lasts, self.site.engine, self.site.mass_kg, steering, 0.0, self.context
        )


def momentum_for(angle_deg: float, gm: float) -> float:
    """Return the angular momentum of a return that meets the interface at an angle, km2/s.

    From the Moon's distance the speed at the interface is that of escape to 0.1 per cent.
    """
    radius = EARTH_RADIUS_KM + _ENTRY_KM
    apogee = 384400.0
    speed = np.sqrt(gm * (2.0 / radius - 2.0 / (radius + apogee)))
    return float(radius * speed * np.cos(np.radians(angle_deg)))


@dataclass(frozen=True, eq=False)
class Straightest:
    """The straight return found: how it ended, its flight, and the vertical one beside it."""

    solution: Solution
    flight: Straight | None
    vertical: Straight | None


def least_tilt(
    shooter: Shooter,
    angles_deg: tuple[float, float],
    speeds_km_s: tuple[float, float],
    *,
    arrive: Epoch | None = None,
    prefer: Callable[[Straight], float] | None = None,
) -> Straightest:
    """Return the return of least tilt whose flight-path angle lies in a window.

    Parameters
    ----------
    angles_deg : tuple of float
        Steepest and shallowest flight-path angle at the interface, negative.
    speeds_km_s : tuple of float
        Least and greatest integral of thrust over mass.
    arrive : Epoch, optional
        At the interface: then the burn's size is chosen for it, among those that come home.
    prefer : callable, optional
        Of a vertical flight in the window, how little it is liked: then the size is chosen for it.
    """
    gm = shooter.context.env.constants.gm("earth")
    limits = momentum_for(angles_deg[0], gm), momentum_for(angles_deg[1], gm)
    flown = vertical_flights(shooter, speeds_km_s)
    if not flown:
        remedy = "no burn straight up of this size comes back to the Earth within ten days"
        return Straightest(Solution("no_solution", {}, {}, 0, _TRIES, remedy=remedy), None, None)

    def misses(flight: Straight | None) -> float:
        if flight is None:
            return np.inf
        if prefer is not None and _off(flight, limits) <= 0.0:
            return prefer(flight)
        if arrive is None:
            return _off(flight, limits) + (0.0 if prefer is None else _UNLIKED)
        outside = max(_off(flight, limits), 0.0)
        return abs(float(flight.coast.stop - arrive)) + _OUTSIDE_S * outside

    sizes = [flight.dv_km_s for flight in flown]
    best = int(np.argmin([misses(flight) for flight in flown]))
    low, high = sizes[max(best - 1, 0)], sizes[min(best + 1, len(sizes) - 1)]
    upright = np.zeros(2)
    size, _ = minimize(lambda x: misses(shooter.fly(x, upright)), low, high, tolerance=1e-6)
    vertical = shooter.fly(size, upright) or flown[best]
    return _tilted(shooter, vertical, limits)


def vertical_flights(
    shooter: Shooter, speeds: tuple[float, float], count: int = _TRIES
) -> list[Straight]:
    """Return the burns straight up, of sizes over a span (km/s), that come back in ten days."""
    tried = [shooter.fly(float(x), np.zeros(2)) for x in np.linspace(*speeds, count)]
    return [flight for flight in tried if flight is not None]


def _off(flight: Straight, limits: tuple[float, float]) -> float:
    """Return how far the angular momentum is from what the window allows, km2/s.

    Inside the window: less than nothing, by how far from its edges.
    """
    size = float(np.linalg.norm(flight.momentum))
    return max(limits[0] - size, size - limits[1])


def _tilted(shooter: Shooter, vertical: Straight, limits: tuple[float, float]) -> Straightest:
    """Tilt the thrust just enough: to the nearest angular momentum that the window allows."""
    size = float(np.linalg.norm(vertical.momentum))
    if _off(vertical, limits) <= 0.0 and vertical.interface is not None:
        return Straightest(Solution("converged", {}, {}, 0, 0), vertical, vertical)
    inside = np.clip(size, *(np.array(limits) + np.array([1.0, -1.0]) * 1e-4 * limits[1]))
    wanted = vertical.momentum * (inside / size)
    end = vertical.coast.final.r_km
    first = vertical.momentum / size
    second = np.cross(end / np.linalg.norm(end), first)  # the plane's tilt about the line to Earth

    def function(tilt: Array) -> Array:
        flight = shooter.fly(vertical.dv_km_s, tilt)
        if flight is None:
            return np.full(2, np.inf)
        gap = flight.momentum - wanted
        return np.array([gap @ first, gap @ second])

    goals = [Goal("angular_momentum_km2_s", 1e-3), Goal("plane_km2_s", 10.0)]
    unknowns = [Unknown("tilt_east", 0.0, 0.01), Unknown("tilt_north", 0.0, 0.01)]
    solution = solve(unknowns, goals, differences(function, (1e-6, 1e-6)))
    if not solution.converged:
        return Straightest(solution, None, vertical)
    tilt = np.array(list(solution.values.values()))
    flight = shooter.fly(vertical.dv_km_s, tilt)
    if flight is None or flight.interface is None:
        remedy = "the perigee stays above the interface: allow a steeper flight-path angle"
        return Straightest(replace(solution, status="no_solution", remedy=remedy), None, vertical)
    return Straightest(solution, flight, vertical)


def _triple(vector: Array) -> tuple[float, float, float]:
    return float(vector[0]), float(vector[1]), float(vector[2])
