"""Docking standards: which ports mate, and what would make those mate that do not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from perilune.catalog.entry import Entry
from perilune.stations.module import Port


@dataclass(frozen=True)
class Standard:
    """A docking or berthing standard.

    Attributes
    ----------
    name, title : str
    androgynous : bool
        Whether each half can be either side.
    berth : bool
        An arm has to bring the halves together.
    mates_with : tuple of str
        Other standards whose ports it mates with.
    largest_mass_kg : float or None
        What it can hold.
    adapter_mass_kg, adapter_y : float or None
        What a module costs that carries this standard on one end and another on the other: mass,
        and years to build it.
    """

    name: str
    title: str
    androgynous: bool
    berth: bool = False
    mates_with: tuple[str, ...] = ()
    largest_mass_kg: float | None = None
    adapter_mass_kg: float | None = None
    adapter_y: float | None = None

    @classmethod
    def of(cls, entry: Entry) -> Standard:
        """Return the standard of a catalogue entry."""
        f = entry.figures
        return cls(
            entry.name,
            f["title"],
            f["androgynous"],
            bool(f.get("berth", False)),
            tuple(f.get("mates_with", ())),
            f.get("largest_mass_kg"),
            f.get("adapter_mass_kg"),
            f.get("adapter_y"),
        )


class HasPort(Protocol):
    """Anything with one half of a docking mechanism: a module's port, a ship's nose."""

    @property
    def standard(self) -> str:
        """Name of the standard."""

    @property
    def side(self) -> str:
        """`active`, `passive` or `androgynous`."""


def why_not_mate(a: HasPort, b: HasPort, standards: Mapping[str, Standard]) -> str:
    """Return why two ports cannot mate, with what would mend it; empty where they can.

    Two ports mate where their standards are one, or one names the other as mating, and where one
    side is active and the other passive, or at least one is androgynous.

    Parameters
    ----------
    a, b : ports
    standards : mapping
        By name; both ports' standards are in it.
    """
    first, second = standards[a.standard], standards[b.standard]
    related = (
        a.standard == b.standard
        or b.standard in first.mates_with
        or a.standard in second.mates_with
    )
    if not related:
        return f"{first.title} does not mate with {second.title}: {_adapter(first, second)}"
    if "androgynous" not in (a.side, b.side) and a.side == b.side:
        return f"both ports are {a.side} ({first.title}): one has to be the other side"
    return ""


def _adapter(first: Standard, second: Standard) -> str:
    masses = [s.adapter_mass_kg for s in (first, second) if s.adapter_mass_kg is not None]
    years = [s.adapter_y for s in (first, second) if s.adapter_y is not None]
    if not masses:
        return "an adapter between them would mend it"
    when = f" and takes some {max(years):g} years" if years else ""
    return f"an adapter between them would mend it, which weighs some {max(masses):,.0f} kg{when}"


__all__ = ["HasPort", "Port", "Standard", "why_not_mate"]
