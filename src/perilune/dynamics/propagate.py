"""The one way to move a spacecraft: `propagate`, and `propagate_many` for end states in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.dynamics.engines import Wanted, borrow
from perilune.dynamics.events import Event
from perilune.dynamics.forces import Forces, mass_flow_kg_s
from perilune.dynamics.system import static_values
from perilune.dynamics.taylor import TOLERANCE, Run
from perilune.dynamics.trajectory import Arc, FoundEvent, Trajectory
from perilune.errors import InputError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Thrust:
    """An engine burning, with a thrust direction that turns at a constant rate in a plane.

    Attributes
    ----------
    force_n, isp_s : float
        Thrust and specific impulse.
    aim, lead : tuple of float
        Unit vectors, `icrf`, normal to each other: the thrust points along `aim` at `reference`
        and turns towards `lead`.
    reference : Epoch
    rate_rad_s : float
        Rate of that turn; 0 holds the attitude inertially.

    Model limits: constant thrust and specific impulse, no build-up and no tail-off.
    """

    force_n: float
    isp_s: float
    aim: tuple[float, float, float]
    lead: tuple[float, float, float]
    reference: Epoch
    rate_rad_s: float = 0.0

    def __post_init__(self) -> None:
        if not (self.force_n >= 0.0 and self.isp_s > 0.0):
            raise InputError(
                f"thrust {self.force_n} N, specific impulse {self.isp_s} s: expected >= 0 and > 0"
            )
        axes = np.array([self.aim, self.lead])
        if np.abs(axes @ axes.T - np.eye(2)).max() > 1e-9:
            raise InputError(
                f"aim {self.aim} and lead {self.lead}: expected unit vectors normal to each other"
            )

    def values(self, origin: Epoch) -> dict[str, float]:
        """Return the static parameters of a system with thrust."""
        return {
            "force_n": self.force_n,
            "flow_kg_s": float(mass_flow_kg_s(self.force_n, self.isp_s)),
            "rate_rad_s": self.rate_rad_s,
            "reference_s": float(self.reference - origin),
            **{f"aim_{i}": x for i, x in enumerate(self.aim)},
            **{f"lead_{i}": x for i, x in enumerate(self.lead)},
        }


def propagate(
    state: State,
    *,
    until: Epoch,
    forces: Forces,
    env: Environment,
    events: Sequence[Event] = (),
    thrust: Thrust | None = None,
    mass_kg: float | None = None,
    stm: bool = False,
    dense: bool = True,
    tolerance: float = TOLERANCE,
) -> Trajectory:
    """Integrate a state to an epoch, forwards or backwards, about its own center.

    Parameters
    ----------
    state : State
        A single state; any axes (it is turned to `icrf` first).
    until : Epoch
        Where to end, unless a terminal event comes first.
    forces : Forces
        Must hold the state's center among its point masses.
    env : Environment
    events : sequence of Event
        Found exactly, reported in `Trajectory.events`; terminal ones end the integration.
    thrust : Thrust, optional
        An engine that burns all the way; needs `mass_kg`.
    mass_kg : float, optional
    stm : bool
        Also integrate the state-transition matrix, left in `Trajectory.stm`.
    dense : bool
        Keep what `Trajectory.at` needs (events keep it anyway); without it only
        `Trajectory.final` is known.
    tolerance : float
        Relative error per step. The default is the rounding of a float64; 1e-10 is good for
        derivatives and seeds, at half the time.

    Returns
    -------
    Trajectory
        Its `status` says how it ended; a numerical failure is a status, never an exception.

    Raises
    ------
    DataRangeError
        Where the span leaves the ephemeris or the orientation tables.
    InputError
        Where the center does not attract, or thrust comes without mass.
    """
    if state.epoch.shape != ():
        raise InputError("propagate takes one state: use propagate_many for arrays")
    if not isinstance(until, Epoch) or until.shape != ():
        raise InputError(f"until is {until!r}: expected a single Epoch")
    if not 1e-16 <= tolerance <= 1e-3:
        raise InputError(f"tolerance is {tolerance!r}: expected 1e-16 to 1e-3")
    if thrust is not None and not (mass_kg is not None and mass_kg > 0.0):
        raise InputError(f"thrust needs a mass: found mass_kg = {mass_kg}, expected > 0")
    origin, events = state.epoch, tuple(events)
    if state.axes != "icrf":
        state = state.to(axes="icrf", env=env)
    values = static_values(state.center, forces, env, events)
    vector = np.concatenate([state.r_km, state.v_km_s])
    if thrust is not None:
        values.update(thrust.values(origin))
        vector = np.append(vector, float(mass_kg or 0.0))
    wanted = Wanted(state.center, forces, thrust is not None, stm, events, tolerance)
    with borrow(wanted, env) as engine:
        static = engine.system.static(values)
        run = engine.run(
            vector, origin, float(until - origin), static, env, dense=dense or bool(events)
        )
    arc = Arc(state.center, origin, run, has_mass=thrust is not None, coast=thrust is None)
    found = _found(arc, events) if run.hits or run.stopped_by is not None else ()
    return Trajectory((arc,), env, status=_status(run, events), events=found, stm=run.stm)


def _status(run: Run, events: tuple[Event, ...]) -> str:
    if run.failed:
        return "failed"
    if run.stopped_by is None:
        return "completed"
    return "impact" if events[run.stopped_by].label == "impact" else "stopped"


def _found(arc: Arc, events: tuple[Event, ...]) -> list[FoundEvent]:
    hits = [*arc.run.hits]
    if arc.run.stopped_by is not None:
        hits.append((arc.run.stopped_by, arc.run.stop_s))
    hits.sort(key=lambda hit: abs(hit[1]))
    found = []
    for number, seconds in hits:
        epoch = arc.origin + seconds
        known = arc.vectors(np.array([seconds]))[0, :6] if arc.run.coefficients else None
        vector = arc.run.vector[:6] if known is None else known
        state = State.from_vector(vector, epoch=epoch, center=arc.center)
        found.append(FoundEvent(events[number].label, epoch, state))
    return found
