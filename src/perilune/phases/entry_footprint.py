"""Where entries with errors come down: Monte Carlo, and the ellipse about the landings."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import EARTH_RADIUS_KM
from perilune.astro.geometry import SurfacePoint
from perilune.errors import InputError
from perilune.phases.capsule import Capsule
from perilune.phases.entry_bank import Banks
from perilune.phases.entry_flight import EntryFlight, Scene
from perilune.phases.entry_guided import Guidance
from perilune.phases.entry_pilot import fly
from perilune.phases.entry_samples import peaks

Array = NDArray[np.float64]


@dataclass(frozen=True)
class EntryErrors:
    """Standard deviations of what an entry does not know; normal, independent.

    Attributes
    ----------
    path_angle_deg, azimuth_deg, speed_m_s : float
        At the start of the entry.
    density, drag, lift : float
        Fractions: the whole density profile, the drag coefficient, lift over drag.
    bank_deg : float
        A constant offset of all bank angles.

    The defaults are assumed: a path angle known as after a last correction, and a climatology's
    density.
    """

    path_angle_deg: float = 0.03
    azimuth_deg: float = 0.02
    speed_m_s: float = 1.0
    density: float = 0.08
    drag: float = 0.03
    lift: float = 0.05
    bank_deg: float = 1.5

    def __post_init__(self) -> None:
        if not all(np.isfinite(x) and x >= 0.0 for x in vars(self).values()):
            raise InputError(f"entry errors are {vars(self)}: expected numbers >= 0")


@dataclass(frozen=True, eq=False)
class Footprint:
    """Landings of entries with errors.

    Attributes
    ----------
    places_deg : ndarray, shape (n, 2)
        Latitude and longitude where the parachute opens; NaN for those that skip out.
    loads_g : ndarray, shape (n,)
        Peak loads.
    nominal_deg : (float, float)
        Where it opens without errors.
    center_deg : (float, float)
        Mean of those that came down.
    semi_axes_km : (float, float)
        Of the ellipse that holds `share` of a normal distribution with their covariance.
    heading_deg : float
        Of the long axis, from north through east, 0 to 180.
    share : float
    lost_n : int
        Entries that did not come down.
    """

    places_deg: Array
    loads_g: Array
    nominal_deg: tuple[float, float]
    center_deg: tuple[float, float]
    semi_axes_km: tuple[float, float]
    heading_deg: float
    share: float
    lost_n: int

    def within_km(self, site: SurfacePoint, share: float) -> float:
        """Return the radius about a site that holds a share of all entries (lost ones count)."""
        offsets = _offsets_km(self.places_deg, (site.latitude_deg, site.longitude_deg))
        distance = np.nan_to_num(np.linalg.norm(offsets, axis=-1), nan=np.inf)
        return float(np.quantile(distance, share, method="higher"))


def footprint(
    scene: Scene,
    capsule: Capsule,
    banks: Banks,
    *,
    errors: EntryErrors = EntryErrors(),
    samples: int = 200,
    seed: int = 1,
    share: float = 0.99,
    ceiling_km: float = 500.0,
) -> Footprint:
    """Fly an entry with random errors, its banks open loop.

    Model limits: density off by one factor at all heights; banks are not corrected on the way, so
    that a long skip scatters far more than a guided one.
    """
    if samples < 3:
        raise InputError(f"a footprint needs at least 3 samples, found {samples}")
    ways = np.random.default_rng(seed).standard_normal((samples, 7))
    nominal = fly(scene, capsule, banks, ceiling_km=ceiling_km)
    flights = [
        fly(
            _start(scene, errors, way),
            _craft(capsule, errors, way),
            _rolled(banks, errors.bank_deg * way[6]),
            ceiling_km=ceiling_km,
        )
        for way in ways
    ]
    loads = np.array([peaks(flight).load_g for flight in flights])
    places = np.array([_place(flight) for flight in flights])
    return _summary(places, loads, _place(nominal), share)


def guided_footprint(
    guidance: Guidance,
    *,
    errors: EntryErrors = EntryErrors(),
    samples: int = 50,
    seed: int = 1,
    share: float = 0.99,
) -> Footprint:
    """Fly an entry with random errors, its banks corrected on the way.

    Model limits: as `footprint` and `Guidance`; peak loads are not kept (NaN).
    """
    if samples < 3:
        raise InputError(f"a footprint needs at least 3 samples, found {samples}")
    ways = np.random.default_rng(seed).standard_normal((samples, 7))
    places = np.array([_place(_guided(guidance, errors, way)) for way in ways])
    nominal = _place(_guided(guidance, errors, np.zeros(7)))
    return _summary(places, np.full(samples, np.nan), nominal, share)


def _guided(guidance: Guidance, errors: EntryErrors, way: Array) -> EntryFlight:
    truth, capsule = disturbed(guidance.nominal, guidance.capsule, errors, way)
    return replace(guidance).fly(truth, capsule, errors.bank_deg * way[6])


def disturbed(
    scene: Scene, capsule: Capsule, errors: EntryErrors, way: Array
) -> tuple[Scene, Capsule]:
    """Return a scene and capsule off by so many standard deviations, shape (7,)."""
    return _start(scene, errors, way), _craft(capsule, errors, way)


def _start(scene: Scene, errors: EntryErrors, way: Array) -> Scene:
    r, v = scene.vector[:3], scene.vector[3:]
    up = r / np.linalg.norm(r)
    speed = float(np.linalg.norm(v))
    level = v - up * (v @ up)
    level /= np.linalg.norm(level)
    path = np.arcsin(v @ up / speed) + np.radians(errors.path_angle_deg * way[0])
    turn = np.radians(errors.azimuth_deg * way[1])
    level = np.cos(turn) * level + np.sin(turn) * np.cross(level, up)
    speed += 1e-3 * errors.speed_m_s * way[2]
    velocity = speed * (np.sin(path) * up + np.cos(path) * level)
    factor = max(1.0 + errors.density * way[3], 0.1)
    return scene.disturbed(np.concatenate([r, velocity]), factor)


def _craft(capsule: Capsule, errors: EntryErrors, way: Array) -> Capsule:
    drag = capsule.drag * max(1.0 + errors.drag * way[4], 0.1)
    lift = capsule.lift_to_drag * max(1.0 + errors.lift * way[5], 0.0)
    return replace(capsule, drag=drag, lift_to_drag=lift)


def _rolled(banks: Banks, offset_deg: float) -> Banks:
    return replace(banks, angles_deg=tuple(a + offset_deg for a in banks.angles_deg))


def _place(flight: EntryFlight) -> tuple[float, float]:
    lat, lon, _ = flight.end_place
    return (lat, lon) if flight.status == "parachute" else (np.nan, np.nan)


def _offsets_km(places_deg: Array, center_deg: tuple[float, float]) -> Array:
    """Return east and north offsets along the sphere (azimuthal equidistant), km."""
    lat, lon = np.radians(places_deg).T
    lat0, lon0 = np.radians(center_deg)
    east = np.cos(lat) * np.sin(lon - lon0)
    north = np.cos(lat0) * np.sin(lat) - np.sin(lat0) * np.cos(lat) * np.cos(lon - lon0)
    out = np.sin(lat0) * np.sin(lat) + np.cos(lat0) * np.cos(lat) * np.cos(lon - lon0)
    sine = np.hypot(east, north)
    scale = EARTH_RADIUS_KM * np.arctan2(sine, out) / np.maximum(sine, 1e-15)
    return np.stack([east * scale, north * scale], axis=-1)


def _summary(places: Array, loads: Array, nominal: tuple[float, float], share: float) -> Footprint:
    down = places[~np.isnan(places[:, 0])]
    lost = len(places) - len(down)
    if len(down) < 3:
        none = (np.nan, np.nan)
        return Footprint(places, loads, nominal, none, none, np.nan, share, lost)
    origin = (float(down[0, 0]), float(down[0, 1]))
    offsets = _offsets_km(down, origin)
    mean = offsets.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(offsets.T))
    reach = np.sqrt(-2.0 * np.log(1.0 - share))
    minor, major = reach * np.sqrt(np.maximum(values, 0.0))
    heading = float(np.degrees(np.arctan2(vectors[0, 1], vectors[1, 1]))) % 180.0
    center = _shifted(origin, mean)
    axes = (float(major), float(minor))
    return Footprint(places, loads, nominal, center, axes, heading, share, lost)


def _shifted(origin_deg: tuple[float, float], offset_km: Array) -> tuple[float, float]:
    """Return the place at an offset (the inverse of `_offsets_km`)."""
    lat0, lon0 = np.radians(origin_deg)
    angle = float(np.linalg.norm(offset_km)) / EARTH_RADIUS_KM
    azimuth = np.arctan2(offset_km[0], offset_km[1])
    sine = np.sin(lat0) * np.cos(angle) + np.cos(lat0) * np.sin(angle) * np.cos(azimuth)
    lat = np.arcsin(np.clip(sine, -1.0, 1.0))
    lon = lon0 + np.arctan2(
        np.sin(azimuth) * np.sin(angle) * np.cos(lat0), np.cos(angle) - np.sin(lat0) * np.sin(lat)
    )
    return float(np.degrees(lat)), float((np.degrees(lon) + 180.0) % 360.0 - 180.0)
