"""`perilune`: the entry point; maps every outcome to its exit status.

0 done, 1 computed but does not close, 2 wrong input, 3 an internal error, 130 stopped by Ctrl-C. No
traceback reaches a user without `--debug`, which every command takes before or after its name.
"""

from __future__ import annotations

import errno
import gc
import os
import re
import signal
import sys
import threading
import time
from contextlib import redirect_stdout, suppress
from typing import Any

from perilune.cli import output
from perilune.errors import PeriluneError, nearest

STOPPED = 128
"""Added to a signal's number, as shells do: 130 after Ctrl-C."""

GRACE_S = 1.5
"""How long a stopped run may take to clean up before it is ended where it stands."""


class Stopped(BaseException):
    """A signal asked to end; like KeyboardInterrupt, no `except Exception` holds it."""

    def __init__(self, number: int) -> None:
        self.status = STOPPED + number


def run() -> None:
    """Run the command line and exit with its status."""
    _listen()
    status = main()
    if status > STOPPED:
        gc.collect()  # a stopped pool's semaphores go with it
        os._exit(status)  # a compilation under way would hold the interpreter's own end
    raise SystemExit(status)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line on `arguments` (default: the process's own); returns the exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    output.prepare()
    try:
        status = _command(arguments)
        output.flush()
        return status
    except (Stopped, KeyboardInterrupt) as stop:
        output.error("stopped")
        return getattr(stop, "status", STOPPED + signal.SIGINT)
    except PeriluneError as problem:
        return _refuse(str(problem), 2, arguments)
    except OSError as problem:
        return _refuse(*_of_the_system(problem), arguments)
    except Exception as problem:
        text = f"internal error: {type(problem).__name__}: {problem} (--debug shows where)"
        return _refuse(text, 3, arguments)


_OF_THE_FOLDER = {
    getattr(errno, name, None)
    for name in ("ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM", "EFBIG", "EIO", "EISDIR",
                 "ENOTDIR", "ENAMETOOLONG")
}  # fmt: skip
"""What a folder may do to work that writes into it: no fault of the program."""


def _of_the_system(problem: OSError) -> tuple[str, int]:
    """Return what to say of a file that cannot be read or written, and the status."""
    if problem.errno not in _OF_THE_FOLDER:
        kind = type(problem).__name__
        return f"internal error: {kind}: {problem} (--debug shows where)", 3
    where = f"{problem.filename}: " if problem.filename else ""
    return f"{where}cannot be written or read ({problem.strerror}): free or name another folder", 2


def _refuse(text: str, status: int, arguments: list[str]) -> int:
    if "--debug" in arguments:
        output.traceback()
    output.error(text)
    return status


def _command(arguments: list[str]) -> int:
    import typer

    from perilune.cli.app import app

    usage_error: Any = typer.BadParameter.__mro__[1]  # click's, wherever this typer keeps it
    try:
        if not arguments:
            with redirect_stdout(sys.stderr):
                app(["--help"], standalone_mode=False, prog_name="perilune")
            return 2
        return int(app(arguments, standalone_mode=False, prog_name="perilune") or 0)
    except usage_error as problem:
        return _refuse(_usage(problem), 2, arguments)


def _usage(problem: Any) -> str:
    """Return a wrong option or command in one line, with the nearest valid name."""
    text = problem.format_message().rstrip(".")
    context = problem.ctx
    words = getattr(context, "command_path", None) or "perilune"
    known = list(getattr(getattr(context, "command", None), "commands", {}))
    unknown = re.match("No such command '([^']*)'", text)
    if unknown and known:
        near = nearest(unknown[1], known)
        hint = f" Did you mean '{near}'?" if near else ""
        return f"no such command '{unknown[1]}'.{hint} Known: {', '.join(known)}."
    return f"{text[:1].lower()}{text[1:]}. '{words} --help' shows what is expected."


def _listen() -> None:
    """Make SIGINT and SIGTERM end the run: cleaned up where it can be, within `GRACE_S` anyhow.

    A compilation or a long arc does not return to Python for seconds, so a thread watches the
    signals too. Outputs are written whole (temporary file, then rename).
    """
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    threading.Thread(target=_watch, args=(reader,), daemon=True).start()


def _stop(number: int, _frame: object) -> None:
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    raise Stopped(number)


def _watch(reader: int) -> None:
    number = os.read(reader, 1)[0]
    time.sleep(GRACE_S)
    with suppress(OSError, ValueError):
        output.error("stopped")
    os._exit(STOPPED + number)
