"""The command line as a user meets it: a process of its own each time.

The first run on a machine is imitated with empty folders for everything that is kept between runs:
heyoka's compiled code and Python's bytecode. The files themselves are in the disk cache.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from compare import Row, Times, timed_ms

_TO_ORBIT = Path(__file__).parents[1] / "tests" / "scenarios" / "change-5.toml"
_FLIGHTS: tuple[tuple[str, str, float | None, float | None], ...] = (
    ("fly change-5 as far as lunar orbit", str(_TO_ORBIT), 15.0, 3.0),
    ("fly change-3", "change-3", None, 5.0),
    ("fly change-5", "change-5", None, 10.0),
)
"""What is flown, and in how many seconds it is to be: the first time, and with warm caches."""
_CACHE_PATH = "import heyoka; print(heyoka.llvm_state.get_diskcache_path())"


def fresh_caches(home: Path) -> dict[str, str]:
    """Return the variables that have a process keep what it compiles below a folder."""
    return {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "PYTHONPYCACHEPREFIX": str(home / "bytecode"),
    }


def _environment(home: Path | None) -> dict[str, str]:
    """Return the variables of a run, with caches below `home` where one is given."""
    variables = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    return variables if home is None else variables | fresh_caches(home)


def _run(arguments: list[str], home: Path | None = None, *, cwd: Path) -> None:
    program = Path(sys.executable).with_name("perilune")
    done = subprocess.run(
        [str(program), *arguments],
        env=_environment(home),
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"perilune {' '.join(arguments)}: {done.stdout[-500:]}{done.stderr}")


def _fly(scenario: str, home: Path) -> None:
    _run(["fly", scenario, "-o", str(home / "out"), "--quiet"], home, cwd=home)


def _flights(scenario: str, repeats: int) -> tuple[Times, Times]:
    """Return what the first flight on a machine takes, and what those after it do.

    Each time in a home of its own, whose caches hold what this mission needs and nothing else.
    """
    first, warm = [], []
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as name:
            home = Path(name)
            first.append(_first_ms(scenario, home))
            warm += [timed_ms(lambda: _fly(scenario, home)) for _ in range(2)]  # noqa: B023
    return Times(np.array(first)), Times(np.array(warm))


def _first_ms(scenario: str, home: Path) -> float:
    """Return what a flight takes with nothing compiled before, having checked that it was so."""
    cache = _cache_of(home)
    if not cache.is_relative_to(home) or (cache.exists() and any(cache.iterdir())):
        raise RuntimeError(f"the cache for a first run is not an empty one: {cache}")
    taken = timed_ms(lambda: _fly(scenario, home))
    if not any(cache.iterdir()):
        raise RuntimeError("a first run left no compiled code: was it one?")
    return taken


def _cache_of(home: Path) -> Path:
    """Return where heyoka keeps its compiled code in a process with these variables."""
    found = subprocess.run(
        [sys.executable, "-B", "-c", _CACHE_PATH],
        env=_environment(home),
        capture_output=True,
        text=True,
        check=True,
    )
    return Path(found.stdout.strip())


def commands(repeats: int) -> list[Row]:
    """Time help, and flights: the first on a machine, and with warm caches."""
    with tempfile.TemporaryDirectory() as name:
        cwd = Path(name)
        _run(["--help"], cwd=cwd)
        helps = [timed_ms(lambda: _run(["--help"], cwd=cwd)) for _ in range(3 * repeats)]
    rows = [Row("perilune --help", Times(np.array(helps)), target="under 0.3 s", at_most_ms=300.0)]
    for case, scenario, first_s, warm_s in _FLIGHTS:
        first, warm = _flights(scenario, repeats)
        rows += [
            Row(f"{case}, {when}", times, target=f"under {most:g} s", at_most_ms=1e3 * most)
            if most is not None
            else Row(f"{case}, {when}", times)
            for when, times, most in (("warm", warm, warm_s), ("first", first, first_s))
        ]
    return rows
