"""A station as seen from above, from the side and from ahead: outlines of its modules."""

from __future__ import annotations

from typing import Any

import numpy as np

from perilune.stations.complex import Complex

VIEWS = {"above": (0, 1), "side": (0, 2), "ahead": (1, 2)}
"""Axes seen in each view: x forward, y to starboard, z to nadir."""


def outlines(found: Complex) -> list[dict[str, Any]]:
    """Return each module's mass and its box in the station's frame.

    Keys: `name`, `partner`, `mass_kg`, `low_m`, `high_m` (corners, shape (3,) each).
    """
    rows = []
    for part in found.placed:
        module = part.module
        half = np.array([module.length_m, module.diameter_m, module.diameter_m]) / 2.0
        reach = np.abs(part.attitude) @ half
        rows.append(
            {
                "name": part.name,
                "title": module.title,
                "partner": module.partner,
                "mass_kg": module.mass_kg,
                "low_m": (part.position_m - reach).tolist(),
                "high_m": (part.position_m + reach).tolist(),
            }
        )
    return rows
