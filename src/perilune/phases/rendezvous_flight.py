"""Flying a list of velocity changes: coasts between them, each an impulse or a finite burn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.dynamics.propagate import propagate
from perilune.dynamics.trajectory import Trajectory
from perilune.phases.base import Context, Engine
from perilune.phases.burn import Steering, burn_time_s, fly_burn
from perilune.phases.shot import coast_events

Array = NDArray[np.float64]

_LEAST_KM_S = 1e-9  # below a micrometer a second nothing burns


@dataclass(frozen=True, eq=False)
class Pulse:
    """A velocity change: its middle, and its vector.

    Attributes
    ----------
    epoch : Epoch
    dv_km_s : ndarray, shape (3,)
        `icrf`; a finite burn holds this direction and lasts as the rocket equation has it.
    engine : Engine or None
        None: an impulse, without mass.
    """

    epoch: Epoch
    dv_km_s: Array
    engine: Engine | None = None

    @property
    def size_km_s(self) -> float:
        """Length of the change."""
        return float(np.linalg.norm(self.dv_km_s))


@dataclass(frozen=True, eq=False)
class FlownPulse:
    """A velocity change as flown: states and masses before and after."""

    pulse: Pulse
    ignition: State
    cut_off: State
    mass_before_kg: float | None
    mass_after_kg: float | None

    @property
    def dv_m_s(self) -> float:
        """Size of the change, m/s."""
        return 1e3 * self.pulse.size_km_s


@dataclass(frozen=True, eq=False)
class Course:
    """What a list of pulses led to.

    Attributes
    ----------
    pieces : tuple of Trajectory
    burns : tuple of FlownPulse
    final : State
    mass_kg : float or None
    status : str
        `completed`, or why the motion ended early.
    """

    pieces: tuple[Trajectory, ...]
    burns: tuple[FlownPulse, ...]
    final: State
    mass_kg: float | None
    status: str = "completed"

    @property
    def trajectory(self) -> Trajectory:
        """All pieces end to end."""
        whole = self.pieces[0]
        for piece in self.pieces[1:]:
            whole = whole + piece
        return whole

    @property
    def total_m_s(self) -> float:
        """Sum of all changes."""
        return sum(burn.dv_m_s for burn in self.burns)


def fly_pulses(
    start: State,
    mass_kg: float | None,
    pulses: Sequence[Pulse],
    until: Epoch,
    context: Context,
    *,
    impulsive: bool = False,
    kept: bool = True,
) -> Course:
    """Fly pulses in order of time and coast on to an epoch, in the full model about the center.

    Parameters
    ----------
    start : State
        About the Moon or the Earth, `icrf`.
    mass_kg : float or None
        Where it is known, engines use propellant.
    impulsive : bool
        Burn in an instant; mass by the rocket equation.
    kept : bool
        Keep the arcs and look for periapses and impact; without it only the end counts.
    """
    pilot = _Pilot(start, mass_kg, context, kept=kept)
    for pulse in pulses:
        if pulse.size_km_s > _LEAST_KM_S and pilot.status == "completed":
            pilot.fire(pulse, impulsive=impulsive)
    pilot.coast(until)
    return Course(tuple(pilot.pieces), tuple(pilot.burns), pilot.state, pilot.mass_kg, pilot.status)


class _Pilot:
    def __init__(
        self, start: State, mass_kg: float | None, context: Context, *, kept: bool
    ) -> None:
        self.state, self.mass_kg, self.context, self.kept = start, mass_kg, context, kept
        self.pieces: list[Trajectory] = []
        self.burns: list[FlownPulse] = []
        self.status = "completed"

    def coast(self, until: Epoch) -> None:
        if self.status != "completed" or until - self.state.epoch <= 1e-9:
            return
        piece = propagate(
            self.state,
            until=until,
            forces=self.context.model.about(self.state.center),
            env=self.context.env,
            events=coast_events(self.state.center) if self.kept else (),
            dense=self.kept,
        )
        self.state, self.status = piece.final, piece.status
        if self.kept:
            self.pieces.append(piece)

    def fire(self, pulse: Pulse, *, impulsive: bool) -> None:
        engine, mass = pulse.engine, self.mass_kg
        lasts = 0.0
        if engine is not None and mass is not None:
            lasts = burn_time_s(pulse.size_km_s, engine, mass)
        if impulsive or engine is None or mass is None:
            self.coast(pulse.epoch)
        else:
            self.coast(pulse.epoch - 0.5 * lasts)
        if self.status != "completed":
            return
        ignition = self.state
        if impulsive or engine is None or mass is None:
            velocity = ignition.v_km_s + pulse.dv_km_s
            self.state = replace(ignition, v_km_s=velocity)
            if engine is not None and mass is not None:
                self.mass_kg = mass * float(np.exp(-pulse.size_km_s / engine.exhaust_km_s))
        else:
            flown = fly_burn(ignition, lasts, engine, mass, _held(pulse), 0.0, self.context)
            self.state, self.mass_kg = flown.cut_off, flown.mass_after_kg
            if self.kept:
                self.pieces.append(flown.trajectory)
        self.burns.append(FlownPulse(pulse, ignition, self.state, mass, self.mass_kg))


def _held(pulse: Pulse) -> Steering:
    """Return the attitude that holds a pulse's direction."""
    aim = pulse.dv_km_s / pulse.size_km_s
    side = np.cross(aim, np.eye(3)[int(np.argmin(np.abs(aim)))])
    lead = side / np.linalg.norm(side)
    x, y = (tuple(float(part) for part in axis) for axis in (aim, lead))
    return Steering((x[0], x[1], x[2]), (y[0], y[1], y[2]), pulse.epoch)
