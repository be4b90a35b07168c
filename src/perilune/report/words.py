"""Numbers, dates and names as people read them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any

from perilune.views import units

NOTHING = '<span class="none" title="not known">–</span>'

_THIN = "\u202f"  # narrow no-break space, between thousands
_MINUS = "\u2212"

_SPELLED = {
    "dv": "Δv",
    "c3": "C3",
    "gm": "GM",
    "utc": "UTC",
    "tli": "TLI",
    "loi": "LOI",
    "tei": "TEI",
}


def label(key: str) -> str:
    """Return a key such as `total_dv_m_s` as a heading: "Total Δv, m/s"."""
    name, unit = parted(key)
    return f"{name}, {unit}" if unit else name


def parted(key: str) -> tuple[str, str]:
    """Return a key such as `total_dv_m_s` as a name and a unit: "Total Δv", "m/s"."""
    return sentence(units.parted(key)[0]), units.unit(key)


def sentence(name: str) -> str:
    """Return a name such as `lunar_orbit_insertion_1` as words: "Lunar orbit insertion 1"."""
    words = [_SPELLED.get(word, word) for word in name.replace("_", " ").split()]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def number(value: Any, decimals: int) -> str:
    """Return a number with fixed decimals and grouped thousands, as HTML."""
    if not _is_number(value):
        return NOTHING
    text = f"{value:,.{decimals}f}".replace(",", _THIN)
    if float(f"{value:.{decimals}f}") == 0.0:
        text = text.lstrip("-")
    return text.replace("-", _MINUS)


def plain(value: float, decimals: int) -> str:
    """Return a number as `number` does, for text that is not HTML."""
    return number(value, decimals) if _is_number(value) else "–"


def scalar(value: Any) -> str:
    """Return any value as HTML: numbers rounded for reading, lists and mappings in one line."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return number(value, 0)
    if isinstance(value, float):
        return _rounded(value)
    if isinstance(value, Mapping):
        return "; ".join(pair(str(key), inner) for key, inner in value.items()) or NOTHING
    if isinstance(value, (list, tuple)):
        return ", ".join(scalar(item) for item in value) or NOTHING
    return escape(str(value)) or NOTHING


def exact(value: Any) -> str:
    """Return any value as HTML, numbers with every digit they have."""
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:.15g}".replace("-", _MINUS)
    return scalar(value)


def pair(key: str, value: Any) -> str:
    """Return a key with its value and unit as HTML: "Dry mass 1370 kg"."""
    name, _, unit = label(key).partition(", ")
    return f"{escape(name)} {scalar(value)} {escape(unit)}".rstrip()


def _rounded(value: float) -> str:
    """Return six significant digits of a number, three of one below 1, without idle zeros."""
    size = 0 if value == 0.0 else math.floor(math.log10(abs(value)))
    if not -4 <= size <= 8:
        return f"{value:.3g}".replace("-", _MINUS)
    text = f"{value:,.{max(0, (5 if size >= 0 else 2) - size)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(",", _THIN).replace("-", _MINUS)


def date(text: Any, *, minutes: bool = False) -> str:
    """Return an ISO date to the second (or the minute), with a space, as HTML."""
    if not isinstance(text, str) or not text:
        return NOTHING
    day, _, clock = text.strip().rstrip("Z").partition("T")
    clock = clock[:5] if minutes else clock.partition(".")[0]
    shown = f"{day} {clock}".strip()
    return f'<time datetime="{escape(text)}">{escape(shown)}</time>'


def minutes_between(later: Any, earlier: Any) -> float | None:
    """Return the minutes between two displayed UTC dates; None where one cannot be read.

    A leap second reads as the second before it.
    """
    try:
        texts = (str(text).replace(":60", ":59") for text in (earlier, later))
        first, last = map(datetime.fromisoformat, texts)
        return (last - first).total_seconds() / 60.0
    except (ValueError, TypeError):
        return None


def signed(value: Any, decimals: int) -> str:
    """Return a number with its sign, as HTML."""
    text = number(value, decimals)
    return "+" + text if _is_number(value) and float(f"{value:.{decimals}f}") > 0.0 else text


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
