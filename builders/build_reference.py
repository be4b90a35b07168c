"""Write docs/reference: file formats from their schemas, the command line, the Python facade.

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

FOLDER = Path(__file__).parents[1] / "docs" / "reference"


def pages() -> dict[str, str]:
    """Return every page: name and text."""
    return {
        "mission-file.md": schema_page(
            ScenarioFile,
            "The mission file",
            "What `perilune fly`, `windows` and `check` read. A complete file, explained line by "
            "line, is in the [tutorial](../tutorial.md); `perilune list` names the bundled ones.",
        ),
        "station-file.md": schema_page(
            StationFile,
            "The station file",
            "What `perilune station` reads. An example that answers all five questions, and what "
            "each answer says: [Stations](../stations.md).",
        ),
        "study-file.md": schema_page(
            StudyFile,
            "The study file",
            "What `perilune study` reads. An example, and what is computed: "
            "[Studies](../study.md).",
        ),
        "catalog-file.md": catalog_page(),
        "command-line.md": command_page(),
        "python.md": python_page(),
    }


def main() -> None:
    """Write all pages."""
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
