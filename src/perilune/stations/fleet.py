"""What each partner of a station flies to it: the fleets behind a trade of inclinations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from perilune.errors import InputError, UnknownName
from perilune.stations.lift import Lift


@dataclass(frozen=True)
class Flights:
    """A line of an assembly and supply manifest: flights of one vehicle.

    Attributes
    ----------
    vehicle : str
    flights_n : float
        Above zero; a fraction where it is a rate a year.
    partner : str or None
        Who provides them; None: whose the vehicle is.
    site : str or None
        Only from there; None: from the best of the vehicle's sites.
    """

    vehicle: str
    flights_n: float = 1.0
    partner: str | None = None
    site: str | None = None

    def __post_init__(self) -> None:
        if not (np.isfinite(self.flights_n) and self.flights_n > 0.0):
            raise InputError(
                f"found {self.flights_n:g}, expected a number above zero", key="flights_n"
            )


@dataclass(frozen=True, eq=False)
class Line:
    """Flights that each take the best of some lifts.

    Attributes
    ----------
    lifts : tuple of Lift
        Each with a performance.
    flights_n : float
    """

    lifts: tuple[Lift, ...]
    flights_n: float = 1.0


@dataclass(frozen=True, eq=False)
class Fleet:
    """What one partner flies.

    Attributes
    ----------
    partner : str
    lines : tuple of Line
    """

    partner: str
    lines: tuple[Line, ...]

    @property
    def flights_n(self) -> float:
        """All its flights."""
        return sum(line.flights_n for line in self.lines)

    @property
    def lifts(self) -> list[Lift]:
        """Everything that may fly."""
        return [lift for line in self.lines for lift in line.lifts]


def fleets_of(
    lifts: Sequence[Lift],
    manifest: Sequence[Flights] | None = None,
    partners: Sequence[str] | None = None,
) -> tuple[Fleet, ...]:
    """Return the partners' fleets.

    Parameters
    ----------
    lifts : sequence of Lift
        As `lifts_of` has them; those without a performance are left out.
    manifest : sequence of Flights, optional
        Without one each partner flies once, with whatever of its vehicles delivers most.
    partners : sequence of str, optional
        These only, in this order.

    Raises
    ------
    UnknownName
        Where a vehicle, site or partner is not there.
    InputError
        Where a vehicle of the manifest has no performance, or nothing is left.
    """
    if manifest is None:
        able = [lift for lift in lifts if lift.performance is not None]
        fleets = {
            name: Fleet(name, (Line(tuple(lift for lift in able if lift.partner == name)),))
            for name in dict.fromkeys(lift.partner for lift in able)
        }
    else:
        fleets = _manifested(lifts, manifest)
    for name in partners or ():
        if name not in fleets:
            raise UnknownName("partner with a fleet", name, fleets, key="partners")
    chosen = tuple(fleets[name] for name in (fleets if partners is None else partners))
    if not chosen:
        raise InputError("found no fleet: expected a vehicle with a known performance")
    return chosen


def _manifested(lifts: Sequence[Lift], manifest: Sequence[Flights]) -> dict[str, Fleet]:
    fleets: dict[str, Fleet] = {}
    for number, flights in enumerate(manifest):
        line, owner = _line(lifts, flights, f"manifest[{number}]")
        name = flights.partner or owner
        before = fleets[name].lines if name in fleets else ()
        fleets[name] = Fleet(name, (*before, line))
    return fleets


def _line(lifts: Sequence[Lift], flights: Flights, key: str) -> tuple[Line, str]:
    """Return a line of a manifest and whose the vehicle is."""
    own = [lift for lift in lifts if lift.vehicle == flights.vehicle]
    if not own:
        known = {lift.vehicle for lift in lifts}
        raise UnknownName("vehicle", flights.vehicle, known, key=f"{key}.vehicle")
    if flights.site is not None:
        sites = {lift.pad.name for lift in own}
        if flights.site not in sites:
            what = f"launch site of '{flights.vehicle}'"
            raise UnknownName(what, flights.site, sites, key=f"{key}.site")
        own = [lift for lift in own if lift.pad.name == flights.site]
    if own[0].performance is None:
        raise InputError(f"{own[0].lack}: its payload is not known", key=f"{key}.vehicle")
    return Line(tuple(own), flights.flights_n), own[0].partner
