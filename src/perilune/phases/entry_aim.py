"""Bank angles that bring a capsule down at a place: found by a grid and Newton, without a guess.

Two unknowns meet two goals: downrange follows the size of the first bank, crossrange the speed at
which it is reversed. After the apex of a skip the bank is one of a few stated ones.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import EARTH_RADIUS_KM
from perilune.astro.geometry import SurfacePoint
from perilune.phases.capsule import Capsule
from perilune.phases.entry_bank import Banks, Switch
from perilune.phases.entry_flight import EntryFlight, Scene
from perilune.phases.entry_pilot import fly
from perilune.phases.entry_samples import Peaks, ground_distance_km, peaks

Array = NDArray[np.float64]

WITHIN_KM = 0.05
"""How close to the place the parachute opens."""
Grid = tuple[tuple[float, ...], int, tuple[float, ...]]
"""Banks tried (deg, of either sign), how many reversals, and banks after the apex (deg)."""
_COARSE: Grid = (tuple(range(10, 176, 15)), 5, (45.0, -45.0))
_FINE: Grid = (tuple(range(5, 176, 10)), 9, (20.0, -20.0, 70.0, -70.0))
_LOWEST_KM_S = {True: 5.0, False: 2.0}
"""Latest reversal tried, with and without a skip."""
_CANDIDATES, _ENOUGH, _ITERATIONS = 8, 3, 25
_STEP = np.array([0.02, 0.002])
_LONGEST = np.array([15.0, 0.5])


@dataclass(frozen=True)
class Limits:
    """What an entry may do to its capsule.

    Attributes
    ----------
    load_g, flux_mw_m2, heat_mj_m2 : float
        Peak load, peak stagnation-point flux, and its integral.
    apex_km : float
        Highest apex of a skip.
    """

    load_g: float = np.inf
    flux_mw_m2: float = np.inf
    heat_mj_m2: float = np.inf
    apex_km: float = 500.0

    def excess(self, found: Peaks) -> float:
        """Return the largest ratio of a peak to its limit: above 1 a limit is broken."""
        return max(
            found.load_g / self.load_g,
            found.flux_mw_m2 / self.flux_mw_m2,
            found.heat_mj_m2 / self.heat_mj_m2,
        )


@dataclass(frozen=True, eq=False)
class Aimed:
    """The outcome of aiming.

    Attributes
    ----------
    status : str
        `converged` or `no_solution`.
    remedy : str
    banks : Banks
        The angles found, or those that came closest.
    flight : EntryFlight
        To where the parachute opens.
    miss_km : float
    flights_n : int
        Flights it took.
    """

    status: str
    remedy: str
    banks: Banks
    flight: EntryFlight
    miss_km: float
    flights_n: int


def aim(
    scene: Scene,
    capsule: Capsule,
    site: SurfacePoint,
    *,
    skip: bool = True,
    limits: Limits = Limits(),
) -> Aimed:
    """Find banks that open the parachute over a site.

    Parameters
    ----------
    scene : Scene
    capsule : Capsule
    site : SurfacePoint
    skip : bool
        A third bank follows the apex of the skip, if there is one.
    limits : Limits

    Returns
    -------
    Aimed
        Of the solutions found, the one with the lowest peak load that keeps the limits.
    """
    solver = Solver(scene, capsule, site, skip, limits)
    seeds: list[tuple[float, Plan]] = []
    for grid in (_COARSE, _FINE):  # the second only where the first leads nowhere
        seeds = sorted((solver.distance(plan), plan) for plan in solver.grid(grid))
        plan = _best(solver, seeds)
        if plan is not None:
            flight = solver.fly(plan, keep=True)
            banks, miss = solver.banks(plan), solver.miss(flight)
            return Aimed("converged", "", banks, flight, miss, solver.count)
    nearest, plan = seeds[0]
    flight = solver.fly(plan, keep=True)
    miss, remedy = solver.miss(flight), _remedy(nearest)
    return Aimed("no_solution", remedy, solver.banks(plan), flight, miss, solver.count)


def _best(solver: Solver, seeds: list[tuple[float, Plan]]) -> Plan | None:
    """Return the solution of lowest load that keeps the limits; one that does not, failing that."""
    solved: list[tuple[bool, float, Plan]] = []
    for _, seed in _spread(seeds):
        miss, plan = solver.newton(seed)
        if miss <= WITHIN_KM:
            found = peaks(solver.fly(plan, keep=True))
            solved.append((solver.limits.excess(found) > 1.0, found.load_g, plan))
        if sum(not broken for broken, _, _ in solved) == _ENOUGH:
            break
    return min(solved)[2] if solved else None


def _spread(
    seeds: list[tuple[float, Plan]],
) -> list[tuple[float, Plan]]:
    """Return the best seeds, at most three of each plan of signs of the banks."""
    kept: list[tuple[float, Plan]] = []
    counts: dict[tuple[bool, bool], int] = {}
    for distance, plan in seeds:
        signs = (plan[0] >= 0.0, plan[2] >= 0.0)
        if np.isfinite(distance) and counts.get(signs, 0) < 3:
            counts[signs] = counts.get(signs, 0) + 1
            kept.append((distance, plan))
    return kept[:_CANDIDATES]


def _remedy(nearest_km: float) -> str:
    if not np.isfinite(nearest_km):
        return (
            "no bank angle brings the capsule down below the highest apex allowed: enter more "
            "steeply, or allow a higher apex"
        )
    return (
        f"the nearest landing of any banks tried is {nearest_km:.0f} km off: move "
        "the interface along or across the track, or change the path angle"
    )


Plan = tuple[float, float, float]
"""First bank (deg), speed of its reversal (km/s, in the air), bank after the apex (deg)."""


class Solver:
    """Flies plans from a scene and improves them."""

    def __init__(
        self, scene: Scene, capsule: Capsule, site: SurfacePoint, skip: bool, limits: Limits
    ) -> None:
        self.scene, self.capsule, self.site = scene, capsule, site
        self.skip, self.limits, self.count = skip, limits, 0
        lon = np.radians(site.longitude_deg)
        self.east = np.array([-np.sin(lon), np.cos(lon), 0.0])
        self.north = np.cross(site.vertical(), self.east)

    def banks(self, plan: Plan) -> Banks:
        """Return the schedule of a plan."""
        first, reversal, last = plan
        switch = Switch("speed", reversal)
        if not self.skip:
            return Banks((first, -first), (switch,))
        return Banks((first, -first, last), (switch, Switch("apex")))

    def fly(self, plan: Plan, *, keep: bool = False) -> EntryFlight:
        """Fly a plan to the parachute."""
        self.count += 1
        ceiling = self.limits.apex_km
        return fly(self.scene, self.capsule, self.banks(plan), ceiling_km=ceiling, keep=keep)

    def grid(self, grid: Grid) -> list[Plan]:
        """Return plans over all banks, reversed early to late."""
        banks, count, after_apex = grid
        fastest = 0.95 * float(np.linalg.norm(self.scene.vector[3:]))
        slowest = min(_LOWEST_KM_S[self.skip], 0.8 * fastest)
        return [
            (sign * first, float(reversal), last)
            for first, reversal in itertools.product(banks, np.linspace(fastest, slowest, count))
            for sign, last in itertools.product((1.0, -1.0), after_apex if self.skip else (0.0,))
        ]

    def miss(self, flight: EntryFlight) -> float:
        """Return how far from the site a flight ends, km; infinite where it does not come down."""
        lat, lon, _ = flight.end_place
        if flight.status != "parachute":
            return float(np.inf)
        return ground_distance_km(lat, lon, self.site.latitude_deg, self.site.longitude_deg)

    def distance(self, plan: Plan) -> float:
        """Return the miss of a plan, km."""
        return self.miss(self.fly(plan))

    def residual(self, banks: Banks) -> Array | None:
        """Return east and north misses, km; None where it does not come down."""
        self.count += 1
        ceiling = self.limits.apex_km
        flight = fly(self.scene, self.capsule, banks, ceiling_km=ceiling, keep=False)
        if flight.status != "parachute":
            return None
        lat, lon, _ = flight.end_place
        point = SurfacePoint("earth", lat, lon).vertical() - self.site.vertical()
        return EARTH_RADIUS_KM * np.array([point @ self.east, point @ self.north])

    def newton(self, seed: Plan) -> tuple[float, Plan]:
        """Improve a plan; returns the miss and the plan."""
        last = seed[2]
        miss, x = self.improve(
            lambda x: self.banks((float(x[0]), float(x[1]), last)),
            np.array(seed[:2]),
            steps=_STEP,
            longest=_LONGEST,
        )
        return miss, (float(x[0]), float(x[1]), last)

    def improve(
        self,
        make: Callable[[Array], Banks],
        x: Array,
        *,
        steps: Array,
        longest: Array,
        iterations: int = _ITERATIONS,
    ) -> tuple[float, Array]:
        """Bring a landing closer (Gauss-Newton, damped); returns the miss and the unknowns."""
        here = self.residual(make(x))
        for _ in range(iterations):
            if here is None or float(np.linalg.norm(here)) <= 0.1 * WITHIN_KM:
                break
            slope = self._slope(make, x, here, steps)
            if slope is None:
                break
            step = -np.asarray(np.linalg.lstsq(slope, here)[0], np.float64)
            step *= min(1.0, float(np.min(longest / np.maximum(np.abs(step), 1e-12))))
            better = self._shorten(make, x, step, float(np.linalg.norm(here)))
            if better is None:
                break
            x, here = better
        return (np.inf if here is None else float(np.linalg.norm(here))), x

    def _slope(
        self, make: Callable[[Array], Banks], x: Array, here: Array, steps: Array
    ) -> Array | None:
        columns = []
        for i, step in enumerate(steps):
            side = self.residual(make(x + step * np.eye(len(x))[i]))
            if side is None:
                return None
            columns.append((side - here) / step)
        return np.stack(columns, axis=-1)

    def _shorten(
        self, make: Callable[[Array], Banks], x: Array, step: Array, miss: float
    ) -> tuple[Array, Array] | None:
        """Return the first point along a step, halved up to five times, that is closer."""
        for _ in range(6):
            there = self.residual(make(x + step))
            if there is not None and float(np.linalg.norm(there)) < miss:
                return x + step, there
            step = 0.5 * step
        return None


def without_lift(capsule: Capsule) -> Capsule:
    """Return the capsule spinning about its motion, so that its lift cancels."""
    return replace(capsule, lift_to_drag=0.0)
