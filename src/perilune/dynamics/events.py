"""Events: functions of the motion whose zeros an integration finds exactly.

Each is plain data; `function` writes it in terms of what a system offers (`Scope`). Thresholds
are runtime parameters, so that one compiled system serves every value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from perilune.astro.bodies import RADIUS_KM
from perilune.dynamics.forces import Vector, discs, dot
from perilune.errors import InputError, UnknownName


class Scope(Protocol):
    """What an event function may use of the system it is built into."""

    m: Any

    def relative(self, body: str) -> tuple[Vector, Vector]:
        """Return position (km) and velocity (km/s) of the spacecraft relative to a body."""

    def parameter(self, value: float) -> Any:
        """Return a runtime parameter that holds `value`."""


@dataclass(frozen=True)
class Event:
    """A zero to find.

    Attributes
    ----------
    terminal : bool
        Stop there.
    direction : int
        Take only zeros that rise (1) or fall (-1), or both (0).
    name : str
        What the found event is called.
    """

    terminal: bool = False
    direction: int = 0
    name: str = ""

    def __post_init__(self) -> None:
        if self.direction not in (-1, 0, 1):
            raise InputError(f"event direction is {self.direction!r}: expected -1, 0 or 1")

    @property
    def label(self) -> str:
        """The event's name, its kind where none was given."""
        return self.name or type(self).__name__.lower()

    @property
    def key(self) -> tuple[Any, ...]:
        """What decides the compiled function."""
        return (type(self).__name__, self.terminal, self.direction)

    def values(self) -> tuple[float, ...]:
        """Return the runtime values, in the order `function` asks for parameters."""
        return ()

    def function(self, scope: Scope) -> Any:  # noqa: ARG002
        """Return the expression whose zeros are wanted."""
        raise InputError("an Event needs a kind: Apsis, Distance, Plane or Shadow")


@dataclass(frozen=True)
class Apsis(Event):
    """Passage of an apsis about a body (r . v = 0); with `direction` 1 only periapsides."""

    body: str = "moon"

    @property
    def key(self) -> tuple[Any, ...]:
        """What decides the compiled function."""
        return (*super().key, self.body)

    def function(self, scope: Scope) -> Any:
        """Return r . v about the body."""
        r, v = scope.relative(self.body)
        return dot(r, v)


def periapsis(body: str, *, terminal: bool = False, name: str = "periapsis") -> Apsis:
    """Return the event of passing closest to a body."""
    return Apsis(terminal=terminal, direction=1, name=name, body=body)


def apoapsis(body: str, *, terminal: bool = False, name: str = "apoapsis") -> Apsis:
    """Return the event of passing farthest from a body."""
    return Apsis(terminal=terminal, direction=-1, name=name, body=body)


@dataclass(frozen=True)
class Distance(Event):
    """Crossing of a distance from a body's center (km)."""

    body: str = "moon"
    distance_km: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0.0 < self.distance_km < np.inf:
            raise InputError(f"distance_km is {self.distance_km!r}: expected a positive number")

    @property
    def key(self) -> tuple[Any, ...]:
        """What decides the compiled function."""
        return (*super().key, self.body)

    def values(self) -> tuple[float, ...]:
        """Return the distance."""
        return (self.distance_km,)

    def function(self, scope: Scope) -> Any:
        """Return distance less the threshold, over the threshold."""
        r, _ = scope.relative(self.body)
        limit = scope.parameter(self.distance_km)
        return dot(r, r) / (limit * limit) - 1.0


def impact(body: str) -> Distance:
    """Return the terminal event of falling below a body's mean (Earth: equatorial) radius."""
    if body not in RADIUS_KM:
        raise UnknownName("body with a radius", body, RADIUS_KM)
    return Distance(
        terminal=True, direction=-1, name="impact", body=body, distance_km=RADIUS_KM[body]
    )


@dataclass(frozen=True)
class Plane(Event):
    """Crossing of the plane through a body's center with a fixed normal (unit, `icrf`)."""

    body: str = "moon"
    normal: tuple[float, float, float] = (0.0, 0.0, 1.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not abs(float(np.linalg.norm(self.normal)) - 1.0) < 1e-9:
            raise InputError(f"normal is {self.normal}: expected a unit vector")

    @property
    def key(self) -> tuple[Any, ...]:
        """What decides the compiled function."""
        return (*super().key, self.body)

    def values(self) -> tuple[float, ...]:
        """Return the normal."""
        return tuple(float(x) for x in np.asarray(self.normal))

    def function(self, scope: Scope) -> Any:
        """Return the distance from the plane, km."""
        r, _ = scope.relative(self.body)
        return dot(r, [scope.parameter(x) for x in self.values()])


@dataclass(frozen=True)
class Shadow(Event):
    """Entry into (direction -1) or exit from (1) a body's penumbra, or umbra.

    Spherical bodies, geometric positions: the apparent discs of Sun and body touch.
    """

    body: str = "earth"
    umbra: bool = False

    @property
    def key(self) -> tuple[Any, ...]:
        """What decides the compiled function."""
        return (*super().key, self.body, self.umbra)

    def function(self, scope: Scope) -> Any:
        """Return separation of the discs' centers less the sum (difference) of radii, rad."""
        from_sun, _ = scope.relative("sun")
        from_body, _ = scope.relative(self.body)
        sun, body, separation = discs(scope.m, from_sun, from_body, self.body)
        return separation - (body - sun if self.umbra else body + sun)
