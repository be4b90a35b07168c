"""Flying an injection: parking coast, burns about perigee, phasing orbits, cruise, approach."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from perilune.astro import elements
from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.dynamics.propagate import propagate
from perilune.dynamics.trajectory import Trajectory
from perilune.phases.base import Context, Stack
from perilune.phases.injection import PASSAGE, Injection
from perilune.phases.injection_burn import Attitude, Burning, FlownBurn, Trouble
from perilune.phases.injection_mass import Masses
from perilune.phases.launch import Insertion, Launch, LocalAxes
from perilune.phases.shot import AIM_EVENTS, Controls


@dataclass(frozen=True)
class Plan:
    """What a flight keeps while it is solved: attitudes by burn, loads of stages by name."""

    attitudes: tuple[Attitude, ...]
    loads_kg: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Departed:
    """A flight from the parking orbit to the last cut-off.

    Attributes
    ----------
    insertion : Insertion
    coasts : tuple of Trajectory
        Before each burn, up to its ignition.
    burns : tuple of FlownBurn
    middle : Epoch
        Of the last burn: flight time counts from here.
    stack : Stack
        What is left of the spacecraft.
    left_kg : dict of str to float
        What is left in each upper stage.
    plan : Plan
        With the attitudes flown.
    """

    insertion: Insertion
    coasts: tuple[Trajectory, ...]
    burns: tuple[FlownBurn, ...]
    first_middle: Epoch
    middle: Epoch
    stack: Stack
    left_kg: dict[str, float]
    plan: Plan

    @property
    def after(self) -> State:
        """The state at the last cut-off."""
        return self.burns[-1].cut_off

    @property
    def dv_km_s(self) -> float:
        """Velocity change of all burns."""
        return sum(b.dv_km_s for b in self.burns)


class Pilot:
    """Flies an injection from one launch, for whatever controls are asked."""

    def __init__(
        self, launch: Launch, injection: Injection, stack: Stack, context: Context
    ) -> None:
        self.launch, self.injection, self.stack = launch, injection, stack
        self.context, self.env = context, context.env
        self.gm = context.env.constants.gm("earth")
        self._axes: tuple[Epoch, LocalAxes] | None = None
        self._sizes_km_s: dict[int, float] = {}  # of intermediate burns, where the last trial ended

    def depart(
        self, controls: Controls, plan: Plan, *, energy: float | None = None
    ) -> Departed | Trouble:
        """Fly to the last cut-off.

        With `energy` (km2/s2) the last burn is sized to end with that, whatever the controls say,
        and each burn gets the attitude that gains most: how a solve begins.
        """
        insertion = self._insertion(controls)
        start = insertion.state.epoch
        middle = first = start + controls.coast_s
        coast = self._coast(insertion.state, middle)
        masses = Masses(self.injection, self.stack, plan.loads_kg)
        coasts: list[Trajectory] = []
        burns: list[FlownBurn] = []
        attitudes = list(plan.attitudes)
        for number, burn in enumerate(self.injection.burns):
            if number > 0:
                found = self._to_perigee(burns[-1].cut_off, burn.after_revolutions)
                if isinstance(found, Trouble):
                    return found
                coast, middle = found
            one = Burning(
                self.injection.name(number),
                burn,
                first=number == 0,
                coast=coast,
                middle=coast.at(middle),
                masses=masses,
                context=self.context,
            )
            if energy is not None:
                attitudes[number] = self._best(one, controls, attitudes[number], energy)
            flown = self._burn(one, number, controls, attitudes[number], energy)
            if isinstance(flown, Trouble):
                return flown
            if flown.mass_before_kg is not None and flown.mass_after_kg is not None:
                masses.use(burn, flown.mass_before_kg - flown.mass_after_kg)
            coasts.append(coast)
            burns.append(flown)
        return Departed(
            insertion,
            tuple(coasts),
            tuple(burns),
            first,
            middle,
            masses.stack,
            {name: left or 0.0 for name, left in masses.left_kg.items()},
            replace(plan, attitudes=tuple(attitudes)),
        )

    def _burn(
        self,
        one: Burning,
        number: int,
        controls: Controls,
        attitude: Attitude,
        energy: float | None,
    ) -> FlownBurn | Trouble:
        """Fly the injection as the controls say (or to an energy), others to the orbit wanted."""
        if number == len(self.injection.burns) - 1:
            if energy is None:
                return one.sized(controls.dv_km_s, attitude)
            return one.to_energy(controls.dv_km_s, attitude, energy)
        flown = one.to_goal(attitude, self._sizes_km_s.get(number))
        if isinstance(flown, FlownBurn):
            self._sizes_km_s[number] = flown.dv_km_s
        return flown

    def _best(
        self, one: Burning, controls: Controls, attitude: Attitude, energy: float
    ) -> Attitude:
        """Return the attitude that gains most: first for the impulse, then for the burn's size."""
        last = one.burn is self.injection.burns[-1]
        wanted = energy if last else one.energy_wanted()
        attitude = one.best(one.impulse_km_s(wanted), attitude)
        if last and isinstance(controls.dv_km_s, tuple):
            return attitude  # that of a burn in the plane
        flown = one.to_energy(0.0, attitude, wanted)
        return attitude if isinstance(flown, Trouble) else one.best(flown.dv_km_s, attitude)

    def cruise(self, departed: Departed, controls: Controls, *, dense: bool = False) -> Trajectory:
        """Coast on from the last cut-off to where the Moon becomes the center."""
        span = controls.flight_time_s - self.handover_s(controls)
        return propagate(
            departed.after,
            until=departed.middle + span,
            forces=self.context.model.earth,
            env=self.env,
            dense=dense,
        )

    def approach(self, cruise: Trajectory, arrive: Epoch, *, dense: bool = False) -> Trajectory:
        """Coast on about the Moon until the arrival."""
        return propagate(
            cruise.final.to(center="moon", env=self.env),
            until=arrive,
            forces=self.context.model.moon,
            env=self.env,
            events=AIM_EVENTS,
            dense=dense,
        )

    def handover_s(self, controls: Controls) -> float:
        """Return how long before arrival the Moon becomes the center."""
        return min(self.context.model.handover_s, 0.5 * controls.flight_time_s)

    def _insertion(self, controls: Controls) -> Insertion:
        if self._axes is None or self._axes[0] != controls.lift_off:
            self._axes = controls.lift_off, self.launch.local_axes(controls.lift_off, self.env)
        return self.launch.insertion(
            controls.lift_off, controls.azimuth_rad, self._axes[1], self.env
        )

    def _coast(self, start: State, until: Epoch, *, seek: bool = False) -> Trajectory:
        return propagate(
            start,
            until=until,
            forces=self.context.model.earth,
            env=self.env,
            events=PASSAGE if seek else (),
        )

    def _to_perigee(self, cut_off: State, revolutions: int) -> tuple[Trajectory, Epoch] | Trouble:
        """Return a coast beyond the n-th perigee after a cut-off, and when that is."""
        orbit = elements.from_vectors(cut_off.r_km, cut_off.v_km_s, self.gm)
        period = float(orbit.period_s)
        if not np.isfinite(period):
            return Trouble("no_solution", "the orbit after a phasing burn is not closed: ask less")
        coast = self._coast(cut_off, cut_off.epoch + (revolutions + 0.25) * period, seek=True)
        # a burn is about a perigee: one just after cut-off belongs to it
        passages = [e.epoch for e in coast.events if e.epoch - cut_off.epoch > 0.25 * period]
        if len(passages) < revolutions or coast.status == "failed":
            return Trouble(
                "no_solution",
                "a phasing orbit does not come back to perigee: the Moon bends it, ask for a "
                "smaller one",
            )
        return coast, passages[revolutions - 1]
