"""A scene as the JSON that a page's script moves: tables are texts of figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from perilune.missions.contact_links import Site
from perilune.report import scene_links, words
from perilune.report.scene import Sampled, Scene, Stay
from perilune.report.scene_sky import sky, text

_INNER_SHARE = 0.8  # of the time about the Moon that the first view of it shows
_SMALLEST_VIEW_KM = 3000.0


def scene_data(scene: Scene) -> dict[str, Any]:
    """Return the scene as plain data; tables are texts of figures."""
    sites = scene_links.stations(scene.flight)
    return {
        "start_utc": scene.start.utc_iso(3),
        "span_s": round(scene.span_s, 1),
        "has_earth": scene.has_earth,
        "first_s": round(min((float(part.t_s[0]) for part in scene.tracks), default=0.0), 1),
        "craft": [{"title": words.sentence(name)} for name in scene.flight.spacecraft],
        "groups": [
            {"title": scene.called(of), "color": scene.color(of)} for of in scene.groups
        ],
        "tracks": [
            {"group": scene.groups.index(part.piece.of), **_track(part)} for part in scene.tracks
        ],
        "stays": [
            {"group": scene.groups.index((part.of,)), **_stay(part)} for part in scene.stays
        ],
        "sites": list(_sites(scene)),
        "events": scene.events,
        "sky": sky(scene.start, scene.span_s, scene.flight.env),
        "stations": [
            {"title": words.sentence(site.name.replace("-", " ")),
             "fixed": np.round(site.point.fixed_km(), 1).tolist()}
            for site in sites
        ],
        "named": bool(scene.flight.ground_stations),
        "links": list(_links(scene, sites)),
        "relays": list(_relays(scene)),
        "view_km": _view_km(scene),
    }  # fmt: skip


def _sites(scene: Scene) -> Iterator[dict[str, Any]]:
    """Yield the places where something stands, each once."""
    seen: set[tuple[str, float, float]] = set()
    for stay in scene.stays:
        point = stay.point
        key = (point.body, round(point.latitude_deg, 2), round(point.longitude_deg, 2))
        if key not in seen:
            seen.add(key)
            fixed = np.round(point.fixed_km(), 2).tolist()
            yield {"title": scene.site, "body": point.body, "fixed": fixed}


def _links(scene: Scene, sites: Sequence[Site]) -> Iterator[dict[str, Any]]:
    for piece in dict.fromkeys(part.piece for part in scene.tracks):
        yield from scene_links.flown_links(piece, sites, scene.flight, scene.start)
    for stay in scene.stays:
        span = (scene.start + stay.span_s[0], scene.start + stay.span_s[1])
        yield from scene_links.ground_links(
            stay.of, stay.point, span, sites, scene.flight.env, scene.start
        )


def _relays(scene: Scene) -> Iterator[dict[str, Any]]:
    """Yield when each place on the Moon (`stays` in it) sees spacecraft in orbit."""
    places: dict[tuple[float, float], list[int]] = {}
    for number, stay in enumerate(scene.stays):
        point = stay.point
        key = (round(point.latitude_deg, 2), round(point.longitude_deg, 2))
        places.setdefault(key, []).append(number)
    for numbers in places.values():
        stays = [scene.stays[number] for number in numbers]
        first = scene.start + min(stay.span_s[0] for stay in stays)
        last = scene.start + max(stay.span_s[1] for stay in stays)
        for piece in dict.fromkeys(part.piece for part in scene.tracks):
            for row in scene_links.relay_links(
                piece, stays[0].point, (first, last), scene.flight, scene.start
            ):
                yield {"stays": numbers, **row}


def _view_km(scene: Scene) -> float:
    """Return how far from the Moon its first view reaches: most of the time spent about it."""
    far, weight = [np.zeros(0)], [np.zeros(0)]
    for part in scene.tracks:
        if part.piece.center == "moon":
            far.append(np.linalg.norm(part.rows[:-1, :3], axis=1))
            weight.append(np.diff(part.t_s))
    distance, time = np.concatenate(far), np.concatenate(weight)
    if not len(distance):
        return _SMALLEST_VIEW_KM
    order = np.argsort(distance)
    share = np.cumsum(time[order]) / np.sum(time)
    inner = distance[order][int(np.searchsorted(share, _INNER_SHARE))]
    return round(max(1.25 * float(inner), _SMALLEST_VIEW_KM), 0)


def _track(part: Sampled) -> dict[str, Any]:
    piece = part.piece
    return {
        "of": list(piece.of),
        "center": piece.center,
        "kind": piece.kind,
        "t": text(part.t_s, 2, fixed=True),
        "r": text(part.rows[:, :3], 7),
        "v": text(part.rows[:, 3:6], 6),
        "a": text(part.rows[:, 6:], 5),
    }


def _stay(stay: Stay) -> dict[str, Any]:
    return {
        "of": stay.of,
        "body": stay.point.body,
        "span": [round(t, 1) for t in stay.span_s],
        "fixed": np.round(stay.point.fixed_km(), 3).tolist(),
    }
