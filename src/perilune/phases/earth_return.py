"""The way home: trans-Earth injection from a lunar orbit to an entry interface before a zone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from perilune.astro.bodies import EARTH_RADIUS_KM
from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.dynamics.trajectory import Trajectory
from perilune.errors import InputError
from perilune.phases.base import Check, Condition, Context, Engine, Happening, Leg, Stack
from perilune.phases.earth_return_days import DayOffer, offers
from perilune.phases.earth_return_target import Interface, ReturnTarget
from perilune.phases.earth_return_words import (
    cheapest_words,
    cost_words,
    obstacle_words,
    short_words,
)
from perilune.phases.tei import Parking, TransEarthInjection, joined
from perilune.phases.tei_burn import Fired, Returned, Trouble, fly_return
from perilune.phases.tei_guess import Seed, seeds
from perilune.phases.tei_solve import Found, solve_return

_DEAR_M_S = 100.0


@dataclass(frozen=True)
class EarthReturn:
    """Burns that lead from a lunar orbit to the entry interface.

    Attributes
    ----------
    target : ReturnTarget
    injection : TransEarthInjection
        One burn, or two with an ellipse between them.
    spacecraft : str, optional
        Whose engines burn; None where the mission knows no masses.
    date : Epoch, optional
        Of the first burn: it happens within half a revolution of it. Default: the next revolution.
    arrive : Epoch, optional
        At the interface: the arrival nearest to it. Default: whichever is cheapest.
    flight_time_h : tuple of float
        From the last burn to the interface.
    max_delta_v_m_s : float, optional
        Of all burns.
    track : str, optional
        Keep only the `ascending` or the `descending` way over the zone.

    Model limits: the last burn leaves from one place of the orbit (the ellipse's perilune);
    constant thrust, steering in one plane at a constant rate; the entry itself is not flown here.
    """

    target: ReturnTarget
    injection: TransEarthInjection = field(default_factory=TransEarthInjection)
    spacecraft: str | None = None
    date: Epoch | None = None
    arrive: Epoch | None = None
    flight_time_h: tuple[float, float] = (72.0, 120.0)
    max_delta_v_m_s: float | None = None
    track: str | None = None

    def __post_init__(self) -> None:
        low, high = self.flight_time_h
        if not 24.0 <= low < high <= 240.0:
            raise InputError(f"flight_time_h is {self.flight_time_h}: expected 24 to 240, rising")

    def fly(self, start: Condition, context: Context) -> list[Leg]:
        """Return a leg for every way to the zone (track ascending or descending), cheapest first.

        Each leg begins at `start.state` (a lunar orbit) and ends at the interface.
        """
        assert start.state is not None
        context.report("Earth return")
        date = self.date or start.state.epoch + 7200.0
        parking = Parking(start.state, date, self.injection, context)
        why = parking.obstacle()
        if why:
            status = "impact" if "decays" in why else "no_solution"
            remedy = f"{why}{self._later_words(start.state, context)}"
            return [Leg("earth_return", start, status=status, remedy=remedy)]
        days = offers(parking, self.target, self._flight_s, track=self.track)
        guesses = self._one_a_way(parking)
        if not guesses:
            why = self._obstacle_words(parking)
            remedy = f"{why}; {cheapest_words(days, date)}"
            return [Leg("earth_return", start, status="no_solution", remedy=remedy)]
        legs = [self._leg(seed, parking, days, start, context) for seed in guesses]
        return sorted(legs, key=lambda leg: leg.solution.get("return_delta_v_m_s", np.inf))

    @property
    def _flight_s(self) -> tuple[float, float]:
        return 3600.0 * self.flight_time_h[0], 3600.0 * self.flight_time_h[1]

    def _one_a_way(self, parking: Parking) -> list[Seed]:
        """Return the cheapest guess of each way."""
        best: dict[object, Seed] = {}
        for seed in self._seeds(parking, self.track):
            best.setdefault(seed.way, seed)
        return list(best.values())

    def _seeds(self, parking: Parking, track: str | None) -> list[Seed]:
        return seeds(parking, self.target, self._flight_s, arrive=self.arrive, track=track)

    def _obstacle_words(self, parking: Parking) -> str:
        """Return why there is no guess; where only the track stands in the way, that."""
        other = {"ascending": "descending", "descending": "ascending"}.get(self.track or "")
        target, hours, arrive = self.target, self.flight_time_h, self.arrive
        why = obstacle_words(parking, target, hours, arrive, self.track)
        if other is not None and self._seeds(parking, other):
            why = f"{why}; the {other} track has a way, so leave `track` out or change it"
        return why

    def _later_words(self, state: State, context: Context) -> str:
        """Return the cheapest day from this phase on, where a date before it is all that fails."""
        first = Parking(state, state.epoch + 7200.0, self.injection, context)
        if self.date is None or first.obstacle():
            return ""
        days = offers(first, self.target, self._flight_s, track=self.track)
        return f"; {cheapest_words(days, self.date)}"

    def _leg(
        self,
        seed: Seed,
        parking: Parking,
        days: list[DayOffer],
        start: Condition,
        context: Context,
    ) -> Leg:
        context.report(f"Earth return, {seed.way.name}")
        found = solve_return(seed, parking, self.target, context)
        if found.arrival is None:
            why = found.solution.remedy or "the way home found leads into the Moon"
            guess = f"the guess of {1e3 * seed.total_km_s:.0f} m/s, {seed.way.name}, does not close"
            spent = cost_words(found.before, found.after, parking.gm)
            remedy = f"{guess} ({why}; {spent}); {cheapest_words(days, parking.date)}"
            status = "no_solution" if found.solution.converged else found.solution.status
            return Leg("earth_return", start, status=status, remedy=remedy)
        if any(burn.finite for burn in self.injection.burns):
            context.report(f"Earth return, {seed.way.name}, with engines")
        _, returned = fly_return(found, parking, start.stack.mass_kg, context)
        if isinstance(returned, Trouble):
            remedy = f"{returned.remedy}; {cheapest_words(days, parking.date)}"
            return Leg("earth_return", start, status=returned.status, remedy=remedy)
        return _Flown(self, found, returned, parking, start, context).leg(days)


@dataclass(frozen=True, eq=False)
class _Flown:
    """A flown return, put into a leg."""

    phase: EarthReturn
    found: Found
    returned: Returned
    parking: Parking
    start: Condition
    context: Context

    def leg(self, days: list[DayOffer]) -> Leg:
        interface = self.found.homing.interface(self.returned.arrival.state)
        total = sum(fired.dv_m_s for fired in self.returned.burns)
        happenings, stack = self._happenings()
        solution = self._figures(interface, total, days)
        limit, status, remedy = self.phase.max_delta_v_m_s, "converged", ""
        checks = list(self._checks(interface))
        if limit is not None:
            checks.append(Check("Earth return delta-v", total, "m/s", limit))
            if total > limit:
                status = "delta_v_exceeded"
                remedy = f"{total:.0f} m/s is over {limit:.0f}: {self._words(days)}"
        if stack.members and min(c.propellant_kg for c in stack.members) < 0.0:
            status = "propellant_short"
            remedy = f"{short_words(stack, total)}: {self._words(days)}"
        state = self.returned.arrival.state
        return Leg(
            "earth_return",
            Condition(stack, state),
            self._trajectory(),
            tuple(happenings),
            tuple(checks),
            None,
            status,
            remedy,
            solution,
        )

    def _words(self, days: list[DayOffer]) -> str:
        """Return what the cost of the last burn is for, and the cheapest day."""
        spent = cost_words(self.found.before, self.found.after, self.parking.gm)
        return f"{spent}; {cheapest_words(days, self.parking.date)}"

    def _trajectory(self) -> Trajectory:
        burns = self.returned.burns
        pieces = [self.parking.orbit.until(burns[0].before.epoch)]
        for number, fired in enumerate(burns):
            if number > 0 and self.returned.between is not None:
                pieces.append(self.returned.between)
            if fired.burn is not None:
                pieces.append(fired.burn.trajectory)
        return joined([*pieces, self.returned.arrival.trajectory])

    def _happenings(self) -> tuple[list[Happening], Stack]:
        stack, out = self.start.stack, []
        name = self.phase.spacecraft
        for number, fired in enumerate(self.returned.burns):
            before = stack.mass_kg
            engine = self.phase.injection.burns[number].engine
            if before is not None and engine is not None and name is not None:
                stack = stack.burnt(name, _used(fired, engine, before))
            out.append(
                Happening(
                    f"trans_earth_injection_{number + 1}",
                    fired.before,
                    stack.name,
                    fired.after.epoch,
                    fired.dv_m_s,
                    before,
                    stack.mass_kg,
                    self.found.seed.way.name,
                )
            )
        mass = stack.mass_kg
        state = self.returned.arrival.state
        out.append(
            Happening(
                "entry_interface", state, stack.name, mass_before_kg=mass, mass_after_kg=mass,
                branch=self.found.seed.way.name,
            )
        )  # fmt: skip
        return out, stack

    def _checks(self, interface: Interface) -> tuple[Check, ...]:
        target = self.phase.target
        off = abs(np.degrees(interface.flight_path_angle) - target.flight_path_angle_deg)
        beside = abs(interface.across) * EARTH_RADIUS_KM
        height = abs(interface.altitude_km - target.altitude_km)
        return (
            Check("entry interface height error", height, "km", 1e-3),
            Check("entry flight-path angle error", float(off), "deg", 1e-3),
            Check("track beside the landing zone", float(beside), "km", target.radius_km),
        )

    def _figures(self, interface: Interface, total: float, days: list[DayOffer]) -> dict[str, Any]:
        last, arrival = self.returned.burns[-1], self.returned.arrival.state
        middle = last.before.epoch + 0.5 * float(last.after.epoch - last.before.epoch)
        figures: dict[str, Any] = {
            "return_track": self.found.seed.way.name,
            "return_delta_v_m_s": total,
            "return_flight_time_h": float(arrival.epoch - middle) / 3600.0,
            "entry_speed_km_s": interface.speed_km_s,
            "entry_ground_speed_km_s": interface.ground_speed_km_s,
            "entry_flight_path_angle_deg": float(np.degrees(interface.flight_path_angle)),
            "entry_azimuth_deg": float(np.degrees(interface.azimuth)),
            "entry_inclination_deg": float(np.degrees(interface.inclination)),
            "entry_latitude_deg": interface.latitude_deg,
            "entry_longitude_deg": interface.longitude_deg,
            "downrange_km": interface.downrange * EARTH_RADIUS_KM,
        }
        cheapest = min(days, key=lambda day: day.last_dv_m_s, default=None)
        if cheapest is not None and cheapest.last_dv_m_s < last.dv_m_s - _DEAR_M_S:
            figures["cheaper_return_day"] = cheapest.words
        return figures


def _used(fired: Fired, engine: Engine, mass_kg: float) -> float:
    if fired.burn is not None:
        return fired.burn.mass_before_kg - fired.burn.mass_after_kg
    return mass_kg * (1.0 - float(np.exp(-1e-3 * fired.dv_m_s / engine.exhaust_km_s)))
