"""Spherical-harmonic gravity fields: fully normalized coefficients and what they refer to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from perilune.errors import ModelError

Array = NDArray[np.float64]

_FILES = {"earth": "egm2008_20.csv", "moon": "lunar_gravity_gl0660b_20.csv"}
_AXES = {"earth": "itrf", "moon": "moon_pa"}


@dataclass(frozen=True, eq=False)
class GravityField:
    """A field in fully normalized (4 pi) Stokes coefficients.

    Attributes
    ----------
    name, body, axes : str
        The model, whose it is, and the body-fixed axes it belongs to.
    gm_km3_s2, radius_km : float
        GM and reference radius of the file. Forces take GM from the constants set unless told
        otherwise.
    c, s : ndarray, shape (degree + 1, degree + 1)
        Coefficients by [degree, order].
    """

    name: str
    body: str
    axes: str
    gm_km3_s2: float
    radius_km: float
    c: Array
    s: Array

    @property
    def degree(self) -> int:
        """The highest degree held."""
        return len(self.c) - 1

    def zonal(self, degree: int) -> list[float]:
        """Return unnormalized J2..J_degree (J_n = -C_n0 sqrt(2n + 1))."""
        self.require(degree, 0)
        return [float(-self.c[n, 0] * np.sqrt(2 * n + 1)) for n in range(2, degree + 1)]

    def pairs(self, degree: int, order: int) -> list[list[float]]:
        """Return [C, S] by degree then order from (0, 0), orders above `order` left at zero."""
        self.require(degree, order)
        return [
            [float(self.c[n, m]), float(self.s[n, m])] if m <= order else [0.0, 0.0]
            for n in range(degree + 1)
            for m in range(n + 1)
        ]

    def require(self, degree: int, order: int) -> None:
        """Raise ModelError where degree and order are not available here."""
        if not (2 <= degree <= self.degree and 0 <= order <= degree):
            raise ModelError(
                f"{self.name} is held to degree {self.degree}: found degree {degree}, order "
                f"{order}; expected 2 <= degree <= {self.degree} and 0 <= order <= degree"
            )


@cache
def field(body: str) -> GravityField:
    """Return the field shipped for a body: EGM2008 (earth) or GL0660B (moon), to degree 20.

    Sources: Pavlis et al. 2012 (JGR 117, B04406), tide free; Konopliv et al. 2013 (JGR Planets
    118), GRAIL primary mission. GL0660B belongs to its own principal axes, which `moon_pa`
    (DE421) follows to better than an arcsecond.

    Raises
    ------
    ModelError
        Where no field is known for the body.
    """
    if body not in _FILES:
        raise ModelError(f"no gravity field is known for '{body}': known are earth and moon")
    text = (files("perilune.astro") / "data" / _FILES[body]).read_text("utf-8").splitlines()
    header = [line for line in text if line.startswith("#")]
    facts = dict(word.split("=", 1) for line in header for word in line[1:].split() if "=" in word)
    rows = np.array([[float(x) for x in line.split(",")] for line in text[len(header) + 1 :]])
    size = int(rows[:, 0].max()) + 1
    c, s = np.zeros((size, size)), np.zeros((size, size))
    c[0, 0] = 1.0
    n, m = rows[:, 0].astype(int), rows[:, 1].astype(int)
    c[n, m], s[n, m] = rows[:, 2], rows[:, 3]
    name = header[0].lstrip("# ").split("(")[0].split()[-1]
    return GravityField(
        name,
        body,
        _AXES[body],
        float(facts["gm_km3_s2"]),
        float(facts["reference_radius_km"]),
        c,
        s,
    )


def oblate(r: Sequence[Any], square: Any, distance: Any, gm: Any, j2_km5_s2: Any) -> list[Any]:
    """Return the pull of a sphere and of J2 about z (Vallado 2013, eq. 8-30), km/s2, x y z.

    Parameters
    ----------
    r : sequence of three
        Position, km: numbers, arrays or expressions of the Taylor engine.
    square, distance : as one of `r`
        Of the position.
    gm, j2_km5_s2 : as one of `r`
        The second is GM J2 R^2.
    """
    central = -gm / (square * distance)
    bulge = -1.5 * j2_km5_s2 / (square * square * distance)
    tilt = 5.0 * r[2] * r[2] / square
    return [r[i] * (central + bulge * (1.0 - tilt if i < 2 else 3.0 - tilt)) for i in range(3)]


def node_rate(
    body: str, inclination_rad: ArrayLike, radius_km: ArrayLike, gm_km3_s2: float
) -> Array:
    """Return the drift of a circular orbit's node from the body's J2, rad/s; arguments broadcast.

    Vallado, Fundamentals of Astrodynamics, 4th ed., eq. 9-37. Model limits: secular, first order in
    J2 alone: about 0.3 % off in low Earth orbit.
    """
    about = field(body)
    j2 = about.zonal(2)[0]
    radius = np.asarray(radius_km, dtype=float)
    mean_motion = np.sqrt(gm_km3_s2 / radius**3)
    shape = (about.radius_km / radius) ** 2
    return np.asarray(-1.5 * mean_motion * j2 * shape * np.cos(inclination_rad))
