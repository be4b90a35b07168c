"""The solve of a powered descent: pass of the site, estimate, optimum, and why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.dynamics.propagate import propagate
from perilune.phases.base import Condition, Context
from perilune.phases.descent_estimate import DescentEstimate, estimate_descent
from perilune.phases.descent_optimal import DescentProblem
from perilune.phases.descent_pass import SitePass, Track
from perilune.phases.powered_axes import SiteAxes
from perilune.phases.powered_flight import Flown
from perilune.phases.powered_guidance import speed_change_km_s
from perilune.phases.shot import AIM_EVENTS

if TYPE_CHECKING:
    from perilune.phases.powered_descent import PoweredDescent

Array = NDArray[np.float64]

_FAR_KM = 60.0  # beside the site: there the remedy is another orbit, not a looser limit
_AFTER_S = 900.0  # of coast past the site, for the window of ignition


@dataclass(frozen=True, eq=False)
class Descent:
    """A solved descent.

    Attributes
    ----------
    status, remedy : str
    estimate : DescentEstimate or None
    beside_km : float
        Distance of the orbit's track from the site.
    problem : DescentProblem or None
    flown : Flown or None
    """

    status: str
    remedy: str = ""
    estimate: DescentEstimate | None = None
    beside_km: float = float("nan")
    problem: DescentProblem | None = None
    flown: Flown | None = None

    @property
    def propellant_kg(self) -> float:
        """Propellant of the optimum."""
        assert self.flown is not None
        states = self.flown.flight.states
        return float(states[0, 6] - states[-1, 6])

    @property
    def dv_m_s(self) -> float:
        """Integral of thrust over mass."""
        assert self.flown is not None
        assert self.problem is not None
        states = self.flown.flight.states
        exhaust = self.problem.engine.exhaust_km_s
        return 1e3 * speed_change_km_s(exhaust, float(states[0, 6]), float(states[-1, 6]))


class Lander:
    """Finds the pass of the site, estimates, optimizes, and says why not."""

    def __init__(self, phase: PoweredDescent, start: Condition, context: Context) -> None:
        assert start.state is not None
        self.phase, self.start, self.context = phase, start, context
        self.state = start.state.to(center="moon", axes="icrf", env=context.env)
        self.gm = context.env.constants.gm("moon")
        start.stack.member(phase.spacecraft)
        mass = start.stack.mass_kg
        assert mass is not None
        self.mass_kg = mass

    def solve(self) -> Descent:
        """Return the descent, or why there is none."""
        size = 1.0 / (
            2.0 / np.linalg.norm(self.state.r_km) - self.state.v_km_s @ self.state.v_km_s / self.gm
        )
        if size <= 0.0:
            return Descent("no_solution", "the orbit is not closed about the Moon: capture first")
        period = float(2.0 * np.pi * np.sqrt(size**3 / self.gm))
        wait = self.phase.not_before
        late = 0.0 if wait is None else max(float(wait - self.state.epoch), 0.0)
        last = late + self.phase.revolutions * period
        passed, estimate, ignition = self._find_pass(last, late)
        if passed is None:
            remedy = (
                f"the orbit does not pass the site within {self.phase.revolutions:g} revolutions "
                "with time to ignite: start earlier, or allow more revolutions"
            )
            return Descent("no_solution", remedy)
        if estimate is None or ignition is None or estimate.profile is None:
            remedy = "" if estimate is None else estimate.remedy
            return Descent("no_solution", remedy, estimate, passed.beside_km)
        return self._optimize(passed, estimate, ignition)

    def _find_pass(
        self, last_s: float, late_s: float
    ) -> tuple[SitePass | None, DescentEstimate | None, Epoch | None]:
        """Return the first pass whose ignition lies in the coast, what it takes, and when."""
        coast = propagate(
            self.state, until=self.state.epoch + (last_s + _AFTER_S),
            forces=self.context.model.moon, env=self.context.env, events=AIM_EVENTS,
        )  # fmt: skip
        self.track = Track(coast, self.phase.site, self.context.env)
        for passed in self.track.passes():
            since = float(passed.epoch - self.state.epoch)
            if not late_s <= since <= last_s:
                continue
            estimate, ignition = self._ignition(passed)
            if estimate is not None and estimate.profile is None:
                return passed, estimate, None
            if ignition is not None:
                return passed, estimate, ignition
        return None, None, None

    def _ignition(self, passed: SitePass) -> tuple[DescentEstimate | None, Epoch | None]:
        """Return the estimate from where its own downrange ends at the site."""
        ignition: Epoch | None = passed.epoch
        estimate = None
        for _ in range(4):
            assert ignition is not None
            estimate = self._estimate(self.track.coast.at(ignition))
            if estimate.profile is None:
                return estimate, None
            ignition = self.track.before(passed, estimate.downrange_km)
            if ignition is None:
                return estimate, None
        return estimate, ignition

    def _estimate(self, state: State) -> DescentEstimate:
        fixed = state.to(axes="moon_me", env=self.context.env)
        radius = float(np.linalg.norm(fixed.r_km))
        climb = float(fixed.v_km_s @ fixed.r_km) / radius
        level = max(float(fixed.v_km_s @ fixed.v_km_s) - climb**2, 0.0) ** 0.5
        return estimate_descent(
            self.mass_kg,
            self.phase.engine,
            altitude_km=radius - MOON_RADIUS_KM,
            speed_m_s=1e3 * level,
            climb_m_s=1e3 * climb,
            ground_altitude_km=self.phase.site.altitude_km,
            limits=self.phase.limits,
            gm_km3_s2=self.gm,
        )

    def _optimize(self, passed: SitePass, estimate: DescentEstimate, ignition: Epoch) -> Descent:
        assert estimate.profile is not None
        over = self.track.coast.at(passed.epoch).to(axes="moon_me", env=self.context.env)
        axes = SiteAxes(self.phase.site, over.v_km_s)
        problem = DescentProblem(
            self.track.coast, ignition, estimate.profile, axes, self.mass_kg, self.phase.engine,
            self.phase.min_thrust_n, self.phase.limits,
        )  # fmt: skip
        strong = self._too_strong(passed, 1.05)
        if strong:
            return Descent("no_solution", strong, estimate, passed.beside_km, problem)
        flown = problem.solve(self.context)
        if flown.trajectory is None:
            return Descent(
                "no_solution", self._why(passed), estimate, passed.beside_km, problem, flown
            )
        descent = Descent("converged", "", estimate, passed.beside_km, problem, flown)
        craft = self.start.stack.member(self.phase.spacecraft)
        short = descent.propellant_kg - craft.propellant_kg
        if short <= 0.0:
            return descent
        remedy = (
            f"{craft.name} has {craft.propellant_kg:,.0f} kg of propellant for a descent that "
            f"takes {descent.propellant_kg:,.0f}: {short:,.0f} kg more, or a lighter lander"
        )
        if passed.beside_km > _FAR_KM:
            remedy += (
                f"; the orbit passes {passed.beside_km:,.0f} km beside the site: turn its plane"
            )
        return Descent("propellant_short", remedy, estimate, passed.beside_km, problem, flown)

    def _why(self, passed: SitePass) -> str:
        limits = self.phase.limits
        if passed.beside_km > _FAR_KM:
            return (
                f"the orbit passes {passed.beside_km:,.0f} km beside the site, more than the "
                "braking can steer: wait until the orbit plane holds the site, or turn the plane"
            )
        strong = self._too_strong(passed, 0.98)
        if strong:
            return strong
        return (
            f"no descent keeps all limits (view {limits.view_angle_deg:g} deg below "
            f"{limits.approach_altitude_m:g} m, vertical below {limits.vertical_altitude_m:g} m, "
            f"{self.phase.min_thrust_n:g} to {self.phase.engine.thrust_n:g} N): relax one, or "
            "throttle deeper"
        )

    def _too_strong(self, passed: SitePass, share: float) -> str:
        """Return why the engine at its least thrust cannot end the descent, or ''.

        The least thrust counts from `share` of the weight on: the weight is an estimate.
        """
        limits, least = self.phase.limits, self.phase.min_thrust_n
        weight, left = self._weight(passed)
        if limits.hover_s > 0.0 and least > share * weight:
            return (
                f"the lander weighs {weight:,.0f} N over the site, against a least thrust of "
                f"{least:,.0f} N: it cannot hover and go down; throttle deeper, or do not hover"
            )
        spare = (least - weight) / left  # m/s^2, upwards at the least thrust
        fastest = limits.touchdown_speed_m_s**2 + 2.0 * spare * limits.vertical_altitude_m
        slow = limits.vertical_speed_m_s
        if slow is not None and fastest > (slow * share) ** 2:
            return (
                f"even at the least thrust of {least:,.0f} N the lander has to come in at "
                f"{fastest**0.5:.1f} m/s over {limits.vertical_altitude_m:g} m: "
                "throttle deeper, or allow more vertical_speed_m_s"
            )
        return ""

    def _weight(self, passed: SitePass) -> tuple[float, float]:
        """Return about what the lander weighs (N), and its mass (kg), at touchdown."""
        estimate, _ = self._ignition(passed)
        left = self.mass_kg - (0.0 if estimate is None else estimate.propellant_kg)
        radius = float(np.linalg.norm(self.phase.site.fixed_km()))
        return 1e3 * left * self.gm / radius**2, left
