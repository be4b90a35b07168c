"""CCSDS Orbit Ephemeris Messages, version 2.0, keyword-value notation (CCSDS 502.0-B-2 and -3)."""

from __future__ import annotations

from perilune.formats.ephemeris import Oem, Segment
from perilune.formats.oem_read import read_oem
from perilune.formats.oem_write import write_oem

__all__ = ["Oem", "Segment", "read_oem", "write_oem"]
