"""The motion of an entry: gravity, drag and lift in rotating air, integrated by Taylor series.

The log-density of a table enters as runtime parameters, layer by layer, as ephemerides do in
`astro.blocks`: one compiled system serves every atmosphere, capsule and date. Axes are those of the
Earth at the start, not turning ("frozen" `itrf`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import heyoka as hy
import numpy as np
from numpy.typing import NDArray

from perilune.astro import gravity
from perilune.astro.atmosphere import EDGES_KM, Table
from perilune.astro.bodies import EARTH_FLATTENING, EARTH_RADIUS_KM
from perilune.astro.environment import Environment

Array = NDArray[np.float64]

SPIN_RAD_S = 7.292115e-5
"""Rate of the Earth's rotation (WGS84, NIMA TR8350.2)."""
TOLERANCE = 1e-15
"""Relative error a step, of the largest component: also of velocities, which are a thousand times
smaller."""

_NAMES = ("gm", "j2_km5_s2", "air", "lift", "bank", "bank_rate", "bank_from", "middle", "half",
          "bottom", "top", "stop", "speed2", "energy", "ax", "ay", "az")  # fmt: skip
_AT = {name: i for i, name in enumerate(_NAMES)}
FADE_RAD = 0.02
"""Lift fades within about this angle (rad) of the vertical, where bank has no meaning."""


@dataclass
class Steps:
    """What an integration leaves behind, step by step.

    Attributes
    ----------
    ends_s, coefficients : list
        End of each step (s from the start of the entry), and its Taylor coefficients about the
        start of the step, shape (6, order + 1).
    """

    ends_s: list[float] = field(default_factory=list)
    coefficients: list[Array] = field(default_factory=list)


class EntryEngine:
    """The compiled equations. One user at a time.

    Model limits: J2 about the axis of rotation, no Moon and Sun (meters in an hour); height over
    the ellipsoid along the radius (within 1 m of geodetic below 140 km); air turns with the Earth,
    without wind.
    """

    events = ("up", "down", "apex", "speed", "energy", "stop")

    def __init__(self, orders: tuple[int, int]) -> None:
        variables = hy.make_vars("x", "y", "z", "vx", "vy", "vz")
        par = {name: hy.par[i] for name, i in _AT.items()}
        first = len(_NAMES)
        rates, functions = _equations(variables, par, first, orders)
        directions = (1, -1, -1, -1, -1, -1)
        sense = {1: hy.event_direction.positive, -1: hy.event_direction.negative}
        self.integrator = hy.taylor_adaptive(
            list(zip(variables, rates, strict=True)),
            tol=TOLERANCE,
            compact_mode=True,
            t_events=[
                hy.t_event(f, direction=sense[d])
                for f, d in zip(functions, directions, strict=True)
            ],
        )
        self._steps = self.integrator.tc
        self._first = first

    def put(self, **values: float) -> None:
        """Set runtime parameters by name."""
        for name, value in values.items():
            self.integrator.pars[_AT[name]] = value

    def enter(self, table: Table, layer: int | None) -> None:
        """Load a layer of a table; None is the vacuum above."""
        ta = self.integrator
        if layer is None:
            ta.pars[self._first :] = 0.0
            ta.pars[self._first] = -700.0  # the logarithm of nothing
            self.put(bottom=EDGES_KM[-1], top=1e9, middle=EDGES_KM[-1], half=1e3)
            return
        low, high = EDGES_KM[layer], EDGES_KM[layer + 1]
        ta.pars[self._first :] = table.coefficients[layer].ravel()
        bottom = low if layer else -1e9
        self.put(bottom=bottom, top=high, middle=0.5 * (low + high), half=0.5 * (high - low))

    def run(self, until_s: float, steps: Steps | None) -> str:
        """Integrate to an instant or an event, and say which: a name, `time` or `failed`."""
        ta = self.integrator
        if steps is None:
            outcome = ta.propagate_until(until_s)[0]
        else:
            outcome = ta.propagate_until(until_s, write_tc=True, callback=self._keep(steps))[0]
        if outcome == hy.taylor_outcome.time_limit:
            return "time"
        number = int(outcome)
        if number >= 0:
            return "failed"
        return self.events[-number - 1]

    def _keep(self, kept: Steps) -> Any:
        steps = self._steps[:6]

        def keep(ta: Any) -> bool:
            kept.ends_s.append(ta.time)
            kept.coefficients.append(steps.copy())
            return True

        return keep


_lock = threading.Lock()  # guards the making of engines, nothing else


@contextmanager
def borrow(table: Table, env: Environment) -> Iterator[EntryEngine]:
    """Lend a compiled engine, kept in the environment; a new one where all are lent."""
    orders = (table.coefficients.shape[1], table.coefficients.shape[2])
    with _lock:
        idle: list[EntryEngine] = env.cache.setdefault(("entry engines", orders), [])
        lent = idle.pop() if idle else None
    lent = lent or EntryEngine(orders)
    try:
        yield lent
    finally:
        with _lock:
            idle.append(lent)


def _dot(a: Any, b: Any) -> Any:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _cross(a: Any, b: Any) -> list[Any]:
    return [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]


def _equations(
    variables: Any, par: dict[str, Any], first: int, orders: tuple[int, int]
) -> tuple[list[Any], list[Any]]:
    """Return the time derivatives and the event functions."""
    r, v = list(variables[:3]), list(variables[3:])
    square = _dot(r, r)
    distance = hy.sqrt(square)
    height = distance - _surface(r, square)
    wind = [v[0] + SPIN_RAD_S * r[1], v[1] - SPIN_RAD_S * r[0], v[2]]
    speed2 = _dot(wind, wind)
    speed = hy.sqrt(speed2)
    density = hy.exp(_log_density(height, r, distance, par, first, orders))
    # bank 0 lifts up, positive banks to the right of the motion
    right = _cross(wind, r)
    up = _cross(right, wind)
    level = hy.sqrt(_dot(right, right) + FADE_RAD**2 * square * speed2)
    bank = par["bank"] + par["bank_rate"] * (hy.time - par["bank_from"])
    drag = 500.0 * density * par["air"] * speed  # km/s2 per km/s
    raised = drag * par["lift"] * hy.cos(bank) / level
    turned = drag * par["lift"] * hy.sin(bank) * speed / level
    pull = gravity.oblate(r, square, distance, par["gm"], par["j2_km5_s2"])
    force = [pull[i] - drag * wind[i] + raised * up[i] + turned * right[i] for i in range(3)]
    events = [
        height - par["top"],
        height - par["bottom"],
        _dot(r, v),
        speed2 - par["speed2"],
        0.5 * _dot(v, v) - par["gm"] / distance - par["energy"],
        height - par["stop"],
    ]
    return [*v, *force], events


def _surface(r: list[Any], square: Any) -> Any:
    """Return the radius of the ellipsoid below a place."""
    polar = EARTH_RADIUS_KM * (1.0 - EARTH_FLATTENING)
    e2 = EARTH_FLATTENING * (2.0 - EARTH_FLATTENING)
    return polar / hy.sqrt(1.0 - e2 * (r[0] * r[0] + r[1] * r[1]) / square)


def _log_density(
    height: Any,
    r: list[Any],
    distance: Any,
    par: dict[str, Any],
    first: int,
    orders: tuple[int, int],
) -> Any:
    rows, columns = orders
    x = (height - par["middle"]) / par["half"]
    along = (par["ax"] * r[0] + par["ay"] * r[1] + par["az"] * r[2]) / distance
    total: Any = None
    for j in reversed(range(columns)):
        inner: Any = None
        for k in reversed(range(rows)):
            term = hy.par[first + k * columns + j]
            inner = term if inner is None else inner * x + term
        total = inner if total is None else total * along + inner
    return total
