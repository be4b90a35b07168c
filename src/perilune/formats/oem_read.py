"""Reading CCSDS OEMs, versions 1.0 to 3.0 in keyword-value notation, with errors that say where."""

from __future__ import annotations

import os
import re

import numpy as np

from perilune.astro.epoch import Epoch
from perilune.astro.state import State
from perilune.errors import EpochError
from perilune.formats.ephemeris import Oem, Segment
from perilune.formats.kvn import CENTER_BODIES, FRAMES, SCALES, Fields, Kvn, calendar

_METHODS = {"HERMITE": 7, "LAGRANGE": 7, "LINEAR": 1}  # and the degree taken where none is given
_NEEDED = ("OBJECT_NAME", "CENTER_NAME", "REF_FRAME", "TIME_SYSTEM", "START_TIME", "STOP_TIME")
_STOP_SLACK_S = 1.0

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
    return _Reader(os.fspath(path), "OEM").oem()


class _Reader(Kvn):
    """A walk through the lines of one file."""

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
        center = CENTER_BODIES[self.known("CENTER_NAME", fields, CENTER_BODIES)]
        frame = self.known("REF_FRAME", fields, FRAMES)
        system = self.known("TIME_SYSTEM", fields, SCALES)
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
        texts = [calendar(time) for _, time, _ in rows]
        try:
            epochs = SCALES[system](texts)
        except EpochError:
            for (line, _, _), text in zip(rows, texts, strict=True):
                self.instant(text, system, line)
            raise
        late = np.flatnonzero(np.atleast_1d(epochs[1:] - epochs[:-1]) <= 0.0)
        if len(late):
            line, time, _ = rows[int(late[0]) + 1]
            raise self.error(f"{time} is not after the state before it", line)
        return epochs

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
