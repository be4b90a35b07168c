"""A direct return over a landing zone: the hour gives the longitude, the burn's size the latitude.

A burn straight up leaves two numbers free, lift-off and size. The size settles how the fall bends
round the Earth: from the flattest angle allowed over the steepest to the flattest again the landing
runs along a meridian, over some of the latitudes (twice, once each side of the steepest). The hour
settles where the Earth has turned by then, 15 deg an hour. A latitude outside that run is out of
reach of this route on that day, for nothing can be corrected on the way.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import EARTH_RADIUS_KM
from perilune.astro.environment import Environment
from perilune.astro.geometry import SurfacePoint, subpoint
from perilune.astro.state import State
from perilune.phases.earth_return_direct import (
    Shooter,
    Straight,
    Straightest,
    least_tilt,
    momentum_for,
    vertical_flights,
)
from perilune.phases.earth_return_target import EARTH_TURN_RAD_S
from perilune.targeting.problem import Goal, Solution, Unknown, differences, solve

Array = NDArray[np.float64]

_OPENING_KM = 15.0
_STEEP = np.radians(15.0)
_TURN_S = 2.0 * np.pi / EARTH_TURN_RAD_S
_TOLERANCE_KM = 1.0
_CLOSE = 33
_TURNS = 6
_SETTLED_S = 10.0
_DRIFT_S = 3600.0  # the Moon moves on meanwhile: a day's hour comes an hour later on the next
_NOWHERE_KM = 20_000.0


@dataclass(frozen=True, eq=False)
class Aimed:
    """A straight return and what became of its aim.

    Attributes
    ----------
    found : Straightest
    later_s : float
        Lift-off after the earliest instant.
    reach_deg : tuple of float or None
        Lowest and highest latitude that burns straight up reach that day; None where none comes
        down steeply enough.
    """

    found: Straightest
    later_s: float
    reach_deg: tuple[float, float] | None


@dataclass(frozen=True)
class ZoneAim:
    """What to aim at, and what may be moved for it.

    Attributes
    ----------
    zone : SurfacePoint
        On the Earth.
    angles_deg : tuple of float
        Steepest and shallowest flight-path angle at the interface, negative.
    speeds_km_s : tuple of float
        Least and greatest integral of thrust over mass.
    within_s : float
        Latest lift-off, after the earliest.
    """

    zone: SurfacePoint
    angles_deg: tuple[float, float]
    speeds_km_s: tuple[float, float]
    within_s: float

    def from_ground(self, at: Callable[[float], Shooter]) -> Aimed:
        """Return the vertical return over the zone of least burn, or what comes nearest to it.

        `at` gives the shooter of a lift-off so many seconds after the earliest.

        Model limits: the landing is that of `landing_estimate`.
        """
        middle = at(0.5 * self.within_s)
        landings = self._landings(middle)
        reach = None
        if landings:
            latitudes = [place.latitude_deg for _, place in landings]
            reach = min(latitudes), max(latitudes)
        for speed, later in self._starts(landings):
            flight, later = self._polished(at, speed, later)
            if flight is not None:
                solution = Solution("converged", {}, {}, 0, 0)
                return Aimed(Straightest(solution, flight, flight), later, reach)
        return self._nearest(at, reach)

    def _landings(self, shooter: Shooter) -> list[tuple[float, SurfacePoint]]:
        """Return size and landing of the burns straight up that come home as wanted.

        Close together: 10 m/s is worth ten degrees of latitude.
        """
        rough = vertical_flights(shooter, self.speeds_km_s)
        if not rough:
            return []
        sizes = np.array([f.dv_km_s for f in rough])
        momentum = np.array([np.linalg.norm(f.momentum) for f in rough])
        least = self._limits(shooter.context.env)[1]
        inside = np.flatnonzero(momentum <= max(least, float(momentum.min())))
        span = sizes[max(inside[0] - 1, 0)], sizes[min(inside[-1] + 1, len(sizes) - 1)]
        flights = vertical_flights(shooter, (float(span[0]), float(span[1])), _CLOSE)
        places = [(f.dv_km_s, self._landing(f, shooter)) for f in flights]
        return [(size, place) for size, place in places if place is not None]

    def _landing(self, flight: Straight | None, shooter: Shooter) -> SurfacePoint | None:
        env = shooter.context.env
        if flight is None or flight.interface is None:
            return None
        least, most = self._limits(env)
        if not least <= np.linalg.norm(flight.momentum) <= most:
            return None
        return landing_estimate(flight.interface, env)

    def _limits(self, env: Environment) -> tuple[float, float]:
        """Return the least and greatest angular momentum that the window allows, km2/s."""
        gm = env.constants.gm("earth")
        return momentum_for(self.angles_deg[0], gm), momentum_for(self.angles_deg[1], gm)

    def _starts(self, landings: list[tuple[float, SurfacePoint]]) -> list[tuple[float, float]]:
        """Return sizes whose landing crosses the zone's latitude, and the hours that go with them.

        One for each crossing and day of the span, smaller burns first.
        """
        out = []
        for (size, here), (bigger, there) in itertools.pairwise(landings):
            rise = there.latitude_deg - here.latitude_deg
            part = (self.zone.latitude_deg - here.latitude_deg) / rise if rise else -1.0
            if not 0.0 <= part < 1.0:
                continue
            nearer = here if part < 0.5 else there
            out += [(size + part * (bigger - size), x) for x in self._hours(nearer)]
        return out

    def _hours(self, place: SurfacePoint) -> list[float]:
        """Return the lift-offs that bring a landing of the span's middle to the zone's meridian."""
        east = (place.longitude_deg - self.zone.longitude_deg) % 360.0
        first = (0.5 * self.within_s + east / 360.0 * _TURN_S) % _TURN_S - _TURN_S
        hours = np.arange(first, self.within_s + _DRIFT_S, _TURN_S)
        return [float(np.clip(x, 0.0, self.within_s)) for x in hours if x > -_DRIFT_S]

    def _polished(
        self, at: Callable[[float], Shooter], speed: float, later: float
    ) -> tuple[Straight | None, float]:
        """Return the vertical flight over the zone near a start; None where there is none."""
        upright = np.zeros(2)

        def miss(values: Array) -> Array:
            shooter = at(3600.0 * float(values[0]))
            place = self._landing(shooter.fly(float(values[1]), upright), shooter)
            return np.full(2, np.nan) if place is None else self.miss_km(place)

        low, high = self.speeds_km_s
        unknowns = [
            Unknown("lift_off_h", later / 3600.0, 1.0, 0.0, self.within_s / 3600.0),
            Unknown("dv_km_s", speed, 0.01, low, high),
        ]
        goals = [Goal("north_km", _TOLERANCE_KM), Goal("east_km", _TOLERANCE_KM)]
        solution = solve(unknowns, goals, differences(miss, (1e-3, 1e-5)), max_iterations=15)
        if not solution.converged:
            return None, later
        hours, speed = solution.values.values()
        return at(3600.0 * hours).fly(speed, upright), 3600.0 * hours

    def miss_km(self, place: SurfacePoint) -> Array:
        """Return how far a landing is north and east of the zone's middle, km."""
        north = place.latitude_deg - self.zone.latitude_deg
        east = (place.longitude_deg - self.zone.longitude_deg + 180.0) % 360.0 - 180.0
        east = east * np.cos(np.radians(self.zone.latitude_deg))
        return np.radians([north, east]) * EARTH_RADIUS_KM

    def _nearest(self, at: Callable[[float], Shooter], reach: tuple[float, float] | None) -> Aimed:
        """Return what comes nearest: the best latitude there is, at the hour of the meridian."""

        def beside(flight: Straight) -> float:
            place = self._landing(flight, shooter)
            return _NOWHERE_KM if place is None else abs(float(self.miss_km(place)[0]))

        later, tried = 0.5 * self.within_s, list[tuple[float, Aimed]]()
        for _ in range(_TURNS):
            shooter = at(later)
            found = least_tilt(shooter, self.angles_deg, self.speeds_km_s, prefer=beside)
            state = None if found.flight is None else found.flight.interface
            if state is None:
                tried.append((np.inf, Aimed(found, later, reach)))
                break
            below = landing_estimate(state, shooter.context.env) or _under(state, shooter)
            tried.append((float(np.linalg.norm(self.miss_km(below))), Aimed(found, later, reach)))
            following = self._on_meridian(below, later)
            if abs(following - later) < _SETTLED_S:
                break
            later = following
        return min(tried, key=lambda x: x[0])[1]

    def _on_meridian(self, place: SurfacePoint, later_s: float) -> float:
        """Return the lift-off that turns a landing to the zone's meridian, within the span."""
        east = (place.longitude_deg - self.zone.longitude_deg + 180.0) % 360.0 - 180.0
        wanted = later_s + east / 360.0 * _TURN_S
        days = (wanted, wanted + _TURN_S, wanted - _TURN_S)
        inside = [x for x in days if 0.0 <= x <= self.within_s]
        return inside[0] if inside else float(np.clip(wanted, 0.0, self.within_s))


def _under(state: State, shooter: Shooter) -> SurfacePoint:
    below = subpoint(state, shooter.context.env)
    return SurfacePoint("earth", float(below.latitude_deg), float(below.longitude_deg))


def flight_path_angle(state: State) -> float:
    """Return the angle of the velocity over the geocentric horizontal, rad."""
    r, v = state.r_km, state.v_km_s
    return float(np.arcsin((r @ v) / (np.linalg.norm(r) * np.linalg.norm(v))))


def landing_estimate(state: State, env: Environment) -> SurfacePoint | None:
    """Return where a steep ballistic entry comes down: straight on to 15 km over the ground.

    None where the entry is shallower than 15 deg, which needs the entry flown.
    """
    fixed = state.to(axes="itrf", env=env)
    relative = replace(state, r_km=fixed.r_km, v_km_s=fixed.v_km_s)
    angle = flight_path_angle(relative)
    if angle > -_STEEP:
        return None
    height = float(subpoint(state, env).altitude_km) - _OPENING_KM
    arc = height / np.tan(-angle) / EARTH_RADIUS_KM
    up = fixed.r_km / np.linalg.norm(fixed.r_km)
    ahead = fixed.v_km_s - up * (up @ fixed.v_km_s)
    place = np.cos(arc) * up + np.sin(arc) * ahead / np.linalg.norm(ahead)
    below = subpoint(State(state.epoch, "earth", "itrf", EARTH_RADIUS_KM * place, np.zeros(3)), env)
    return SurfacePoint("earth", float(below.latitude_deg), float(below.longitude_deg))
