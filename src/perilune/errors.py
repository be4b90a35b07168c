"""Every exception perilune raises on purpose.

The tree::

    PeriluneError
    ├── InputError            a file, key, name or value that cannot be used (exit status 2)
    │   └── UnknownName       a name that is not in a list of known ones
    ├── EpochError            a date that cannot be read, or is outside what the time scales cover
    ├── DataRangeError        a date outside the span of an ephemeris or orientation table
    ├── FrameMismatch         two vectors with different centers or axes were mixed
    └── ModelError            a model was asked for something outside its limits

Misuse raises one of these. A numerical outcome (no solution, impact, not converged) is never an
exception: it is a status on the result.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like `name`, or None where nothing comes close."""
    matches = get_close_matches(name.lower(), list(known), n=1, cutoff=0.5)
    return matches[0] if matches else None


class PeriluneError(Exception):
    """The root: catch this to catch every error perilune raises on purpose."""


class InputError(PeriluneError):
    """An input that cannot be used.

    Parameters
    ----------
    problem : str
        What is wrong and what is expected, in one sentence.
    file, key : str, optional
        Where: the file's path and the dotted key (`phase[2].site`).
    """

    def __init__(self, problem: str, *, file: str | None = None, key: str | None = None) -> None:
        self.problem, self.file, self.key = problem, file, key
        where = ": ".join(part for part in (file, key) if part)
        super().__init__(f"{where}: {problem}" if where else problem)


class UnknownName(InputError):
    """A name that is not among the known ones; carries the nearest known name."""

    def __init__(
        self, kind: str, name: str, known: Iterable[str], *, key: str | None = None
    ) -> None:
        self.name, self.known = name, sorted(known)
        self.nearest = nearest(name, self.known)
        hint = f" Did you mean '{self.nearest}'?" if self.nearest else ""
        super().__init__(f"unknown {kind} '{name}'.{hint} Known: {', '.join(self.known)}.", key=key)


class EpochError(PeriluneError):
    """A date that cannot be read, with the text found and the form expected."""


class DataRangeError(PeriluneError):
    """A date outside the span of a data set.

    Attributes
    ----------
    what : str
        The data set.
    start, stop : str
        Its span (TDB, ISO 8601).
    """

    def __init__(self, what: str, found: str, start: str, stop: str) -> None:
        self.what, self.start, self.stop = what, start, stop
        super().__init__(f"{found} is outside {what}, which covers {start} to {stop} (TDB)")


class FrameMismatch(PeriluneError):
    """Two vectors with different centers or axes were mixed; names both and the way out."""

    def __init__(self, problem: str, have: str, need: str, action: str) -> None:
        self.have, self.need = have, need
        super().__init__(f"{problem}: have {have}, need {need}. {action}")


class ModelError(PeriluneError):
    """A model was asked for something outside its stated limits."""
