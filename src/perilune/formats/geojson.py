"""Ground tracks as GeoJSON (RFC 7946): lines cut at the date line, events as points.

Earth coordinates are WGS84 as the standard has it; lunar ones (a file of their own, which says so)
are planetocentric `moon_me` longitude and latitude, which maps of the Moon take.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro import geometry
from perilune.astro.environment import Environment
from perilune.dynamics.trajectory import Arc, Trajectory
from perilune.errors import UnknownName
from perilune.formats.files import write_json

Array = NDArray[np.float64]

_POINTS_A_STEP = 6
_AXES = {"earth": "WGS84, geodetic", "moon": "moon_me, sphere of 1737.4 km"}


def write_ground_track(
    path: str | os.PathLike[str],
    trajectory: Trajectory,
    *,
    name: str,
    body: str,
    env: Environment,
    events: Sequence[Mapping[str, Any]] = (),
) -> bool:
    """Write the ground track of the arcs about one body; returns whether there are any.

    Parameters
    ----------
    path : path
    trajectory : Trajectory
        Made with dense output.
    name : str
    body : {"earth", "moon"}
    env : Environment
    events : sequence of mapping
        As in the JSON of `fly`; those about the body become points.

    Raises
    ------
    UnknownName
        Where the body has no map here.
    InputError
        Where the file cannot be written.
    """
    if body not in _AXES:
        raise UnknownName("body with a ground track", body, _AXES)
    arcs = [arc for arc in trajectory.arcs if arc.center == body and arc.span_s[1] > arc.span_s[0]]
    features = [_line(arc, name, env) for arc in arcs]
    features += [_point(row, name) for row in events if row["body"] == body]
    if not arcs:
        return False
    document = {"type": "FeatureCollection", "name": f"{name}: ground track on the {body}",
                "body": body, "axes": _AXES[body], "features": features}  # fmt: skip
    write_json(path, document)
    return True


def _line(arc: Arc, name: str, env: Environment) -> dict[str, Any]:
    edges = arc.edges_s
    shares = np.linspace(0.0, 1.0, _POINTS_A_STEP, endpoint=False)
    inside = edges[:-1, None] + np.diff(edges)[:, None] * shares
    seconds = np.append(inside.ravel(), edges[-1])
    states = arc.states(seconds)
    epochs, below = states.epoch, geometry.subpoint(states, env)
    track = np.column_stack([below.longitude_deg, below.latitude_deg])
    return {
        "type": "Feature",
        "properties": {
            "spacecraft": name,
            "what": "burn" if arc.has_mass else "coast",
            "start_utc": epochs[0].utc_iso(0),
            "end_utc": epochs[-1].utc_iso(0),
            "lowest_km": round(float(np.min(below.altitude_km)), 1),
            "highest_km": round(float(np.max(below.altitude_km)), 1),
        },
        "geometry": {"type": "MultiLineString", "coordinates": cut_at_date_line(track)},
    }


def cut_at_date_line(track: Array) -> list[list[list[float]]]:
    """Return a track (longitude and latitude, deg, shape (n, 2)) in parts that end at 180 deg."""
    parts: list[list[list[float]]] = [[]]
    for k, (longitude, latitude) in enumerate(track.tolist()):
        if k and abs(longitude - track[k - 1, 0]) > 180.0:
            before, side = track[k - 1], np.sign(track[k - 1, 0])
            beyond = longitude + 360.0 * side
            share = (180.0 * side - before[0]) / (beyond - before[0]) if beyond != before[0] else 0
            crossing = float(before[1] + share * (latitude - before[1]))
            parts[-1].append(_place(180.0 * float(side), crossing))
            parts.append([_place(-180.0 * float(side), crossing)])
        parts[-1].append(_place(longitude, latitude))
    return parts


def _point(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    place = _place(row["longitude_deg"], row["latitude_deg"])
    keys = ("name", "utc", "end_utc", "dv_m_s", "altitude_km")
    return {
        "type": "Feature",
        "properties": {"spacecraft": name, **{key: row[key] for key in keys}},
        "geometry": {"type": "Point", "coordinates": place},
    }


def _place(longitude_deg: float, latitude_deg: float) -> list[float]:
    return [round(longitude_deg, 5), round(latitude_deg, 5)]
