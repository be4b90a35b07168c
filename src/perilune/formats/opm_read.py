"""Reading CCSDS OPMs, versions 1.0 to 3.0 in keyword-value notation, with errors that say where."""

from __future__ import annotations

import math
import os
import re

import numpy as np

from perilune.astro.state import State
from perilune.formats.kvn import CENTER_BODIES, FRAMES, SCALES, Fields, Kvn
from perilune.formats.opm import Opm, OpmManeuver

_NEEDED = ("OBJECT_NAME", "CENTER_NAME", "REF_FRAME", "TIME_SYSTEM", "EPOCH")
_POSITION = {"X": "km", "Y": "km", "Z": "km"}
_VELOCITY = {"X_DOT": "km/s", "Y_DOT": "km/s", "Z_DOT": "km/s"}
_DV = {"MAN_DV_1": "km/s", "MAN_DV_2": "km/s", "MAN_DV_3": "km/s"}
_FIRST_OF_BURN = "MAN_EPOCH_IGNITION"
_PASSED_OVER = (
    "SEMI_MAJOR_AXIS", "ECCENTRICITY", "INCLINATION", "RA_OF_ASC_NODE", "ARG_OF_PERICENTER",
    "TRUE_ANOMALY", "MEAN_ANOMALY", "GM", "SOLAR_RAD_AREA", "SOLAR_RAD_COEFF", "DRAG_AREA",
    "DRAG_COEFF", "CLASSIFICATION", "MESSAGE_ID", "REF_FRAME_EPOCH",
)  # fmt: skip
_PASSED_OVER_START = ("COV_", "USER_DEFINED_")
_KNOWN = (
    *_NEEDED, *_POSITION, *_VELOCITY, *_DV, _FIRST_OF_BURN, "MAN_DURATION", "MAN_DELTA_MASS",
    "MAN_REF_FRAME", "MASS", "OBJECT_ID", "ORIGINATOR", "CREATION_DATE", "CCSDS_OPM_VERS",
)  # fmt: skip


def read_opm(path: str | os.PathLike[str]) -> Opm:
    """Read an Orbit Parameter Message.

    Elements, covariances and user-defined lines are passed over: the state vector says all.

    Raises
    ------
    InputError
        Where the file is not an OPM in keyword-value notation, is cut off, or holds what this
        version does not read (a maneuver in orbit-bound axes): names the file and the line.
    """
    return _OpmReader(os.fspath(path), "OPM").opm()


class _OpmReader(Kvn):
    """A walk through the lines of one message."""

    def opm(self) -> Opm:
        first = self.peek() or ""
        if not first.startswith("CCSDS_OPM_VERS"):
            self.at = min(self.at + 1, len(self.lines))
            raise self.error(f"found {first[:60]!r}: expected 'CCSDS_OPM_VERS = 2.0'")
        head, *burns = self.blocks()
        line, version = head["CCSDS_OPM_VERS"]
        if version not in ("1.0", "2.0", "3.0"):
            raise self.error(f"OPM version {version!r}: expected 1.0, 2.0 or 3.0", line)
        for name in (*_NEEDED, *_POSITION, *_VELOCITY):
            self.need(name, head, "the message")
        center = CENTER_BODIES[self.known("CENTER_NAME", head, CENTER_BODIES)]
        self.known("REF_FRAME", head, FRAMES)
        system = self.known("TIME_SYSTEM", head, SCALES)
        line, text = head["EPOCH"]
        state = State(
            self.instant(text, system, line),
            center,
            "icrf",
            np.array([self.number(name, head, unit) for name, unit in _POSITION.items()]),
            np.array([self.number(name, head, unit) for name, unit in _VELOCITY.items()]),
        )
        return Opm(
            head["OBJECT_NAME"][1],
            head.get("OBJECT_ID", (0, ""))[1],
            state,
            tuple(self.burn(block, system) for block in burns),
            self.number("MASS", head, "kg") if "MASS" in head else None,
            head.get("ORIGINATOR", (0, ""))[1],
            head.get("CREATION_DATE", (0, ""))[1],
            self.told(),
        )

    def blocks(self) -> list[Fields]:
        """Return the lines of the message, and of each maneuver, by keyword."""
        blocks: list[Fields] = [{}]
        while self.peek() is not None:
            line = self.take("KEYWORD = value")
            match = re.fullmatch(r"([A-Z][A-Z0-9_]*)\s*=\s*(.*)", line)
            if match is None:
                raise self.error(f"found {line[:60]!r}: expected KEYWORD = value")
            name, text = match[1], match[2].strip()
            if name == _FIRST_OF_BURN:
                blocks.append({})
            passed = name in _PASSED_OVER or name.startswith(_PASSED_OVER_START)
            if passed or re.fullmatch(r"C[XYZ](_DOT)?_[XYZ](_DOT)?", name):
                continue
            if name not in _KNOWN:
                raise self.error(f"unknown keyword {name}: expected those of a CCSDS OPM")
            if name in blocks[-1]:
                raise self.error(f"{name} stands twice: first in line {blocks[-1][name][0]}")
            blocks[-1][name] = (self.at, text)
        return blocks

    def burn(self, fields: Fields, system: str) -> OpmManeuver:
        for name in ("MAN_DURATION", "MAN_REF_FRAME", *_DV):
            self.need(name, fields, "a maneuver")
        self.known("MAN_REF_FRAME", fields, FRAMES)
        line, text = fields[_FIRST_OF_BURN]
        x, y, z = (self.number(name, fields, unit) for name, unit in _DV.items())
        used = self.number("MAN_DELTA_MASS", fields, "kg") if "MAN_DELTA_MASS" in fields else 0.0
        ignition = self.instant(text, system, line)
        lasts = self.number("MAN_DURATION", fields, "s")
        return OpmManeuver(ignition, lasts, (x, y, z), -used if used else 0.0)

    def need(self, name: str, fields: Fields, what: str) -> None:
        if not fields.get(name, (0, ""))[1]:
            raise self.error(f"{what} has no {name}: the file may be cut off")

    def number(self, name: str, fields: Fields, unit: str) -> float:
        line, text = fields[name]
        match = re.fullmatch(r"(\S+)(?:\s+\[(.*)\])?", text)
        try:
            value = float(match[1]) if match else math.nan
        except ValueError:
            value = math.nan
        stated = match[2] if match else None
        if not math.isfinite(value) or stated not in (None, unit):
            raise self.error(f"{name} is {text[:60]!r}: expected a number [{unit}]", line)
        return value
