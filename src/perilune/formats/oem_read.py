"""Reading CCSDS OEMs, versions 1.0 to 3.0 in keyword-value notation, with errors that say where."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.errors import EpochError, InputError, nearest
from perilune.formats.ephemeris import Oem, Segment
from perilune.formats.oem_write import CENTERS

_CENTERS = {name: body for body, name in CENTERS.items()}
_FRAMES = ("ICRF", "EME2000", "GCRF", "J2000")  # one and the same here, as SPICE and GMAT have it
_SCALES: dict[str, Callable[[list[str]], Epoch]] = {
    "UTC": Epoch.utc,
    "TAI": Epoch.tai,
    "TT": Epoch.tt,
    "TDB": Epoch.tdb,
}
_METHODS = {"HERMITE": 7, "LAGRANGE": 7, "LINEAR": 1}  # and the degree taken where none is given
_NEEDED = ("OBJECT_NAME", "CENTER_NAME", "REF_FRAME", "TIME_SYSTEM", "START_TIME", "STOP_TIME")
_STOP_SLACK_S = 1.0
_ORDINAL = re.compile(r"(\d{4})-(\d{3})(?=T|$)")

Fields = dict[str, tuple[int, str]]  # keyword to (line number, value)
Row = tuple[int, str, list[float]]  # line number, epoch text, the numbers after it


def read_oem(path: str | os.PathLike[str]) -> Oem:
    """Read an Orbit Ephemeris Message.

    Covariance blocks and accelerations are skipped; epochs may be calendar or day-of-year dates.

    Raises
    ------
    InputError
        Where the file is not an OEM in keyword-value notation, is cut off, or holds what this
        version does not read: names the file and the line.
    """
    return _Reader(os.fspath(path)).oem()


class _Reader:
    """A walk through the lines of one file."""

    def __init__(self, file: str) -> None:
        self.file = file
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
            raise InputError("is XML: expected an OEM in keyword-value notation", file=self.file)
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InputError("is not text: expected a CCSDS OEM", file=self.file) from error

    def error(self, problem: str, line: int | None = None) -> InputError:
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

    def oem(self) -> Oem:
        first = self.peek() or ""
        if not first.startswith("CCSDS_OEM_VERS"):
            self.at = min(self.at + 1, len(self.lines))
            raise self.error(f"found {first[:60]!r}: expected 'CCSDS_OEM_VERS = 2.0'")
        fields = self.fields("META_START")
        line, version = fields["CCSDS_OEM_VERS"]
        if version not in ("1.0", "2.0", "3.0"):
            raise self.error(f"OEM version {version!r}: expected 1.0, 2.0 or 3.0", line)
        comments = self.told()
        segments = [self.segment()]
        while self.peek() is not None:
            self.take("META_START")  # `rows` stops at nothing else
            segments.append(self.segment())
        originator = fields.get("ORIGINATOR", (0, ""))[1]
        created = fields.get("CREATION_DATE", (0, ""))[1]
        return Oem(version, originator, created, tuple(segments), comments)

    def fields(self, end: str) -> Fields:
        """Read `KEYWORD = value` lines up to the line `end`."""
        found: Fields = {}
        while (line := self.take(f"KEYWORD = value, or {end}")) != end:
            match = re.fullmatch(r"([A-Z][A-Z0-9_]*)\s*=\s*(.*)", line)
            if match is None:
                raise self.error(f"found {line[:60]!r}: expected KEYWORD = value, or {end}")
            if match[1] in found:
                raise self.error(f"{match[1]} stands twice: first in line {found[match[1]][0]}")
            found[match[1]] = (self.at, match[2].strip())
        return found

    def segment(self) -> Segment:
        fields = self.fields("META_STOP")
        for name in _NEEDED:
            if not fields.get(name, (0, ""))[1]:
                raise self.error(f"the metadata that end here have no {name}")
        center = _CENTERS[self.known("CENTER_NAME", fields, _CENTERS)]
        frame = self.known("REF_FRAME", fields, _FRAMES)
        system = self.known("TIME_SYSTEM", fields, _SCALES)
        method, degree = self.interpolation(fields)
        rows = self.rows()
        epochs = self.epochs(rows, system)
        self.require_whole(rows, epochs, fields, system)
        vectors = np.array([row[2][:6] for row in rows])
        return Segment(
            object_name=fields["OBJECT_NAME"][1],
            object_id=fields.get("OBJECT_ID", (0, ""))[1],
            ref_frame=frame,
            time_system=system,
            states=State.from_vector(vectors, epoch=epochs, center=center),
            interpolation=method,
            degree=degree,
            useable=self.useable(fields, system),
            comments=self.told(),
        )

    def known(self, name: str, fields: Fields, known: Iterable[str]) -> str:
        line, found = fields[name]
        if found.upper() in known:
            return found.upper()
        like = nearest(found, [each.lower() for each in known])
        hint = f" Did you mean {like.upper()}?" if like else ""
        raise self.error(f"{name} is {found!r}: expected {', '.join(known)}.{hint}", line)

    def interpolation(self, fields: Fields) -> tuple[str, int]:
        if "INTERPOLATION" not in fields:
            return "HERMITE", 7
        method = self.known("INTERPOLATION", fields, _METHODS)
        line, text = fields.get("INTERPOLATION_DEGREE", (0, str(_METHODS[method])))
        if not re.fullmatch(r"[1-9]\d?", text):
            raise self.error(f"INTERPOLATION_DEGREE is {text!r}: expected 1 to 99", line)
        return ("LAGRANGE", 1) if method == "LINEAR" else (method, int(text))

    def rows(self) -> list[Row]:
        """Read state lines up to the next block; step over covariances."""
        rows: list[Row] = []
        while (line := self.peek()) is not None and line != "META_START":
            self.at += 1
            if line == "COVARIANCE_START":
                while self.take("COVARIANCE_STOP") != "COVARIANCE_STOP":
                    pass
                continue
            rows.append(self.row(line))
        if not rows:
            raise self.error("the segment has no states: expected lines of epoch, position, speed")
        return rows

    def row(self, line: str) -> Row:
        time, *words = line.split()
        try:
            numbers = [float(word) for word in words]
        except ValueError:
            numbers = []
        if len(numbers) not in (6, 9) or not np.isfinite(numbers).all():
            raise self.error(f"found {line[:60]!r}: expected an epoch and 6 (or 9) numbers")
        return self.at, time, numbers

    def epochs(self, rows: list[Row], system: str) -> Epoch:
        texts = [_calendar(time) for _, time, _ in rows]
        try:
            epochs = _SCALES[system](texts)
        except EpochError:
            for (line, _, _), text in zip(rows, texts, strict=True):
                self.instant(text, system, line)
            raise
        late = np.flatnonzero(np.atleast_1d(epochs[1:] - epochs[:-1]) <= 0.0)
        if len(late):
            line, time, _ = rows[int(late[0]) + 1]
            raise self.error(f"{time} is not after the state before it", line)
        return epochs

    def instant(self, text: str, system: str, line: int) -> Epoch:
        try:
            return _SCALES[system]([_calendar(text)])[0]
        except EpochError as error:
            raise self.error(str(error), line) from error

    def useable(self, fields: Fields, system: str) -> tuple[Epoch, Epoch] | None:
        pairs = [fields.get(f"USEABLE_{edge}_TIME") for edge in ("START", "STOP")]
        if pairs[0] is None or pairs[1] is None:
            return None
        start, stop = (self.instant(text, system, line) for line, text in (pairs[0], pairs[1]))
        return start, stop

    def require_whole(self, rows: list[Row], epochs: Epoch, fields: Fields, system: str) -> None:
        """Refuse a segment whose states end before it does, or inside a number."""
        line, text = fields["STOP_TIME"]
        missing = self.instant(text, system, line) - epochs[-1]
        if missing > _STOP_SLACK_S:
            raise self.error(
                f"the states end at {rows[-1][1]}, {missing:.3f} s before STOP_TIME {text}: "
                "the file looks cut off",
                rows[-1][0],
            )
        open_end = rows[-1][0] == len(self.lines) and not self.ends_whole and len(rows) > 1
        if open_end and _decimals(self.lines[-1]) < _decimals(self.lines[rows[-2][0] - 1]):
            raise self.error("the last number is shorter than those above: the file looks cut off")


def _decimals(line: str) -> int:
    """Return the digits behind the point of the last number in a line."""
    return len(line.split()[-1].partition(".")[2])


def _calendar(text: str) -> str:
    """Return a date as year-month-day where it is given as year-day of year.

    A closing Z says nothing here: CCSDS allows it whatever the TIME_SYSTEM.
    """
    text = text.removesuffix("Z")
    match = _ORDINAL.match(text)
    if match is None or not 1 <= int(match[2]) <= 366 or match[1] == "0000":
        return text
    day = date(int(match[1]), 1, 1) + timedelta(days=int(match[2]) - 1)
    return day.isoformat() + text[match.end() :]
