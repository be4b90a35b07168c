"""Catalogue entries: a named set of figures, each with its source and confidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from perilune.astro.geometry import SurfacePoint
from perilune.errors import InputError

KINDS = {
    "launch_sites": "launch site",
    "lunar_sites": "lunar site",
    "vehicles": "vehicle",
    "upper_stages": "upper stage",
    "ground_stations": "ground station",
    "landing_zones": "landing zone",
    "stations": "station",
    "modules": "station module",
    "ships": "ship",
    "docking_standards": "docking standard",
    "treaties": "treaty",
    "countries": "country",
    "agencies": "agency",
    "rules": "rule",
    "life_support": "life support",
}
"""Catalogue tables, and what one of their entries is called."""

CONFIDENCES = ("sourced", "derived", "unconfirmed", "assumed")
"""How far a figure can be trusted: `unconfirmed` is from memory, or its sources conflict."""

MARKS = ("source", "confidence", "figures")
"""The keys of an entry that say where its figures stand, and are no figures."""


@dataclass(frozen=True)
class Mark:
    """Where a figure stands: its confidence (one of `CONFIDENCES`) and source."""

    confidence: str
    source: str


@dataclass(frozen=True)
class Entry:
    """One entry, or one row of an entry's table.

    Attributes
    ----------
    kind, name : str
        A row's name is its place: `cz-5.payloads[2]`.
    figures : dict
        Values by key, units in the keys. A table's value is the list of its rows as written:
        `rows` gives them with their marks.
    confidence : str
        `sourced`, `derived`, `unconfirmed` (from memory, or sources conflict) or `assumed`.
    source : str
    marks : mapping
        Marks by key, of the figures that do not stand where the entry stands.
    """

    kind: str
    name: str
    figures: dict[str, Any]
    confidence: str
    source: str
    marks: Mapping[str, Mark] = field(default_factory=dict)

    def mark_of(self, key: str) -> Mark:
        """Return confidence and source of a figure."""
        return self.marks.get(key) or Mark(self.confidence, self.source)

    def confidence_of(self, key: str) -> str:
        """Return the confidence of a figure."""
        return self.mark_of(key).confidence

    def source_of(self, key: str) -> str:
        """Return the source of a figure."""
        return self.mark_of(key).source

    def figure(self, key: str) -> Any:
        """Return a figure; raises InputError where the entry has none."""
        if key not in self.figures:
            raise InputError(f"{KINDS[self.kind]} '{self.name}' has no `{key}` in the catalogue")
        return self.figures[key]

    def rows(self, key: str) -> tuple[Entry, ...]:
        """Return a table of the entry, row by row; a row inherits what it does not say itself.

        An entry without the table has no rows.
        """
        return tuple(
            parsed(self.kind, f"{self.name}.{key}[{number}]", row, self.mark_of(key))
            for number, row in enumerate(self.figures.get(key, ()))
        )

    def point(self, body: str) -> SurfacePoint:
        """Return the entry's place on a body."""
        f = self.figures
        return SurfacePoint(
            body, f["latitude_deg"], f["longitude_deg"], float(f.get("altitude_km", 0.0))
        )


def parsed(kind: str, name: str, content: Mapping[str, Any], above: Mark) -> Entry:
    """Return the entry of a TOML table; `above` is where it stands unless it says otherwise."""
    own = inherited(content, above)
    marks = {key: inherited(mark, own) for key, mark in content.get("figures", {}).items()}
    figures = {key: value for key, value in content.items() if key not in MARKS}
    return Entry(kind, name, figures, own.confidence, own.source, marks)


def inherited(content: Mapping[str, Any], above: Mark) -> Mark:
    """Return the mark a table gives; what it leaves out is as above it."""
    return Mark(content.get("confidence", above.confidence), content.get("source", above.source))


def table(kind: str) -> dict[str, Entry]:
    """Return a table of the bundled catalogue by kind; raises UnknownName."""
    from perilune.catalog.book import catalog

    return catalog().table(kind)


def entry(kind: str, name: str) -> Entry:
    """Return one entry of the bundled catalogue; raises UnknownName with the nearest name."""
    from perilune.catalog.book import catalog

    return catalog().entry(kind, name)
