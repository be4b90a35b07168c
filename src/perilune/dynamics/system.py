"""One summed system of equations of motion, in heyoka expressions with runtime parameters.

Everything that changes between runs is a parameter: GMs, radiation coefficient, engine and
steering, event thresholds, and the ephemeris block in force. So one compiled system serves every
constants set, date and threshold.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import heyoka as hy
import numpy as np
from numpy.typing import NDArray

from perilune.astro import blocks
from perilune.astro.blocks import HALF_S, SIZES, TERMS, Channel
from perilune.astro.environment import Environment
from perilune.astro.gravity import field as gravity_field
from perilune.dynamics import forces as f
from perilune.dynamics.drag import drag
from perilune.dynamics.events import Event
from perilune.dynamics.forces import Forces, Vector
from perilune.errors import InputError

Array = NDArray[np.float64]

SHADOW_BODIES = ("earth", "moon")
_THRUST = ("force_n", "flow_kg_s", "rate_rad_s", "reference_s", *(f"aim_{i}" for i in range(3)),
           *(f"lead_{i}" for i in range(3)))  # fmt: skip


@dataclass
class System:
    """Equations, event functions, and how the parameter vector is laid out.

    Parameter 0 is the middle of the block in force (s from the local origin); then come the named
    static ones; then 13 coefficients for each component of each channel.
    """

    equations: list[tuple[Any, Any]]
    event_functions: list[Any]
    names: list[str]
    channels: tuple[Channel, ...]
    variables: list[Any] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Length of the parameter vector."""
        return 1 + len(self.names) + TERMS * sum(SIZES[channel[0]] for channel in self.channels)

    def static(self, values: dict[str, float]) -> Array:
        """Return a parameter vector with the static values filled in and no block."""
        vector = np.zeros(self.size)
        vector[1 : 1 + len(self.names)] = [values[name] for name in self.names]
        return vector

    def block(self, index: int, env: Environment) -> Array:
        """Return the block part of the parameter vector."""
        return blocks.flat(self.channels, index, env)

    @property
    def block_start(self) -> int:
        """Where in the parameter vector the block part begins."""
        return 1 + len(self.names)


class _Builder:
    """Writes the equations; hands out parameters and channels as they are asked for."""

    def __init__(self, center: str, forces: Forces) -> None:
        self.m = hy
        self.center, self.forces = center, forces
        self.names: list[str] = []
        self.channels: list[Channel] = []
        self._slots: dict[tuple[str, ...], list[Any]] = {}
        self.position = hy.make_vars("x", "y", "z")
        self.velocity = hy.make_vars("vx", "vy", "vz")
        self._event_values: list[float] = []

    # Placeholders: parameter numbers are known only when all are counted.
    def static(self, name: str) -> Any:
        if name not in self.names:
            self.names.append(name)
        return hy.expression(f"static:{name}")

    def channel(self, channel: Channel) -> list[list[Any]]:
        if channel not in self.channels:
            self.channels.append(channel)
        number = self.channels.index(channel)
        return [
            [hy.expression(f"channel:{number}:{i}:{k}") for k in range(TERMS)]
            for i in range(SIZES[channel[0]])
        ]

    def parameter(self, value: float) -> Any:
        self._event_values.append(value)
        return self.static(f"event:{len(self._event_values) - 1}")

    def values(self, channel: Channel) -> Vector:
        powers = self._powers()
        return [hy.sum([c * p for c, p in zip(row, powers, strict=True)])
                for row in self.channel(channel)]  # fmt: skip

    def rates(self, channel: Channel) -> Vector:
        powers = self._powers()
        return [
            hy.sum([k * c * powers[k - 1] for k, c in enumerate(row) if k]) / HALF_S
            for row in self.channel(channel)
        ]

    def _powers(self) -> list[Any]:
        # Powers shared by all channels: one Taylor product each, where Horner would cost one for
        # every coefficient.
        if not hasattr(self, "_power_list"):
            s = (hy.time - hy.expression("static:mid")) / HALF_S
            self._power_list = [hy.expression(1.0), s]
            for _ in range(2, TERMS):
                self._power_list.append(self._power_list[-1] * s)
        return self._power_list

    def body(self, name: str) -> Vector:
        return self.values(("position", name, self.center))

    def relative(self, body: str) -> tuple[Vector, Vector]:
        if body == self.center:
            return self.position, self.velocity
        channel = ("position", body, self.center)
        return (
            f.subtract(self.position, self.values(channel)),
            f.subtract(self.velocity, self.rates(channel)),
        )

    def acceleration(self) -> Vector:
        total = f.central(self.static(f"gm:{self.center}"), self.position)
        for body in self.forces.point_masses:
            if body != self.center:
                pull = f.third_body(self.static(f"gm:{body}"), self.position, self.body(body))
                total = f.add(total, pull)
        for body, (degree, order) in self.forces.harmonics.items():
            total = f.add(total, self._harmonics(body, degree, order))
        if self.forces.radiation is not None:
            total = f.add(total, self._radiation())
        if self.forces.drag is not None:
            total = f.add(total, self._drag())
        return total

    def _harmonics(self, body: str, degree: int, order: int) -> Vector:
        r, _ = self.relative(body)
        gm, radius = self.static(f"gm:{body}"), gravity_field(body).radius_km
        angles = self.values((f"{body}_angles",))
        pole = (f.earth_pole if body == "earth" else f.moon_pole)(hy, angles)
        if order == 0:
            out = f.zonal(gm, radius, gravity_field(body).zonal(degree), r, pole)
        else:
            out = self._tesseral(body, degree, order, gm, angles, r)
        if body != self.center:
            j2 = gravity_field(body).zonal(2)
            away = f.scale(-1.0, self.body(body))
            out = f.subtract(out, f.zonal(gm, radius, j2, away, pole))
        return out

    def _tesseral(
        self, body: str, degree: int, order: int, gm: Any, angles: Vector, r: Vector
    ) -> Vector:
        model = gravity_field(body)
        pairs = model.pairs(degree, order)
        pairs[0] = [0.0, 0.0]  # the point mass is counted already
        there, back = (
            (f.to_itrf, f.from_itrf) if body == "earth" else (f.to_moon_pa, f.from_moon_pa)
        )
        fixed = there(hy, angles, r)
        return back(hy, angles, hy.model.sh_gravity_acc(fixed, pairs, gm, model.radius_km))

    def _radiation(self) -> Vector:
        from_sun, _ = self.relative("sun")
        lit = hy.expression(1.0)
        for body in SHADOW_BODIES:
            if body in self.forces.point_masses:
                lit = lit * f.sunlight(hy, from_sun, self.relative(body)[0], body)
        return f.radiation_pressure(self.static("radiation"), from_sun, lit)

    def _drag(self) -> Vector:
        r, v = self.relative("earth")
        pole = f.earth_pole(hy, self.values(("earth_angles",)))
        air = [self.static(f"air:{i}") for i in range(4)]
        return drag(hy, self.static("drag"), air, r, v, pole)

    def thrust(self, mass: Any) -> tuple[Vector, Any]:
        p = {name: self.static(name) for name in _THRUST}
        angle = p["rate_rad_s"] * (hy.time - p["reference_s"])
        aim = [p[f"aim_{i}"] for i in range(3)]
        lead = [p[f"lead_{i}"] for i in range(3)]
        size = 1e-3 * p["force_n"] / mass
        return f.scale(size, f.steering(hy, aim, lead, angle)), -p["flow_kg_s"]

    def numbering(self) -> dict[Any, Any]:
        """Return the substitution from placeholders to numbered parameters."""
        table = {"static:mid": hy.par[0]}
        for i, name in enumerate(self.names, start=1):
            table[f"static:{name}"] = hy.par[i]
        slot = 1 + len(self.names)
        for number, channel in enumerate(self.channels):
            for i in range(SIZES[channel[0]]):
                for k in range(TERMS):
                    table[f"channel:{number}:{i}:{k}"] = hy.par[slot]
                    slot += 1
        return table


def build(center: str, forces: Forces, *, thrust: bool, events: tuple[Event, ...]) -> System:
    """Return the system of a force model about a center.

    Raises
    ------
    InputError
        Where the center does not attract, or radiation pressure lacks the Sun.
    """
    if center not in forces.point_masses:
        raise InputError(
            f"the center '{center}' is not among the point masses {list(forces.point_masses)}"
        )
    builder = _Builder(center, forces)
    acceleration = builder.acceleration()
    variables = [*builder.position, *builder.velocity]
    rates: list[Any] = [*builder.velocity, *acceleration]
    if thrust:
        (mass,) = hy.make_vars("m") if isinstance(hy.make_vars("m"), list) else (hy.make_vars("m"),)
        push, flow = builder.thrust(mass)
        rates[3:] = f.add(rates[3:], push)
        variables, rates = [*variables, mass], [*rates, flow]
    functions = [event.function(builder) for event in events]
    table = builder.numbering()
    expressions = hy.subs([*rates, *functions], table)
    count = len(rates)
    return System(
        list(zip(variables, expressions[:count], strict=True)),
        list(expressions[count:]),
        builder.names,
        tuple(builder.channels),
        variables,
    )


def static_values(
    center: str, forces: Forces, env: Environment, events: tuple[Event, ...] = ()
) -> dict[str, float]:
    """Return the runtime values of a system's static parameters (thrust excepted)."""
    values = {}
    for body in {center, *forces.point_masses}:
        own = forces.gm == "field" and body in forces.harmonics
        values[f"gm:{body}"] = gravity_field(body).gm_km3_s2 if own else env.constants.gm(body)
    if forces.radiation is not None:
        r = forces.radiation
        values["radiation"] = r.area_to_mass_m2_kg * r.reflectivity
    if forces.drag is not None:
        values.update(forces.drag.values())
    numbers = [value for event in events for value in event.values()]
    values.update({f"event:{i}": value for i, value in enumerate(numbers)})
    return values
