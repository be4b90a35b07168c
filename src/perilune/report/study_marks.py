"""How the page of a study marks verdicts, standings and what is not confirmed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from perilune.report import words

Row = Mapping[str, Any]

VERDICTS = (
    "closes",
    "permitted",
    "needs_approval",
    "unknown",
    "not_evaluated",
    "forbidden",
    "does_not_close",
)
"""From the best to the worst, of physics and of law."""

_KIND = {"closes": "good", "permitted": "good", "forbidden": "bad", "does_not_close": "bad"}
_SIGNS = {"good": "✓", "bad": "✗", "open": "•"}


def mark(verdict: str) -> str:
    """Return a verdict as a mark; a column of them sorts from the best to the worst."""
    kind, text = _KIND.get(verdict, "open"), escape(verdict.replace("_", " "))
    return f'<data value="{_rank(verdict)}" class="mark {kind}">{text}</data>'


def _rank(verdict: str) -> int:
    return VERDICTS.index(verdict) if verdict in VERDICTS else len(VERDICTS)


def marked(key: str) -> Callable[[Row], str]:
    """Return what shows a verdict of a row."""
    return lambda row: mark(str(row[key]))


def sign(verdict: str) -> str:
    """Return a verdict as one letter."""
    kind, said = _KIND.get(verdict, "open"), escape(verdict.replace("_", " "))
    return (
        f'<data value="{_rank(verdict)}" class="mark {kind}" title="{said}" aria-label="{said}">'
        f"{_SIGNS[kind]}</data>"
    )


def signed(key: str) -> Callable[[Row], str]:
    """Return what shows a verdict of a row as one letter."""
    return lambda row: sign(str(row[key]))


def standing(row: Row) -> str:
    """Return how well a row is known: marked where that is less than sourced."""
    text = str(row.get("confidence") or "")
    if not text:
        return words.NOTHING
    return escape(text) if text == "sourced" else f'<span class="mark open">{escape(text)}</span>'


def listed(key: str) -> Callable[[Row], str]:
    """Return what shows a text, or several, of a row."""

    def show(row: Row) -> str:
        found = row.get(key)
        text = "; ".join(map(str, found)) if isinstance(found, list) else str(found or "")
        return escape(text) or words.NOTHING

    return show
