"""The land of the Earth as the maps of reports have it: the file, its rings, the map."""

from __future__ import annotations

import re
from importlib.resources import files

import numpy as np
import pytest
from numpy.typing import NDArray

from perilune.report.coastlines import land_path
from perilune.report.scene_map_paper import paper, x_of, y_of

Array = NDArray[np.float64]


def _rings_deg() -> list[Array]:
    """The rings as a browser reads the path: a place, then steps."""
    rings = land_path().split("M")[1:]
    steps = [np.array(re.findall(r"-?\d+", ring), dtype=float).reshape(-1, 2) for ring in rings]
    return [np.cumsum(ring, axis=0) / 10.0 for ring in steps]


def _is_land(longitude_deg: float, latitude_deg: float) -> bool:
    """Whether a meridian northward of a place meets coasts an odd number of times."""
    odd = False
    for ring in _rings_deg():
        x, y = ring.T
        x_next, y_next = np.roll(ring, -1, axis=0).T
        meets = (x > longitude_deg) != (x_next > longitude_deg)
        share = (longitude_deg - x[meets]) / (x_next - x)[meets]
        above = y[meets] + share * (y_next - y)[meets] > latitude_deg
        odd ^= bool(np.count_nonzero(above) % 2)
    return odd


@pytest.mark.parametrize(
    ("place", "longitude_deg", "latitude_deg", "land"),
    [
        ("Jiuquan", 100.3, 40.96, True),
        ("Xichang", 102.03, 28.25, True),
        ("Baikonur", 63.3, 45.97, True),
        ("Vostochny", 128.33, 51.88, True),
        ("Siziwang", 111.43, 42.35, True),
        ("Chukotka, east of the 180th meridian", -175.0, 66.5, True),
        ("Chukotka, west of it", 178.0, 67.5, True),
        ("South pole, 180 deg", 179.0, -89.0, True),
        ("Alice Springs", 133.9, -23.7, True),
        ("Caspian", 51.0, 41.5, False),
        ("North pole", 0.0, 89.0, False),
        ("Pacific", -150.0, 0.0, False),
        ("Atlantic", -30.0, 30.0, False),
        ("Southern Ocean", 179.9, -60.0, False),
        ("Gulf of Guinea", 0.0, 0.0, False),
    ],
)
def val_land_is_land_and_sea_is_sea(
    place: str, longitude_deg: float, latitude_deg: float, land: bool
) -> None:
    assert _is_land(longitude_deg, latitude_deg) is land, place


def val_land_covers_29_percent_of_the_earth() -> None:
    """Against 148.94 of 510.072 million km2 (CIA World Factbook, World)."""
    share = 0.0
    for ring in _rings_deg():
        longitude, height = np.radians(ring[:, 0]), np.sin(np.radians(ring[:, 1]))
        step = np.roll(longitude, -1) - longitude
        share += float(np.sum(0.5 * step * (np.roll(height, -1) + height))) / (4.0 * np.pi)
    assert abs(share) == pytest.approx(148.94 / 510.072, abs=0.01)


def test_rings_stay_on_the_map_and_enclose_something() -> None:
    for ring in _rings_deg():
        assert np.all(np.abs(ring) <= [180.0, 90.0])
        x, y = ring.T
        assert abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) > 0.0


def test_the_file_is_small_and_says_where_it_is_from() -> None:
    path = files("perilune.report").joinpath("data", "coastlines.txt")
    text = path.read_text(encoding="utf-8")
    assert len(text) < 40_000
    head = [line for line in text.splitlines() if line.startswith("#")]
    said = " ".join(head)
    for word in ("Natural Earth", "4.1.0", "public domain", "world-atlas 2.0.2"):
        assert word in said


def test_land_lies_on_the_grid_of_the_map() -> None:
    drawn = paper("earth")
    assert drawn.index('class="land"') < drawn.index('class="grid"')  # the grid over the land
    a, b, c, d, e, f = map(float, re.findall(r"-?[\d.]+", drawn[drawn.index("matrix") :])[:6])
    tenths = np.array([1114.0, 423.0])
    placed = np.array([[a, c], [b, d]]) @ tenths + [e, f]
    assert placed == pytest.approx([x_of(111.4), y_of(42.3)])
    assert 'class="land"' not in paper("moon")
