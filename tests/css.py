"""The Chinese space station as the tests of flights to it share it: elements, launches, pads."""

from __future__ import annotations

from pathlib import Path

from perilune import Epoch
from perilune.stations.elements import TwoLine

_FILE = Path(__file__).parent / "authority" / "css_elements.txt"

LAUNCHES = {
    "tianzhou-2": ("2021-05-29T12:55:29", "wenchang-lc101", "cz-7"),
    "shenzhou-12": ("2021-06-17T01:22:27", "jiuquan-sls1", "cz-2f"),
    "shenzhou-13": ("2021-10-15T16:23:56", "jiuquan-sls1", "cz-2f"),
    "tianzhou-4": ("2022-05-09T17:56:37", "wenchang-lc101", "cz-7"),
    "shenzhou-14": ("2022-06-05T02:44:10", "jiuquan-sls1", "cz-2f"),
    "wentian": ("2022-07-24T06:22:32", "wenchang-lc101", "cz-5b"),
    "mengtian": ("2022-10-31T07:37:23", "wenchang-lc101", "cz-5b"),
    "tianzhou-5": ("2022-11-12T02:03:12", "wenchang-lc101", "cz-7"),
    "shenzhou-15": ("2022-11-29T15:08:17", "jiuquan-sls1", "cz-2f"),
}
"""Lift-off (UTC), pad and vehicle, as reported by the CMSA."""


def elements() -> list[TwoLine]:
    """Return the sets of elements, by epoch."""
    lines = [line for line in _FILE.read_text().splitlines() if not line.startswith("#")]
    return [TwoLine(a, b) for a, b in zip(lines[::2], lines[1::2], strict=True)]


def lift_off(name: str) -> Epoch:
    """Return when a flight left."""
    return Epoch.utc(LAUNCHES[name][0])
