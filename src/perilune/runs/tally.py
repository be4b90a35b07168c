"""A text of progress that knows how much is done."""

from __future__ import annotations


class Tally(str):
    """What long work reports: a plain text to whoever prints it, with its count for who draws it.

    Parameters
    ----------
    text : str
        What is being done, or what was.
    done, total : int
        How many parts are done, and of how many.
    left_s : float, optional
        How long the rest may take, where the work knows better than its count tells.

    Attributes
    ----------
    text : str
        Without the time that is left; the string itself has it at its end.
    """

    __slots__ = ("done", "left_s", "text", "total")

    text: str
    done: int
    total: int
    left_s: float | None

    def __new__(cls, text: str, done: int, total: int, left_s: float | None = None) -> Tally:
        """Return the text, with the time that is left where it is known."""
        whole = text if left_s is None else f"{text}, about {span(left_s)} to go"
        made = super().__new__(cls, whole)
        made.text, made.done, made.total, made.left_s = text, done, total, left_s
        return made


def span(seconds: float) -> str:
    """Return a length of time in the unit that suits it."""
    if seconds < 90.0:
        return f"{seconds:.0f} s"
    return f"{seconds / 60.0:.0f} min" if seconds < 5400.0 else f"{seconds / 3600.0:.1f} h"
