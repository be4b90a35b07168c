"""The circular restricted three-body problem: two bodies on circles, and something light between.

Rotating axes about the barycenter, x from the heavy body to the light one, z along their angular
momentum; lengths in the bodies' distance, times in their period over two pi. The heavy body stands
at x = -mu, the light one at x = 1 - mu.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import heyoka as hy
import numpy as np
from numpy.typing import NDArray

from perilune.astro.environment import Environment
from perilune.astro.epoch import DAY
from perilune.errors import InputError

Array = NDArray[np.float64]

SIDEREAL_MONTH_S = 27.321661 * DAY
"""Mean sidereal month (Explanatory Supplement to the Astronomical Almanac, 3rd ed., table 10.2)."""


@dataclass(frozen=True)
class Circular:
    """A circular restricted problem and its units.

    Attributes
    ----------
    mu : float
        Mass of the light body over the mass of both.
    length_km, time_s : float
        Units of length and time; 1 where a problem stays dimensionless.

    Model limits: the bodies move on circles about their barycenter and nothing else attracts.
    """

    mu: float
    length_km: float = 1.0
    time_s: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 < self.mu <= 0.5:
            raise InputError(f"mass ratio {self.mu!r}: expected a number in (0, 0.5]")

    @classmethod
    def earth_moon(cls, env: Environment) -> Circular:
        """Return the Earth-Moon problem: GMs of the set, period the mean sidereal month."""
        earth, moon = env.constants.gm("earth"), env.constants.gm("moon")
        time_s = SIDEREAL_MONTH_S / (2.0 * np.pi)
        return cls(moon / (earth + moon), float(np.cbrt((earth + moon) * time_s**2)), time_s)

    @property
    def speed_km_s(self) -> float:
        """Unit of velocity."""
        return self.length_km / self.time_s

    def collinear(self, point: int) -> float:
        """Return x of L1 (between the bodies) or L2 (beyond the light one)."""
        from scipy.optimize import brentq

        if point not in (1, 2):
            raise InputError(f"libration point L{point}: halo families are known here for L1, L2")
        small, light = 1e-6, 1.0 - self.mu
        low, high = (0.5 * light, light - small) if point == 1 else (light + small, 2.0)
        return float(brentq(lambda x: _axis_force(x, self.mu), low, high, xtol=1e-15, rtol=1e-14))

    def jacobi(self, state: Array) -> Any:
        """Return the Jacobi constant 2 U - v^2 of states, shape (..., 6); no term mu (1 - mu)."""
        x, y, z = np.moveaxis(np.asarray(state)[..., :3], -1, 0)
        heavy = np.sqrt((x + self.mu) ** 2 + y * y + z * z)
        light = np.sqrt((x - 1.0 + self.mu) ** 2 + y * y + z * z)
        potential = x * x + y * y + 2.0 * (1.0 - self.mu) / heavy + 2.0 * self.mu / light
        return (potential - np.sum(np.asarray(state)[..., 3:] ** 2, axis=-1))[()]

    def fly(self, state: Array, duration: float) -> tuple[Array, Array]:
        """Return the end of a motion, shape (6,), and its transition matrix, shape (6, 6)."""
        ta = _integrator(variational=True)
        ta.time = 0.0
        ta.pars[0] = self.mu
        ta.state[:6] = state
        ta.state[6:] = np.eye(6).ravel()
        ta.propagate_until(duration)
        return ta.state[:6].copy(), ta.state[6:].reshape(6, 6).copy()

    def path(self, state: Array, times: Array) -> Array:
        """Return the motion at ascending (or descending) times that begin with 0, shape (n, 6)."""
        ta = _integrator(variational=False)
        ta.time = 0.0
        ta.pars[0] = self.mu
        ta.state[:] = state
        return np.array(ta.propagate_grid(np.asarray(times, dtype=float))[5])

    def rates(self, state: Array) -> Array:
        """Return the time derivative of a state, shape (6,)."""
        return np.array([float(v) for v in _right_side(np, list(state), self.mu)])


def _axis_force(x: float, mu: float) -> float:
    a, b = x + mu, x - 1.0 + mu
    return x - (1.0 - mu) * a / abs(a) ** 3 - mu * b / abs(b) ** 3


def _right_side(m: Any, s: list[Any], mu: Any) -> list[Any]:
    """Return the derivatives of a state's six components (Szebehely 1967, section 1.5)."""
    x, y, z, vx, vy, vz = s
    heavy = m.sqrt((x + mu) * (x + mu) + y * y + z * z)
    light = m.sqrt((x - 1.0 + mu) * (x - 1.0 + mu) + y * y + z * z)
    a, b = (1.0 - mu) * heavy**-3.0, mu * light**-3.0
    return [
        vx,
        vy,
        vz,
        x + 2.0 * vy - a * (x + mu) - b * (x - 1.0 + mu),
        y - 2.0 * vx - (a + b) * y,
        -(a + b) * z,
    ]


@cache
def _integrator(*, variational: bool) -> Any:
    """Return the compiled motion; the mass ratio is its only parameter.

    One a process: it holds no data but the state it is given next.
    """
    names = hy.make_vars("x", "y", "z", "vx", "vy", "vz")
    sides = _right_side(hy, list(names), hy.par[0])
    system = list(zip(names, sides, strict=True))
    return hy.taylor_adaptive(
        hy.var_ode_sys(system, hy.var_args.vars, 1) if variational else system,
        [1.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        tol=1e-15,
        compact_mode=True,
    )
