"""A burn that turns the plane of a lunar orbit: to an inclination, or over a site at a date."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from perilune.astro import frames
from perilune.astro.epoch import Epoch
from perilune.astro.geometry import SURFACE_AXES, SurfacePoint
from perilune.astro.state import State
from perilune.dynamics.events import Plane
from perilune.dynamics.propagate import propagate
from perilune.errors import InputError
from perilune.phases.base import Check, Condition, Context, Leg
from perilune.phases.orbit_burn import (
    Aim,
    Burner,
    burn_leg,
    failed,
    moon_state,
    next_event,
    osculating,
    solve_burn,
)
from perilune.phases.relative import lvlh
from perilune.targeting.problem import Goal, Solution

Array = NDArray[np.float64]

_FLAT_DEG = 2.0
_SPARE = 1.25
_THERE_RAD = 1e-3


@dataclass(frozen=True)
class PlaneChange:
    """A burn that turns the orbit plane and keeps the orbit's size.

    To an inclination to the lunar equator, about the line of nodes; or by the least angle that
    brings a site under the plane at a date, about the line a quarter turn from the site.

    Attributes
    ----------
    inclination_deg : float, optional
    site, date : SurfacePoint and Epoch, optional
        Both, or neither.
    burner : Burner
    event : str
        What the burn is called in the timeline.

    Model limits: one burn; the eccentricity changes by what a burn off the apsis line does. A burn
    of some length does not end in the Moon's equator itself: 250 m/s at 1.5 m/s2 miss it by 0.01
    deg, 600 m/s by 0.1; an impulse meets it to 1e-5.
    """

    inclination_deg: float | None = None
    site: SurfacePoint | None = None
    date: Epoch | None = None
    burner: Burner = field(default_factory=Burner)
    event: str = "orbit_burn_1"

    def __post_init__(self) -> None:
        if (self.inclination_deg is None) == (self.site is None or self.date is None):
            raise InputError("a plane change needs inclination_deg, or both site and date")

    def fly(self, start: Condition, context: Context) -> list[Leg]:
        """Return the leg from `start.state` to the end of the burn."""
        assert start.state is not None
        context.report("plane change")
        here = moon_state(start.state, context)
        if self.date is not None and self.date - here.epoch < 0.0:
            return [failed("plane_change", start, "the date is past: set a later one")]
        normal = self._normal(here, context)
        old = lvlh(here)[2]
        line = np.cross(old, normal)
        across = float(np.linalg.norm(line))
        turn = float(np.arctan2(across, old @ normal))
        if np.radians(self._off_equator_deg) + turn < _THERE_RAD:
            remedy = (
                f"the orbit lies within {np.degrees(turn):.2g} deg of that plane already: leave "
                "this phase out"
            )
            return [failed("plane_change", start, remedy)]
        line = line / across if across > 1e-9 else lvlh(here)[0]  # the same plane, or reversed
        side = np.cross(old, line)
        sheet = Plane(normal=(float(side[0]), float(side[1]), float(side[2])))
        at = next_event(here, sheet, 1, context)
        if at is None:
            return [failed("plane_change", start, "the orbit is not closed: capture first")]
        return [self._burn(start, at, turn, context)]

    def _burn(self, start: Condition, at: State, turn: float, context: Context) -> Leg:
        """Return the leg with the burn at the line of both planes."""
        # the far end of the line turns the other way about the position
        wanted = self._normal(at, context)
        sign = float(np.sign(np.cross(lvlh(at)[2], wanted) @ at.r_km))
        axes = lvlh(at) @ at.v_km_s
        along, sma = float(axes[1]), float(osculating(at, context).a_km)
        seed = along * np.array([0.0, np.cos(turn) - 1.0, sign * np.sin(turn)])

        def residual(state: State) -> Array:
            size = float(osculating(state, context).a_km) - sma
            return np.array([self._miss(state, context), size])

        goals = (Goal("plane_rad", 1e-6), Goal("sma_km", 1e-3))
        aim = Aim(at, seed, (1, 2), goals, residual)
        solution, pulse = solve_burn(start, aim, self.burner, context)
        if not solution.converged:
            return failed("plane_change", start, self._why(solution), solution.status)

        def checks(state: State) -> tuple[Check, ...]:
            off = float(np.degrees(abs(self._miss(state, context))))
            return (Check("plane error", off, "deg", 1e-3),)

        ideal = 2e3 * float(np.linalg.norm(at.v_km_s)) * np.sin(0.5 * turn)
        figures: dict[str, object] = {
            "plane_turned_deg": float(np.degrees(turn)),
            "ideal_dv_m_s": float(ideal),
        }
        names = [self.event]
        return burn_leg(
            "plane_change", start, [pulse], self.burner, context, names, checks, figures
        )

    @property
    def _off_equator_deg(self) -> float:
        """How far from the equator's plane the plane wanted is; infinite where a site decides."""
        wanted = self.inclination_deg
        return np.inf if wanted is None else min(wanted, 180.0 - wanted)

    def _why(self, solution: Solution) -> str:
        """Return why the burn was not found: near the equator there may be none."""
        off = abs(solution.errors.get("plane_rad", np.nan))
        if not self._off_equator_deg < _FLAT_DEG or not np.isfinite(off):
            return solution.remedy
        nearest = self._off_equator_deg + float(np.degrees(off))
        least = float(np.ceil(100.0 * _SPARE * nearest)) / 100.0
        ask = least if (self.inclination_deg or 0.0) < 90.0 else 180.0 - least
        return (
            f"one burn comes within {nearest:.2g} deg of the Moon's equator and no nearer: there "
            f"is no line of nodes left to turn about, and a burn of some length smears it. Ask for "
            f"an inclination of {ask:g} deg, for more thrust, or turn in two steps"
        )

    def _normal(self, state: State, context: Context) -> Array:
        """Return the normal wanted, given where the plane is now."""
        old = lvlh(state)[2]
        if self.inclination_deg is not None:
            axes = frames.from_icrf(SURFACE_AXES["moon"], state.epoch, context.env)[0]
            tilt, pole = np.radians(self.inclination_deg), axes[2]
            flat = old - (old @ pole) * pole
            flat = flat / np.linalg.norm(flat) if np.linalg.norm(flat) > 1e-9 else axes[0]
            return np.asarray(np.cos(tilt) * pole + np.sin(tilt) * flat)
        site, then = self._then(state, context)
        off = float(np.arcsin(then @ site))
        # turned about the same line now as then: the plane drifts by some degrees at most
        away = np.cross(np.cross(old, site), old)
        away = away / np.linalg.norm(away)
        return np.asarray(np.cos(off) * old - np.sin(off) * away)

    def _then(self, state: State, context: Context) -> tuple[Array, Array]:
        """Return the site's direction and the orbit's normal at the date, `icrf`."""
        assert self.site is not None
        assert self.date is not None
        onward = propagate(
            state, until=self.date, forces=context.model.moon, env=context.env, dense=False
        )
        turned = frames.from_icrf(SURFACE_AXES["moon"], self.date, context.env)[0]
        return self.site.vertical() @ turned, lvlh(onward.final)[2]

    def _miss(self, state: State, context: Context) -> float:
        """Return how far the plane is off, rad: in inclination, or from the site at the date."""
        if self.inclination_deg is not None:
            pole = frames.from_icrf(SURFACE_AXES["moon"], state.epoch, context.env)[0][2]
            tilt = float(np.arccos(np.clip(lvlh(state)[2] @ pole, -1.0, 1.0)))
            return tilt - float(np.radians(self.inclination_deg))
        site, then = self._then(state, context)
        return float(np.arcsin(np.clip(then @ site, -1.0, 1.0)))
