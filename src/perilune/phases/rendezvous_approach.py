"""The way from the last phasing burn to contact: three burns, each aimed in the full model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.phases.base import Context, Engine
from perilune.phases.relative import cw_departure, lvlh, relative
from perilune.phases.rendezvous_flight import Course, Pulse, fly_pulses
from perilune.phases.rendezvous_target import Motion

Array = NDArray[np.float64]

_NEAR_KM = 1e-6
_TRIES = 10


@dataclass(frozen=True)
class Approach:
    """The way from the last phasing burn to contact.

    Attributes
    ----------
    below_km, behind_km : float
        Where phasing ends: in an orbit this far below the target's, this far behind.
    elevation_deg : float
        The target stands this high over the chaser's horizon at terminal initiation.
    transfer_angle_deg : float
        What the target turns through from there to the waypoint.
    waypoint_m : float
        Behind the target, on its orbit.
    final_s : float
        From the waypoint to the last burn.
    contact_s, closing_m_s : float
        From the last burn to contact, and how fast.

    The orbit below, a line of sight some 27 deg up and the 130 deg are those of the Apollo lunar
    module's approach (Young & Alexander 1970, J. Spacecraft and Rockets 7:1083).
    Model limits: a flat horizon; no navigation errors, no plume or corridor constraints.
    """

    below_km: float = 15.0
    behind_km: float = 100.0
    elevation_deg: float = 27.0
    transfer_angle_deg: float = 130.0
    waypoint_m: float = 100.0
    final_s: float = 1200.0
    contact_s: float = 60.0
    closing_m_s: float = 0.03

    def offsets_s(self, rate_rad_s: float) -> tuple[float, float, float, float]:
        """Return the last phasing burn and the three of the approach, s before contact."""
        last = self.contact_s
        waypoint = last + self.final_s
        initiation = waypoint + float(np.radians(self.transfer_angle_deg)) / rate_rad_s
        left_km = self.behind_km - self.below_km / float(np.tan(np.radians(self.elevation_deg)))
        phasing = initiation + max(left_km, 0.0) / (1.5 * rate_rad_s * self.below_km)
        return phasing, initiation, waypoint, last

    def places_m(self) -> tuple[Array, Array, Array]:
        """Return where each burn leads, in the axes of the target's orbit, m."""
        ahead = np.array([0.0, 1.0, 0.0])
        return -self.waypoint_m * ahead, -self.closing_m_s * self.contact_s * ahead, 0.0 * ahead


@dataclass(frozen=True, eq=False)
class Aiming:
    """What burns of an approach are aimed with.

    Attributes
    ----------
    motion : callable
        The target's.
    rate_rad_s : float
        Its mean motion.
    engine : Engine or None
    context : Context
    impulsive : bool
    """

    motion: Motion
    rate_rad_s: float
    engine: Engine | None
    context: Context
    impulsive: bool = False

    def fly(
        self, start: State, mass_kg: float | None, pulses: Sequence[Pulse], until: Epoch
    ) -> Course:
        """Fly pulses without keeping the arcs."""
        return fly_pulses(
            start, mass_kg, pulses, until, self.context, impulsive=self.impulsive, kept=False
        )

    def aim(
        self, before: Course, at: Epoch, until: Epoch, there_km: Array
    ) -> tuple[Pulse, Array] | None:
        """Return the burn that leads to a place beside the target, and its seed (icrf, km/s).

        Linear motion seeds it and gives the slope of Newton's method; the place is met in the full
        model to a millimeter. None where it is not reached.
        """
        span, target = float(until - at), self.motion(at)
        axes = lvlh(target)
        here = relative(self.fly(before.final, before.mass_kg, [], at).final, target)
        seed = axes.T @ (cw_departure(here, there_km, self.rate_rad_s, span) - here[3:])
        dv, end = seed, self.motion(until)
        for _ in range(_TRIES):
            pulse = Pulse(at, dv, self.engine)
            course = self.fly(before.final, before.mass_kg, [pulse], until)
            if course.status != "completed":
                return None
            miss = relative(course.final, end)[:3] - there_km
            if np.abs(miss).max() < _NEAR_KM:
                return pulse, seed
            dv = dv + axes.T @ cw_departure(np.zeros(6), -miss, self.rate_rad_s, span)
        return None

    def approach(self, before: Course, approach: Approach, contact: Epoch) -> list[Pulse] | None:
        """Return the burns of terminal initiation, braking and contact; None where they fail.

        Parameters
        ----------
        before : Course
            Ends after the last phasing burn and before terminal initiation.
        contact : Epoch
        """
        _, *begins = approach.offsets_s(self.rate_rad_s)
        ends = [*begins[1:], 0.0]
        pulses: list[Pulse] = []
        for begin, end, place in zip(begins, ends, approach.places_m(), strict=True):
            at, until = contact - begin, contact - end
            found = self.aim(before, at, until, 1e-3 * place)
            if found is None:
                return None
            pulses.append(found[0])
            between = at + 0.5 * float(until - at)
            before = self.fly(before.final, before.mass_kg, [found[0]], between)
        return pulses
