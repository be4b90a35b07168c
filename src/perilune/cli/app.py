"""The commands and their options: what typer shows as help and hands to one module a verb."""

from __future__ import annotations

from typing import Annotated

import typer

from perilune.cli import output
from perilune.cli.orbit_command import orbit

app = typer.Typer(
    name="perilune",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # help that loads rich comes a tenth of a second later
    help="Design joint lunar missions in full ephemeris, and compare variants of cooperation.",
)

Scenario = Annotated[str, typer.Argument(metavar="SCENARIO", help="A bundled name or a TOML file.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress on stderr.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
Directory = Annotated[
    str | None,
    typer.Option("-o", metavar="DIR", help="Output folder (default perilune-out/NAME)."),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH.TO.KEY=VALUE", help="Override a key; repeatable."),
]


@app.command()
def fly(
    scenario: Scenario,
    directory: Directory = None,
    overrides: Overrides = None,
    as_json: Json = False,
    quiet: Quiet = False,
    no_report: Annotated[bool, typer.Option("--no-report", help="No report.html.")] = False,
    czml: Annotated[bool, typer.Option("--czml", help="Also NAME.czml, for Cesium.")] = False,
    geojson: Annotated[bool, typer.Option("--geojson", help="Also ground tracks.")] = False,
    opm: Annotated[
        str | None,
        typer.Option(
            "--opm", metavar="UTC", help="Also NAME.opm: state and burns at this instant."
        ),
    ] = None,
    debug: Debug = False,  # noqa: ARG001  (read by `main`, whatever its place)
) -> None:
    """Solve and fly one mission. Shows its timeline and writes the outputs."""
    from perilune.cli.fly import run_fly, wanted

    raise typer.Exit(
        run_fly(
            scenario,
            directory,
            overrides or [],
            as_json=as_json,
            quiet=quiet,
            with_report=not no_report,
            more=wanted(czml=czml, geojson=geojson, opm=opm),
        )
    )


@app.command()
def windows(
    scenario: Scenario,
    first: Annotated[
        str,
        typer.Option("--from", metavar="DATE", help="First lift-off: 2020-11-01, or UTC with Z."),
    ],
    last: Annotated[
        str,
        typer.Option("--to", metavar="DATE", help="Last lift-off; a day alone is searched whole."),
    ],
    directory: Directory = None,
    overrides: Overrides = None,
    workers: Annotated[
        int | None,
        typer.Option("--workers", metavar="N", min=1, max=1024,
                     help="Processes (default: all processors, one for a small scan)."),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
    no_report: Annotated[bool, typer.Option("--no-report", help="No windows.html.")] = False,
    debug: Debug = False,  # noqa: ARG001
) -> None:  # fmt: skip
    """Find every launch opportunity in a span of dates. Tells cost, light and daily window."""
    from perilune.cli.windows import run_windows

    raise typer.Exit(
        run_windows(
            scenario,
            first,
            last,
            directory,
            overrides or [],
            workers=workers,
            as_json=as_json,
            quiet=quiet,
            with_report=not no_report,
        )
    )


@app.command()
def station(
    verb: Annotated[
        str, typer.Argument(metavar="VERB", help="access, assemble, crew, upkeep or split.")
    ],
    name: Annotated[str, typer.Argument(metavar="NAME", help="A bundled station or a TOML file.")],
    directory: Directory = None,
    overrides: Overrides = None,
    as_json: Json = False,
    quiet: Quiet = False,
    no_report: Annotated[bool, typer.Option("--no-report", help="No VERB.html.")] = False,
    debug: Debug = False,  # noqa: ARG001
) -> None:
    """Ask who reaches a station, how it is built, crewed and kept. Or may be divided."""
    from perilune.cli.station import run_station

    raise typer.Exit(
        run_station(
            verb,
            name,
            directory,
            overrides or [],
            as_json=as_json,
            quiet=quiet,
            with_report=not no_report,
        )
    )


@app.command()
def study(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="STUDY | diff A B | export STUDY PARTNER | propose STUDY VARIANT",
            help="A bundled study or a TOML file; or what to do with its variants.",
        ),
    ],
    directory: Directory = None,
    overrides: Overrides = None,
    of: Annotated[
        str | None, typer.Option("--of", metavar="STUDY", help="For diff: whose variants.")
    ] = None,
    author: Annotated[str | None, typer.Option("--author", help="For propose: who writes.")] = None,
    partner: Annotated[
        str | None, typer.Option("--partner", help="For propose: on whose behalf.")
    ] = None,
    chance: Annotated[
        list[str] | None,
        typer.Option("--chance", metavar="PLACE",
                     help="For export, propose: a private value stands here by chance."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="VARIANT", help="This variant only; repeatable."),
    ] = None,
    enumerated: Annotated[
        bool, typer.Option("--enumerate", help="All assignments of the open roles that match.")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option("--workers", metavar="N", min=1, max=1024,
                     help="Processes (default: all processors)."),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
    no_report: Annotated[bool, typer.Option("--no-report", help="No study.html.")] = False,
    debug: Debug = False,  # noqa: ARG001
) -> None:  # fmt: skip
    """Compare every variant of cooperation in a study."""
    from perilune.cli import study_tools as tools
    from perilune.cli.study import run_study

    first, *others = names
    changes = overrides or []
    if first == "diff":
        raise typer.Exit(tools.run_diff(others, of, changes, as_json=as_json))
    if first == "export":
        raise typer.Exit(
            tools.run_export(others, directory, changes, chance or [], as_json=as_json)
        )
    if first == "propose":
        raise typer.Exit(
            tools.run_propose(
                others, directory, changes, author, partner, chance or [], as_json=as_json
            )
        )
    if others:
        raise typer.BadParameter(f"found {len(names)} names, expected one study")
    raise typer.Exit(
        run_study(
            first,
            directory,
            overrides or [],
            only or [],
            enumerated=enumerated,
            workers=workers,
            as_json=as_json,
            quiet=quiet,
            with_report=not no_report,
        )
    )


app.command()(orbit)


@app.command()
def reconstruct(
    file: Annotated[str, typer.Argument(metavar="FILE.oem", help="A CCSDS OEM of one object.")],
    directory: Directory = None,
    overrides: Overrides = None,
    smallest: Annotated[
        float | None,
        typer.Option("--smallest-dv", metavar="M_S", help="Smaller pushes are no maneuvers."),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
    no_report: Annotated[bool, typer.Option("--no-report", hidden=True)] = False,  # noqa: ARG001
    debug: Debug = False,  # noqa: ARG001
) -> None:
    """Find and size the maneuvers in a flown ephemeris. Tells the fit of the coasts between."""
    from perilune.cli.reconstruct import run_reconstruct

    raise typer.Exit(
        run_reconstruct(
            file, directory, overrides or [], smallest_m_s=smallest, as_json=as_json, quiet=quiet
        )
    )


@app.command()
def check(
    file: Scenario,
    overrides: Overrides = None,
    as_json: Json = False,
    quiet: Quiet = False,  # noqa: ARG001  (nothing here takes long enough to report)
    debug: Debug = False,  # noqa: ARG001
) -> None:
    """Validate a file without computing it. Of a mission, a station or a study."""
    from perilune.cli.check import run_check

    raise typer.Exit(run_check(file, overrides or [], as_json=as_json))


@app.command(name="list")
def list_scenarios(
    as_json: Json = False,
    quiet: Quiet = False,  # noqa: ARG001
    debug: Debug = False,  # noqa: ARG001
) -> None:
    """List the bundled scenarios, stations and studies."""
    from perilune.cli.check import run_list

    raise typer.Exit(run_list(as_json=as_json))


@app.command(name="catalog")
def show_catalog(
    kind: Annotated[
        str | None,
        typer.Argument(metavar="[KIND]", help="A table, such as launch_sites; all where left out."),
    ] = None,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One entry of it.")] = None,
    file: Annotated[
        list[str] | None,
        typer.Option("--file", metavar="FILE", help="Your own entries over these; repeatable."),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,  # noqa: ARG001
    debug: Debug = False,  # noqa: ARG001
) -> None:
    """Show the catalogue's figures with their sources."""
    from perilune.cli.catalog import run_catalog

    raise typer.Exit(run_catalog(kind, name, file or [], as_json=as_json))


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
    debug: Debug = False,
) -> None:
    pass
