"""The scene of a flight: where every spacecraft is at any instant, for a page that moves them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro.epoch import Epoch
from perilune.astro.geometry import SurfacePoint, subpoint
from perilune.missions.flight import Flight
from perilune.report import scene_samples, words
from perilune.report.charts import COLORS
from perilune.report.scene_pieces import GROUND, Piece, pieces

Array = NDArray[np.float64]

_LANDED = ("touchdown", "landing", "impact")
_COLORS = tuple(color for color in COLORS if color not in ("#cf3f3a", "#8a78d8"))


@dataclass(frozen=True, eq=False)
class Sampled:
    """A table of a stretch: instants (s from the scene's start) and rows of `scene_samples`."""

    piece: Piece
    t_s: Array
    rows: Array


@dataclass(frozen=True, eq=False)
class Stay:
    """A spacecraft on a surface, from and until when (s from the scene's start)."""

    of: int
    point: SurfacePoint
    span_s: tuple[float, float]


@dataclass(frozen=True, eq=False)
class Scene:
    """What a page shows of a flight in space.

    Attributes
    ----------
    flight : Flight
    start : Epoch
        Of the first event or sample; instants are seconds from it.
    span_s : float
    tracks : tuple of Sampled
    stays : tuple of Stay
    """

    flight: Flight
    start: Epoch
    span_s: float
    tracks: tuple[Sampled, ...]
    stays: tuple[Stay, ...]

    @cached_property
    def events(self) -> list[dict[str, Any]]:
        """The events: what, when (`t`, s), where over which body (`fixed` to it, km)."""
        rows = []
        for event, when in zip(self.flight.events, _epochs(self.flight), strict=True):
            place = _point(event)
            rows.append(
                {
                    "name": event["name"],
                    "title": words.sentence(event["name"]),
                    "t": round(float(when - self.start), 1),
                    "utc": event["utc"],
                    "dv_m_s": event["dv_m_s"],
                    "body": event["body"],
                    "altitude_km": round(event["altitude_km"], 1),
                    "fixed": np.round(place.fixed_km(), 2).tolist(),
                    "longitude_deg": event["longitude_deg"],
                    "latitude_deg": event["latitude_deg"],
                }
            )
        return rows

    @property
    def site(self) -> str:
        """What the place is where a flight comes down."""
        crashed = any(event["name"] == "impact" for event in self.flight.events)
        return "place of impact" if crashed else "landing site"

    @property
    def has_earth(self) -> bool:
        """Whether something flies about the Earth."""
        return any(part.piece.center == "earth" for part in self.tracks)

    @cached_property
    def flown_groups(self) -> list[tuple[int, ...]]:
        """Who flies together, by numbers of the spacecraft, in the order of time."""
        tracks = sorted(self.tracks, key=lambda part: float(part.t_s[0]))
        return list(dict.fromkeys(part.piece.of for part in tracks))

    @cached_property
    def groups(self) -> list[tuple[int, ...]]:
        """Who flies or stands together."""
        return list(dict.fromkeys([*self.flown_groups, *((stay.of,) for stay in self.stays)]))

    def called(self, of: Sequence[int]) -> str:
        """Return the names of spacecraft that fly together."""
        names = self.flight.spacecraft
        if len(of) == len(names) > 1:
            return "all together"
        return words.sentence(" + ".join(names[number] for number in of))

    def color(self, of: tuple[int, ...]) -> str:
        """Return the color of a group; red is for burns."""
        return _COLORS[self.groups.index(of) % len(_COLORS)]


def flight_scene(flight: Flight) -> Scene | None:
    """Return the scene of a flight, None where nothing flew.

    Model limits: between samples motion is interpolated (see `scene_samples`); of waits of many
    hundred revolutions only the beginning and the end are kept.
    """
    found = pieces(flight)
    if not found:
        return None
    starts = [_start(piece) for piece in found] + _epochs(flight)
    stops = [flight.trajectory(name).stop for name in flight.spacecraft] + _epochs(flight)
    start = min(starts, key=lambda epoch: float(epoch - starts[0]))
    span = max(float(stop - start) for stop in stops)
    moving = [piece for piece in found if piece.kind != GROUND]
    turns = [scene_samples.turns_rad(piece) for piece in moving]
    step = scene_samples.step_rad(sum(turns))
    most = scene_samples.MOST // max(
        1, sum(turn > scene_samples.MOST * step / 20 for turn in turns)
    )
    tracks = tuple(
        Sampled(piece, float(_start(piece) - start) + times, rows)
        for piece in moving
        for times, rows in scene_samples.samples(piece, step, most)
    )
    return Scene(flight, start, span, tracks, tuple(_stays(flight, found, start, span)))


def _stays(flight: Flight, found: list[Piece], start: Epoch, span_s: float) -> Iterator[Stay]:
    """Yield the stays on a surface; what has landed stays to the end of the scene."""
    for number, name in enumerate(flight.spacecraft):
        own = [piece for piece in found if number in piece.of]
        last = max(own, key=lambda piece: float(_start(piece) - start))
        for piece in own:
            if piece.kind == GROUND:
                stop = span_s if piece is last else float(_stop(piece) - start)
                yield Stay(number, _below(piece, flight), (float(_start(piece) - start), stop))
        path = flight.trajectory(name)
        ended = float(path.stop - start)
        if last.kind != GROUND and _lands(flight, path.stop):
            yield Stay(number, _below(last, flight, at_end=True), (ended, max(span_s, ended)))


def _lands(flight: Flight, stop: Epoch) -> bool:
    """Say whether an event on a surface ends a flight."""
    return any(
        event["name"] in _LANDED and abs(float(when - stop)) < 1.0
        for event, when in zip(flight.events, _ends(flight), strict=True)
    )


def _below(piece: Piece, flight: Flight, *, at_end: bool = False) -> SurfacePoint:
    path = piece.trajectory(flight)
    state = path.at(path.stop if at_end else path.start)
    point = subpoint(state, flight.env)
    return SurfacePoint(
        piece.center, float(point.latitude_deg), float(point.longitude_deg),
        max(float(point.altitude_km), 0.0),
    )  # fmt: skip


def _start(piece: Piece) -> Epoch:
    return piece.arcs[0].origin + piece.arcs[0].span_s[0]


def _stop(piece: Piece) -> Epoch:
    return piece.arcs[-1].origin + piece.arcs[-1].span_s[1]


def _epochs(flight: Flight) -> list[Epoch]:
    return [Epoch.utc(event["utc"]) for event in flight.events]


def _ends(flight: Flight) -> list[Epoch]:
    return [Epoch.utc(event["end_utc"]) for event in flight.events]


def _point(event: dict[str, Any]) -> SurfacePoint:
    return SurfacePoint(
        event["body"], event["latitude_deg"], event["longitude_deg"], event["altitude_km"]
    )
