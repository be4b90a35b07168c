"""Flight records: how often a link of a chain was tried and held, as known on a day."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from perilune.errors import UnknownName

OWN, LATER = "own flights", "known later"

_FIRST_FLIGHT = "first-flight"
_BY_VEHICLE = ("launch", "upper_stage")


@dataclass(frozen=True)
class FlightRecord:
    """Flights and successes up to a day.

    Attributes
    ----------
    kind : str
        `launch`, `lunar_landing`...
    subject : str
        A vehicle or upper stage of the catalogue, or a country.
    by : date
    flights_n, successes_n : int
        A partial success is none.
    confidence, source, note : str
    basis : str
        Whose flights they are: `own flights`, `class rate of the country`, `all countries`, `first
        flights of vehicles`, or `known later` (than on the day asked about).
    """

    kind: str
    subject: str
    by: date
    flights_n: int
    successes_n: int
    confidence: str
    source: str
    note: str = ""
    basis: str = OWN


def flight_record(kind: str, subject: str, as_of: date | None = None) -> FlightRecord:
    """Return the record of a link, as known on a day (default: the latest).

    A vehicle that has not flown by then takes the record of first flights, a country without
    attempts that of all countries together; where all records are younger the oldest is taken.
    `basis` says so.

    Parameters
    ----------
    kind, subject : str
    as_of : date, optional

    Raises
    ------
    UnknownName
        Where no record is of that kind.
    """
    known = sorted((r for r in flight_records() if r.kind == kind), key=lambda r: r.by)
    if not known:
        raise UnknownName("kind of flight record", kind, {r.kind for r in flight_records()})
    own = [r for r in known if r.subject == subject]
    then = [r for r in own if as_of is None or r.by <= as_of]
    if then and then[-1].flights_n:
        basis = OWN if kind in _BY_VEHICLE else "class rate of the country"
        return replace(then[-1], basis=basis)
    if kind in _BY_VEHICLE and own and not then and own[0].flights_n:
        return replace(own[0], basis=LATER)
    if kind in _BY_VEHICLE:
        return _first_flights(as_of)
    in_time = [r for r in known if as_of is None or r.by <= as_of]
    return _pooled(kind, in_time) if in_time else replace(known[0], basis=LATER)


def steps(role: str) -> tuple[str, ...]:
    """Return what has to go well for a role of a lunar mission, in order."""
    return tuple(_document()["steps"].get(role, ()))


@cache
def flight_records() -> tuple[FlightRecord, ...]:
    """Return every record bundled."""
    return tuple(FlightRecord(**row) for row in _document()["record"])


def _first_flights(as_of: date | None) -> FlightRecord:
    rows = [r for r in flight_records() if r.subject == _FIRST_FLIGHT]
    then = [r for r in rows if as_of is None or r.by <= as_of] or rows[:1]
    return replace(then[-1], basis="first flights of vehicles")


def _pooled(kind: str, then: list[FlightRecord]) -> FlightRecord:
    """Return the latest records of all subjects added up."""
    latest = {r.subject: r for r in sorted(then, key=lambda r: r.by)}
    rows = list(latest.values())
    return FlightRecord(
        kind,
        "all",
        max(r.by for r in rows),
        sum(r.flights_n for r in rows),
        sum(r.successes_n for r in rows),
        "derived",
        f"the records of {', '.join(sorted(latest))} added up",
        basis="all countries",
    )


@cache
def _document() -> dict[str, Any]:
    path = files("perilune.cooperation") / "data" / "reliability.toml"
    return tomllib.loads(path.read_text("utf-8"))
