"""Run the tutorial's commands, and put what they print now into docs/tutorial.md.

Run: `uv run python builders/build_tutorial.py` (about a minute). A fence `console` holds one
command and the lines of its output that are shown; `...` stands for lines left out.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "tutorial.md"
ELLIPSIS = "..."

_BLOCK = re.compile(r"^```console\n\$ uv run (?P<command>.*)\n(?P<shown>(?:.*\n)*?)```$", re.M)
_TIME = re.compile(r"\(\d+\.\d s\)")


def prepare(folder: Path) -> None:
    """Put the tutorial's files into a folder, and the mistake it tells to make."""
    for path in (DOCS / "examples").glob("*.toml"):
        shutil.copy(path, folder)
    text = (folder / "my-orbiter.toml").read_text("utf-8")
    (folder / "my-mistake.toml").write_text(text.replace("dry_mass_kg", "dry_mass"), "utf-8")


def printed(command: str, folder: Path) -> list[str]:
    """Run one command of the tutorial and return what it prints, without its times."""
    program, *rest = shlex.split(command)
    assert program == "perilune"
    run = subprocess.run(
        [Path(sys.executable).with_name(program), *rest],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    return [_plain(line) for line in (run.stdout + run.stderr).splitlines()]


def blocks(page: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each command of the page, and the lines it shows."""
    for block in _BLOCK.finditer(page):
        yield block["command"], block["shown"].splitlines()


def missing(shown: list[str], real: list[str]) -> list[str]:
    """Return the lines shown that a command does not print, in that order."""
    lines = iter(real)
    return [row for row in shown if row != ELLIPSIS and not _found(_plain(row), lines)]


def refreshed(shown: list[str], real: list[str]) -> list[str]:
    """Return the lines shown with what is printed now: the line most like it that begins so."""
    lines, out = list(real), []
    for row in shown:
        alike = [n for n, line in enumerate(lines) if _head(line) == _head(row)]
        if row == ELLIPSIS or not alike:
            out.append(row)
            continue
        at = max(alike, key=lambda n: SequenceMatcher(None, lines[n], row).ratio())
        out.append(lines[at])
        lines = lines[at + 1 :]
    return out


def _found(row: str, lines: Iterator[str]) -> bool:
    return any(line == row for line in lines)


def _plain(line: str) -> str:
    return _TIME.sub("(2.0 s)", line.rstrip())


def _head(line: str) -> str:
    """Return the first word of a line; of a rule, that it is one."""
    word = line.split(maxsplit=1)[0] if line.strip() else ""
    return "rule" if word and set(word) <= set("-─") else word


def main() -> None:
    """Refresh the page; say what is printed no more."""
    page = PAGE.read_text("utf-8")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        for command, shown in blocks(page):
            real = printed(command, folder)
            now = refreshed(shown, real)
            page = page.replace("\n".join([command, *shown]), "\n".join([command, *now]))
            for row in missing(now, real):
                print(f"{command}\n  prints no more: {row}", file=sys.stderr)
    PAGE.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
