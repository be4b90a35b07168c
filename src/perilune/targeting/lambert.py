"""Lambert's problem: the conic between two positions in a given time, less than one revolution.

Universal variables with bisection (Bate, Mueller & White 1971, section 5.3; Vallado 4th ed.,
algorithm 58): slower than Izzo's method and never astray, which is what a seed needs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from perilune.errors import InputError

Array = NDArray[np.float64]


def lambert(
    r1_km: Array, r2_km: Array, time_s: float, gm_km3_s2: float, *, normal: Array | None = None
) -> tuple[Array, Array]:
    """Return the velocities (km/s) at both ends.

    Parameters
    ----------
    r1_km, r2_km : ndarray, shape (3,)
    time_s : float
        Positive.
    normal : ndarray, shape (3,), optional
        The orbit turns counterclockwise about it; default: the transfer angle is below pi.

    Raises
    ------
    InputError
        Where the positions are in line with the center, which leaves the plane open.

    Model limits: no complete revolutions.
    """
    r1, r2 = float(np.linalg.norm(r1_km)), float(np.linalg.norm(r2_km))
    cosine = float(np.dot(r1_km, r2_km)) / (r1 * r2)
    way = 1.0 if normal is None or np.dot(np.cross(r1_km, r2_km), normal) >= 0.0 else -1.0
    a = way * np.sqrt(r1 * r2 * (1.0 + cosine))
    if abs(a) < 1e-9 * np.sqrt(r1 * r2):
        raise InputError("Lambert's problem: the positions lie in line with the center")
    low, high = -4.0 * np.pi * 100.0, 4.0 * np.pi**2
    for _ in range(200):
        psi = 0.5 * (low + high)
        y = _y(psi, r1, r2, a)
        if y < 0.0:
            low = psi
            continue
        c2, c3 = _stumpff(psi)
        chi = np.sqrt(y / c2)
        if (chi**3 * c3 + a * np.sqrt(y)) / np.sqrt(gm_km3_s2) < time_s:
            low = psi
        else:
            high = psi
    f, g, g_dot = 1.0 - y / r1, a * np.sqrt(y / gm_km3_s2), 1.0 - y / r2
    return (r2_km - f * r1_km) / g, (g_dot * r2_km - r1_km) / g


def _y(psi: float, r1: float, r2: float, a: float) -> float:
    c2, c3 = _stumpff(psi)
    return float(r1 + r2 + a * (psi * c3 - 1.0) / np.sqrt(c2))


def _stumpff(psi: float) -> tuple[float, float]:
    if psi > 1e-6:
        root = np.sqrt(psi)
        return float((1.0 - np.cos(root)) / psi), float((root - np.sin(root)) / root**3)
    if psi < -1e-6:
        root = np.sqrt(-psi)
        return float((1.0 - np.cosh(root)) / psi), float((np.sinh(root) - root) / root**3)
    return 0.5 - psi / 24.0, 1.0 / 6.0 - psi / 120.0
