"""`perilune study`: evaluate every variant of cooperation in a study, and compare them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from perilune.cli import output, outputs
from perilune.cli.kinds import expected
from perilune.cli.progress import Progress
from perilune.cooperation.evaluate import Options, evaluate
from perilune.cooperation.study_load import load_study
from perilune.cooperation.told import closing, latest, units
from perilune.errors import InputError
from perilune.runs.job import processors

if TYPE_CHECKING:
    from perilune.cooperation.study import Study
    from perilune.cooperation.study_file import VariantFile


_TOLD_N = 60
"""So many variants are told in words."""


def run_study(
    name: str,
    directory: str | None,
    overrides: list[str],
    only: list[str],
    *,
    enumerated: bool,
    workers: int | None,
    as_json: bool,
    quiet: bool,
    with_report: bool,
) -> int:
    """Evaluate a study; returns 0 once all its variants are, whatever the verdicts."""
    if enumerated and only:
        raise InputError("study: found --enumerate and --only, expected one of both")
    with expected("study", name):
        study = load_study(name, overrides=overrides)
    folder = outputs.folder(directory, study.name)
    variants, told = _chosen(study, name, only, enumerated=enumerated)
    many = "1 variant" if len(variants) == 1 else f"{len(variants)} variants"
    options = Options(
        folder / ".study-parts",
        workers or processors(),
        with_schedule=not enumerated,
        with_criticality=not enumerated,
    )
    with Progress(quiet=quiet) as progress:
        progress(f"{study.name}: {told or many}")
        found = evaluate(study, variants, options, progress)
        progress("writing")
        document = found.to_json()
        made_with = {"command": outputs.command(), "enumerated": told or None}
        document["provenance"] = made_with | document["provenance"]
        _save(document, folder, with_report=with_report)
    if as_json:
        output.document(document)
    else:
        _show(document, folder)
    return 0


def _chosen(
    study: Study, name: str, only: list[str], *, enumerated: bool
) -> tuple[list[VariantFile], str]:
    """Return the variants asked for, and what is to say of how they came about."""
    if enumerated:
        from perilune.cooperation.enumeration import enumerated as all_that_match

        try:
            found = all_that_match(study)
        except InputError as problem:
            raise InputError(problem.problem, file=name, key=problem.key) from None
        return list(found.variants), found.in_words
    if only:
        return [study.variant(each) for each in only], ""
    return list(study.file.variant), ""


def _save(document: dict[str, Any], folder: Path, *, with_report: bool) -> None:
    from perilune.report.save_study import save_study

    try:
        save_study(document, folder, with_report)
    except OSError as problem:
        raise outputs.unwritable(folder, problem) from problem


def _show(document: dict[str, Any], folder: Path) -> None:
    from perilune.report.sheet_study import headline

    output.line(f"{document['study']}: {document['title']}".rstrip(": "))
    rows = [
        [
            row["name"],
            row["verdict"].replace("_", " "),
            row["physics"].replace("_", " "),
            row["law"].replace("_", " "),
            f"{closing(row)}/{len(units(row))}",
            latest(row) or "",
            ", ".join(_changes(row)),
        ]
        for row in document["variants"]
    ]
    heads: output.Columns = [
        ("variant", "left"),
        ("verdict", "left"),
        ("physics", "left", 5),
        ("law", "left", 2),
        ("close", "right", 1),
        ("last that closes, P50", "left", 4),
        ("beside the baseline", "text", 3),
    ]
    output.table(f"Variants as of {document['as_of']}", heads, rows, "variants.csv")
    told = document["variants"][:_TOLD_N]
    for row in told:
        output.line(f"{row['name']}: {' '.join(row['summary'])}")
        output.line()
    if len(told) < len(document["variants"]):
        rest = len(document["variants"]) - len(told)
        output.line(f"... and {rest} more variants: {folder}/study.json has them all.")
    output.line(f"{headline(document)}.")
    output.line(document["variants"][0]["law_notice"])
    output.line(
        f"{document['reflown_n']} of {document['computed_n']} computations done anew "
        f"({document['elapsed_s']:.1f} s); outputs in {folder}/"
    )


def _changes(row: dict[str, Any]) -> list[str]:
    """Return what closes here and not in the baseline, and what no longer does."""
    found = row["beside_baseline"]
    return [*(f"+{name}" for name in found["closes"]), *(f"-{name}" for name in found["fails"])]
