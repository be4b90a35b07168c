"""Two-body formulas that seed a solve: never more than a first guess. Arrays broadcast."""

from __future__ import annotations

from typing import Any

import numpy as np

_HALVINGS = 48


def time_from_periapsis(periapsis_km: float, sma_inverse: Any, r_km: Any, gm: float) -> Any:
    """Return the time (s) from periapsis out to distance `r_km`, before the apoapsis.

    `sma_inverse` is 1/a (1/km): positive for an ellipse, negative for a hyperbola.
    """
    x, r = np.asarray(sma_inverse, dtype=float), np.asarray(r_km, dtype=float)
    e = 1.0 - periapsis_km * x
    parabola = np.abs(x) * r < 1e-9
    a = 1.0 / np.where(parabola, 1.0, np.abs(x))
    rate = np.sqrt(gm / a**3)
    inward, outward = (1.0 - r / a) / e, (1.0 + r / a) / e
    ellipse = np.arccos(np.clip(inward, -1.0, 1.0))
    hyperbola = np.arccosh(np.maximum(outward, 1.0))
    kepler = np.where(x > 0.0, ellipse - e * np.sin(ellipse), e * np.sinh(hyperbola) - hyperbola)
    d = np.sqrt(np.maximum(r / periapsis_km - 1.0, 0.0))  # Barker's equation
    barker = np.sqrt(2.0 * periapsis_km**3 / gm) * (d + d**3 / 3.0)
    return np.where(parabola, barker, kepler / rate)[()]


def transfer_from_periapsis(
    periapsis_km: float, r_km: Any, time_s: Any, gm: float
) -> tuple[Any, Any]:
    """Return the conic that leaves its periapsis and reaches `r_km` after `time_s`.

    Returns
    -------
    speed_km_s, angle : float or ndarray
        Speed at periapsis, and true anomaly on arrival (rad, beyond pi after the apoapsis).

    Longer times than the ellipse whose apoapsis is at `r_km` arrive on the way down.
    """
    r, time = np.broadcast_arrays(np.asarray(r_km, dtype=float), np.asarray(time_s, dtype=float))
    smallest = 2.0 / (periapsis_km + r)  # 1/a of the ellipse that just reaches r
    down = time > time_from_periapsis(periapsis_km, smallest, r, gm)
    low, high = np.where(down, 0.001, -100.0), np.ones_like(r)
    for _ in range(_HALVINGS):
        # 1/a = smallest * x: the larger x, the slower on the way up, the quicker all the way round
        x = 0.5 * (low + high)
        up = time_from_periapsis(periapsis_km, smallest * x, r, gm)
        period = 2.0 * np.pi / np.sqrt(gm * np.abs(smallest * x) ** 3)
        longer = np.where(down, period - up > time, up < time)
        low, high = np.where(longer, x, low), np.where(longer, high, x)
    sma_inverse = smallest * x
    e = 1.0 - periapsis_km * sma_inverse
    cosine = (periapsis_km * (1.0 + e) / r - 1.0) / e
    angle = np.arccos(np.clip(cosine, -1.0, 1.0))
    angle = np.where(down, 2.0 * np.pi - angle, angle)
    return np.sqrt(gm * (2.0 / periapsis_km - sma_inverse))[()], angle[()]
