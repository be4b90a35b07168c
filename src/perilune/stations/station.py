"""A space station as a whole: its orbit, its size to the air, its partners."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from perilune.catalog.entry import Entry
from perilune.errors import InputError, UnknownName
from perilune.stations.elements import TwoLine

LOWEST_KM = 150.0
"""Below this nothing stays up: a circular orbit lasts about a day."""


@dataclass(frozen=True)
class Station:
    """What is known of a station without its modules.

    Attributes
    ----------
    name, title : str
    partners : tuple of str
    inclination_deg, altitude_km : float
        Altitude of the mean orbit over the equatorial radius.
    lowest_altitude_km, highest_altitude_km : float or None
        The band it is kept in.
    elements : tuple of TwoLine
        As published, by epoch.
    drag_area_m2, drag_coefficient : float or None
        As fitted or stated together.
    attitudes : mapping
        Drag area by the name of an attitude, m2.
    mass_kg : float or None
        Where no modules are given.
    crew_n : int
    propellant_kg, reserve_kg : float
        For reboosts, and what has to stay for the last burn.
    isp_s : float
        Of the engines that reboost.
    entry : Entry or None
        Where its figures stand.
    """

    name: str
    title: str
    inclination_deg: float
    altitude_km: float
    partners: tuple[str, ...] = ()
    lowest_altitude_km: float | None = None
    highest_altitude_km: float | None = None
    elements: tuple[TwoLine, ...] = ()
    drag_area_m2: float | None = None
    drag_coefficient: float | None = None
    attitudes: Mapping[str, float] = field(default_factory=dict)
    mass_kg: float | None = None
    crew_n: int = 0
    propellant_kg: float = 0.0
    reserve_kg: float = 0.0
    isp_s: float = 300.0
    entry: Entry | None = None

    def __post_init__(self) -> None:
        for key in ("altitude_km", "lowest_altitude_km"):
            value = getattr(self, key)
            if value is not None and value < LOWEST_KM:
                raise InputError(
                    f"found {value:g}, expected {LOWEST_KM:g} or more: lower, the air takes a "
                    "station down within a day or so",
                    key=key,
                )

    @classmethod
    def of(cls, entry: Entry) -> Station:
        """Return the station of a catalogue entry."""
        f = entry.figures
        known = set(cls.__dataclass_fields__) - {"elements", "attitudes", "partners", "entry"}
        own: dict[str, Any] = {key: value for key, value in f.items() if key in known}
        lines = (row.figures for row in entry.rows("elements"))
        sets = [TwoLine(row["line_1"], row["line_2"]) for row in lines]
        sets.sort(key=lambda lines: float(lines.epoch.j2000_s))
        attitudes = {r.figures["name"]: r.figures["drag_area_m2"] for r in entry.rows("attitudes")}
        own |= {"name": entry.name, "partners": tuple(f.get("partners", ()))}
        return cls(elements=tuple(sets), attitudes=attitudes, entry=entry, **own)

    def with_figures(self, figures: Mapping[str, Any]) -> Station:
        """Return the station with some of its figures changed; None leaves one as it is.

        In another inclination the elements of its own are no use: they are left out.
        """
        changed = {key: value for key, value in figures.items() if value is not None}
        if changed.get("inclination_deg", self.inclination_deg) != self.inclination_deg:
            changed["elements"] = ()
        return replace(self, **changed)

    def area_m2(self, attitude: str | None = None) -> float | None:
        """Return the drag area in an attitude; without a name, that fitted or stated overall.

        Raises
        ------
        UnknownName
            Where no attitude is called so.
        """
        if attitude is None:
            return self.drag_area_m2
        if attitude not in self.attitudes:
            raise UnknownName(f"attitude of '{self.name}'", attitude, self.attitudes)
        return self.attitudes[attitude]
