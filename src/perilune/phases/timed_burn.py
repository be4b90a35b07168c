"""A burn that lasts longer or shorter than intended, and where that leads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.epoch import DAY, Epoch
from perilune.astro.geometry import subpoint
from perilune.dynamics.propagate import propagate
from perilune.dynamics.trajectory import Trajectory
from perilune.phases.base import Check, Condition, Context, Happening, Leg, Stack
from perilune.phases.burn import Burn
from perilune.phases.burn_inferred import BRANCHES, Inferred, Intended, infer
from perilune.phases.lunar_start import in_orbit
from perilune.phases.orbit_burn import osculating
from perilune.phases.shot import COAST_EVENTS

_LEAST_N = 1e-3


@dataclass(frozen=True)
class TimedBurn:
    """A burn along the motion whose length is known, and not its thrust nor its place.

    Both are inferred from the burn that was intended. Then the burn is flown for as long as it
    lasted, and the coast after it.

    Attributes
    ----------
    spacecraft : str
        Whose propellant it burns.
    duration_s : float
        As long as it lasted.
    isp_s : float
    intended : Intended
    branch : str, optional
        One of `BRANCHES`; None gives both as alternatives.
    until : Epoch, optional
        Where the coast ends. None: on the Moon, which ends the mission as it should; what has not
        fallen within a day is a failure then.
    event : str
        What the burn is called in the timeline.

    Model limits: constant thrust along or against the velocity, turning with the orbit; the ground
    is the mean sphere; the intended heights are those of the osculating ellipse at cut-off.
    """

    spacecraft: str
    duration_s: float
    isp_s: float
    intended: Intended
    branch: str | None = None
    until: Epoch | None = None
    event: str = "orbit_burn_1"

    def fly(self, start: Condition, context: Context) -> list[Leg]:
        """Return a leg for each place of the burn; from an open orbit it begins there."""
        context.report("burn of a given duration")
        names = BRANCHES if self.branch is None else (self.branch,)
        return [self._leg(name, start, context) for name in names]

    def _leg(self, branch: str, start: Condition, context: Context) -> Leg:
        mass = start.stack.mass_kg
        assert mass is not None
        found = infer(start, self.intended, self.isp_s, branch, context)
        why = self._obstacle(found, mass)
        if why:
            return _failed(branch, start, "no_solution", why)
        burn = found.burn(self.duration_s, mass, context)
        if _lowest_km(burn.trajectory) < 0.0:
            why = "the spacecraft meets the ground while it burns: shorten duration_s"
            return _failed(branch, start, "impact", why)
        late = 0.0 if self.until is None else float(burn.cut_off.epoch - self.until)
        if late > 0.0:
            why = f"the coast would end {late:,.0f} s before the burn does: set a later date"
            return _failed(branch, start, "no_solution", why)
        return self._flown(branch, start, found, burn, context)

    def _obstacle(self, found: Inferred, mass_kg: float) -> str:
        """Return why there is no such burn, in words; empty where there is one."""
        wanted, thrust = self.intended, found.engine.thrust_n
        why = found.solution.remedy or ("it is that orbit" if thrust < _LEAST_N else "")
        if why:
            return (
                f"no burn along the motion for {wanted.duration_s:g} s leads from this orbit to "
                f"{wanted.perilune_altitude_km:g} x {wanted.apolune_altitude_km:g} km "
                f"({why}): state an intended orbit that meets the one before"
            )
        used = self.duration_s * thrust / (1e3 * found.engine.exhaust_km_s)
        if used < mass_kg:
            return ""
        return (
            f"{self.duration_s:g} s at {thrust:,.0f} N burn {used:,.0f} kg: more than all there is"
        )

    def _flown(
        self, branch: str, start: Condition, found: Inferred, burn: Burn, context: Context
    ) -> Leg:
        """Return the leg of a burn and of the coast after it."""
        coast = propagate(
            burn.cut_off,
            until=self.until or burn.cut_off.epoch + DAY,
            forces=context.model.moon,
            env=context.env,
            events=COAST_EVENTS,
        )
        motion = burn.trajectory + coast
        if found.ignition.coast is not None:
            motion = found.ignition.coast + motion
        fell = coast.status == "impact"
        status, remedy = self._outcome(coast)
        figures = self._figures(found, burn, context) | (_fall(coast, context) if fell else {})
        stack = start.stack.burnt(self.spacecraft, burn.mass_before_kg - burn.mass_after_kg)
        errors = found.solution.errors
        return Leg(
            "impact" if fell else "timed_burn",  # what falls ends on the ground, and is to
            Condition(stack, coast.final),
            motion,
            self._happenings(start, burn, stack, coast if fell else None),
            tuple(Check(f"intended {name.removesuffix('_km')} error", abs(errors[name]), "km", 0.1)
                  for name in errors),
            status=status,
            remedy=remedy,
            solution={"branch": branch, **figures},
        )  # fmt: skip

    def _outcome(self, coast: Trajectory) -> tuple[str, str]:
        """Return the status and the remedy: whether the coast ended as the mission says."""
        if self.until is None and coast.status == "completed":
            remedy = "nothing falls within a day of the burn: state until_utc, or burn for longer"
            return "no_solution", remedy
        if self.until is not None and coast.status == "impact":
            remedy = "the orbit after the burn falls onto the Moon: leave out until_utc if it is to"
            return "impact", remedy
        return ("converged", "") if coast.status in ("completed", "impact") else (coast.status, "")

    def _happenings(
        self, start: Condition, burn: Burn, stack: Stack, fall: Trajectory | None
    ) -> tuple[Happening, ...]:
        before, after = start.stack.mass_kg, stack.mass_kg
        name, cut_off = stack.name, burn.cut_off.epoch
        found = [
            Happening(self.event, burn.ignition, name, cut_off, burn.dv_m_s, before, after),
        ]
        if start.state is None:
            found.insert(0, in_orbit(burn.ignition, start))
        if fall is not None:
            found.append(
                Happening("impact", fall.final, name, mass_before_kg=after, mass_after_kg=after)
            )
        return tuple(found)

    def _figures(self, found: Inferred, burn: Burn, context: Context) -> dict[str, Any]:
        before, after = (osculating(state, context) for state in (burn.ignition, burn.cut_off))
        anomaly = (float(np.degrees(before.true_anomaly)) + 180.0) % 360.0 - 180.0
        return {
            "inferred_thrust_n": found.engine.thrust_n,
            "inferred_true_anomaly_deg": anomaly,
            "intended_duration_s": self.intended.duration_s,
            "flown_duration_s": self.duration_s,
            "perilune_altitude_after_burn_km": float(after.periapsis_km) - MOON_RADIUS_KM,
            "apolune_altitude_after_burn_km": float(after.apoapsis_km) - MOON_RADIUS_KM,
        }


def _fall(coast: Trajectory, context: Context) -> dict[str, Any]:
    """Return when and where a coast meets the ground, and how steeply."""
    end = coast.final
    below, speed = subpoint(end, context.env), float(np.linalg.norm(end.v_km_s))
    sine = -float(end.r_km @ end.v_km_s) / (float(np.linalg.norm(end.r_km)) * speed)
    return {
        "impact_utc": end.epoch.utc_iso(3),
        "impact_latitude_deg": float(below.latitude_deg),
        "impact_longitude_deg": float(below.longitude_deg),
        "impact_angle_deg": float(np.degrees(np.arcsin(sine))),
        "fall_min": coast.duration_s / 60.0,
    }


def _lowest_km(motion: Trajectory) -> float:
    """Return the lowest height of a burn over the mean sphere."""
    arc = motion.arcs[0]
    r = arc.vectors(np.linspace(*arc.span_s, 200))[:, :3]
    return float(np.linalg.norm(r, axis=1).min()) - MOON_RADIUS_KM


def _failed(branch: str, start: Condition, status: str, remedy: str) -> Leg:
    return Leg("timed_burn", start, status=status, remedy=remedy, solution={"branch": branch})
