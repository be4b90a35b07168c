"""When a site on the Moon lies in an orbit plane, and the plane by its elements."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from perilune.astro.environment import Environment
from perilune.astro.epoch import Epoch
from perilune.astro.geometry import SurfacePoint

Array = NDArray[np.float64]

_MONTH_S = 2360591.5  # sidereal: the site meets a plane twice in it


def plane_normal(
    inclination_deg: float, node_longitude_deg: float, epoch: Epoch, env: Environment
) -> Array:
    """Return the `icrf` normal of an orbit plane.

    Parameters
    ----------
    inclination_deg : float
        To the lunar equator (`moon_me` pole of the instant).
    node_longitude_deg : float
        Selenographic longitude, at the instant, of the ascending node.
    epoch : Epoch
    env : Environment
    """
    i, node = np.radians([inclination_deg, node_longitude_deg])
    fixed = np.array([np.sin(node) * np.sin(i), -np.cos(node) * np.sin(i), np.cos(i)])
    return np.asarray(env.moon.me_from_icrf(epoch)[0].T @ fixed)


def plane_error_deg(site: SurfacePoint, normal: Array, epoch: Epoch, env: Environment) -> Array:
    """Return the angle of the site from a plane, positive on the normal's side; epoch: array."""
    up = site.state(epoch, env).r_km
    sine = up @ normal / (np.linalg.norm(up, axis=-1) * np.linalg.norm(normal))
    return np.asarray(np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0))))


def next_lift_off(
    site: SurfacePoint, normal: Array, after: Epoch, env: Environment, *, within_s: float = _MONTH_S
) -> tuple[Epoch, float]:
    """Return when a site next lies in a plane, or nearest to it, and how far off it is (deg)."""
    seconds = np.linspace(0.0, within_s, max(int(within_s / 3600.0), 48) + 1)
    angle = plane_error_deg(site, normal, after + seconds, env)
    crossings = np.flatnonzero(angle[:-1] * angle[1:] <= 0.0)
    if len(crossings):
        low, high = seconds[crossings[0]], seconds[crossings[0] + 1]
        start = angle[crossings[0]]
        for _ in range(40):
            middle = 0.5 * (low + high)
            now = float(plane_error_deg(site, normal, after + middle, env))
            low, high = (middle, high) if now * start > 0.0 else (low, middle)
        return after + 0.5 * (low + high), 0.0
    best = int(np.argmin(np.abs(angle)))
    low, high = seconds[max(best - 1, 0)], seconds[min(best + 1, len(seconds) - 1)]
    fine = np.linspace(low, high, 241)
    angles = np.abs(plane_error_deg(site, normal, after + fine, env))
    return after + float(fine[int(np.argmin(angles))]), float(np.min(angles))
