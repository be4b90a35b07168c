"""Whether a module fits where it is to stand, and whether anything is in its way there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from perilune.stations.complex import Complex, Placed

Array = NDArray[np.float64]

APPROACH_M = 30.0
"""The last meters to a port are flown straight along its axis."""

_TOUCH_M = 0.3  # boxes may meet by this much: modules are cylinders with rounded ends
_LANE = 0.6  # of the diameter is body: what else lies within the box is corners


def overlaps(found: Complex, name: str) -> list[str]:
    """Return the modules that stand where a module does.

    Model limits: bodies as boxes, exact while they stand at right angles; arrays are not seen.
    """
    own = found.part(name)
    return [other.name for other in found.placed if other.name != name and _meet(own, other, 0.0)]


def in_the_way(found: Complex, name: str) -> list[str]:
    """Return the modules in the lane by which a docked module came to its port.

    The lane lies along the axis of the port it mates with, `APPROACH_M` long.
    """
    joint = next(j for j in found.joints if j.end(name) is not None)
    other, port = joint.other(name)
    axis = found.port_place(other, port)[1]
    own = found.part(name)
    steps = np.arange(0.0, APPROACH_M, 1.0)[1:]
    lane = [Placed(name, own.module, own.position_m + s * axis, own.attitude) for s in steps]
    hits = {
        part.name
        for part in found.placed
        if part.name != name and any(_meet(there, part, _TOUCH_M) for there in lane)
    }
    return [part.name for part in found.placed if part.name in hits]


def _meet(a: Placed, b: Placed, margin_m: float) -> bool:
    """Tell whether the boxes about two bodies share more than a touch."""
    apart = np.abs(a.position_m - b.position_m) - (_half(a) + _half(b))
    return bool(np.all(apart < -(_TOUCH_M + margin_m)))


def _half(part: Placed) -> Array:
    """Return half the sides of the box about a body, in the complex's frame, m."""
    module = part.module
    own = np.array([module.length_m, _LANE * module.diameter_m, _LANE * module.diameter_m]) / 2.0
    return np.asarray(np.abs(part.attitude) @ own)
