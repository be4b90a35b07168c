"""An orbital complex: modules joined port to port, where each is, and the body they make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from perilune.errors import InputError, UnknownName
from perilune.stations.module import Module, Port

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Placed:
    """A module in a complex.

    Attributes
    ----------
    name : str
        Of this copy; several of one kind of ship may be there.
    module : Module
    position_m : ndarray, shape (3,)
        Of its middle, in the complex's frame.
    attitude : ndarray, shape (3, 3)
        Turns its frame into the complex's.
    """

    name: str
    module: Module
    position_m: Array
    attitude: Array


@dataclass(frozen=True)
class Joint:
    """Two ports that are mated, as (name of the module, name of its port)."""

    a: tuple[str, str]
    b: tuple[str, str]

    def end(self, name: str) -> tuple[str, str] | None:
        """Return the end on a module, or None."""
        return next((end for end in (self.a, self.b) if end[0] == name), None)

    def other(self, name: str) -> tuple[str, str]:
        """Return the end that is not on a module."""
        return self.b if self.a[0] == name else self.a


@dataclass(frozen=True, eq=False)
class Complex:
    """Modules joined port to port; the frame is that of the first one.

    Attributes
    ----------
    placed : tuple of Placed
    joints : tuple of Joint
    """

    placed: tuple[Placed, ...] = ()
    joints: tuple[Joint, ...] = ()

    @property
    def names(self) -> list[str]:
        """The modules, in the order they came."""
        return [part.name for part in self.placed]

    @property
    def modules(self) -> list[Module]:
        """The modules themselves."""
        return [part.module for part in self.placed]

    def part(self, name: str) -> Placed:
        """Return a module by name; raises UnknownName."""
        for part in self.placed:
            if part.name == name:
                return part
        raise UnknownName("module of the station", name, self.names)

    def mated(self, name: str, port: str) -> tuple[str, str] | None:
        """Return what is mated to a port, or None where it is free."""
        for joint in self.joints:
            if (name, port) in (joint.a, joint.b):
                return joint.other(name)
        return None

    def begin(self, name: str, module: Module) -> Complex:
        """Return a complex of one module."""
        return Complex((Placed(name, module, np.zeros(3), np.eye(3)),))

    def dock(
        self, name: str, module: Module, port: str, to: tuple[str, str], clocking_deg: float = 0.0
    ) -> Complex:
        """Return the complex with a module mated port to port.

        Parameters
        ----------
        name : str
            What the module is called here.
        module : Module
        port : str
            Its own port.
        to : tuple of str
            Module and port it mates with.
        clocking_deg : float
            Turn about the axis of the ports.

        Raises
        ------
        InputError
            Where the name is taken, or either port is; UnknownName where one is not there.
        """
        if name in self.names:
            raise InputError(f"'{name}' is docked already: expected it once")
        target = self.part(to[0])
        busy = self.mated(*to)
        if busy is not None:
            raise InputError(f"port '{to[1]}' of '{to[0]}' is taken by '{busy[0]}'")
        placed = _mated(name, module, module.port(port), target, to[1], clocking_deg)
        return Complex((*self.placed, placed), (*self.joints, Joint((name, port), to)))

    def joined(self, a: tuple[str, str], b: tuple[str, str]) -> Complex:
        """Return the complex with two of its ports mated that have met by its geometry."""
        self.part(a[0]).module.port(a[1])
        self.part(b[0]).module.port(b[1])
        return replace(self, joints=(*self.joints, Joint(a, b)))

    def without(self, name: str) -> Complex:
        """Return the complex after a module has left that nothing hangs on.

        Raises
        ------
        InputError
            Where others would be cut off with it; says which.
        """
        self.part(name)
        left = Complex(
            tuple(part for part in self.placed if part.name != name),
            tuple(joint for joint in self.joints if joint.end(name) is None),
        )
        pieces = left.pieces()
        if len(pieces) > 1:
            lost = ", ".join(f"'{n}'" for piece in pieces[1:] for n in piece)
            raise InputError(f"'{name}' cannot leave: {lost} would leave with it")
        return left

    def pieces(self) -> list[list[str]]:
        """Return the names of the modules, group by group of those that hang together."""
        names, groups = list(self.names), []
        while names:
            group, edge = [names[0]], [names[0]]
            while edge:
                edge = [n for n in self._beside(edge) if n not in group]
                group += edge
            groups.append([name for name in self.names if name in group])
            names = [name for name in names if name not in group]
        return groups

    def only(self, names: list[str]) -> Complex:
        """Return the complex of some of the modules, where they are."""
        for name in names:
            self.part(name)
        return Complex(
            tuple(part for part in self.placed if part.name in names),
            tuple(j for j in self.joints if j.a[0] in names and j.b[0] in names),
        )

    def free_ports(self) -> list[tuple[str, Port]]:
        """Return the ports that nothing is mated to, with the module's name."""
        every = [(part.name, port) for part in self.placed for port in part.module.ports]
        return [(name, port) for name, port in every if self.mated(name, port.name) is None]

    def port_place(self, name: str, port: str) -> tuple[Array, Array]:
        """Return a port's position (m) and outward axis in the complex's frame."""
        part = self.part(name)
        own = part.module.port(port)
        return (
            part.position_m + part.attitude @ np.array(own.position_m),
            part.attitude @ np.array(own.axis),
        )

    def _beside(self, names: list[str]) -> Iterator[str]:
        found = {j.other(n)[0] for j in self.joints for n in names if j.end(n) is not None}
        return iter(name for name in self.names if name in found)


def _mated(
    name: str, module: Module, own: Port, target: Placed, at: str, clocking_deg: float
) -> Placed:
    """Return a module where its port meets a target's: places equal, axes opposed."""
    port = target.module.port(at)
    outward = target.attitude @ np.array(port.axis)
    meeting = target.position_m + target.attitude @ np.array(port.position_m)
    attitude = _turn(outward, clocking_deg) @ target.attitude @ _facing(own, port)
    return Placed(name, module, meeting - attitude @ np.array(own.position_m), attitude)


def _facing(own: Port, port: Port) -> Array:
    """Return the smallest turn after which a module's port looks against the other's axis."""
    a, b = np.array(own.axis), -np.array(port.axis)
    if float(a @ b) < -0.5:  # opposite: half a turn about an axis across, the nadir one if it is
        across = np.array([0.0, 0.0, 1.0]) if abs(a[2]) < 0.5 else np.array([0.0, 1.0, 0.0])
        return np.asarray(2.0 * np.outer(across, across) - np.eye(3))
    skew = _skew(np.cross(a, b))
    return np.asarray(np.eye(3) + skew + skew @ skew / (1.0 + float(a @ b)))


def _turn(axis: Array, angle_deg: float) -> Array:
    """Return the rotation about an axis (Rodrigues)."""
    angle, skew = np.radians(angle_deg), _skew(axis)
    return np.asarray(np.eye(3) + np.sin(angle) * skew + (1.0 - np.cos(angle)) * skew @ skew)


def _skew(vector: Array) -> Array:
    """Return the matrix that a vector's cross product is."""
    x, y, z = vector
    return np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
