"""A burn at an apsis of a lunar orbit: the other side raised or lowered, or a circle made."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.state import State
from perilune.dynamics.events import apoapsis, periapsis
from perilune.errors import InputError, UnknownName
from perilune.phases.base import Check, Condition, Context, Leg
from perilune.phases.orbit_burn import (
    Aim,
    Burner,
    burn_leg,
    failed,
    moon_state,
    next_event,
    osculating,
    solve_burn,
)
from perilune.targeting.problem import Goal

Array = NDArray[np.float64]

_APSES = ("perilune", "apolune")


@dataclass(frozen=True)
class ApsisBurn:
    """A burn at an apsis that gives the opposite side of the orbit a height.

    Attributes
    ----------
    at : str
        `perilune` or `apolune`: where to burn.
    opposite_altitude_km : float
        Of the other side, over the mean sphere; the height of the burn itself makes a circle.
    after_revolutions : int
        The n-th passage of that apsis.
    burner : Burner
    event : str
        What the burn is called in the timeline.

    Model limits: the height is that of the osculating ellipse; the lunar field moves it by some
    kilometers in a day.
    """

    at: str
    opposite_altitude_km: float
    after_revolutions: int = 1
    burner: Burner = field(default_factory=Burner)
    event: str = "orbit_burn_1"

    def __post_init__(self) -> None:
        if self.at not in _APSES:
            raise UnknownName("apsis", self.at, _APSES)
        if not self.opposite_altitude_km > 0.0:
            raise InputError(f"opposite_altitude_km is {self.opposite_altitude_km}: expected > 0")

    def fly(self, start: Condition, context: Context) -> list[Leg]:
        """Return the leg from `start.state` to the end of the burn."""
        assert start.state is not None
        context.report(f"burn at {self.at}")
        wanted = MOON_RADIUS_KM + self.opposite_altitude_km
        gm = context.env.constants.gm("moon")
        sort = periapsis("moon") if self.at == "perilune" else apoapsis("moon")
        here = moon_state(start.state, context)
        at = next_event(here, sort, self.after_revolutions, context)
        if at is None:
            return [failed("apsis_burn", start, f"no {self.at} lies ahead: close the orbit first")]
        radius, speed = float(np.linalg.norm(at.r_km)), float(np.linalg.norm(at.v_km_s))
        after = float(np.sqrt(2.0 * gm * wanted / (radius * (radius + wanted))))

        def residual(state: State) -> Array:
            return np.array([2.0 * float(osculating(state, context).a_km) - radius - wanted])

        seed = np.array([0.0, after - speed, 0.0])
        aim = Aim(at, seed, (1,), (Goal("opposite_km", 1e-3),), residual)
        solution, pulse = solve_burn(start, aim, self.burner, context)
        if not solution.converged:
            return [failed("apsis_burn", start, solution.remedy, solution.status)]

        def checks(state: State) -> tuple[Check, ...]:
            return (Check("opposite altitude error", abs(float(residual(state)[0])), "km", 0.1),)

        figures: dict[str, object] = {
            "ideal_dv_m_s": 1e3 * abs(after - speed),
            "opposite_altitude_km": self.opposite_altitude_km,
        }
        names = [self.event]
        return [
            burn_leg("apsis_burn", start, [pulse], self.burner, context, names, checks, figures)
        ]
