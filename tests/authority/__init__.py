"""Numbers computed by other programs, kept as CSV tables with their provenance in '#' lines."""

from __future__ import annotations

import csv
from pathlib import Path


def read(name: str) -> list[dict[str, str]]:
    """Read one table of this folder, such as ``"spice_positions.csv"``.

    Parameters
    ----------
    name : str
        File name inside ``tests/authority``.

    Returns
    -------
    list of dict
        One dictionary per row, keyed by column name; the values are the text of the file
        (numbers are written so that ``float`` gives back the exact double). The lines that
        start with ``#`` (source, frames, units) are skipped.
    """
    path = Path(__file__).with_name(name)
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(line for line in stream if not line.startswith("#")))
