"""`perilune`: the entry point; maps every outcome to its exit status.

0 done, 1 computed but does not close, 2 wrong input, 3 an internal error. No traceback reaches a
user without `--debug`.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Annotated

import typer

from perilune.cli import output

app = typer.Typer(
    name="perilune",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Design joint lunar missions in full ephemeris, and compare variants of cooperation.",
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress on stderr.")]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH.TO.KEY=VALUE", help="Override a key; repeatable."),
]


@app.command()
def fly(
    scenario: Annotated[str, typer.Argument(help="A bundled name or a TOML file.")],
    directory: Annotated[
        str | None, typer.Option("-o", help="Output folder (default perilune-out/NAME).")
    ] = None,
    overrides: Overrides = None,
    as_json: Json = False,
    quiet: Quiet = False,
    no_report: Annotated[bool, typer.Option("--no-report", help="No report.html.")] = False,
) -> None:
    """Solve and fly one mission, show its timeline, write the outputs."""
    from perilune.cli.fly import run_fly

    raise typer.Exit(
        run_fly(
            scenario,
            directory,
            overrides or [],
            as_json=as_json,
            quiet=quiet,
            with_report=not no_report,
        )
    )


@app.command()
def check(
    file: Annotated[str, typer.Argument(help="A bundled name or a TOML file.")],
    overrides: Overrides = None,
    as_json: Json = False,
) -> None:
    """Validate a file without flying it."""
    from perilune.cli.check import run_check

    raise typer.Exit(run_check(file, overrides or [], as_json=as_json))


@app.command(name="list")
def list_scenarios(as_json: Json = False) -> None:
    """List the bundled scenarios."""
    from perilune.cli.check import run_list

    raise typer.Exit(run_list(as_json=as_json))


def _version(value: bool) -> None:
    if value:
        from importlib.metadata import version

        output.line(f"perilune {version('perilune')}")
        raise typer.Exit(0)


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    pass


def run() -> None:
    """Run the command line and exit with its status."""
    debug = "--debug" in sys.argv
    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        app(standalone_mode=True)
    except KeyboardInterrupt:
        output.error("interrupted")
        raise SystemExit(130) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    except Exception as problem:
        if debug:
            raise
        from perilune.errors import PeriluneError

        if isinstance(problem, PeriluneError):
            output.error(str(problem))
            raise SystemExit(2) from None
        output.error(f"internal error: {type(problem).__name__}: {problem} (--debug shows where)")
        raise SystemExit(3) from None


def _interrupt(_signal: int, _frame: object) -> None:
    """End at once: compiled code does not look at Python's signal flag, the system does.

    Outputs are written whole (temporary file, then rename), so nothing is left half-written.
    """
    output.error("interrupted")
    os._exit(130)
