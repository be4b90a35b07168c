"""Measure perilune beside Orekit on the same work, in one run and one process.

    uv run --group peers python benchmarks/run.py [--quick] [--into docs/benchmarks.md]

Each case first checks that both answers agree and ends the run where they do not; only then are
both timed, in turn. The process and its children are kept on two cores. Times are wall times.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import aiming
import arcs
import commands
import peer_orekit as orekit
import table
from compare import Disagreement, Row

from perilune.astro.environment import environment

_CORES = 2


def _keep_on_two_cores() -> set[int]:
    """Keep this process, and what it starts from now on, on two of the cores it may use."""
    if not hasattr(os, "sched_setaffinity"):  # not on every platform
        return set(range(os.cpu_count() or 1))
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-_CORES:])
    return os.sched_getaffinity(0)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _measure(*, quick: bool) -> list[Row]:
    """Return the rows; fewer repeats where `quick`."""
    few = 0.2 if quick else 1.0
    env = environment(tuned=True)
    _say("the P3 arc as a trajectory")
    rows = [arcs.trajectory(env, round(50 * few))]
    _say("the P3 arc with its transition matrix")
    rows.append(arcs.transition_matrix(env, round(30 * few)))
    _say("a thousand dispersed arcs")
    rows.append(arcs.dispersed(env, round(15 * few)))
    _say("translunar targeting")
    rows += aiming.targeting(env, round(15 * few))
    _say("the command line")
    return rows + commands.commands(round(5 * few))


def main() -> int:
    """Run every case and print the table; 1 where two answers do not agree."""
    parser = argparse.ArgumentParser(description="perilune beside Orekit on the same work")
    parser.add_argument("--quick", action="store_true", help="a fifth of the repeats")
    parser.add_argument("--into", type=Path, metavar="PAGE", help="also put the results there")
    options = parser.parse_args()
    load = table.load()
    cores = _keep_on_two_cores()
    orekit.setup()
    try:
        rows = _measure(quick=options.quick)
    except Disagreement as problem:
        _say(f"THE ANSWERS DO NOT AGREE: {problem}")
        return 1
    results = table.text(rows) + "\n" + table.machine(cores, load)
    print(results, end="")
    if options.into is not None:
        table.write_into(options.into, results)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
