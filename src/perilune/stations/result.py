"""What a question about a station is answered with: plain data, and the files it goes into."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from perilune.errors import InputError
from perilune.stations import told
from perilune.views.table import Table, Tabular

VERBS = ("access", "assemble", "crew", "upkeep", "split")
"""What can be asked of a station."""

Writer = Callable[["StationResult", Path, bool], list[Path]]


@dataclass(frozen=True, eq=False)
class StationResult(Tabular):
    """An answer about a station; as a table it is the first of its tables.

    Attributes
    ----------
    verb : str
        One of `VERBS`.
    name, title : str
        Of the station's file.
    document : mapping
        The verb's own part of the JSON.
    assumed : sequence of dict
        Figures used that are not confirmed.
    provenance : mapping
    elapsed_s : float
    headline : str
        The answer in a line; empty where it was not made by `perilune.station`.
    is_good : bool or None
        None where there is nothing to pass or fail.
    """

    verb: str
    name: str
    title: str
    document: Mapping[str, Any]
    assumed: Sequence[Mapping[str, Any]] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)
    elapsed_s: float = 0.0
    writer: Writer | None = None
    headline: str = ""
    is_good: bool | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the JSON of `perilune station VERB`."""
        return {
            "perilune": version("perilune"),
            "station": self.name,
            "title": self.title,
            "verb": self.verb,
            **self.document,
            "assumed": [dict(row) for row in self.assumed],
            "provenance": dict(self.provenance),
            "elapsed_s": self.elapsed_s,
        }

    @property
    def tables(self) -> dict[str, Table]:
        """The tables of the document, by its keys."""
        return told.tables(self.document)

    def _repr_html_(self) -> str:
        return told.card(self)

    def __repr__(self) -> str:
        return (
            f"<StationResult {self.verb} of {self.name}: {self.headline or ', '.join(self.tables)}>"
        )

    def save(self, folder: str | Path, *, report: bool = True) -> list[Path]:
        """Write VERB.json, its tables as CSV, and VERB.html; returns the paths.

        Raises
        ------
        InputError
            Where the folder cannot be written.
        """
        if self.writer is None:
            raise InputError("this answer has no writer: make it with perilune.station()")
        return self.writer(self, Path(folder), report)
