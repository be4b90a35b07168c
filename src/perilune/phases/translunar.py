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
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import Constants
from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.dynamics.engines import Wanted
from perilune.dynamics.events import impact, periapsis
from perilune.dynamics.forces import Forces
from perilune.dynamics.propagate import propagate
from perilune.dynamics.trajectory import Trajectory
from perilune.phases.launch import Insertion, Launch, LocalAxes

Array = NDArray[np.float64]

_PLANETS = ("venus", "jupiter")

IMPULSE = ("dv_x", "dv_y", "dv_z")
"""Controls of an impulse given by its three `icrf` components."""

COAST_EVENTS = (periapsis("moon"), impact("moon"))
"""What every coast about the Moon looks for."""

_EXACT: dict[str, Any] = {}
_SENSITIVE: dict[str, Any] = {"stm": True, "tolerance": 1e-11}


@dataclass(frozen=True)
class Model:
    """The force models of a transfer, and where its center changes.

    Attributes
    ----------
    earth, moon : Forces
        About the Earth (parking orbit, cruise) and about the Moon (approach and after): what is
        flown, and what the goals are met in.
    sensitivity : Forces
        About both, for state-transition matrices: without the terms that cost much and bend
        little. It decides how fast a solve converges, not where.
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
    sensitivity: Forces = field(default_factory=lambda: Forces(harmonics={"earth": (2, 0)}))
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
            k: v for k, v in values.items() if k not in ("lift_off_s", *IMPULSE)
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
    insertion : Insertion
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
    insertion: Insertion
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
        columns = _variations(shot, wanted, self.env)
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
            events = () if stm else COAST_EVENTS
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


def _variations(shot: Shot, wanted: tuple[str, ...], env: Environment) -> Array:
    """Return the derivative of the arrival to each control named, shape (6, controls)."""
    rates = {
        "start": _rate(shot.parking, end=False),
        "before": _rate(shot.parking, end=True),
        "after": _rate(shot.cruise, end=False),
    }
    starts = np.array([_start_variation(name, shot, rates["start"]) for name in wanted]).T
    leaves = np.array([1.0 if name in ("lift_off_s", "coast_s") else 0.0 for name in wanted])
    arrives = np.array([1.0 if name == "flight_time_s" else 0.0 for name in wanted]) + leaves
    before = _through(shot.parking, starts) + np.outer(rates["before"], leaves)
    jumps = [_impulse_variation(name, shot, before[:, i]) for i, name in enumerate(wanted)]
    xi = _through(shot.cruise, before + np.array(jumps).T - np.outer(rates["after"], leaves))
    if shot.approach is not None:
        xi = _through(shot.approach, xi)
    end = _end_rate(shot.approach or shot.cruise, shot.arrival, env)
    return np.asarray(xi + np.outer(end, arrives))


def _impulse(before: State, controls: Controls) -> Array:
    if isinstance(controls.dv_km_s, tuple):
        return np.array(controls.dv_km_s)
    v = before.v_km_s
    return np.asarray(v * (controls.dv_km_s / np.linalg.norm(v)))


def _start_variation(name: str, shot: Shot, start_rate: Array) -> Array:
    """Return the fixed-time variation at parking-orbit insertion."""
    if name == "azimuth_rad":
        return shot.insertion.by_azimuth
    if name == "lift_off_s":
        return np.asarray(shot.insertion.by_lift_off - start_rate)
    return np.zeros(6)


def _impulse_variation(name: str, shot: Shot, before: Array) -> Array:
    """Return how the impulse itself changes: with its size, and with the velocity it follows."""
    v = shot.before.v_km_s
    speed = float(np.linalg.norm(v))
    unit = v / speed
    change = np.zeros(6)
    if name in IMPULSE:
        change[3 + IMPULSE.index(name)] = 1.0
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
