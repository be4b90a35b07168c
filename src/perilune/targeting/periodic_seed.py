"""Third-order halo orbits in closed form: what a corrector starts from.

Richardson 1980, Celestial Mechanics 22:241, "Analytic construction of periodic orbits about the
collinear points" (Lindstedt-Poincare in the amplitudes, in and out of the plane).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perilune.targeting.periodic_problem import Circular

Array = NDArray[np.float64]


@dataclass(frozen=True)
class _Expansion:
    """The potential about a collinear point and the linear motion there."""

    gamma: float
    c2: float
    c3: float
    c4: float
    rate: float
    k: float

    @classmethod
    def about(cls, problem: Circular, point: int) -> _Expansion:
        mu = problem.mu
        gamma = abs(problem.collinear(point) - 1.0 + mu)
        side = 1.0 if point == 1 else -1.0

        def c(n: int) -> float:
            heavy = (-1.0) ** n * (1.0 - mu) * gamma ** (n + 1) / (1.0 - side * gamma) ** (n + 1)
            return float((side**n * mu + heavy) / gamma**3)

        c2 = c(2)
        rate = np.sqrt(0.5 * (2.0 - c2 + np.sqrt(9.0 * c2**2 - 8.0 * c2)))
        return cls(gamma, c2, c(3), c(4), float(rate), float(2 * rate / (rate**2 + 1.0 - c2)))


def richardson(
    problem: Circular, point: int, height: float, *, north: bool
) -> tuple[Array, float] | None:
    """Return a halo's state where it crosses the xz plane far from the light body, and its period.

    Parameters
    ----------
    problem : Circular
    point : int
        1 or 2.
    height : float
        Amplitude out of the plane, in the problem's unit of length.
    north : bool
        Whether the orbit is north of the plane at that crossing.

    Returns
    -------
    state : ndarray, shape (6,)
    period : float
        None in their place where no halo of that height exists in the expansion.

    Model limits: third order; good to a few percent up to a tenth of the distance to the point.
    """
    e = _Expansion.about(problem, point)
    az = height / e.gamma
    s = _coefficients(e)
    ax2 = -(s["l2"] * az**2 + e.rate**2 - e.c2) / s["l1"]
    if ax2 <= 0.0:
        return None
    ax = np.sqrt(ax2)
    turn = e.rate * (1.0 + s["s1"] * ax2 + s["s2"] * az**2)
    crossings = [_crossing(s, e, ax, az, turn, first=first) for first in (True, False)]
    # of the two crossings the far one is higher; the sign of z picks the branch
    state = max(crossings, key=lambda at: abs(at[2]))
    state = state * np.array([1.0, 1.0, 1.0 if (state[2] > 0.0) == north else -1.0, 1.0, 1.0, 1.0])
    state = e.gamma * state
    state[0] += problem.collinear(point)
    return state, float(2.0 * np.pi / turn)


def _crossing(
    s: dict[str, float], e: _Expansion, ax: float, az: float, turn: float, *, first: bool
) -> Array:
    """Return the state at phase 0 or pi, about the point, in its distance to the light body."""
    odd = 1.0 if first else -1.0
    x = (
        s["a21"] * ax**2
        + s["a22"] * az**2
        - odd * ax
        + (s["a23"] * ax**2 - s["a24"] * az**2)
        + odd * (s["a31"] * ax**3 - s["a32"] * ax * az**2)
    )
    z = odd * az - 2.0 * s["d21"] * ax * az + odd * (s["d32"] * az * ax**2 - s["d31"] * az**3)
    vy = turn * (
        odd * e.k * ax
        + 2.0 * (s["b21"] * ax**2 - s["b22"] * az**2)
        + 3.0 * odd * (s["b31"] * ax**3 - s["b32"] * ax * az**2)
    )
    return np.array([x, 0.0, z, 0.0, vy, 0.0])


def _coefficients(e: _Expansion) -> dict[str, float]:
    """Return Richardson's coefficients, by his names."""
    s = _second_order(e)
    w, k, c2, c3, c4 = e.rate, e.k, e.c2, e.c3, e.c4
    d2 = 8.0 * w**2 / k * (k * (11.0 * w**2 - 1.0) - 2.0 * w)
    p = 4.0 * c3 * (k * s["a23"] - s["b21"]) + k * c4 * (4.0 + k**2)
    q = 3.0 * c3 * (2.0 * s["a23"] - k * s["b21"]) + c4 * (2.0 + 3.0 * k**2)
    u = 4.0 * c3 * (k * s["a24"] - s["b22"]) + k * c4
    v = c3 * (k * s["b22"] + s["d21"] - 2.0 * s["a24"]) - c4
    minus, plus = 9.0 * w**2 + 1.0 - c2, 9.0 * w**2 + 1.0 + 2.0 * c2
    s["a31"] = -9.0 * w / (4.0 * d2) * p + minus / (2.0 * d2) * q
    s["a32"] = -(9.0 * w / 4.0 * u + 1.5 * minus * v) / d2
    s["b31"] = 3.0 / (8.0 * d2) * (-8.0 * w * q + plus * p)
    s["b32"] = (9.0 * w * v + 0.375 * plus * u) / d2
    s["d31"] = 3.0 / (64.0 * w**2) * (4.0 * c3 * s["a24"] + c4)
    s["d32"] = 3.0 / (64.0 * w**2) * (4.0 * c3 * (s["a23"] - s["d21"]) + c4 * (4.0 + k**2))
    below = 2.0 * w * (w * (1.0 + k**2) - 2.0 * k)
    s["s1"] = (
        1.5 * c3 * (2.0 * s["a21"] * (k**2 - 2.0) - s["a23"] * (k**2 + 2.0) - 2.0 * k * s["b21"])
        - 0.375 * c4 * (3.0 * k**4 - 8.0 * k**2 + 8.0)
    ) / below
    s["s2"] = (
        1.5
        * c3
        * (
            2.0 * s["a22"] * (k**2 - 2.0)
            + s["a24"] * (k**2 + 2.0)
            + 2.0 * k * s["b22"]
            + 5.0 * s["d21"]
        )
        + 0.375 * c4 * (12.0 - k**2)
    ) / below
    a1 = -1.5 * c3 * (2.0 * s["a21"] + s["a23"] + 5.0 * s["d21"]) - 0.375 * c4 * (12.0 - k**2)
    a2 = 1.5 * c3 * (s["a24"] - 2.0 * s["a22"]) + 1.125 * c4
    s["l1"] = a1 + 2.0 * w**2 * s["s1"]
    s["l2"] = a2 + 2.0 * w**2 * s["s2"]
    return s


def _second_order(e: _Expansion) -> dict[str, float]:
    w, k, c2, c3 = e.rate, e.k, e.c2, e.c3
    d1 = 3.0 * w**2 / k * (k * (6.0 * w**2 - 1.0) - 2.0 * w)
    share = -3.0 * c3 * w / (4.0 * k * d1)
    return {
        "a21": 3.0 * c3 * (k**2 - 2.0) / (4.0 * (1.0 + 2.0 * c2)),
        "a22": 3.0 * c3 / (4.0 * (1.0 + 2.0 * c2)),
        "a23": share * (3.0 * k**3 * w - 6.0 * k * (k - w) + 4.0),
        "a24": share * (2.0 + 3.0 * k * w),
        "b21": -3.0 * c3 * w / (2.0 * d1) * (3.0 * k * w - 4.0),
        "b22": 3.0 * c3 * w / d1,
        "d21": -c3 / (2.0 * w**2),
    }
