"""Docking interfaces: whether ports mate, what they hold, and the lightest adapter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from perilune.catalog.book import Catalog
from perilune.catalog.entry import Entry
from perilune.stations.docking import Standard, why_not_mate

_YEAR_D = 365.25


@dataclass(frozen=True)
class Mating:
    """Whether ports mate.

    Attributes
    ----------
    fits : bool
    found : str
        What stands against it.
    mended_by : str
    mass_kg, delay_d : float or None
    confidence, source : str
        Of mass and delay.
    """

    fits: bool
    found: str = ""
    mended_by: str = ""
    mass_kg: float | None = None
    delay_d: float | None = None
    confidence: str = ""
    source: str = ""


@dataclass(frozen=True)
class _Half:
    standard: str
    side: str


def mating(
    offered: Sequence[str], needed: Sequence[str], mass_kg: float | None, book: Catalog
) -> Mating:
    """Return whether any of some ports takes any of others, and holds what comes.

    Parameters
    ----------
    offered, needed : sequence of str
        Docking standards of the catalogue; offered ports are taken as passive, the other as active.
    mass_kg : float or None
        Of what docks; None: not asked.
    book : Catalog

    Raises
    ------
    UnknownName
        Where a standard is not in the catalogue.
    """
    kind = "docking_standards"
    entries = {name: book.entry(kind, name) for name in (*offered, *needed)}
    standards = {name: Standard.of(entry) for name, entry in entries.items()}
    pairs = [(o, n) for o in offered for n in needed]
    mate = [
        (o, n)
        for o, n in pairs
        if not why_not_mate(_Half(o, "passive"), _Half(n, "active"), standards)
    ]
    if not mate:
        return _adapter(pairs, entries)
    holds = [(standards[o].largest_mass_kg, o) for o, _ in mate]
    if mass_kg is None or any(most is None or mass_kg <= most for most, _ in holds):
        return Mating(fits=True)
    most, strongest = max((most or 0.0, name) for most, name in holds)
    stronger = [n for n, e in book.table(kind).items() if _holds(e, mass_kg)]
    return Mating(
        fits=False,
        found=f"{strongest}, which holds {most:,.0f} kg",
        mended_by=f"a port of a stronger standard ({', '.join(sorted(stronger))})",
    )


def _adapter(pairs: Sequence[tuple[str, str]], entries: dict[str, Entry]) -> Mating:
    """Return the pair that the lightest adapter joins; the heavier of both ends is counted."""
    best: tuple[float, str, str] | None = None
    for pair in pairs:
        masses = [m for name in pair if (m := entries[name].figures.get("adapter_mass_kg"))]
        if masses and (best is None or max(masses) < best[0]):
            best = (max(masses), *pair)
    found = " or ".join(dict.fromkeys(o for o, _ in pairs))
    if best is None:
        return Mating(False, found, "an adapter between them", confidence="assumed")
    mass, pair = best[0], best[1:]
    years = [y for name in pair if (y := entries[name].figures.get("adapter_y"))]
    heavy = max(pair, key=lambda name: entries[name].figures.get("adapter_mass_kg", 0.0))
    return Mating(
        False,
        found,
        f"an adapter from {pair[0]} to {pair[1]}",
        mass,
        max(years) * _YEAR_D if years else None,
        entries[heavy].confidence_of("adapter_mass_kg"),
        entries[heavy].source_of("adapter_mass_kg"),
    )


def _holds(entry: Entry, mass_kg: float) -> bool:
    return float(entry.figures.get("largest_mass_kg", 0.0)) >= mass_kg
