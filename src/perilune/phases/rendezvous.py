"""Rendezvous and docking in orbit: phasing, an orbit below, terminal approach, contact."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from perilune.astro.epoch import Epoch
from perilune.astro.geometry import sunlit_fraction
from perilune.phases.base import Check, Condition, Context, Engine, Happening, Leg, Stack
from perilune.phases.relative import plane_error_rad, relative
from perilune.phases.rendezvous_approach import Approach
from perilune.phases.rendezvous_search import Encounter, Search, lowest_km
from perilune.phases.rendezvous_target import Target

_DISTANCE_M, _SPEED_M_S = 5.0, 0.1  # of contact


@dataclass(frozen=True, eq=False)
class Rendezvous:
    """A chaser's flight from its own orbit to docking with a target.

    Four phasing burns (at the first apoapsis; where the planes cross; two before the end) lead into
    an orbit below the target's, three more to contact. All are solved in the full model.

    Attributes
    ----------
    target : State, Trajectory or callable
        See `rendezvous_target.Target`.
    target_stack : Stack
        What the chaser joins.
    spacecraft : str or None
        Whose propellant burns.
    engine, fine_engine : Engine or None
        For phasing, and for the three burns of the approach (default: the same). None: impulses
        without mass.
    docking : Epoch or None
        Contact. None: the first that costs little more than the least.
    in_light : bool
        Dock in sunlight: contact moves on to the target's next lit arc.
    approach : Approach
    impulsive : bool
        Burn in an instant.
    lowest_altitude_km : float
        Over the mean (Earth: equatorial) radius, on the way.
    center : str
        The body they move about: `moon` or `earth`.
    last_burn_m_s : float
        The largest last burn of the phasing: its end is waited for before the approach is aimed.
    quick : bool
        Solve with differences of impulses in the model's `sensitivity`: some ten times faster, met
        in the full model as closely.

    Model limits: constant thrust along a direction held inertially; no navigation errors; terrain
    is left to the check of heights.
    """

    target: Target
    target_stack: Stack = field(default_factory=Stack)
    spacecraft: str | None = None
    engine: Engine | None = None
    fine_engine: Engine | None = None
    docking: Epoch | None = None
    in_light: bool = False
    approach: Approach = field(default_factory=Approach)
    impulsive: bool = False
    lowest_altitude_km: float = 10.0
    center: str = "moon"
    last_burn_m_s: float = 30.0
    quick: bool = False

    def fly(self, start: Condition, context: Context) -> list[Leg]:
        """Return the leg from `start.state` to contact; its end is the docked stack."""
        assert start.state is not None
        context.report("rendezvous")
        state = start.state.to(center=self.center, axes="icrf", env=context.env)
        mass = start.stack.mass_kg if self.engine is not None else None
        search = Search(self, state, mass, context)
        found = search.find()
        if found is None:
            return [Leg("rendezvous", start, status="no_solution", remedy=search.remedy)]
        return [self._leg(start, found, search)]

    def encounter(self, start: Condition, context: Context) -> Encounter | None:
        """Return the solved burns and the flight through them, or None where there is none."""
        assert start.state is not None
        state = start.state.to(center=self.center, axes="icrf", env=context.env)
        mass = start.stack.mass_kg if self.engine is not None else None
        return Search(self, state, mass, context).find()

    def _leg(self, start: Condition, found: Encounter, search: Search) -> Leg:
        course, there = found.course, found.motion(found.contact)
        stack, happenings = start.stack, []
        for number, burn in enumerate(course.burns, start=1):
            before = stack.mass_kg
            if burn.mass_before_kg is not None and self.spacecraft is not None:
                used = burn.mass_before_kg - (burn.mass_after_kg or 0.0)
                stack = stack.burnt(self.spacecraft, used)
            happenings.append(
                Happening(
                    f"rendezvous_burn_{number}",
                    burn.ignition,
                    stack.name,
                    burn.cut_off.epoch,
                    burn.dv_m_s,
                    before,
                    stack.mass_kg,
                )
            )
        joined = Stack((*stack.members, *self.target_stack.members))
        mass = joined.mass_kg
        happenings.append(
            Happening("docking", there, joined.name, mass_before_kg=mass, mass_after_kg=mass)
        )
        met = relative(course.final, there)
        distance, speed = (1e3 * float(np.linalg.norm(part)) for part in (met[:3], met[3:]))
        checks = (
            Check("docking distance", distance, "m", _DISTANCE_M),
            Check("docking speed", speed, "m/s", _SPEED_M_S),
        )
        return Leg(
            "rendezvous",
            Condition(joined, there),
            course.trajectory,
            tuple(happenings),
            checks,
            solution=_solution(found, search, distance, speed),
        )


def _solution(
    found: Encounter, search: Search, distance_m: float, speed_m_s: float
) -> dict[str, object]:
    """Return the figures of a rendezvous."""
    there, env = found.motion(found.contact), search.context.env
    tilt = plane_error_rad(search.start, found.motion(search.start.epoch))
    radius, orbit_speed = np.linalg.norm(there.r_km), np.linalg.norm(there.v_km_s)
    return {
        "docking_utc": found.contact.utc_iso(),
        "rendezvous_h": float(found.contact - search.start.epoch) / 3600.0,
        "rendezvous_dv_m_s": found.course.total_m_s,
        "rendezvous_burns_m_s": [burn.dv_m_s for burn in found.course.burns],
        "rendezvous_hohmann_m_s": search.hohmann_m_s(float(radius)),
        "plane_error_deg": float(np.degrees(tilt)),
        "plane_change_alone_m_s": 2e3 * float(orbit_speed * np.sin(0.5 * tilt)),
        "phasing_turns_n": found.phasing.turns,
        "lowest_phasing_altitude_km": lowest_km(found.course, there.center),
        "docking_distance_m": distance_m,
        "docking_speed_m_s": speed_m_s,
        "docking_sunlit": float(sunlit_fraction(there, env)),
    }
