"""Looking for a rendezvous: a date of contact, light, an intermediate orbit, what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from perilune.astro.bodies import RADIUS_KM
from perilune.astro.elements import from_vectors
from perilune.astro.epoch import Epoch
from perilune.astro.geometry import sunlit_fraction
from perilune.astro.state import State
from perilune.phases.base import Context
from perilune.phases.relative import mean_motion, plane_error_rad
from perilune.phases.rendezvous_approach import Aiming
from perilune.phases.rendezvous_flight import Course, Pulse, fly_pulses
from perilune.phases.rendezvous_phasing import PhasingProblem
from perilune.phases.rendezvous_plan import Phasing, hohmann_m_s
from perilune.phases.rendezvous_target import Motion, target_motion

if TYPE_CHECKING:
    from perilune.phases.rendezvous import Rendezvous

_LONGEST_S = 4.0 * 86400.0  # a rendezvous without a date is looked for this far
_DEAREST = 1.15  # of Hohmann's sum: a date whose phase angle costs more is passed over
_DEARER = 1.25  # than planned: then another intermediate orbit is tried
_APPROACH_M_S = 10.0
_SWAY_KM = 8.0  # the field moves a low periapsis by this in some days
_LIT = 0.99
_LIT_BEFORE_S = 600.0  # light from here to contact
_TRIED = 3  # intermediate orbits


@dataclass(frozen=True, eq=False)
class Encounter:
    """A solved rendezvous."""

    contact: Epoch
    course: Course
    phasing: Phasing
    motion: Motion


class Search:
    """Looks for the date and the intermediate orbit that a rendezvous takes."""

    def __init__(
        self, phase: Rendezvous, start: State, mass_kg: float | None, context: Context
    ) -> None:
        self.phase, self.context, self.start, self.mass_kg = phase, context, start, mass_kg
        self.gm = context.env.constants.gm(phase.center)
        self.remedy = ""

    def find(self) -> Encounter | None:
        """Return the rendezvous, or None and say why in `remedy`."""
        orbit = from_vectors(self.start.r_km, self.start.v_km_s, self.gm)
        if not 0.0 < float(orbit.a_km) < np.inf:
            body = self.phase.center.title()
            self.remedy = f"the chaser is not in orbit about the {body}: capture it first"
            return None
        last = self.phase.docking or self.start.epoch + _LONGEST_S
        if last - self.start.epoch < 3600.0:
            self.remedy = "docking is to follow within the hour: set a later date"
            return None
        end = last + (12000.0 if self.phase.in_light else 600.0)
        motion = target_motion(
            self.phase.target, self.start.epoch, end, self.context, center=self.phase.center
        )
        if motion is None:
            self.remedy = "the target does not stay in orbit until docking: raise it"
            return None
        self.remedy = "no intermediate orbit closes the phase angle in time: set a later docking"
        for contact in self._dates(motion):
            found = self._solve(contact, motion)
            if found is not None:
                return found
        return None

    # ---- when

    def _dates(self, motion: Motion) -> Iterator[Epoch]:
        """Yield the instants of contact to try."""
        period = 2.0 * np.pi / mean_motion(motion(self.start.epoch), self.gm)
        if self.phase.docking is not None:
            wanted = [self.phase.docking]
        else:
            steps = np.arange(3.0 * period, _LONGEST_S, 0.25 * period)
            wanted = [self.start.epoch + float(t) for t in steps]
        for date in wanted:
            contact = self._lit(date, motion, period) if self.phase.in_light else date
            if contact is not None and (
                self.phase.docking is not None or self._cheap(contact, motion)
            ):
                yield contact

    def _lit(self, date: Epoch, motion: Motion, period: float) -> Epoch | None:
        """Return the first instant from a date on at which the target has been lit for a while."""
        times = np.arange(-_LIT_BEFORE_S, 1.05 * period, 60.0)
        light = [float(sunlit_fraction(motion(date + float(t)), self.context.env)) for t in times]
        lit = np.array(light) >= _LIT
        before = int(_LIT_BEFORE_S / 60.0)
        for i in range(before, len(times)):
            if lit[i - before : i + 1].all():
                return date + float(times[i])
        self.remedy = "the target is in shadow for a whole turn: set another date"
        return None

    def _cheap(self, contact: Epoch, motion: Motion) -> bool:
        """Say whether closing the phase angle by then costs hardly more than the height alone."""
        problem = self._problem(contact, motion)
        at = problem.first_apoapsis()
        if at is None or problem.last - at.epoch < 7200.0:
            return False
        wanted = float(np.linalg.norm(problem.wanted().r_km))
        least = self.hohmann_m_s(wanted)
        found = problem.candidates(at)
        return bool(found) and 1e3 * found[0].cost_km_s <= _DEAREST * least + 1.0

    # ---- how

    def _problem(self, contact: Epoch, motion: Motion) -> PhasingProblem:
        phase = self.phase
        rate = mean_motion(motion(contact), self.gm)
        return PhasingProblem(
            self.start,
            self.mass_kg,
            motion,
            contact - phase.approach.offsets_s(rate)[0],
            phase.approach,
            phase.engine,
            self.context,
            phase.impulsive,
            RADIUS_KM[phase.center] + phase.lowest_altitude_km + _SWAY_KM,
            1e-3 * phase.last_burn_m_s,
            phase.quick,
        )

    def _solve(self, contact: Epoch, motion: Motion) -> Encounter | None:
        problem = self._problem(contact, motion)
        at = problem.first_apoapsis()
        if at is None or problem.last - at.epoch < 3600.0:
            return None
        fine = self.phase.fine_engine or self.phase.engine
        rate = mean_motion(motion(contact), self.gm)
        aiming = Aiming(motion, rate, fine, self.context, self.phase.impulsive)
        best: Encounter | None = None
        for phasing in problem.candidates(at)[:_TRIED]:
            if best is not None and 1e3 * phasing.cost_km_s > best.course.total_m_s:
                break  # its plan alone is dearer
            found = self._by_way_of(phasing, at, problem, aiming, contact)
            if found is None:
                continue
            if best is None or found.course.total_m_s < best.course.total_m_s:
                best = found
            if self._as_expected(best):
                return best
        if best is not None and self.phase.docking is None:  # another date does better
            self.remedy = "no date in reach docks at a sensible cost: name one"
            return None
        return best

    def _by_way_of(
        self,
        phasing: Phasing,
        at: State,
        problem: PhasingProblem,
        aiming: Aiming,
        contact: Epoch,
    ) -> Encounter | None:
        """Return the rendezvous by way of an intermediate orbit, or None and say why."""
        pulses = problem.solve(at, phasing)
        if pulses is None:
            self.remedy = "the phasing burns do not meet the target: set another docking date"
            return None
        before = aiming.fly(self.start, self.mass_kg, pulses, problem.settled)
        more = aiming.approach(before, self.phase.approach, contact)
        if more is None:
            self.remedy = "the approach does not reach the target: more thrust, or another date"
            return None
        course = self._course([*pulses, *more], contact)
        low, body = lowest_km(course, self.phase.center), self.phase.center.title()
        if course.status != "completed" or low < self.phase.lowest_altitude_km:
            self.remedy = (
                f"the way passes {low:.0f} km over the {body}: start higher, or dock sooner"
            )
            return None
        return Encounter(contact, course, phasing, problem.motion)

    def _as_expected(self, found: Encounter) -> bool:
        """Say whether the cost is that of the plan, the plane's turn and an approach."""
        there = found.motion(self.start.epoch)
        tilt = plane_error_rad(self.start, there)
        turn = 1e3 * float(np.linalg.norm(there.v_km_s)) * tilt
        plan = 1e3 * found.phasing.cost_km_s + turn + _APPROACH_M_S
        return found.course.total_m_s <= _DEARER * plan

    def _course(self, pulses: list[Pulse], contact: Epoch) -> Course:
        return fly_pulses(
            self.start,
            self.mass_kg,
            pulses,
            contact,
            self.context,
            impulsive=self.phase.impulsive,
        )

    def hohmann_m_s(self, radius_km: float) -> float:
        """Return the least sum of two burns from the start to a circle, in its plane."""
        orbit = from_vectors(self.start.r_km, self.start.v_km_s, self.gm)
        low, high = float(orbit.periapsis_km), float(orbit.apoapsis_km)
        return hohmann_m_s(low, high, radius_km, self.gm)


def lowest_km(course: Course, center: str) -> float:
    """Return the lowest periapsis after the first burn, over the mean radius, km."""
    if not course.burns:
        return float("inf")
    begins = course.burns[0].ignition.epoch
    heights = [
        float(np.linalg.norm(event.state.r_km)) - RADIUS_KM[center]
        for piece in course.pieces
        for event in piece.events
        if event.name in ("periapsis", "impact") and event.epoch - begins > 0.0
    ]
    return min(heights, default=float("inf"))
