"""Density of the thermosphere where a station flies, from a table: a thousand orbits at a time.

The logarithm of NRLMSISE-00's density, fitted over latitude, local solar time and day of the year
(`builders/build_thermosphere.py`), on nodes of height, of the 81-day mean flux, of the day's excess
over it, and of Ap. Evaluating the model itself costs 2 microseconds a point, which a distribution
of ten thousand decays asks for a hundred million times.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.polynomial.legendre import legvander
from numpy.typing import NDArray

Array = NDArray[np.float64]

LOWEST_KM, HIGHEST_KM = 90.0, 1500.0
_HEIGHTS_N, _OFFSET_KM = 32, 50.0
_LEGENDRE, _HOURS, _YEAR = 6, 3, 2
_AP_SCALE = 30.0
_BLOCK = 100
EXCESS_LIMITS_SFU = (-80.0, 130.0)
"""Daily flux less its mean, as far as it is believed: beyond are radio bursts, not ultraviolet."""
_FLUX_LIMITS_SFU, _AP_HIGHEST = (60.0, 290.0), 200.0


def _chebyshev(low: float, high: float, count: int) -> Array:
    angles = np.pi * (2 * np.arange(count) + 1) / (2 * count)
    return np.asarray(0.5 * (low + high) + 0.5 * (high - low) * np.cos(angles))


def _bounded_ap(ap: Any) -> Any:
    """Return Ap on a scale that saturates, as the model's own response does."""
    return ap / (ap + _AP_SCALE)


FLUX_NODES = _chebyshev(*_FLUX_LIMITS_SFU, 5)
EXCESS_NODES = _chebyshev(*EXCESS_LIMITS_SFU, 4)
_AP_X = _chebyshev(0.0, _bounded_ap(_AP_HIGHEST), 4)
AP_NODES = _AP_SCALE * _AP_X / (1.0 - _AP_X)


def heights_km() -> Array:
    """Return the heights of the table: closer where the density falls faster."""
    low, high = np.log(LOWEST_KM - _OFFSET_KM), np.log(HIGHEST_KM - _OFFSET_KM)
    return np.asarray(np.exp(np.linspace(low, high, _HEIGHTS_N)) + _OFFSET_KM)


def functions(latitude: Array, local_hour: Array, day_of_year: Array) -> Array:
    """Return the functions of place and season the table is made of, shape (n, 245).

    `latitude` in rad, `day_of_year` from 0 at the start of the year (365.25 days).
    """
    polynomials = legvander(np.sin(latitude), _LEGENDRE)
    hours = _harmonics(2.0 * np.pi * local_hour / 24.0, _HOURS)
    year = _harmonics(2.0 * np.pi * day_of_year / 365.25, _YEAR)
    product = polynomials[:, :, None, None] * hours[:, None, :, None] * year[:, None, None, :]
    return np.asarray(product.reshape(len(polynomials), -1))


def _harmonics(angle: Array, count: int) -> Array:
    angle = np.asarray(angle)
    waves = [wave(k * angle) for k in range(1, count + 1) for wave in (np.cos, np.sin)]
    return np.stack([np.ones_like(angle), *waves], axis=-1)


def activity_weights(f107_sfu: Any, f107_mean_sfu: Any, ap: Any) -> Array:
    """Return the weights of the table's activity nodes, shape (n, nodes); arguments broadcast.

    Model limits: the flux is held to 60-290, its excess to -80..130 sfu, Ap to 200.
    """
    f107, mean, ap = np.broadcast_arrays(*(np.atleast_1d(a) for a in (f107_sfu, f107_mean_sfu, ap)))
    mean = np.clip(mean, *_FLUX_LIMITS_SFU)
    excess = np.clip(f107 - mean, *EXCESS_LIMITS_SFU)
    x = _bounded_ap(np.clip(ap, 0.0, _AP_HIGHEST))
    parts = _lagrange(FLUX_NODES, mean), _lagrange(EXCESS_NODES, excess), _lagrange(_AP_X, x)
    return np.asarray(np.einsum("si,sj,sk->sijk", *parts).reshape(len(mean), -1))


def _lagrange(nodes: Array, x: Array) -> Array:
    apart = nodes[:, None] - nodes[None, :]
    factors = (x[:, None, None] - nodes[None, None, :]) / (apart + np.eye(len(nodes)))
    factors[:, np.arange(len(nodes)), np.arange(len(nodes))] = 1.0
    return np.asarray(factors.prod(axis=-1))


@cache
def _table() -> tuple[Array, Array]:
    with (files("perilune.stations") / "data" / "thermosphere.npz").open("rb") as stream:
        data = np.load(stream)
        return data["shapes"].astype(float), data["weights"].astype(float)


@dataclass(frozen=True, eq=False)
class Ring:
    """Log-density over height at the points of one orbit on one day, for several activities.

    Attributes
    ----------
    values : ndarray, shape (activity, point, height)
        ln(kg/m3) on `heights_km()`, or on those of them from `first` on.
    first : int
    """

    values: Array
    first: int = 0

    def density_kg_m3(self, activity: NDArray[np.intp], height_km: Array) -> Array:
        """Return densities, kg/m3, shape (n, point).

        Parameters
        ----------
        activity : ndarray of int, shape (n,)
            Which activity each row flies through.
        height_km : ndarray, shape (n, point)
            Geodetic heights; cubic between the nodes, held to 90 km below, falling on above 1500.
        """
        low = np.log(LOWEST_KM - _OFFSET_KM)
        step = (np.log(HIGHEST_KM - _OFFSET_KM) - low) / (_HEIGHTS_N - 1)
        x = (np.log(np.maximum(height_km, LOWEST_KM) - _OFFSET_KM) - low) / step
        x = np.minimum(x, _HEIGHTS_N - 1.0)
        points, kept = self.values.shape[1:]
        k = np.clip(x.astype(np.intp), self.first + 1, self.first + kept - 3)
        u = x - k
        flat = (activity[:, None] * points + np.arange(points)) * kept + (k - self.first)
        values = self.values.ravel()
        log = u * (u - 1.0) * ((u + 1.0) * values[flat + 2] - (u - 2.0) * values[flat - 1]) / 6.0
        log += (u + 1.0) * (u - 2.0) * ((u - 1.0) * values[flat] - u * values[flat + 1]) / 2.0
        return np.asarray(np.exp(log))


def ring(
    latitude: Array,
    local_hour: Array,
    day_of_year: float,
    weights: Array,
    between_km: tuple[float, float] = (0.0, 1e4),
) -> Ring:
    """Return the density around an orbit.

    Parameters
    ----------
    latitude, local_hour : ndarray, shape (point,)
        Geodetic latitude (rad) and local mean solar time (h).
    day_of_year : float
        From 0.
    weights : ndarray, shape (activity, nodes)
        Of `activity_weights`.
    between_km : (float, float), optional
        Heights that will be asked for, to save work; outside them the density is extrapolated.

    Model limits: NRLMSISE-00 without its terms of universal time and longitude; around an orbit
    within 1 % (rms) of it to 220 km, 2 % to 700; a climatology, itself off by 10 to 20 %.
    """
    shapes, nodes = _table()
    place = functions(latitude, local_hour, np.full(len(latitude), day_of_year)) @ shapes
    first, stop = _window(*between_km)
    by_height = nodes.reshape(len(nodes), _HEIGHTS_N, -1)[:, first:stop].swapaxes(0, 1)
    if len(weights) < len(latitude):
        few = (place @ (by_height @ weights.T)).transpose(2, 1, 0)
        return Ring(np.ascontiguousarray(few), first)
    around = place @ by_height  # a height at a time: products too small for threads, which jam
    blocks = [
        (around @ weights[i : i + _BLOCK].T).transpose(2, 1, 0)
        for i in range(0, len(weights), _BLOCK)
    ]
    return Ring(np.ascontiguousarray(np.concatenate(blocks)), first)


def _window(low_km: float, high_km: float) -> tuple[int, int]:
    """Return which nodes of height, from and to, cubics between two heights need (four or more)."""
    nodes = heights_km()
    first = int(np.clip(np.searchsorted(nodes, low_km) - 2, 0, _HEIGHTS_N - 4))
    return first, max(min(int(np.searchsorted(nodes, high_km)) + 2, _HEIGHTS_N), first + 4)
