"""Write docs/reference, from schemas, commands and docstrings, and the list of decisions.

Run: `uv run python builders/build_reference.py`. Nothing on these pages is written by hand: what a
key means is the docstring under it in the schema.
"""

from __future__ import annotations

from pathlib import Path

from reference.catalogue import catalog_page
from reference.commands import command_page
from reference.facade import python_page
from reference.schema import schema_page

from perilune.cooperation.study_file import StudyFile
from perilune.scenarios.schema import ScenarioFile
from perilune.scenarios.station_file import StationFile

DOCS = Path(__file__).parents[1] / "docs"


def pages() -> dict[str, str]:
    """Return every page: path below docs/, and text."""
    return {
        "reference/mission-file.md": schema_page(
            ScenarioFile,
            "The mission file",
            "What `perilune fly`, `windows` and `check` read. A complete file, explained line by "
            "line, is in the [tutorial](../tutorial.md); `perilune list` names the bundled ones.",
        ),
        "reference/station-file.md": schema_page(
            StationFile,
            "The station file",
            "What `perilune station` reads. An example that answers all five questions, and what "
            "each answer says: [Stations](../stations.md).",
        ),
        "reference/study-file.md": schema_page(
            StudyFile,
            "The study file",
            "What `perilune study` reads. An example, and what is computed: "
            "[Studies](../study.md).",
        ),
        "reference/catalog-file.md": catalog_page(),
        "reference/command-line.md": command_page(),
        "reference/python.md": python_page(),
        "decisions/README.md": decisions_page(),
    }


def decisions_page() -> str:
    """Return the list of decisions, by the first line of each."""
    rows = []
    for path in sorted((DOCS / "decisions").glob("[0-9]*.md")):
        number, _, title = path.read_text("utf-8").partition("\n")[0][2:].partition(". ")
        rows.append(f"| {number} | [{title}]({path.name}) |\n")
    return (
        "# Decisions\n\nWhy perilune is built the way it is: one page a decision, with its context "
        "and its consequences.\n\n| | decision |\n|---|---|\n" + "".join(rows)
    )


def main() -> None:
    """Write all pages."""
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
