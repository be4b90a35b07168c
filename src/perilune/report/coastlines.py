"""The land of the Earth, for maps: Natural Earth 1:110m, to a tenth of a degree."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def land_path() -> str:
    """Return the outlines of land as the path of an SVG: tenths of a degree, east and north.

    A ring inside another is water: fill by the rule `evenodd`. Source, version and license are in
    the file's header; `builders/build_coastlines.py` writes it.

    Model limits: 1:110 million, for maps of the whole Earth; small islands are missing.
    """
    path = files("perilune.report").joinpath("data", "coastlines.txt")
    lines = path.read_text(encoding="utf-8").splitlines()
    return "".join(_ring(line) for line in lines if not line.startswith("#"))


def _ring(line: str) -> str:
    x, y, steps = line.split(" ", 2)
    return f"M{x} {y}l{steps}z"
