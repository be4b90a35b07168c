"""Progress on stderr: a live line on a terminal, now and then a plain line elsewhere."""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import Self

from perilune.cli import output
from perilune.runs.tally import Tally, span

EVERY_S = 10.0
"""How often a count is told where stderr is no terminal; a new stage is told at once."""

_TICK_S = 1.0
_WORTH_SAYING_S, _SURE_S = 1.0, 2.0
"""So long work must have gone on before its time is told, and the rest of it guessed."""


class Progress:
    """Tells what is worked on, how much is done, for how long, and how long the rest may take."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet, self.live = quiet, output.is_live()
        self._began = time.monotonic()
        self._told_at = float("-inf")
        self._message = ""
        self._since, self._before = self._began, 0
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._ticker: threading.Thread | None = None

    def __call__(self, message: str) -> None:
        """Show what is being worked on."""
        if self.quiet:
            return
        now = time.monotonic()
        with self._lock:
            fresh = not (isinstance(message, Tally) and _goes_on(self._message, message))
            if fresh:
                self._since, self._before = now, getattr(message, "done", 0)
            self._message = message
        if self.live:
            self._draw()
            self._tick()
        elif fresh or now - self._told_at >= EVERY_S:
            self._told_at = now
            output.note(f"{self._text(now)}\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Clear the line, whatever ended the work."""
        self._over.set()
        if self.live and not self.quiet:
            with self._lock:
                output.note(output.CLEAR)

    def _text(self, now: float) -> str:
        """Return what is said now."""
        message, facts = self._message, []
        text = message.text if isinstance(message, Tally) else message
        if isinstance(message, Tally) and f" of {message.total}" not in text:
            facts.append(f"{message.done} of {message.total} done")
        if now - self._began >= _WORTH_SAYING_S:
            facts.append(span(now - self._began))
        left = self._left_s(now)
        if left is not None:
            facts.append(f"about {span(left)} to go")
        return output.visible(f"{text} ... {', '.join(facts)}".rstrip())

    def _left_s(self, now: float) -> float | None:
        """Return how long the rest may take; None where that cannot be told yet."""
        message = self._message
        if not isinstance(message, Tally):
            return None
        if message.left_s is not None:
            return message.left_s
        made, spent = message.done - self._before, now - self._since
        if made <= 0 or spent < _SURE_S:
            return None
        return spent * (message.total - message.done) / made

    def _draw(self) -> None:
        """Rewrite the line, cut to the terminal: a folded one would not be wiped whole."""
        with self._lock:
            if self._over.is_set():
                return
            output.note(f"{output.CLEAR}{self._text(time.monotonic())[: _room()]}")

    def _tick(self) -> None:
        """Begin to redraw the line each second, so that a long step shows it is alive."""
        if self._ticker is None:
            self._ticker = threading.Thread(target=self._redraw, daemon=True)
            self._ticker.start()

    def _redraw(self) -> None:
        while not self._over.wait(_TICK_S):
            self._draw()


def _room() -> int:
    try:
        columns = os.get_terminal_size(sys.stderr.fileno()).columns or 80  # 0: it does not say
        return max(columns - 1, 10)
    except (OSError, ValueError):
        return 79


def _goes_on(before: str, after: Tally) -> bool:
    """Return whether a count goes on: a new stage, or fewer done, begins another."""
    return isinstance(before, Tally) and before.total == after.total and before.done <= after.done
