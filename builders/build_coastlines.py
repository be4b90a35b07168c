"""Write the land of the Earth for the maps of reports: Natural Earth 1:110m, to 0.1 deg.

Source: Natural Earth (public domain) as TopoJSON in the npm package ``world-atlas``. Run::

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    uv run python builders/build_coastlines.py package

The package has joined the land across the 180th meridian and about the south pole, as a globe wants
it; a map wants it cut there again.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

OUT = Path(__file__).parents[1] / "src" / "perilune" / "report" / "data" / "coastlines.txt"
EDITION = "4.1.0"  # of Natural Earth, as the package's readme says
HEADER = """\
# Land of the Earth: Natural Earth 1:110m, version {edition} (naturalearthdata.com), public domain;
# from the npm package world-atlas {version} (land-110m.json), cut at the 180th meridian.
# A ring a line, tenths of a degree, east and north: its first point, then steps from point to
# point. A ring inside another is water. Written by builders/build_coastlines.py.
"""
Array = NDArray[np.float64]


def rings(atlas: dict[str, Any]) -> Iterator[Array]:
    """Yield the closed rings of a TopoJSON's land, deg, shape (n, 2)."""
    scale, first = (np.array(atlas["transform"][key]) for key in ("scale", "translate"))
    arcs = [np.cumsum(arc, axis=0) * scale + first for arc in atlas["arcs"]]
    for geometry in atlas["objects"]["land"]["geometries"]:
        for polygon in geometry["arcs"]:
            for ring in polygon:
                yield np.concatenate([arcs[i] if i >= 0 else arcs[~i][::-1] for i in ring])


def flat(ring: Array) -> Array:
    """Return a ring without jumps in longitude; one about the south pole closed along it."""
    out = np.column_stack([np.unwrap(ring[:, 0], period=360.0), ring[:, 1]])
    if abs(out[-1, 0] - out[0, 0]) > 180.0:
        out = np.vstack([out, [out[-1, 0], -90.0], [out[0, 0], -90.0]])
    return out


def on_map(ring: Array) -> Iterator[Array]:
    """Yield what a ring without jumps covers of longitudes from -180 to 180 deg."""
    for shift in (-360.0, 0.0, 360.0):
        part = east_of(ring + np.array([shift, 0.0]), -180.0)
        part = east_of(part * [-1.0, 1.0], -180.0) * [-1.0, 1.0]
        if len(part):
            yield part


def east_of(ring: Array, edge_deg: float) -> Array:
    """Return what of a ring lies east of a meridian (Sutherland and Hodgman 1974)."""
    out = []
    for here, there in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        if here[0] >= edge_deg:
            out.append(here)
        if (here[0] - edge_deg) * (there[0] - edge_deg) < 0.0:
            out.append(here + (there - here) * (edge_deg - here[0]) / (there[0] - here[0]))
    return np.array(out).reshape(-1, 2)


def line(ring: Array) -> str:
    """Return a ring as a line of the file, nothing where less than a triangle is left of it."""
    tenths = np.round(10.0 * ring).astype(int)
    steps = np.diff(tenths, axis=0, append=tenths[:1])
    tenths = tenths[np.any(steps != 0, axis=1)]
    if len(tenths) < 3:
        return ""
    told = np.vstack([tenths[:1], np.diff(tenths, axis=0)])
    return " ".join(map(str, told.ravel())) + "\n"


def main(package: Path) -> None:
    """Read, cut, round, write."""
    atlas = json.loads((package / "land-110m.json").read_text("utf-8"))
    version = json.loads((package / "package.json").read_text("utf-8"))["version"]
    lines = [line(part) for ring in rings(atlas) for part in on_map(flat(ring))]
    text = HEADER.format(edition=EDITION, version=version) + "".join(lines)
    OUT.write_text(text, encoding="utf-8")
    print(OUT, len(text), "bytes,", sum(map(bool, lines)), "rings")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
