"""When a station passes beside a place on the ground, and how far aside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.environment import Environment
from perilune.astro.epoch import DAY, Epoch
from perilune.astro.geometry import SurfacePoint
from perilune.astro.orientation import ERA_RATE, rotation_about
from perilune.errors import InputError, ModelError
from perilune.stations.mean_orbit import Track, normals

Array = NDArray[np.float64]

MEAN_RADIUS_KM = 6371.0
"""Of the sphere that distances beside the ground track are measured on."""

_STEP_S = 180.0  # 12 degrees of the way, which passes straight by a place to a second
_SPAN_S = 100.0 * DAY  # worked on at once, for the sake of memory
_LONGEST_D = 4000.0
_MARGIN_KM = 250.0
_BESIDE = np.radians(25.0)


@dataclass(frozen=True)
class Overflight:
    """A pass of a station beside a place.

    Attributes
    ----------
    epoch : Epoch
        When the place is straight across the way.
    cross_track_km : float
        Along the ground, positive where the place lies to the left.
    ascending : bool
        Whether the station goes north.
    """

    epoch: Epoch
    cross_track_km: float
    ascending: bool


def overflights(
    track: Track,
    point: SurfacePoint,
    start: Epoch,
    stop: Epoch,
    env: Environment,
    *,
    cross_range_km: float,
    lag_s: float = 0.0,
) -> list[Overflight]:
    """Return the passes of a station within some distance of a place, by time.

    Parameters
    ----------
    track : Track
    point : SurfacePoint
        On the Earth.
    start, stop : Epoch
    env : Environment
    cross_range_km : float
        The largest distance.
    lag_s : float
        The place is taken where it will be that much later: for what leaves the station and comes
        down behind it in the same plane.

    Raises
    ------
    InputError
        Where the distance is not positive, or the span not above 0 and up to 4,000 days;
        ModelError where the place is not on the Earth.
    """
    if not cross_range_km > 0.0:
        raise InputError(f"found {cross_range_km:g}, expected above 0", key="cross_range_km")
    span = float(stop - start)
    if not 0.0 < span <= _LONGEST_D * DAY:
        raise InputError(
            f"found a span of {span / DAY:g} d, expected above 0 and up to {_LONGEST_D:g}"
        )
    if point.body != "earth":
        raise ModelError(f"found a place on the {point.body}, expected one on the earth")
    found: list[Overflight] = []
    for begin in np.arange(0.0, span, _SPAN_S):
        end = min(begin + _SPAN_S, span)
        times = np.arange(begin, end + _STEP_S, _STEP_S)
        normal = _normals(track, start, times, env)
        place = _directions(start, times, point, env, lag_s)
        reach = (cross_range_km + _MARGIN_KM) / MEAN_RADIUS_KM
        rows = np.flatnonzero(np.abs(np.sum(normal * place, axis=-1)) < np.sin(reach))
        rough = _rough(track, start, times, rows, place, env)
        found += _refined(track, start + rough[rough < end], point, env, cross_range_km, lag_s)
    return found


def _normals(track: Track, start: Epoch, times: Array, env: Environment) -> Array:
    """Return the normal of the plane at times after `start`, from four samples a day."""
    nodes = np.arange(times[0], times[-1] + 0.25 * DAY, 0.25 * DAY)
    sampled = normals(track, start + nodes, env)
    return np.stack([np.interp(times, nodes, sampled[:, axis]) for axis in range(3)], axis=-1)


def _directions(
    start: Epoch, times: Array, point: SurfacePoint, env: Environment, lag_s: float
) -> Array:
    """Return the direction of a place in `icrf` at times after `start`, within an arcminute."""
    middle = 0.5 * (times[0] + times[-1])
    matrix = env.earth.itrf_matrix(start + middle)
    turned = rotation_about(3, ERA_RATE * (times + lag_s - middle))
    return np.asarray(np.einsum("ji,...kj,k->...i", matrix, turned, _up(point)))


def _rough(
    track: Track, start: Epoch, times: Array, rows: NDArray[np.intp], place: Array, env: Environment
) -> Array:
    """Return about when the station passes, s after `start`.

    `rows` are the times at which its plane is close to the place; only there is it asked where
    along its orbit the station is.
    """
    if len(rows) < 2:
        return np.zeros(0)
    ahead = _ahead(track, start + times[rows], env, place[rows])[0]
    beside = np.abs(ahead) < _BESIDE
    together = (np.diff(rows) == 1) & beside[1:] & beside[:-1]
    first = np.flatnonzero(together & (ahead[:-1] > 0.0) & (ahead[1:] <= 0.0))
    part = ahead[first] / (ahead[first] - ahead[first + 1])
    return np.asarray(times[rows[first]] + part * _STEP_S)


def _refined(
    track: Track,
    passes: Epoch,
    point: SurfacePoint,
    env: Environment,
    cross_range_km: float,
    lag_s: float,
) -> list[Overflight]:
    """Return the passes that come close enough, with the Earth as it is turned."""
    if not len(passes):
        return []
    place = np.einsum("...ji,j->...i", env.earth.itrf_matrix(passes + lag_s), _up(point))
    ahead, sine, north, rate = _ahead(track, passes, env, place)
    aside_km = np.arcsin(sine) * MEAN_RADIUS_KM
    exact = passes + ahead / rate
    return [
        Overflight(exact[i], float(aside_km[i]), bool(north[i]))
        for i in np.flatnonzero(np.abs(aside_km) <= cross_range_km)
    ]


def _ahead(
    track: Track, epochs: Epoch, env: Environment, place: Array
) -> tuple[Array, Array, NDArray[np.bool_], Array]:
    """Return how far ahead along the orbit places lie (rad), and the sine of how far aside.

    And whether the station goes north, and its rate (rad/s).
    """
    state = track.at(epochs, env)
    r, v = state.r_km, state.v_km_s
    distance = np.linalg.norm(r, axis=-1, keepdims=True)
    normal = np.cross(r, v)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    up = r / distance
    forward = np.cross(normal, up)
    ahead = np.arctan2(np.sum(place * forward, axis=-1), np.sum(place * up, axis=-1))
    rate = np.sum(v * forward, axis=-1) / distance[..., 0]
    return ahead, np.sum(place * normal, axis=-1), v[..., 2] > 0.0, rate


def _up(point: SurfacePoint) -> Array:
    """Return the geocentric direction of a place in `itrf`."""
    fixed = point.fixed_km()
    return np.asarray(fixed / np.linalg.norm(fixed))
