"""What a launch site permits: geometry says which orbits it can reach, drop zones which it may.

A site states inertial azimuths, corridors of inclination, or both; either list permits. A site
that states neither is limited by geometry alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perilune.catalog.entry import Entry
from perilune.errors import InputError, UnknownName
from perilune.phases.launch import LaunchSite

Range = tuple[float, float]
Permitted = tuple[float, float, str]
"""Lowest and highest inclination, deg, and the heading (`northbound` or `southbound`)."""

HEADINGS = ("northbound", "southbound")

_EDGE_DEG = 1e-9
"""An inclination this close to the edge of a range is on it: edges are computed."""


@dataclass(frozen=True)
class Corridor:
    """The directions in which a site may launch.

    Attributes
    ----------
    azimuths_deg : tuple of (low, high)
        Inertial azimuths, from north through east; a negative one lies west of north.
    inclinations_deg : tuple of (low, high)
    headings : tuple of str
        Which way along each of `inclinations_deg`: `northbound`, `southbound` or `either`; empty
        for either way along all.

    Model limits: azimuth and inclination at the end of a planar ascent; doglegs are not counted.
    """

    azimuths_deg: tuple[Range, ...] = ()
    inclinations_deg: tuple[Range, ...] = ()
    headings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.headings and len(self.headings) != len(self.inclinations_deg):
            raise InputError(
                f"found {len(self.headings)} headings, expected one for each of "
                f"{len(self.inclinations_deg)} corridors of inclination"
            )
        for heading in self.headings:
            if heading not in (*HEADINGS, "either"):
                raise UnknownName("heading", heading, (*HEADINGS, "either"))

    @classmethod
    def of(cls, entry: Entry) -> Corridor:
        """Return what a launch site of the catalogue permits."""
        figures = entry.figures
        return cls(
            _ranges(figures.get("azimuths_deg", ())),
            _ranges(figures.get("inclinations_deg", ())),
            tuple(figures.get("headings", ())),
        )

    @property
    def is_stated(self) -> bool:
        """Whether anything limits the site beyond geometry."""
        return bool(self.azimuths_deg or self.inclinations_deg)

    def permitted_inclinations(self, site: LaunchSite) -> list[Permitted]:
        """Return the inclinations reachable in a permitted direction, low to high by heading.

        Ranges of one heading do not overlap. A corridor, or its part, that geometry rules out
        (below the site's geocentric latitude, or above the supplement) is left out.
        """
        lowest = site.lowest_inclination_deg
        found: dict[str, list[Range]] = {heading: [] for heading in HEADINGS}
        azimuths = self.azimuths_deg if self.is_stated else ((-90.0, 270.0),)
        for low, high in azimuths:
            for heading, piece in _by_heading(low, high):
                found[heading].append(_inclinations(piece, lowest))
        for (low, high), heading in zip(self.inclinations_deg, self._headings(), strict=True):
            low, high = max(low, lowest), min(high, 180.0 - lowest)
            for each in HEADINGS:
                if low <= high and heading in (each, "either"):
                    found[each].append((low, high))
        return [(*span, heading) for heading in HEADINGS for span in _merged(found[heading])]

    def permits(
        self, inclination_deg: Any, heading: str | None, site: LaunchSite
    ) -> NDArray[np.bool_]:
        """Tell whether an inclination may be launched to.

        Parameters
        ----------
        inclination_deg : float or ndarray
            To the equator of date, of the parking orbit.
        heading : str or None
            `northbound`, `southbound`, or None for any that is permitted.
        site : LaunchSite

        Returns
        -------
        ndarray of bool
            Of the shape of `inclination_deg`; NaN is not permitted.
        """
        if heading is not None and heading not in HEADINGS:
            raise UnknownName("heading", heading, HEADINGS)
        wanted = np.asarray(inclination_deg, float)
        allowed = np.zeros(wanted.shape, bool)
        for low, high, along in self.permitted_inclinations(site):
            if heading in (None, along):
                allowed |= (wanted >= low - _EDGE_DEG) & (wanted <= high + _EDGE_DEG)
        return allowed

    def nearest_deg(
        self, inclination_deg: float, heading: str | None, site: LaunchSite
    ) -> float | None:
        """Return the permitted inclination closest to one wanted; None where none is permitted."""
        spans = self.permitted_inclinations(site)
        ends = [
            min(max(inclination_deg, low), high)
            for low, high, along in spans
            if heading in (None, along)
        ]
        return min(ends, key=lambda end: abs(end - inclination_deg), default=None)

    def refusal(self, inclination_deg: float, heading: str | None, site: LaunchSite) -> str | None:
        """Say in words why an inclination may not be launched to; None where it may."""
        if self.permits(inclination_deg, heading, site):
            return None
        way = f" {heading}" if heading else ""
        spans = [span for span in self.permitted_inclinations(site) if heading in (None, span[2])]
        if not spans:
            others = ", ".join(
                f"{_words(low, high)} deg {along}"
                for low, high, along in sorted(self.permitted_inclinations(site))
            )
            only = f"; it permits {others}" if others else ""
            return f"{site.name} permits nothing{way}: found {inclination_deg:g} deg{only}"
        listed = ", ".join(dict.fromkeys(_words(low, high) for low, high, _ in sorted(spans)))
        near = self.nearest_deg(inclination_deg, heading, site)
        lowest = site.lowest_inclination_deg
        reached = lowest <= inclination_deg <= 180.0 - lowest
        bound = "" if reached else f", beyond the {lowest:.2f} deg of its geocentric latitude"
        return (
            f"{site.name} permits {listed} deg{way}: found {inclination_deg:g}{bound}; "
            f"nearest permitted {near:.2f}"
        )

    def _headings(self) -> Sequence[str]:
        return self.headings or ("either",) * len(self.inclinations_deg)


def _ranges(rows: Any) -> tuple[Range, ...]:
    return tuple((float(low), float(high)) for low, high in rows)


def _by_heading(low: float, high: float) -> list[tuple[str, Range]]:
    """Cut a range of azimuths at due east and due west: each piece heads one way."""
    high = min(high, low + 360.0)
    first = int(np.floor((low - 90.0) / 180.0))
    pieces = []
    for number in range(first, int(np.ceil((high - 90.0) / 180.0))):
        start, stop = max(low, 90.0 + 180.0 * number), min(high, 270.0 + 180.0 * number)
        pieces.append((HEADINGS[(number + 1) % 2], (start, stop)))
    return pieces or [(HEADINGS[first % 2], (low, high))]


def _inclinations(piece: Range, latitude_deg: float) -> Range:
    """Return the inclinations that azimuths of one heading lead to: cos i = cos(lat) sin(az).

    Between due west and due east the inclination is monotonic in the azimuth.
    """
    cosine = np.cos(np.radians(latitude_deg)) * np.sin(np.radians(piece))
    ends = np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))
    return float(ends.min()), float(ends.max())


def _merged(spans: list[Range]) -> list[Range]:
    """Return ranges with those that meet joined, low to high."""
    joined: list[Range] = []
    for low, high in sorted(spans):
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], high))
        else:
            joined.append((low, high))
    return joined


def _words(low: float, high: float) -> str:
    return f"{low:.4g}-{high:.4g}" if high > low else f"{low:.4g}"
