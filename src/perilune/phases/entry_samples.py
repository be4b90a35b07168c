"""What an entry does to a capsule: loads, heating and path, sampled, and their peaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import EARTH_RADIUS_KM, STANDARD_GRAVITY_M_S2
from perilune.phases.entry_engine import SPIN_RAD_S
from perilune.phases.entry_flight import EntryFlight, geodetic

Array = NDArray[np.float64]

SUTTON_GRAVES = 1.7415e-4
"""Stagnation-point convection in air, kg^0.5/m (Sutton & Graves 1971, NASA TR R-376)."""


@dataclass(frozen=True, eq=False)
class EntrySamples:
    """An entry at instants, arrays of shape (n,).

    Attributes
    ----------
    time_s : ndarray
        After the start.
    height_km, latitude_deg, longitude_deg : ndarray
        Geodetic.
    speed_km_s, path_angle_deg : ndarray
        Relative to the air; the angle is over the local horizontal, negative downwards.
    density_kg_m3, load_g, flux_w_m2 : ndarray
        Load of drag and lift in standard gravities; convective stagnation-point heat flux
        (Sutton-Graves).
    bank_deg : ndarray
    downrange_km : ndarray
        Along the ground (a sphere of the equatorial radius) from below the first sample.

    Model limits: no radiative heating, which at 11 km/s adds some tens of percent on large noses;
    under the parachute the load is that of the capsule's own drag.
    """

    time_s: Array
    height_km: Array
    latitude_deg: Array
    longitude_deg: Array
    speed_km_s: Array
    path_angle_deg: Array
    density_kg_m3: Array
    load_g: Array
    flux_w_m2: Array
    bank_deg: Array
    downrange_km: Array


@dataclass(frozen=True)
class Peaks:
    """The extremes of an entry before its parachute opens.

    Attributes
    ----------
    load_g, load_s, load_km : float
        Peak load, when and at which height.
    flux_mw_m2, flux_s, flux_km : float
        Peak stagnation-point heat flux.
    heat_mj_m2 : float
        Its integral.
    """

    load_g: float
    load_s: float
    load_km: float
    flux_mw_m2: float
    flux_s: float
    flux_km: float
    heat_mj_m2: float


def sample(
    flight: EntryFlight, seconds: Array | None = None, *, step_s: float = 1.0
) -> EntrySamples:
    """Return an entry at instants (default: every `step_s` from start to end)."""
    if seconds is None:
        seconds = np.append(np.arange(0.0, flight.stop_s, step_s), flight.stop_s)
    y = flight.arc.vectors(seconds)
    r, v = y[:, :3], y[:, 3:]
    lat, lon, height = geodetic(r, seconds)
    wind = v - SPIN_RAD_S * np.stack([-r[:, 1], r[:, 0], np.zeros(len(r))], axis=-1)
    speed = np.linalg.norm(wind, axis=-1)
    out = r / np.linalg.norm(r, axis=-1, keepdims=True)
    climb = np.sum(wind * out, axis=-1) / np.maximum(speed, 1e-12)
    density = flight.scene.table.density_kg_m3(height, out @ flight.scene.axis)
    return EntrySamples(
        seconds,
        height,
        lat,
        lon,
        speed,
        np.degrees(np.arcsin(np.clip(climb, -1.0, 1.0))),
        density,
        _load_g(flight, density, speed),
        _flux_w_m2(flight, density, speed),
        _banks_deg(flight, seconds),
        _downrange_km(lat, lon),
    )


def peaks(flight: EntryFlight) -> Peaks:
    """Return peak load and heating, and the heat load, before the parachute opens.

    Sampled five times a second; a parabola through the highest samples gives the peaks.
    """
    end = flight.stop_s if np.isnan(flight.opened_s) else flight.opened_s
    seconds = np.linspace(0.0, end, max(int(5.0 * min(end, 4000.0)), 16))
    s = sample(flight, seconds)
    load, load_s = _top(seconds, s.load_g)
    flux, flux_s = _top(seconds, s.flux_w_m2)
    heat = float(np.trapezoid(s.flux_w_m2, seconds))
    load_km, flux_km = np.interp([load_s, flux_s], seconds, s.height_km)
    return Peaks(load, load_s, float(load_km), 1e-6 * flux, flux_s, float(flux_km), 1e-6 * heat)


def ground_distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return the distance between two places along a sphere of the equatorial radius, km."""
    return float(_downrange_km(np.array([lat1, lat2]), np.array([lon1, lon2]))[1])


def _load_g(flight: EntryFlight, density: Array, speed: Array) -> Array:
    capsule = flight.capsule
    drag = 0.5e6 * density * speed**2 / capsule.ballistic_kg_m2
    return np.asarray(drag * np.hypot(1.0, capsule.lift_to_drag) / STANDARD_GRAVITY_M_S2)


def _flux_w_m2(flight: EntryFlight, density: Array, speed: Array) -> Array:
    nose = flight.capsule.nose_radius_m
    return np.asarray(SUTTON_GRAVES * np.sqrt(density / nose) * (1e3 * speed) ** 3)


def _banks_deg(flight: EntryFlight, seconds: Array) -> Array:
    begins = np.array([roll.begins_s for roll in flight.rolls])
    banks, rates = np.array([(roll.bank_rad, roll.rate_rad_s) for roll in flight.rolls]).T
    i = np.clip(np.searchsorted(begins, seconds, side="right") - 1, 0, len(begins) - 1)
    return np.asarray(np.degrees(banks[i] + rates[i] * (seconds - begins[i])))


def _downrange_km(latitude_deg: Array, longitude_deg: Array) -> Array:
    lat, lon = np.radians(latitude_deg), np.radians(longitude_deg)
    half = np.sin(0.5 * (lat - lat[0])) ** 2
    half += np.cos(lat) * np.cos(lat[0]) * np.sin(0.5 * (lon - lon[0])) ** 2
    return np.asarray(2.0 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))))


def _top(x: Array, y: Array) -> tuple[float, float]:
    """Return the highest value and where, by a parabola through three samples."""
    i = int(np.clip(np.argmax(y), 1, len(y) - 2))
    below, here, above = y[i - 1 : i + 2]
    bend = below - 2.0 * here + above
    if bend >= 0.0:
        i = int(np.argmax(y))
        return float(y[i]), float(x[i])
    shift = 0.5 * (below - above) / bend
    return float(here - 0.25 * (below - above) * shift), float(x[i] + shift * (x[1] - x[0]))
