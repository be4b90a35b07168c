"""Catalogue entries: a named set of figures with source and confidence."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from perilune.astro.geometry import SurfacePoint
from perilune.errors import UnknownName


@dataclass(frozen=True)
class Entry:
    """One entry.

    Attributes
    ----------
    kind, name : str
    figures : dict
        Values by key, units in the keys.
    confidence : str
        `sourced`, `unconfirmed` (from memory, or sources conflict) or `assumed`.
    source : str
    """

    kind: str
    name: str
    figures: dict[str, Any]
    confidence: str
    source: str

    def point(self, body: str) -> SurfacePoint:
        """Return the entry's place on a body."""
        f = self.figures
        return SurfacePoint(
            body, f["latitude_deg"], f["longitude_deg"], float(f.get("altitude_km", 0.0))
        )


KINDS = {
    "launch_sites": "launch site",
    "lunar_sites": "lunar site",
    "vehicles": "vehicle",
}
"""Catalogue tables, and what one of their entries is called."""


@cache
def table(kind: str) -> dict[str, Entry]:
    """Return a catalogue table by kind; raises UnknownName."""
    if kind not in KINDS:
        raise UnknownName("catalogue", kind, KINDS)
    text = (files("perilune.catalog") / "data" / f"{kind}.toml").read_text("utf-8")
    rows = tomllib.loads(text)
    return {
        name: Entry(
            kind,
            name,
            {k: v for k, v in row.items() if k not in ("source", "confidence")},
            row["confidence"],
            row["source"],
        )
        for name, row in rows.items()
    }


def entry(kind: str, name: str) -> Entry:
    """Return one entry; raises UnknownName with the nearest name."""
    rows = table(kind)
    if name not in rows:
        raise UnknownName(KINDS[kind], name, rows)
    return rows[name]
