"""A station module: mass, size and ports, and what it can do by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.catalog.entry import Entry
from perilune.errors import UnknownName

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Port:
    """One half of a docking mechanism on a body.

    Attributes
    ----------
    name : str
    standard : str
        Name of the docking standard.
    side : str
        `active`, `passive` or `androgynous`.
    axis : tuple of float
        Outward, in the body's frame (unit vector).
    position_m : tuple of float
        From the middle of the body.
    berth : bool
        Only an arm can bring a body here.
    hatch : bool
        People and cargo can pass: no ship comes to a port without.
    """

    name: str
    standard: str
    side: str
    axis: tuple[float, float, float]
    position_m: tuple[float, float, float]
    berth: bool = False
    hatch: bool = True


@dataclass(frozen=True)
class Module:
    """A pressurized module, a truss, an adapter, or a ship while it is docked.

    Its frame: x along the length, y to starboard and z to nadir where it flies nose forward, the
    origin in the middle of the body.

    Attributes
    ----------
    name, title, partner : str
    mass_kg, length_m, diameter_m : float
    ports : tuple of Port
    inertia_kg_m2 : tuple of float
        Principal moments along its axes; those of an even cylinder where none is published.
    end_area_m2, side_area_m2 : float
        Seen along x, and across it, arrays included where the catalogue has them.
    propellant_kg, thrust_n, isp_s : float
    propulsion, control, life_support : bool
        Whether it can raise an orbit, hold an attitude, keep a crew by itself.
    power_kw, power_use_kw : float
    crew_n : int
        Sleeping places.
    momentum_n_m_s : float
        What its gyrodynes hold.
    arm_reach_m : float
        Of an arm that can move a module from port to port; 0 for none.
    is_ship : bool
        It comes and goes.
    launched, until : date or None
    confidence, source : str
    """

    name: str
    title: str
    partner: str
    mass_kg: float
    length_m: float
    diameter_m: float
    ports: tuple[Port, ...] = ()
    inertia_kg_m2: tuple[float, float, float] = (0.0, 0.0, 0.0)
    end_area_m2: float = 0.0
    side_area_m2: float = 0.0
    propellant_kg: float = 0.0
    thrust_n: float = 0.0
    isp_s: float = 0.0
    propulsion: bool = False
    control: bool = False
    life_support: bool = False
    power_kw: float = 0.0
    power_use_kw: float = 0.0
    crew_n: int = 0
    momentum_n_m_s: float = 0.0
    arm_reach_m: float = 0.0
    is_ship: bool = False
    launched: date | None = None
    until: date | None = None
    confidence: str = "assumed"
    source: str = ""

    def port(self, name: str) -> Port:
        """Return a port by name; raises UnknownName."""
        for port in self.ports:
            if port.name == name:
                return port
        raise UnknownName(f"port of '{self.name}'", name, [port.name for port in self.ports])


def module_of(entry: Entry) -> Module:
    """Return the module of a catalogue entry of kind `modules` or `ships`.

    A ship has one port, `nose`, at the end it docks with; what the catalogue leaves out of a body
    is as of an even cylinder, a ship without a size is one of 7 by 2.7 m.
    """
    f = entry.figures
    length, diameter = float(f.get("length_m", 7.0)), float(f.get("diameter_m", 2.7))
    if entry.kind == "ships":
        nose = {"name": "nose", "standard": f["standard"], "side": f["side"], "axis": "+x"}
        ports: tuple[Port, ...] = (
            _port({**nose, "berth": f.get("berth", False)}, length, diameter),
        )
    else:
        ports = tuple(_port(row.figures, length, diameter) for row in entry.rows("ports"))
    keys = set(Module.__dataclass_fields__) - {"ports", "inertia_kg_m2"}
    own: dict[str, Any] = {key: value for key, value in f.items() if key in keys}
    own |= {"length_m": length, "diameter_m": diameter, "partner": f.get("partner", "")}
    own |= {"confidence": entry.confidence, "source": entry.source, "name": entry.name}
    own.setdefault("end_area_m2", np.pi * diameter**2 / 4.0)
    own.setdefault("side_area_m2", length * diameter)
    if entry.kind == "ships":
        own |= {"propulsion": True, "control": True, "crew_n": 0, "is_ship": True}
    inertia = tuple(f.get("inertia_kg_m2") or _cylinder(f["mass_kg"], length, diameter))
    return Module(ports=ports, inertia_kg_m2=inertia, **own)


def _port(figures: Any, length_m: float, diameter_m: float) -> Port:
    """Return a port; without a position it lies where its axis leaves the cylinder."""
    sign = 1.0 if figures["axis"][0] == "+" else -1.0
    axis = [sign * float(figures["axis"][1] == name) for name in "xyz"]
    half = (length_m / 2.0, diameter_m / 2.0, diameter_m / 2.0)
    edge = [float(np.dot(axis, half)) * abs(part) for part in axis]
    place = figures.get("position_m", edge)
    return Port(
        figures["name"],
        figures["standard"],
        figures["side"],
        (axis[0], axis[1], axis[2]),
        (float(place[0]), float(place[1]), float(place[2])),
        bool(figures.get("berth", False)),
        bool(figures.get("hatch", True)),
    )


def _cylinder(mass_kg: float, length_m: float, diameter_m: float) -> tuple[float, float, float]:
    """Return the principal moments of an even cylinder about its middle, x along its length."""
    along = mass_kg * diameter_m**2 / 8.0
    across = mass_kg * (3.0 * (diameter_m / 2.0) ** 2 + length_m**2) / 12.0
    return along, across, across
