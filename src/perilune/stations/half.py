"""A part of a station by itself: what it still has, what it lacks, who can come to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from perilune.catalog.book import Catalog
from perilune.stations.body import Body, Control, body_of, control_of, drag_areas
from perilune.stations.complex import Complex
from perilune.stations.docking import Standard, why_not_mate
from perilune.stations.module import Module, module_of

_G0 = 9.80665


@dataclass(frozen=True, eq=False)
class Half:
    """Modules that hang together and fly by themselves.

    Attributes
    ----------
    name : str
    complex : Complex
    body : Body
    control : Control
    drag_area_m2 : float
        Mean over all attitudes where nothing holds it, else the least of the three axes.
    """

    name: str
    complex: Complex
    body: Body
    control: Control
    drag_area_m2: float

    @property
    def modules(self) -> list[Module]:
        """What it is made of."""
        return self.complex.modules

    @property
    def propulsion(self) -> list[str]:
        """Modules that can raise its orbit; docked ships come and go, and do not count."""
        return [p.name for p in self.complex.placed if p.module.propulsion and not p.module.is_ship]

    @property
    def ships(self) -> list[str]:
        """Ships that are docked."""
        return [p.name for p in self.complex.placed if p.module.is_ship]

    @property
    def control_by(self) -> list[str]:
        """Modules that hold its attitude."""
        return [p.name for p in self.complex.placed if p.module.control and not p.module.is_ship]

    @property
    def life_support(self) -> list[str]:
        """Modules that keep a crew."""
        return [p.name for p in self.complex.placed if p.module.life_support]

    @property
    def power_kw(self) -> float:
        """What its arrays give."""
        return sum(m.power_kw for m in self.modules)

    @property
    def power_use_kw(self) -> float:
        """What its modules take."""
        return sum(m.power_use_kw for m in self.modules)

    @property
    def crew_n(self) -> int:
        """Sleeping places."""
        return sum(m.crew_n for m in self.modules)

    @property
    def propellant_kg(self) -> float:
        """In modules that can burn it."""
        return sum(m.propellant_kg for m in self._own if m.propulsion)

    @property
    def _own(self) -> list[Module]:
        return [m for m in self.modules if not m.is_ship]

    @property
    def dv_m_s(self) -> float:
        """What that propellant gives."""
        able = [m for m in self._own if m.propulsion and m.isp_s > 0.0 and m.propellant_kg > 0.0]
        if not able:
            return 0.0
        isp = sum(m.isp_s * m.propellant_kg for m in able) / sum(m.propellant_kg for m in able)
        used = min(self.propellant_kg, 0.9 * self.body.mass_kg)
        return float(_G0 * isp * np.log(self.body.mass_kg / (self.body.mass_kg - used)))

    def docks(self, ship: Module, standards: Mapping[str, Standard]) -> list[str]:
        """Return the free ports a ship can mate with."""
        free = self.complex.free_ports()
        return [
            f"{name}.{port.name}"
            for name, port in free
            if port.hatch and any(not why_not_mate(own, port, standards) for own in ship.ports)
        ]


def half_of(name: str, found: Complex, altitude_km: float) -> Half:
    """Return a part of a station as a body of its own.

    Model limits: areas are sums of the modules' own, shadows not counted: upper bounds.
    """
    body = body_of(found)
    control = control_of(found, body, altitude_km)
    areas = drag_areas(found.placed)
    area = float(areas.min()) if control.is_held else float(areas.mean())
    return Half(name, found, body, control, area)


def needs(half: Half) -> list[str]:
    """Return what a half lacks to fly by itself, in words."""
    lacking = []
    docked = f", but the ships now docked: {', '.join(half.ships)}" if half.ships else ""
    if not half.propulsion:
        lacking.append(f"propulsion: nothing on board can raise the orbit{docked}")
    elif half.dv_m_s == 0.0:
        lacking.append("propellant: the engines on board have none")
    if not half.control_by:
        lacking.append(f"attitude control: nothing on board holds it{docked}")
    short = half.power_use_kw - half.power_kw
    if half.power_kw <= 0.0:
        lacking.append("power: there are no arrays")
    elif short > 0.0:
        lacking.append(f"power: {short:.1f} kW are short")
    return lacking


def crew_needs(half: Half) -> list[str]:
    """Return what a half lacks beyond that to keep a crew."""
    lacking = []
    if not half.life_support:
        lacking.append("life support")
    if half.crew_n == 0:
        lacking.append("sleeping places")
    return lacking


def menders(
    half: Half, book: Catalog, standards: Mapping[str, Standard], partners: Iterable[str] = ()
) -> list[tuple[Module, str]]:
    """Return the modules of the catalogue that mend what a half lacks most.

    Engines with a hold on the attitude where it has none, else power.

    Lightest first, with the free port each would take; not those of a station that is gone.
    `partners`: only theirs, where any is named.
    """
    wanted = set(partners)
    needs_engine = not (half.propulsion and half.control_by)
    short_kw = half.power_use_kw - half.power_kw
    found = []
    for entry in book.table("modules").values():
        module = module_of(entry)
        gives = module.power_kw - module.power_use_kw >= max(short_kw, 0.1)
        mends = module.propulsion and module.control if needs_engine else gives
        if not mends or module.name in half.complex.names or module.until is not None:
            continue
        if wanted and module.partner not in wanted:
            continue
        ports = half.docks(module, standards)
        if ports:
            found.append((module, ports[0]))
    return sorted(found, key=lambda pair: pair[0].mass_kg)
