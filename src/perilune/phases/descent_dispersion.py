"""Where open-loop controls land when navigation and execution err: the landing ellipse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.astro.environment import Environment
from perilune.errors import InputError
from perilune.phases.descent_solve import Descent

Array = NDArray[np.float64]


@dataclass(frozen=True)
class DescentErrors:
    """Standard deviations (1 sigma) at ignition and of the engine.

    Attributes
    ----------
    position_m, velocity_m_s : tuple of float
        Along the radius, along the motion, across; independent, normal.
    thrust_percent : float
        Of its size, the same all the way (mass flow with it).
    pointing_deg : float
        Of the attitude, in pitch and in yaw, the same all the way.
    """

    position_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    velocity_m_s: tuple[float, float, float] = (0.0, 0.0, 0.0)
    thrust_percent: float = 0.0
    pointing_deg: float = 0.0

    def __post_init__(self) -> None:
        values = (*self.position_m, *self.velocity_m_s, self.thrust_percent, self.pointing_deg)
        if len(values) != 8 or not all(np.isfinite(v) and v >= 0.0 for v in values):
            raise InputError(f"standard deviations {values}: expected eight numbers >= 0")


@dataclass(frozen=True, eq=False)
class LandingEllipse:
    """Scatter of landing points about the site.

    Attributes
    ----------
    semi_major_km, semi_minor_km : float
        `sigma` standard deviations along the principal axes.
    azimuth_deg : float
        Of the major axis, from north over east, 0 to 180.
    east_km, north_km : float
        Mean landing point from the site.
    sigma : float
    points_km : ndarray, shape (n, 2)
        Landing points, east and north of the site.
    """

    semi_major_km: float
    semi_minor_km: float
    azimuth_deg: float
    east_km: float
    north_km: float
    sigma: float
    points_km: Array

    @property
    def probability(self) -> float:
        """Share of a normal scatter inside the ellipse."""
        return float(1.0 - np.exp(-0.5 * self.sigma**2))


def landing_ellipse(
    descent: Descent,
    errors: DescentErrors,
    env: Environment,
    *,
    samples: int = 2000,
    seed: int = 0,
    sigma: float = 3.0,
) -> LandingEllipse:
    """Return the ellipse of landing points when the solved controls are flown blind.

    Parameters
    ----------
    descent : Descent
        Converged (`PoweredDescent.solve`).
    errors : DescentErrors
    env : Environment
    samples, seed : int
    sigma : float

    Raises
    ------
    InputError
        Where the descent has no solution, or samples are fewer than 10.

    Model limits: no guidance corrects anything, so this is what the errors at ignition and of the
    engine leave to it, not where a guided lander comes down. The interval equations of the optimum
    with the full model's part as for the nominal flight; who is still up when the controls end
    falls; the ground is level.
    """
    if descent.flown is None or descent.flown.trajectory is None:
        raise InputError(f"the descent has no solution: {descent.remedy}")
    if samples < 10:
        raise InputError(f"samples is {samples!r}: expected at least 10", key="samples")
    cloud = _Cloud(descent, env, errors, samples, seed)
    points = cloud.land()
    covariance = np.cov(points.T)
    sizes, axes = np.linalg.eigh(covariance)
    minor, major = sigma * np.sqrt(np.maximum(sizes, 0.0))
    azimuth = float(np.degrees(np.arctan2(axes[0, 1], axes[1, 1])) % 180.0)
    east, north = points.mean(axis=0)
    return LandingEllipse(
        float(major), float(minor), azimuth, float(east), float(north), sigma, points
    )


class _Cloud:
    """Many descents at once, by the optimizer's own step."""

    def __init__(
        self, descent: Descent, env: Environment, errors: DescentErrors, samples: int, seed: int
    ) -> None:
        assert descent.flown is not None
        assert descent.problem is not None
        self.problem, self.flown = descent.problem, descent.flown
        self.flight = descent.flown.flight
        self.gm = env.constants.gm("moon")
        self.spin = self.problem.axes.spin(self.problem.ignition, env)
        rng = np.random.default_rng(seed)
        self.states = np.tile(self.flight.states[0], (samples, 1))
        self._disturb(errors, rng)
        self.force = 1.0 + 0.01 * errors.thrust_percent * rng.standard_normal(samples)
        self.turned = np.radians(errors.pointing_deg) * rng.standard_normal((samples, 2))

    def _disturb(self, errors: DescentErrors, rng: np.random.Generator) -> None:
        r, v = self.flight.states[0, :3], self.flight.states[0, 3:6]
        v = v + np.cross(self.spin, r)
        up = r / np.linalg.norm(r)
        across = np.cross(r, v) / np.linalg.norm(np.cross(r, v))
        basis = np.stack([up, np.cross(across, up), across])
        count = len(self.states)
        for columns, sigma in (
            (slice(0, 3), errors.position_m),
            (slice(3, 6), errors.velocity_m_s),
        ):
            noise = rng.standard_normal((count, 3)) * (1e-3 * np.array(sigma))
            self.states[:, columns] += noise @ basis

    def _rates(self, x: Array, throttle: float, angles: Array) -> Array:
        r, v, mass = x[:, :3], x[:, 3:6], x[:, 6:]
        force = 1e-3 * self.problem.engine.thrust_n * throttle * self.force[:, None]
        pitch, yaw = (angles + self.turned).T
        aim = np.stack(
            [np.cos(yaw) * np.cos(pitch), np.sin(yaw), np.cos(yaw) * np.sin(pitch)], axis=-1
        )
        turning = 2.0 * np.cross(self.spin, v) + np.cross(self.spin, np.cross(self.spin, r))
        pull = self.gm * r / np.linalg.norm(r, axis=-1, keepdims=True) ** 3
        flow = -force / self.problem.engine.exhaust_km_s
        return np.concatenate([v, force / mass * aim - pull - turning, flow], axis=-1)

    def _step(self, x: Array, k: int) -> Array:
        flight = self.flight
        h = float(flight.times_s[k + 1] - flight.times_s[k])
        throttle = float(flight.throttle[k])
        first, last = flight.angles_rad[k], flight.angles_rad[k + 1]
        middle = 0.5 * (first + last)
        k1 = self._rates(x, throttle, first)
        k2 = self._rates(x + 0.5 * h * k1, throttle, middle)
        k3 = self._rates(x + 0.5 * h * k2, throttle, middle)
        k4 = self._rates(x + h * k3, throttle, last)
        ahead: Array = x + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4) + self.flown.defects[k]
        return ahead

    def _height(self, x: Array) -> Array:
        return np.asarray(np.linalg.norm(x[:, :3], axis=-1) - self.problem.axes.radius_km)

    def land(self) -> Array:
        """Return the landing points, east and north of the site, km, shape (n, 2)."""
        x, ground = self.states, np.full((len(self.states), 2), np.nan)
        height = self._height(x)
        for k in range(len(self.flight.throttle)):
            ahead = self._step(x, k)
            below = self._height(ahead)
            down = np.isnan(ground[:, 0]) & (below < 0.0)
            share = np.where(down, height / np.where(down, height - below, 1.0), 0.0)[:, None]
            touched = x + share * (ahead - x)
            ground[down] = touched[down, :2]
            x, height = ahead, below
        still = np.isnan(ground[:, 0])
        ground[still] = self._fallen(x[still])
        azimuth = np.radians(self.problem.axes.azimuth_deg)
        ahead_km, left_km = ground.T
        east = ahead_km * np.sin(azimuth) - left_km * np.cos(azimuth)
        north = ahead_km * np.cos(azimuth) + left_km * np.sin(azimuth)
        return np.stack([east, north], axis=-1)

    def _fallen(self, x: Array) -> Array:
        """Return where a fall from the end of the controls ends."""
        up = x[:, :3] / np.linalg.norm(x[:, :3], axis=-1, keepdims=True)
        gravity = self.gm / self.problem.axes.radius_km**2
        climb, height = np.sum(x[:, 3:6] * up, axis=-1), np.maximum(self._height(x), 0.0)
        lasts = (climb + np.sqrt(climb**2 + 2.0 * gravity * height)) / gravity
        return np.asarray(x[:, :2] + lasts[:, None] * x[:, 3:5])
