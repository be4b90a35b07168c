"""The one module that prints: tables and JSON to stdout, progress and errors to stderr."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from io import TextIOWrapper
from typing import Any
from unicodedata import category

from perilune.errors import InputError

_CLEAR = "\r\x1b[2K"


def prepare() -> None:
    """Let a terminal that cannot show a character show a substitute."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def line(text: str = "") -> None:
    """Print a line to stdout."""
    _write(visible(text) + "\n")


def error(text: str) -> None:
    """Print an error to stderr, on a line of its own."""
    clear = _CLEAR if _is_terminal() else ""
    _note(f"{clear}perilune: {visible(text)}\n")


def traceback() -> None:
    """Print the traceback of the exception being handled to stderr."""
    from traceback import format_exc

    _note(format_exc())


def document(data: Any) -> None:
    """Print one JSON document to stdout."""
    _write(json.dumps(data, indent=2, allow_nan=False) + "\n")


def flush() -> None:
    """Hand everything printed to the reader, so that a failure shows here and not at exit."""
    _write("")


def visible(text: str) -> str:
    """Return a text whose control characters are spelled out: it stays one line."""
    hidden = ("Cc", "Cf", "Cs", "Zl", "Zp")
    return "".join(
        c.encode("unicode_escape").decode() if category(c) in hidden else c for c in text
    )


def _write(text: str) -> None:
    """Write to stdout; that nobody reads it (`| head`, `>&-`) is no error."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as problem:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(problem, BrokenPipeError):
            raise InputError(f"standard output cannot be written: {problem.strerror}") from None


def _note(text: str) -> None:
    """Write to stderr, if there is one that takes it."""
    if sys.stderr is not None:
        with suppress(OSError):
            sys.stderr.write(text)
            sys.stderr.flush()


def _is_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()


class Progress:
    """Short messages on stderr: one line that is rewritten on a terminal, plain lines elsewhere."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet, self.live = quiet, _is_terminal()

    def __call__(self, message: str) -> None:
        """Show what is being worked on."""
        if self.quiet:
            return
        text = visible(f"{message} ...")
        _note(f"{_CLEAR}{text}" if self.live else f"{text}\n")

    def done(self) -> None:
        """Clear the line."""
        if self.live and not self.quiet:
            _note(_CLEAR)


def table(title: str, columns: list[tuple[str, str]], rows: list[list[str]]) -> None:
    """Print a table of texts; a column is (header, "left", "right" or "text").

    A "text" column wraps to fit a terminal; no other is ever cut, so a narrow terminal wraps whole
    lines. Color on a terminal, plain text as wide as its content elsewhere.
    """
    from io import StringIO

    from rich import box
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console = Console(file=StringIO(), width=1000, highlight=False, markup=False)
    rows = [[visible(cell) for cell in row] for row in rows]
    longest = [max(map(cell_len, cells)) for cells in zip(*_grid(columns, rows), strict=True)]
    least = sum(
        min(width, 24) if kind == "text" else width
        for width, (_, kind) in zip(longest, columns, strict=True)
    )
    roomy = least + 3 * len(columns) <= console.width
    console.width = max(console.width, least + 3 * len(columns) if roomy else least + len(columns))
    shown = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, show_edge=False,
                  padding=(0, 1) if roomy else (0, 0), pad_edge=False)  # fmt: skip
    for header, kind in columns:
        shown.add_column(
            header,
            justify="right" if kind == "right" else "left",
            no_wrap=kind != "text",
            overflow="fold",
        )
    for row in rows:
        shown.add_row(*row)
    with console.capture() as captured:
        console.print(shown)
    _write("".join(f"{part.rstrip()}\n" for part in captured.get().rstrip().splitlines()) + "\n")


def _grid(columns: list[tuple[str, str]], rows: list[list[str]]) -> list[list[str]]:
    return [[header for header, _ in columns], *rows]
