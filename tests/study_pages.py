"""A study small enough to be evaluated in a test, and its page with more variants than it has."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from perilune.cooperation.evaluate import Options, evaluate
from perilune.cooperation.study_load import load_study
from tests.test_study_cli import SMALL

VERDICTS = ("closes", "needs_approval", "unknown", "forbidden", "does_not_close")
LAW = {"closes": "permitted", "does_not_close": "permitted"}
"""The verdict of law behind a verdict, where it is not the same."""


def small(folder: Path) -> dict[str, Any]:
    """Return the JSON of a study of two variants, really evaluated."""
    path = folder / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return evaluate(load_study(str(path)), None, Options()).to_json()


def wide(document: dict[str, Any]) -> dict[str, Any]:
    """Return a study with a variant more for each verdict: later the better, of other partners.

    The later one leaves, the more closes: of every two one is later and one closes less.
    """
    wanted = copy.deepcopy(document)
    guest = wanted["variants"][1]
    for number, verdict in enumerate(VERDICTS):
        row = copy.deepcopy(guest)
        row |= {"name": f"case-{number}", "title": f"Case {number}", "verdict": verdict}
        row["law"] = LAW.get(verdict, verdict)
        row["physics"] = "does_not_close" if verdict == "does_not_close" else "closes"
        row["shares"] = [{**row["shares"][0], "partner": ("roscosmos", "nasa")[number % 2]}]
        mission = row["missions"][0]
        mission["physics"] = row["physics"]
        year = 2031 - 2 * number
        mission["launch_date"] = {"p10": f"{year}-01-01", "p50": f"{year}-06-01", "p90": None}
        row["missions"] = [{**mission, "name": f"{mission['name']}-{n}"} for n in range(5 - number)]
        wanted["variants"].append(row)
    return wanted
