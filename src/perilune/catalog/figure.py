"""One figure of the catalogue: what type it has, between which bounds it lies, in what unit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

UNITS = {
    "_n_m_s": "N m s",
    "_kg_m2": "kg m2",
    "_kg_d": "kg/d",
    "_kg_y": "kg/y",
    "_km2_s2": "km2/s2",
    "_km_s": "km/s",
    "_m_s": "m/s",
    "_km2": "km2",
    "_m2": "m2",
    "_km": "km",
    "_kg": "kg",
    "_kw": "kW",
    "_deg": "deg",
    "_mm": "mm",
    "_m": "m",
    "_d": "d",
    "_y": "y",
    "_h": "h",
    "_s": "s",
    "_n": "N",
}
"""Units by the suffix that says them, the longer suffix first."""

_WORDS = {
    "number": "a number",
    "ratio": "a number",
    "count": "a whole number",
    "text": "text in quotes",
    "statement": "text in quotes",
    "flag": "true or false",
    "names": "a list of names in quotes",
    "ranges": "a list of ranges [low, high]",
    "vector": "three numbers [x, y, z]",
    "date": "a date without quotes, such as 2021-09-17",
}


@dataclass(frozen=True)
class Figure:
    """What a catalogue key holds.

    Attributes
    ----------
    type : str
        `number`, `ratio` (a number without a unit), `count`, `text`, `statement` (a text that
        needs a source), `flag`, `names`, `ranges` (pairs of numbers), `vector` (three numbers) or
        `date`.
    low, high : float
        Bounds of each number.
    above : bool
        `low` itself is outside.
    words : tuple of str
        What a text, or each name, may be; empty for anything.
    """

    type: str = "number"
    low: float = -math.inf
    high: float = math.inf
    above: bool = False
    words: tuple[str, ...] = ()

    @property
    def expected(self) -> str:
        """What belongs here, in words."""
        text = _WORDS[self.type]
        if self.words:
            return f"{text}: {', '.join(self.words)}"
        if not math.isfinite(self.low):
            return text
        low = f"above {self.low:g} and up to" if self.above else f"from {self.low:g} to"
        return f"{text} {low} {self.high:.10g}"

    @property
    def is_prose(self) -> bool:
        """Whether this is a text for people, which needs no source."""
        return self.type == "text" and not self.words

    def admits(self, value: Any) -> bool:
        """Tell whether a value may stand here."""
        if self.type in ("number", "ratio", "count"):
            return self._is_number(value)
        if self.type in ("text", "statement"):
            return self._is_word(value)
        if self.type == "flag":
            return isinstance(value, bool)
        if self.type == "date":
            return isinstance(value, date) and not isinstance(value, datetime)
        if not isinstance(value, list) or not value:
            return False
        if self.type == "vector":
            return len(value) == 3 and all(self._is_number(each) for each in value)
        each = self._is_word if self.type == "names" else self._is_range
        return all(each(item) for item in value)

    def _is_number(self, value: Any) -> bool:
        kinds = int if self.type == "count" else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds):
            return False
        return self.low <= value <= self.high and not (
            (self.above and value == self.low) or value in (math.inf, -math.inf)
        )

    def _is_word(self, value: Any) -> bool:
        if not isinstance(value, str) or not value.strip():
            return False
        return not self.words or value in self.words

    def _is_range(self, value: Any) -> bool:
        if not isinstance(value, list) or len(value) != 2:
            return False
        return all(self._is_number(end) for end in value) and value[0] <= value[1]


def unit_of(key: str, figure: Figure) -> str:
    """Return the unit that a key's suffix says; a count, and what is no number, has none."""
    if figure.type not in ("number", "ranges", "vector"):
        return ""
    return next((unit for suffix, unit in UNITS.items() if key.endswith(suffix)), "")


def stem_of(key: str) -> str:
    """Return a key without its unit."""
    suffix = next((suffix for suffix in UNITS if key.endswith(suffix)), "")
    return key.removesuffix(suffix)
