"""Keplerian elements about any center, both ways, elliptic and hyperbolic, vectorized.

Equations: Vallado, Fundamentals of Astrodynamics and Applications, 4th ed., algorithms 9 and 10,
with the conventions of SPICE's `oscelt` for circular and equatorial orbits (angles that do not
exist are zero, and the next one carries the sum).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.astro import frames
from perilune.astro.environment import Environment
from perilune.astro.state import State
from perilune.errors import FrameMismatch

Array = NDArray[np.float64]

_TINY = 1e-11  # below this an eccentricity or an inclination is taken as zero


@dataclass(frozen=True, eq=False)
class Elements:
    """Osculating Keplerian elements (angles in rad; arrays broadcast).

    `a_km` is negative for a hyperbola. Model limits: parabolas (e within 1e-12 of 1) have no
    finite `a_km`.
    """

    a_km: Any
    eccentricity: Any
    inclination: Any
    raan: Any
    arg_periapsis: Any
    true_anomaly: Any
    gm_km3_s2: float

    @property
    def periapsis_km(self) -> Any:
        """Distance of the periapsis from the center, km."""
        return self.a_km * (1.0 - self.eccentricity)

    @property
    def apoapsis_km(self) -> Any:
        """Distance of the apoapsis from the center, km (infinite for a hyperbola)."""
        return np.where(self.a_km > 0, self.a_km * (1.0 + self.eccentricity), np.inf)[()]

    @property
    def period_s(self) -> Any:
        """Orbital period, s (infinite for a hyperbola)."""
        a = np.where(self.a_km > 0, self.a_km, np.inf)
        return (2.0 * np.pi * np.sqrt(a**3 / self.gm_km3_s2))[()]

    @property
    def c3_km2_s2(self) -> Any:
        """Twice the specific energy, km^2/s^2."""
        return -self.gm_km3_s2 / self.a_km

    @property
    def mean_anomaly(self) -> Any:
        """Mean anomaly, rad (hyperbolic: e sinh F - F)."""
        e, nu = np.asarray(self.eccentricity), np.asarray(self.true_anomaly)
        with np.errstate(invalid="ignore"):
            half = np.tan(nu / 2.0)
            ecc = 2.0 * np.arctan(np.sqrt(np.abs((1.0 - e) / (1.0 + e))) * half)
            hyp = 2.0 * np.arctanh(
                np.clip(np.sqrt(np.abs((e - 1.0) / (e + 1.0))) * half, -1 + 1e-16, 1 - 1e-16)
            )
        return np.where(e < 1.0, ecc - e * np.sin(ecc), e * np.sinh(hyp) - hyp)[()]

    @property
    def time_since_periapsis_s(self) -> Any:
        """Time since the nearest periapsis passage, s (negative before it)."""
        mean_motion = np.sqrt(self.gm_km3_s2 / np.abs(self.a_km) ** 3)
        mean = self.mean_anomaly
        wrapped = np.where(
            np.asarray(self.eccentricity) < 1.0, (mean + np.pi) % (2 * np.pi) - np.pi, mean
        )
        return (wrapped / mean_motion)[()]

    def to_vectors(self) -> tuple[Array, Array]:
        """Return position (km) and velocity (km/s), shape (..., 3)."""
        e, nu = self.eccentricity, self.true_anomaly
        p = self.a_km * (1.0 - np.square(e))
        u = self.arg_periapsis + nu
        cos_o, sin_o = np.cos(self.raan), np.sin(self.raan)
        cos_i, sin_i = np.cos(self.inclination), np.sin(self.inclination)

        def along(angle: Any) -> Array:
            c, s = np.cos(angle), np.sin(angle)
            return np.stack(
                np.broadcast_arrays(
                    cos_o * c - sin_o * s * cos_i, sin_o * c + cos_o * s * cos_i, s * sin_i
                ),
                axis=-1,
            )

        r = np.asarray(p / (1.0 + e * np.cos(nu)))[..., None] * along(u)
        speed = np.asarray(np.sqrt(self.gm_km3_s2 / p))[..., None]
        v = speed * (
            along(u + np.pi / 2.0)
            + np.asarray(e)[..., None] * along(self.arg_periapsis + np.pi / 2)
        )
        return r, v


def from_vectors(r_km: Any, v_km_s: Any, gm_km3_s2: float) -> Elements:
    """Return the osculating elements of position and velocity, shape (..., 3)."""
    r, v = np.asarray(r_km, dtype=float), np.asarray(v_km_s, dtype=float)
    r_norm = np.linalg.norm(r, axis=-1)
    h = np.cross(r, v)
    h_norm = np.linalg.norm(h, axis=-1)
    e_vec = np.cross(v, h) / gm_km3_s2 - r / r_norm[..., None]
    e = np.linalg.norm(e_vec, axis=-1)
    a = 1.0 / (2.0 / r_norm - np.sum(v * v, axis=-1) / gm_km3_s2)
    w = h / h_norm[..., None]
    inclination = np.arctan2(np.hypot(w[..., 0], w[..., 1]), w[..., 2])
    flat = np.hypot(w[..., 0], w[..., 1]) < _TINY
    raan = np.where(flat, 0.0, np.arctan2(w[..., 0], -w[..., 1]))
    node = np.stack([np.cos(raan), np.sin(raan), np.zeros_like(raan)], axis=-1)
    ahead = np.cross(w, node)
    latitude = np.arctan2(np.sum(r * ahead, axis=-1), np.sum(r * node, axis=-1))
    true_anomaly = np.arctan2(np.sum(np.cross(e_vec, r) * w, axis=-1), np.sum(e_vec * r, axis=-1))
    circular = e < _TINY
    true_anomaly = np.where(circular, latitude, true_anomaly)
    arg_periapsis = np.where(circular, 0.0, (latitude - true_anomaly) % (2 * np.pi))
    return Elements(
        a[()],
        e[()],
        inclination[()],
        (raan % (2 * np.pi))[()],
        arg_periapsis[()],
        (true_anomaly % (2 * np.pi))[()],
        gm_km3_s2,
    )


def osculating(state: State, env: Environment, *, equator: str = "icrf") -> Elements:
    """Return the osculating elements of a state about its center.

    Parameters
    ----------
    state : State
        In inertial axes.
    equator : str
        Axes whose pole and x axis, frozen at each instant, the angles refer to: `icrf` (the mean
        equator of J2000), `itrf`, or `moon_me` for inclinations to the lunar equator.

    Raises
    ------
    FrameMismatch
        Where the state is in turning axes: elements need the inertial velocity.
    """
    if not frames.is_inertial(state.axes):
        raise FrameMismatch(
            "orbital elements need the inertial velocity",
            state.frame,
            f"{state.center}-centered icrf",
            "Convert with state.to(axes='icrf', env=env).",
        )
    matrix, _ = frames.from_icrf(equator, state.epoch, env)
    r = np.einsum("...ij,...j->...i", matrix, state.r_km)
    v = np.einsum("...ij,...j->...i", matrix, state.v_km_s)
    return from_vectors(r, v, env.constants.gm(state.center))
