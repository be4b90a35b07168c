"""Run many independent tasks: in this process or a pool, with progress, stop and resume."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from perilune.runs.store import Arrays, Store
from perilune.runs.tally import Tally

Report = Callable[[str], None]
Work = Callable[[Any], Arrays]


def processors() -> int:
    """Return how many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every platform
        return os.cpu_count() or 1


def run(
    work: Work,
    tasks: Sequence[Any],
    *,
    workers: int = 1,
    store: Store | None = None,
    report: Report = lambda _: None,
) -> list[Arrays]:
    """Return the result of every task, in their order.

    Parameters
    ----------
    work : callable
        Takes a task, gives named arrays. With several workers both must pickle.
    workers : int
        Processes; 1 works in this one. More start fresh interpreters, so a script that asks for
        them guards its own start (`if __name__ == "__main__":`).
    store : Store, optional
        Where finished tasks are kept: those found there are not done again, so a job that was
        interrupted goes on where it stopped.
    report : callable
        Called with how much is done and how long the rest may take.

    An exception of a task, or an interruption, ends the job; what was finished stays in the store.
    """
    done: dict[int, Arrays] = dict(store.finished()) if store else {}
    todo = [i for i in range(len(tasks)) if i not in done]
    if done and todo:
        report(f"going on: {len(done)} of {len(tasks)} parts were done before")
    began = time.perf_counter()
    with _mapper(work, min(workers, len(todo))) as results:
        for count, (number, arrays) in enumerate(results([(i, tasks[i]) for i in todo]), start=1):
            done[number] = arrays
            if store:
                store.keep(number, arrays)
            rest = (time.perf_counter() - began) * (len(todo) - count) / count
            text = f"{len(done)} of {len(tasks)} parts done"
            report(Tally(text, len(done), len(tasks), rest))
    return [done[i] for i in range(len(tasks))]


Numbered = tuple[int, Any]
Mapper = Callable[[list[Numbered]], Iterator[tuple[int, Arrays]]]


@contextmanager
def _mapper(work: Work, workers: int) -> Iterator[Mapper]:
    one = _Numbered(work)
    if workers <= 1:
        yield lambda tasks: map(one, tasks)
        return
    pool = multiprocessing.get_context("spawn").Pool(workers, initializer=_quiet)
    try:
        yield lambda tasks: pool.imap_unordered(one, tasks)
    finally:
        pool.terminate()  # done, failed or interrupted: nobody waits for the rest
        pool.join()


class _Numbered:
    """Work that remembers which task it was."""

    def __init__(self, work: Work) -> None:
        self.work = work

    def __call__(self, task: Numbered) -> tuple[int, Arrays]:
        number, content = task
        return number, self.work(content)


def _quiet() -> None:
    """Leave Ctrl-C to the process that asked: it ends the pool."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stdout = sys.stderr
