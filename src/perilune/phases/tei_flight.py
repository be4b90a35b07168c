"""Flying home from the Moon: the coast after an injection, and what is still missing on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.epoch import Epoch
from perilune.astro.geometry import altitude_km
from perilune.astro.state import State
from perilune.dynamics.engines import Wanted
from perilune.dynamics.events import Distance
from perilune.dynamics.propagate import propagate
from perilune.dynamics.trajectory import Trajectory
from perilune.phases.base import Context
from perilune.phases.earth_return_target import Interface, ReturnTarget, Way
from perilune.phases.return_seeds import home
from perilune.phases.shot import AIM_EVENTS, Model

Array = NDArray[np.float64]

_FLOOR = (Distance(terminal=True, direction=-1, name="floor", body="earth", distance_km=6450.0),)
_SENSITIVE_TOLERANCE = 1e-10
_BEYOND_S = 1800.0
_NEAREST_KM = 15_000.0


def engines(model: Model) -> list[Wanted]:
    """Return the engines a return needs, for `perilune.dynamics.engines.prepare`."""
    return [
        Wanted("moon", model.moon, events=AIM_EVENTS),
        Wanted("moon", model.sensitivity, variational=True, tolerance=_SENSITIVE_TOLERANCE),
        Wanted("earth", model.sensitivity, variational=True, tolerance=_SENSITIVE_TOLERANCE),
        Wanted("earth", model.earth),
        Wanted("earth", model.earth, events=_FLOOR),
        Wanted("moon", model.moon, thrust=True),
    ]


@dataclass(frozen=True, eq=False)
class Arrival:
    """A coast home, cut at the interface."""

    moon: Trajectory
    earth: Trajectory
    state: State

    @property
    def trajectory(self) -> Trajectory:
        """The whole coast."""
        return self.moon + self.earth


@dataclass(frozen=True, eq=False)
class Homing:
    """A way home to be met: target, way, when it arrives, and what it is flown with."""

    target: ReturnTarget
    way: Way
    leave: Epoch
    arrive: Epoch
    context: Context

    @property
    def handover(self) -> Epoch:
        """Where the center changes from the Moon to the Earth."""
        half = 0.5 * float(self.arrive - self.leave)
        return self.leave + min(self.context.model.handover_s, half)

    def missing(self, r_km: Array, v_km_s: Array, epoch: Epoch) -> tuple[Array, Array]:
        """Return the velocity that is too much at a place, and how what is needed turns with it.

        Returns
        -------
        miss : ndarray, shape (3,)
        by_place : ndarray, shape (3, 3)
            Derivative of the velocity needed to the place, 1/s.
        """
        if np.linalg.norm(r_km) < _NEAREST_KM:  # home already: no place to look on from
            return np.full(3, np.inf), np.full((3, 3), np.nan)
        step = 10.0
        places = r_km + np.vstack([np.zeros(3), step * np.eye(3)])
        left = float(self.arrive - epoch)
        needed = home(places, epoch, left, self.target, self.way, self.context.env).v_km_s
        return v_km_s - needed[0], ((needed[1:] - needed[0]) / step).T

    def sensitive(self, after: State, until: Epoch) -> tuple[Array, Array] | None:
        """Return the Earth-centered state at an epoch in the sensitivity model, and its matrix."""
        forces, env = self.context.model.sensitivity, self.context.env
        hand = self.handover
        near = propagate(
            after, until=hand, forces=forces, env=env, stm=True, dense=False,
            tolerance=_SENSITIVE_TOLERANCE,
        )  # fmt: skip
        if near.status == "failed":
            return None
        far = propagate(
            near.final.to(center="earth", env=env), until=until, forces=forces, env=env, stm=True,
            dense=False, tolerance=_SENSITIVE_TOLERANCE,
        )  # fmt: skip
        if far.status == "failed" or near.stm is None or far.stm is None:
            return None
        return far.final.vector, far.stm @ near.stm

    def on_way(self, after: State, until: Epoch) -> State | None:
        """Return the Earth-centered state at an epoch in the full model."""
        near = self._leave(after, dense=False)
        if near.status not in ("completed",):
            return None
        far = propagate(
            near.final.to(center="earth", env=self.context.env),
            until=until,
            forces=self.context.model.earth,
            env=self.context.env,
            dense=False,
        )
        return None if far.status == "failed" else far.final

    def to_interface(self, after: State, *, dense: bool = True) -> Arrival | None:
        """Fly on to the interface in the full model; None where the coast stays above it."""
        near = self._leave(after, dense=dense)
        if near.status != "completed":
            return None
        return self.approach(near)

    def approach(self, near: Trajectory) -> Arrival | None:
        """Fly from the change of center to the interface."""
        env = self.context.env
        far = propagate(
            near.final.to(center="earth", env=env),
            until=self.arrive + 4.0 * 3600.0,
            forces=self.context.model.earth,
            env=env,
            events=_FLOOR,
        )
        if far.status != "stopped":
            return None
        epoch = crossing(far, self.target.altitude_km)
        if epoch is None:
            return None
        cut = far.until(epoch)
        return Arrival(near, cut, cut.final)

    def interface(self, state: State) -> Interface:
        """Return the interface figures of a state there."""
        return Interface.of(state, self.target, self.context.env)

    def _leave(self, after: State, *, dense: bool) -> Trajectory:
        return propagate(
            after,
            until=self.handover,
            forces=self.context.model.moon,
            env=self.context.env,
            events=AIM_EVENTS,
            dense=dense,
        )


def crossing(far: Trajectory, height_km: float) -> Epoch | None:
    """Return when the end of an approach last comes down through a geodetic height."""

    def over(seconds: float) -> float:
        return float(altitude_km(far.at(far.stop + seconds), far.env)) - height_km

    low, high = 0.0, -_BEYOND_S
    if over(low) > 0.0 or over(high) < 0.0:
        return None
    return far.stop + _root(over, high, low)


def _root(function: Callable[[float], float], a: float, b: float) -> float:
    from scipy.optimize import brentq

    return float(brentq(function, a, b, xtol=1e-9, rtol=1e-15))
