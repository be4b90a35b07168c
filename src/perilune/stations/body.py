"""The body a complex makes: mass, middle of mass, inertia, extent, and how it holds itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.bodies import EARTH_RADIUS_KM, constants
from perilune.stations.complex import Complex, Placed

Array = NDArray[np.float64]

_GRAVITY_MATTERS = 1e-3  # N m: below this torque nothing saturates within years


@dataclass(frozen=True, eq=False)
class Body:
    """Mass properties of a complex, in the frame of its first module.

    Attributes
    ----------
    mass_kg : float
    cg_m : ndarray, shape (3,)
    inertia_kg_m2 : ndarray, shape (3, 3)
        About the middle of mass.
    moments_kg_m2 : ndarray, shape (3,)
        Principal moments, rising.
    axes : ndarray, shape (3, 3)
        Principal axes, as columns.
    extent_m : ndarray, shape (3,)
        From end to end along x, y, z.
    """

    mass_kg: float
    cg_m: Array
    inertia_kg_m2: Array
    moments_kg_m2: Array
    axes: Array
    extent_m: Array

    @property
    def length_m(self) -> float:
        """The longest of the three extents."""
        return float(self.extent_m.max())


def body_of(found: Complex) -> Body:
    """Return the mass properties of a complex; modules are cylinders where nothing else is known.

    Model limits: rigid, modules as even bodies, arrays only in the masses and areas stated.
    """
    masses = np.array([part.module.mass_kg for part in found.placed])
    places = np.array([part.position_m for part in found.placed])
    cg = masses @ places / masses.sum()
    inertia = np.zeros((3, 3))
    for part, mass, place in zip(found.placed, masses, places - cg, strict=True):
        own = part.attitude @ np.diag(part.module.inertia_kg_m2) @ part.attitude.T
        inertia += own + mass * (place @ place * np.eye(3) - np.outer(place, place))
    moments, axes = np.linalg.eigh(inertia)
    corners = np.concatenate([_corners(part) for part in found.placed])
    return Body(
        float(masses.sum()), cg, inertia, moments, axes, corners.max(axis=0) - corners.min(axis=0)
    )


def _corners(part: Placed) -> Array:
    """Return the corners of the box about a module's cylinder, in the complex's frame, m."""
    module = part.module
    half = np.array([module.length_m, module.diameter_m, module.diameter_m]) / 2.0
    signs = np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1])).reshape(3, 8).T
    return part.position_m + (signs * half) @ part.attitude.T


@dataclass(frozen=True)
class Control:
    """How a complex holds its attitude.

    Attributes
    ----------
    by : tuple of str
        Modules that can.
    momentum_n_m_s : float
        What gyrodynes on board hold.
    torque_n_m : float
        The largest gravity-gradient torque, at 45 degrees off a principal axis.
    hours_to_saturate : float or None
        How long that torque takes to fill the gyrodynes; None where there are none.
    """

    by: tuple[str, ...]
    momentum_n_m_s: float
    torque_n_m: float
    hours_to_saturate: float | None

    @property
    def is_held(self) -> bool:
        """Whether anything holds the attitude."""
        return bool(self.by)


def control_of(found: Complex, body: Body, altitude_km: float) -> Control:
    """Return the control authority of a complex in a circular orbit.

    The torque is 3/2 n^2 (Imax - Imin) (Wertz, Spacecraft Attitude Determination and Control,
    eq. 17-31, its largest value).
    """
    rate2 = constants("de440").gm_km3_s2["earth"] / (EARTH_RADIUS_KM + altitude_km) ** 3
    torque = 1.5 * rate2 * float(body.moments_kg_m2[-1] - body.moments_kg_m2[0])
    momentum = sum(module.momentum_n_m_s for module in found.modules)
    hours = momentum / max(torque, _GRAVITY_MATTERS) / 3600.0 if momentum > 0.0 else None
    by = tuple(p.name for p in found.placed if p.module.control)
    return Control(by, momentum, torque, hours)


def drag_areas(parts: Sequence[Placed]) -> Array:
    """Return the area (m2) seen along x, y and z: bodies and arrays, shadows not counted.

    Model limits: the sum of the modules' areas as seen along each axis, so an upper bound.
    """
    total = np.zeros(3)
    for part in parts:
        own = np.array(
            [part.module.end_area_m2, part.module.side_area_m2, part.module.side_area_m2]
        )
        total += (part.attitude**2) @ own  # a cosine squared: exact where axes are parallel
    return total
