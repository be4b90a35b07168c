"""One translunar shot: parking coast, injection, cruise, approach; and how its end moves.

The end state relative to the Moon is differentiated to every control by chaining state-transition
matrices. All variations are taken at fixed time, so that instants may move too: a variation
carried through an arc is Phi xi, and where the instant of an impulse moves by dt, the state just
before it moves by xi + f dt.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import Constants
from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.dynamics.forces import Forces
from perilune.dynamics.propagate import propagate
from perilune.dynamics.trajectory import Trajectory
from perilune.phases.launch import Insertion, Launch

Array = NDArray[np.float64]

_PLANETS = ("venus", "jupiter")


@dataclass(frozen=True)
class Model:
    """The force models of a transfer, and where its center changes.

    Attributes
    ----------
    earth, moon : Forces
        About the Earth (parking orbit, cruise) and about the Moon (approach and after).
    handover_s : float
        The approach is integrated about the Moon for this long before arrival.
    """

    earth: Forces = field(
        default_factory=lambda: Forces(
            ("earth", "moon", "sun", *_PLANETS), harmonics={"earth": (4, 0)}
        )
    )
    moon: Forces = field(
        default_factory=lambda: Forces(
            ("earth", "moon", "sun", *_PLANETS), harmonics={"earth": (2, 0), "moon": (8, 8)}
        )
    )
    handover_s: float = 64800.0


@dataclass(frozen=True)
class Controls:
    """What decides a shot.

    Attributes
    ----------
    lift_off : Epoch
    azimuth_rad : float
        Inertial launch azimuth to the equator of date.
    coast_s : float
        From parking-orbit insertion to injection.
    dv_km_s : float or tuple of float
        Injection impulse: along the velocity, or three `icrf` components.
    flight_time_s : float
        From injection to perilune.
    """

    lift_off: Epoch
    azimuth_rad: float
    coast_s: float
    dv_km_s: float | tuple[float, float, float]
    flight_time_s: float

    def moved(self, values: dict[str, float]) -> Controls:
        """Return the controls with some replaced (`lift_off_s` shifts the instant)."""
        changes: dict[str, object] = {
            k: v for k, v in values.items() if k not in ("lift_off_s", "dv_x", "dv_y", "dv_z")
        }
        if "lift_off_s" in values:
            changes["lift_off"] = self.lift_off + values["lift_off_s"]
        if "dv_x" in values:
            changes["dv_km_s"] = (values["dv_x"], values["dv_y"], values["dv_z"])
        return replace(self, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class Shot:
    """A flown shot.

    Attributes
    ----------
    controls : Controls
    parking, cruise : Trajectory
    approach : Trajectory or None
        About the Moon; None where the Moon was made massless.
    before, after : State
        At injection, before and after the impulse.
    arrival : State
        At the end of the flight time, Moon-centered.
    columns : dict of str to ndarray, shape (6,)
        Derivative of the arrival's components to each control asked for.
    """

    controls: Controls
    parking: Trajectory
    cruise: Trajectory
    approach: Trajectory | None
    before: State
    after: State
    arrival: State
    columns: dict[str, Array]

    @property
    def injection_dv_km_s(self) -> float:
        """Size of the injection impulse."""
        return float(np.linalg.norm(self.after.v_km_s - self.before.v_km_s))


class Shooter:
    """Flies shots from one launch with one force model."""

    def __init__(self, launch: Launch, model: Model, env: Environment) -> None:
        self.launch, self.model, self.env = launch, model, env

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
        self, controls: Controls, wanted: tuple[str, ...] = (), *, massless: bool = False
    ) -> Shot | None:
        """Fly one shot; `wanted` names the controls to differentiate the arrival to.

        None where the motion ran into a body's center and has no end.
        """
        insertion = self.launch.insertion(controls.lift_off, controls.azimuth_rad, self.env)
        leave = insertion.state.epoch + controls.coast_s
        arrive = leave + controls.flight_time_s
        env = self.massless_env if massless else self.env
        stm = bool(wanted)
        parking = propagate(
            insertion.state, until=leave, forces=self.model.earth, env=self.env, stm=stm
        )
        if parking.status == "failed":
            return None
        before = parking.final
        after = State(
            leave, "earth", "icrf", before.r_km, before.v_km_s + _impulse(before, controls)
        )
        hand = arrive if massless else arrive + (-self._handover_s(controls))
        cruise = propagate(after, until=hand, forces=self.model.earth, env=env, stm=stm)
        last, approach = cruise, None
        if not massless and cruise.status != "failed":
            near = cruise.final.to(center="moon", env=self.env)
            approach = last = propagate(
                near, until=arrive, forces=self.model.moon, env=self.env, stm=stm
            )
        if last.status == "failed":
            return None
        arrival = last.final.to(center="moon", env=self.env)
        shot = Shot(controls, parking, cruise, approach, before, after, arrival, {})
        if wanted:
            rate = _end_rate(last, arrival, self.env)
            for name in wanted:
                shot.columns[name] = self._column(name, shot, insertion, rate)
        return shot

    def _handover_s(self, controls: Controls) -> float:
        return min(self.model.handover_s, 0.5 * controls.flight_time_s)

    def _column(self, name: str, shot: Shot, insertion: Insertion, end_rate: Array) -> Array:
        """Return the derivative of the arrival to one control."""
        start, moves_leave = _start_variation(name, shot, insertion)
        moves_arrive = 1.0 if name == "flight_time_s" else moves_leave
        rate_before, rate_after = _rate(shot.parking, end=True), _rate(shot.cruise, end=False)
        before = _through(shot.parking, start) + rate_before * moves_leave
        after = before + _impulse_variation(name, shot, before)
        xi = _through(shot.cruise, after - rate_after * moves_leave)
        if shot.approach is not None:
            xi = _through(shot.approach, xi)
        return xi + end_rate * moves_arrive


def _impulse(before: State, controls: Controls) -> Array:
    if isinstance(controls.dv_km_s, tuple):
        return np.array(controls.dv_km_s)
    v = before.v_km_s
    return np.asarray(v * (controls.dv_km_s / np.linalg.norm(v)))


def _start_variation(name: str, shot: Shot, insertion: Insertion) -> tuple[Array, float]:
    """Return the fixed-time variation at insertion, and how much the injection instant moves."""
    if name == "azimuth_rad":
        return insertion.by_azimuth, 0.0
    if name == "lift_off_s":
        start_rate = _rate(shot.parking, end=False)
        return insertion.by_lift_off - start_rate, 1.0
    return np.zeros(6), 1.0 if name == "coast_s" else 0.0


def _impulse_variation(name: str, shot: Shot, before: Array) -> Array:
    """Return how the impulse itself changes: with its size, and with the velocity it follows."""
    v = shot.before.v_km_s
    speed = float(np.linalg.norm(v))
    unit = v / speed
    change = np.zeros(6)
    if name in ("dv_x", "dv_y", "dv_z"):
        change[3 + "xyz".index(name[-1])] = 1.0
    if isinstance(shot.controls.dv_km_s, tuple):
        return change
    if name == "dv_km_s":
        change[3:] += unit
    turn = before[3:] - unit * np.dot(unit, before[3:])
    change[3:] += shot.controls.dv_km_s / speed * turn
    return change


def _through(trajectory: Trajectory, variation: Array) -> Array:
    assert trajectory.stm is not None
    return np.asarray(trajectory.stm @ variation)


def _rate(trajectory: Trajectory, *, end: bool) -> Array:
    arc = trajectory.arcs[0]
    return np.asarray(arc.rates(np.array([arc.run.stop_s if end else 0.0]))[0])


def _end_rate(last: Trajectory, arrival: State, env: Environment) -> Array:
    """Return the rate of the Moon-centered arrival state."""
    rate = _rate(last, end=True)
    if last.arcs[0].center == "moon":
        return rate
    moon = env.ephemeris.acceleration("moon", "earth", arrival.epoch)
    return np.concatenate([arrival.v_km_s, rate[3:] - moon])
