"""Waiting in lunar orbit for a landing site: for its light, or for its passing under the plane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro import frames
from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.epoch import DAY, Epoch
from perilune.astro.geometry import SURFACE_AXES, SurfacePoint, body_elevation_deg
from perilune.astro.state import State
from perilune.dynamics.propagate import propagate
from perilune.dynamics.trajectory import Trajectory
from perilune.errors import InputError
from perilune.phases.base import Check, Condition, Context, Leg
from perilune.phases.orbit_burn import moon_state
from perilune.phases.shot import COAST_EVENTS
from perilune.targeting.problem import minimize

Array = NDArray[np.float64]

_PIECE_S = 2.0 * DAY
_STEP_S = 600.0


@dataclass(frozen=True)
class WaitForSite:
    """A coast until a site first passes under the orbit plane in the light wanted.

    Attributes
    ----------
    site : SurfacePoint
        On the Moon.
    sun_elevation_deg : tuple of float
        Lowest and highest at the site then.
    within_km : float
        How near the plane counts where it never passes over the site itself.
    not_before, at_most_d : Epoch or None, float
        When to begin to look, and the longest wait.
    needs_plane : bool
        False: wait for the light alone.

    Model limits: light over a flat horizon, without terrain.
    """

    site: SurfacePoint
    sun_elevation_deg: tuple[float, float] = (-90.0, 90.0)
    within_km: float = 30.0
    not_before: Epoch | None = None
    at_most_d: float = 30.0
    needs_plane: bool = True

    def __post_init__(self) -> None:
        if self.site.body != "moon":
            raise InputError(f"site is on '{self.site.body}': expected a place on the Moon")
        low, high = self.sun_elevation_deg
        if not low < high:
            raise InputError(f"sun_elevation_deg is {low} to {high}: expected a rising range")

    def fly(self, start: Condition, context: Context) -> list[Leg]:
        """Return the leg; `no_solution` where the wait is too short, `impact` where it falls."""
        assert start.state is not None
        context.report("waiting for the landing site")
        flown: Trajectory | None = None
        state = moon_state(start.state, context)
        begin = state.epoch
        while float(state.epoch - begin) < self.at_most_d * DAY - 1.0:
            piece = propagate(
                state,
                until=state.epoch + min(_PIECE_S, self.at_most_d * DAY - (state.epoch - begin)),
                forces=context.model.moon,
                env=context.env,
                events=COAST_EVENTS,
            )
            if piece.status != "completed":
                whole = piece if flown is None else flown + piece
                remedy = "the orbit falls onto the Moon while waiting: raise it"
                return [Leg("wait", Condition(start.stack, piece.final), whole,
                            status=piece.status, remedy=remedy)]  # fmt: skip
            found = self._first(piece, context)
            if found is not None:
                piece = piece.until(found)
            flown = piece if flown is None else flown + piece
            if found is not None:
                return [self._leg(start, flown, begin, context)]
            state = piece.final
        remedy = (
            f"no pass in the light wanted within {self.at_most_d:g} d: wait longer, widen the "
            "sun's limits, or turn the plane"
        )
        return [Leg("wait", Condition(start.stack, state), flown, status="no_solution",
                    remedy=remedy)]  # fmt: skip

    def _leg(self, start: Condition, flown: Trajectory, begin: Epoch, context: Context) -> Leg:
        end = flown.final
        sun = float(body_elevation_deg(self.site, "sun", end.epoch, context.env))
        away = MOON_RADIUS_KM * abs(float(plane_angle_rad(end, self.site, context)))
        low, high = self.sun_elevation_deg
        checks = [
            Check("sun at the site", sun, "deg", low, ">="),
            Check("sun at the site, highest", sun, "deg", high),
        ]
        if self.needs_plane:
            checks.append(Check("site from the orbit plane", away, "km", self.within_km))
        figures = {
            "wait_d": float(end.epoch - begin) / DAY,
            "site_sun_elevation_deg": sun,
            "site_plane_distance_km": away,
        }
        return Leg(
            "wait", Condition(start.stack, end), flown, checks=tuple(checks), solution=figures
        )

    def _first(self, piece: Trajectory, context: Context) -> Epoch | None:
        """Return the first instant of a coast that fits, or None."""
        count = int(np.ceil(piece.duration_s / _STEP_S)) + 1
        seconds = np.linspace(0.0, piece.duration_s, count)
        times = self._passes(piece, seconds, context) if self.needs_plane else seconds
        if self.not_before is not None:
            times = times[times >= float(self.not_before - piece.start)]
        if not len(times):
            return None
        sun = np.asarray(body_elevation_deg(self.site, "sun", piece.start + times, context.env))
        low, high = self.sun_elevation_deg
        fits = times[(sun >= low) & (sun <= high)]
        return piece.start + float(fits[0]) if len(fits) else None

    def _passes(self, piece: Trajectory, seconds: Array, context: Context) -> Array:
        """Return when the plane holds the site, or comes nearest to it within the allowance, s."""
        from scipy.optimize import brentq

        def angle(t: float) -> float:
            return float(plane_angle_rad(piece.at(piece.start + t), self.site, context))

        sampled = plane_angle_rad(piece.at(piece.start + seconds), self.site, context)
        found = [
            float(brentq(angle, seconds[i], seconds[i + 1], xtol=1e-3))
            for i in np.flatnonzero(sampled[:-1] * sampled[1:] <= 0.0)
        ]
        size = np.abs(sampled)
        nearest = (size[1:-1] < size[:-2]) & (size[1:-1] <= size[2:])
        for i in np.flatnonzero(nearest & (size[1:-1] * MOON_RADIUS_KM <= self.within_km)) + 1:
            if sampled[i - 1] * sampled[i] > 0.0 and sampled[i] * sampled[i + 1] > 0.0:
                span = float(seconds[i - 1]), float(seconds[i + 1])
                found.append(minimize(lambda t: abs(angle(t)), *span, tolerance=1.0)[0])
        return np.sort(np.array(found))


def wait_for_light(
    site: SurfacePoint, sun_elevation_deg: tuple[float, float], at_most_d: float = 30.0
) -> WaitForSite:
    """Return the coast until the sun stands between limits at a site, wherever the plane is."""
    return WaitForSite(site, sun_elevation_deg, at_most_d=at_most_d, needs_plane=False)


def plane_angle_rad(state: State, site: SurfacePoint, context: Context) -> Array:
    """Return how far a site is from the plane of an orbit, on the normal's side positive.

    Parameters
    ----------
    state : State
        About the Moon, `icrf`; one or an array.
    """
    turned = frames.from_icrf(SURFACE_AXES["moon"], state.epoch, context.env)[0]
    there = np.einsum("...ij,i->...j", turned, site.vertical())
    normal = np.cross(state.r_km, state.v_km_s)
    sine = np.sum(there * normal, axis=-1) / np.linalg.norm(normal, axis=-1)
    return np.asarray(np.arcsin(np.clip(sine, -1.0, 1.0)))
