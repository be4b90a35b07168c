"""Capture into lunar orbit: one or several burns about perilune, impulsive or finite.

Finite burns hold an attitude that turns at a constant rate in the orbit plane. A burn to a period
or an apolune is centered on perilune; its length and turning rate are solved so that the period is
met and the perilune has the height the next burn needs. A burn to a circle also moves its ignition.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro import elements
from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.state import State
from perilune.dynamics.events import impact, periapsis
from perilune.dynamics.propagate import propagate
from perilune.dynamics.trajectory import Trajectory
from perilune.phases.base import Check, Condition, Context, Engine, Happening, Leg, Stack
from perilune.phases.burn import Burn, Steering, burn_time_s, fly_burn
from perilune.targeting.problem import Goal, Solution, Unknown, differences, solve

Array = NDArray[np.float64]

COAST_EVENTS = (periapsis("moon"), impact("moon"))


@dataclass(frozen=True)
class CaptureBurn:
    """One burn: the orbit it leads to, and when.

    Attributes
    ----------
    period_h, apolune_altitude_km, circular_altitude_km : float, optional
        One of them: the orbit after the burn.
    engine : Engine, optional
        None: an impulse, without mass.
    impulsive : bool
        Treat the engine's burn as an impulse (mass by the rocket equation).
    after_revolutions : int
        Perilune passages after the previous burn.
    """

    period_h: float | None = None
    apolune_altitude_km: float | None = None
    circular_altitude_km: float | None = None
    engine: Engine | None = None
    impulsive: bool = False
    after_revolutions: int = 1

    def sma_km(self, perilune_km: float, gm: float) -> float:
        """Return the semi-major axis after the burn for a perilune distance."""
        if self.period_h is not None:
            return float((gm * (self.period_h * 3600.0 / (2.0 * np.pi)) ** 2) ** (1.0 / 3.0))
        if self.apolune_altitude_km is not None:
            return 0.5 * (perilune_km + MOON_RADIUS_KM + self.apolune_altitude_km)
        assert self.circular_altitude_km is not None
        return MOON_RADIUS_KM + self.circular_altitude_km


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
        self.flown: Trajectory | None = None
        self.happenings: list[Happening] = [
            Happening(
                "perilune",
                start.state,
                start.stack.name,
                mass_before_kg=self.stack.mass_kg,
                mass_after_kg=self.stack.mass_kg,
            )
        ]
        self.checks: list[Check] = []
        self.status, self.remedy = "converged", ""

    def fly(self) -> Leg:
        for number, burn in enumerate(self.capture.burns):
            self.context.report(f"lunar orbit insertion {number + 1}")
            if number > 0:
                self._coast(burn.after_revolutions)
                if self.status != "converged":
                    break
            following = self.capture.burns[number + 1 : number + 2]
            if burn.engine is None or burn.impulsive:
                state = self._impulse(number, burn)
            else:
                state = self._finite(number, burn, burn.engine, following)
            self.perilune = state
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
            self.status,
            self.remedy,
        )

    def _append(self, piece: Trajectory) -> None:
        self.flown = piece if self.flown is None else self.flown + piece

    def _coast(self, revolutions: int) -> None:
        """Move on to the n-th perilune passage from the last cut-off."""
        found = _perilune_after(self.perilune, revolutions, self.context)
        if found is None:
            self.status = "impact"
            self.remedy = "the orbit after the burn falls onto the Moon: raise its perilune"
            return
        self.cut_off, self.perilune = self.perilune, found

    def _impulse(self, number: int, burn: CaptureBurn) -> State:
        """Brake at perilune, or where the orbit crosses the height of the circle wanted."""
        at = self.perilune
        if burn.circular_altitude_km is not None:
            at = _crossing(at, MOON_RADIUS_KM + burn.circular_altitude_km, self.context)
        r, v = at.r_km, at.v_km_s
        radius = float(np.linalg.norm(r))
        sma = radius if burn.circular_altitude_km is not None else burn.sma_km(radius, self.gm)
        speed = np.sqrt(self.gm * (2.0 / radius - 1.0 / sma))
        ahead = v - r * (float(r @ v) / radius**2) if burn.circular_altitude_km is not None else v
        after = State(at.epoch, "moon", "icrf", r, ahead * (speed / np.linalg.norm(ahead)))
        dv = float(np.linalg.norm(after.v_km_s - v))
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
        cut_off = getattr(self, "cut_off", None)
        if cut_off is not None:
            self._append(
                propagate(
                    cut_off,
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
        plan = _FiniteBurn(self.perilune, burn, engine, mass, following, self.context)
        solution, flown = plan.solve()
        if not solution.converged:
            self.status = solution.status
            self.remedy = f"lunar_orbit_insertion_{number + 1}: {solution.remedy}"
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


class _FiniteBurn:
    """The solve of one finite burn about a perilune."""

    def __init__(
        self,
        perilune: State,
        burn: CaptureBurn,
        engine: Engine,
        mass_kg: float,
        following: tuple[CaptureBurn, ...],
        context: Context,
    ) -> None:
        self.perilune, self.burn, self.engine = perilune, burn, engine
        self.mass_kg, self.following, self.context = mass_kg, following, context
        self.gm = context.env.constants.gm("moon")
        self.steering = Steering.against_velocity(perilune)
        self.radius = float(np.linalg.norm(perilune.r_km))
        self.speed = float(np.linalg.norm(perilune.v_km_s))
        self.rate = self.gm / (self.radius**2 * self.speed)  # at which the velocity turns
        self.before = propagate(
            perilune,
            until=perilune.epoch + (-0.75 * self._guess_s() - 600.0),
            forces=context.model.moon,
            env=context.env,
            events=COAST_EVENTS,
        )

    def _guess_s(self) -> float:
        sma = self.burn.sma_km(self.radius, self.gm)
        speed = np.sqrt(max(self.gm * (2.0 / self.radius - 1.0 / sma), 0.0))
        return burn_time_s(abs(self.speed - float(speed)), self.engine, self.mass_kg)

    def fly(self, values: Array) -> Burn:
        """Fly the burn for duration (s), rate (of the velocity's own) and shift (s)."""
        duration, rate = float(values[0]), float(values[1]) * self.rate
        shift = float(values[2]) if len(values) > 2 else 0.0
        ignition = self.before.at(self.perilune.epoch + (shift - 0.5 * duration))
        return fly_burn(
            ignition, duration, self.engine, self.mass_kg, self.steering, rate, self.context
        )

    def solve(self) -> tuple[Solution, Burn]:
        guess = self._guess_s()
        unknowns = [
            Unknown("duration_s", guess, 10.0, 0.2 * guess, 1.4 * guess),
            Unknown("turn_rate", 1.0, 0.1, -6.0, 6.0),
        ]
        if self.burn.circular_altitude_km is not None:
            unknowns.append(Unknown("shift_s", 0.0, 10.0, -500.0, 500.0))
            goals = [Goal(n, 1e-3) for n in ("sma_km", "e_along_km", "e_across_km")]
            evaluate = differences(self._circle, (0.05, 1e-3, 0.05))
        else:
            size = "period_s" if self.burn.period_h is not None else "apolune_km"
            goals = [Goal(size, 1e-2), Goal("perilune_km", 1e-2)]
            evaluate = differences(self._ellipse, (0.05, 1e-3))
        solution = solve(unknowns, goals, evaluate)
        return solution, self.fly(np.array(list(solution.values.values())))

    def _circle(self, values: Array) -> Array:
        after = self.fly(values).cut_off
        wanted = MOON_RADIUS_KM + float(self.burn.circular_altitude_km or 0.0)
        r, v = after.r_km, after.v_km_s
        distance = float(np.linalg.norm(r))
        sma = 1.0 / (2.0 / distance - float(v @ v) / self.gm)
        e = np.cross(v, np.cross(r, v)) / self.gm - r / distance
        along = np.array(self.steering.aim)
        across = np.array(self.steering.lead)
        return np.array([sma - wanted, wanted * float(e @ along), wanted * float(e @ across)])

    def _ellipse(self, values: Array) -> Array:
        after = self.fly(values).cut_off
        orbit = elements.from_vectors(after.r_km, after.v_km_s, self.gm)
        if self.burn.period_h is not None:
            first = float(orbit.period_s) - 3600.0 * self.burn.period_h
        else:
            first = float(orbit.apoapsis_km) - MOON_RADIUS_KM - (self.burn.apolune_altitude_km or 0)
        return np.array([first, self._perilune(after, float(orbit.periapsis_km))])

    def _perilune(self, after: State, now_km: float) -> float:
        """Return how far the perilune is off what comes next: the next circle, or the approach."""
        for burn in self.following:
            if burn.circular_altitude_km is not None:
                there = _perilune_after(after, burn.after_revolutions, self.context)
                if there is None:
                    return float("inf")
                height = float(np.linalg.norm(there.r_km)) - MOON_RADIUS_KM
                return height - burn.circular_altitude_km
        return now_km - self.radius


def _perilune_after(state: State, revolutions: int, context: Context) -> State | None:
    """Return the n-th perilune passage after a cut-off; None where the orbit hits the Moon."""
    gm = context.env.constants.gm("moon")
    orbit = elements.from_vectors(state.r_km, state.v_km_s, gm)
    period = float(orbit.period_s)
    if not np.isfinite(period):
        return None
    coast = propagate(
        state,
        until=state.epoch + (revolutions + 0.6) * period,
        forces=context.model.moon,
        env=context.env,
        events=COAST_EVENTS,
    )
    # the burn is about a perilune: one just after cut-off belongs to it
    passages = [
        event.state
        for event in coast.events
        if event.name == "periapsis" and event.epoch - state.epoch > 0.25 * period
    ]
    return passages[revolutions - 1] if len(passages) >= revolutions else None


def _crossing(perilune: State, radius_km: float, context: Context) -> State:
    """Return where the orbit last comes down to a distance before perilune (else the perilune)."""
    orbit = elements.from_vectors(perilune.r_km, perilune.v_km_s, context.env.constants.gm("moon"))
    if not float(orbit.periapsis_km) < radius_km < float(orbit.apoapsis_km):
        return perilune
    back = -0.4 * float(orbit.period_s) if np.isfinite(orbit.period_s) else -7200.0
    before = propagate(
        perilune,
        until=perilune.epoch + back,
        forces=context.model.moon,
        env=context.env,
        events=COAST_EVENTS,
    )
    high, low = back, 0.0  # seconds from perilune: above and below the distance
    for _ in range(60):
        middle = 0.5 * (high + low)
        above = np.linalg.norm(before.at(perilune.epoch + middle).r_km) > radius_km
        high, low = (middle, low) if above else (high, middle)
    return before.at(perilune.epoch + low)
