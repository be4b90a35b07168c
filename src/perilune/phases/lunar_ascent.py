"""Ascent from the Moon: from a site to an orbit in a plane, with the least propellant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro import elements
from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.epoch import Epoch
from perilune.astro.geometry import SurfacePoint
from perilune.errors import InputError
from perilune.phases.arrival import lunar_pole
from perilune.phases.base import Check, Condition, Context, Engine, Happening, Leg
from perilune.phases.lunar_ascent_optimal import AscentProblem
from perilune.phases.lunar_ascent_plane import next_lift_off, plane_error_deg
from perilune.phases.powered_axes import SiteAxes
from perilune.phases.powered_flight import Flown
from perilune.phases.powered_guidance import Profile, speed_change_km_s

Array = NDArray[np.float64]

_WIDEST_DEG = 25.0  # beside the plane: steering further out of it is another mission


@dataclass(frozen=True)
class LunarAscent:
    """A lift-off from the Moon into an orbit.

    Attributes
    ----------
    spacecraft : str
    engine : Engine
    site : SurfacePoint
        Altitude of the ground over 1737.4 km.
    perilune_altitude_km, apolune_altitude_km : float
        Of the orbit; the cut-off is where it costs least.
    normal : tuple of float, optional
        Of the orbit plane wanted, `icrf` (see `plane_normal`); None: the plane of `azimuth_deg`.
    azimuth_deg : float
        From north over east; used without a normal.
    lift_off : Epoch, optional
        Given, or None: the first instant from the start on at which the site lies in the plane.
    exact_plane : bool
        Steer into the plane wanted; else into the plane through the site that is nearest to it.
    min_thrust_n : float, optional
        The engine throttles down to this; None: constant thrust.
    rise_s : float
        Upright for so long after lift-off.
    turn_rate_deg_s : float
        The attitude turns no faster.

    Model limits: optimum in central gravity corrected for the full model (see
    `targeting.optimal`), one burn; constant specific impulse; no terrain but the floor at the
    site's altitude; osculating elements at cut-off.
    """

    spacecraft: str
    engine: Engine
    site: SurfacePoint
    perilune_altitude_km: float = 15.0
    apolune_altitude_km: float = 180.0
    normal: tuple[float, float, float] | None = None
    azimuth_deg: float = 90.0
    lift_off: Epoch | None = None
    exact_plane: bool = True
    min_thrust_n: float | None = None
    rise_s: float = 10.0
    turn_rate_deg_s: float = 4.0

    def __post_init__(self) -> None:
        low, high = self.perilune_altitude_km, self.apolune_altitude_km
        if not self.site.altitude_km < low <= high:
            raise InputError(
                f"perilune_altitude_km {low!r}, apolune_altitude_km {high!r}: expected the first "
                f"above the site ({self.site.altitude_km:g}) and not above the second",
                key="perilune_altitude_km",
            )
        if not 0.0 < self.rise_s <= 120.0:
            raise InputError(
                f"rise_s is {self.rise_s!r}: expected above 0, up to 120", key="rise_s"
            )
        if self.min_thrust_n is not None and not 0.0 <= self.min_thrust_n <= self.engine.thrust_n:
            raise InputError(
                f"min_thrust_n is {self.min_thrust_n!r}: expected 0 to {self.engine.thrust_n:g}",
                key="min_thrust_n",
            )

    def fly(self, start: Condition, context: Context) -> list[Leg]:
        """Return the leg from lift-off to cut-off; `start.state` says from when on."""
        context.report("lunar ascent")
        return [_Riser(self, start, context).fly()]


class _Riser:
    """Finds the lift-off and the plane, optimizes, and writes the leg."""

    def __init__(self, phase: LunarAscent, start: Condition, context: Context) -> None:
        assert start.state is not None
        self.phase, self.start, self.context, self.env = phase, start, context, context.env
        start.stack.member(phase.spacecraft)
        mass = start.stack.mass_kg
        assert mass is not None
        self.mass_kg, self.earliest = mass, start.state.epoch
        self.gm = self.env.constants.gm("moon")

    def fly(self) -> Leg:
        late = 0.0 if self.phase.lift_off is None else float(self.earliest - self.phase.lift_off)
        if late > 1e-3:  # equal to rounding is in time
            return self._failed(f"lift-off is {late:.0f} s before the phase begins: set it later")
        weight = (
            1e3 * self.mass_kg * self.gm / float(np.linalg.norm(self.phase.site.fixed_km())) ** 2
        )
        if self.phase.engine.thrust_n <= weight:
            return self._failed(
                f"{self.phase.engine.thrust_n:,.0f} N does not lift {weight:,.0f} N of weight: "
                "more thrust, or less mass"
            )
        lift_off, normal, beside = self._plane()
        if self.phase.exact_plane and abs(beside) > _WIDEST_DEG:
            return self._failed(
                f"the site lies {abs(beside):.1f} deg beside the orbit plane at lift-off: choose "
                "another instant, or the nearest plane through the site"
            )
        problem = self._problem(lift_off, normal)
        profile = problem.estimate(self.context)
        if not profile.reached:
            return self._failed(
                "full thrust does not reach the orbit before the propellant's end or the ground: "
                "more thrust, or less mass"
            )
        flown = problem.solve(profile, self.context)
        if flown.trajectory is None:
            return self._failed(
                f"no ascent into the plane, {abs(beside):.1f} deg beside the site: choose another "
                "instant, a higher perilune, or a faster attitude"
            )
        return self._leg(problem, profile, flown, beside)

    def _failed(self, remedy: str) -> Leg:
        return Leg("lunar_ascent", self.start, status="no_solution", remedy=remedy)

    def _plane(self) -> tuple[Epoch, Array, float]:
        """Return lift-off, the plane's normal to fly into, and how far beside it the site is."""
        phase = self.phase
        if phase.normal is None:
            at = self.earliest if phase.lift_off is None else phase.lift_off
            return at, self._along_azimuth(at), 0.0
        wanted = np.array(phase.normal) / np.linalg.norm(phase.normal)
        at = phase.lift_off or next_lift_off(phase.site, wanted, self.earliest, self.env)[0]
        beside = float(plane_error_deg(phase.site, wanted, at, self.env))
        if phase.exact_plane:
            return at, wanted, beside
        up = phase.site.state(at, self.env).r_km
        up = up / np.linalg.norm(up)
        nearest = wanted - up * float(wanted @ up)
        return at, nearest / np.linalg.norm(nearest), beside

    def _along_azimuth(self, at: Epoch) -> Array:
        up = self.phase.site.vertical()
        lon, azimuth = np.radians([self.phase.site.longitude_deg, self.phase.azimuth_deg])
        east = np.array([-np.sin(lon), np.cos(lon), 0.0])
        ahead = np.sin(azimuth) * east + np.cos(azimuth) * np.cross(up, east)
        return np.asarray(self.env.moon.me_from_icrf(at)[0].T @ np.cross(up, ahead))

    def _problem(self, lift_off: Epoch, normal: Array) -> AscentProblem:
        phase = self.phase
        fixed = self.env.moon.me_from_icrf(lift_off)[0] @ normal
        least = phase.engine.thrust_n if phase.min_thrust_n is None else phase.min_thrust_n
        return AscentProblem(
            lift_off,
            SiteAxes(phase.site, np.cross(fixed, phase.site.vertical())),
            normal,
            MOON_RADIUS_KM + phase.perilune_altitude_km,
            MOON_RADIUS_KM + phase.apolune_altitude_km,
            self.mass_kg,
            phase.engine,
            least,
            phase.rise_s,
            phase.turn_rate_deg_s,
        )

    def _leg(
        self, problem: AscentProblem, profile: Profile, flown: Flown, beside_deg: float
    ) -> Leg:
        states, powered = flown.flight.states, flown.trajectory
        assert powered is not None
        used = float(states[0, 6] - states[-1, 6])
        dv = 1e3 * speed_change_km_s(
            self.phase.engine.exhaust_km_s, float(states[0, 6]), float(states[-1, 6])
        )
        stack = self.start.stack.burnt(self.phase.spacecraft, used)
        craft, name = stack.member(self.phase.spacecraft), stack.name
        status, remedy = "converged", ""
        if craft.propellant_kg < 0.0:
            status = "propellant_short"
            remedy = (
                f"{craft.name} lacks {-craft.propellant_kg:,.0f} kg of the {used:,.0f} kg that the "
                "ascent takes: more propellant, or a lighter ascender"
            )
        happenings = (
            Happening("lunar_lift_off", powered.at(powered.start), name, powered.stop, dv,
                      self.mass_kg, stack.mass_kg),
            Happening("lunar_ascent_orbit", powered.final, name, mass_before_kg=stack.mass_kg,
                      mass_after_kg=stack.mass_kg),
        )  # fmt: skip
        guided = 1e3 * speed_change_km_s(
            self.phase.engine.exhaust_km_s, self.mass_kg, float(profile.mass_kg[-1])
        )
        checks, figures = self._orbit(problem, flown)
        figures |= {
            "ascent_dv_m_s": dv,
            "ascent_propellant_kg": used,
            "ascent_time_s": float(flown.flight.times_s[-1]),
            "ascent_estimate_dv_m_s": guided,
            "ascent_azimuth_deg": problem.axes.azimuth_deg,
            "ascent_site_beside_plane_deg": beside_deg,
            "ascent_reflown_miss_m": flown.miss_m,
        }
        return Leg(
            "lunar_ascent", Condition(stack, powered.final), powered, happenings, checks, None,
            status, remedy, dict(figures),
        )  # fmt: skip

    def _orbit(
        self, problem: AscentProblem, flown: Flown
    ) -> tuple[tuple[Check, ...], dict[str, float]]:
        """Return how far the re-flown orbit is off the one wanted, and its figures."""
        assert flown.trajectory is not None
        end = flown.trajectory.final
        orbit = elements.from_vectors(end.r_km, end.v_km_s, self.gm)
        low, high = float(orbit.periapsis_km), float(orbit.apoapsis_km)
        momentum = np.cross(end.r_km, end.v_km_s)
        momentum = momentum / np.linalg.norm(momentum)
        sine = np.linalg.norm(np.cross(momentum, problem.normal / np.linalg.norm(problem.normal)))
        pole = lunar_pole(end.epoch, self.env)
        checks = (
            Check("ascent perilune error", abs(low - problem.perilune_km), "km", 0.5),
            Check("ascent apolune error", abs(high - problem.apolune_km), "km", 0.5),
            Check("ascent plane error", float(np.degrees(np.arcsin(sine))), "deg", 0.01),
            Check("re-flown end off the solved one", flown.miss_m, "m", 100.0),
        )
        figures = {
            "ascent_perilune_altitude_km": low - MOON_RADIUS_KM,
            "ascent_apolune_altitude_km": high - MOON_RADIUS_KM,
            "ascent_inclination_deg": float(np.degrees(np.arccos(np.clip(momentum @ pole, -1, 1)))),
        }
        return checks, figures
