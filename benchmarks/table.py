"""The table as plain text, and what it was measured on."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import peer_orekit as orekit
from compare import Row

_HEAD = ("case", "ours", "Orekit", "ratio", "target", "met")
_MARKS = ("<!-- results -->\n```text\n", "```\n<!-- end of results -->")


def _pair(least: float, median: float) -> str:
    digits = 2 if median < 10.0 else 1 if median < 100.0 else 0
    return f"{least:.{digits}f} / {median:.{digits}f}"


def _cells(row: Row) -> tuple[str, ...]:
    ratio = row.ratios
    return (
        row.case,
        _pair(row.ours.least, row.ours.median),
        "" if row.peer is None else _pair(row.peer.least, row.peer.median),
        "" if ratio is None else f"{ratio[1]:.1f} / {ratio[0]:.1f}",
        row.target,
        row.met,
    )


def text(rows: Sequence[Row]) -> str:
    """Return the table: minimum / median of ms, and of the peer's over ours."""
    lines = [_HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(_HEAD))]
    out = ["Times in ms and ratios (Orekit / ours): minimum / median. Targets are for medians."]
    for i, line in enumerate(lines):
        cells = [
            cell.ljust(w) if k in (0, 4, 5) else cell.rjust(w)
            for k, (cell, w) in enumerate(zip(line, widths, strict=True))
        ]
        out.append("  ".join(cells).rstrip())
        if i == 0:
            out.append("  ".join("-" * w for w in widths))
    out += ["", *(f"Agreement, {row.case}: {row.agreement}" for row in rows if row.agreement)]
    out += [note for row in rows for note in row.notes]
    return "\n".join(out) + "\n"


def machine(cores: int, load_before: tuple[float, float, float]) -> str:
    """Return date, processor, load and versions."""
    total = os.cpu_count()
    date = datetime.now(tz=UTC).strftime("%Y-%m-%d")
    before, after = (", ".join(f"{x:.1f}" for x in load) for load in (load_before, _load()))
    ours = ("perilune", "heyoka", "numpy")
    found = {name: version(name) for name in ours} | orekit.versions()
    found["python"] = platform.python_version()
    return (
        f"{date}; {_processor()}, {total} cores of which this process and its children used "
        f"{cores} (the least busy)\n"
        f"load average over 1, 5, 15 minutes: {before} before, {after} after (a shared machine)\n"
        + ", ".join(f"{name} {number}" for name, number in found.items())
        + "\n"
    )


def load() -> tuple[float, float, float]:
    """Return the load average."""
    return os.getloadavg()


_load = load


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def write_into(page: Path, results: str) -> None:
    """Replace the results a page shows.

    Raises
    ------
    ValueError
        Where the page has no place for them.
    """
    whole = page.read_text(encoding="utf-8")
    before, mark, rest = whole.partition(_MARKS[0])
    _, end, after = rest.partition(_MARKS[1])
    if not mark or not end:
        raise ValueError(f"{page} has no lines {_MARKS[0]!r} and {_MARKS[1]!r}")
    page.write_text(before + mark + results + end + after, encoding="utf-8")
