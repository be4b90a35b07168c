"""The one module that prints: tables and JSON to stdout, progress and errors to stderr."""

from __future__ import annotations

import json
import sys
from typing import Any


def line(text: str = "") -> None:
    """Print a line to stdout."""
    print(text)


def error(text: str) -> None:
    """Print an error to stderr."""
    print(f"perilune: {text}", file=sys.stderr, flush=True)


def document(data: Any) -> None:
    """Print one JSON document to stdout."""
    print(json.dumps(data, indent=2, allow_nan=False))


class Progress:
    """Short messages on stderr: one line that is rewritten on a terminal, plain lines elsewhere."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet, self.live = quiet, sys.stderr.isatty()

    def __call__(self, message: str) -> None:
        """Show what is being worked on."""
        if self.quiet:
            return
        if self.live:
            print(f"\r\x1b[2K{message} ...", end="", file=sys.stderr, flush=True)
        else:
            print(f"{message} ...", file=sys.stderr, flush=True)

    def done(self) -> None:
        """Clear the line."""
        if self.live and not self.quiet:
            print("\r\x1b[2K", end="", file=sys.stderr, flush=True)


def table(title: str, columns: list[tuple[str, str]], rows: list[list[str]]) -> None:
    """Print a table of texts; a column is (header, "left" or "right"). Fits 80 columns if it can.

    On a terminal with color; plain text elsewhere, never wrapped narrower than its content.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, 100)
    shown = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for header, justify in columns:
        shown.add_column(header, justify="right" if justify == "right" else "left", no_wrap=True)
    for row in rows:
        shown.add_row(*row)
    console.print(shown)
