"""Lays a table out: as wide as it is for a pipe, within the columns there are for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from typing import NamedTuple

from rich.box import SIMPLE_HEAD, Box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

_PLAIN = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)
"""Like rich's SIMPLE_HEAD, in ASCII: what a pipe is given reads alike everywhere."""

_FOLDED, _WIDEST, _TALL = 20, 100_000, 1000
_TIGHT, _ROOMY = 1, 3
"""Characters between two columns."""


class Column(NamedTuple):
    """A column of a table.

    Attributes
    ----------
    header : str
    side : str
        "left", "right", or "text", which is folded between words where space is short.
    rank : int
        0 is always shown. Of the others the highest goes first where space is short.
    """

    header: str
    side: str = "left"
    rank: int = 0


@dataclass(frozen=True)
class Laid:
    """A table as text, the headers left out of it, and how wide all of them are."""

    text: str
    hidden: tuple[str, ...]
    whole_width: int


def laid_out(
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    *,
    width: int | None,
    styled: bool,
) -> Laid:
    """Return a table that fits `width` characters (None: any) by hiding and folding columns.

    No cell is ever cut: where even the columns of rank 0 are too wide, lines overrun.
    """
    least = [
        _least(column, cells) for column, cells in zip(columns, _across(columns, rows), strict=True)
    ]
    kept = _kept(columns, least, width)
    sizes = [least[i] for i in kept]
    gap = _ROOMY if width is None or _total(sizes, _ROOMY) <= width else _TIGHT
    shown = Table(title=title, title_justify="left", box=SIMPLE_HEAD if styled else _PLAIN,
                  show_edge=False, padding=(0, gap // 2), pad_edge=False)  # fmt: skip
    for i in kept:
        column, folds = columns[i], columns[i].side == "text"
        shown.add_column(column.header, justify="right" if column.side == "right" else "left",
                         no_wrap=not folds, overflow="fold", min_width=least[i])  # fmt: skip
    for row in rows:
        shown.add_row(*(row[i] for i in kept))
    text = _drawn(shown, max(width or _WIDEST, _total(sizes, gap)), styled=styled)
    hidden = tuple(columns[i].header for i in range(len(columns)) if i not in kept)
    return Laid(text, hidden, _total(least, _TIGHT))


def _across(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[column.header, *(row[i] for row in rows)] for i, column in enumerate(columns)]


def _least(column: Column, cells: Sequence[str]) -> int:
    """Return how wide a column must be; one that folds, at least its longest word."""
    longest = max(map(cell_len, cells))
    if column.side != "text":
        return longest
    words = [cell_len(word) for cell in cells for word in cell.split()]
    return min(longest, max(_FOLDED, *words, 1))


def _kept(columns: Sequence[Column], least: Sequence[int], width: int | None) -> list[int]:
    """Return which columns are shown, in their order."""
    kept = list(range(len(columns)))
    while width is not None and _total([least[i] for i in kept], _TIGHT) > width:
        last = max(kept, key=lambda i: (columns[i].rank, i))
        if not columns[last].rank:
            break
        kept.remove(last)
    return kept


def _total(sizes: Sequence[int], gap: int) -> int:
    return sum(sizes) + gap * (len(sizes) - 1)


def _drawn(shown: Table, width: int, *, styled: bool) -> str:
    console = Console(file=StringIO(), force_terminal=styled, width=width, height=_TALL,
                      highlight=False, markup=False, emoji=False, legacy_windows=False,
                      color_system="auto" if styled else None)  # fmt: skip
    with console.capture() as captured:
        console.print(shown)
    lines = captured.get().rstrip().splitlines()
    return "".join(f"{part.rstrip()}\n" for part in lines)
