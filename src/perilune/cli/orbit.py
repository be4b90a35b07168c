"""`perilune orbit`: ask a question of an orbit about the Moon, show the answer, write the files."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

from perilune.cli import output, outputs
from perilune.cli.orbit_answers import ANSWERS, Answer, Asked, Row
from perilune.cli.progress import Progress
from perilune.formats.files import write_json, write_whole
from perilune.formats.tables import csv_text


def run_orbit(verb: str, asked: Asked, directory: str | None, *, as_json: bool, quiet: bool) -> int:
    """Answer a question; returns 1 where no such orbit was found, else 0."""
    from perilune.astro.environment import environment

    folder = outputs.folder(directory, f"orbit-{verb}")
    with Progress(quiet=quiet) as report:
        report(f"{verb}: loading ephemeris and compiling")
        env = environment(tuned=verb != "lifetime")
        found = ANSWERS[verb](asked, env, report)
    document: Row = {"perilune": version("perilune"), "verb": verb, "asked": dict(asked)}
    document |= {**found.document, "rows": found.rows, "constants": env.constants.name}
    document |= {"provenance": {"command": outputs.command()}}
    name = f"orbit-{verb}"
    write_json(folder / f"{name}.json", document, indent=2)
    write_whole(folder / f"{name}.csv", csv_text(found.rows))
    if as_json:
        output.document(document)
    else:
        _show(found, name, folder)
    return found.status


def _show(found: Answer, name: str, folder: Path) -> None:
    shown = found.rows[:: found.every]
    if shown:
        cells = [[_cell(row[key], digits) for _, key, digits in found.columns] for row in shown]
        columns = [(title, "left" if digits is None else "right", rank)
                   for rank, (title, _, digits) in enumerate(found.columns)]  # fmt: skip
        output.table("", columns, cells, f"{name}.csv")
    output.line(found.headline)
    output.line(f"Outputs in {folder}/")


def _cell(value: Any, digits: int | None) -> str:
    if value is None:
        return ""
    return str(value) if digits is None else f"{round(value, digits) + 0.0:,.{digits}f}"
