"""The options of `perilune orbit`: which verb takes which."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from perilune.errors import InputError, UnknownName

COMMON = ("first", "days")

LONGEST_D = 3653.0
"""Ten years: what lasts longer is not told by an orbit alone."""

TAKEN = {
    "lifetime": (*COMMON, "altitude_km", "perilune_km", "apolune_km", "inclination_deg",
                 "node_deg", "arg_perilune_deg", "degree"),
    "frozen": (*COMMON, "period_h", "perilune_km", "lingers"),
    "halo": ("height_km", "period_d", "point", "north"),
    "coverage": (*COMMON, "site", "station", "altitude_km", "inclination_deg", "node_deg",
                 "period_h", "perilune_km", "lingers", "height_km", "point", "north"),
}  # fmt: skip
"""What each verb reads."""


def _km(what: str) -> Any:
    return typer.Option(metavar="KM", help=what)


def _deg(what: str) -> Any:
    return typer.Option(metavar="DEG", help=what)


def orbit(
    verb: Annotated[
        str, typer.Argument(metavar="VERB", help="lifetime, frozen, halo or coverage.")
    ],
    first: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="Where it begins (2030-01-01)."),
    ] = None,
    days: Annotated[
        float | None, typer.Option(metavar="D", help="How long it is followed.")
    ] = None,
    altitude_km: Annotated[float | None, _km("Of a circular orbit.")] = None,
    perilune_km: Annotated[float | None, _km("Altitude of the perilune.")] = None,
    apolune_km: Annotated[float | None, _km("Altitude of the apolune.")] = None,
    inclination_deg: Annotated[float | None, _deg("To the lunar equator (90).")] = None,
    node_deg: Annotated[float | None, _deg("From the prime meridian (0).")] = None,
    arg_perilune_deg: Annotated[float | None, _deg("Argument of perilune (0).")] = None,
    period_h: Annotated[
        float | None, typer.Option(metavar="H", help="Of a frozen ellipse.")
    ] = None,
    lingers: Annotated[
        str | None, typer.Option("--apolune", metavar="POLE", help="Its pole: south or north.")
    ] = None,
    height_km: Annotated[float | None, _km("Of a halo: greatest distance from the plane.")] = None,
    period_d: Annotated[
        float | None, typer.Option(metavar="D", help="Of a halo, in place of its height.")
    ] = None,
    point: Annotated[
        int | None, typer.Option(metavar="N", help="Libration point of a halo, 1 or 2 (2).")
    ] = None,
    north: Annotated[bool, typer.Option("--north", help="The northern halo family.")] = False,
    degree: Annotated[
        int | None, typer.Option(metavar="N", help="Of the Moon's field, 2 to 20 (20).")
    ] = None,
    site: Annotated[
        str | None,
        typer.Option(metavar="SITE", help="A lunar site of the catalogue, or LAT,LON in deg."),
    ] = None,
    station: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A ground station; repeatable (all there are)."),
    ] = None,
    directory: Annotated[
        str | None,
        typer.Option("-o", metavar="DIR", help="Output folder (perilune-out/orbit-VERB)."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document and nothing else.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress on stderr.")] = False,
    no_report: Annotated[bool, typer.Option("--no-report", hidden=True)] = False,  # noqa: ARG001
    debug: Annotated[  # noqa: ARG001
        bool, typer.Option("--debug", help="Show the traceback of an error.")
    ] = False,
) -> None:
    """Ask how long an orbit of the Moon lasts, and what it sees. Also frozen orbits and halos."""
    from perilune.cli.orbit import run_orbit

    given = {
        "first": first, "days": days, "altitude_km": altitude_km, "perilune_km": perilune_km,
        "apolune_km": apolune_km, "inclination_deg": inclination_deg, "node_deg": node_deg,
        "arg_perilune_deg": arg_perilune_deg, "period_h": period_h, "lingers": lingers,
        "height_km": height_km, "period_d": period_d, "point": point, "north": north or None,
        "degree": degree, "site": site, "station": station or None,
    }  # fmt: skip
    asked = {name: value for name, value in given.items() if value is not None}
    _require_taken(verb, asked)
    raise typer.Exit(run_orbit(verb, asked, directory, as_json=as_json, quiet=quiet))


def _require_taken(verb: str, asked: dict[str, Any]) -> None:
    """Refuse an option that a verb would not read, and numbers that are none."""
    if verb not in TAKEN:
        raise UnknownName("question about an orbit", verb, TAKEN)
    for name, value in asked.items():
        if name not in TAKEN[verb]:
            known = ", ".join(map(called, TAKEN[verb]))
            raise InputError(f"orbit {verb}: found {called(name)}, expected one of {known}")
        if isinstance(value, float) and not abs(value) < 1e9:
            raise InputError(f"{called(name)}: found {value}, expected a number")
    if not 0.0 < asked.get("days", 1.0) <= LONGEST_D:
        raise InputError(f"--days: found {asked['days']:g}, expected above 0, up to {LONGEST_D:g}")


def called(name: str) -> str:
    """Return what an option is called on the command line."""
    names = {"first": "--from", "lingers": "--apolune"}
    return names.get(name, f"--{name.replace('_', '-')}")
