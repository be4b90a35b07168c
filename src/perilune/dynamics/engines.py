"""Compiled engines, kept and lent: each is built once an environment, and used by one at a time.

Building takes seconds the first time on a machine and a tenth of one after that (heyoka keeps what
it compiled on disk), so it is done once, and ahead of need where the need is known: `prepare`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from perilune.astro.environment import Environment
from perilune.dynamics.events import Event
from perilune.dynamics.forces import Forces
from perilune.dynamics.taylor import TOLERANCE, TaylorEngine

_lock = threading.Lock()  # guards the making of shelves, nothing else


@dataclass(frozen=True)
class Wanted:
    """What an engine is for: everything that decides how it is compiled."""

    center: str
    forces: Forces
    thrust: bool = False
    variational: bool = False
    events: tuple[Event, ...] = ()
    tolerance: float = TOLERANCE

    @property
    def key(self) -> tuple[object, ...]:
        """What tells one compiled engine from another."""
        events = tuple(event.key for event in self.events)
        return (self.center, self.forces.key, self.thrust, self.variational, events, self.tolerance)

    def build(self, *, tuned: bool) -> TaylorEngine:
        """Compile it (tuned engines only without variations: those take minutes to tune)."""
        return TaylorEngine(
            self.center,
            self.forces,
            thrust=self.thrust,
            variational=self.variational,
            events=self.events,
            tolerance=self.tolerance,
            compact=self.variational or not tuned,
        )


class _Shelf:
    """Engines of one kind: idle ones, and how many are being built."""

    def __init__(self) -> None:
        self.idle: list[TaylorEngine] = []
        self.building = 0
        self.changed = threading.Condition()

    def take(self, wanted: Wanted, *, tuned: bool) -> TaylorEngine:
        with self.changed:
            while not self.idle and self.building:
                self.changed.wait()
            if self.idle:
                return self.idle.pop()
            self.building += 1
        engine = None
        try:
            engine = wanted.build(tuned=tuned)
        finally:
            with self.changed:
                self.building -= 1
                self.changed.notify_all()
        return engine

    def put(self, engine: TaylorEngine) -> None:
        with self.changed:
            self.idle.append(engine)
            self.changed.notify_all()


def _shelf(wanted: Wanted, env: Environment) -> _Shelf:
    with _lock:
        shelf: _Shelf = env.cache.setdefault(("engines", wanted.key), _Shelf())
    return shelf


@contextmanager
def borrow(wanted: Wanted, env: Environment) -> Iterator[TaylorEngine]:
    """Lend a compiled engine; one that is being built is waited for."""
    shelf = _shelf(wanted, env)
    engine = shelf.take(wanted, tuned=env.tuned)
    try:
        yield engine
    finally:
        shelf.put(engine)


def prepare(wanted: Iterable[Wanted], env: Environment) -> None:
    """Start building engines in the background, so that they are there when they are needed."""
    for one in wanted:
        shelf = _shelf(one, env)
        if not shelf.idle and not shelf.building:
            threading.Thread(target=_build, args=(one, env), name="perilune-compile").start()


def _build(wanted: Wanted, env: Environment) -> None:
    with borrow(wanted, env):
        pass
