"""The launch and transfer phases of a chain: from a pad to the unbraked perilune."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from perilune.astro import elements
from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.dynamics.propagate import propagate
from perilune.dynamics.trajectory import Trajectory
from perilune.phases import injection_leg
from perilune.phases.arrival import Perilune
from perilune.phases.base import Check, Condition, Context, Happening, Leg
from perilune.phases.injection import Injection
from perilune.phases.injection_solve import inject
from perilune.phases.launch import Insertion, Launch
from perilune.phases.request import Request, Transfer
from perilune.phases.shot import COAST_EVENTS, Controls, Shot
from perilune.phases.transfer import solve_transfers
from perilune.targeting.problem import Solution


@dataclass(frozen=True)
class LaunchPhase:
    """A launch whose azimuth or lift-off the transfer after it pins down.

    Attributes
    ----------
    launch : Launch
    lift_off : Epoch
        The instant, or the start of the day to search.
    fixed_lift_off : bool
    inclination_deg : float, optional
    heading, coast : str, optional
    injection : Injection, optional
        The engines that fly it; without, the injection is an impulse.
    """

    launch: Launch
    lift_off: Epoch
    fixed_lift_off: bool = True
    inclination_deg: float | None = None
    heading: str | None = None
    coast: str | None = None
    injection: Injection | None = None

    def fly(self, start: Condition, context: Context) -> list[Leg]:  # noqa: ARG002
        """Return a leg that ends in this very launch, still open."""
        if self.inclination_deg is not None:
            self.launch.site.azimuth_deg(self.inclination_deg, northbound=True)  # must be reachable
        return [Leg("launch", replace(start, departure=self))]


@dataclass(frozen=True)
class TransferPhase:
    """A translunar transfer from an open launch to a perilune.

    Attributes
    ----------
    wanted : Perilune
    flight_time_s : float, optional
        None: total delta-v is minimized.
    branch : str, optional
        Keep only this branch.
    """

    wanted: Perilune
    flight_time_s: float | None = None
    branch: str | None = None

    def fly(self, start: Condition, context: Context) -> list[Leg]:
        """Return one leg for every branch and lift-off that answers, failed ones included."""
        departure: LaunchPhase = start.departure
        gm = context.env.constants.gm("earth")
        launch, injection = departure.launch, departure.injection
        if injection is not None:
            launch = replace(launch, hold_s=injection.hold_s(launch.radius_km, gm))
        request = Request(
            launch,
            self.wanted,
            departure.lift_off,
            fixed_lift_off=departure.fixed_lift_off,
            inclination_deg=departure.inclination_deg,
            flight_time_s=self.flight_time_s,
            coast=departure.coast,
            heading=departure.heading,
            model=context.model,
        )
        found = solve_transfers(request, context.env, context.report)
        if injection is None:
            return [self._leg(transfer, start, departure, context) for transfer in found]
        return [
            self._burnt_leg(request, transfer, injection, start, departure, context)
            for transfer in found
        ]

    def _leg(
        self, transfer: Transfer, start: Condition, departure: LaunchPhase, context: Context
    ) -> Leg:
        shot = transfer.shot
        if shot is None or not transfer.converged:
            return _failed(transfer, transfer.solution, start)
        assert shot.approach is not None
        flown = shot.parking + shot.cruise + shot.approach
        return Leg(
            "transfer",
            Condition(start.stack, shot.arrival),
            flown,
            (
                *_ascent(shot.controls, shot.insertion, departure, start, context.env),
                _impulse(shot, start, transfer.branch),
            ),
            self._checks(shot.approach, shot.arrival, context),
            solution=_figures(transfer, shot.controls, shot.after, shot.arrival, context.env),
        )

    def _burnt_leg(
        self,
        request: Request,
        transfer: Transfer,
        injection: Injection,
        start: Condition,
        departure: LaunchPhase,
        context: Context,
    ) -> Leg:
        """Fly the transfer again with its engines."""
        if transfer.shot is None or not transfer.converged:
            return _failed(transfer, transfer.solution, start)
        context.report(f"injection {transfer.name}")
        solution, flown = inject(request, transfer, injection, start.stack, context)
        if flown is None:
            return _failed(transfer, solution, start)
        env, departed = context.env, flown.departed
        short = injection_leg.shortage(flown, injection)
        figures = _figures(transfer, flown.controls, departed.after, flown.arrival, env)
        figures |= injection_leg.figures(flown, injection)
        figures["iterations_n"] = transfer.solution.iterations + solution.iterations
        figures["evaluations_n"] = transfer.solution.evaluations + solution.evaluations
        return Leg(
            "transfer",
            Condition(departed.stack, flown.arrival),
            injection_leg.trajectory(flown),
            (
                *_ascent(flown.controls, departed.insertion, departure, start, env),
                *injection_leg.happenings(flown, injection, start.stack, transfer.branch),
            ),
            (
                *injection_leg.checks(flown, injection, env.constants.gm("earth")),
                *self._checks(flown.approach, flown.arrival, context),
            ),
            status="propellant_short" if short else "converged",
            remedy=short,
            solution=figures,
        )

    def _checks(self, approach: Trajectory, arrival: State, context: Context) -> tuple[Check, ...]:
        """Fly the approach again without corrections, and look at the perilune it meets."""
        env = context.env
        again = propagate(
            approach.at(approach.start),
            until=arrival.epoch + 600.0,
            forces=context.model.moon,
            env=env,
            events=COAST_EVENTS,
        )
        met = next((e.state for e in again.events if e.name == "periapsis"), again.final)
        height = float(np.linalg.norm(met.r_km)) - MOON_RADIUS_KM - self.wanted.altitude_km
        checks = [Check("perilune altitude error", 1e3 * abs(height), "m", 1.0)]
        if self.wanted.inclination_deg is not None:
            orbit = elements.osculating(met, env, equator="moon_me")
            tilt = abs(float(np.degrees(orbit.inclination)) - self.wanted.inclination_deg)
            checks.append(Check("perilune inclination error", tilt, "deg", 1e-6))
        late = abs(float(met.epoch - arrival.epoch))
        return (*checks, Check("perilune time error", late, "s", 1e-2))


def _failed(transfer: Transfer, solution: Solution, start: Condition) -> Leg:
    return Leg(
        "transfer",
        start,
        status=solution.status,
        remedy=solution.remedy,
        solution={"branch": transfer.name, "iterations_n": solution.iterations},
    )


def _ascent(
    controls: Controls,
    insertion: Insertion,
    departure: LaunchPhase,
    start: Condition,
    env: Environment,
) -> tuple[Happening, Happening]:
    pad = departure.launch.site.point.state(controls.lift_off, env)
    name = start.stack.name
    return Happening("lift_off", pad, name), Happening("parking_orbit", insertion.state, name)


def _impulse(shot: Shot, start: Condition, branch: str) -> Happening:
    return Happening(
        "translunar_injection",
        shot.before,
        start.stack.name,
        shot.before.epoch,
        1e3 * shot.injection_dv_km_s,
        None,
        start.stack.mass_kg,
        branch,
    )


def _figures(
    transfer: Transfer, controls: Controls, after: State, arrival_state: State, env: Environment
) -> dict[str, object]:
    shot = transfer.shot
    assert shot is not None
    orbit = elements.osculating(after, env)
    arrival = elements.osculating(arrival_state, env)
    azimuth = float(np.degrees(controls.azimuth_rad)) % 360.0
    out: dict[str, object] = {
        "branch": transfer.name,
        "flight_time_h": controls.flight_time_s / 3600.0,
        "c3_km2_s2": float(orbit.c3_km2_s2),
        "perigee_utc": (after.epoch + (-float(orbit.time_since_periapsis_s))).utc_iso(1),
        "perilune_utc": arrival_state.epoch.utc_iso(1),
        "azimuth_deg": azimuth,
        "coast_s": controls.coast_s,
        "inclination_deg": float(np.degrees(orbit.inclination)),
        "injection_dv_m_s": 1e3 * shot.injection_dv_km_s,
        "impulsive_total_dv_m_s": 1e3 * transfer.total_dv_km_s(env),
        "v_infinity_moon_km_s": float(np.sqrt(float(arrival.c3_km2_s2))),
        "iterations_n": transfer.solution.iterations,
        "evaluations_n": transfer.solution.evaluations,
    }
    if transfer.plane_change_dv_km_s is not None:
        out["plane_change_dv_m_s"] = 1e3 * transfer.plane_change_dv_km_s
    if transfer.curve:
        out["flight_time_curve"] = [
            {"flight_time_h": h, "total_dv_m_s": 1e3 * dv if np.isfinite(dv) else None}
            for h, dv in transfer.curve
        ]
    return out
