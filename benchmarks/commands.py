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


def _fly(cwd: Path, home: Path | None = None) -> None:
    _run(["fly", "change-5", "-o", str(cwd / "out"), "--quiet"], home, cwd=cwd)


def _first_fly_ms() -> float:
    """Return what a flight takes with nothing compiled before, having checked that it was so."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        cache = _cache_of(home)
        if not cache.is_relative_to(home) or (cache.exists() and any(cache.iterdir())):
            raise RuntimeError(f"the cache for a first run is not an empty one: {cache}")
        taken = timed_ms(lambda: _fly(home, home))
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
    """Time help, a flight with warm caches, and the first flight on a machine, in turn."""
    helps, warm, first = [], [], []
    with tempfile.TemporaryDirectory() as name:
        cwd = Path(name)
        _run(["--help"], cwd=cwd)
        _fly(cwd)
        for _ in range(repeats):
            helps += [timed_ms(lambda: _run(["--help"], cwd=cwd)) for _ in range(3)]
            warm += [timed_ms(lambda: _fly(cwd)) for _ in range(2)]
            first.append(_first_fly_ms())
    return [
        Row("perilune --help", Times(np.array(helps)), target="under 0.3 s", at_most_ms=300.0),
        Row("fly change-5, warm", Times(np.array(warm)), target="under 3 s", at_most_ms=3e3),
        Row("fly change-5, first", Times(np.array(first)), target="under 15 s", at_most_ms=15e3),
    ]
