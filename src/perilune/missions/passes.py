"""When an orbit's plane passes over a place on the Moon, and in what light."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro import blocks, frames, gravity
from perilune.astro.bodies import MOON_RADIUS_KM
from perilune.astro.environment import Environment
from perilune.astro.epoch import DAY, Epoch
from perilune.astro.geometry import SURFACE_AXES, SurfacePoint, body_elevation_deg
from perilune.dynamics.forces import from_itrf
from perilune.missions.scan import Landing, Station

Array = NDArray[np.float64]

MOON_RATE = 2.0 * np.pi / (27.321661 * DAY)
"""Mean rotation of the Moon, rad/s."""
_STAY_SAMPLES = 5
_TRIES = 9  # touchdowns tried while the site is within reach of the plane
_LONGEST_REACH_S = 3.0 * DAY


@dataclass(frozen=True, eq=False)
class Passes:
    """The pass chosen for each orbit, shape (n,); where none fits, the first there is.

    Attributes
    ----------
    epoch : Epoch
        Touchdown.
    distance_km : ndarray
        How far the site is from the orbit's plane then.
    in_time, lit, faces_earth, seen : ndarray of bool
        Within the wait; sun within its limits through the stay; Earth high enough; a station sees
        the Moon.
    sun_deg, earth_deg : ndarray
        Elevations at the site at touchdown.
    """

    epoch: Epoch
    distance_km: Array
    in_time: NDArray[np.bool_]
    lit: NDArray[np.bool_]
    faces_earth: NDArray[np.bool_]
    seen: NDArray[np.bool_]
    sun_deg: Array
    earth_deg: Array


def node_rate(inclination_rad: Array, radius_km: Array | float, gm: float) -> Array:
    """Return the drift of a lunar circular orbit's node from the Moon's J2, rad/s.

    Model limits: as `gravity.node_rate` (C22 and the Earth move the node of a low orbit by a tenth
    of this).
    """
    return gravity.node_rate("moon", inclination_rad, radius_km, gm)


@dataclass(frozen=True, eq=False)
class Crossings:
    """When each orbit's plane holds the site, shape (n, k): two a month, in order of time.

    Attributes
    ----------
    after_s : ndarray
        After arrival.
    distance_km : ndarray
        How far the site stays from the plane then: 0, but for orbits that do not reach its
        latitude.
    within_s : ndarray
        For how long before and after the site is no farther than the landing allows.
    """

    after_s: Array
    distance_km: Array
    within_s: Array


def crossings(
    normal: Array, arrival: Epoch, landing: Landing, radius_km: float, env: Environment
) -> Crossings:
    """Return the crossings of each orbit's plane over the site, until after the longest wait.

    Parameters
    ----------
    normal : ndarray, shape (n, 3)
        Of the orbit at arrival, unit, `icrf`.
    arrival : Epoch, shape (n,)

    Model limits: the Moon turns uniformly, the node drifts by J2 (see `node_rate`).
    """
    turned = frames.from_icrf(SURFACE_AXES["moon"], arrival, env)[0]
    h = np.einsum("nij,nj->ni", turned, normal)
    tilt = np.arctan2(np.hypot(h[:, 0], h[:, 1]), h[:, 2])
    node = np.arctan2(h[:, 0], -h[:, 1])
    drift = MOON_RATE - node_rate(tilt, radius_km, env.constants.gm("moon"))
    latitude = np.radians(landing.site.latitude_deg)
    longitude = np.radians(landing.site.longitude_deg)
    with np.errstate(divide="ignore"):
        sine = np.tan(latitude) / np.tan(tilt)
    along = np.arcsin(np.clip(sine, -1.0, 1.0))
    beyond = MOON_RADIUS_KM * np.maximum(abs(latitude) - np.minimum(tilt, np.pi - tilt), 0.0)
    # the plane sweeps over the site at the rate of the site's motion across the track
    across = np.sqrt(np.maximum(1.0 - (np.cos(tilt) / np.cos(latitude)) ** 2, 0.0))
    with np.errstate(divide="ignore"):
        reach = landing.within_km / MOON_RADIUS_KM / (drift * np.cos(latitude) * across)
    reach = np.where(beyond > 0.0, 0.0, np.minimum(reach, _LONGEST_REACH_S))
    month = 2.0 * np.pi / drift
    turns = np.arange(int(np.ceil(landing.wait_s[1] / (27.0 * DAY))) + 2) - 1
    times = []
    for offset in (along, np.pi - along):
        first = (node - (longitude - offset)) % (2.0 * np.pi) / drift
        times.append(first[:, None] + turns * month[:, None])
    after = np.sort(np.concatenate(times, axis=1), axis=1)
    shape = after.shape
    return Crossings(
        after,
        np.broadcast_to(beyond[:, None], shape),
        np.broadcast_to(reach[:, None], shape),
    )


def first_fit(
    normal: Array,
    arrival: Epoch,
    landing: Landing,
    stations: tuple[Station, ...],
    station_elevation_deg: float,
    radius_km: float,
    env: Environment,
) -> Passes:
    """Return for every orbit the first touchdown that meets all limits, or the first in time.

    Where there is none in time, the first crossing after the shortest wait. Parameters as of
    `crossings`.
    """
    found = crossings(normal, arrival, landing, radius_km, env)
    share = np.linspace(-1.0, 1.0, _TRIES)
    after = (found.after_s[..., None] + found.within_s[..., None] * share).reshape(len(normal), -1)
    off = np.abs(share) * np.where(found.within_s > 0.0, landing.within_km, 0.0)[..., None]
    distance = (found.distance_km[..., None] + off).reshape(after.shape)
    low, high = landing.wait_s
    in_time = (after >= low) & (after <= high) & (distance <= landing.within_km * (1.0 + 1e-9))
    # one more try each: the first crossing after the shortest wait, for what has none in time
    crossing = np.where(found.after_s >= low, found.after_s, np.inf).min(axis=1)
    after = np.concatenate([after, crossing[:, None]], axis=1)
    distance = np.concatenate([distance, found.distance_km[:, :1]], axis=1)
    in_time = np.concatenate([in_time, np.zeros((len(after), 1), dtype=bool)], axis=1)
    tried = in_time.copy()
    tried[:, -1] = True
    rows, columns = np.nonzero(tried)
    epoch = arrival[rows] + after[rows, columns]
    sun, lit = _light(landing, epoch, env)
    earth = np.asarray(body_elevation_deg(landing.site, "earth", epoch, env))
    least = landing.earth_elevation_deg
    faces = np.ones(len(rows), dtype=bool) if least is None else earth >= least
    seen = moon_in_view(stations, station_elevation_deg, epoch, env)
    fit = in_time[rows, columns] & lit & faces & seen
    # per orbit: fitting before merely in time before out of time, then the earliest
    rank = np.where(fit, 0, np.where(in_time[rows, columns], 1, 2))
    order = np.lexsort((after[rows, columns], rank, rows))
    chosen = order[np.searchsorted(rows[order], np.arange(len(normal)))]
    return Passes(
        epoch[chosen],
        distance[rows[chosen], columns[chosen]],
        in_time[rows[chosen], columns[chosen]],
        lit[chosen],
        faces[chosen],
        seen[chosen],
        sun[chosen],
        earth[chosen],
    )


def _light(landing: Landing, touchdown: Epoch, env: Environment) -> tuple[Array, NDArray[np.bool_]]:
    """Return the sun's elevation at touchdown, and whether it keeps its limits through the stay."""
    low, high = landing.sun_elevation_deg
    times = np.linspace(0.0, landing.stay_s, _STAY_SAMPLES if landing.stay_s else 1)
    elevations = [body_elevation_deg(landing.site, "sun", touchdown + t, env) for t in times]
    return elevations[0], np.all([(e >= low) & (e <= high) for e in elevations], axis=0)


def moon_in_view(
    stations: tuple[Station, ...], least_deg: float, epoch: Epoch, env: Environment
) -> NDArray[np.bool_]:
    """Say at each instant whether any of the stations has the Moon above an elevation."""
    if not stations:
        return np.ones(epoch.shape, dtype=bool)
    moon = env.ephemeris.state("moon", "earth", epoch)[0]
    seen = [elevation(station.point, moon, epoch, env) >= least_deg for station in stations]
    return np.asarray(np.any(seen, axis=0))


def elevation(point: SurfacePoint, target_km: Array, epoch: Epoch, env: Environment) -> Array:
    """Return the elevation of Earth-centered `icrf` positions over a place on Earth, deg."""
    angles = list(blocks.values(("earth_angles",), epoch, env).T)
    here = np.stack(from_itrf(np, angles, list(point.fixed_km())), axis=-1)
    up = np.stack(from_itrf(np, angles, list(point.vertical())), axis=-1)
    line = target_km - here
    sine = np.sum(line * up, axis=-1) / np.linalg.norm(line, axis=-1)
    return np.asarray(np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0))))
