"""Which inclination suits whom: what each partner's fleet delivers, by inclination and altitude."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from perilune.errors import InputError
from perilune.stations.delivery import SHIP_ISP_S, Means, delivered
from perilune.stations.fleet import Fleet, Line
from perilune.stations.trade_result import Trade

Array = NDArray[np.float64]

LOWEST_DEG, HIGHEST_DEG, STEP_DEG = 28.0, 98.0, 0.25
"""The span and step of a trade unless others are given."""


def trade(
    fleets: Sequence[Fleet],
    *,
    inclinations_deg: ArrayLike | None = None,
    altitudes_km: ArrayLike = (400.0,),
    permitted: bool = True,
    doglegs: bool = False,
    ship_isp_s: float = SHIP_ISP_S,
) -> Trade:
    """Return what fleets deliver, by inclination and altitude.

    Parameters
    ----------
    fleets : sequence of Fleet
    inclinations_deg : array_like, optional
        `inclination_grid`, from 28 to 98 deg, where not given.
    altitudes_km : array_like
        150 to 2000 km.
    permitted : bool
        Through the sites' corridors; False: by geometry alone.
    doglegs : bool
        Count turns on the way up as permitted. By default not: nobody has cleared what they fly
        over.
    ship_isp_s : float
        Of a ship that turns its own plane.

    Raises
    ------
    InputError
        Where there is no fleet or a figure is out of range.

    Model limits: those of `delivered`; masses are gross, of all that arrives; whether a module
    can be divided into such loads is not asked.
    """
    if not fleets:
        raise InputError("found no fleet, expected at least one", key="partners")
    if inclinations_deg is None:
        grid = inclination_grid(fleets, permitted=permitted)
    else:
        grid = _asked(inclinations_deg)
    heights = np.atleast_1d(np.asarray(altitudes_km, dtype=float))
    if heights.size == 0:
        raise InputError("found none, expected at least one", key="altitudes_km")
    how = Means(permitted, doglegs, ship_isp_s)
    masses, carriers = [], []
    for fleet in fleets:
        lines = [_best(line, grid, heights, how) for line in fleet.lines]
        masses.append(sum(mass for mass, _ in lines))
        carriers += [carrier for _, carrier in lines]
    return Trade(tuple(fleets), permitted, grid, heights, np.stack(masses), tuple(carriers))


def _best(line: Line, grid: Array, heights: Array, means: Means) -> tuple[Array, NDArray[np.int64]]:
    """Return what a line delivers with its best lift, kg, and which that is, shape (m, n)."""
    each = np.stack(
        [
            [delivered(lift, grid, float(height), means).payload_kg for height in heights]
            for lift in line.lifts
        ]
    )
    return line.flights_n * each.max(axis=0), each.argmax(axis=0)


def inclination_grid(
    fleets: Sequence[Fleet],
    low_deg: float = LOWEST_DEG,
    high_deg: float = HIGHEST_DEG,
    *,
    step_deg: float = STEP_DEG,
    permitted: bool = True,
) -> Array:
    """Return inclinations by even steps, and where the best ones lie: at edges.

    Added are the edges of every site's corridors inside the span; by geometry, where nothing else
    limits, the sites' geocentric latitudes.

    Raises
    ------
    InputError
        Where the span is none.
    """
    if not (0.0 <= low_deg < high_deg <= 180.0 and step_deg > 0.0):
        raise InputError(
            f"found {low_deg:g} to {high_deg:g} by {step_deg:g}, expected a span within 0 to 180 "
            "deg and a step above zero",
            key="inclinations_deg",
        )
    pads = {lift.pad.name: lift.pad for fleet in fleets for lift in fleet.lifts}.values()
    edges = [pad.site.lowest_inclination_deg for pad in pads]
    if permitted:
        spans = (span for pad in pads for span in pad.corridor.permitted_inclinations(pad.site))
        edges = [edge for low, high, _ in spans for edge in (low, high)]
    even = np.arange(low_deg, high_deg + step_deg / 2.0, step_deg)
    inside = [edge for edge in edges if low_deg < edge < high_deg]
    return np.unique(np.concatenate([even[even <= high_deg], inside]))


def _asked(given: ArrayLike) -> Array:
    """Return inclinations as given."""
    grid = np.atleast_1d(np.asarray(given, dtype=float))
    if grid.size == 0 or not np.all((grid >= 0.0) & (grid <= 180.0)):
        raise InputError("expected inclinations from 0 to 180 deg", key="inclinations_deg")
    return grid
