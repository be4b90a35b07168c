"""A tabulated ephemeris as a file holds it: segments of states, and the motion between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.errors import DataRangeError, InputError
from perilune.formats.hermite import hermite, lagrange, windows
from perilune.views import html
from perilune.views.table import Table, Tabular

Array = NDArray[np.float64]

_SLACK_S = 2e-6  # an epoch written to the microsecond may lie this far from the one meant


@dataclass(frozen=True, eq=False)
class Segment:
    """States of one object about one center, between which it may be interpolated.

    Attributes
    ----------
    object_name, object_id : str
    ref_frame, time_system : str
        As the file spells them; `states` is in axes `icrf` with epochs in TDB whatever they are.
    states : State
        An array of states in order of time.
    interpolation : {"HERMITE", "LAGRANGE", "LINEAR"}
    degree : int
    useable : tuple of Epoch, or None
        Where the file allows interpolation; None: over all its states.
    comments : tuple of str
    """

    object_name: str
    object_id: str
    ref_frame: str
    time_system: str
    states: State
    interpolation: str = "HERMITE"
    degree: int = 7
    useable: tuple[Epoch, Epoch] | None = None
    comments: tuple[str, ...] = ()

    @property
    def epochs(self) -> Epoch:
        """The instants of the states."""
        return self.states.epoch

    @property
    def center(self) -> str:
        """The body positions are measured from."""
        return self.states.center

    @property
    def start(self) -> Epoch:
        """The first instant that can be interpolated."""
        return self.epochs[0] if self.useable is None else max(self.epochs[0], self.useable[0])

    @property
    def stop(self) -> Epoch:
        """The last instant that can be interpolated."""
        return self.epochs[-1] if self.useable is None else min(self.epochs[-1], self.useable[1])

    @cached_property
    def _nodes_s(self) -> Array:
        return np.asarray(self.epochs - self.epochs[0])

    def covers(self, epoch: Epoch) -> Any:
        """Say whether each instant lies in the segment (to two microseconds)."""
        return (epoch - self.start >= -_SLACK_S) & (epoch - self.stop <= _SLACK_S)

    def interpolate(self, epoch: Epoch) -> State:
        """Return the state at an instant or an array of them, by the method the file states.

        Hermite windows hold (degree + 1) / 2 nodes, Lagrange windows degree + 1, centered on the
        instant as far as the ends allow; a shorter segment is interpolated over all its nodes.

        Raises
        ------
        DataRangeError
            Where an instant is outside the segment.
        """
        inside = np.atleast_1d(self.covers(epoch))
        if not inside.all():
            found = epoch if epoch.shape == () else epoch[int(np.argmin(inside))]
            _refuse(found, "this segment", self.start, self.stop)
        t = np.atleast_1d(epoch - self.epochs[0])
        is_hermite = self.interpolation == "HERMITE"
        wanted = (self.degree + 1) // 2 if is_hermite else self.degree + 1
        members = windows(self._nodes_s, t, min(wanted, len(self.epochs)))
        method = hermite if is_hermite else lagrange
        vectors = method(self._nodes_s[members], self.states.vector[members], t[:, None])[:, 0]
        vector = vectors[0] if epoch.shape == () else vectors
        return State.from_vector(vector, epoch=epoch, center=self.center)

    def __repr__(self) -> str:
        return (
            f"<Segment of {self.object_name}: {len(self.states)} states, {self.states.frame}, "
            f"{self.start.utc_iso(0)} to {self.stop.utc_iso(0)}>"
        )


@dataclass(frozen=True, eq=False)
class Oem(Tabular):
    """A CCSDS Orbit Ephemeris Message; as a table it is its states.

    Attributes
    ----------
    version, originator, creation_date : str
    segments : tuple of Segment
        In the order of the file.
    comments : tuple of str
        Those of the header.
    """

    version: str
    originator: str
    creation_date: str
    segments: tuple[Segment, ...]
    comments: tuple[str, ...] = field(default=())

    @property
    def start(self) -> Epoch:
        """The earliest instant of any segment."""
        return min(segment.start for segment in self.segments)

    @property
    def stop(self) -> Epoch:
        """The latest instant of any segment."""
        return max(segment.stop for segment in self.segments)

    def segment_at(self, epoch: Epoch) -> Segment:
        """Return the segment that covers an instant; at a joint, the later one.

        Raises
        ------
        DataRangeError
            Where no segment does.
        """
        for segment in reversed(self.segments):
            if segment.covers(epoch):
                return segment
        _refuse(epoch, "this ephemeris (or in a gap between its segments)", self.start, self.stop)
        raise AssertionError  # pragma: no cover

    def interpolate(self, epoch: Epoch) -> State:
        """Return the state at an instant, or an array of them, about its segment's center.

        Raises
        ------
        DataRangeError
            Where no segment covers an instant.
        InputError
            Where an array spans segments about different centers.
        """
        if epoch.shape == ():
            return self.segment_at(epoch).interpolate(epoch)
        chosen = [self.segment_at(one) for one in epoch]
        centers = sorted({segment.center for segment in chosen})
        if len(centers) != 1:
            raise InputError(
                f"these instants span segments about {' and '.join(centers)}: "
                "interpolate each segment by itself"
            )
        out = np.empty((len(epoch), 6))
        for segment in dict.fromkeys(chosen):
            mine = np.array([one is segment for one in chosen])
            out[mine] = segment.interpolate(epoch[mine]).vector
        return State.from_vector(out, epoch=epoch, center=centers[0])

    @property
    def tables(self) -> dict[str, Table]:
        """The tables `states`, of all segments, and `segments`."""
        parts = [each.states.table().columns for each in self.segments]
        names = [np.full(len(each.states), each.object_name) for each in self.segments]
        columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        rows = [
            {
                "object": each.object_name,
                "start_utc": each.start.utc_iso(3),
                "end_utc": each.stop.utc_iso(3),
                "center": each.center,
                "ref_frame": each.ref_frame,
                "time_system": each.time_system,
                "states_n": len(each.states),
            }
            for each in self.segments
        ]
        states = Table("states", {"object": np.concatenate(names), **columns})
        return {"states": states, "segments": Table.of("segments", rows)}

    def _repr_html_(self) -> str:
        facts = {"written by": self.originator, "on": self.creation_date}
        segments = self.table("segments").columns
        return html.card("Orbit ephemeris (OEM)", facts=facts, tables=[("Segments", segments)])

    def __repr__(self) -> str:
        return f"<Oem by {self.originator}: {len(self.segments)} segments, {self.segments[0]!r}>"


def _refuse(epoch: Epoch, what: str, start: Epoch, stop: Epoch) -> None:
    raise DataRangeError(what, epoch.tdb_iso(6), start.tdb_iso(6), stop.tdb_iso(6))
