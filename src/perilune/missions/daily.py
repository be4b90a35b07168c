"""A day's window: how early or late a lift-off may be for a stated velocity allowance.

Off the nominal instant the pad's plane no longer holds the Moon's place. A rocket that *steers*
turns its azimuth with the clock and pays in the Earth's rotation it no longer rides on; one whose
azimuth is *fixed* pays at injection, which then turns the plane: three components of impulse at
the best coast. Both are solved in full ephemeris, outward from the nominal lift-off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from perilune.astro.orientation import ERA_RATE
from perilune.phases.targets import Targets
from perilune.phases.volley import Volley, VolleyShooter
from perilune.phases.volley_aim import aim_many

Array = NDArray[np.float64]
Rows = NDArray[np.int64]
Solve = Callable[[Volley, Targets, Rows], tuple[Volley, Array]]
"""Solves rows at their lift-offs; gives the controls and the extra velocity, inf where none is."""

_LONGEST_S = 6.0 * 3600.0
_TURNS, _NARROW_S = 14, 10.0
_PROBES_RAD = (0.02, 0.006)


@dataclass(frozen=True, eq=False)
class Nominal:
    """Solved opportunities, a row each.

    Attributes
    ----------
    volley : Volley
        With impulses along the velocity.
    arrival_km_s : ndarray, shape (n,)
        Speed at perilune.
    wanted : Targets
    """

    volley: Volley
    arrival_km_s: Array
    wanted: Targets


@dataclass(frozen=True, eq=False)
class Steered:
    """Lift-offs at other azimuths: their extra velocity is injection, capture and ascent.

    Model limits: the ascent's part is the change of the speed to be gained over the pad's own, at
    the parking orbit's circular speed.
    """

    shooter: VolleyShooter
    nominal: Nominal
    permitted: Callable[[Array], NDArray[np.bool_]]
    """Whether inertial azimuths (rad) may be flown."""
    first_s: float = 600.0

    def start(self) -> Volley:
        """Return the controls that the first step starts from."""
        return self.nominal.volley

    def __call__(self, at: Volley, wanted: Targets, rows: Rows) -> tuple[Volley, Array]:
        """Solve rows with the azimuth free."""
        names = ("azimuth_rad", "coast_s", "dv_km_s")
        near = np.ones(len(at), dtype=bool)
        aimed = aim_many(self.shooter, at, names, wanted, near=near)
        found, base = aimed.volley, self.nominal.volley.of(rows)
        speed = np.linalg.norm(aimed.flown.arrival[:, 3:], axis=1)
        extra = (
            found.dv_km_s
            - base.dv_km_s
            + speed
            - self.nominal.arrival_km_s[rows]
            + self._ascent_km_s(found.azimuth_rad)
            - self._ascent_km_s(base.azimuth_rad)
        )
        sound = aimed.converged & self.permitted(found.azimuth_rad) & (found.coast_s >= 0.0)
        return found, np.where(sound, extra, np.inf)

    def _ascent_km_s(self, azimuth_rad: Array) -> Array:
        """Return the speed to be gained over the pad's own."""
        launch = self.shooter.launch
        circular = np.sqrt(self.shooter.env.constants.gm("earth") / launch.radius_km)
        latitude = np.radians(launch.site.point.geocentric_latitude_deg)
        pad = ERA_RATE * float(np.linalg.norm(launch.site.point.fixed_km())) * np.cos(latitude)
        return np.asarray(
            np.sqrt(circular**2 + pad**2 - 2.0 * circular * pad * np.sin(azimuth_rad))
        )


@dataclass(frozen=True, eq=False)
class Fixed:
    """Lift-offs at the nominal azimuth: the injection turns the velocity out of the plane as well.

    Half round the Earth from where the Moon will be, no turn leads there: so the injection climbs a
    little too, which moves it from that point, by as much as costs least in all.

    Model limits: fixed flight time; no plane change on the way.
    """

    shooter: VolleyShooter
    nominal: Nominal
    first_s: float = 120.0

    def start(self) -> Volley:
        """Return the controls that the first step starts from: nothing turned."""
        along = self.nominal.volley
        none = np.zeros(len(along))
        return replace(along, dv_km_s=np.stack([along.dv_km_s, none, none], axis=1))

    def __call__(self, at: Volley, wanted: Targets, rows: Rows) -> tuple[Volley, Array]:
        """Solve rows with coast, speed and turn free, at the climb of the least velocity."""
        best, least = self._solve(at, wanted, rows)
        for probe in _PROBES_RAD:
            sides = [self._solve(self._climbing(best, s), wanted, rows) for s in (-probe, probe)]
            (_, left), (_, right) = sides
            for volley, extra in sides:
                better = np.flatnonzero(extra < least)
                best, least = _taken(best, better, volley.of(better)), np.fmin(extra, least)
            step = _downhill(left, least, right, probe)
            volley, extra = self._solve(self._climbing(best, step), wanted, rows)
            better = np.flatnonzero(extra < least)
            best, least = _taken(best, better, volley.of(better)), np.fmin(extra, least)
        return best, least

    def _climbing(self, volley: Volley, climb_rad: Array | float) -> Volley:
        """Return the rows with more climb, that much later: a parabola climbs half its anomaly."""
        more = np.broadcast_to(np.asarray(climb_rad, dtype=float), (len(volley),))
        gm, radius = self.shooter.env.constants.gm("earth"), self.shooter.launch.radius_km
        later = 2.0 * more * np.sqrt(radius**3 / gm)
        return volley.moved({"climb_rad": more, "coast_s": later})

    def _solve(self, at: Volley, wanted: Targets, rows: Rows) -> tuple[Volley, Array]:
        names = ("turn_rad", "coast_s", "dv_km_s")
        near = np.ones(len(at), dtype=bool)
        aimed = aim_many(self.shooter, at, names, wanted, near=near)
        speed = np.linalg.norm(aimed.flown.arrival[:, 3:], axis=1)
        extra = (
            aimed.flown.injection_dv_km_s
            - self.nominal.volley.dv_km_s[rows]
            + speed
            - self.nominal.arrival_km_s[rows]
        )
        sound = aimed.converged & (aimed.volley.coast_s >= 0.0)
        lost = np.flatnonzero(~sound)
        return _taken(aimed.volley, lost, at.of(lost)), np.where(sound, extra, np.inf)


def window_s(way: Steered | Fixed, allowance_km_s: float) -> tuple[Array, Array]:
    """Return how long before and after nominal the extra velocity stays within the allowance, s.

    Both of shape (n,), at most six hours, found to ten seconds or a hundredth.

    Model limits: flight time as nominal.
    """
    return _reach(way, allowance_km_s, -1.0), _reach(way, allowance_km_s, 1.0)


def _reach(way: Steered | Fixed, allowance: float, side: float) -> Array:
    """Go outward, each solve starting from the last that held, and close in on the allowance."""
    base, wanted = way.nominal.volley.lift_off, way.nominal.wanted
    seed = way.start()
    count = len(seed)
    inner, inner_extra = np.zeros(count), np.zeros(count)
    outer, outer_extra = np.full(count, np.inf), np.full(count, np.inf)
    delay, active = np.full(count, way.first_s), np.arange(count)
    for _ in range(_TURNS):
        if not len(active):
            break
        at = replace(seed.of(active), lift_off=base[active] + side * delay[active])
        solved, extra = way(at, wanted.of(active), active)
        within = extra <= allowance
        good, bad = active[within], active[~within]
        inner[good], inner_extra[good] = delay[good], extra[within]
        outer[bad], outer_extra[bad] = delay[bad], extra[~within]
        seed = _taken(seed, good, solved.of(within))
        gap = outer[active] - inner[active]
        closed = gap < np.maximum(_NARROW_S, 0.01 * inner[active])
        active = active[~closed & (inner[active] < _LONGEST_S)]
        delay[active] = _next(allowance, *(a[active] for a in (inner, inner_extra, outer,
                                                               outer_extra)))  # fmt: skip
    return inner


def _next(
    allowance: float, inner: Array, inner_extra: Array, outer: Array, outer_extra: Array
) -> Array:
    """Return the delay to try: outward at first, then between the last that held and the rest."""
    known = np.isfinite(outer_extra)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (allowance - inner_extra) / (outer_extra - inner_extra)
        part = np.where(known, np.clip(np.sqrt(np.maximum(share, 0.0)), 0.1, 0.9), 0.5)
        between = inner + (outer - inner) * part
    return np.where(np.isinf(outer), np.minimum(2.0 * inner, _LONGEST_S), between)


def _downhill(left: Array, middle: Array, right: Array, probe: float) -> Array:
    """Return the step to the least of a parabola through three values a probe apart, limited."""
    with np.errstate(invalid="ignore", divide="ignore"):
        bend = left - 2.0 * middle + right
        offset = 0.5 * (left - right) / bend * probe
    sound = np.isfinite(offset) & (bend > 0.0)
    return np.where(sound, np.clip(np.nan_to_num(offset), -2.0 * probe, 2.0 * probe), 0.0)


def _taken(volley: Volley, rows: Rows, other: Volley) -> Volley:
    """Return a volley with some rows' azimuth, coast and impulse taken from another."""
    changes = {}
    for name in ("azimuth_rad", "coast_s", "dv_km_s"):
        column = getattr(volley, name).copy()
        column[rows] = getattr(other, name)
        changes[name] = column
    return replace(volley, **changes)
