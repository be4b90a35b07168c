"""Powered descent: from a descent orbit to a touchdown at a site, with the least propellant."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.epoch import Epoch
from perilune.astro.geometry import SurfacePoint
from perilune.astro.state import State
from perilune.dynamics.propagate import propagate
from perilune.errors import InputError
from perilune.phases.base import Check, Condition, Context, Engine, Happening, Leg
from perilune.phases.descent_estimate import DescentLimits
from perilune.phases.descent_solve import Descent, Lander
from perilune.phases.powered_flight import Flown
from perilune.phases.shot import COAST_EVENTS


@dataclass(frozen=True)
class PoweredDescent:
    """A landing at a site, from any state of an orbit that passes near it.

    Attributes
    ----------
    spacecraft : str
        Whose propellant burns; all of the stack comes down.
    engine : Engine
        At full thrust.
    min_thrust_n : float
        It throttles down to this.
    site : SurfacePoint
        Latitude and longitude in `moon_me`, altitude of the ground over 1737.4 km.
    limits : DescentLimits
    not_before : Epoch, optional
        Passes of the site earlier than this are let go by.
    revolutions : float
        Of the orbit from its start (or `not_before`), within which the site has to be passed.

    Model limits: optimum in central gravity corrected for the full model (see
    `targeting.optimal`); constant specific impulse; attitude changes without dynamics; terrain is
    the site's altitude everywhere.
    """

    spacecraft: str
    engine: Engine
    min_thrust_n: float
    site: SurfacePoint
    limits: DescentLimits = field(default_factory=DescentLimits)
    not_before: Epoch | None = None
    revolutions: float = 2.2

    def __post_init__(self) -> None:
        if self.site.body != "moon":
            raise InputError(f"the site is on '{self.site.body}': expected the moon", key="site")
        if not 0.0 <= self.min_thrust_n <= self.engine.thrust_n:
            raise InputError(
                f"min_thrust_n is {self.min_thrust_n!r}: expected 0 to {self.engine.thrust_n:g}",
                key="min_thrust_n",
            )

    def solve(self, start: Condition, context: Context) -> Descent:
        """Return the optimal descent from a condition, or why there is none."""
        return Lander(self, start, context).solve()

    def fly(self, start: Condition, context: Context) -> list[Leg]:
        """Return the leg from the start through ignition to the touchdown."""
        context.report("powered descent")
        lander = Lander(self, start, context)
        return [_Writer(self, lander, start, context).leg(lander.solve())]


class _Writer:
    """Writes the leg of a solved descent."""

    def __init__(
        self, phase: PoweredDescent, lander: Lander, start: Condition, context: Context
    ) -> None:
        self.phase, self.start, self.context = phase, start, context
        self.state, self.mass_kg = lander.state, lander.mass_kg

    def leg(self, descent: Descent) -> Leg:
        if descent.flown is None or descent.flown.trajectory is None:
            return Leg(
                "powered_descent", self.start, status=descent.status, remedy=descent.remedy,
                solution=_figures(descent, None),
            )  # fmt: skip
        flown, env, craft = descent.flown, self.context.env, self.phase.spacecraft
        powered = flown.trajectory
        assert powered is not None
        whole = powered
        if float(powered.start - self.state.epoch) > 1e-3:
            coast = propagate(
                self.state, until=powered.start, forces=self.context.model.moon, env=env,
                events=COAST_EVENTS,
            )  # fmt: skip
            whole = coast + powered
        stack = self.start.stack.burnt(craft, descent.propellant_kg)
        name = self.start.stack.name
        happenings = (
            Happening("powered_descent", powered.at(powered.start), name, powered.stop,
                      descent.dv_m_s, self.mass_kg,
                stack.mass_kg),
            Happening("touchdown", powered.final, name, mass_before_kg=stack.mass_kg,
                      mass_after_kg=stack.mass_kg),
        )  # fmt: skip
        down = self.phase.site.state(powered.stop, env)
        return Leg(
            "powered_descent", Condition(stack, down), whole, happenings,
            self._checks(flown, down, powered.final), None, descent.status, descent.remedy,
            _figures(descent, self.phase.site),
        )  # fmt: skip

    def _checks(self, flown: Flown, down: State, end: State) -> tuple[Check, ...]:
        off = end.r_km - down.r_km
        up = down.r_km / np.linalg.norm(down.r_km)
        aside = off - up * float(off @ up)
        speed = 1e3 * float(np.linalg.norm(end.v_km_s - down.v_km_s))
        wanted = self.phase.limits.touchdown_speed_m_s
        return (
            Check(
                "landing point re-flown open loop", 1e3 * float(np.linalg.norm(aside)), "m", 100.0
            ),
            Check("landing height re-flown open loop", 1e3 * abs(float(off @ up)), "m", 100.0),
            Check("touchdown speed", speed, "m/s", wanted + 1.0),
            Check("re-flown end off the solved one", flown.miss_m, "m", 100.0),
        )


def _figures(descent: Descent, site: SurfacePoint | None) -> dict[str, float]:
    """Return the figures of the solve."""
    out: dict[str, float] = {}
    if np.isfinite(descent.beside_km):
        out["descent_track_beside_site_km"] = descent.beside_km
    if descent.estimate is not None and descent.estimate.profile is not None:
        out["descent_estimate_dv_m_s"] = descent.estimate.dv_m_s
        out["descent_estimate_propellant_kg"] = descent.estimate.propellant_kg
    if site is None or descent.flown is None or descent.problem is None:
        return out
    flight, axes = descent.flown.flight, descent.problem.axes
    first = flight.states[0, :3]
    angle = float(np.arctan2(np.hypot(first[0], first[1]), first[2]))
    assert descent.estimate is not None
    excess = descent.estimate.propellant_kg / descent.propellant_kg - 1.0
    return out | {
        "descent_dv_m_s": descent.dv_m_s,
        "descent_propellant_kg": descent.propellant_kg,
        "descent_time_s": float(flight.times_s[-1]),
        "descent_downrange_km": angle * axes.radius_km,
        "descent_ignition_altitude_km": float(np.linalg.norm(first)) - MOON_RADIUS_KM,
        "descent_azimuth_deg": axes.azimuth_deg,
        "descent_estimate_excess_percent": 100.0 * excess,
        "descent_reflown_miss_m": descent.flown.miss_m,
        "touchdown_mass_kg": float(flight.states[-1, 6]),
    }
