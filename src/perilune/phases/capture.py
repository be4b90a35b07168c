"""Capture into lunar orbit: one or several burns about perilune, impulsive or finite."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro import elements
from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.state import State
from perilune.dynamics.propagate import propagate
from perilune.dynamics.trajectory import Trajectory
from perilune.phases.base import Check, Condition, Context, Engine, Happening, Leg, Stack
from perilune.phases.capture_burn import (
    CaptureBurn,
    FiniteBurn,
    circular,
    crossing,
    obstacle,
    perilune_after,
)
from perilune.phases.shot import COAST_EVENTS


@dataclass(frozen=True)
class Capture:
    """Burns that turn an approach into a lunar orbit.

    Model limits: constant thrust; steering in one plane at a constant rate.
    """

    spacecraft: str | None
    burns: tuple[CaptureBurn, ...]

    def fly(self, start: Condition, context: Context) -> list[Leg]:
        """Return the leg from the unbraked perilune in `start.state` to the last cut-off."""
        assert start.state is not None
        return [_Captor(self, start, context).fly()]


class _Captor:
    """Flies the burns one after another, keeping what was flown."""

    def __init__(self, capture: Capture, start: Condition, context: Context) -> None:
        assert start.state is not None
        self.capture, self.context = capture, context
        self.env, self.gm = context.env, context.env.constants.gm("moon")
        self.perilune: State = start.state
        self.stack: Stack = start.stack
        self.cut_off: State | None = None
        self.flown: Trajectory | None = None
        self.happenings: list[Happening] = [
            Happening("perilune", start.state, start.stack.name)  # unbraked: no mass to state
        ]
        self.checks: list[Check] = []
        self.status, self.remedy = "converged", ""

    def fly(self) -> Leg:
        for number, burn in enumerate(self.capture.burns):
            self.context.report(f"lunar orbit insertion {number + 1}")
            if number > 0:
                self._coast(burn.after_revolutions)
            if self.status == "converged":
                why = obstacle(burn, self.perilune, self.stack.mass_kg, self.gm)
                if why:
                    self.status = "no_solution"
                    self.remedy = f"lunar_orbit_insertion_{number + 1}: {why}"
            if self.status != "converged":
                break
            following = self.capture.burns[number + 1 : number + 2]
            if burn.engine is None or burn.impulsive:
                self.perilune = self._impulse(number, burn)
            else:
                self.perilune = self._finite(number, burn, burn.engine, following)
            if self.status != "converged":
                break
        if self.status == "converged":
            mass = self.stack.mass_kg
            self.happenings.append(
                Happening(
                    "lunar_orbit",
                    self.perilune,
                    self.stack.name,
                    mass_before_kg=mass,
                    mass_after_kg=mass,
                )
            )
        return Leg(
            "capture",
            Condition(self.stack, self.perilune),
            self.flown,
            tuple(self.happenings),
            tuple(self.checks),
            next((h.epoch for h in self.happenings if h.end is not None), None),
            self.status,
            self.remedy,
        )

    def _append(self, piece: Trajectory) -> None:
        self.flown = piece if self.flown is None else self.flown + piece

    def _coast(self, revolutions: int) -> None:
        """Move on to the n-th perilune passage from the last cut-off."""
        found = perilune_after(self.perilune, revolutions, self.context)
        if found is None:
            self.status = "impact"
            self.remedy = "the orbit after the burn falls onto the Moon: raise its perilune"
            return
        self.cut_off, self.perilune = self.perilune, found

    def _impulse(self, number: int, burn: CaptureBurn) -> State:
        """Brake at perilune, or where the orbit crosses the height of the circle wanted."""
        at = self.perilune
        if burn.circular_altitude_km is not None:
            at = crossing(at, MOON_RADIUS_KM + burn.circular_altitude_km, self.context)
        if burn.circular_altitude_km is not None:
            after = circular(at, self.gm)
        else:
            speed = np.sqrt(
                self.gm * (2.0 / _norm(at.r_km) - 1.0 / burn.sma_km(_norm(at.r_km), self.gm))
            )
            after = State(at.epoch, "moon", "icrf", at.r_km, at.v_km_s * (speed / _norm(at.v_km_s)))
        dv = _norm(after.v_km_s - at.v_km_s)
        before = self.stack.mass_kg
        if burn.engine is not None and self.capture.spacecraft and before is not None:
            used = before * (1.0 - np.exp(-dv / burn.engine.exhaust_km_s))
            self.stack = self.stack.burnt(self.capture.spacecraft, float(used))
        self._until(at)
        self.happenings.append(
            Happening(
                f"lunar_orbit_insertion_{number + 1}",
                at,
                self.stack.name,
                at.epoch,
                1e3 * dv,
                before,
                self.stack.mass_kg,
            )
        )
        self._orbit_checks(number, burn, after)
        return after

    def _until(self, ignition: State) -> None:
        """Append the coast from the last cut-off to an ignition."""
        if self.cut_off is not None:
            self._append(
                propagate(
                    self.cut_off,
                    until=ignition.epoch,
                    forces=self.context.model.moon,
                    env=self.env,
                    events=COAST_EVENTS,
                )
            )

    def _finite(
        self, number: int, burn: CaptureBurn, engine: Engine, following: tuple[CaptureBurn, ...]
    ) -> State:
        mass = self.stack.mass_kg
        assert mass is not None
        assert self.capture.spacecraft is not None
        plan = FiniteBurn(self.perilune, burn, engine, mass, following, self.context)
        solution, flown = plan.solve()
        if not solution.converged:
            self.status = solution.status
            self.remedy = (
                f"lunar_orbit_insertion_{number + 1}: {solution.remedy} "
                "(more thrust, a larger orbit, or several burns would help)"
            )
        self._until(flown.ignition)
        self._append(flown.trajectory)
        used = flown.mass_before_kg - flown.mass_after_kg
        self.stack = self.stack.burnt(self.capture.spacecraft, used)
        self.happenings.append(
            Happening(
                f"lunar_orbit_insertion_{number + 1}",
                flown.ignition,
                self.stack.name,
                flown.cut_off.epoch,
                flown.dv_m_s,
                flown.mass_before_kg,
                flown.mass_after_kg,
            )
        )
        self._orbit_checks(number, burn, flown.cut_off)
        return flown.cut_off

    def _orbit_checks(self, number: int, burn: CaptureBurn, after: State) -> None:
        orbit = elements.from_vectors(after.r_km, after.v_km_s, self.gm)
        name = f"lunar_orbit_insertion_{number + 1}"
        if burn.period_h is not None:
            miss = abs(float(orbit.period_s) - 3600.0 * burn.period_h)
            self.checks.append(Check(f"{name} period error", miss, "s", 1.0))
        elif burn.apolune_altitude_km is not None:
            wanted = MOON_RADIUS_KM + burn.apolune_altitude_km
            miss = abs(float(orbit.apoapsis_km) - wanted)
            self.checks.append(Check(f"{name} apolune error", miss, "km", 1.0))
        elif burn.circular_altitude_km is not None:
            wanted = MOON_RADIUS_KM + burn.circular_altitude_km
            low, high = float(orbit.periapsis_km) - wanted, float(orbit.apoapsis_km) - wanted
            self.checks.append(
                Check(f"{name} height off the circle", max(abs(low), abs(high)), "km", 5.0)
            )


def _norm(vector: NDArray[np.float64]) -> float:
    return float(np.linalg.norm(vector))
