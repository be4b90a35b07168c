"""Two burns that move a spacecraft along its lunar orbit and leave the orbit as it was."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.dynamics.propagate import propagate
from perilune.errors import InputError
from perilune.phases.base import Check, Condition, Context, Leg
from perilune.phases.orbit_burn import Burner, burn_leg, failed, moon_state, osculating
from perilune.phases.relative import curvilinear, lvlh, mean_motion
from perilune.phases.rendezvous_flight import Pulse
from perilune.targeting.problem import Goal, Unknown, differences, solve

Array = NDArray[np.float64]

_MOST_DEG = 60.0  # a turn: more would need an orbit that is no neighbor of this one


@dataclass(frozen=True)
class PhaseShift:
    """Two burns that move a spacecraft ahead or back along its orbit.

    Attributes
    ----------
    shift_deg : float
        Ahead (positive) of where it would be.
    revolutions : int
        Turns between the burns: the more, the cheaper.
    burner : Burner
    events : tuple of str
        Names of the two burns.

    At the end the spacecraft stands at the angle where it would have been, undisturbed, so much
    later (earlier, for a shift back), in an orbit of that size.
    Model limits: near-circular orbits; the eccentricity is left as it comes (some kilometers).
    """

    shift_deg: float
    revolutions: int = 5
    burner: Burner = field(default_factory=Burner)
    events: tuple[str, str] = ("orbit_burn_1", "orbit_burn_2")

    def __post_init__(self) -> None:
        if self.revolutions < 1:
            raise InputError(
                f"found {self.revolutions}, expected at least one turn", key="revolutions"
            )
        most = _MOST_DEG * self.revolutions
        if not 0.0 < abs(self.shift_deg) <= most:
            raise InputError(
                f"found {self.shift_deg:g} in {self.revolutions} turns, expected a shift ahead or "
                f"back of at most {_MOST_DEG:g} deg a turn ({most:g}), and not 0: more revolutions "
                "allow more",
                key="shift_deg",
            )

    def fly(self, start: Condition, context: Context) -> list[Leg]:
        """Return the leg from `start.state` to the end of the second burn."""
        assert start.state is not None
        context.report("phase shift")
        here = moon_state(start.state, context)
        rate = mean_motion(here, context.env.constants.gm("moon"))
        shift, speed = float(np.radians(self.shift_deg)), float(np.linalg.norm(here.v_km_s))
        span = 2.0 * np.pi * self.revolutions / rate
        change = -shift * speed / (3.0 * rate * span)  # quicker by d(v): 3 t d(v) behind
        half = self.burner.half_s(1.5 * abs(change), start.stack)
        epochs = here.epoch + (60.0 + half), here.epoch + (60.0 + half + span)
        settled = epochs[1] + (60.0 + half)
        later = shift / rate
        free = propagate(
            here,
            until=settled + max(later, 0.0),
            forces=context.model.moon,
            env=context.env,
        )
        if free.status != "completed":
            return [failed("phase_shift", start, "the orbit falls onto the Moon: raise it")]
        goal = free.at(settled + later)
        wanted = State(settled, "moon", "icrf", goal.r_km, goal.v_km_s)
        ways = lvlh(free.at(epochs[0]))[1], lvlh(free.at(epochs[1] + later))[1]
        return [self._solved(start, epochs, ways, wanted, change, context)]

    def _solved(
        self,
        start: Condition,
        epochs: tuple[Epoch, Epoch],
        ways: tuple[Array, Array],
        wanted: State,
        change: float,
        context: Context,
    ) -> Leg:
        """Return the leg of two burns along given ways that leads to the place and size wanted."""
        size = float(osculating(wanted, context).a_km)

        def pulses(values: Array) -> list[Pulse]:
            moves = zip(epochs, values, ways, strict=True)
            return [self.burner.pulse(t, dv * way) for t, dv, way in moves]

        def miss(values: Array) -> Array:
            course = self.burner.fly(start, pulses(values), wanted.epoch, context, kept=False)
            if course.status != "completed":
                return np.full(2, np.nan)
            sma = float(osculating(course.final, context).a_km) - size
            return np.array([curvilinear(course.final, wanted)[1], sma])

        unknowns = [Unknown("dv_1_km_s", change, 1e-3), Unknown("dv_2_km_s", -change, 1e-3)]
        goals = [Goal("arc_km", 1e-3), Goal("sma_km", 1e-3)]
        solution = solve(unknowns, goals, differences(miss, [1e-6] * 2), max_iterations=20)
        if not solution.converged:
            remedy = f"the shift does not close ({solution.remedy}): take more turns"
            return failed("phase_shift", start, remedy, solution.status)
        values = np.array(list(solution.values.values()))
        check = Check("phase error", 1e3 * abs(float(miss(values)[0])), "m", 5.0)
        figures: dict[str, object] = {
            "shift_deg": self.shift_deg,
            "ideal_dv_m_s": 2e3 * abs(change),
        }
        burns, names = pulses(values), self.events
        return burn_leg(
            "phase_shift", start, burns, self.burner, context, names, lambda _: (check,), figures
        )
