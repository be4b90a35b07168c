"""Trajectories: arcs that evaluate at any instant, joined into one motion about several centers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.dynamics import told
from perilune.dynamics.taylor import Run
from perilune.errors import DataRangeError, InputError
from perilune.views.table import Table, Tabular

Array = NDArray[np.float64]


@dataclass(frozen=True)
class FoundEvent:
    """An event an integration met: its name, when, and the state there."""

    name: str
    epoch: Epoch
    state: State


@dataclass(frozen=True, eq=False)
class Arc:
    """One integration: Taylor polynomials over consecutive steps, about one center, `icrf` axes.

    Attributes
    ----------
    has_mass : bool
        An engine burns, and the mass is integrated too.
    coast : bool
        The forces of a model alone move it: no engine, no ground, no air.
    """

    center: str
    origin: Epoch
    run: Run
    has_mass: bool = False
    coast: bool = False

    @property
    def span_s(self) -> tuple[float, float]:
        """Earliest and latest instant, seconds from the origin."""
        stop = self.run.stop_s
        return (0.0, stop) if stop >= 0.0 else (stop, 0.0)

    @property
    def edges_s(self) -> Array:
        """Edges of the integration steps, ascending: dense where the motion is quick."""
        edges = self._steps[0]
        start, stop = self.span_s
        return np.unique(np.clip(edges, start, stop))

    @cached_property
    def _steps(self) -> tuple[Array, Array, Array]:
        """Edges (ascending), expansion points, coefficients (step, component, order + 1)."""
        if not self.run.coefficients:
            raise InputError("this trajectory was made without dense output: only its end is known")
        edges = np.array([0.0, *self.run.ends_s])
        points, coefficients = edges[:-1], np.array(self.run.coefficients)
        if edges[-1] < 0.0:
            return edges[::-1], points[::-1], coefficients[::-1]
        return edges, points, coefficients

    def vectors(self, seconds: Array) -> Array:
        """Return position and velocity (and mass) at seconds from the origin, shape (n, 6 or 7)."""
        edges, points, coefficients = self._steps
        step = np.clip(np.searchsorted(edges, seconds, side="right") - 1, 0, len(points) - 1)
        dt = (seconds - points[step])[:, None]
        chosen = coefficients[step]
        out = chosen[..., -1].copy()
        for k in range(chosen.shape[-1] - 2, -1, -1):
            out *= dt
            out += chosen[..., k]
        return out

    def states(self, seconds: Array) -> State:
        """Return the states at an array of seconds from the origin."""
        vectors = self.vectors(seconds)[:, :6]
        return State.from_vector(vectors, epoch=self.origin + seconds, center=self.center)

    def within_steps(self, fractions: Array) -> tuple[Array, Array, Array]:
        """Return instants and vectors at fractions (0 to 1) of each step, and the steps' lengths.

        Shapes (steps, k), (steps, k, 6 or 7) and (steps,); seconds from the origin.
        """
        edges, points, coefficients = self._steps
        edges = np.clip(edges, *self.span_s)
        lengths = np.diff(edges)
        seconds = edges[:-1, None] + lengths[:, None] * fractions
        dt = (seconds - points[:, None])[..., None]
        terms = np.moveaxis(coefficients, -1, 0)[:, :, None]
        out = np.repeat(terms[-1], len(fractions), axis=1)
        for term in terms[-2::-1]:
            out *= dt
            out += term
        return seconds, out, lengths

    def rates(self, seconds: Array) -> Array:
        """Return the time derivative of `vectors`, shape (n, 6 or 7)."""
        edges, points, coefficients = self._steps
        step = np.clip(np.searchsorted(edges, seconds, side="right") - 1, 0, len(points) - 1)
        dt = (seconds - points[step])[:, None]
        chosen = coefficients[step]
        out = np.zeros_like(chosen[..., 0])
        for k in range(chosen.shape[-1] - 1, 0, -1):
            out *= dt
            out += k * chosen[..., k]
        return out


class Trajectory(Tabular):
    """A motion in time: one arc or several end to end, each about its own center.

    As a table it is the states its integration passed through; for even steps make a table of
    `trajectory.at(epochs)`.

    Attributes
    ----------
    arcs : tuple of Arc
    status : str
        `completed`, `stopped` (by a terminal event), `impact`, or `failed` (the state became
        non-finite: it ran into a center of attraction).
    events : tuple of FoundEvent
    stm : ndarray or None
        Derivative of the final to the initial state of a single arc asked for it.
    """

    def __init__(
        self,
        arcs: Sequence[Arc],
        env: Environment,
        *,
        status: str = "completed",
        events: Sequence[FoundEvent] = (),
        stm: Array | None = None,
    ) -> None:
        self.arcs, self.env = tuple(arcs), env
        self.status, self.stm = status, stm
        self._events: Sequence[FoundEvent] = events

    @property
    def events(self) -> tuple[FoundEvent, ...]:
        """The events met, in order of time."""
        return tuple(self._events)

    @cached_property
    def start(self) -> Epoch:
        """The earliest instant."""
        return self.arcs[0].origin + self.arcs[0].span_s[0]

    @cached_property
    def stop(self) -> Epoch:
        """The latest instant."""
        return self.arcs[-1].origin + self.arcs[-1].span_s[1]

    @cached_property
    def duration_s(self) -> float:
        """Elapsed seconds from start to stop."""
        return float(self.stop - self.start)

    @property
    def final(self) -> State:
        """The state where the last integration ended, in the last arc's center."""
        arc = self.arcs[-1]
        return State.from_vector(
            arc.run.vector[:6], epoch=arc.origin + arc.run.stop_s, center=arc.center
        )

    @property
    def final_mass_kg(self) -> float:
        """The mass where the last integration ended."""
        arc = self.arcs[-1]
        if not arc.has_mass:
            raise InputError("this trajectory carries no mass")
        return float(arc.run.vector[6])

    def at(self, epoch: Epoch, *, center: str | None = None) -> State:
        """Return the state at an instant, or an array of them, in `icrf` axes.

        Parameters
        ----------
        epoch : Epoch
            Scalar or array; at a joint the later arc answers.
        center : str, optional
            Default: the arc's own center; where an array spans arcs about several centers, that
            of the first instant.

        Raises
        ------
        DataRangeError
            Where an instant is outside the trajectory.
        """
        if epoch.shape == ():
            arc = self.arcs[int(self._arc_numbers(epoch)[0])]
            vector = arc.vectors(np.atleast_1d(epoch - arc.origin))[0, :6]
            state = State.from_vector(vector, epoch=epoch, center=arc.center)
            return state if center is None else state.to(center=center, env=self.env)
        numbers = self._arc_numbers(epoch)
        center = center or self.arcs[int(numbers[0])].center
        out = np.empty((len(epoch), 6))
        for i in np.unique(numbers):
            arc, mine = self.arcs[int(i)], numbers == i
            when = epoch[mine]
            vectors = arc.vectors(when - arc.origin)[:, :6]
            state = State.from_vector(vectors, epoch=when, center=arc.center)
            out[mine] = state.to(center=center, env=self.env).vector
        return State.from_vector(out, epoch=epoch, center=center)

    def mass_kg(self, epoch: Epoch) -> Any:
        """Return the mass at an instant inside an arc that carries mass."""
        arc = self.arcs[int(self._arc_numbers(epoch)[0])]
        if not arc.has_mass:
            raise InputError("this trajectory carries no mass at that instant")
        return arc.vectors(np.atleast_1d(epoch - arc.origin))[0, 6]

    def _arc_numbers(self, epoch: Epoch) -> NDArray[np.int64]:
        since = np.atleast_1d(epoch - self.start)
        slack = 1e-6  # s: the end of one arc and the start of the next may differ by rounding
        bad = (since < -slack) | (since > self.duration_s + slack)
        if bad.any():
            found = epoch if epoch.shape == () else epoch[int(np.argmax(bad))]
            raise DataRangeError(
                "the trajectory", found.tdb_iso(3), self.start.tdb_iso(3), self.stop.tdb_iso(3)
            )
        starts = self._starts_s
        return np.clip(np.searchsorted(starts, since, side="right") - 1, 0, len(starts) - 1)

    @cached_property
    def _starts_s(self) -> Array:
        return np.array([float((arc.origin + arc.span_s[0]) - self.start) for arc in self.arcs])

    def until(self, epoch: Epoch) -> Trajectory:
        """Return the part before an epoch inside the last arc."""
        arc = self.arcs[-1]
        stop = float(epoch - arc.origin)
        run = replace(
            arc.run, stop_s=stop, vector=arc.vectors(np.array([stop]))[0], stopped_by=None
        )
        events = [event for event in self.events if event.epoch - epoch <= 0.0]
        return Trajectory((*self.arcs[:-1], replace(arc, run=run)), self.env, events=events)

    def __add__(self, later: Trajectory) -> Trajectory:
        """Join two trajectories end to end.

        Raises
        ------
        InputError
            Where the second does not start where the first ends (to a microsecond).
        """
        gap = float(later.start - self.stop)
        if abs(gap) > 1e-6:
            raise InputError(f"trajectories do not join: the second starts {gap:.6f} s off")
        return Trajectory(
            (*self.arcs, *later.arcs),
            self.env,
            status=later.status,
            events=(*self.events, *later.events),
        )

    @property
    def tables(self) -> dict[str, Table]:
        """The tables `states`, at the edges of every integration step, and `events`."""
        return {"states": told.states(self.arcs), "events": told.events(self.events)}

    def _repr_html_(self) -> str:
        return told.card(self)

    def __repr__(self) -> str:
        centers = " > ".join(dict.fromkeys(arc.center for arc in self.arcs))
        return f"<Trajectory {self.start!r} to {self.stop!r}, {centers}, {self.status}>"
