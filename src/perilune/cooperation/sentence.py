"""Small parts of sentences: names listed, a verb that fits them, a stop at the end."""

from __future__ import annotations

from collections.abc import Sequence


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence lists them."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def do(names: Sequence[str], one: str, more: str) -> str:
    """Return names with the verb for one or for several."""
    return f"{listed(names)} {one if len(names) == 1 else more}"


def ended(text: str) -> str:
    """Return a text with a full stop."""
    return text if text.endswith(".") else f"{text}."
