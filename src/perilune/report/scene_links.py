"""Who sees whom in a scene: spacecraft and landers, and the ground stations that talk to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.geometry import SurfacePoint
from perilune.astro.state import State
from perilune.catalog.book import catalog
from perilune.missions.contact import both, contact
from perilune.missions.contact_links import Site, above, clear, site_state
from perilune.missions.flight import Flight
from perilune.report.scene_pieces import COAST, Piece
from perilune.report.scene_sky import text

MASK_DEG = 5.0
"""Lowest elevation a station and a lander work at."""
DEFAULT_AGENCIES = ("cnsa", "roscosmos")
"""Whose deep-space stations are shown where a scenario names none."""
_APART_DEG = 15.0  # of longitude: of stations nearer together one stands for all
_LEAST_ANTENNA_M = 30.0
_FAR_KM = 50_000.0  # nearer to the Earth a spacecraft passes over a station within minutes
_RISE_STEP_S, _HIDDEN_STEP_S, _PASS_STEP_S = 3600.0, 900.0, 450.0
_SHORTEST_S = 3600.0
_EXACT_S = 90.0


def stations(flight: Flight) -> list[Site]:
    """Return the stations of a flight, or the deep-space stations of its partners."""
    if flight.ground_stations:
        return [Site(each.name, each.point, MASK_DEG) for each in flight.ground_stations]
    found: list[Site] = []
    for row in catalog().table("ground_stations").values():
        large = float(row.figures.get("antenna_m") or 0.0) >= _LEAST_ANTENNA_M
        point = row.point("earth")
        alone = all(_apart_deg(point, other.point) >= _APART_DEG for other in found)
        if row.figures.get("agency") in DEFAULT_AGENCIES and large and alone:
            found.append(Site(row.name, point, MASK_DEG))
    return found


def _apart_deg(first: SurfacePoint, second: SurfacePoint) -> float:
    return abs((first.longitude_deg - second.longitude_deg + 180.0) % 360.0 - 180.0)


def flown_links(
    piece: Piece, sites: Sequence[Site], flight: Flight, start: Epoch
) -> Iterator[dict[str, Any]]:
    """Yield when each station sees the spacecraft of a coast far from the Earth.

    Rows of `of` (spacecraft), `station` (its number) and `t` (rise and set, s from `start`).

    Model limits: those of `perilune.missions.contact_links`; behind the Moon is what the first
    station cannot see: for the others to some ten seconds.
    """
    path = piece.trajectory(flight)
    since = _far_from(path.start, path.stop, piece, flight)
    if since is None or float(path.stop - since) < _SHORTEST_S or not sites:
        return

    def place(when: Epoch) -> State:
        return path.at(when, center=piece.center)

    span = (since, path.stop)
    seen = contact(
        "", [clear(sites[0], place, flight.env)], *span, step_s=_HIDDEN_STEP_S, exact_s=_EXACT_S
    )
    for number, site in enumerate(sites):
        up = contact(
            "", [above(site, place, flight.env)], *span, step_s=_RISE_STEP_S, exact_s=_EXACT_S
        )
        yield _row(list(piece.of), number, since, both("", up, seen).intervals_s, start)


def ground_links(
    of: int,
    point: SurfacePoint,
    span: tuple[Epoch, Epoch],
    sites: Sequence[Site],
    env: Environment,
    start: Epoch,
) -> Iterator[dict[str, Any]]:
    """Yield when each station and a spacecraft that stands on the Moon see each other."""
    if point.body != "moon" or float(span[1] - span[0]) < _SHORTEST_S:
        return
    lander = Site("", point, MASK_DEG)
    faces = contact(
        "", [above(lander, _center, env)], *span, step_s=6.0 * _RISE_STEP_S, exact_s=_EXACT_S
    )
    if not len(faces.intervals_s):
        return
    moved = site_state(lander, env)
    for number, site in enumerate(sites):
        up = contact("", [above(site, moved, env)], *span, step_s=_RISE_STEP_S, exact_s=_EXACT_S)
        yield _row([of], number, span[0], both("", up, faces).intervals_s, start)


def relay_links(
    piece: Piece,
    point: SurfacePoint,
    span: tuple[Epoch, Epoch],
    flight: Flight,
    start: Epoch,
) -> Iterator[dict[str, Any]]:
    """Yield when what stands on the Moon has spacecraft that coast about it in view.

    A row of `of` (those spacecraft) and `t`, as of `flown_links`.
    """
    path = piece.trajectory(flight)
    low = max(float(span[0] - path.start), 0.0)
    high = min(float(span[1] - path.start), path.duration_s)
    if (piece.kind, piece.center, point.body) != (COAST, "moon", "moon"):
        return
    if high - low < _SHORTEST_S:
        return

    def place(when: Epoch) -> State:
        return path.at(when, center="moon")

    since = path.start + low
    seen = above(Site("", point, MASK_DEG), place, flight.env)
    passes = contact(
        "", [seen], since, path.start + high, step_s=_PASS_STEP_S, exact_s=_EXACT_S
    ).intervals_s
    times = np.asarray(passes).ravel() + float(since - start)
    if len(times):
        yield {"of": list(piece.of), "t": text(times, 0, fixed=True)}


def _center(when: Epoch) -> State:
    zeros = np.zeros((*when.shape, 3))
    return State(when, "earth", "icrf", zeros, zeros)


def _far_from(start: Epoch, stop: Epoch, piece: Piece, flight: Flight) -> Epoch | None:
    """Return from when on a coast is far from the Earth; None where it never is."""
    if piece.kind != COAST:
        return None
    if piece.center == "moon":
        return start
    count = 200
    when = start + np.linspace(0.0, float(stop - start), count)
    far = np.linalg.norm(piece.trajectory(flight).at(when).r_km, axis=1) > _FAR_KM
    if not far.any():
        return None
    return when[int(np.argmax(far))]


def _row(
    of: list[int], station: int, since: Epoch, intervals_s: Any, start: Epoch
) -> dict[str, Any]:
    times = np.asarray(intervals_s).ravel() + float(since - start)
    return {"of": of, "station": station, "t": text(times, 0, fixed=True)}
