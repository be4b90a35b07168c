"""The variants of a study beside each other, as one result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from perilune.astro.environment import environment
from perilune.cooperation import told
from perilune.cooperation.outcome import Outcome
from perilune.cooperation.study import Study
from perilune.errors import InputError
from perilune.missions.made_with import made_with
from perilune.views.table import Table, Tabular

Writer = Callable[["Comparison", Path, bool], list[Path]]
"""Writes a comparison's files; given from above, so that studies know no pages."""


@dataclass(frozen=True, eq=False)
class Comparison(Tabular):
    """The variants of a study beside each other; as a table it is its variants.

    Attributes
    ----------
    study : Study
    outcomes : tuple of Outcome
    reflown_n : int
        Computations done anew.
    computed_n : int
        Computations the study needs.
    elapsed_s : float
    matching : dict or None
        Which missions of the two leads with most of them are alike.
    assumed : tuple of dict
        Figures that no source confirms.
    headline : str
        The answer in a line; empty where it was not made by `perilune.evaluate`.
    """

    study: Study
    outcomes: tuple[Outcome, ...]
    reflown_n: int
    computed_n: int
    elapsed_s: float
    matching: dict[str, Any] | None = None
    assumed: tuple[dict[str, Any], ...] = ()
    writer: Writer | None = None
    headline: str = ""

    @property
    def tables(self) -> dict[str, Table]:
        """The tables `variants`, `missions`, `stations`, `rules` and `shares`."""
        return told.tables(self.to_json())

    def _repr_html_(self) -> str:
        good = any(each.verdict == "closes" for each in self.outcomes)
        return told.card(self.to_json(), self.headline, is_good=good)

    def __repr__(self) -> str:
        told_so = ", ".join(f"{each.name} {each.verdict}" for each in self.outcomes)
        return f"<Comparison {self.study.file.name}: {told_so}>"

    def save(self, folder: str | Path, *, report: bool = True) -> list[Path]:
        """Write the outputs of `perilune study` into a folder; returns their paths."""
        if self.writer is None:
            raise InputError("this comparison has no writer: make it with perilune.evaluate()")
        return self.writer(self, Path(folder), report)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON of `study`."""
        file = self.study.file
        return {
            "study": file.name,
            "title": file.title,
            "as_of": file.as_of.isoformat(),
            "baseline": file.baseline,
            "partners": list(file.partners),
            "variants": [each.document for each in self.outcomes],
            "matching": self.matching,
            "assumed": list(self.assumed),
            "provenance": self._provenance(),
            "reflown_n": self.reflown_n,
            "computed_n": self.computed_n,
            "elapsed_s": self.elapsed_s,
        }

    def _provenance(self) -> dict[str, Any]:
        """Return what the answer was made with; the command line is added by the command."""
        how = self.study.file.schedule
        drawn = {"draws": how.draws_n, "seed": how.seed}
        return {"perilune": version("perilune"), **drawn, **made_with(environment())}
