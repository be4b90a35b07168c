"""The launch and transfer phases of a chain: from a pad to the unbraked perilune."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from perilune.astro import elements
from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.dynamics.propagate import propagate
from perilune.phases.arrival import Perilune
from perilune.phases.base import Check, Condition, Context, Happening, Leg
from perilune.phases.launch import Launch
from perilune.phases.request import Request, Transfer
from perilune.phases.shot import COAST_EVENTS, Shot
from perilune.phases.transfer import solve_transfers


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
    """

    launch: Launch
    lift_off: Epoch
    fixed_lift_off: bool = True
    inclination_deg: float | None = None
    heading: str | None = None
    coast: str | None = None

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
        request = Request(
            departure.launch,
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
        return [self._leg(transfer, start, departure, context) for transfer in found]

    def _leg(
        self, transfer: Transfer, start: Condition, departure: LaunchPhase, context: Context
    ) -> Leg:
        shot = transfer.shot
        if shot is None or not transfer.converged:
            return Leg(
                "transfer",
                start,
                status=transfer.solution.status,
                remedy=transfer.solution.remedy,
                solution={"branch": transfer.name, "iterations_n": transfer.solution.iterations},
            )
        assert shot.approach is not None
        flown = shot.parking + shot.cruise + shot.approach
        return Leg(
            "transfer",
            Condition(start.stack, shot.arrival),
            flown,
            _happenings(shot, departure, start, transfer.branch, context.env),
            self._checks(shot, context),
            solution=_figures(transfer, context.env),
        )

    def _checks(self, shot: Shot, context: Context) -> tuple[Check, ...]:
        """Fly the approach again without corrections, and look at the perilune it meets."""
        env = context.env
        assert shot.approach is not None
        near = shot.approach.at(shot.approach.start)
        again = propagate(
            near,
            until=shot.arrival.epoch + 600.0,
            forces=context.model.moon,
            env=env,
            events=COAST_EVENTS,
        )
        met = next((e.state for e in again.events if e.name == "periapsis"), again.final)
        height = float(np.linalg.norm(met.r_km)) - MOON_RADIUS_KM - self.wanted.altitude_km
        orbit = elements.osculating(met, env, equator="moon_me")
        tilt = abs(float(np.degrees(orbit.inclination)) - self.wanted.inclination_deg)
        late = abs(float(met.epoch - shot.arrival.epoch))
        return (
            Check("perilune altitude error", 1e3 * abs(height), "m", 1.0),
            Check("perilune inclination error", tilt, "deg", 1e-6),
            Check("perilune time error", late, "s", 1e-2),
        )


def _happenings(
    shot: Shot, departure: LaunchPhase, start: Condition, branch: str, env: Environment
) -> tuple[Happening, ...]:
    site = departure.launch.site.point
    pad = site.state(shot.controls.lift_off, env)
    mass, name = start.stack.mass_kg, start.stack.name
    parking = shot.parking.at(shot.parking.start)
    return (
        Happening("lift_off", pad, name),
        Happening("parking_orbit", parking, name),
        Happening(
            "translunar_injection",
            shot.before,
            name,
            shot.before.epoch,
            1e3 * shot.injection_dv_km_s,
            None,
            mass,
            branch,
        ),
    )


def _figures(transfer: Transfer, env: Environment) -> dict[str, object]:
    shot = transfer.shot
    assert shot is not None
    orbit = elements.osculating(shot.after, env)
    arrival = elements.osculating(shot.arrival, env)
    azimuth = float(np.degrees(shot.controls.azimuth_rad)) % 360.0
    out: dict[str, object] = {
        "branch": transfer.name,
        "flight_time_h": shot.controls.flight_time_s / 3600.0,
        "c3_km2_s2": float(orbit.c3_km2_s2),
        "perigee_utc": (shot.after.epoch + (-float(orbit.time_since_periapsis_s))).utc_iso(1),
        "perilune_utc": shot.arrival.epoch.utc_iso(1),
        "azimuth_deg": azimuth,
        "coast_s": shot.controls.coast_s,
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
