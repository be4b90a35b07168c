"""The shape of a table: which keys it may hold, which it must, and the tables inside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from perilune.catalog.figure import Figure

TEXT = Figure("text")
LABELS = {"title": TEXT, "agency": TEXT, "partner": TEXT, "note": TEXT}
MASS = Figure(low=0, high=1e7, above=True)


@dataclass(frozen=True)
class Shape:
    """What a table may hold.

    Attributes
    ----------
    figures : mapping
        What may stand under each key.
    required : tuple of str
    rows : mapping
        Shapes of the rows of each table inside.
    one_of : tuple of str
        Keys of which exactly one is there; empty for no such rule.
    needs_source : bool
        A confidence alone is not enough: each figure names its source.
    """

    figures: Mapping[str, Figure]
    required: tuple[str, ...] = ()
    rows: Mapping[str, Shape] = field(default_factory=dict)
    one_of: tuple[str, ...] = ()
    needs_source: bool = False

    @property
    def keys(self) -> list[str]:
        """Every key that may stand here, the marks apart."""
        return [*self.figures, *self.rows]
