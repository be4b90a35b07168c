"""Two-body formulas that seed a solve: never more than a first guess."""

from __future__ import annotations

import math


def time_from_periapsis(periapsis_km: float, sma_inverse: float, r_km: float, gm: float) -> float:
    """Return the time (s) from periapsis out to distance `r_km`, before the apoapsis.

    `sma_inverse` is 1/a (1/km): positive for an ellipse, negative for a hyperbola.
    """
    e = 1.0 - periapsis_km * sma_inverse
    if abs(sma_inverse) * r_km < 1e-9:
        # parabola: Barker's equation
        d = math.sqrt(max(2.0 * r_km / (2.0 * periapsis_km) - 1.0, 0.0))
        return float(math.sqrt(2.0 * periapsis_km**3 / gm) * (d + d**3 / 3.0))
    a = 1.0 / abs(sma_inverse)
    rate = math.sqrt(gm / a**3)
    if sma_inverse > 0.0:
        anomaly = math.acos(min(max((1.0 - r_km / a) / e, -1.0), 1.0))
        return float((anomaly - e * math.sin(anomaly)) / rate)
    anomaly = math.acosh(max((1.0 + r_km / a) / e, 1.0))
    return float((e * math.sinh(anomaly) - anomaly) / rate)


def transfer_from_periapsis(
    periapsis_km: float, r_km: float, time_s: float, gm: float
) -> tuple[float, float]:
    """Return the conic that leaves its periapsis and reaches `r_km` after `time_s`.

    Returns
    -------
    speed_km_s, angle : float
        Speed at periapsis, and true anomaly on arrival (rad, beyond pi after the apoapsis).

    Longer times than the ellipse whose apoapsis is at `r_km` arrive on the way down.
    """
    smallest = 2.0 / (periapsis_km + r_km)  # 1/a of the ellipse that just reaches r
    longest_up = time_from_periapsis(periapsis_km, smallest, r_km, gm)

    def flight(x: float) -> float:
        # x in (-inf, 1]: 1/a = smallest * x on the way up; in (1, 2]: mirrored, on the way down
        if x <= 1.0:
            return time_from_periapsis(periapsis_km, smallest * x, r_km, gm)
        sma = 1.0 / (smallest * (2.0 - x))
        period = float(2.0 * math.pi * math.sqrt(sma**3 / gm))
        return period - time_from_periapsis(periapsis_km, smallest * (2.0 - x), r_km, gm)

    low, high = (-100.0, 1.0) if time_s <= longest_up else (1.0, 1.999)
    for _ in range(80):
        x = 0.5 * (low + high)
        low, high = (x, high) if flight(x) < time_s else (low, x)
    sma_inverse = smallest * (x if x <= 1.0 else 2.0 - x)
    e = 1.0 - periapsis_km * sma_inverse
    p = periapsis_km * (1.0 + e)
    angle = math.acos(min(max((p / r_km - 1.0) / e, -1.0), 1.0))
    if x > 1.0:
        angle = 2.0 * math.pi - angle
    return float(math.sqrt(gm * (2.0 / periapsis_km - sma_inverse))), float(angle)
