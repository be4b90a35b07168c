"""CCSDS messages in keyword-value notation: their lines, names, dates and errors that say where."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path

from perilune.astro.epoch import Epoch
from perilune.errors import EpochError, InputError, nearest
from perilune.formats.oem_write import CENTERS

CENTER_BODIES = {name: body for body, name in CENTERS.items()}
FRAMES = ("ICRF", "EME2000", "GCRF", "J2000")  # one and the same here, as SPICE and GMAT have it
SCALES: dict[str, Callable[[list[str]], Epoch]] = {
    "UTC": Epoch.utc,
    "TAI": Epoch.tai,
    "TT": Epoch.tt,
    "TDB": Epoch.tdb,
}
_ORDINAL = re.compile(r"(\d{4})-(\d{3})(?=T|$)")

Fields = dict[str, tuple[int, str]]  # keyword to (line number, value)


class Kvn:
    """A walk through the lines of one message.

    Parameters
    ----------
    file : str
    what : str
        The message expected: `OEM`.

    Raises
    ------
    InputError
        Where the file cannot be read or is no text.
    """

    def __init__(self, file: str, what: str) -> None:
        self.file, self.what = file, what
        text = self._text()
        self.ends_whole = text.endswith("\n")
        self.lines = text.splitlines()
        self.at = 0  # number of the last line taken, counted from 1
        self.comments: list[str] = []

    def _text(self) -> str:
        try:
            content = Path(self.file).read_bytes()
        except OSError as error:
            reason = f"cannot be read ({error.strerror or error})"
            raise InputError(reason, file=self.file) from error
        if content.lstrip()[:1] == b"<":
            raise InputError(
                f"is XML: expected an {self.what} in keyword-value notation", file=self.file
            )
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InputError(
                f"is not text: expected a CCSDS {self.what}", file=self.file
            ) from error

    def error(self, problem: str, line: int | None = None) -> InputError:
        """Return an error that names the file and a line (default: the last one taken)."""
        return InputError(problem, file=self.file, key=f"line {line or self.at or 1}")

    def peek(self) -> str | None:
        """Return the next line that says something; comments before it are kept."""
        while self.at < len(self.lines):
            line = self.lines[self.at].strip()
            if line and not re.match(r"COMMENT(\s|$)", line):
                return line
            if line:
                self.comments.append(line[7:].strip())
            self.at += 1
        return None

    def take(self, expected: str) -> str:
        """Return the next line and step over it."""
        line = self.peek()
        if line is None:
            raise self.error(f"the file ends here: expected {expected}")
        self.at += 1
        return line

    def told(self) -> tuple[str, ...]:
        """Return the comments met since the last call."""
        comments, self.comments = tuple(self.comments), []
        return comments

    def known(self, name: str, fields: Fields, known: Iterable[str]) -> str:
        """Return a value in capitals, where it is among the known ones."""
        line, found = fields[name]
        if found.upper() in known:
            return found.upper()
        like = nearest(found, [each.lower() for each in known])
        hint = f" Did you mean {like.upper()}?" if like else ""
        raise self.error(f"{name} is {found!r}: expected {', '.join(known)}.{hint}", line)

    def instant(self, text: str, system: str, line: int) -> Epoch:
        """Return the instant a text means in a time system."""
        try:
            return SCALES[system]([calendar(text)])[0]
        except EpochError as error:
            raise self.error(str(error), line) from error


def calendar(text: str) -> str:
    """Return a date as year-month-day where it is given as year-day of year.

    A closing Z says nothing here: CCSDS allows it whatever the TIME_SYSTEM.
    """
    text = text.removesuffix("Z")
    match = _ORDINAL.match(text)
    if match is None or not 1 <= int(match[2]) <= 366 or match[1] == "0000":
        return text
    day = date(int(match[1]), 1, 1) + timedelta(days=int(match[2]) - 1)
    return day.isoformat() + text[match.end() :]
