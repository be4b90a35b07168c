"""Translunar injection by engines: the burns, in order, of upper stages and spacecraft."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from perilune.astro import elements
from perilune.astro.bodies import EARTH_RADIUS_KM
from perilune.astro.state import State
from perilune.dynamics.engines import Wanted, prepare
from perilune.dynamics.events import periapsis
from perilune.errors import InputError
from perilune.phases.base import Condition, Context, Engine, Leg, Stack

PASSAGE = (periapsis("earth"),)
"""What a phasing orbit looks for."""

LONGEST_BURN_S = 3600.0
"""Longer burns go most of the way round the Earth: a spiral, which this phase does not have."""


@dataclass(frozen=True)
class UpperStage:
    """An upper stage that carries just what its burns need: its propellant is a capacity."""

    name: str
    engine: Engine
    propellant_kg: float
    dry_mass_kg: float


@dataclass(frozen=True)
class InjectionBurn:
    """One burn: what burns, the orbit it leads to, and when.

    Attributes
    ----------
    stage : UpperStage, optional
    spacecraft : str, optional
        With `engine`. With neither stage nor spacecraft: an impulse without mass.
    engine : Engine, optional
    period_h, apogee_altitude_km : float, optional
        The osculating orbit after the burn; the last burn, which has none, is the injection.
    after_revolutions : int
        Perigee passages after the burn before it.
    impulsive : bool
        Treat the engine's burn as an impulse (mass by the rocket equation).
    """

    stage: UpperStage | None = None
    spacecraft: str | None = None
    engine: Engine | None = None
    period_h: float | None = None
    apogee_altitude_km: float | None = None
    after_revolutions: int = 1
    impulsive: bool = False

    @property
    def motor(self) -> Engine | None:
        """The engine that burns: the stage's, or the spacecraft's."""
        return self.stage.engine if self.stage is not None else self.engine

    def sma_km(self, perigee_km: float, gm: float) -> float:
        """Return the semi-major axis after the burn for a perigee distance."""
        if self.period_h is not None:
            return float((gm * (self.period_h * 3600.0 / (2.0 * np.pi)) ** 2) ** (1.0 / 3.0))
        assert self.apogee_altitude_km is not None
        return 0.5 * (perigee_km + EARTH_RADIUS_KM + self.apogee_altitude_km)

    def miss(self, state: State, gm: float) -> float:
        """Return how far an orbit is off the one wanted: period (s) or apogee (km)."""
        orbit = elements.from_vectors(state.r_km, state.v_km_s, gm)
        if self.period_h is not None:
            return float(orbit.period_s) - 3600.0 * self.period_h
        assert self.apogee_altitude_km is not None
        return float(orbit.apoapsis_km) - EARTH_RADIUS_KM - self.apogee_altitude_km


@dataclass(frozen=True)
class Injection:
    """The burns from the parking orbit to the translunar trajectory.

    All but the last lead to a stated orbit about the Earth; the last one's size is solved by the
    transfer that follows.

    Model limits: constant thrust; steering in one plane at a constant rate; the air is not there.
    """

    burns: tuple[InjectionBurn, ...]

    def __post_init__(self) -> None:
        *before, last = self.burns
        if last.period_h is not None or last.apogee_altitude_km is not None:
            raise InputError("the last burn is the translunar injection: its size is solved")
        if any((b.period_h is None) == (b.apogee_altitude_km is None) for b in before):
            raise InputError(
                "every burn but the last needs one of `period_h` and `apogee_altitude_km`"
            )
        names = [None if b.stage is None else b.stage.name for b in self.burns]
        order = [n for i, n in enumerate(names) if i == 0 or n != names[i - 1]]
        if len(set(order)) != len(order) or None in order[:-1]:
            raise InputError(
                "an upper stage burns before the spacecraft it carries, and in one row: it is "
                "dropped after its last burn"
            )

    @property
    def stages(self) -> list[UpperStage]:
        """The upper stages, in the order they burn."""
        return list({b.stage.name: b.stage for b in self.burns if b.stage is not None}.values())

    def name(self, number: int) -> str:
        """Return the event name of a burn."""
        last = number == len(self.burns) - 1
        return "translunar_injection" if last else f"phasing_burn_{number + 1}"

    def hold_s(self, perigee_km: float, gm: float) -> float:
        """Return about how long the phasing orbits take, s."""
        total = 0.0
        for burn, following in zip(self.burns[:-1], self.burns[1:], strict=True):
            period = 2.0 * np.pi * np.sqrt(burn.sma_km(perigee_km, gm) ** 3 / gm)
            total += following.after_revolutions * float(period)
        return total

    def require_mass(self, stack: Stack) -> None:
        """Raise InputError where an engine would burn and the mission knows no masses."""
        if stack.mass_kg is None and any(b.motor is not None for b in self.burns):
            raise InputError(
                "an engine accelerates a mass: expected [[spacecraft]] with masses, or "
                "burns without `stage` and `spacecraft` (impulses)"
            )

    def fly(self, start: Condition, context: Context) -> list[Leg]:
        """Return a leg that ends in the open launch with these burns: the transfer flies them."""
        self.require_mass(start.stack)
        earth = context.model.earth
        wanted = [Wanted("earth", earth, events=PASSAGE)] if len(self.burns) > 1 else []
        if any(b.motor is not None and not b.impulsive for b in self.burns):
            wanted.append(Wanted("earth", earth, thrust=True))
        prepare(wanted, context.env)
        return [
            Leg("injection", replace(start, departure=replace(start.departure, injection=self)))
        ]
