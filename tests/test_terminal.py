"""What a terminal shows: tables within its columns, whole lines into a pipe, progress."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import TO_ORBIT
from terminals import PERILUNE, Screen, on_terminal, perilune, styleless

import perilune as pl
from perilune.catalog.entry import KINDS
from perilune.cli import output, progress
from perilune.cli.main import main
from perilune.cli.progress import Progress
from perilune.cli.table import Column, laid_out
from perilune.runs.tally import Tally

needs_terminals = pytest.mark.skipif(sys.platform == "win32", reason="terminals as POSIX has them")

WIDE = [
    Column("name"),
    Column("verdict", "left", 1),
    Column("dv m/s", "right", 2),
    Column("kg", "right", 3),
    Column("why", "text"),
]
ROWS = [
    ["translunar_injection", "closes", "3,134.6", "8,200", "the plane holds the site at its date"],
    ["landing", "does not close", "0.0", "330", ""],
]


def lines(text: str) -> list[str]:
    return styleless(text).split("\n")


def headers(text: str) -> str:
    return text.splitlines()[1]


# ---- laying out


def test_a_wide_terminal_shows_every_column() -> None:
    laid = laid_out("Title", WIDE, ROWS, width=120, styled=False)
    assert laid.hidden == ()
    assert headers(laid.text).split() == ["name", "verdict", "dv", "m/s", "kg", "why"]


def test_the_highest_rank_goes_first() -> None:
    hidden = [laid_out("", WIDE, ROWS, width=n, styled=False).hidden for n in range(120, 20, -1)]
    order = [("kg",), ("dv m/s", "kg"), ("verdict", "dv m/s", "kg")]
    met = [found for found in dict.fromkeys(hidden) if found]
    assert met == order


def test_the_width_named_for_all_columns_shows_all() -> None:
    narrow = laid_out("", WIDE, ROWS, width=50, styled=False)
    assert narrow.hidden
    assert laid_out("", WIDE, ROWS, width=narrow.whole_width, styled=False).hidden == ()
    assert laid_out("", WIDE, ROWS, width=narrow.whole_width - 1, styled=False).hidden != ()


def test_a_text_is_folded_between_words_and_no_figure_is_cut() -> None:
    text = laid_out("", WIDE, ROWS, width=62, styled=False).text
    words = {word for row in ROWS for cell in row[4:] for word in cell.split()}
    assert words <= set(text.split())
    assert "translunar_injection" in text
    assert "8,200" in text or "kg" not in headers(text)


def test_what_cannot_be_hidden_overruns_rather_than_being_cut() -> None:
    text = laid_out("", WIDE, ROWS, width=10, styled=False).text
    assert "translunar_injection" in text
    assert "verdict" not in text


words = st.text(st.characters(categories=("L", "N", "P")), max_size=12)
cells = st.lists(words, max_size=5).map(" ".join)


@given(st.lists(st.lists(cells, min_size=4, max_size=4), max_size=5), st.integers(70, 200))
def test_prop_a_table_fits_or_says_what_it_left_out(rows: list[list[str]], width: int) -> None:
    columns = [
        Column("one", "text"), Column("two", "left", 1), Column("three", "right", 2),
        Column("four", "left", 3),
    ]  # fmt: skip
    laid = laid_out("t", columns, rows, width=width, styled=False)
    from rich.cells import cell_len

    widest = max(cell_len(line) for line in laid.text.splitlines())
    assert widest <= width
    assert bool(laid.hidden) == (laid.whole_width > width)


def test_a_pipe_gets_ascii_rules_and_every_column() -> None:
    laid = laid_out("Title", WIDE, ROWS, width=None, styled=False)
    assert laid.hidden == ()
    assert laid.text.isascii()
    assert "the plane holds the site at its date" in laid.text


# ---- through the module that prints


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm")
    return Screen()


def test_a_narrow_terminal_is_told_what_is_left_out_and_where_it_is(screen: Screen) -> None:
    with redirect_stdout(screen):
        output.table("Title", WIDE, ROWS, "events.csv")
    shown = " ".join(screen.plain.split())
    assert "or in events.csv: " in shown
    assert "kg." in shown
    assert all(len(line) <= 60 for line in screen.plain.splitlines())


def test_a_long_line_is_folded_between_words_with_a_hanging_indent(screen: Screen) -> None:
    with redirect_stdout(screen):
        output.line("  one reason: " + "word " * 30)
    shown = screen.plain.splitlines()
    assert len(shown) > 1
    assert all(len(line) <= 60 for line in shown)
    assert all(line.startswith("    word") for line in shown[1:])


def test_a_path_is_never_cut(screen: Screen) -> None:
    path = "/a-very-long-folder/" * 6
    with redirect_stdout(screen):
        output.line(f"outputs in {path}")
    assert path in screen.plain


def test_columns_of_the_environment_do_not_cut_what_a_pipe_gets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    out = io.StringIO()
    with redirect_stdout(out):
        output.table("Title", WIDE, ROWS)
        output.line("word " * 40)
    assert "the plane holds the site at its date" in out.getvalue()
    assert "word " * 39 in out.getvalue()


@pytest.mark.parametrize("term", ["dumb", "xterm"])
def test_a_dumb_terminal_gets_no_escapes(monkeypatch: pytest.MonkeyPatch, term: str) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("COLUMNS", "80")
    shown = Screen()
    with redirect_stdout(shown):
        output.table("Title", WIDE, ROWS)
    assert ("\x1b" in shown.getvalue()) == (term == "xterm")
    assert shown.plain.isascii() == (term == "dumb")


def test_no_color_leaves_no_color(monkeypatch: pytest.MonkeyPatch, screen: Screen) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    with redirect_stdout(screen):
        output.table("Title", WIDE, ROWS)
    codes = {int(each) for each in re.findall(r"\x1b\[(\d+)", screen.getvalue())}
    assert codes <= {0, 1, 3}  # bold and italic are no colors
    assert codes


# ---- whole commands on a terminal of 80 columns


@needs_terminals
@pytest.mark.parametrize(
    "arguments",
    [
        ["list"],
        ["check", "change-5"],
        ["check", "css"],
        ["catalog"],
        ["catalog", "vehicles", "cz-5"],
        ["station", "access", "css", "--quiet", "--no-report"],
        ["station", "crew", "iss", "--quiet", "--no-report"],
        ["station", "split", "iss", "--quiet", "--no-report"],
        ["fly", TO_ORBIT, "--quiet", "--no-report"],
        ["--help"],
        ["study", "--help"],
        ["windows", "--help"],
    ],
    ids=" ".join,
)
def test_80_columns_hold_what_a_command_shows(tmp_path: Path, arguments: list[str]) -> None:
    where = ["-o", str(tmp_path)] if arguments[0] in ("station", "fly") else []
    status, shown = on_terminal(*arguments, *where, columns=80)
    assert status == 0
    assert [line for line in lines(shown) if len(line) > 80 and str(tmp_path) not in line] == []


@pytest.mark.parametrize("kind", KINDS)
def test_80_columns_hold_the_catalogue(
    screen: Screen, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with redirect_stdout(screen):
        assert main(["catalog", kind]) == 0
    shown = screen.plain.splitlines()
    assert len(shown) > 4
    assert [line for line in shown if len(line) > 80] == []


@needs_terminals
def test_a_wide_terminal_shows_what_a_narrow_one_leaves_out(tmp_path: Path) -> None:
    command = ["station", "access", "css", "--quiet", "--no-report", "-o", str(tmp_path)]
    narrow, wide = (on_terminal(*command, columns=n)[1] for n in (80, 160))
    assert "or in access-sites.csv: by geometry, lost kg." in narrow
    assert "lost kg" in wide
    assert "access-sites.csv" not in wide
    assert (tmp_path / "access-sites.csv").is_file()


# ---- encodings


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437"])
def test_an_encoding_without_a_character_gets_a_substitute(tmp_path: Path, encoding: str) -> None:
    command = ["station", "access", "css", "--quiet", "--no-report", "-o", str(tmp_path)]
    done = subprocess.run(
        [*PERILUNE, *command], capture_output=True, env={**os.environ, "PYTHONIOENCODING": encoding}
    )
    assert (done.returncode, done.stderr) == (0, b"")
    shown = done.stdout.decode(encoding)
    assert ("41.47 deg" if encoding == "ascii" else "41.47°") in shown
    assert "?" not in shown


def test_the_c_locale_takes_any_name(tmp_path: Path) -> None:
    settings = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [*PERILUNE, "list"], capture_output=True, env={**os.environ, **settings}, cwd=tmp_path
    )
    assert done.returncode == 0
    assert done.stdout.isascii()


# ---- progress


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("perilune.cli.progress.time", made)
    return made


def told(steps: Any, clock: Clock, stream: io.StringIO, *, quiet: bool = False) -> str:
    with redirect_stderr(stream), Progress(quiet=quiet) as report:
        for after_s, message in steps:
            clock.now += after_s
            report(message)
    return stream.getvalue()


PARTS = [(0.5, Tally(f"{n} of 100 parts done", n, 100)) for n in range(1, 101)]


def test_a_pipe_gets_a_plain_line_now_and_then(clock: Clock) -> None:
    shown = told([(0.0, "loading"), *PARTS, (0.0, "writing")], clock, io.StringIO())
    said = shown.splitlines()
    assert said[0] == "loading ..."
    assert said[1].startswith("1 of 100 parts done ...")
    assert 5 <= len(said) <= 9  # 50 s, one line in ten of them
    assert said[-1].startswith("writing ... 50 s")
    assert "\x1b" not in shown


def test_the_time_that_is_left_is_told_and_is_right(clock: Clock) -> None:
    shown = told(PARTS, clock, io.StringIO())
    assert "21 of 100 parts done ... 10 s, about 40 s to go" in shown  # 79 parts of 0.5 s each


def test_the_work_may_know_better_how_long_it_takes(clock: Clock) -> None:
    step = Tally("1 of 2 parts done", 1, 2, left_s=300.0)
    assert step == "1 of 2 parts done, about 5 min to go"
    assert told([(0.0, step)], clock, io.StringIO()) == (
        "1 of 2 parts done ... about 5 min to go\n"
    )


def test_a_phase_says_which_of_how_many_it_is(clock: Clock) -> None:
    shown = told([(0.0, Tally("transfer north", 1, 15))], clock, io.StringIO())
    assert shown == "transfer north ... 1 of 15 done\n"


def test_a_terminal_gets_one_line_that_is_rewritten_and_wiped(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    shown = told([(0.0, "loading"), *PARTS[:5]], clock, Screen())
    assert "\n" not in shown
    assert shown.count("\r\x1b[2K") >= 7
    assert shown.endswith("\r\x1b[2K")
    assert "5 of 100 parts done" in shown


def test_a_long_message_never_fills_more_than_its_line(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    shown = told([(0.0, "x" * 500)], clock, Screen())
    assert all(len(part) < 80 for part in shown.split("\r\x1b[2K"))


@pytest.mark.parametrize("stream", [io.StringIO, Screen])
def test_quiet_says_nothing(clock: Clock, stream: type[io.StringIO]) -> None:
    assert told([(0.0, "loading"), *PARTS], clock, stream(), quiet=True) == ""


def fail_at_work() -> None:
    with Progress(quiet=False) as report:
        report("loading")
        report(f"{1 // 0}")


def test_a_refusal_in_the_middle_wipes_the_line(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stream = Screen()
    with redirect_stderr(stream), pytest.raises(ZeroDivisionError):
        fail_at_work()
    assert stream.getvalue().endswith("\r\x1b[2K")


def test_a_flight_counts_its_phases(env: pl.Environment) -> None:
    said: list[str] = []
    pl.fly(TO_ORBIT, env=env, report=said.append)
    counts = [(each.done, each.total) for each in said if isinstance(each, Tally)]
    assert len(counts) == len(said) > 2
    assert {total for _, total in counts} == {4}
    assert all(0 <= done < total for done, total in counts)


def test_the_clock_ticks_while_a_step_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal shows that work goes on though nothing is reported."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(progress, "_TICK_S", 0.01)
    stream = Screen()
    with redirect_stderr(stream), Progress(quiet=False) as report:
        report("compiling")
        while stream.getvalue().count("compiling") < 3:
            pass
    assert stream.getvalue().endswith("\r\x1b[2K")


# ---- json


@pytest.mark.parametrize(
    "arguments",
    [
        ["list"],
        ["catalog"],
        ["catalog", "rules"],
        ["catalog", "vehicles", "cz-5"],
        ["check", "change-5"],
        ["check", "css"],
        ["study", "diff", "as-planned", "angara", "--of", "ilrs-today"],
        ["study", "export", "ilrs-today", "cnsa"],
        ["study", "propose", "ilrs-today", "angara", "--author", "a", "--partner", "cnsa"],
        ["station", "access", "css", "--no-report"],
    ],
    ids=lambda words: " ".join(words[:3]),
)
def test_json_is_one_document_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    done = perilune(*arguments, "--json")
    assert done.status == 0
    assert isinstance(json.loads(done.out), dict)
