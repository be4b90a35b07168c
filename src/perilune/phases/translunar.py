"""Flying translunar shots: parking coast, injection, cruise, approach."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import Constants
from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.dynamics.engines import Wanted
from perilune.dynamics.forces import Forces
from perilune.dynamics.propagate import propagate
from perilune.phases.launch import Launch, LocalAxes
from perilune.phases.shot import AIM_EVENTS, COAST_EVENTS, Controls, Model, Shot
from perilune.phases.variations import variations

Array = NDArray[np.float64]

_EXACT: dict[str, Any] = {}
_SENSITIVE: dict[str, Any] = {"stm": True, "tolerance": 1e-10}


def engines(model: Model) -> list[Wanted]:
    """Return the engines a transfer needs, for `perilune.dynamics.engines.prepare`."""
    return [
        Wanted("earth", model.earth),
        Wanted("earth", model.sensitivity, variational=True, tolerance=_SENSITIVE["tolerance"]),
        Wanted("moon", model.moon, events=COAST_EVENTS),
        Wanted("moon", model.sensitivity, variational=True, tolerance=_SENSITIVE["tolerance"]),
    ]


class Shooter:
    """Flies shots from one launch with one force model."""

    def __init__(self, launch: Launch, model: Model, env: Environment) -> None:
        self.launch, self.model, self.env = launch, model, env
        self._axes: tuple[Epoch, LocalAxes] | None = None

    @cached_property
    def massless_env(self) -> Environment:
        """The same sky with a Moon that does not attract: where a seed aims at its center."""
        constants = self.env.constants
        gm = {**constants.gm_km3_s2, "moon": 0.0}
        return replace(
            self.env,
            constants=Constants("massless moon", MappingProxyType(gm), constants.source),
        )

    def shoot(
        self, controls: Controls, *, massless: bool = False, dense: bool = False
    ) -> Shot | None:
        """Fly one shot with the full force models.

        `massless` takes the Moon's attraction away; the shot then stays Earth-centered. None
        where the motion ran into a body's center and has no end.
        """
        env = self.massless_env if massless else self.env
        moon = None if massless else self.model.moon
        return self._fly(controls, self.model.earth, moon, env, dense=dense)

    def sensitivity(
        self, controls: Controls, wanted: tuple[str, ...], *, massless: bool = False
    ) -> Shot | None:
        """Fly one shot with the sensitivity model, with derivatives to the controls named."""
        env = self.massless_env if massless else self.env
        forces = self.model.sensitivity
        shot = self._fly(controls, forces, None if massless else forces, env, stm=True)
        if shot is None:
            return None
        columns = variations(shot, wanted, self.env)
        shot.columns.update(zip(wanted, columns.T, strict=True))
        return shot

    def _fly(
        self,
        controls: Controls,
        earth: Forces,
        moon: Forces | None,
        env: Environment,
        *,
        stm: bool = False,
        dense: bool = False,
    ) -> Shot | None:
        options = _SENSITIVE if stm else _EXACT
        axes = self._local_axes(controls.lift_off)
        insertion = self.launch.insertion(controls.lift_off, controls.azimuth_rad, axes, self.env)
        leave = insertion.state.epoch + controls.coast_s
        arrive = leave + controls.flight_time_s
        keep = stm or dense
        parking = propagate(
            insertion.state, until=leave, forces=earth, env=env, dense=keep, **options
        )
        if parking.status == "failed":
            return None
        before = parking.final
        after = State(
            leave, "earth", "icrf", before.r_km, before.v_km_s + _impulse(before, controls)
        )
        hand = arrive if moon is None else arrive + (-self._handover_s(controls))
        cruise = propagate(after, until=hand, forces=earth, env=env, dense=keep, **options)
        last, approach = cruise, None
        if moon is not None and cruise.status != "failed":
            near = cruise.final.to(center="moon", env=self.env)
            events = () if stm else AIM_EVENTS
            approach = last = propagate(
                near, until=arrive, forces=moon, env=env, dense=keep, events=events, **options
            )
        if last.status == "failed":
            return None
        arrival = last.final.to(center="moon", env=self.env)
        return Shot(controls, insertion, parking, cruise, approach, before, after, arrival, {})

    def _handover_s(self, controls: Controls) -> float:
        return min(self.model.handover_s, 0.5 * controls.flight_time_s)

    def _local_axes(self, lift_off: Epoch) -> LocalAxes:
        """Return up, east, north and pole at lift-off; the last instant asked for is kept."""
        if self._axes is None or self._axes[0] != lift_off:
            self._axes = lift_off, self.launch.local_axes(lift_off, self.env)
        return self._axes[1]


def _impulse(before: State, controls: Controls) -> Array:
    if isinstance(controls.dv_km_s, tuple):
        return np.array(controls.dv_km_s)
    v = before.v_km_s
    return np.asarray(v * (controls.dv_km_s / np.linalg.norm(v)))
