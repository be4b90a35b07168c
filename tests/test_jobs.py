"""Jobs: results in order, finished parts kept, taken up again, and never mistaken for others'."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from perilune.runs.job import processors, run
from perilune.runs.store import Arrays, Store


def squares(task: int) -> Arrays:
    """Return named arrays of a task: at module level, so that other processes find it."""
    return {"task": np.array([task]), "squares": np.arange(task + 1, dtype=float) ** 2}


def stumble(task: int) -> Arrays:
    if task == 3:
        raise ValueError("task 3 fails")
    return squares(task)


class Counted:
    """Work that counts what it is asked for."""

    def __init__(self, work: Callable[[int], Arrays] = squares) -> None:
        self.work, self.done = work, [0]
        self.done = []

    def __call__(self, task: int) -> Arrays:
        self.done.append(task)
        return self.work(task)


def same(a: list[Arrays], b: list[Arrays]) -> bool:
    return len(a) == len(b) and all(
        list(x) == list(y)
        and all(np.array_equal(x[n], y[n]) and x[n].dtype == y[n].dtype for n in x)
        for x, y in zip(a, b, strict=True)
    )


TASKS = [5, 0, 3, 1, 4, 2]
EXPECTED = [squares(task) for task in TASKS]


def test_results_come_in_the_order_of_the_tasks() -> None:
    said: list[str] = []
    assert same(run(squares, TASKS, report=said.append), EXPECTED)
    assert len(said) == len(TASKS)
    assert said[-1].startswith("6 of 6 parts done")
    assert run(squares, []) == []


@pytest.mark.parametrize("workers", [2, 3])
def cross_several_processes_give_what_one_gives(workers: int, tmp_path: Path) -> None:
    store = Store(tmp_path / "job", TASKS)
    assert same(run(squares, TASKS, workers=workers, store=store), EXPECTED)
    assert same([store.finished()[i] for i in range(len(TASKS))], EXPECTED)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_job_that_failed_goes_on_where_it_stopped(workers: int, tmp_path: Path) -> None:
    tasks = [0, 1, 2, 3, 4, 5]
    store = Store(tmp_path / "job", tasks)
    with pytest.raises(ValueError, match="task 3 fails"):
        run(stumble, tasks, workers=workers, store=store)
    kept = set(store.finished())
    assert 3 not in kept
    if workers == 1:
        assert kept == {0, 1, 2}
    work, said = Counted(), []
    found = run(work, tasks, store=Store(tmp_path / "job", tasks), report=said.append)
    assert same(found, [squares(t) for t in tasks])
    assert sorted(work.done) == sorted(set(tasks) - kept)
    assert not kept or said[0] == f"going on: {len(kept)} of 6 parts were done before"


def test_an_interruption_keeps_what_is_done(tmp_path: Path) -> None:
    def interrupted(task: int) -> Arrays:
        if task == 2:
            raise KeyboardInterrupt
        return squares(task)

    store = Store(tmp_path / "job", "x")
    with pytest.raises(KeyboardInterrupt):
        run(interrupted, [0, 1, 2, 3], store=store)
    assert set(store.finished()) == {0, 1}


def test_a_finished_job_does_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "job", TASKS)
    run(squares, TASKS, store=store)
    work, said = Counted(), []
    assert same(run(work, TASKS, workers=2, store=store, report=said.append), EXPECTED)
    assert work.done == []
    assert said == []


@pytest.mark.parametrize("damage", ["cut", "empty", "noise"])
def test_a_damaged_part_is_done_again(damage: str, tmp_path: Path) -> None:
    store = Store(tmp_path / "job", TASKS)
    run(squares, TASKS, store=store)
    part = tmp_path / "job" / "part-000002.npz"
    whole = part.read_bytes()
    part.write_bytes({"cut": whole[: len(whole) // 2], "empty": b"", "noise": b"x" * 400}[damage])
    work = Counted()
    assert same(run(work, TASKS, store=store), EXPECTED)
    assert work.done == [TASKS[2]]
    assert part.read_bytes() == whole


def test_a_part_damaged_inside_is_done_again(tmp_path: Path) -> None:
    """The archive opens, but a member's bytes are not what they were."""
    store = Store(tmp_path / "job", TASKS)
    run(squares, TASKS, store=store)
    part = tmp_path / "job" / "part-000000.npz"
    content = bytearray(part.read_bytes())
    where = content.find(np.float64(16.0).tobytes())
    assert where > 0
    content[where + 6] ^= 0xFF
    part.write_bytes(bytes(content))
    work = Counted()
    assert same(run(work, TASKS, store=store), EXPECTED)
    assert work.done == [TASKS[0]]


def test_another_jobs_parts_are_ignored_and_cleared(tmp_path: Path) -> None:
    run(squares, TASKS, store=Store(tmp_path / "job", "one"))
    other, work = Store(tmp_path / "job", "two"), Counted()
    assert other.finished() == {}
    assert same(run(work, TASKS[:2], store=other), EXPECTED[:2])
    assert work.done == TASKS[:2]
    assert set(other.finished()) == {0, 1}
    assert Store(tmp_path / "job", "one").finished() == {}


@pytest.mark.parametrize("text", ["", "not json", "[]", "{}", '{"fingerprint": 3}'])
def test_a_damaged_owner_is_nobody(text: str, tmp_path: Path) -> None:
    store = Store(tmp_path / "job", "one")
    run(squares, TASKS, store=store)
    (tmp_path / "job" / "job.json").write_text(text, encoding="utf-8")
    assert store.finished() == {}
    work = Counted()
    assert same(run(work, TASKS, store=store), EXPECTED)
    assert len(work.done) == len(TASKS)
    owner = json.loads((tmp_path / "job" / "job.json").read_text(encoding="utf-8"))
    assert owner["fingerprint"] == store.fingerprint


def test_a_folder_that_is_no_job_is_not_cleared(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine", encoding="utf-8")
    Store(tmp_path, "one").clear()
    assert (tmp_path / "letters.txt").read_text(encoding="utf-8") == "mine"


def test_there_is_a_processor() -> None:
    assert processors() >= 1
