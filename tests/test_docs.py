"""The documentation is true and whole: generated pages, the tutorial's outputs, the built site."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from browser import SIZES, chromium, needs_browser
from playwright.sync_api import Page, sync_playwright

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


@pytest.mark.parametrize("name", sorted(build_reference.pages()))
def test_generated_pages_are_what_the_code_says(name: str) -> None:
    made = build_reference.pages()[name]
    assert (DOCS / name).read_text("utf-8") == made, (
        "run: uv run python builders/build_reference.py"
    )


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


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as strictly as mkdocs can; its warnings are in `warnings.txt`."""
    folder = tmp_path_factory.mktemp("docs") / "site"
    command = [sys.executable, "-W", "ignore", "-m", "mkdocs", "build", "--strict", "-d", folder]
    quiet = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    run = subprocess.run(command, cwd=ROOT, env=quiet, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "WARNING" not in run.stderr, run.stderr
    return folder


def test_site_loads_nothing_from_elsewhere(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 60
    for page in pages:
        loads = Loads()
        loads.feed(page.read_text("utf-8"))
        assert loads.found == [], page.name
    for style in site.rglob("*.css"):
        assert "url(http" not in style.read_text("utf-8"), style.name


def test_site_is_searched_and_sets_equations(site: Path) -> None:
    index = (site / "search" / "search_index.json").read_text("utf-8")
    assert "B-plane" in index
    for page in (DOCS / "models").glob("*.md"):
        made = (site / "models" / page.name).with_suffix(".html")
        if page.name != "README.md":
            wanted = page.read_text("utf-8").count("```math")
            assert made.read_text("utf-8").count('<div class="equation">') == wanted, page.name


def test_links_of_the_pages_lead_to_files_on_a_git_host() -> None:
    for page in [ROOT / "README.md", *DOCS.rglob("*.md")]:
        for link in re.findall(r"\]\(([^)\s#]+)", page.read_text("utf-8")):
            if not re.match("[a-z]+:", link):
                assert (page.parent / link).exists(), f"{page.name}: {link}"


@pytest.fixture(scope="module")
def served(site: Path) -> Iterator[str]:
    """The site behind a server, as `mkdocs serve` has it: search works only so."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextmanager
def visited(url: str, size: str) -> Iterator[Page]:
    """Open a page of the served site; at the end it has asked nobody else and logged no error."""
    host, troubles = url.split("/")[2], []
    width, height = SIZES[size]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        view = browser.new_page(viewport={"width": width, "height": height})
        view.on("console", lambda m: troubles.append(m.text) if m.type == "error" else None)
        view.on("pageerror", lambda error: troubles.append(str(error)))
        view.on(
            "request",
            lambda r: None if host in r.url or r.url[:5] == "data:" else troubles.append(r.url),
        )
        view.goto(url, wait_until="load")
        yield view
        browser.close()
    assert troubles == []


@needs_browser
@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize(
    "page", ["index", "tutorial", "models/forces", "models/slips", "reference/mission-file"]
)
def test_pages_open_without_errors_and_fit_the_screen(served: str, page: str, size: str) -> None:
    with visited(f"{served}/{page}.html", size) as view:
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert view.evaluate(wide) <= 0


@needs_browser
def test_search_finds_a_model(served: str) -> None:
    with visited(f"{served}/index.html", "desktop") as view:
        view.locator("input.md-search__input").click()
        view.keyboard.type("B-plane")
        view.locator(".md-search-result__link[href*='models/translunar']").first.wait_for()
