"""What a scan of launch opportunities found: its rows, its cells, and how they were made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from perilune.errors import InputError
from perilune.missions import told
from perilune.missions.scan import Limits, Scan
from perilune.views.table import Table, Tabular

Writer = Callable[["Windows", Path, bool], list[Path]]
"""Writes a scan's files; given from above, so that missions know no formats."""


@dataclass(frozen=True, eq=False)
class Windows(Tabular):
    """The outcome of a scan; as a table it is its opportunities.

    Attributes
    ----------
    name, title : str
    opportunities : list of dict
        One for each lift-off and branch, in order of lift-off, with the keys of the JSON.
    cells : dict of str to ndarray
        Every cell: controls, velocities, and whether it is feasible.
    scan, limits : Scan, Limits
    solvable_n, converged_n : int
        Cells whose launch plane holds the Moon; cells solved.
    assumed : list of dict
        Inputs that are not confirmed.
    """

    name: str
    title: str
    opportunities: list[dict[str, Any]]
    cells: dict[str, NDArray[Any]]
    scan: Scan
    limits: Limits
    solvable_n: int
    converged_n: int
    elapsed_s: float
    assumed: list[dict[str, Any]]
    provenance: dict[str, Any]
    writer: Writer | None = None

    def save(self, folder: str | Path, *, report: bool = True) -> list[Path]:
        """Write the outputs of `perilune windows` into a folder; returns their paths."""
        if self.writer is None:
            raise InputError("this scan was made without a writer: scan with perilune.windows")
        return self.writer(self, Path(folder), report)

    @property
    def cells_n(self) -> int:
        """How many cells there are."""
        return len(self.cells["status"])

    @property
    def feasible_n(self) -> int:
        """How many opportunities are feasible."""
        return sum(row["feasible"] for row in self.opportunities)

    @property
    def tables(self) -> dict[str, Table]:
        """The table `opportunities`."""
        return told.scan_tables(self)

    def _repr_html_(self) -> str:
        return told.scan_card(self)

    def __repr__(self) -> str:
        return f"<Windows {self.name}: {told.scan_verdict(self)}>"

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain data, with the keys of the `windows` document."""
        return {
            "perilune": self.provenance["perilune"],
            "scenario": self.name,
            "title": self.title,
            "constants": self.scan.constants,
            "from": self.scan.start.utc_iso(0),
            "to": self.scan.stop.utc_iso(0),
            "opportunities": self.opportunities,
            "cells_n": self.cells_n,
            "solvable_n": self.solvable_n,
            "converged_n": self.converged_n,
            "feasible_n": self.feasible_n,
            "elapsed_s": round(self.elapsed_s, 3),
            "assumed": self.assumed,
            "provenance": self.provenance,
        }
