"""The one module that prints: tables, text and JSON to stdout, notes and errors to stderr."""

from __future__ import annotations

import codecs
import json
import os
import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper
from textwrap import wrap
from typing import Any
from unicodedata import category, normalize

from perilune.errors import InputError

CLEAR = "\r\x1b[2K"
"""Wipes the line the cursor is in."""

Columns = Sequence[tuple[str, str] | tuple[str, str, int]]
"""Of a table: header, "left", "right" or "text", and a rank, 0 where left out."""

_NARROWEST = 20
_SUBSTITUTES = {"─": "-", "–": "-", "—": "-", "°": " deg", "×": "x", "→": "->", "±": "+-",
                "≤": "<=", "≥": ">=", "·": ".", "…": "...", "’": "'"}  # fmt: skip


def prepare() -> None:
    """Let a terminal that cannot show a character show a substitute."""
    codecs.register_error("perilune", _substitute)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="perilune")


def _substitute(problem: UnicodeError) -> tuple[str, int]:
    """Return what stands for the characters an encoding does not have."""
    if not isinstance(problem, UnicodeEncodeError):
        raise problem
    told = "".join(map(_spelled, problem.object[problem.start : problem.end]))
    return told, problem.end


def _spelled(c: str) -> str:
    """Return a character in ASCII: a substitute, without its accents, or a question mark."""
    bare = normalize("NFKD", c).encode("ascii", "ignore").decode()
    return _SUBSTITUTES.get(c) or bare or "?"


# ---- stdout


def width() -> int | None:
    """Return the columns to fit: COLUMNS, else the terminal's.

    None into a pipe, which takes whole lines; COLUMNS stands there too in the child of a program
    that has loaded readline, so it is no wish.
    """
    if not is_terminal(sys.stdout):
        return None
    return max(shutil.get_terminal_size().columns, _NARROWEST)


def line(text: str = "", start: str = "", most: int | None = None) -> None:
    """Print a text to stdout: a line, but folded between words where the terminal is narrow.

    `start` stands before it, further lines are indented; `most` folds it in a wide terminal too.
    """
    limits = [each for each in (width(), most) if each is not None]
    text = visible(start + text)
    if not limits or len(text) <= min(limits):
        _write(text + "\n")
        return
    blank = len(text) - len(text.lstrip())
    indent = " " * (min(len(start), 8) if start.strip() else blank + 2)
    parts = wrap(text, min(limits), subsequent_indent=indent, break_long_words=False,
                 break_on_hyphens=False)  # fmt: skip
    _write("".join(f"{part}\n" for part in parts))


def table(
    title: str,
    columns: Columns,
    rows: Sequence[Sequence[str]],
    file: str = "",
) -> None:
    """Print a table of texts; a column is (header, "left", "right" or "text", rank if not 0).

    Where a terminal is narrow, "text" columns fold and columns go, those of the highest rank first;
    a line below names them and the `file` that has them. Into a pipe, all as wide as it is.
    """
    from perilune.cli.table import Column, laid_out

    shown = [Column(*column) for column in columns]
    cells = [[visible(cell) for cell in row] for row in rows]
    laid = laid_out(title, shown, cells, width=width(), styled=_is_live(sys.stdout))
    _write(laid.text)
    if laid.hidden:
        where = f" or in {file}" if file else ""
        line(f"More with {laid.whole_width} columns{where}: {', '.join(laid.hidden)}.")
    _write("\n")


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


def is_terminal(stream: Any) -> bool:
    """Return whether somebody looks on."""
    return stream is not None and bool(stream.isatty())


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


# ---- stderr


def error(text: str) -> None:
    """Print an error to stderr, on a line of its own."""
    note(f"{CLEAR if is_live() else ''}perilune: {visible(text)}\n")


def traceback() -> None:
    """Print the traceback of the exception being handled to stderr."""
    from traceback import format_exc

    note(format_exc())


def is_live() -> bool:
    """Return whether stderr is a terminal whose lines can be rewritten."""
    return _is_live(sys.stderr)


def _is_live(stream: Any) -> bool:
    return is_terminal(stream) and os.environ.get("TERM", "dumb") != "dumb"


def note(text: str) -> None:
    """Write to stderr, if there is one that takes it."""
    if sys.stderr is not None:
        with suppress(OSError):
            sys.stderr.write(text)
            sys.stderr.flush()
