"""What mkdocs does for the documentation site beyond its themes: home page, links, equations.

The pages in `docs/` are written for any git host. The site takes the README as its home page, sets
fenced `math` as SVG (no script, no font, no network), and shows the files of the repository that a
page links to.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File
from ziamath.config import config as equations
from ziamath.zmath import Latex

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
SHOWN = "repository"
"""Folder of the site for what stands outside `docs/`."""

SIZE, HIGHEST = 18.0, 90.0
"""Of an equation's letters, and of an equation, in pixels."""

equations.svg2 = False  # paths in place of symbols, whose names would stand twice on a page

_LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]*)\]\((?P<to>[^)\s#]+)(?P<mark>#[^)\s]*)?\)")
_MATH = re.compile(r"^(?P<indent> *)```math\n(?P<tex>.*?)\n *```$", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
_LANGUAGE = {".py": "python", ".toml": "toml", ".yml": "yaml", ".cff": "yaml"}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put every decision under its heading: a new one needs no line in mkdocs.yml."""
    pages = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    for entry in config.nav or []:
        if "Decisions" in entry:
            entry["Decisions"] += [page.relative_to(DOCS).as_posix() for page in pages]
    return config


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the README as home page, and every file outside `docs/` that a page links to."""
    wanted = {p for file in files.documentation_pages() for p in _outside(_path(file.src_uri))}
    wanted |= _outside(ROOT / "README.md")
    for path in sorted(wanted):
        if path.suffix == ".md":
            wanted = wanted | _outside(path)
    home = File.generated(config, "index.md", content=(ROOT / "README.md").read_text("utf-8"))
    files.append(home)
    for path in sorted(wanted - {ROOT / "README.md"}):
        files.append(File.generated(config, _shown(path), content=_source_page(path)))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Point links at the pages of the site, and set equations."""
    source = page.file.src_uri
    where = _path(source)
    depth = source.count("/")

    def link(match: re.Match[str]) -> str:
        target = _target(where, match["to"])
        if target is None:
            return match[0]
        inside = target.is_relative_to(DOCS)
        site = target.relative_to(DOCS).as_posix() if inside else _shown(target)
        if target == ROOT / "README.md":
            site = "index.md"
        return f"[{match['text']}]({'../' * depth}{site}{match['mark'] or ''})"

    return _outside_fences(_MATH.sub(_equation, markdown), lambda text: _LINK.sub(link, text))


def _equation(match: re.Match[str]) -> str:
    """Return an equation set as SVG, in the color of the text around it."""
    tex = match["tex"]
    drawn = Latex(tex, size=SIZE, color="currentColor")
    if drawn.getsize()[1] > HIGHEST:
        raise PluginError(f"an equation came out too high, write it otherwise: {tex}")
    label = html.escape(" ".join(tex.split()), quote=True)
    svg = drawn.svg().replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
    return f'{match["indent"]}<div class="equation">{svg}</div>'


def _outside_fences(text: str, change: Callable[[str], str]) -> str:
    parts, end = [], 0
    for fence in _FENCE.finditer(text):
        parts += [change(text[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*parts, change(text[end:])])


def _path(source: str) -> Path:
    """Return the file in the repository that a page of the site is made from."""
    if source == "index.md":
        return ROOT / "README.md"
    if source.startswith(f"{SHOWN}/"):
        name = source.removeprefix(f"{SHOWN}/")
        path = ROOT / name
        return path if path.is_file() else ROOT / name.removesuffix(".md")
    return DOCS / source


def _target(where: Path, to: str) -> Path | None:
    """Return the file a link leads to; None where it is no file of the repository."""
    if re.match(r"[a-z]+:", to):
        return None
    path = (where.parent / to).resolve()
    if path.is_dir():
        path = path / "README.md"
    return path if path.is_file() and path.is_relative_to(ROOT) else None


def _outside(page: Path) -> set[Path]:
    """Return the files outside `docs/` that a page links to."""
    found = (_target(page, m["to"]) for m in _LINK.finditer(page.read_text("utf-8")))
    return {p for p in found if p is not None and not p.is_relative_to(DOCS)}


def _shown(path: Path) -> str:
    name = f"{SHOWN}/{path.relative_to(ROOT).as_posix()}"
    return name if path.suffix == ".md" else f"{name}.md"


def _source_page(path: Path) -> str:
    """Return a file as a page: Markdown as it is, anything else in a fence."""
    text = path.read_text("utf-8")
    if path.suffix == ".md":
        return text
    fence = "`" * 6
    head = f"---\nsearch:\n  exclude: true\n---\n# {path.relative_to(ROOT).as_posix()}\n\n"
    return f"{head}{fence}{_LANGUAGE.get(path.suffix, 'text')}\n{text}\n{fence}\n"
