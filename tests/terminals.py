"""Runs commands as a user does: in this process, into a pipe, or on a terminal of some width."""

from __future__ import annotations

import io
import os
import re
import struct
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from perilune.cli.main import main

PERILUNE = [sys.executable, "-c", "from perilune.cli.main import run; run()"]

_STYLE = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    out: str
    err: str


def perilune(*arguments: str | Path) -> Done:
    """Run a command in this process; its output goes nowhere that is a terminal."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main([str(word) for word in arguments])
    return Done(status, out.getvalue(), err.getvalue())


class Screen(io.StringIO):
    """A terminal that keeps what it is shown."""

    def isatty(self) -> bool:
        return True

    @property
    def plain(self) -> str:
        """What it shows, without bold and colors."""
        return _STYLE.sub("", self.getvalue())


def on_terminal(
    *arguments: str | Path, columns: int, env: Mapping[str, str | None] | None = None
) -> tuple[int, str]:
    """Run a command in a process of its own on a terminal so wide: its status, and all it shows."""
    import fcntl
    import pty
    import termios

    settings = {**os.environ, "TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8"}
    settings.pop("COLUMNS", None)
    for name, value in (env or {}).items():
        settings.pop(name, None)
        if value is not None:
            settings[name] = value
    child, shown = pty.fork()
    if child == 0:
        words = [*PERILUNE, *map(str, arguments)]
        try:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
            os.execvpe(words[0], words, settings)  # noqa: S606
        finally:
            os._exit(127)
    parts = []
    while True:
        try:
            part = os.read(shown, 65536)
        except OSError:  # Linux says so at the end
            break
        if not part:
            break
        parts.append(part)
    os.close(shown)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return status, b"".join(parts).decode("utf-8").replace("\r\n", "\n")


def styleless(text: str) -> str:
    """Return a text without bold and colors."""
    return _STYLE.sub("", text)
