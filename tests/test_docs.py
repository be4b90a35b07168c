"""The documentation is true and whole: generated pages, the tutorial's outputs, the built site."""

from __future__ import annotations

import logging
import re
import sys
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
sys.path.insert(0, str(ROOT / "builders"))

import build_reference  # noqa: E402
import build_tutorial  # noqa: E402

LOADED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src"}


class Loads(HTMLParser):
    """Collects what a page loads from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        url = given.get(LOADED.get(tag, "")) or ""
        linked = tag == "link" and given.get("rel") in ("canonical", "alternate", "prev", "next")
        if re.match("(https?:)?//", url) and not linked:
            self.found.append(url)


@pytest.mark.parametrize("name", ["mission-file.md", "station-file.md", "study-file.md",
                                  "catalog-file.md", "command-line.md", "python.md"])  # fmt: skip
def test_reference_is_what_the_code_says(name: str) -> None:
    made = build_reference.pages()[name]
    there = (DOCS / "reference" / name).read_text("utf-8")
    assert there == made, "run: uv run python builders/build_reference.py"


def test_every_key_of_a_file_has_its_meaning() -> None:
    for name in ("mission-file.md", "station-file.md", "study-file.md"):
        text = (DOCS / "reference" / name).read_text("utf-8")
        rows = re.findall(r"^\| `.*\|$", text, re.M)
        assert len(rows) > 50
        assert not [row for row in rows if row.endswith("|  |")], "a key without a docstring"


def test_tutorial_shows_its_files_whole() -> None:
    """The fences of the page, put together, are the files of docs/examples."""
    page = (DOCS / "tutorial.md").read_text("utf-8")
    text = "\n".join(re.findall(r"^```toml\n(.*?)\n```$", page, re.M | re.S))
    mission, study = re.split(r"\n(?=schema = 1)", text)
    for name, shown in (("my-orbiter.toml", mission), ("my-study.toml", study)):
        file = (DOCS / "examples" / name).read_text("utf-8")
        assert tomllib.loads(shown) == tomllib.loads(file)


def test_tutorial_commands_print_what_the_page_shows(tmp_path: Path) -> None:
    build_tutorial.prepare(tmp_path)
    found = list(build_tutorial.blocks(build_tutorial.PAGE.read_text("utf-8")))
    assert len(found) == 7
    for command, shown in found:
        real = build_tutorial.printed(command, tmp_path)
        lost = build_tutorial.missing(shown, real)
        assert not lost, f"{command}: run builders/build_tutorial.py\n" + "\n".join(real)


def test_site_builds_without_warnings_and_loads_nothing_from_elsewhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_MKDOCS_2_WARNING", "1")
    config = load_config(str(ROOT / "mkdocs.yml"), site_dir=str(tmp_path / "site"), strict=True)
    with caplog.at_level(logging.WARNING, logger="mkdocs"):
        build(config)
    assert [r.message for r in caplog.records if r.levelno >= logging.WARNING] == []
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) > 60
    for page in pages:
        loads = Loads()
        loads.feed(page.read_text("utf-8"))
        assert loads.found == [], page.name
    for style in (tmp_path / "site").rglob("*.css"):
        assert "url(http" not in style.read_text("utf-8"), style.name
    index = (tmp_path / "site" / "search" / "search_index.json").read_text("utf-8")
    assert "B-plane" in index
    assert "<math" in (tmp_path / "site" / "models" / "forces.html").read_text("utf-8")
