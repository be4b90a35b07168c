"""Descent orbit insertion: lower the perilune so that the powered descent ends over the site."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from perilune.astro import elements
from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.epoch import Epoch
from perilune.astro.geometry import SurfacePoint
from perilune.astro.state import State
from perilune.dynamics.propagate import propagate
from perilune.dynamics.trajectory import Trajectory
from perilune.phases.base import Check, Condition, Context, Engine, Happening, Leg
from perilune.phases.burn import Burn, Steering, burn_time_s, fly_burn
from perilune.phases.descent_estimate import DescentLimits, estimate_descent
from perilune.phases.descent_pass import SitePass, Track
from perilune.phases.shot import AIM_EVENTS, COAST_EVENTS
from perilune.targeting.problem import Goal, Solution, Unknown, differences, solve

Array = NDArray[np.float64]

_EARLY = 0.25  # of a revolution before perilune the leg ends: powered descent takes over there


@dataclass(frozen=True)
class DescentOrbit:
    """One burn half a revolution before the perilune that powered descent starts from.

    Attributes
    ----------
    spacecraft : str
        Whose engine burns.
    site : SurfacePoint
    engine : Engine
        Of this burn.
    perilune_altitude_km : float
        Over the sphere of 1737.4 km.
    lead_km : float, optional
        Perilune comes so far before the site, along the ground; default: the downrange of the
        estimated descent.
    descent_engine : Engine, optional
        For that estimate; default: `engine`.
    limits : DescentLimits
        For that estimate.
    impulsive : bool
        Treat the burn as an impulse (mass by the rocket equation).
    not_before, latest : Epoch, optional
        Of the landing. With `latest` the pass nearest to the site is taken, else the first.

    Model limits: a finite burn holds its attitude inertially; the plane is not turned.
    """

    spacecraft: str
    site: SurfacePoint
    engine: Engine
    perilune_altitude_km: float = 15.0
    lead_km: float | None = None
    descent_engine: Engine | None = None
    limits: DescentLimits = field(default_factory=DescentLimits)
    impulsive: bool = False
    not_before: Epoch | None = None
    latest: Epoch | None = None

    def fly(self, start: Condition, context: Context) -> list[Leg]:
        """Return the leg from the start over the burn to a quarter revolution before perilune."""
        context.report("descent orbit insertion")
        return [_Lowering(self, start, context).fly()]


class _Lowering:
    """Finds the pass of the site, solves the burn, and writes the leg."""

    def __init__(self, phase: DescentOrbit, start: Condition, context: Context) -> None:
        assert start.state is not None
        self.phase, self.start, self.context, self.env = phase, start, context, context.env
        self.state = start.state.to(center="moon", axes="icrf", env=context.env)
        self.gm = context.env.constants.gm("moon")
        start.stack.member(phase.spacecraft)
        mass = start.stack.mass_kg
        assert mass is not None
        self.mass_kg = mass
        self.low_km = MOON_RADIUS_KM + phase.perilune_altitude_km
        orbit = elements.from_vectors(self.state.r_km, self.state.v_km_s, self.gm)
        self.period = float(orbit.period_s)

    def fly(self) -> Leg:
        if not np.isfinite(self.period):
            return self._failed("the orbit is not closed about the Moon: capture first")
        lead = self._lead_km()
        if isinstance(lead, str):
            return self._failed(lead)
        self.lead_rad = lead / float(np.linalg.norm(self.phase.site.fixed_km()))
        passed = self._pass()
        if passed is None:
            return self._failed(
                "no pass of the site between not_before and latest leaves time for the burn: "
                "allow later landings"
            )
        # the site lies half a revolution and the lead past the burn
        back = (0.5 + self.lead_rad / (2.0 * np.pi)) * self.period
        self.middle = passed.epoch - back
        radius = float(np.linalg.norm(self.before.at(self.middle).r_km))
        if radius <= self.low_km + 1.0:
            return self._failed(
                f"the orbit is only {radius - MOON_RADIUS_KM:.1f} km high where the burn would be: "
                "ask for a lower perilune"
            )
        return self._leg(*self._solve(), passed)

    def _failed(self, remedy: str) -> Leg:
        return Leg("descent_orbit", self.start, status="no_solution", remedy=remedy)

    def _lead_km(self) -> float | str:
        if self.phase.lead_km is not None:
            return self.phase.lead_km
        high = float(np.linalg.norm(self.state.r_km))
        speed = np.sqrt(2.0 * self.gm * high / (self.low_km * (high + self.low_km)))
        estimate = estimate_descent(
            self.mass_kg,
            self.phase.descent_engine or self.phase.engine,
            altitude_km=self.phase.perilune_altitude_km,
            speed_m_s=1e3 * float(speed),
            ground_altitude_km=self.phase.site.altitude_km,
            limits=self.phase.limits,
            gm_km3_s2=self.gm,
        )
        return estimate.downrange_km if estimate.profile is not None else estimate.remedy

    def _pass(self) -> SitePass | None:
        """Return the pass to land at: the first possible, or the nearest until `latest`."""
        phase, start = self.phase, self.state.epoch
        earliest = 0.0 if phase.not_before is None else float(phase.not_before - start)
        earliest = max(earliest, (0.55 + self.lead_rad / (2.0 * np.pi)) * self.period)
        last = earliest + 1.1 * self.period
        if phase.latest is not None:
            last = float(phase.latest - start)
        if last < earliest:
            return None
        self.before = propagate(
            self.state, until=start + (last + 0.1 * self.period), forces=self.context.model.moon,
            env=self.env, events=AIM_EVENTS,
        )  # fmt: skip
        passes = [
            p
            for p in Track(self.before, phase.site, self.env).passes()
            if earliest <= float(p.epoch - start) <= last
        ]
        if not passes:
            return None
        return passes[0] if phase.latest is None else min(passes, key=lambda p: p.beside_km)

    def _impulse(self, at: State, speed_km_s: float) -> Array:
        """Return the change of velocity to a level one of a given speed."""
        r, v = at.r_km, at.v_km_s
        level = v - r * (float(r @ v) / float(r @ r))
        return level * (speed_km_s / float(np.linalg.norm(level))) - v

    def _burn(self, values: Array) -> tuple[State, State, Burn | None]:
        """Return ignition, cut-off and burn for a shift (s) and a speed wanted (km/s)."""
        shift, speed = float(values[0]), float(values[1])
        at = self.before.at(self.middle + shift)
        change = self._impulse(at, speed)
        if self.phase.impulsive:
            return at, State(at.epoch, "moon", "icrf", at.r_km, at.v_km_s + change), None
        size = float(np.linalg.norm(change))
        lasts = burn_time_s(size, self.phase.engine, self.mass_kg)
        ignition = self.before.at(at.epoch - 0.5 * lasts)
        steering = Steering.along(change, at)
        burn = fly_burn(
            ignition, lasts, self.phase.engine, self.mass_kg, steering, 0.0, self.context
        )
        return ignition, burn.cut_off, burn

    def _perilune(self, cut_off: State) -> State | None:
        coast = propagate(
            cut_off, until=cut_off.epoch + 0.8 * self.period, forces=self.context.model.moon,
            env=self.env, events=AIM_EVENTS,
        )  # fmt: skip
        found = [e.state for e in coast.events if e.name == "periapsis"]
        found = [s for s in found if float(s.epoch - cut_off.epoch) > 0.2 * self.period]
        return found[0] if found else None

    def _misses(self, values: Array) -> Array:
        """Return how far perilune is off its height and its place, km."""
        there = self._perilune(self._burn(values)[1])
        if there is None:
            return np.full(2, np.inf)
        radius = float(np.linalg.norm(there.r_km))
        up = there.r_km / radius
        normal = np.cross(there.r_km, there.v_km_s)
        ahead = np.cross(normal / np.linalg.norm(normal), up)
        site = self.phase.site.state(there.epoch, self.env).r_km
        angle = float(np.arctan2(site @ ahead, site @ up)) - self.lead_rad
        return np.array([radius - self.low_km, MOON_RADIUS_KM * angle])

    def _solve(self) -> tuple[Solution, tuple[State, State, Burn | None]]:
        radius = float(np.linalg.norm(self.before.at(self.middle).r_km))
        speed = float(np.sqrt(2.0 * self.gm * self.low_km / (radius * (radius + self.low_km))))
        reach = 0.12 * self.period
        reach_back = min(reach, float(self.middle - self.before.start) - 1.0)
        unknowns = [
            Unknown("shift_s", 0.0, 10.0, -max(reach_back, 0.0), reach),
            Unknown("speed_km_s", speed, 1e-3, speed - 0.1, speed + 0.1),
        ]
        goals = [Goal("perilune_km", 1e-2), Goal("lead_km", 0.5)]
        solution = solve(unknowns, goals, differences(self._misses, (0.5, 1e-5)), max_iterations=20)
        return solution, self._burn(np.array(list(solution.values.values())))

    def _leg(
        self, solution: Solution, flown: tuple[State, State, Burn | None], passed: SitePass
    ) -> Leg:
        ignition, cut_off, burn = flown
        dv = np.linalg.norm(cut_off.v_km_s - ignition.v_km_s) if burn is None else 0.0
        exhaust = self.phase.engine.exhaust_km_s
        after = self.mass_kg * float(np.exp(-dv / exhaust)) if burn is None else burn.mass_after_kg
        dv_m_s = 1e3 * exhaust * float(np.log(self.mass_kg / after))
        stack = self.start.stack.burnt(self.phase.spacecraft, self.mass_kg - after)
        there = self._perilune(cut_off)
        whole = self._coast(self.state, ignition.epoch)
        if burn is not None:
            whole = burn.trajectory if whole is None else whole + burn.trajectory
        end = cut_off
        if there is not None:
            coast = self._coast(cut_off, there.epoch - _EARLY * self.period)
            assert coast is not None
            whole, end = coast if whole is None else whole + coast, coast.final
        happening = Happening(
            "descent_orbit_insertion", ignition, self.start.stack.name, cut_off.epoch, dv_m_s,
            self.mass_kg, after,
        )  # fmt: skip
        status, remedy = solution.status, solution.remedy
        craft = stack.member(self.phase.spacecraft)
        if status == "converged" and craft.propellant_kg < 0.0:
            status = "propellant_short"
            remedy = f"{craft.name} lacks {-craft.propellant_kg:.1f} kg of propellant for this burn"
        misses = self._misses(np.array(list(solution.values.values())))
        checks = (
            Check("descent orbit perilune error", abs(float(misses[0])), "km", 0.1),
            Check("descent orbit perilune place error", abs(float(misses[1])), "km", 5.0),
        )
        figures = {
            "descent_orbit_dv_m_s": dv_m_s,
            "descent_orbit_lead_km": self.lead_rad * MOON_RADIUS_KM,
            "descent_orbit_track_beside_site_km": passed.beside_km,
        }
        return Leg(
            "descent_orbit", Condition(stack, end), whole, (happening,), checks, None, status,
            remedy, dict(figures),
        )  # fmt: skip

    def _coast(self, state: State, until: Epoch) -> Trajectory | None:
        if float(until - state.epoch) < 1e-3:
            return None
        return propagate(
            state, until=until, forces=self.context.model.moon, env=self.env, events=COAST_EVENTS
        )
