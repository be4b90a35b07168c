"""Measure perilune beside Orekit on the same work, in one run and one process.

    uv run --group peers python benchmarks/run.py [--quick] [--into docs/benchmarks.md]

Each case first checks that both answers agree and ends the run where they do not; only then are
both timed, in turn. The process and its children are kept on two cores, for each case the least
busy ones. Times are wall times.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import aiming
import arcs
import commands
import cores
import peer_orekit as orekit
import scan
import table
import upkeep
from compare import Disagreement, Row

from perilune.astro.environment import environment


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _measure(*, quick: bool) -> list[Row]:
    """Return the rows; fewer repeats where `quick`."""
    few = 0.2 if quick else 1.0
    env = environment(tuned=True)
    cases: list[tuple[str, Callable[[], list[Row]]]] = [
        ("the P3 arc as a trajectory", lambda: [arcs.trajectory(env, round(50 * few))]),
        ("the P3 arc with its STM", lambda: [arcs.transition_matrix(env, round(30 * few))]),
        ("a thousand dispersed arcs", lambda: [arcs.dispersed(env, round(15 * few))]),
        ("translunar targeting", lambda: aiming.targeting(env, round(15 * few))),
        ("a scan beside Orekit", lambda: [scan.beside_orekit(env, round(5 * few))]),
        ("scans", lambda: scan.scaling(env, 1 if quick else 3, large=not quick)),
        ("upkeep of a station", lambda: upkeep.rows(round(5 * few))),
        ("the command line", lambda: commands.commands(round(5 * few))),
    ]
    rows: list[Row] = []
    for name, case in cases:
        cores.keep_on_two()
        _say(name)
        found = case()
        _say(table.text(found))  # so that a later case that fails costs nothing
        rows += found
    return rows


def main() -> int:
    """Run every case and print the table; 1 where two answers do not agree."""
    parser = argparse.ArgumentParser(description="perilune beside Orekit on the same work")
    parser.add_argument("--quick", action="store_true", help="a fifth of the repeats")
    parser.add_argument("--into", type=Path, metavar="PAGE", help="also put the results there")
    options = parser.parse_args()
    load = table.load()
    count = cores.keep_on_two()
    orekit.setup()
    try:
        rows = _measure(quick=options.quick)
    except Disagreement as problem:
        _say(f"THE ANSWERS DO NOT AGREE: {problem}")
        return 1
    results = table.text(rows) + "\n" + table.machine(count, load)
    print(results, end="")
    if options.into is not None:
        table.write_into(options.into, results)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
