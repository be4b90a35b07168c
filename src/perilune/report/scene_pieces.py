"""The stretches a scene is made of: who flies each, about what, and how.

Spacecraft that fly together share one stretch, and arcs of one kind that follow each other are one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from perilune.dynamics.trajectory import Arc, Trajectory
from perilune.missions.flight import Flight

COAST, BURN, AIR, GROUND = "coast", "burn", "air", "ground"
_ROUNDED_S = 1e-3
_SAME_KM = 1e-6


@dataclass(frozen=True, eq=False)
class Piece:
    """A stretch of flight.

    Attributes
    ----------
    of : tuple of int
        Numbers of the spacecraft that fly it.
    center : str
    kind : str
        `coast`, `burn`, `air` (through the atmosphere) or `ground` (on the surface).
    arcs : tuple of Arc
        End to end.
    """

    of: tuple[int, ...]
    center: str
    kind: str
    arcs: tuple[Arc, ...]

    def trajectory(self, flight: Flight) -> Trajectory:
        """Return the motion of this stretch alone."""
        return Trajectory(self.arcs, flight.env)


def pieces(flight: Flight) -> list[Piece]:
    """Return the stretches of a flight, those of one spacecraft after the other, none twice."""
    arcs: dict[tuple[object, ...], Arc] = {}
    owners: dict[tuple[object, ...], list[int]] = {}
    orders: list[list[tuple[object, ...]]] = []
    for number, name in enumerate(flight.spacecraft):
        orders.append([])
        for arc in flight.trajectory(name).arcs:
            if arc.span_s[1] - arc.span_s[0] > _ROUNDED_S:
                key = _identity(arc)
                arcs.setdefault(key, arc)
                owners.setdefault(key, []).append(number)
                orders[-1].append(key)
    found: list[Piece] = []
    drawn: set[tuple[object, ...]] = set()
    for order in orders:
        own = [key for key in order if key not in drawn]
        drawn.update(own)
        found += _joined(
            [Piece(tuple(owners[k]), arcs[k].center, _kind(arcs[k]), (arcs[k],)) for k in own]
        )
    return found


def _joined(parts: Sequence[Piece]) -> Iterator[Piece]:
    """Yield the parts, with those that go on alike as one."""
    last: Piece | None = None
    for part in parts:
        if last is not None and _goes_on(last, part):
            last = replace(last, arcs=last.arcs + part.arcs)
            continue
        if last is not None:
            yield last
        last = part
    if last is not None:
        yield last


def _goes_on(last: Piece, part: Piece) -> bool:
    before, after = last.arcs[-1], part.arcs[0]
    gap = float((after.origin + after.span_s[0]) - (before.origin + before.span_s[1]))
    alike = (last.of, last.center, last.kind) == (part.of, part.center, part.kind)
    return alike and abs(gap) < _ROUNDED_S


def _identity(arc: Arc) -> tuple[object, ...]:
    """Return what two spacecraft on one way have in common: span, center and place at the start.

    The arcs themselves may be copies, cut alike.
    """
    start, stop = arc.span_s
    place = np.round(arc.vectors(np.array([start]))[0, :3] / _SAME_KM)
    return (
        arc.center,
        *(round(float(part), 3) for part in (arc.origin + start).parts_s),
        round(stop - start, 3),
        arc.has_mass,
        *place.tolist(),
    )


def _kind(arc: Arc) -> str:
    if arc.has_mass:
        return BURN
    if arc.coast:
        return COAST
    return GROUND if arc.center == "moon" else AIR
