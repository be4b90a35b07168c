"""The burns of a capture: the orbit each leads to, and the solve of a finite one about perilune.

A finite burn holds an attitude that turns at a constant rate in the orbit plane. One to a period or
an apolune is centered on perilune; its length and turning rate are solved so that the period is met
and the perilune has the height the next burn needs. One to a circle also moves its ignition.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from perilune.astro import elements
from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.state import State
from perilune.dynamics.propagate import propagate
from perilune.dynamics.trajectory import Trajectory
from perilune.phases.base import Context, Engine
from perilune.phases.burn import Burn, Steering, burn_time_s, fly_burn
from perilune.phases.shot import AIM_EVENTS, COAST_EVENTS
from perilune.targeting.problem import Goal, Solution, Unknown, differences, solve

Array = NDArray[np.float64]


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


_HIGHEST_STEP_KM = 120.0  # what a finite burn's attitude can still make good

LONGEST_BURN_S = 10800.0
"""Longer burns are not "about perilune": another way of flying, which this phase does not have."""


def obstacle(burn: CaptureBurn, perilune: State, mass_kg: float | None, gm: float) -> str:
    """Return why no burn at a perilune leads to the orbit wanted, and what would help; or ''."""
    radius = float(np.linalg.norm(perilune.r_km))
    sma = burn.sma_km(radius, gm)
    if burn.circular_altitude_km is None and sma < radius:
        shortest_h = 2.0 * np.pi * float(np.sqrt(radius**3 / gm)) / 3600.0
        return (
            f"the orbit wanted lies wholly below the perilune of {radius - MOON_RADIUS_KM:.0f} km: "
            f"ask for a period of at least {shortest_h:.2f} h, an apolune above the perilune, or a "
            "lower perilune"
        )
    if burn.engine is None or burn.impulsive or mass_kg is None:
        return ""
    low = sma - radius
    if burn.circular_altitude_km is not None and low > _HIGHEST_STEP_KM:
        return (
            f"one burn at a perilune of {radius - MOON_RADIUS_KM:.0f} km cannot end in a circle "
            f"{low:.0f} km higher: aim the approach at the circle's height, or circularize lower"
        )
    wanted = float(np.sqrt(gm * (2.0 / radius - 1.0 / max(sma, 0.51 * radius))))
    change = abs(float(np.linalg.norm(perilune.v_km_s)) - wanted)
    lasts = burn_time_s(change, burn.engine, mass_kg)
    if lasts > LONGEST_BURN_S:
        return (
            f"{burn.engine.thrust_n:g} N on {mass_kg:,.0f} kg would burn for "
            f"{lasts / 3600.0:.1f} h, longer than the {LONGEST_BURN_S / 3600.0:.0f} h a capture "
            "about perilune can last: more thrust, less mass, or several burns"
        )
    return ""


class FiniteBurn:
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
        at, change = self._impulse()
        self.steering = Steering.along(change, at)
        self.shift_s = float(at.epoch - perilune.epoch)
        self.guess_s = burn_time_s(float(np.linalg.norm(change)), engine, mass_kg)
        self.radius = float(np.linalg.norm(perilune.r_km))
        self.speed = float(np.linalg.norm(perilune.v_km_s))
        self.rate = self.gm / (self.radius**2 * self.speed)  # at which the velocity turns
        reach = 0.75 * self.guess_s + 600.0 + abs(self.shift_s)
        earliest = self._coast(perilune, -reach).final
        self.unbraked = self._coast(earliest, 2.0 * reach)

    def _coast(self, state: State, span_s: float) -> Trajectory:
        """Coast on, below the surface too where a trial leads there."""
        return propagate(
            state,
            until=state.epoch + span_s,
            forces=self.context.model.moon,
            env=self.context.env,
            events=AIM_EVENTS,
        )

    def _impulse(self) -> tuple[State, Array]:
        """Return where an impulse would do it, and its change of velocity: the guess."""
        at = self.perilune
        if self.burn.circular_altitude_km is not None:
            at = crossing(at, MOON_RADIUS_KM + self.burn.circular_altitude_km, self.context)
            return at, circular(at, self.gm).v_km_s - at.v_km_s
        radius, speed = float(np.linalg.norm(at.r_km)), float(np.linalg.norm(at.v_km_s))
        after = np.sqrt(self.gm * (2.0 / radius - 1.0 / self.burn.sma_km(radius, self.gm)))
        return at, at.v_km_s * (after / speed - 1.0)

    def fly(self, values: Array) -> Burn:
        """Fly the burn for duration (s), rate (of the velocity's own), shift (s), pitch (rad)."""
        duration, rate, shift, pitch = np.append(values, np.zeros(4 - len(values))).tolist()
        ignition = self.unbraked.at(self.perilune.epoch + (shift - 0.5 * duration))
        return fly_burn(
            ignition,
            duration,
            self.engine,
            self.mass_kg,
            self.steering.pitched(pitch),
            rate * self.rate,
            self.context,
        )

    def solve(self) -> tuple[Solution, Burn]:
        """Return how the solve ended, and the burn it ended with."""
        guess = self.guess_s
        unknowns = [
            Unknown("duration_s", guess, 10.0, 0.2 * guess, 1.4 * guess),
            Unknown("turn_rate", 0.0, 0.1, -6.0, 6.0),
        ]
        if self.burn.circular_altitude_km is not None:
            shift = self.shift_s
            unknowns.append(Unknown("shift_s", shift, 10.0, shift - 500.0, shift + 500.0))
            unknowns.append(Unknown("pitch_rad", 0.0, 0.01, -1.0, 1.0))
            goals = [Goal(n, 1e-3) for n in ("sma_km", "e_along_km", "e_across_km")]
            evaluate = differences(self._circle, (0.05, 1e-3, 0.05, 1e-4))
        else:
            size = "period_s" if self.burn.period_h is not None else "apolune_km"
            goals = [Goal(size, 1e-2), Goal("perilune_km", 1e-2)]
            evaluate = differences(self._ellipse, (0.05, 1e-3))
        solution = solve(unknowns, goals, evaluate, max_iterations=20)
        if not solution.converged and self.burn.circular_altitude_km is None:
            # a short burn cannot move the perilune as far as asked: then the size alone counts
            alone = solve(
                unknowns[:1], goals[:1], differences(lambda v: self._ellipse(v)[:1], (0.05,))
            )
            solution = alone if alone.converged else solution
        if not np.isfinite(list(solution.errors.values())).all():
            remedy = "the orbit falls onto the Moon before the next burn: raise the perilune"
            solution = replace(solution, remedy=remedy)
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
        """Return how far the perilune is off what comes next.

        At the burn to a circle, that circle's height (or the approach's, which is lower); else the
        approach's height now. Infinite where the orbit falls onto the Moon before.
        """
        for burn in self.following:
            if burn.circular_altitude_km is not None:
                there = perilune_after(after, burn.after_revolutions, self.context)
                if there is None:
                    return float("inf")
                wanted = min(MOON_RADIUS_KM + burn.circular_altitude_km, self.radius)
                return float(np.linalg.norm(there.r_km)) - wanted
        return now_km - self.radius


def perilune_after(state: State, revolutions: int, context: Context) -> State | None:
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


def crossing(perilune: State, radius_km: float, context: Context) -> State:
    """Return where the orbit last comes down to a distance before perilune (else the perilune)."""
    orbit = elements.from_vectors(perilune.r_km, perilune.v_km_s, context.env.constants.gm("moon"))
    if not float(orbit.periapsis_km) + 1e-3 < radius_km < float(orbit.apoapsis_km):
        return perilune
    cosine = (orbit.a_km * (1.0 - orbit.eccentricity**2) / radius_km - 1.0) / orbit.eccentricity
    there = replace(orbit, true_anomaly=float(np.arccos(np.clip(cosine, -1.0, 1.0))))
    back = -max(1.2 * float(there.time_since_periapsis_s) + 300.0, 600.0)
    back = max(back, -0.5 * float(orbit.period_s))
    before = propagate(
        perilune,
        until=perilune.epoch + back,
        forces=context.model.moon,
        env=context.env,
        events=AIM_EVENTS,
    )
    high, low = back, 0.0  # seconds from perilune: above and below the distance
    for _ in range(60):
        middle = 0.5 * (high + low)
        above = np.linalg.norm(before.at(perilune.epoch + middle).r_km) > radius_km
        high, low = (middle, low) if above else (high, middle)
    return before.at(perilune.epoch + low)


def circular(state: State, gm: float) -> State:
    """Return the state with the velocity of a circle through it, in the same plane."""
    r, v = state.r_km, state.v_km_s
    radius = float(np.linalg.norm(r))
    across = v - r * (float(r @ v) / radius**2)
    speed = float(np.sqrt(gm / radius))
    after = across * (speed / np.linalg.norm(across))
    return State(state.epoch, "moon", "icrf", r, after)
