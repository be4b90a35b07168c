"""Which roles face each other, and what mends a mismatch between them: a table, as data."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Facing:
    """Roles that need something of other roles.

    Attributes
    ----------
    needs, offers : tuple of str
        Roles.
    what : tuple of str
        Keys of an interface.
    """

    needs: tuple[str, ...]
    offers: tuple[str, ...]
    what: tuple[str, ...]


@dataclass(frozen=True)
class Mend:
    """What would mend a mismatch.

    Attributes
    ----------
    words : str
        With the places `{short}`, `{share}`, `{width}`, `{least}`, `{who}` and `{needer}`.
    mass_kg : float or None
        Added whatever is missing.
    mass_per_unit, mass_per_ratio : float or None
        kg for each unit that is missing, and for each time more that is needed.
    delay_d : float or None
    confidence, source : str
    """

    words: str
    mass_kg: float | None = None
    mass_per_unit: float | None = None
    mass_per_ratio: float | None = None
    delay_d: float | None = None
    confidence: str = "assumed"
    source: str = ""

    def mass(self, short: float, ratio: float) -> float | None:
        """Return the mass it costs, kg; None where it is none of mass."""
        parts = [
            self.mass_kg,
            None if self.mass_per_unit is None else self.mass_per_unit * short,
            None if self.mass_per_ratio is None else self.mass_per_ratio * (ratio - 1.0),
        ]
        said = [part for part in parts if part is not None]
        return sum(said) if said else None


def facings() -> tuple[Facing, ...]:
    """Return the table of roles that face each other."""
    rows = _document()["facing"]
    return tuple(Facing(*(tuple(row[key]) for key in ("needs", "offers", "what"))) for row in rows)


def mend_of(what: str, offers: str) -> Mend:
    """Return what mends a mismatch in a key of an interface, where a role offers too little."""
    for row in _document()["mend"]:
        if row["what"] == what and offers in row.get("offers", [offers]):
            return Mend(**{key: row[key] for key in row if key not in ("what", "offers")})
    raise KeyError(what)


@cache
def _document() -> dict[str, Any]:
    path = files("perilune.cooperation") / "data" / "interfaces.toml"
    return tomllib.loads(path.read_text("utf-8"))
